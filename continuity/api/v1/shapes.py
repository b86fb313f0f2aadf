"""What several answers are made of.

Instants are ISO 8601 in UTC, lengths are whole seconds with `_seconds` in their name. What
is not known is null, and `unknown` says why by the name of the field. What is known only
from below carries `bound`.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from django.conf import settings
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from continuity.accounts.models import Team
from continuity.domain.clocks import Reading, Verdict
from continuity.domain.readiness import Level, Reason
from continuity.inventory.models import DataClass
from continuity.outages.queries import Summary
from continuity.web import reasons

Instant = Annotated[datetime, AfterValidator(lambda at: at.astimezone(UTC))]
Unknown = Annotated[
    dict[str, str],
    Field(description="Why a field is null, by its name; one that is not here has none."),
]


def one_of(values: Iterable[Any]) -> Any:
    """Describe a text of ours that is one of these."""
    return Field(json_schema_extra={"enum": [str(value) for value in values]})


class Shape(BaseModel):
    """The base of all answers: nothing in it changes once it is made."""

    model_config = ConfigDict(frozen=True)


class Link(Shape):
    """A thing by its key and name; `url` is its page."""

    id: int
    name: str
    url: str


class TeamLink(Shape):
    id: int
    name: str
    department: str | None


class Length(Shape):
    """A measured length; with the bound "at least", the least that it can have been."""

    value_seconds: int
    bound: Literal["exact", "at least"]


class Lifting(Shape):
    """Why something is not ready, and in words what would lift it."""

    code: str
    sentence: str


class Figures(Shape):
    """How the recoveries of an outage or a drill went, counted."""

    recoveries: int
    recovered: int
    median: Length | None
    met: int
    missed: int
    not_shown: int
    excused: int
    without_rto: int


Ready = Annotated[str, one_of(Level)]
Data = Annotated[str, one_of(DataClass.values)]
Age = Annotated[str, one_of(("fresh", "stale", "never"))]
Judged = Annotated[str, one_of(Verdict)]


class Recovery(Shape):
    """One dependency's way through one outage. `clocks` are the instants of its marks."""

    id: int
    workflow: Link
    team: str
    tool: Link
    lead: str | None
    alternative: str | None
    decision: str | None
    occurred_at: Instant
    clocks: dict[str, Instant | None]
    rto_seconds: int | None
    mbco_percent: int | None
    recovery_time: Length
    from_detection: Length | None
    from_decision: Length | None
    gap_seconds: int | None
    verdict: Judged | None
    capacity_percent: int | None
    quality_percent: int | None
    excused_because: str | None
    excused_by: str | None
    unknown: Unknown


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else int(length.total_seconds())


def measured(reading: Reading | None) -> Length | None:
    return None if reading is None else length_of(reading)


def length_of(reading: Reading) -> Length:
    return Length(
        value_seconds=int(reading.length.total_seconds()),
        bound="at least" if reading.is_lower_bound else "exact",
    )


def page_at(path: str) -> str:
    """Return the whole address of a page."""
    return f"{settings.BASE_URL}{path}"


def link(thing: Any) -> Link:
    """Return a row that has a page of its own."""
    return Link(id=thing.pk, name=str(thing), url=page_at(thing.get_absolute_url()))


def team_link(team: Team) -> TeamLink:
    department = None if team.parent_id is None else str(team.parent)
    return TeamLink(id=team.pk, name=team.name, department=department)


def lifting(found: Sequence[Reason]) -> list[Lifting]:
    return [Lifting(code=one.value, sentence=reasons.sentence(one)) for one in found]


def figures(summary: Summary | None) -> Figures | None:
    if summary is None:
        return None
    return Figures(
        recoveries=summary.total,
        recovered=summary.recovered,
        median=measured(summary.median),
        met=summary.met,
        missed=summary.missed,
        not_shown=summary.not_shown,
        excused=summary.excused,
        without_rto=summary.without_rto,
    )


def why(**unknown: tuple[bool, Any]) -> dict[str, str]:
    """Return the reasons of the fields that are unknown: each is named with whether it
    is, and the sentence that says why."""
    return {name: str(said) for name, (is_so, said) in unknown.items() if is_so}
