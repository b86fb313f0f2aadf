"""The report of an outage, rehearsed or real: aims, findings, recoveries, answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.after_action import Rating
from continuity.domain.clocks import Change, change
from continuity.domain.states import DrillState
from continuity.drills.models import (
    DRAFT_LABELS,
    RATING_LABELS,
    ActionStatus,
    AimRating,
    CorrectiveAction,
    Drill,
    DrillInject,
    Finding,
    FindingKind,
    Participant,
    ParticipantRole,
    RecoveryRating,
    Review,
    Reviewed,
    SurveyAnswer,
)
from continuity.drills.queries.wording import wording
from continuity.inventory.queries.allowed import permissions
from continuity.outages.models import JournalEntry, Outage
from continuity.outages.queries.journal import JournalLine, line_of
from continuity.outages.queries.results import (
    Line,
    Results,
    counterpart,
    last_drills_before,
    results,
)
from continuity.web import formats
from continuity.web.charts import Figure
from continuity.web.charts.pairs import Pair, Pairs, minutes
from continuity.web.together import number_of, together, value_of

PER_TIMELINE: Final = 50
MOST_PAIRS: Final = 12


@dataclass(frozen=True, slots=True)
class Rated:
    """What somebody judged. `rating` is empty while nobody has."""

    rating: str
    label: str | Promise
    tone: str
    note: str
    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class AimLine:
    """One aim of a drill, and how well it was reached."""

    number: int
    text: str
    rated: Rated


TONES: Final = {
    Rating.WITHOUT: "ok",
    Rating.SOME: "info",
    Rating.MAJOR: "warn",
    Rating.UNABLE: "bad",
}


@dataclass(frozen=True, slots=True)
class ActionLine:
    pk: int
    text: str
    owner: str
    due_on: date
    status: str
    label: str | Promise
    overdue: bool
    url: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding as it is read. `label` says what a draft is about, "" for a person's."""

    pk: int
    kind: str
    text: str
    label: str | Promise
    is_draft: bool
    workflow: str
    workflow_url: str
    alternative: str
    by: str
    dismissed_by: str
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every part of a report.

    `drill` is None of what was real. `review` is None for the moment between the end and
    the first draft. `named`: the reader sees who said what. `may_answer`: they may say
    something themselves. `injects` counts those of the drill, `evaluators` names who was
    to judge it.
    """

    outage: Outage
    drill: Drill | None
    review: Review | None
    is_open: bool
    is_approved: bool
    findings: int
    strengths: int
    dismissed: int
    answers: int
    injects: int
    evaluators: tuple[str, ...]
    may_edit: bool
    may_approve: bool
    may_answer: bool
    named: bool
    before_pk: int | None

    @property
    def can_edit(self) -> bool:
        return self.may_edit and self.is_open


READ: Final = (
    "team",
    "facilitator",
    "drill__scenario",
    "review__approved_by",
    "review__reopened_by",
)
"""What every part of a report reads of its outage, for `access(…, along=READ)`."""


def drill_of(outage: Outage) -> Drill | None:
    """Return the drill that rehearsed it; None of what was real."""
    return getattr(outage, "drill", None)


def review_of(outage: Outage) -> Review | None:
    """Return the report of `outage`; None before its first draft."""
    return getattr(outage, "review", None)


def head(outage: Outage, *, user: User) -> Head:
    """Return the head of the report of `outage`: one query if READ was read along."""
    drill = drill_of(outage)
    found = together(
        **permissions(
            Reviewed.objects.filter(pk=outage.pk),
            user,
            (Action.EVALUATE, Action.REVIEW, Action.TAKE_PART),
        ),
        counted=_counted(outage),
        answers=number_of(outage.survey_answers.all()),
        injects=number_of(DrillInject.objects.filter(drill=drill)),
        evaluators=Participant.objects.filter(drill=drill, role=ParticipantRole.EVALUATOR)
        .order_by("user__name")
        .values_list("user__name", "user__email"),
        before=drill_before(outage, user),
    )
    may_edit = bool(found[Action.EVALUATE])
    findings, strengths, dismissed = next(iter(found["counted"]), (0, 0, 0))
    return Head(
        outage=outage,
        drill=drill,
        review=review_of(outage),
        is_open=outage.state == DrillState.ENDED,
        is_approved=outage.state == DrillState.REVIEWED,
        findings=findings,
        strengths=strengths,
        dismissed=dismissed,
        answers=value_of(found["answers"]),
        injects=value_of(found["injects"]),
        evaluators=tuple(name or email for name, email in found["evaluators"]),
        may_edit=may_edit,
        may_approve=bool(found[Action.REVIEW]),
        may_answer=bool(found[Action.TAKE_PART]),
        named=may_edit or user.may(Action.VIEW),
        before_pk=value_of(found["before"], None),
    )


def _counted(outage: Outage) -> "QuerySet[Any, Any]":
    """Ask how many findings and strengths there are, and how many were dismissed."""
    rows = outage.findings.order_by().values("outage")
    return rows.annotate(
        findings=Count("pk", filter=Q(kind=FindingKind.FINDING, dismissed_at=None)),
        strengths=Count("pk", filter=Q(kind=FindingKind.STRENGTH, dismissed_at=None)),
        dismissed=Count("pk", filter=Q(dismissed_at__isnull=False)),
    ).values_list("findings", "strengths", "dismissed")


def drill_before(outage: Outage, user: User) -> "QuerySet[Drill, tuple[int]]":
    """Ask for the key of the last drill before that of `outage` that has a workflow in
    common with it. Nothing for what was real or has not begun."""
    if not outage.is_drill or outage.occurred_at is None:
        return Drill.objects.none().values_list("pk")
    work = outage.recoveries.values("workflow")
    return (
        Drill.objects.allowing(user, Action.VIEW)
        .filter(
            outage__state__in=[DrillState.ENDED, DrillState.REVIEWED],
            outage__occurred_at__lt=outage.occurred_at,
            outage__recoveries__workflow__in=work,
        )
        .order_by("-outage__occurred_at", "-pk")
        .values_list("pk")[:1]
    )


def aims(drill: Drill) -> tuple[AimLine, ...]:
    """Return the aims of a drill with their ratings; nothing if none was set. One query."""
    if not drill.aim:
        return ()
    rated = {row.number: row for row in drill.aim_ratings.select_related("rated_by")}
    return (AimLine(1, drill.aim, _rated(rated.get(1))),)


def ratings(lines: Iterable[Line]) -> dict[int, Rated]:
    """Return how somebody judged each recovery, also where nobody has. One query."""
    pks = [line.pk for line in lines]
    rows = RecoveryRating.objects.filter(recovery__in=pks).select_related("rated_by")
    known = {row.recovery_id: row for row in rows}
    return {pk: _rated(known.get(pk)) for pk in pks}


def _rated(rated: AimRating | RecoveryRating | None) -> Rated:
    if rated is None:
        return Rated("", _("Not rated yet"), "", "", "", None)
    rating = Rating(rated.rating)
    return Rated(
        rating=rated.rating,
        label=RATING_LABELS[rating],
        tone=TONES[rating],
        note=rated.note,
        by=str(rated.rated_by),
        at=rated.rated_at,
    )


def findings(outage: Outage, show: str) -> QuerySet[Finding]:
    """Return findings, strengths or what was dismissed, as `show` says."""
    rows = outage.findings.all()
    if show == "dismissed":
        rows = rows.filter(dismissed_at__isnull=False)
    else:
        kind = FindingKind.STRENGTH if show == "strengths" else FindingKind.FINDING
        rows = rows.standing().filter(kind=kind)
    return rows.select_related(
        "workflow", "alternative__tool", "made_by", "dismissed_by"
    ).prefetch_related(
        Prefetch("actions", CorrectiveAction.objects.select_related("owner"))
    )


def finding_lines(rows: Iterable[Finding], *, today: date) -> tuple[FindingLine, ...]:
    return tuple(_finding(row, today) for row in rows)


def _finding(row: Finding, today: date) -> FindingLine:
    return FindingLine(
        pk=row.pk,
        kind=row.kind,
        text=wording(row),
        label=dict(DRAFT_LABELS).get(row.draft, "") if row.draft else "",  # type: ignore[call-overload]
        is_draft=bool(row.draft) and row.edited_at is None,
        workflow=row.workflow.name if row.workflow else "",
        workflow_url=row.workflow.get_absolute_url() if row.workflow else "",
        alternative=str(row.alternative or ""),
        by=str(row.made_by or ""),
        dismissed_by=str(row.dismissed_by or ""),
        actions=tuple(_action(one, today) for one in row.actions.all()),
    )


def _action(row: CorrectiveAction, today: date) -> ActionLine:
    return ActionLine(
        pk=row.pk,
        text=row.text,
        owner=str(row.owner),
        due_on=row.due_on,
        status=row.status,
        label=ActionStatus(row.status).label,
        overdue=row.status != ActionStatus.CLOSED and row.due_on < today,
        url=row.get_absolute_url(),
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """One recovery beside the same work's in the drill before; None: there was none."""

    line: Line
    before: Line | None
    change: Change | None


