"""Days without drills, and coverage."""

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.lists import CoverageForm
from continuity.drills.forms.programme import BlackoutForm, ProgrammeForm
from continuity.drills.models import BlackoutFile
from continuity.drills.queries import coverage as rehearsed
from continuity.drills.queries import sheets
from continuity.drills.queries.rules import blackout_files
from continuity.drills.services import blackouts as blackout_dates
from continuity.drills.services import programme as programmes
from continuity.history.http import say_deleted
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file


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
    moved, gone = blackout_dates.remove(file.pk, actor=request.user, now=timezone.now())
    say_deleted(request, _moved(moved), gone)
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
def coverage(request: SignedInRequest) -> HttpResponseBase:
    """Per workflow its last and its next drill, the longest neglected first."""
    return _coverage(request, None)


def _coverage(request: SignedInRequest, setting: ProgrammeForm | None) -> HttpResponseBase:
    now = timezone.now()
    form = CoverageForm(request.GET, user=request.user)
    asked = form.cleaned_data if form.is_valid() else {}
    months = rehearsed.overdue_months()
    limit = rehearsed.overdue_before(months, now)
    team = asked.get("team")
    rows = rehearsed.workflows(
        request.user, team=team, overdue=limit if asked.get("overdue") else None
    )
    if wants_file(request, "coverage"):
        made = sheets.coverage(
            lambda: rehearsed.lines(list(rows), user=request.user, overdue=limit, now=now),
            scenarios=rehearsed.untried(request.user, team=team).of,
        )
        return file_of(request, made, now=now)
    page = page_of(request, rows)
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
def coverage_setting(request: SignedInRequest) -> HttpResponseBase:
    form = ProgrammeForm(request.POST)
    if not form.is_valid():
        return _coverage(request, form)
    programmes.demand(**form.cleaned_data, actor=request.user, now=timezone.now())
    messages.success(request, _("Saved."))
    return redirect("drills:coverage")
