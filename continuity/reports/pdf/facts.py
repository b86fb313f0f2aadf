"""What a report is made of: the exact JSON that `render` takes.

All kinds share `CommonFacts`: `AfterActionFacts` is here, the continuity report in
`facts_continuity`, packs and plans in `facts_packs`, the register in `facts_evidence`.
The rules:

- Facts are plain JSON: dict, list, str, int, bool, None. No float: a share is a
  whole percent.
- An `Instant` is ISO 8601 with seconds and the offset of the reader's zone
  ("2025-06-10T08:36:00+02:00"). It is printed as it stands, so the caller chooses
  the zone. A `Day` is "2025-06-10".
- A length is a number of seconds and says so in its name. The layout prints it:
  "41 min 05 s" under an hour, "3 h 20" above.
- A recovery time is a `Bounded`: a length and whether it is only a lower bound.
  A bound is printed as "> 42 min", never as a time.
- Keys of a closed set (`Verdict`, `Readiness`, `Fate`, `Tone`) are printed with the
  layout's own translated words. Every other text is data, printed as given, in
  whatever language it is in; the caller translates what has a translation (labels of
  criticality, kind of alternative, relation, confidence, phase state).
- Lists are printed in the order given. An empty list prints a sentence that says so.
- Any string may hold anything: markup is text, characters that no bundled font shows
  become U+FFFD, words without a blank are broken, nothing is cut but the title and the
  organisation (at 200 characters).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

from continuity.reports.typesetting import WORDS

type Kind = Literal["after_action", "continuity", "grab_pack", "team_plan", "evidence"]
type Language = Literal["en", "fr", "en-fr"]  # both at once: the grab pack alone
type Paper = Literal["a4", "us-letter", "a5"]  # the pocket size: the grab pack alone

type Instant = str
type Day = str

type Verdict = Literal["met", "missed", "not_shown", "excused"]  # domain.clocks.Verdict
type Readiness = Literal[
    "ready", "partly", "not_ready", "unknown"
]  # domain.readiness.Level
type Fate = Literal["shares", "none_known", "unknown"]
type Tone = Literal["ok", "warn", "bad", "neutral"]


class Bounded(TypedDict):
    """A measured length, or the least it can have been."""

    seconds: int
    lower_bound: bool


class Chart(TypedDict):
    """A drawing and the table that says the same.

    `svg` is what `continuity.web.charts` gives: shapes and text with presentation
    attributes, no style, script, image or reference. It is set to the width of the
    text (A4: 174 mm); one that is more than 1.3 times as high as it is wide is made
    smaller, so split a long one (about 20 bars each). `alt` says in words what the
    drawing shows. `columns` and `rows` are finished text; `rows` may be empty where
    the section's own table already says the same.
    """

    section: Literal[
        "recoveries", "readiness", "knock_out", "trend", "drills", "teams", "outages",
        "forecast",
    ]  # fmt: skip
    title: str
    alt: str
    note: NotRequired[str]  # how to read it, under its title
    svg: str
    columns: list[str]
    rows: list[list[str]]


class LogoFacts(TypedDict):
    """The organisation's logo: its picture travels beside the facts."""

    type: Literal["png", "jpg"]
    alt: str
    sha256: str


class ChangeFacts(TypedDict):
    """A figure that differs from the version before. Finished text."""

    figure: str
    before: str
    after: str


class CommonFacts(TypedDict):
    """What all kinds hold. The words are no facts and not part of the digest."""

    organisation: str
    title: str
    version: int
    supersedes: NotRequired[int | None]
    changes: NotRequired[list[ChangeFacts]]  # since the version it supersedes
    logo: NotRequired[LogoFacts]
    cut_off: Instant  # nothing later is in the report; also the date of the file
    time_zone: str  # for the reader: "Europe/Paris"
    prepared_by: str
    distribution: str  # "Internal"; may be empty
    summary: list[str]  # paragraphs, finished sentences
    charts: list[Chart]
    words: dict[str, str]  # from `words.words(language)`
    words_too: NotRequired[dict[str, str]]  # the second language of "en-fr"


# --- After-action report of one outage, rehearsed or real ------------------------------


class DrillFacts(TypedDict):
    """The outage itself, rehearsed or real."""

    real: NotRequired[bool]  # nothing in the report calls it an exercise then
    tools: NotRequired[list[str]]  # what failed
    kind: str  # "Functional drill"; "Real outage"
    started_at: Instant
    ended_at: Instant
    onset: Instant  # occurred_at: where every RTA of this drill begins
    paused_seconds: int
    facilitator: str  # of what is real: who declared it
    teams: list[str]


class ScenarioFacts(TypedDict):
    """What was rehearsed, and how good the record of the real outage is."""

    name: str
    description: str
    source_title: str  # may be empty: an invented scenario
    source_url: str  # may be empty; only http(s) becomes a link
    quality: str  # "Provider's own post-mortem, times to the minute"; may be empty
    speed: int  # 1 is real time, 60 is an hour in a minute


