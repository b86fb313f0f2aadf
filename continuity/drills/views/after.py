"""The report of an outage, rehearsed or real, as pages: written, read, approved."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
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
from continuity.drills.models import Drill, Finding, Reviewed
from continuity.drills.queries import after as reports
from continuity.drills.queries import console as consoles
from continuity.drills.queries import decisions, pages, sheets
from continuity.drills.queries.criteria import criteria
from continuity.drills.services import findings, reviewing, surveying
from continuity.outages.models import Outage
from continuity.outages.queries import sheets as measured
from continuity.web.paging import page_of
from continuity.web.tables.files import file_of, wants_file

SHOWS = ("findings", "strengths", "dismissed")
MOST_DECISIONS = 100


@require_safe
@access(Action.VIEW, Reviewed, along=reports.READ)
def report(request: SignedInRequest, outage: Reviewed) -> HttpResponseBase:
    """The report: conclusion, aims and criteria of a drill, and findings, strengths or
    what was dismissed."""
    if wants_file(request, "findings"):
        now = timezone.now()
        made = sheets.findings(
            lambda: reports.finding_lines(
                reports.findings(outage, _show(request)), today=timezone.localdate(now)
            )
        )
        return file_of(request, made, now=now)
    return _report(request, outage)


def _common(request: SignedInRequest, outage: Reviewed, tab: str) -> dict[str, Any]:
    head = reports.head(outage, user=request.user)
    return {"head": head, "outage": outage, "tab": tab, "lies_below": _below(outage)}


def _below(outage: Outage) -> str:
    """Return the address below which a page lies in the navigation: drills, or outages."""
    name = "drills:of_outage" if outage.is_drill else "outages:live"
    return reverse(name, args=[outage.pk])


def _report(
    request: SignedInRequest,
    outage: Reviewed,
    *,
    conclusion: ConclusionForm | None = None,
    rating: tuple[int, RatingForm] | None = None,
) -> HttpResponse:
    common = _common(request, outage, "report")
    head = common["head"]
    found = reports.recoveries(outage, now=timezone.now())
    show = _show(request)
    page = page_of(request, reports.findings(outage, show), per_page=25)
    written = head.review.conclusion if head.review else ""
    aims = [
        (
            aim,
            rating[1]
            if rating and rating[0] == aim.number
            else RatingForm(
                initial={"rating": aim.rated.rating, "note": aim.rated.note},
                auto_id=f"id_aim_{aim.number}_%s",
            ),
        )
        for aim in (reports.aims(head.drill) if head.drill else ())
    ]
    context = common | {
        "aims": aims,
        "show": show,
        "page": page,
        "lines": reports.finding_lines(page.object_list, today=timezone.localdate()),
        "conclusion": conclusion or ConclusionForm(initial={"conclusion": written}),
        "results": found,
        "lasted": (outage.ended_at or timezone.now()) - outage.onset
        if outage.occurred_at
        else None,
        "criteria": criteria(head.drill, found) if head.drill else (),
    }
    status = 422 if conclusion or rating else 200
    return render(request, "drills/after.html", context, status=status)


def _show(request: SignedInRequest) -> str:
    asked = request.GET.get("show", "")
    return asked if asked in SHOWS else SHOWS[0]


@require_safe
@access(Action.VIEW, Reviewed, along=reports.READ)
def recoveries(request: SignedInRequest, outage: Reviewed) -> HttpResponseBase:
    """Each recovery's clocks and verdict, beside the last drill of its workflow."""
    return _recoveries(request, outage)


def _recoveries(
    request: SignedInRequest,
    outage: Reviewed,
    *,
    rating: tuple[int, RatingForm] | None = None,
) -> HttpResponseBase:
    now = timezone.now()
    common = _common(request, outage, "recoveries")
    found = reports.recoveries(outage, now=now)
    ordered = sorted(
        found.lines, key=lambda line: (pages.WORST_FIRST[line.verdict], line.workflow)
    )
    if wants_file(request, "recoveries"):
        return file_of(request, measured.recoveries(lambda: ordered), now=now)
    taken = decisions.decisions(drill, found) if (drill := common["head"].drill) else ()
    if wants_file(request, "decisions"):
        return file_of(request, sheets.decisions(lambda: taken), now=now)
    page = page_of(request, ordered, per_page=25)
    rows = reports.beside(outage, list(page), now=now)
    rated = reports.ratings(list(page))
    context = common | {
        "page": page,
        "rows": [
            (
                row,
                rated[row.line.pk],
                rating[1]
                if rating and rating[0] == row.line.pk
                else _form_of(row.line.pk, rated[row.line.pk]),
            )
            for row in rows
        ],
        "chart": reports.pairs(rows, is_drill=outage.is_drill),
        "decisions": taken[:MOST_DECISIONS],
    }
    status = 422 if rating else 200
    return render(request, "drills/after_recoveries.html", context, status=status)


