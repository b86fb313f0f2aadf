"""The live page and what is pressed on it."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.inventory.models import Workflow
from continuity.outages import queries
from continuity.outages.forms import (
    ExcuseForm,
    HandOverForm,
    NoteForm,
    PressForm,
    StuckForm,
)
from continuity.outages.models import Outage, OutageKind, Recovery
from continuity.outages.queries import sheets
from continuity.outages.queries.board import version
from continuity.outages.queries.charts import trend
from continuity.outages.queries.pulse import holds, ticket
from continuity.outages.queries.pulse import pulse as heartbeat
from continuity.outages.queries.results import Line
from continuity.outages.services import course, marks, recoveries
from continuity.web.htmx import render_page, wants_json, wants_part
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


@require_safe
@access(Action.VIEW)
def outages(request: SignedInRequest) -> HttpResponseBase:
    """What really failed; with `?kind=drill` what was simulated, never both at once."""
    drills = request.GET.get("kind") == "drill"
    now = timezone.now()
    rows = (queries.drills_held if drills else queries.real_outages)(request.user)
    if wants_file(request, "outages"):
        made = sheets.outages(lambda: queries.entries(rows, now=now))
        return file_of(request, made, now=now)
    page = page_of(request, rows)
    context = {
        "page": page,
        "entries": queries.entries(page, now=now),
        "drills": drills,
    }
    return render(request, "outages/list.html", context)


@require_safe
@access(Action.VIEW, Outage, along=("facilitator",))
def live(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """The live page; for htmx its parts, or 204 if they have not changed since `v`."""
    now = timezone.now()
    if wants_part(request) and request.GET.get("v") == version(outage):
        return timed(HttpResponse(status=204), outage, now)
    asked = request.GET.get("part", "")
    context = {
        "live": queries.live(
            outage,
            user=request.user,
            part=int(asked) if asked.isdecimal() else None,
            shown=request.GET.get("show", ""),
            page=request.GET.get("page"),
            now=now,
        ),
        "outage": outage,
        "now": now,
        "key": uuid4(),
        "ticket": ticket(outage),
    }
    name = "outages/_updates.html" if wants_part(request) else "outages/live.html"
    return timed(render(request, name, context), outage, now)


@require_safe
def pulse(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether an outage has changed: 204 if it has not since `v`, else its version.

    Asked by every open page every 3 s, without a session: `ticket` says that the page
    was shown to somebody who may see it, and 403 that it has to be asked for again.
    """
    now = timezone.now()
    if not holds(pk, request.GET.get("ticket", "")):
        return JsonResponse({"code": "ticket"}, status=403)
    found = heartbeat.version(pk, now=now)
    headers = {
        "Cache-Control": "no-store",
        "Server-Now": str(int(now.timestamp() * 1000)),
    }
    if found is not None and found == request.GET.get("v"):
        return HttpResponse(status=204, headers=headers)
    return JsonResponse({"version": found}, headers=headers)


def timed(response: HttpResponse, outage: Outage, now: datetime) -> HttpResponse:
    """Send the server's clock and the version along, for the page's own script."""
    response["HX-Trigger"] = json.dumps(
        {
            "server-time": {"server": int(now.timestamp() * 1000)},
            "live-version": {"version": version(outage), "ticket": ticket(outage)},
        }
    )
    response["Cache-Control"] = "no-store"
    response["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
@access(Action.VIEW, Outage)
def journal(request: SignedInRequest, outage: Outage) -> HttpResponse:
    before = request.GET.get("before", "")
    lines = queries.lines(outage, before=int(before) if before.isdecimal() else None)
    older = lines[-1].number if lines and lines[-1].number > 1 else None
    context = {"outage": outage, "lines": lines, "older_than": older}
    return render(request, "outages/journal.html", context)


@require_POST
@access(Action.TAKE_PART, Recovery)
def press(request: SignedInRequest, recovery: Recovery) -> HttpResponse:
    now = timezone.now()
    form = PressForm(request.POST)
    if not form.is_valid():
        said = form.errors.get("other")
        return unreadable(request, str(said[0]) if said else "")
    mark = marks.mark(
        recovery.pk,
        form.cleaned_data["clock"],
        **form.facts(),
        actor=request.user,
        now=now,
    )
    return pressed(request, recovery, {"at": mark.at.isoformat(), "exact": mark.exact})


@require_POST
@access(Action.TAKE_PART, Recovery)
def undo(request: SignedInRequest, recovery: Recovery, mark_pk: int) -> HttpResponse:
    mark = get_object_or_404(recovery.marks.all(), pk=mark_pk)
    marks.undo(mark.pk, actor=request.user, now=timezone.now())
    return pressed(request, recovery)


@require_POST
@access(Action.TAKE_PART, Recovery)
def tick(request: SignedInRequest, recovery: Recovery, step_pk: int) -> HttpResponse:
    marks.tick(recovery.pk, step_pk, actor=request.user, now=timezone.now())
    return pressed(request, recovery)


@require_POST
@access(Action.TAKE_PART, Recovery)
def untick(request: SignedInRequest, recovery: Recovery, step_pk: int) -> HttpResponse:
    marks.untick(recovery.pk, step_pk, actor=request.user, now=timezone.now())
    return pressed(request, recovery)


@require_POST
@access(Action.TAKE_PART, Recovery)
def stuck(request: SignedInRequest, recovery: Recovery) -> HttpResponse:
    form = StuckForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    recoveries.stuck(
        recovery.pk,
        form.cleaned_data["reason"],
        key=form.cleaned_data["key"],
        press=form.press(),
        actor=request.user,
        now=timezone.now(),
    )
    return pressed(request, recovery)


@require_POST
@access(Action.TAKE_PART, Recovery)
def unstuck(request: SignedInRequest, recovery: Recovery) -> HttpResponse:
    recoveries.unstuck(recovery.pk, actor=request.user, now=timezone.now())
    return pressed(request, recovery)


@require_POST
@access(Action.TAKE_PART, Recovery)
def hand_over(request: SignedInRequest, recovery: Recovery) -> HttpResponse:
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    to = get_object_or_404(queries.people(), pk=form.cleaned_data["person"])
    recoveries.hand_over(recovery.pk, to, actor=request.user, now=timezone.now())
    return pressed(request, recovery)


def pressed(
    request: SignedInRequest, recovery: Recovery, facts: dict[str, object] | None = None
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"recorded": True} | (facts or {}))
    return to_live(recovery.outage_id, recovery.pk)


