"""Stay or switch: what was decided, beside what the outage then did. No query."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise

from continuity.domain.clocks import NOTHING, Reading, working_time
from continuity.domain.scenario import back_after
from continuity.drills.models import Drill
from continuity.drills.queries.scripts import script_of
from continuity.outages.models import Decision
from continuity.outages.queries.results import Line, Results


@dataclass(frozen=True, slots=True)
class Compared:
    """One decision, on the drill's clock.

    `switching` is the time from the decision to the minimum level, a lower bound where
    it was not reached; None for who never switched: nobody knows what it would have
    cost. `staying` is the time from the decision until the tool was back for good,
    nothing if it was back already; None where that was not told. `cheaper` is the
    decision that the outage proved the cheaper one, empty where that is not known.
    """

    workflow: str
    tool: str
    decision: str
    label: str | Promise
    after: timedelta
    switching: Reading | None
    staying: timedelta | None
    cheaper: str

    @property
    def was_cheaper(self) -> bool | None:
        return None if not self.cheaper else self.cheaper == self.decision


def decisions(drill: Drill, found: Results) -> tuple[Compared, ...]:
    """Return the decisions of a drill, in the order of its lines. No query."""
    taken = [line for line in found.lines if line.decision and line.moments.decided]
    if not taken:
        return ()
    back = _back(drill)
    return tuple(_compared(line, found, back) for line in taken)


def _back(drill: Drill) -> dict[int | None, timedelta | None]:
    """Return when each tool was back for good on the drill's clock, the last of its
    components if it has several; under None when all were."""
    script = script_of(drill)
    back: dict[int | None, timedelta | None] = {}
    for name, tools in drill.script["components"].items():
        at = back_after(script, name, drill.pace)
        for key in [None, *(tool["pk"] for tool in tools)]:
            known = back.get(key, NOTHING)
            back[key] = None if at is None or known is None else max(at, known)
    return back


def _compared(
    line: Line, found: Results, back: dict[int | None, timedelta | None]
) -> Compared:
    decided = line.moments.decided or line.occurred_at
    after = working_time(line.occurred_at, decided, found.pauses)
    at = back[line.tool_pk] if line.tool_pk in back else back.get(None)
    staying = None if at is None else max(at - after, NOTHING)
    switched = line.decision == Decision.SWITCH or line.moments.switched is not None
    switching = line.from_decided if switched else None
    return Compared(
        workflow=line.workflow,
        tool=line.tool,
        decision=line.decision,
        label=Decision(line.decision).label,
        after=after,
        switching=switching,
        staying=staying,
        cheaper=_cheaper(switching, staying),
    )


def _cheaper(switching: Reading | None, staying: timedelta | None) -> str:
    if switching is None or staying is None:
        return ""
    if switching.length >= staying:
        return Decision.STAY
    return "" if switching.is_lower_bound else Decision.SWITCH
