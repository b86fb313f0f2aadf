"""The report of a drill as pages: written, read, approved."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from continuity.accounts.access import access
from continuity.accounts.http import SignedInRequest
from continuity.accounts.roles import Action
from continuity.drills.forms.after import (
    ConclusionForm,
    FindingForm,
    RatingForm,
    ReasonForm,
    SurveyForm,
)
from continuity.drills.models import Drill, Finding
from continuity.drills.queries import after as reports
from continuity.drills.queries import decisions, pages, sheets
from continuity.drills.services import findings, reviewing, surveying
from continuity.inventory.http import file_of, wants_file
from continuity.outages.models import Outage
from continuity.outages.queries import sheets as measured
from continuity.web.paging import page_of

SHOWS = ("findings", "strengths", "dismissed")
MOST_DECISIONS = 100


@require_safe
@access(Action.VIEW, Drill)
def after(request: SignedInRequest, drill: Drill) -> HttpResponseBase:
    """The report: conclusion, aims, and findings, strengths or what was dismissed."""
    if wants_file(request, "findings"):
        now = timezone.now()
        made = sheets.findings(
            lambda: reports.finding_lines(
                reports.findings(drill, _show(request)), today=timezone.localdate(now)
            )
        )
        return file_of(request, made, now=now)
    return _after(request, drill)


def _after(
    request: SignedInRequest,
    drill: Drill,
    *,
    conclusion: ConclusionForm | None = None,
    rating: tuple[int, RatingForm] | None = None,
) -> HttpResponse:
    head = reports.head(drill, user=request.user)
    show = _show(request)
    page = page_of(request, reports.findings(drill, show), per_page=25)
    written = head.review.conclusion if head.review else ""
    aims = [
        (
            aim,
            rating[1]
            if rating and rating[0] == aim.number
            else RatingForm(
                initial={"rating": aim.rating, "note": aim.note},
                auto_id=f"id_aim_{aim.number}_%s",
            ),
        )
        for aim in reports.aims(drill)
    ]
    context = {
        "head": head,
        "drill": drill,
        "tab": "report",
        "aims": aims,
        "show": show,
        "page": page,
        "lines": reports.finding_lines(page.object_list, today=timezone.localdate()),
        "conclusion": conclusion or ConclusionForm(initial={"conclusion": written}),
        "results": reports.recoveries(drill, now=timezone.now()),
    }
    status = 422 if conclusion or rating else 200
    return render(request, "drills/after.html", context, status=status)


def _show(request: SignedInRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in SHOWS else SHOWS[0]


@require_safe
@access(Action.VIEW, Drill)
def recoveries(request: SignedInRequest, drill: Drill) -> HttpResponseBase:
    """Each recovery's clocks and verdict, beside the last drill of its workflow."""
    now = timezone.now()
    found = reports.recoveries(drill, now=now)
    ordered = sorted(
        found.lines, key=lambda line: (pages.WORST_FIRST[line.verdict], line.workflow)
    )
    if wants_file(request, "recoveries"):
        return file_of(request, measured.recoveries(lambda: ordered), now=now)
    page = page_of(request, ordered, per_page=25)
    rows = reports.beside(drill, list(page), now=now)
    context = {
        "head": reports.head(drill, user=request.user),
        "drill": drill,
        "tab": "recoveries",
        "page": page,
        "rows": rows,
        "chart": reports.pairs(rows),
        "decisions": decisions.decisions(drill, found)[:MOST_DECISIONS],
    }
    return render(request, "drills/after_recoveries.html", context)


