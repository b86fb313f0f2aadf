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
from continuity.drills.queries import decisions, lists, pages, sheets
from continuity.outages.models import Outage
from continuity.outages.queries import sheets as measured
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@require_safe
@access(Action.VIEW)
def drills(request: SignedInRequest) -> HttpResponseBase:
    now = timezone.now()
    form = FilterForm(request.GET, user=request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    wanted = {
        "state": asked.get("state", ""),
        "team": asked.get("team"),
        "text": asked.get("q", ""),
    }
    if wants_file(request, "drills"):
        every = lists.every(request.user, **wanted, now=now)
        return file_of(request, sheets.drills(lambda: every), now=now)
    if wants_file(request, "schedules"):
        recurring = lists.every_schedule(request.user, **wanted)
        return file_of(request, sheets.schedules(lambda: recurring), now=now)
    found = lists.drill_list(request.user, **wanted, page=request.GET.get("page"), now=now)
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
        return file_of(request, measured.recoveries(lambda: found.lines), now=now)
    if wants_file(request, "decisions"):
        taken = decisions.decisions(drill, found.results)
        return file_of(request, sheets.decisions(lambda: taken), now=now)
    if wants_file(request, "phases"):
        return file_of(request, sheets.phases("phases", lambda: found.phases), now=now)
    context = {"found": found, "drill": drill, "page": page_of(request, found.lines)}
    return render(request, "drills/drill.html", context)


@require_safe
@access(Action.VIEW, Outage)
def of_outage(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """From the live page of a drill to its result."""
    return redirect(get_object_or_404(pages.drills_of(outage)))
