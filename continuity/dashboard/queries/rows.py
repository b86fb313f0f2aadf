"""The rows behind the figures: workflows, decisions, recoveries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.dashboard.queries.scope import Scope, Stock
from continuity.domain.clocks import Verdict
from continuity.domain.fate import FateAnswer
from continuity.domain.readiness import Level, Reason, WorkflowReadiness
from continuity.inventory.models import Dependency, Tier, Workflow
from continuity.outages.queries import Line, recoveries_between
from continuity.web import formats
from continuity.web.reasons import SHORT as REASONS


class DecisionKind(StrEnum):
    """What somebody has to decide, the most pressing first."""

    OVER_TARGET = "over_target"
    NO_ALTERNATIVE = "no_alternative"
    SHARED_FATE = "shared_fate"
    PROOF_EXPIRED = "proof_expired"
    PROOF_ENDED = "proof_ended"
    NO_TOOL = "no_tool"
    NO_RTO = "no_rto"
    NO_OWNER = "no_owner"


ORDER: Final = tuple(DecisionKind)
LABELS: Final[Mapping[DecisionKind, Promise]] = {
    DecisionKind.OVER_TARGET: _("Over target"),
    DecisionKind.NO_ALTERNATIVE: _("No alternative"),
    DecisionKind.SHARED_FATE: _("Shared fate"),
    DecisionKind.PROOF_EXPIRED: _("Proof expired"),
    DecisionKind.PROOF_ENDED: _("Proof ended"),
    DecisionKind.NO_TOOL: _("No tool named"),
    DecisionKind.NO_RTO: _("No RTO"),
    DecisionKind.NO_OWNER: _("No owner"),
}
LOOKS: Final[Mapping[DecisionKind, tuple[str, str]]] = {
    DecisionKind.OVER_TARGET: ("bad", "clock"),
    DecisionKind.NO_ALTERNATIVE: ("bad", "x"),
    DecisionKind.SHARED_FATE: ("warn", "link"),
    DecisionKind.PROOF_EXPIRED: ("warn", "clock"),
    DecisionKind.PROOF_ENDED: ("warn", "refresh"),
    DecisionKind.NO_TOOL: ("warn", "help"),
    DecisionKind.NO_RTO: ("warn", "flag"),
    DecisionKind.NO_OWNER: ("warn", "user"),
}
"""Colour and icon of each label; the icon is one of the sprite."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing about one workflow that somebody has to decide, with its reason."""

    kind: DecisionKind
    workflow_pk: int
    workflow: str
    team: str
    tier: int
    why: str

    @property
    def label(self) -> Promise:
        return LABELS[self.kind]

    @property
    def tone(self) -> str:
        return LOOKS[self.kind][0]

    @property
    def icon(self) -> str:
        return LOOKS[self.kind][1]


@dataclass(frozen=True, slots=True)
class WorkflowRow:
    """A workflow as the lists behind the figures show it."""

    pk: int
    name: str
    team: str
    group_pk: int
    tier: int
    level: Level
    reasons: tuple[str, ...]
    proven: bool
    stops_with: frozenset[str]

    @property
    def tier_label(self) -> Promise | str:
        return Tier(self.tier).label


def has_proven_alternative(judged: WorkflowReadiness) -> bool:
    """Say whether each tool that would stop the work has an alternative that is proven.

    Not asked here: whether that alternative is sound. False where no tool is named or
    none would stop the work: there is nothing that was proven.
    """
    stopping = [dependency for dependency in judged.dependencies if dependency.stops]
    return bool(stopping) and all(
        any(alternative.proven for alternative in dependency.alternatives)
        for dependency in stopping
    )


def carrier(dependency: Dependency) -> str:
    """Return who a tool stands or falls with: its provider, or the tool itself."""
    provider = dependency.tool.provider
    return provider.name if provider is not None else dependency.tool.name


def stops_with(dependencies: Iterable[Dependency]) -> frozenset[str]:
    return frozenset(carrier(one) for one in dependencies if one.without == "stops")


def workflows(chosen: Scope, stock: Stock) -> tuple[WorkflowRow, ...]:
    """Return all workflows in scope with their level, the most critical first."""
    return tuple(
        WorkflowRow(
            pk=workflow.pk,
            name=workflow.name,
            team=chosen.teams[workflow.team_id].name,
            group_pk=chosen.group_pks[workflow.team_id],
            tier=workflow.tier,
            level=stock.level(workflow),
            reasons=tuple(
                str(REASONS[reason]) for reason in stock.readiness[workflow.pk].reasons
            ),
            proven=has_proven_alternative(stock.readiness[workflow.pk]),
            stops_with=stops_with(stock.dependencies.get(workflow.pk, ())),
        )
        for workflow in stock.workflows
    )