@require_safe
@access(Action.VIEW, Drill)
def timeline(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """The journal in the order of time, continued after a line's number."""
    asked = request.GET.get("after", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    context = {
        "head": reports.head(drill, user=request.user),
        "drill": drill,
        "tab": "timeline",
        "timeline": reports.timeline(drill.outage, after=number),
        "is_first": number == 0,
    }
    return render(request, "drills/after_timeline.html", context)


@require_safe
@access(Action.VIEW, Drill)
def said(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """What people said. Names are for those who evaluate."""
    page = page_of(request, reports.answers(drill), per_page=25)
    context = {
        "head": reports.head(drill, user=request.user),
        "drill": drill,
        "tab": "said",
        "page": page,
    }
    return render(request, "drills/after_said.html", context)


@require_POST
@access(Action.RUN_DRILL, Drill)
def conclude(request: SignedInRequest, drill: Drill) -> HttpResponse:
    form = ConclusionForm(request.POST)
    if not form.is_valid():
        return _after(request, drill, conclusion=form)
    text = form.cleaned_data["conclusion"]
    reviewing.conclude(drill.pk, text, actor=request.user, now=timezone.now())
    return _saved(request, drill)


@require_POST
@access(Action.RUN_DRILL, Drill)
def rate(request: SignedInRequest, drill: Drill, number: int) -> HttpResponse:
    aim = next((one for one in reports.aims(drill) if one.number == number), None)
    if aim is None:
        return HttpResponse(status=404)
    form = RatingForm(request.POST, auto_id=f"id_aim_{number}_%s")
    if not form.is_valid():
        return _after(request, drill, rating=(number, form))
    reviewing.rate(
        drill.pk, number, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    return _saved(request, drill)


def _saved(request: SignedInRequest, drill: Drill) -> HttpResponseRedirect:
    messages.success(request, _("Saved."))
    return redirect("drills:after", drill.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Drill)
def finding_new(request: SignedInRequest, drill: Drill) -> HttpResponse:
    if request.method != "POST":
        form = FindingForm(drill=drill, kind=request.GET.get("kind", ""))
        return _finding_form(request, drill, form)
    form = FindingForm(request.POST, drill=drill)
    if not form.is_valid():
        return _finding_form(request, drill, form)
    made = findings.add(
        drill.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    return redirect(_place(made))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.RUN_DRILL, Finding)
def finding_edit(request: SignedInRequest, finding: Finding) -> HttpResponse:
    drill = finding.drill
    if request.method != "POST":
        form = FindingForm(drill=drill, finding=finding)
        return _finding_form(request, drill, form, finding)
    form = FindingForm(request.POST, drill=drill)
    if not form.is_valid():
        return _finding_form(request, drill, form, finding)
    findings.change(finding.pk, **form.cleaned_data, actor=request.user, now=timezone.now())
    finding.kind = form.cleaned_data["kind"]
    return redirect(_place(finding))


def _finding_form(
    request: SignedInRequest,
    drill: Drill,
    form: FindingForm,
    finding: Finding | None = None,
) -> HttpResponse:
    context = {"form": form, "drill": drill, "finding": finding}
    status = 422 if form.is_bound else 200
    return render(request, "drills/finding_form.html", context, status=status)


def _place(finding: Finding) -> str:
    show = "strengths" if finding.kind == "strength" else "findings"
    path = reverse("drills:after", args=[finding.drill_id])
    return f"{path}?show={show}#finding-{finding.pk}"


@require_POST
@access(Action.RUN_DRILL, Finding)
def finding_dismiss(request: SignedInRequest, finding: Finding) -> HttpResponse:
    findings.dismiss(finding.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("Dismissed. It can be put back under “Dismissed”."))
    return redirect("drills:after", finding.drill_id)


@require_POST
@access(Action.RUN_DRILL, Finding)
def finding_restore(request: SignedInRequest, finding: Finding) -> HttpResponse:
    findings.restore(finding.pk, actor=request.user, now=timezone.now())
    return redirect(_place(finding))


@require_POST
@access(Action.REVIEW, Drill)
def approve(request: SignedInRequest, drill: Drill) -> HttpResponse:
    reviewing.approve(drill.pk, actor=request.user, now=timezone.now())
    messages.success(
        request, _("Approved. Nothing of it changes any more, and a new PDF is made.")
    )
    return redirect("drills:after", drill.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.REVIEW, Drill)
def reopen(request: SignedInRequest, drill: Drill) -> HttpResponse:
    words = _("The approval is gone until somebody approves it again.")
    form = ReasonForm(request.POST if request.method == "POST" else None, help_text=words)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        reviewing.reopen(drill.pk, reason, actor=request.user, now=timezone.now())
        return redirect("drills:after", drill.pk)
    context = {"form": form, "drill": drill}
    status = 422 if form.is_bound else 200
    return render(request, "drills/after_reopen.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.TAKE_PART, Drill)
def survey(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """The two questions, on a phone right after the drill. An answer can be changed."""
    now = timezone.now()
    known = reports.own_answer(drill, request.user)
    if request.method != "POST":
        return _survey(request, drill, SurveyForm(known=known), now)
    form = SurveyForm(request.POST)
    if not form.is_valid():
        return _survey(request, drill, form, now)
    surveying.answer(drill.pk, **form.cleaned_data, actor=request.user, now=now)
    messages.success(
        request, _("Thank you. You can change what you said until the report is approved.")
    )
    return redirect("drills:survey", drill.pk)


def _survey(
    request: SignedInRequest, drill: Drill, form: SurveyForm, now: datetime
) -> HttpResponse:
    context = {
        "form": form,
        "drill": drill,
        "known": reports.own_answer(drill, request.user),
        "state": drill.outage.state,
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/survey.html", context, status=status)


@require_safe
@access(Action.VIEW, Outage)
def survey_of_outage(request: SignedInRequest, outage: Outage) -> HttpResponse:
    """From the live page of a drill to its two questions."""
    found = get_object_or_404(pages.drills_of(outage))
    return redirect("drills:survey", found.pk)