def beside(outage: Outage, lines: Sequence[Line], *, now: datetime) -> tuple[Beside, ...]:
    """Return recoveries, each beside that of the last drill of its workflow."""
    earlier = last_drills_before(outage, {one.workflow_pk for one in lines}, now=now)
    rows = []
    for line in lines:
        before = counterpart(line, earlier.get(line.workflow_pk, ()))
        moved = None if before is None else change(before.reading, line.reading)
        rows.append(Beside(line, before, moved))
    return tuple(rows)


def recoveries(outage: Outage, *, now: datetime) -> Results:
    return results(outage, now=now)


def pairs(rows: Iterable[Beside], *, is_drill: bool = True) -> Figure:
    """Return the recoveries that have one to compare with, as a chart."""
    both = [row for row in rows if row.before is not None][:MOST_PAIRS]
    return Pairs(
        uid="beside",
        title=_("Recovery time, the drill before and this one")
        if is_drill
        else _("Recovery time, the drill before and this outage"),
        description=_("Minutes from the onset to the minimum level."),
        rows=[
            Pair(
                row.line.workflow,
                minutes(row.before.reading if row.before else None),
                minutes(row.line.reading),
            )
            for row in both
        ],
        heads=(
            _("Workflow"),
            _("The drill before"),
            _("This drill") if is_drill else _("This outage"),
        ),
    ).figure()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Some lines of the journal, the oldest first. `next` continues after the last one;
    None at the end."""

    lines: tuple[JournalLine, ...]
    next: int | None


def timeline(outage: Outage, *, after: int = 0, limit: int = PER_TIMELINE) -> Timeline:
    """Return the journal from the line after the one numbered `after`. One query."""
    rows: list[JournalEntry] = list(
        outage.journal.filter(number__gt=after)
        .select_related("recovery__workflow", "recovery__tool")
        .order_by("number")[: limit + 1]
    )
    shown = rows[:limit]
    return Timeline(
        tuple(line_of(row, is_drill=outage.is_drill) for row in shown),
        shown[-1].number if len(rows) > limit else None,
    )


def answers(outage: Outage) -> QuerySet[SurveyAnswer]:
    return outage.survey_answers.select_related("person")


def own_answer(outage: Outage, user: User) -> SurveyAnswer | None:
    return outage.survey_answers.filter(person=user).first()


def said(change: Change | None) -> str:
    """Return "+3 min", "at least +3 min", or a dash where nothing can be said."""
    if change is None:
        return formats.NOTHING
    sign = "+" if change.length.total_seconds() > 0 else ""
    text = f"{sign}{formats.duration(change.length)}"
    words = {"exact": "%(change)s", "at_least": _("at least %(change)s")}
    words["at_most"] = _("at most %(change)s")
    return words[change.sureness] % {"change": text}
