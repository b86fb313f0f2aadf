"""What work goes on with: alternatives, their proof, what they share, and the sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db.models import Q
from django.utils.translation import get_language

from continuity.domain.clocks import Reading
from continuity.domain.fate import FateAnswer, Graph, SharedFate
from continuity.inventory.models import (
    Alternative,
    AlternativeKind,
    Proof,
    ProofSource,
    Relation,
    Upstream,
    Workflow,
)
from continuity.inventory.queries import known_outages
from continuity.reports.content.common import bounded, day, labels
from continuity.web.prepared import listed

LAYERS: Final = (Relation.MODEL, Relation.HOSTING, Relation.EDGE, Relation.IDENTITY)
"""What of a chain is asked about; "25 % known" means one of these four."""


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """Every alternative as a fact, and the summary of what they share."""

    lines: list[dict[str, Any]]
    shared: dict[str, Any]
    proven: int
    """Alternatives with a proof that works and has not expired."""


class _Option(NamedTuple):
    """An alternative with the names around it: a fifth of the work of the six records."""

    pk: int
    rank: int
    kind: str
    procedure: str
    other: int | None
    other_name: str | None
    tool: int
    tool_name: str
    workflow: str
    team: str


_COLUMNS: Final = (
    "pk", "rank", "kind", "procedure", "tool_id", "tool__name", "dependency__tool_id",
    "dependency__tool__name", "dependency__workflow__name",
    "dependency__workflow__team__name",
)  # fmt: skip


def fallbacks(workflows: Iterable[Workflow], graph: Graph, now: datetime) -> Fallbacks:
    """Return the alternatives of `workflows`, in three queries."""
    rows = [
        _Option(*row)
        for row in Alternative.objects.filter(
            dependency__workflow__in=listed(one.pk for one in workflows)
        )
        .order_by(
            "dependency__workflow__team__name",
            "dependency__workflow__name",
            "dependency__position",
            "dependency_id",
            "rank",
        )
        .values_list(*_COLUMNS)
    ]
    latest: dict[int, Proof] = {}
    proofs = Proof.objects.standing().filter(
        alternative__in=listed(row.pk for row in rows), works=True
    )
    for proof in proofs.order_by("shown_at", "pk"):
        latest[proof.alternative_id] = proof
    fates = _Fates(graph)
    kinds, sources = labels(AlternativeKind), labels(ProofSource)
    lines = [
        {
            **_named(row),
            "kind": kinds[row.kind],
            "proof": _proof(latest[row.pk], sources, now) if row.pk in latest else None,
            "fate": fates.of(row.tool, row.other),
        }
        for row in rows
    ]
    return Fallbacks(
        lines,
        _shared(rows, lines),
        sum(one["proof"] is not None and not one["proof"]["expired"] for one in lines),
    )


def _named(row: _Option) -> dict[str, Any]:
    return {
        "workflow": row.workflow,
        "team": row.team,
        "tool": row.tool_name,
        "rank": row.rank,
        "alternative": row.procedure or row.other_name or "",
    }


def _proof(proof: Proof, sources: Mapping[str, str], now: datetime) -> dict[str, Any]:
    time = proof.minimum_after
    return {
        "source": sources[proof.source],
        "day": day(proof.shown_at),
        "expires_on": day(proof.expires_at),
        "expired": proof.expires_at <= now,
        "time": None if time is None else bounded(Reading(time)),
        "capacity_percent": proof.capacity,
    }


class _Fates:
    """What pairs of tools share, each pair asked once; one query, for the outages that
    show it."""

    def __init__(self, graph: Graph) -> None:
        self._graph: Final = graph
        self._known: Final[dict[tuple[int, int], dict[str, Any]]] = {}
        self._examples: Final = _examples()

    def of(self, tool: int, other: int | None) -> dict[str, Any]:
        if other is None:
            # A procedure rides on nothing.
            return _answer(FateAnswer.NONE_KNOWN, [], "", None)
        pair = tool, other
        if pair not in self._known:
            self._known[pair] = self._asked(self._graph.shared(tool, other))
        return self._known[pair]

    def _asked(self, found: SharedFate) -> dict[str, Any]:
        percent = _known_percent(found)
        if found.answer is not FateAnswer.SHARES or not found.shared:
            return _answer(found.answer, [], "", percent)
        path = found.shared[0].path_from_alternative
        names = [self._graph.name(pk) for pk in path]
        shown = (self._examples.get(one.upstream, "") for one in found.shared)
        return _answer(found.answer, names, next(filter(None, shown), ""), percent)


def _answer(
    answer: FateAnswer, through: list[str], example: str, percent: int | None
) -> dict[str, Any]:
    return {
        "answer": answer.value,
        "through": through,
        "example": example,
        "known_percent": percent,
    }


def _examples() -> Mapping[int, str]:
    """Return, of each tool that was down in a known outage, the title of the latest."""
    named = known_outages.tools_named()
    language = (get_language() or "en")[:2]
    found: dict[int, str] = {}
    for outage in known_outages.facts():  # the latest first
        for spell in outage.spells:
            if spell.down and spell.tool in named:
                title = outage.titles.get(language, outage.titles["en"])
                found.setdefault(named[spell.tool], title)
    return found


def _known_percent(found: SharedFate) -> int:
    """Return how many of the asked layers are known on both sides, in percent."""
    known = set(found.known_of_tool) & set(found.known_of_alternative)
    return 100 * sum(layer.value in known for layer in LAYERS) // len(LAYERS)


def _shared(rows: Sequence[_Option], lines: Sequence[dict[str, Any]]) -> dict[str, Any]:
    tools = [line for row, line in zip(rows, lines, strict=True) if row.other is not None]
    answers = [line["fate"]["answer"] for line in tools]
    return {
        "alternatives": len(lines),
        "shares": answers.count(FateAnswer.SHARES.value),
        "none_known": answers.count(FateAnswer.NONE_KNOWN.value),
        "unknown": answers.count(FateAnswer.UNKNOWN.value),
        "manual": len(lines) - len(tools),
        "rows": [
            {
                **{
                    name: line[name] for name in ("workflow", "team", "tool", "alternative")
                },
                "through": line["fate"]["through"],
                "example": line["fate"]["example"],
            }
            for line in tools
            if line["fate"]["answer"] == FateAnswer.SHARES.value
        ],
    }


def sources(workflows: Iterable[Workflow]) -> list[dict[str, Any]]:
    """Return the recorded upstreams of every tool and alternative in the report."""
    pks = listed(one.pk for one in workflows)
    used = Q(tool__dependencies__workflow__in=pks) | Q(
        tool__alternative_uses__dependency__workflow__in=pks
    )
    edges = (
        Upstream.objects.filter(used)
        .select_related("tool", "upstream")
        .order_by("tool__name", "relation", "upstream__name")
        .distinct()
    )
    return [
        {
            "tool": edge.tool.name,
            "upstream": edge.upstream.name,
            "relation": edge.get_relation_display(),
            "hard": edge.hard,
            "source_title": edge.source,
            "source_url": "",
            "verified_on": None if edge.verified_on is None else day(edge.verified_on),
            "confidence": edge.get_confidence_display(),
        }
        for edge in edges
    ]
