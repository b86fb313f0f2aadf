"""The facilitator's console: running a drill, its injects, its speed, its end."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.domain.injects import InvalidInjects
from continuity.drills.forms.criteria import RatingForm
from continuity.drills.forms.injects import (
    AbortForm,
    DrillInjectForm,
    RecordForm,
    SpeedForm,
    initial_of,
)
from continuity.drills.models import Drill
from continuity.drills.queries import console as consoles
from continuity.drills.queries import pages
from continuity.drills.services import console as conducting
from continuity.drills.services import injects
from continuity.outages.forms import NoteForm
from continuity.outages.models import Outage
from continuity.outages.queries.board import version
from continuity.outages.services import course
from continuity.web.htmx import wants_part
from continuity.web.paging import page_of


@require_safe
@access(Action.WATCH, Drill, along=["outage"])
def console(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """The console; for htmx its bar or its lists, or 204 if they would be as at `v`."""
    now = timezone.now()
    part = request.GET.get("part") if wants_part(request) else ""
    stands_at = {"bar": drill.outage.state, "lists": version(drill.outage)}.get(part or "")
    if stands_at is not None and request.GET.get("v") == stands_at:
        return HttpResponse(status=204)
    page = page_of(request, consoles.injects_of(drill))
    context = {
        "found": consoles.console(drill, page.object_list, user=request.user, now=now),
        "drill": drill,
        "outage": drill.outage,
        "page": page,
        "speed": SpeedForm(initial={"speed": drill.speed}),
        "now": now,
    }
    name = "drills/console.html" + (f"#{part}" if stands_at is not None else "")
    response = render(request, name, context)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "HX-Request, Cookie"
    return response


@require_safe
@access(Action.VIEW, Outage)
def console_of(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """From the live page of a drill to its console."""
    drill = get_object_or_404(pages.drills_of(outage))
    return redirect("drills:console", drill.pk)


def _back(drill: Drill) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("drills:console", args=[drill.pk]))


COURSE: Final[Mapping[str, Callable[..., Outage]]] = {
    "start": course.start,
    "pause": course.pause,
    "resume": course.resume,
    "end": course.end,
}


@require_POST
@access(Action.RUN_DRILL, Drill)
def console_course(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """Start it, pause it, let it go on, end it."""
    move = COURSE.get(request.POST.get("do", ""))
    if move is not None:
        move(drill.outage_id, actor=request.user, now=timezone.now())
    return _back(drill)


@require_POST
@access(Action.RUN_DRILL, Drill)
def console_abort(request: SignedInRequest, drill: Drill) -> HttpResponse:
    form = AbortForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    course.abort(drill.outage_id, reason=reason, actor=request.user, now=timezone.now())
    messages.success(request, _("The drill is called off. Everyone is being told."))
    return _back(drill)


@require_POST
@access(Action.RUN_DRILL, Drill)
def console_speed(request: SignedInRequest, drill: Drill) -> HttpResponse:
    form = SpeedForm(request.POST)
    if form.is_valid():
        speed = form.cleaned_data["speed"]
        conducting.set_speed(drill.pk, speed, actor=request.user, now=timezone.now())
    return _back(drill)


@require_POST
@access(Action.WATCH, Drill)
def console_note(request: SignedInRequest, drill: Drill) -> HttpResponse:
    form = NoteForm(request.POST)
    if form.is_valid():
        text = form.cleaned_data["text"]
        course.note(drill.outage_id, text, actor=request.user, now=timezone.now())
        messages.success(request, _("The note is in the journal."))
    else:
        messages.error(request, _("A note needs 1 to 500 characters."))
    return _back(drill)


@require_POST
@access(Action.APPROVE_DRILL, Drill)
def approve(request: SignedInRequest, drill: Drill) -> HttpResponse:
    conducting.approve(drill.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("Approved. Those who take part are being told."))
    return redirect(drill)


@require_POST
@access(Action.RUN_DRILL, Drill)
def inject_deliver(request: SignedInRequest, drill: Drill, number: int) -> HttpResponse:
    inject = get_object_or_404(consoles.injects_of(drill), number=number)
    injects.deliver(inject.pk, actor=request.user, now=timezone.now())
    return _back(drill)


@require_POST
@access(Action.RUN_DRILL, Drill)
def inject_skip(request: SignedInRequest, drill: Drill, number: int) -> HttpResponse:
    inject = get_object_or_404(consoles.injects_of(drill), number=number)
    injects.skip(inject.pk, actor=request.user, now=timezone.now())
    return _back(drill)


def _form(
    request: SignedInRequest, drill: Drill, initial: dict[str, Any] | None = None
) -> DrillInjectForm:
    return DrillInjectForm(
        request.POST or None,
        initial=initial,
        teams=consoles.teams_of(drill),
        workflows=consoles.workflows_of(drill),
    )


def _inject_page(
    request: SignedInRequest, drill: Drill, form: DrillInjectForm, number: int | None = None
) -> HttpResponse:
    context = {"drill": drill, "form": form, "number": number}
    status = 422 if form.is_bound else 200
    return render(request, "drills/inject_form.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Drill)
def inject_add(request: SignedInRequest, drill: Drill) -> HttpResponse:
    form = _form(request, drill)
    if request.method == "POST" and form.is_valid():
        try:
            injects.add(drill.pk, actor=request.user, now=timezone.now(), **form.words())
        except InvalidInjects as error:
            form.blame(error)
        else:
            return _back(drill)
    return _inject_page(request, drill, form)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Drill)
def inject_edit(request: SignedInRequest, drill: Drill, number: int) -> HttpResponse:
    inject = get_object_or_404(consoles.injects_of(drill), number=number)
    form = _form(request, drill, initial_of(inject))
    if request.method == "POST" and form.is_valid():
        try:
            injects.change(
                inject.pk, actor=request.user, now=timezone.now(), **form.words()
            )
        except InvalidInjects as error:
            form.blame(error)
        else:
            return _back(drill)
    return _inject_page(request, drill, form, number)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EVALUATE, Drill)
def inject_record(request: SignedInRequest, drill: Drill, number: int) -> HttpResponse:
    """What was really done on an inject, and how well; `?report` goes back to it."""
    in_report = "report" in request.GET
    inject = get_object_or_404(consoles.injects_of(drill), number=number)
    form = RecordForm(
        request.POST or None,
        initial={"done": inject.done, "performance": inject.performance},
    )
    if request.method == "POST" and form.is_valid():
        injects.record_done(
            inject.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        if in_report:
            return redirect("reviews:injects", drill.outage_id)
        return _back(drill)
    context = {"drill": drill, "inject": inject, "form": form, "in_report": in_report}
    status = 422 if form.is_bound else 200
    return render(request, "drills/inject_record.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EVALUATE, Drill)
def criterion_rate(
    request: SignedInRequest, drill: Drill, criterion_pk: int
) -> HttpResponse:
    """The evaluator's word on a criterion that nothing measures; `?report` goes back to
    the report."""
    in_report = "report" in request.GET
    criterion = get_object_or_404(consoles.criteria_of(drill), pk=criterion_pk)
    form = RatingForm(
        request.POST or None,
        initial={"rating": criterion.rating, "comment": criterion.comment},
    )
    if request.method == "POST" and form.is_valid():
        conducting.rate(
            criterion.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
        )
        messages.success(request, _("Your rating is recorded."))
        if in_report:
            return redirect("reviews:report", drill.outage_id)
        return redirect(drill)
    context = {
        "drill": drill,
        "criterion": criterion,
        "form": form,
        "in_report": in_report,
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/criterion_rate.html", context, status=status)
