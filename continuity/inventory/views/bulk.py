"""Changing many workflows: choose, look at what would change, do it, take it back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.forms import bulk as forms
from continuity.inventory.models import BulkChange, BulkKind
from continuity.inventory.queries import bulk as queries
from continuity.inventory.services import bulk
from continuity.web.paging import page_of


@access(Action.EDIT)
def change(request: SignedInRequest, kind: str) -> HttpResponse:
    """Ask what to do, then show what it would do; a POST does just what was shown."""
    if kind not in forms.KINDS:
        raise Http404
    chosen, pairs = forms.selection(request.user, request.GET)
    form = forms.change_form(forms.KINDS[kind], request.GET, chosen)
    context: dict[str, Any] = {
        "kind": kind,
        "kinds": BulkKind,
        "form": form,
        "pairs": pairs,
        "asked": urlencode(pairs),
        "count": chosen.count(),
        "everything": chosen.keys is None,
    }
    if not context["count"] or not form.is_valid():
        status = 422 if form.is_bound and context["count"] else 200
        return render(request, "inventory/bulk_form.html", context, status=status)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        made = bulk.apply(
            chosen, form.asked(), seen=seen, actor=request.user, now=timezone.now()
        )
        return redirect(made)
    plan = queries.plan(request.user, chosen.pks(), form.asked())
    context |= {"plan": plan, "page": page_of(request, plan.lines)}
    return render(request, "inventory/bulk_preview.html", context)


@access(Action.EDIT)
def done_list(request: SignedInRequest) -> HttpResponse:
    page = page_of(request, queries.done_by(request.user))
    return render(request, "inventory/bulk_list.html", {"page": page})


@access(Action.VIEW, BulkChange)
def done(request: SignedInRequest, made: BulkChange) -> HttpResponse:
    page = page_of(request, queries.reached(request.user, made))
    context = {"made": made, "page": page, "stayed": made.changed - made.undone}
    return render(request, "inventory/bulk_done.html", context)


@require_POST
@access(Action.EDIT, BulkChange)
def undo(request: SignedInRequest, made: BulkChange) -> HttpResponse:
    taken = bulk.undo(made.pk, actor=request.user, now=timezone.now())
    said = ngettext(
        "%(number)d workflow is as it was.",
        "%(number)d workflows are as they were.",
        taken.undone,
    )
    messages.success(request, said % {"number": taken.undone})
    return redirect(taken)
