"""What a continuity report is made of: kind="continuity".

As in `facts`: plain JSON, lengths in whole seconds, finished texts where there is no key.
"""

from __future__ import annotations

from typing import Literal, TypedDict

from continuity.reports.pdf.facts import (
    Bounded,
    CommonFacts,
    Day,
    Fate,
    Instant,
    Readiness,
    Tone,
    Verdict,
)


class ScopeFacts(TypedDict):
    """Whom the report is about."""

    kind: Literal["team", "department", "organisation"]
    name: str


class PeriodFacts(TypedDict):
    """Both days belong to it."""

    first: Day
    last: Day


class ReadinessFigures(TypedDict):
    """ready + partly + not_ready + unknown == workflows. Percent of nothing is None."""

    workflows: int
    ready: int
    partly: int
    not_ready: int
    unknown: int  # names no tool
    share_percent: int | None
    weighted_percent: int | None  # by criticality


class DrillFigures(TypedDict):
    """The drills of the period, all recoveries together."""

    drills: int
    recoveries: int
    median: Bounded | None
    met: int
    missed: int
    not_shown: int
    excused: int


class TeamReadiness(ReadinessFigures):
    """One line of readiness by team."""

    team: str


class WorkflowFacts(TypedDict):
    """One workflow."""

    name: str
    team: str
    criticality: str  # translated label
    rto_seconds: int | None
    mtpd_seconds: int | None
    mbco_percent: int | None
    mbco: str  # in words; may be empty
    owner: str  # empty: nobody, and the report says so
    deputy: str
    tools: list[str]
    readiness: Readiness
    reasons: list[str]  # what is missing and what would lift it; empty when ready


class ProofFacts(TypedDict):
    """Latest evidence that an alternative works for the workflow."""

    source: str  # "Drill: Loss of ChatGPT, spring"
    day: Day
    expires_on: Day
    expired: bool
    time: Bounded | None  # None: attested without a measured time
    capacity_percent: int | None


class FateFacts(TypedDict):
    """What the alternative shares with the tool it replaces."""

    answer: Fate
    through: list[str]  # the path by name: ["Gemini", "Cloudflare"]; only for "shares"
    example: str  # a real outage that shows it; may be empty
    known_percent: int | None  # how much of the chain is known


class AlternativeFacts(TypedDict):
    """One alternative of one workflow."""

    workflow: str
    team: str
    tool: str
    rank: int  # 1 is tried first
    alternative: str
    kind: str  # translated label: "Other provider"
    proof: ProofFacts | None
    fate: FateFacts


class DrillLineFacts(TypedDict):
    """One recovery of one drill in the period."""

    day: Day
    drill: str
    workflow: str
    team: str
    rto_seconds: int | None
    rta: Bounded
    verdict: Verdict | None  # None: no RTO to judge by


class NotReadyFacts(TypedDict):
    """A workflow that is partly or not ready, and why."""

    workflow: str
    team: str
    readiness: Readiness
    reasons: list[str]


class NoToolFacts(TypedDict):
    """A workflow that names no tool."""

    workflow: str
    team: str
    note: str  # what stood there: "Various"; may be empty


class GapFacts(TypedDict):
    """What stands between today and ready."""

    not_ready: list[NotReadyFacts]
    no_tool: list[NoToolFacts]


class SourceFacts(TypedDict):
    """One upstream edge and where we know it from."""

    tool: str
    upstream: str
    relation: str  # translated label: "Edge network"
    hard: bool
    source_title: str
    source_url: str
    verified_on: Day | None
    confidence: str  # translated label


class LevelFacts(TypedDict):
    """One level of harm of the organisation's scale."""

    name: str
    tolerable: bool


class ScaleFacts(TypedDict):
    """What harm is rated with, and how much of the work is rated."""

    levels: list[LevelFacts]  # from mild to bad
    points_seconds: list[int]  # how long a stop lasts: the columns of the table
    categories: list[str]
    rated: int
    workflows: int


class RecoveryPointFacts(TypedDict):
    """How much of one kind of material may be lost, and where a copy is."""

    material: str
    rpo_seconds: int | None
    copy: str  # may be empty


class ImpactFacts(TypedDict):
    """The business impact analysis of one workflow.

    `levels` are the places in the scale of the worst level at each point, None before the
    first rating; all None where nobody rated it.
    """

    workflow: str
    team: str
    criticality: str
    levels: list[int | None]
    intolerable_in: list[str]  # categories whose harm is not tolerable at the MTPD
    mtpd_seconds: int | None
    given_mtpd_seconds: int | None  # what the ratings give
    rto_seconds: int | None
    wrt_seconds: int | None
    points: list[RecoveryPointFacts]
    reason: str  # why these targets; may be empty


