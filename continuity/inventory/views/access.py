"""Pages of access: one's own answers, and everybody's on one alternative."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory import forms
from continuity.inventory.models import QUESTIONS, Alternative, Answer
from continuity.inventory.queries import access as queries
from continuity.inventory.queries import catalogue_sheets
from continuity.inventory.services import access as services
from continuity.web.back import way_back
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

PER_PAGE = 20


@access(Action.SIGNED_IN)
def mine(request: SignedInRequest) -> HttpResponse:
    page = page_of(request, queries.of(request.user), per_page=PER_PAGE)
    context = {
        "page": page,
        "rows": queries.mine(page.object_list, request.user, now=timezone.now()),
    }
    return render(request, "inventory/my_access.html", context)


@require_POST
@access(Action.SIGNED_IN)
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the six answers of this person, or "yes to all". Nobody answers for others."""
    alternative = get_object_or_404(queries.of(request.user), pk=pk)
    form = forms.AccessForm(request.POST)
    if form.is_valid():
        answers = dict(form.cleaned_data)
        if request.POST.get("all") == Answer.YES:
            answers = dict.fromkeys(QUESTIONS, Answer.YES)
        now = timezone.now()
        lasting = queries.answered(alternative, request.user, now=now)
        services.answer(pk, answers=answers, actor=request.user, now=now)
        text = _("Your answers on %(name)s are kept.") % {"name": alternative}
        # Answers that counted until now are on the page to be changed again.
        messages.success(request, text, extra_tags="" if lasting else _undo(request, pk))
    if back := way_back(request):
        return redirect(back)
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() and page != "1" else ""
    return redirect(f"{reverse('inventory:my_access')}{query}#a{pk}")


def _undo(request: SignedInRequest, pk: int) -> str:
    """Return the address that takes the answers back and leads where they were given."""
    address, back = reverse("inventory:access_withdraw", args=[pk]), way_back(request)
    return f"{address}?{urlencode({'next': back})}" if back else address


@require_POST
@access(Action.SIGNED_IN)
def withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back one's own answers; nobody can those of others."""
    alternative = get_object_or_404(queries.of(request.user), pk=pk)
    if services.withdraw(pk, actor=request.user, now=timezone.now()):
        text = _("Your answers on %(name)s were taken back.")
        messages.success(request, text % {"name": alternative})
    return redirect(way_back(request) or f"{reverse('inventory:my_access')}#a{pk}")


@access(Action.VIEW, Alternative)
def everyone(request: SignedInRequest, alternative: Alternative) -> HttpResponseBase:
    workflow = alternative.dependency.workflow
    now = timezone.now()
    people = queries.people(workflow)
    if wants_file(request, "access"):
        made = catalogue_sheets.access(
            lambda: queries.everyone(people, alternative, now=now)
        )
        return file_of(request, made, now=now)
    page = page_of(request, people)
    context = {
        "alternative": alternative,
        "workflow": workflow,
        "page": page,
        "people": queries.everyone(page.object_list, alternative, now=now),
        "able": queries.able(workflow, now=now).of(alternative),
        "labels": queries.LABELS.values(),
    }
    return render(request, "inventory/access.html", context)
