"""The inventory under the record: what each outage takes from each workflow, and what
each alternative that is missing or unproven would give back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from continuity.domain.forecast import Known, Spread, draw
from continuity.domain.losses import Choice, Need, Reached, lost, reach
from continuity.domain.readiness import Reason
from continuity.domain.yearly import (
    Candidate,
    Lost,
    Step,
    TeamYear,
    Worth,
    Yearly,
    simulate,
)
from continuity.insight.queries.record import record
from continuity.inventory.models import Workflow
from continuity.inventory.queries import carrying, fate
from continuity.inventory.queries.carrying import Carried, Option, Use

PLACES: Final = 4
"""Decimals kept of an hour: less than a second."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One candidate in words: `option` None is an alternative that nobody has named."""

    work: Carried
    use: Use
    option: Option | None
    after: timedelta


def result(*, seed: int, years: int, now: datetime, step: Step) -> dict[str, Any]:
    """Return the forecast as plain JSON, for all workflows in use: nine queries.

    `step` is told how much is done and raises to stop. The same seed, inventory and
    record give the same result.
    """
    recorded, unnamed = record(now)
    graph = fate.graph()
    works = carrying.carried(
        Workflow.objects.current().order_by("team__name", "name", "pk"),
        now=now,
        graph=graph,
    )
    reached = [reach(graph, one.hits) for one in recorded]
    observed = now - recorded[0].start if recorded else timedelta(days=1)
    strikes = draw(
        [Known(one.key, one.family) for one in recorded],
        observed=observed,
        years=years,
        seed=seed,
    )
    counted = [one for one in works if _state(one, reached) == "known"]
    yearly = [_yearly(one, reached) for one in counted]
    proposals, untimed = _proposals(counted, reached)
    step(0.0)
    year = simulate(
        yearly,
        [one for one, _proposal in proposals],
        strikes,
        years=years,
        around=now,
        step=step,
    )
    names = {one.team: one.team_name for one in works}
    worded = {one.key: proposal for one, proposal in proposals}
    return {
        "record": [one.facts() for one in recorded],
        "unnamed": unnamed,
        "observed_days": observed.days,
        "seed": seed,
        "years": years,
        "whole": _team(year.whole),
        "teams": [
            {"pk": pk, "name": names[pk], **_team(year.teams[pk])}
            for pk in sorted(year.teams, key=lambda pk: (names[pk], pk))
        ],
        "workflows": [
            {
                "pk": one.pk,
                "name": one.name,
                "team": one.team,
                "team_name": one.team_name,
                "state": _state(one, reached),
                "hours": _spread(year.works.get(one.pk)),
                "cost": _spread(_priced(year.works.get(one.pk), one)),
            }
            for one in works
        ],
        "worth": [
            _worth(worded[one.key], one, graph.name(worded[one.key].use.tool))
            for one in year.worth
        ],
        "untimed": untimed,
    }


def _state(work: Carried, reached: Sequence[Reached]) -> str:
    """Say what is known: "known", or why nothing can be said. A zero is only said where
    the record names a tool of the work, or what it rides on."""
    if not work.names_tools:
        return "no_tool"
    if not work.uses:
        return "degrades"
    if not any(use.tool in each for each in reached for use in work.uses):
        return "not_named"
    return "known" if work.hours is not None else "no_hours"


def _taken(needs: Sequence[Need], reached: Sequence[Reached]) -> Lost:
    return tuple(
        (number, parts)
        for number, each in enumerate(reached)
        if (parts := lost(needs, each))
    )


def _yearly(work: Carried, reached: Sequence[Reached]) -> Yearly:
    if work.hours is None:
        raise ValueError("Hours that are not known cannot be simulated.")
    return Yearly(
        key=work.pk,
        team=work.team,
        hours=work.hours,
        cost_per_hour=None if work.cost_per_hour is None else float(work.cost_per_hour),
        lost=_taken(work.needs(), reached),
    )


def _proposals(
    works: Sequence[Carried], reached: Sequence[Reached]
) -> tuple[list[tuple[Candidate, Proposal]], int]:
    """Return the candidates of all workflows, and how many have no time to count with."""
    found: list[tuple[Candidate, Proposal]] = []
    untimed = 0
    for place, work in enumerate(works):
        for use in work.uses:
            if not any(each.get(use.tool) for each in reached):
                continue
            for option in _options(use):
                after = work.rto if option is None else option.expected
                if after is None:
                    untimed += 1
                    continue
                needs = _with(work, use, option, after)
                candidate = Candidate(len(found), place, _taken(needs, reached))
                found.append((candidate, Proposal(work, use, option, after)))
    return found, untimed


def _options(use: Use) -> Iterator[Option | None]:
    """Yield what could be proven; None where there is nothing that proving would help."""
    could = [one for one in use.options if Reason.SHARES_UPSTREAM not in one.missing]
    yield from (one for one in could if one.after is None)
    if not could:
        yield None


def _with(
    work: Carried, use: Use, option: Option | None, after: timedelta
) -> tuple[Need, ...]:
    if option is not None:
        return work.needs(trusted={option.pk})
    # Nobody has named it, so nothing known hits it.
    return tuple(
        replace(need, choices=(*need.choices, Choice(0, None, after)))
        if need.dependency == use.pk
        else need
        for need in work.needs()
    )


def _priced(hours: Spread | None, work: Carried) -> Spread | None:
    if hours is None or work.cost_per_hour is None:
        return None
    price = float(work.cost_per_hour)
    return Spread(
        hours.mean * price, hours.low * price, hours.middle * price, hours.high * price
    )


def _spread(found: Spread | None) -> list[float] | None:
    if found is None:
        return None
    each = (found.mean, found.low, found.middle, found.high)
    return [round(value, PLACES) for value in each]


def _team(found: TeamYear) -> dict[str, Any]:
    return {"hours": _spread(found.hours), "cost": _spread(found.cost)}


def _worth(proposal: Proposal, found: Worth, tool: str) -> dict[str, Any]:
    work, option = proposal.work, proposal.option
    return {
        "workflow": work.pk,
        "name": work.name,
        "team": work.team,
        "team_name": work.team_name,
        "tool": tool,
        "alternative": "" if option is None else option.name,
        "missing": [] if option is None else [str(reason) for reason in option.missing],
        "after_minutes": round(proposal.after / timedelta(minutes=1)),
        "hours": _spread(found.hours),
        "cost": _spread(_priced(found.hours, work)),
        "without": [round(value, PLACES) for value in found.without],
        "having": [round(value, PLACES) for value in found.having],
    }
