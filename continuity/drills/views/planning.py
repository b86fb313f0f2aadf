"""Planning drills, once and again."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms import surprising as windows
from continuity.drills.forms.planning import ScheduleForm, initial_of
from continuity.drills.models import (
    ASKED,
    MIND,
    USUAL_LIMIT,
    USUAL_NOTICE,
    Drill,
    DrillType,
    Scenario,
    Schedule,
)
from continuity.drills.queries import occurrences, pages, schedules
from continuity.drills.services import scheduling, surprising
from continuity.history.http import say_deleted
from continuity.inventory.models import Tier
from continuity.outages.queries.scope import reach
from continuity.web.paging import page_of


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL)
def plan(request: SignedInRequest) -> HttpResponse:
    if not pages.may_plan(request.user):
        raise PermissionDenied
    now = timezone.now()
    form = ScheduleForm(
        request.POST or None, user=request.user, now=now, initial=_initial(request)
    )
    if request.method == "POST" and form.is_valid():
        schedule = scheduling.plan(**form.plan(), actor=request.user, now=now)
        messages.success(request, _("The drill is planned."))
        return redirect(pages.shown_after_planning(request.user, schedule))
    status = 422 if form.is_bound else 200
    return render(request, "drills/plan.html", {"form": form}, status=status)


def _initial(request: SignedInRequest) -> dict[str, object]:
    """What a new plan begins with: tomorrow at ten, where the person is."""
    zone = timezone.get_current_timezone_name()
    initial: dict[str, object] = {
        "zone": request.user.zone or zone or settings.TIME_ZONE,
        "facilitator": request.user,
        "starts_by_itself": True,
        "starts_on": timezone.localdate() + timedelta(days=1),
        "starts_time": "10:00",
        "notice": "86400",
        "limit": "7200",
    }
    asked_type = request.GET.get("type", "")
    if asked_type in DrillType.values:
        kind = DrillType(asked_type)
        initial |= {
            "type": kind,
            "notice": str(int(USUAL_NOTICE[kind].total_seconds())),
            "limit": str(int(USUAL_LIMIT[kind].total_seconds())),
        }
    if (pk := request.GET.get("workflow", "")).isdecimal():
        initial |= pages.to_prove(request.user, int(pk[:18]))
    scenario = _asked_scenario(request)
    if scenario is not None:
        initial |= {
            "scenario": scenario,
            "title": scenario.title,
            "tools": [tool.pk for tool in pages.default_tools(scenario)],
        }
    return initial


def _asked_scenario(request: SignedInRequest) -> Scenario | None:
    asked = request.GET.get("scenario", "")
    return pages.scenarios().filter(pk=asked).first() if asked.isdecimal() else None


@require_safe
@access(Action.RUN_DRILL)
def plan_tools(request: SignedInRequest) -> HttpResponse:
    """The tools of the plan's form, with those of the chosen scenario ticked."""
    form = ScheduleForm(user=request.user, now=timezone.now(), initial=_initial(request))
    return render(request, "drills/plan.html#tools", {"form": form})


@require_safe
@access(Action.RUN_DRILL)
def plan_workflows(request: SignedInRequest) -> HttpResponse:
    """The workflows of the plan's form that the chosen tools and team leave to pick."""
    asked = {
        "tools": request.GET.getlist("tools"),
        "team": request.GET.get("team", ""),
        "workflows": request.GET.getlist("workflows"),
        "scenario": request.GET.get("scenario", ""),
    }
    form = ScheduleForm(user=request.user, now=timezone.now(), initial=asked)
    return render(request, "drills/plan.html#workflows", {"form": form})


@require_safe
@access(Action.RUN_DRILL)
def preview(request: SignedInRequest) -> HttpResponse:
    """How much work the plan in the form would reach."""
    tools = [int(pk) for pk in request.GET.getlist("tools") if pk.isdecimal()]
    scenario = _asked_scenario(request)
    if not tools and scenario is not None:
        tools = [tool.pk for tool in pages.default_tools(scenario)]
    asked = request.GET.get("team", "")
    teams = pages.runnable_teams(request.user)
    team = teams.filter(pk=asked).first() if asked.isdecimal() else None
    within = pages.team_pks(team)
    if team is None and not request.user.may(Action.RUN_DRILL):
        within = list(teams.values_list("pk", flat=True))
    tiers = [int(tier) for tier in request.GET.getlist("tiers") if tier.isdecimal()]
    picks = [int(pk) for pk in request.GET.getlist("workflows") if pk.isdecimal()]
    kind = request.GET.get("type", "")
    context = {
        "reach": reach(
            tools,
            within,
            tiers=[tier for tier in tiers if tier in Tier.values],
            workflow_pks=[pk for pk in picks if pk < 2**63],
        ),
        "tools": len(tools),
        "asked": ASKED[DrillType(kind)] if kind in DrillType.values else "",
        "mind": MIND[DrillType(kind)] if kind in DrillType.values else "",
    }
    return render(request, "drills/_preview.html", context)


@require_safe
@access(Action.VIEW, Schedule, along=schedules.SCHEDULE_READ)
def schedule(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    found = schedules.schedule_page(schedule, user=request.user, now=timezone.now())
    context = {
        "found": found,
        "page": page_of(request, occurrences.past(schedule)),
    }
    return render(request, "drills/schedule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Schedule, along=schedules.SCHEDULE_READ)
def schedule_edit(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    now = timezone.now()
    form = ScheduleForm(
        request.POST or None, user=request.user, now=now, initial=initial_of(schedule)
    )
    if request.method == "POST" and form.is_valid():
        scheduling.change(schedule.pk, **form.plan(), actor=request.user, now=now)
        messages.success(request, _("The schedule is changed."))
        return redirect(schedule)
    context = {"form": form, "schedule": schedule}
    status = 422 if form.is_bound else 200
    return render(request, "drills/plan.html", context, status=status)


@require_POST
@access(Action.RUN_DRILL, Schedule)
def schedule_pause(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    scheduling.pause(schedule.pk, actor=request.user, now=timezone.now())
    return redirect(schedule)


@require_POST
@access(Action.RUN_DRILL, Schedule)
def schedule_resume(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    scheduling.resume(schedule.pk, actor=request.user, now=timezone.now())
    return redirect(schedule)


@require_POST
@access(Action.RUN_DRILL, Schedule)
def schedule_delete(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    gone = scheduling.delete(schedule.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _("The schedule is deleted."), gone)
    return redirect("drills:list")


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Drill, along=["outage"])
def window(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """Another window for a surprise, on the wall of the reader's zone."""
    now, zone = timezone.now(), ZoneInfo(timezone.get_current_timezone_name())
    if drill.window_ends_at is None:
        raise Http404
    form = windows.WindowForm(
        request.POST or None, zone=zone, now=now, initial=windows.initial_of(drill, zone)
    )
    if request.method == "POST" and form.is_valid():
        surprising.move_window(
            drill.pk,
            form.cleaned_data["begins"],
            form.cleaned_data["window"],
            actor=request.user,
            now=now,
        )
        messages.success(request, _("The window is moved, and the instant drawn anew."))
        return redirect(drill)
    context = {"drill": drill, "form": form, "zone": zone}
    status = 422 if form.is_bound else 200
    return render(request, "drills/window.html", context, status=status)