def wanted(row: WorkflowRow, asked: Mapping[str, Any]) -> bool:
    """Say whether a row is among those asked for; an empty question asks for all."""
    group, carried = asked.get("group"), asked.get("carrier")
    return (
        asked.get("level") in {"", None, row.level}
        and asked.get("proven") in {"", None, "yes" if row.proven else "no"}
        and (not group or row.group_pk == group)
        and (not carried or carried in row.stops_with)
        and (not asked.get("pressing") or row.tier <= Tier.IMPORTANT)
    )


def recoveries(chosen: Scope) -> tuple[Line, ...]:
    """Return the recoveries of outages that began in the last twelve months. Two queries.

    Twelve whatever the scope's months, since the last drill of a workflow is its last
    drill whichever period is looked at; `in_period` cuts them.
    """
    year = chosen.now - timedelta(days=366)
    return recoveries_between(
        min(year, chosen.since), chosen.now, chosen.team_rows, now=chosen.now
    )


def in_period(chosen: Scope, lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(line for line in lines if line.occurred_at >= chosen.since)


def decisions(chosen: Scope, stock: Stock, lines: Sequence[Line]) -> tuple[Decision, ...]:
    """Return what has to be decided: critical work first, then the most pressing."""
    last: dict[int, Line] = {}
    for line in lines:
        if not line.is_drill:
            continue
        known = last.get(line.workflow_pk)
        if known is None or line.outage != known.outage or _worse(line, known):
            last[line.workflow_pk] = line
    found = [
        Decision(
            kind,
            workflow.pk,
            workflow.name,
            chosen.teams[workflow.team_id].name,
            workflow.tier,
            why,
        )
        for workflow in stock.workflows
        for kind, why in _of_workflow(workflow, stock, last.get(workflow.pk))
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.tier,
                ORDER.index(one.kind),
                one.workflow,
                one.workflow_pk,
            ),
        )
    )


def _worse(line: Line, known: Line) -> bool:
    return line.reading.length > known.reading.length


def _of_workflow(
    workflow: Workflow, stock: Stock, last: Line | None
) -> Iterable[tuple[DecisionKind, str]]:
    judged = stock.readiness[workflow.pk]
    if last is not None and last.verdict is Verdict.MISSED and last.rto is not None:
        yield (
            DecisionKind.OVER_TARGET,
            _("Took %(reading)s in the last drill; the target is %(rto)s.")
            % {
                "reading": formats.reading(last.reading),
                "rto": formats.duration(last.rto),
            },
        )
    if judged.level is Level.UNKNOWN:
        yield DecisionKind.NO_TOOL, str(_("Nobody can say what would stop it."))
    if Reason.NO_ALTERNATIVE in judged.reasons:
        bare = {one.pk for one in judged.dependencies if one.stops and one.best is None}
        names = [
            one.tool.name
            for one in stock.dependencies.get(workflow.pk, ())
            if one.pk in bare
        ]
        yield (
            DecisionKind.NO_ALTERNATIVE,
            _("Without %(tools)s the work stops.") % {"tools": ", ".join(names)},
        )
    if shared := _shared(workflow, stock):
        yield DecisionKind.SHARED_FATE, shared
    if Reason.PROOF_EXPIRED in judged.reasons:
        yield (
            DecisionKind.PROOF_EXPIRED,
            str(_("It worked once; that is too long ago to count.")),
        )
    if Reason.PROOF_ENDED in judged.reasons:
        yield (
            DecisionKind.PROOF_ENDED,
            str(_("It worked once; what was proven has changed since.")),
        )
    if workflow.rto is None:
        yield DecisionKind.NO_RTO, str(_("Nobody has said how long it may stand still."))
    if workflow.owner_id is None:
        yield DecisionKind.NO_OWNER, str(_("Nobody keeps it true."))


def _shared(workflow: Workflow, stock: Stock) -> str:
    """Return what the first alternative shares with the tool it replaces; "" if nothing
    is known that it shares."""
    for one in stock.dependencies.get(workflow.pk, ()):
        first: int | None = one.first_tool  # type: ignore[attr-defined]  # annotated
        if first is None or one.without != "stops":
            continue
        fate = stock.graph.shared(one.tool_id, first)
        if fate.answer is not FateAnswer.SHARES:
            continue
        return str(
            _("%(tool)s and its first alternative %(alternative)s both need %(upstream)s.")
        ) % {
            "tool": one.tool.name,
            "alternative": stock.graph.name(first),
            "upstream": stock.graph.name(fate.shared[0].upstream),
        }
    return ""
