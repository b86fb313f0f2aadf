"""Drills as pages."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.lists import FilterForm
from continuity.drills.models import Drill
from continuity.drills.queries import lists, pages
from continuity.inventory.http import file_of, wants_file
from continuity.outages.models import Outage
from continuity.outages.queries import sheets
from continuity.web.paging import page_of


@require_safe
@access(Action.VIEW)
def drills(request: SignedInRequest) -> HttpResponse:
    form = FilterForm(request.GET, user=request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    found = lists.drill_list(
        request.user,
        state=asked.get("state", ""),
        team=asked.get("team"),
        text=asked.get("q", ""),
        page=request.GET.get("page"),
        now=timezone.now(),
    )
    context = {
        "form": form,
        "found": found,
        "active": any(asked.values()),
        "may_plan": pages.may_plan(request.user),
    }
    return render(request, "drills/list.html", context)


@require_safe
@access(Action.VIEW, Drill, along=pages.DRILL_READ)
def drill(request: SignedInRequest, drill: Drill) -> HttpResponseBase:
    """The plan of a drill before it runs, and its result from then on."""
    now = timezone.now()
    found = pages.drill_page(drill, user=request.user, now=now)
    if wants_file(request, "recoveries"):
        return file_of(request, sheets.recoveries(lambda: found.lines), now=now)
    context = {"found": found, "drill": drill, "page": page_of(request, found.lines)}
    return render(request, "drills/drill.html", context)


@require_safe
@access(Action.VIEW, Outage)
def of_outage(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """From the live page of a drill to its result."""
    return redirect(get_object_or_404(pages.drills_of(outage)))