class SharedLineFacts(TypedDict):
    """An alternative that falls with the tool it replaces."""

    workflow: str
    team: str
    tool: str
    alternative: str
    through: list[str]
    example: str


class SharedFateFacts(TypedDict):
    """How many alternatives share an upstream, and which."""

    alternatives: int
    shares: int
    none_known: int
    unknown: int
    manual: int  # procedures, which ride on nothing
    rows: list[SharedLineFacts]


class KnockOutLineFacts(TypedDict):
    """What the loss of one tool does; the counts do not overlap."""

    tool: str
    kind: str
    falls_with: int  # other tools that stop with it
    stops: int
    critical: int  # of those that stop
    falls_back: int
    degraded: int
    lands_on: list[str]  # where most of it goes, with how many workflows


class KnockOutFacts(TypedDict):
    """Tools by what their loss stops. `nameless` workflows name no tool."""

    workflows: int
    nameless: int
    rows: list[KnockOutLineFacts]


class OutageFigures(TypedDict):
    """The real outages of the period, all recoveries together."""

    outages: int
    recoveries: int
    median: Bounded | None
    met: int
    missed: int
    not_shown: int
    excused: int


class OutageFacts(TypedDict):
    """One real outage."""

    title: str
    began: Instant
    ended: Instant
    lasted_seconds: int
    tools: list[str]
    links: list[str]  # addresses of status pages, printed and not linked
    recoveries: int
    recovered: int
    met: int
    missed: int
    not_shown: int
    excused: int


class FoundFacts(TypedDict):
    """A finding of a drill of the period."""

    day: Day
    drill: str
    kind: str
    text: str
    workflow: str
    alternative: str
    actions: int
    open_actions: int


class DoneAboutFacts(TypedDict):
    """A corrective action: one that is open, or was closed in the period."""

    text: str
    finding: str
    drill: str
    team: str
    owner: str
    due_on: Day
    status: str
    tone: Tone
    age_days: int
    days_late: int
    closed: str  # on what it closed, and by whom; empty while it is open


class ActionFigures(TypedDict):
    """`oldest_days` is None without an open action."""

    findings: int
    open: int
    overdue: int
    closed: int
    oldest_days: int | None


class ExclusionFacts(TypedDict):
    """A recovery that counts for nothing, and who said so."""

    day: Day
    outage: str
    is_drill: bool
    workflow: str
    team: str
    reason: str
    by: str
    at: Instant | None


class LeftOutFacts(TypedDict):
    """What no figure of the report counts."""

    called_off: int  # drills that were aborted
    missed: int  # drills whose time passed without a start
    false_alarms: int  # real outages that were withdrawn
    without_rto: int  # recoveries that no verdict could judge
    archived: int  # workflows


class SpreadFacts(TypedDict):
    """Of a year: the mean, and what nine years of ten lie between."""

    mean_seconds: int
    low_seconds: int
    high_seconds: int
    mean_cost: int | None
    low_cost: int | None
    high_cost: int | None


class TeamYearFacts(SpreadFacts):
    """The year of one team."""

    team: str


class WorthFacts(SpreadFacts):
    """What proving or naming one alternative would give back in a year."""

    workflow: str
    team: str
    tool: str
    alternative: str  # empty: nobody has named one
    missing: list[str]


class UnsaidFacts(TypedDict):
    """Workflows of which a forecast can say nothing, and why."""

    reason: str
    workflows: int


class ForecastFacts(TypedDict):
    """The latest finished forecast, cut to the report's scope."""

    number: int
    as_of: Instant
    seed: int
    years: int
    sha256: str
    observed_days: int
    record: int  # outages it rests on
    own: int  # of them, the organisation's own
    currency: str
    whole: SpreadFacts | None  # None for a part of the organisation
    teams: list[TeamYearFacts]
    worth: list[WorthFacts]
    unsaid: list[UnsaidFacts]


class ContinuityFacts(CommonFacts):
    """kind="continuity": how ready a team or the organisation is, and how we know."""

    scope: ScopeFacts
    period: PeriodFacts
    readiness: ReadinessFigures
    drill_figures: DrillFigures
    scale: ScaleFacts
    impact: list[ImpactFacts]
    teams: list[TeamReadiness]
    workflows: list[WorkflowFacts]
    alternatives: list[AlternativeFacts]
    shared_fate: SharedFateFacts
    knock_out: KnockOutFacts
    drills: list[DrillLineFacts]
    outage_figures: OutageFigures
    outages: list[OutageFacts]
    outage_lines: list[DrillLineFacts]
    findings: list[FoundFacts]
    actions: list[DoneAboutFacts]
    action_figures: ActionFigures
    forecast: ForecastFacts | None
    excused: list[ExclusionFacts]
    left_out: LeftOutFacts
    gaps: GapFacts
    sources: list[SourceFacts]