def _form_of(pk: int, rated: reports.Rated) -> RatingForm:
    first = {"rating": rated.rating, "note": rated.note}
    return RatingForm(initial=first, auto_id=f"id_recovery_{pk}_%s")


@require_safe
@access(Action.VIEW, Reviewed, along=reports.READ)
def injects(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    """What a drill told people, what they did about it, and how well."""
    drill = reports.drill_of(outage)
    if drill is None:
        raise Http404
    page = page_of(request, consoles.injects_of(drill), per_page=25)
    context = _common(request, outage, "injects") | {
        "page": page,
        "lines": consoles.inject_lines(drill, page.object_list, now=timezone.now()),
    }
    return render(request, "drills/after_injects.html", context)


@require_safe
@access(Action.VIEW, Reviewed, along=reports.READ)
def timeline(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    """The journal in the order of time, continued after a line's number."""
    asked = request.GET.get("after", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    context = _common(request, outage, "timeline") | {
        "timeline": reports.timeline(outage, after=number),
        "is_first": number == 0,
    }
    return render(request, "drills/after_timeline.html", context)


@require_safe
@access(Action.VIEW, Reviewed, along=reports.READ)
def said(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    """What people said. Names are for those who evaluate."""
    page = page_of(request, reports.answers(outage), per_page=25)
    context = _common(request, outage, "said") | {
        "page": page,
    }
    return render(request, "drills/after_said.html", context)


@require_POST
@access(Action.EVALUATE, Reviewed)
def conclude(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    form = ConclusionForm(request.POST)
    if not form.is_valid():
        return _report(request, outage, conclusion=form)
    text = form.cleaned_data["conclusion"]
    reviewing.conclude(outage.pk, text, actor=request.user, now=timezone.now())
    return _saved(request, outage)


@require_POST
@access(Action.EVALUATE, Reviewed)
def rate(request: SignedInRequest, outage: Reviewed, number: int) -> HttpResponse:
    drill = get_object_or_404(pages.drills_of(outage))
    if number not in {one.number for one in reports.aims(drill)}:
        raise Http404
    form = RatingForm(request.POST, auto_id=f"id_aim_{number}_%s")
    if not form.is_valid():
        return _report(request, outage, rating=(number, form))
    reviewing.rate(
        outage.pk, number, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    return _saved(request, outage)


@require_POST
@access(Action.EVALUATE, Reviewed)
def rate_recovery(
    request: SignedInRequest, outage: Reviewed, recovery_pk: int
) -> HttpResponseBase:
    recovery = get_object_or_404(outage.recoveries.all(), pk=recovery_pk)
    form = RatingForm(request.POST, auto_id=f"id_recovery_{recovery.pk}_%s")
    if not form.is_valid():
        return _recoveries(request, outage, rating=(recovery.pk, form))
    reviewing.rate_recovery(
        recovery.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    messages.success(request, _("Saved."))
    asked = request.GET.get("page", "")
    query = {"page": asked} if asked.isdecimal() else None
    place = reverse("reviews:recoveries", args=[outage.pk], query=query)
    return redirect(f"{place}#recovery-{recovery.pk}")


def _saved(request: SignedInRequest, outage: Reviewed) -> HttpResponseRedirect:
    messages.success(request, _("Saved."))
    return redirect("reviews:report", outage.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EVALUATE, Reviewed)
def finding_new(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    if request.method != "POST":
        form = FindingForm(outage=outage, kind=request.GET.get("kind", ""))
        return _finding_form(request, outage, form)
    form = FindingForm(request.POST, outage=outage)
    if not form.is_valid():
        return _finding_form(request, outage, form)
    made = findings.add(
        outage.pk, **form.cleaned_data, actor=request.user, now=timezone.now()
    )
    return redirect(_place(made))


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.EVALUATE, Finding)
def finding_edit(request: SignedInRequest, finding: Finding) -> HttpResponse:
    outage = finding.outage
    if request.method != "POST":
        form = FindingForm(outage=outage, finding=finding)
        return _finding_form(request, outage, form, finding)
    form = FindingForm(request.POST, outage=outage)
    if not form.is_valid():
        return _finding_form(request, outage, form, finding)
    findings.change(finding.pk, **form.cleaned_data, actor=request.user, now=timezone.now())
    finding.kind = form.cleaned_data["kind"]
    return redirect(_place(finding))


def _finding_form(
    request: SignedInRequest,
    outage: Outage,
    form: FindingForm,
    finding: Finding | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "outage": outage,
        "finding": finding,
        "lies_below": _below(outage),
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/finding_form.html", context, status=status)


def _place(finding: Finding) -> str:
    show = "strengths" if finding.kind == "strength" else "findings"
    path = reverse("reviews:report", args=[finding.outage_id])
    return f"{path}?show={show}#finding-{finding.pk}"


@require_POST
@access(Action.EVALUATE, Finding)
def finding_dismiss(request: SignedInRequest, finding: Finding) -> HttpResponse:
    findings.dismiss(finding.pk, actor=request.user, now=timezone.now())
    messages.success(request, _("Dismissed. It can be put back under “Dismissed”."))
    return redirect("reviews:report", finding.outage_id)


@require_POST
@access(Action.EVALUATE, Finding)
def finding_restore(request: SignedInRequest, finding: Finding) -> HttpResponse:
    findings.restore(finding.pk, actor=request.user, now=timezone.now())
    return redirect(_place(finding))


@require_POST
@access(Action.REVIEW, Reviewed)
def approve(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    reviewing.approve(outage.pk, actor=request.user, now=timezone.now())
    messages.success(
        request, _("Approved. Nothing of it changes any more, and a new PDF is made.")
    )
    return redirect("reviews:report", outage.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.REVIEW, Reviewed)
def reopen(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    words = _("The approval is gone until somebody approves it again.")
    form = ReasonForm(request.POST if request.method == "POST" else None, help_text=words)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        reviewing.reopen(outage.pk, reason, actor=request.user, now=timezone.now())
        return redirect("reviews:report", outage.pk)
    context = {"form": form, "outage": outage, "lies_below": _below(outage)}
    status = 422 if form.is_bound else 200
    return render(request, "drills/after_reopen.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@access(Action.TAKE_PART, Reviewed)
def survey(request: SignedInRequest, outage: Reviewed) -> HttpResponse:
    """The two questions, on a phone right after the end. An answer can be changed."""
    now = timezone.now()
    known = reports.own_answer(outage, request.user)
    if request.method != "POST":
        return _survey(request, outage, SurveyForm(known=known), now)
    form = SurveyForm(request.POST)
    if not form.is_valid():
        return _survey(request, outage, form, now)
    surveying.answer(outage.pk, **form.cleaned_data, actor=request.user, now=now)
    messages.success(
        request, _("Thank you. You can change what you said until the report is approved.")
    )
    return redirect("reviews:survey", outage.pk)


def _survey(
    request: SignedInRequest, outage: Reviewed, form: SurveyForm, now: datetime
) -> HttpResponse:
    context = {
        "form": form,
        "outage": outage,
        "known": reports.own_answer(outage, request.user),
        "state": outage.state,
        "lies_below": _below(outage),
    }
    status = 422 if form.is_bound else 200
    return render(request, "drills/survey.html", context, status=status)


@require_safe
@access(Action.VIEW, Drill)
def of_drill(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """An address that went out in messages before reports were of outages too."""
    return redirect("reviews:report", drill.outage_id)


@require_safe
@access(Action.TAKE_PART, Drill)
def survey_of_drill(request: SignedInRequest, drill: Drill) -> HttpResponse:
    """As `of_drill`, for the two questions."""
    return redirect("reviews:survey", drill.outage_id)
