"""Drills, schedules and scenarios as pages."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms import (
    BlackoutForm,
    CalendarForm,
    CoverageForm,
    FilterForm,
    LinkForm,
    ProgrammeForm,
    ScenarioEditor,
    ScheduleForm,
    initial_of,
)
from continuity.drills.models import BlackoutFile, CalendarLink, Drill, Scenario, Schedule
from continuity.drills.queries import calendar as calendars
from continuity.drills.queries import coverage as rehearsed
from continuity.drills.queries import lists, pages
from continuity.drills.queries.feed import feed
from continuity.drills.queries.rules import blackout_files
from continuity.drills.services import blackouts as blackout_dates
from continuity.drills.services import calendar as calendar_links
from continuity.drills.services import programme as programmes
from continuity.drills.services import scenarios as scenario_services
from continuity.drills.services import scheduling
from continuity.outages.models import Outage
from continuity.outages.queries.scope import reach
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
@access(Action.VIEW, Drill)
def drill(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """The plan of a drill before it runs, and its result from then on."""
    found = pages.drill_page(drill, user=request.user, now=timezone.now())
    context = {"found": found, "drill": drill, "page": page_of(request, found.lines)}
    return render(request, "drills/drill.html", context)


@require_safe
@access(Action.VIEW, Outage)
def of_outage(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """From the live page of a drill to its result."""
    return redirect(get_object_or_404(pages.drills_of(outage)))


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
        return redirect(schedule.drills.first() or schedule)
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
    context = {"reach": reach(tools, within), "tools": len(tools)}
    return render(request, "drills/_preview.html", context)


@require_safe
@access(Action.VIEW, Schedule)
def schedule(request: SignedInRequest, schedule: Schedule) -> HttpResponse:
    found = pages.schedule_page(schedule, now=timezone.now())
    may_run = pages.may_run_schedule(request.user, schedule)
    return render(request, "drills/schedule.html", {"found": found, "may_run": may_run})


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Schedule)
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
    scheduling.delete(schedule.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The schedule is deleted."))
    return redirect("drills:list")


@require_safe
@access(Action.VIEW)
def scenarios(request: SignedInRequest) -> HttpResponse:
    context = {"page": page_of(request, pages.scenarios())}
    return render(request, "drills/scenarios.html", context)


@require_safe
@access(Action.VIEW, Scenario)
def scenario(request: SignedInRequest, scenario: Scenario) -> HttpResponse:
    context = {
        "found": pages.scenario_page(scenario),
        "may_plan": pages.may_plan(request.user),
        "may_edit": request.user.may(Action.EDIT_CATALOGUE),
    }
    return render(request, "drills/scenario.html", context)


SHOWN_ONCE = "calendar-link"
"""Where the session keeps a secret from the answer that made it to the page shown next."""


@require_safe
@access(Action.VIEW)
def calendar(request: SignedInRequest) -> HttpResponse:
    """A month of drills, in the reader's zone: a grid, and a list of days for phones."""
    form = CalendarForm(request.GET, user=request.user)
    team = form.cleaned_data["team"] if form.is_valid() else None
    found = calendars.month(
        request.user, request.GET.get("month", ""), team=team, now=timezone.now()
    )
    context = {
        "form": form,
        "month": found,
        "team": team,
        "zone": timezone.get_current_timezone_name(),
        "as_list": request.GET.get("view") == "list",
        "may_plan": pages.runnable_teams(request.user).exists(),
    }
    return render(request, "drills/calendar.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.SIGNED_IN)
def calendar_links_of(request: SignedInRequest) -> HttpResponse:
    """The person's own links for calendar programs; a new one is shown once."""
    form = LinkForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        token = calendar_links.make_link(
            form.cleaned_data["team"], actor=request.user, now=timezone.now()
        )
        request.session[SHOWN_ONCE] = calendars.address_of(token)
        return redirect("drills:calendar_links")
    context = {
        "form": form,
        "page": page_of(request, calendars.links(request.user)),
        "link": request.session.pop(SHOWN_ONCE, "") if request.method == "GET" else "",
    }
    status = 422 if form.is_bound else 200
    response = render(request, "drills/calendar_links.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@access(Action.SIGNED_IN, CalendarLink)
def calendar_link_revoke(request: SignedInRequest, link: CalendarLink) -> HttpResponse:
    calendar_links.revoke(link.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("The link is taken back. Its address is dead."))
    return redirect("drills:calendar_links")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads: the secret in the address is all it has."""
    link = calendars.link_of(calendar_links.hashed(token))
    if link is None:
        raise Http404
    response = HttpResponse(
        feed(link, now=timezone.now()), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = 'inline; filename="continuity-drills.ics"'
    response["Cache-Control"] = "private, max-age=300"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@access(Action.EDIT_CATALOGUE, Scenario)
def scenario_copy(request: SignedInRequest, scenario: Scenario) -> HttpResponse:
    made = scenario_services.copy(scenario.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("This copy is yours. Change what you need and save it."))
    return redirect("drills:scenario_edit", made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EDIT_CATALOGUE, Scenario)
def scenario_edit(request: SignedInRequest, scenario: Scenario) -> HttpResponse:
    """Every button but "Save" only changes the forms; all work without JavaScript."""
    if not scenario.is_own:
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    editor = ScenarioEditor(scenario, posted, pages.editable_tools(scenario))
    button = request.POST.get("do", "")
    if posted is not None and button:
        editor.rearrange(button)
    elif posted is not None and editor.is_valid():
        scenario_services.change(
            scenario.pk, **editor.drawn(), actor=request.user, now=timezone.now()
        )
        messages.success(request, _("The scenario is saved as a new version."))
        return redirect(scenario)
    context = {"scenario": scenario, "editor": editor}
    status = 422 if editor.is_bound else 200
    return render(request, "drills/scenario_form.html", context, status=status)


@require_safe
@access(Action.VIEW)
def blackouts(request: SignedInRequest) -> HttpResponse:
    """The calendars of days without drills that were brought."""
    return _blackouts(request, BlackoutForm(today=timezone.localdate()))


def _blackouts(request: SignedInRequest, form: BlackoutForm) -> HttpResponse:
    context = {
        "form": form,
        "page": page_of(request, blackout_files()),
        "may_import": request.user.may(Action.IMPORT),
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/blackouts.html", context, status=status)


@require_POST
@access(Action.IMPORT)
def blackout_upload(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    form = BlackoutForm(request.POST, request.FILES, today=timezone.localdate(now))
    if not form.is_valid():
        return _blackouts(request, form)
    name = str(form.cleaned_data["file"].name)
    return redirect(blackout_dates.bring(name, form.holidays, actor=request.user, now=now))


@require_safe
@access(Action.VIEW, BlackoutFile)
def blackout_file(request: SignedInRequest, file: BlackoutFile) -> HttpResponse:
    """The days of one file: before they are used, and while they are."""
    context = {
        "file": file,
        "page": page_of(request, file.days.all()),
        "may_import": request.user.may(Action.IMPORT),
    }
    return render(request, "drills/blackout_file.html", context)


@require_POST
@access(Action.IMPORT, BlackoutFile)
def blackout_use(request: SignedInRequest, file: BlackoutFile) -> HttpResponse:
    moved = blackout_dates.use(file.pk, actor=request.user, now=timezone.now())
    messages.success(request, _moved(moved))
    return redirect(file)


@require_POST
@access(Action.IMPORT, BlackoutFile)
def blackout_remove(request: SignedInRequest, file: BlackoutFile) -> HttpResponse:
    moved = blackout_dates.remove(file.pk, actor=request.user, now=timezone.now())
    messages.success(request, _moved(moved))
    return redirect("drills:blackouts")


def _moved(number: int) -> str:
    words = ngettext(
        "Done. %(number)s schedule has another next day.",
        "Done. %(number)s schedules have another next day.",
        number,
    )
    return words % {"number": number}


@require_safe
@access(Action.VIEW)
def coverage(request: SignedInRequest) -> HttpResponse:
    """Per workflow its last and its next drill, the longest neglected first."""
    return _coverage(request, None)


def _coverage(request: SignedInRequest, setting: ProgrammeForm | None) -> HttpResponse:
    now = timezone.now()
    form = CoverageForm(request.GET, user=request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    months = rehearsed.overdue_months()
    limit = rehearsed.overdue_before(months, now)
    team = asked.get("team")
    page = page_of(
        request,
        rehearsed.workflows(
            request.user, team=team, overdue=limit if asked.get("overdue") else None
        ),
    )
    context = {
        "form": form,
        "active": any(asked.values()),
        "page": page,
        "lines": rehearsed.lines(
            list(page.object_list), user=request.user, overdue=limit, now=now
        ),
        "untried": rehearsed.untried(request.user, team=team),
        "months": months,
        "setting": setting or ProgrammeForm(initial={"overdue_months": months}),
        "may_set": request.user.may(Action.IMPORT),
    }
    status = 200 if setting is None else 422
    return render(request, "drills/coverage.html", context, status=status)


@require_POST
@access(Action.IMPORT)
def coverage_setting(request: SignedInRequest) -> HttpResponse:
    form = ProgrammeForm(request.POST)
    if not form.is_valid():
        return _coverage(request, form)
    programmes.demand(**form.cleaned_data, actor=request.user, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("drills:coverage")