def to_live(outage_pk: int, part: int | None = None) -> HttpResponseRedirect:
    query = None if part is None else {"part": part}
    return HttpResponseRedirect(reverse("outages:live", args=[outage_pk], query=query))


def unreadable(request: HttpRequest, words: str = "") -> HttpResponse:
    """Say that what was sent cannot be used, and why: to a script or on a page."""
    words = words or _("This cannot be read. Reload the page and try again.")
    if wants_json(request):
        return JsonResponse({"code": "invalid", "message": words}, status=422)
    return render(
        request, "problem.html", {"code": "invalid", "message": words}, status=422
    )


@require_POST
@access(Action.RUN_DRILL, Outage)
def start(request: SignedInRequest, outage: Outage) -> HttpResponse:
    course.start(outage.pk, actor=request.user, now=timezone.now())
    return redirect(outage)


@require_POST
@access(Action.RUN_DRILL, Outage)
def pause(request: SignedInRequest, outage: Outage) -> HttpResponse:
    course.pause(outage.pk, actor=request.user, now=timezone.now())
    return redirect(outage)


@require_POST
@access(Action.RUN_DRILL, Outage)
def resume(request: SignedInRequest, outage: Outage) -> HttpResponse:
    course.resume(outage.pk, actor=request.user, now=timezone.now())
    return redirect(outage)


@require_POST
@access(Action.RUN_DRILL, Outage)
def end(request: SignedInRequest, outage: Outage) -> HttpResponse:
    course.end(outage.pk, actor=request.user, now=timezone.now())
    return redirect(outage)


@require_POST
@access(Action.RUN_DRILL, Outage)
def abort(request: SignedInRequest, outage: Outage) -> HttpResponse:
    course.abort(outage.pk, actor=request.user, now=timezone.now())
    return redirect(outage)


@require_POST
@access(Action.TAKE_PART, Outage)
def note(request: SignedInRequest, outage: Outage) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    recovery_pk = form.cleaned_data["recovery"]
    if recovery_pk is not None:
        recovery_pk = get_object_or_404(outage.recoveries.all(), pk=recovery_pk).pk
    course.note(
        outage.pk,
        form.cleaned_data["text"],
        recovery_pk=recovery_pk,
        key=form.cleaned_data["key"],
        press=form.press(),
        actor=request.user,
        now=timezone.now(),
    )
    if wants_json(request):
        return JsonResponse({"recorded": True})
    return to_live(outage.pk, recovery_pk)


@require_POST
@access(Action.RUN_DRILL, Outage)
def excuse(request: SignedInRequest, outage: Outage) -> HttpResponse:
    form = ExcuseForm(request.POST)
    if not form.is_valid():
        return unreadable(request)
    recovery = get_object_or_404(outage.recoveries.all(), pk=form.cleaned_data["recovery"])
    course.excuse(
        recovery.pk, form.cleaned_data["reason"], actor=request.user, now=timezone.now()
    )
    return to_live(outage.pk, recovery.pk)


@require_safe
@access(Action.VIEW, Workflow)
def workflow_history(request: SignedInRequest, workflow: Workflow) -> HttpResponse:
    """How it recovered in each drill and in real outages; the card of a workflow's page."""
    now = timezone.now()
    lines = queries.history_of(workflow.pk, OutageKind.DRILL, now=now)
    real = queries.history_of(workflow.pk, OutageKind.REAL, now=now)
    context = {
        "workflow": workflow,
        "lines": lines,
        "real": tuple(reversed(real)),
        "last": lines[-1] if lines else None,
        "chart": trend(lines, workflow.rto),
    }
    return render_page(request, "outages/workflow_history.html", context, part="card")


@require_safe
@access(Action.VIEW, Workflow)
def workflow_record(request: SignedInRequest, workflow: Workflow) -> HttpResponseBase:
    """What really happened to a workflow; the card of its known outages."""
    now = timezone.now()
    real = queries.history_of(workflow.pk, OutageKind.REAL, now=now)
    back = reverse("inventory:workflow_outages", args=[workflow.pk])
    return _record(request, tuple(reversed(real)), of_tool=False, back=back, now=now)


@require_safe
@access(Action.VIEW)
def tool_record(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """What a tool's loss really did to the reader's work; the card of its known outages."""
    now = timezone.now()
    lines = queries.record_of_tool(pk, request.user, now=now)
    back = reverse("inventory:tool_outages", args=[pk])
    return _record(request, lines, of_tool=True, back=back, now=now)


def _record(
    request: SignedInRequest,
    lines: Sequence[Line],
    *,
    of_tool: bool,
    back: str,
    now: datetime,
) -> HttpResponseBase:
    if wants_file(request, "recoveries"):
        return file_of(request, sheets.recoveries(lambda: lines), now=now)
    context = {"lines": lines, "of_tool": of_tool, "back": back}
    return render_page(request, "outages/record.html", context, part="card")