class RecoveryFigures(TypedDict):
    """The tiles. `recovered` counts recoveries with a `minimum_at`.

    met + missed + not_shown + excused == in_scope, less those without an RTO.
    """

    in_scope: int
    recovered: int
    median: Bounded | None  # None: nothing to take a median of
    met: int
    missed: int
    not_shown: int
    excused: int


class PhaseFacts(TypedDict):
    """One line of the scenario's timeline."""

    offset_seconds: int  # after the onset, on the drill's clock
    component: str
    state: str  # translated label: "Degraded"
    tone: Tone
    error_rate_percent: int | None
    note: str
    source_url: str  # may be empty


class RecoveryFacts(TypedDict):
    """One workflow's way through the drill; instants as seconds after the onset."""

    team: str
    workflow: str
    tool: str
    alternative: str  # empty: none was used
    rto_seconds: int | None
    acknowledged_seconds: int | None
    switched_seconds: int | None
    rta: Bounded  # a bound where the minimum was not reached
    verdict: Verdict | None  # None: no RTO to judge by
    gap_seconds: int | None  # RTA - RTO, negative is early; of a bound where rta is one
    before: Bounded | None  # RTA in the last drill of the same work; None without one
    rating: NotRequired[str]  # translated label of the evaluator's word; may be empty
    rating_note: NotRequired[str]


class JournalFacts(TypedDict):
    """One entry of the journal."""

    at: Instant
    received_at: Instant | None  # set where it came in noticeably later
    what: str
    who: str


class ExcusedFacts(TypedDict):
    """A recovery that counts for nothing, and who said so."""

    team: str
    workflow: str
    tool: str
    reason: str
    by: str
    at: Instant


class NotRecoveredFacts(TypedDict):
    """A recovery still open at the end."""

    team: str
    workflow: str
    tool: str
    rto_seconds: int | None
    bound: Bounded
    last_step: str  # "Acknowledged"; "No step recorded"


class ApprovalFacts(TypedDict):
    """Whether somebody stands for the report; `by` and `at` are empty until then."""

    approved: bool
    by: str
    at: Instant | None


class AimFacts(TypedDict):
    """One aim, and how well it was reached in somebody's judgement."""

    aim: str
    rating: str  # translated label; "Not rated yet"
    tone: Tone
    note: str
    by: str


class CriterionFacts(TypedDict):
    """By what the drill was to succeed, and whether it did."""

    statement: str
    tone: Tone
    answer: str  # translated label; "Still open"
    note: str  # what was measured, or why it was rated so; may be empty
    by: str


class InjectFacts(TypedDict):
    """What people were told on the way, and what they did about it."""

    number: int
    at: Instant | None  # None: it was never delivered
    sender: str
    text: str
    expected: str  # may be empty, as what follows
    state: str  # translated label
    done: str
    rating: str  # translated label


class FindingFacts(TypedDict):
    """A finding or a strength."""

    text: str
    kind: str  # translated label: "Target missed"
    workflow: str  # may be empty, as the alternative may
    alternative: str


class ActionFacts(TypedDict):
    """What is done about a finding, as of the cut-off."""

    finding: str
    text: str
    owner: str
    due_on: Day
    status: str  # translated label
    overdue: bool


class SaidFacts(TypedDict):
    """What one person said, without the name. One of the two may be empty."""

    slowed: str
    helps: str


class AfterActionFacts(CommonFacts):
    """kind="after_action": what an outage showed, rehearsed or real."""

    drill: DrillFacts
    scenario: ScenarioFacts | None  # None of what was real
    figures: RecoveryFigures
    phases: list[PhaseFacts]
    recoveries: list[RecoveryFacts]
    not_recovered: list[NotRecoveredFacts]
    excused: list[ExcusedFacts]
    approval: ApprovalFacts
    conclusion: str  # may be empty
    aims: list[AimFacts]
    criteria: NotRequired[list[CriterionFacts]]
    injects: NotRequired[list[InjectFacts]]
    findings: list[FindingFacts]
    strengths: list[FindingFacts]
    actions: list[ActionFacts]
    said: list[SaidFacts]
    journal: list[JournalFacts]


def canonical(facts: Mapping[str, Any]) -> str:
    """Return the facts as the one text their digest is taken over: JSON with sorted keys,
    no blanks and ASCII escapes, without the words."""
    kept = {key: value for key, value in facts.items() if key not in WORDS}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical facts as 64 hexadecimal digits.

    The same facts in a reworded layout keep their digest. `render` prints this value,
    so a reader can compare it with the facts kept beside the report.
    """
    return digest_of(canonical(facts))


def digest_of(text: str) -> str:
    """Return the digest of facts that are canonical already."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()
