"""One workflow: what it depends on, what it would use instead, and what is behind that."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Exists, ForeignKey, Model, OuterRef
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.translation import gettext_lazy as _

from continuity.domain.cut import LARGEST_CUT
from continuity.domain.fate import Fallback, FateAnswer, Graph, Reliance, Shared, SharedFate
from continuity.domain.readiness import (
    AlternativeReadiness,
    DependencyReadiness,
    Level,
    Reason,
    WorkflowReadiness,
    shortfalls,
)
from continuity.history.models import Entry
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Proof,
    ProofSource,
    Relation,
    RunbookStep,
    RunbookVersion,
    Tool,
    Without,
    Workflow,
)
from continuity.inventory.queries import access, fate
from continuity.inventory.queries.chain import age
from continuity.inventory.queries.readiness import facts_of, judge, readiness
from continuity.web import formats, reasons

MOVED: Final = "alternative.moved"
CHANGES_OF_ALTERNATIVES: Final = (
    MOVED,
    "alternative.created",
    "alternative.changed",
    "alternative.removed",
)
UNDO_WITHIN: Final = timedelta(hours=24)
"""How long the page offers to put an order back. The history keeps it for ever."""


RELATION_LABELS: Final[Mapping[str, Any]] = {
    "provider": _("Provider"),
    **{str(value): label for value, label in Relation.choices},
    fate.PART: _("the product itself"),
}


@dataclass(frozen=True, slots=True)
class Figure[T]:
    """A number, and whether somebody has shown it or only expects it."""

    label: Any
    value: T
    proven: bool

    @property
    def text(self) -> str:
        if isinstance(self.value, timedelta):
            return formats.duration(self.value)
        return formats.percent(float(str(self.value)))


@dataclass(frozen=True, slots=True)
class ProofState:
    """`status`: proven, short (it worked, but too slowly or too little), checked or
    attested (it worked, and nothing was timed), failed, expired, ended (what it proved
    has changed) or none. `latest` is the proof that says so."""

    status: str
    latest: Proof | None = None


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Who says so, and on which day it was last verified; `age` is "fresh", "stale" or
    "never". Of edges with the same source the oldest day counts."""

    text: str
    verified_on: date | None
    age: str


@dataclass(frozen=True, slots=True)
class Ageing:
    """What makes a source stale here: the day, and the organisation's limit."""

    today: date
    stale_days: int

    def of(self, verified_on: date | None) -> str:
        return age(verified_on, today=self.today, stale_days=self.stale_days)


@dataclass(frozen=True, slots=True)
class Cut:
    """The fewest tools whose loss leaves the work nothing, as far as is known.

    `names` are empty where no loss does that: `reason` then says why, "degraded" (no tool
    would stop it) or "manual" (it can be done by hand). `exact` False: fewer might do.
    """

    names: tuple[str, ...] = ()
    keys: tuple[int, ...] = ()
    reason: str = ""
    exact: bool = True

    @property
    def tools(self) -> list[tuple[int, str]]:
        return list(zip(self.keys, self.names, strict=True))


@dataclass(frozen=True, slots=True)
class SharedThing:
    """What both ride on: its name, how it is used, the way to it, who says so."""

    name: str
    relation: str
    path_from_tool: tuple[str, ...]
    path_from_alternative: tuple[str, ...]
    sources: tuple["SourceLine", ...]

    @property
    def relation_label(self) -> Any:
        return RELATION_LABELS.get(self.relation, "")


@dataclass(frozen=True, slots=True)
class Fate:
    """`answer` is a FateAnswer, or "manual": work by hand has no chain of upstreams.

    `known` are the layers of the alternative of which something is recorded, `unknown`
    the others, and `unknown_of_tool` those of the tool in use.
    """

    answer: str
    shared: tuple[SharedThing, ...] = ()
    soft: tuple[SharedThing, ...] = ()
    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    unknown_of_tool: tuple[str, ...] = ()

    @property
    def known_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.known]

    @property
    def unknown_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.unknown]

    @property
    def unknown_of_tool_labels(self) -> list[str]:
        return [str(RELATION_LABELS[one]) for one in self.unknown_of_tool]

    @property
    def doubted(self) -> bool:
        """Whether what is shared rests on a source that is stale or was never verified."""
        return any(line.age != "fresh" for thing in self.shared for line in thing.sources)


@dataclass(frozen=True, slots=True)
class AlternativeCard:
    alternative: Alternative
    ready: AlternativeReadiness
    proof: ProofState
    fate: Fate
    switch: Figure[timedelta] | None
    quality: Figure[int] | None
    capacity: Figure[int] | None
    steps: int
    able: access.Ready | None = None
    """How many people could really work with it; None for work by hand."""

    @property
    def figures(self) -> list[Figure[Any]]:
        """What is known of it, in the order shown."""
        return [one for one in (self.switch, self.quality, self.capacity) if one]

    @property
    def approved(self) -> bool:
        return Reason.NOT_APPROVED not in self.ready.reasons


@dataclass(frozen=True, slots=True)
class Cell:
    """What one side uses in one layer. `state`: known, unknown or none (by hand)."""

    state: str
    names: tuple[tuple[str, bool], ...] = ()
    """Each name, and whether the tool uses the same."""

    @property
    def same(self) -> bool:
        return any(same for _name, same in self.names)


@dataclass(frozen=True, slots=True)
class Layer:
    """A line of "what they share"; `relation` is "provider" or a Relation."""

    relation: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> Any:
        return RELATION_LABELS[self.relation]


@dataclass(frozen=True, slots=True)
class Callout:
    """The first alternative can fall with the tool. `remaining` are those that do not
    share what these two share; `better` is the first of them, `order` that order."""

    first: AlternativeCard
    remaining: tuple[AlternativeCard, ...]
    better: AlternativeCard | None
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrderUndo:
    """The last change of order that can still be put back: POST `keys` as the order."""

    at: datetime
    by: str
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DependencyCard:
    dependency: Dependency
    ready: DependencyReadiness
    rides_on: tuple[str, ...]
    alternatives: tuple[AlternativeCard, ...]
    layers: tuple[Layer, ...]
    callout: Callout | None
    undo: OrderUndo | None


@dataclass(frozen=True, slots=True)
class Lift:
    """Why the workflow is not ready, and the keys of what would have to change."""

    reason: Reason
    dependency: Dependency | None = None
    alternative: Alternative | None = None

    @property
    def sentence(self) -> str:
        return reasons.sentence(self.reason)

    @property
    def needs_drill(self) -> bool:
        return self.reason in {
            Reason.NO_PROOF,
            Reason.PROOF_EXPIRED,
            Reason.PROOF_ENDED,
            Reason.OVER_RTO,
        }


@dataclass(frozen=True, slots=True)
class WorkflowPage:
    workflow: Workflow
    level: Level
    lifts: tuple[Lift, ...]
    cards: tuple[DependencyCard, ...]
    measured: Proof | None
    """The latest proof with a measured time to the minimum level."""
    cut: Cut | None
    """What would leave it nothing; None where it names no tool."""

    @property
    def over_target(self) -> bool:
        """Whether that time was longer than the RTO; False if either is not known."""
        rto = self.workflow.rto
        measured = self.measured and self.measured.minimum_after
        return bool(rto and measured and measured > rto)


def page(workflow: Workflow, *, now: datetime) -> WorkflowPage:
    """Return all that the overview shows, in seven queries at most."""
    full = _full(workflow)
    dependencies = list(
        full.dependencies.select_related("tool__provider").fetch_mode(FETCH_RAISE)
    )
    alternatives = _alternatives(full)
    tools = {one.tool_id for one in dependencies} | {
        one.tool_id for group in alternatives.values() for one in group if one.tool_id
    }
    known = fate.known(tools)
    graph, ageing = known.graph, Ageing(now.date(), known.stale_days)
    proofs = _proofs(full)
    facts = {pk: [facts_of(one) for one in each] for pk, each in proofs.items()}
    ready = judge(full, dependencies, alternatives, facts, graph=graph, now=now)
    several = any(len(group) > 1 for group in alternatives.values())
    moves = _moves(full, now) if several else {}
    able = access.able(full, now=now)
    judged = {one.pk: one for one in ready.dependencies}
    cards = tuple(
        _dependency_card(
            dependency,
            judged[dependency.pk],
            alternatives[dependency.pk],
            proofs,
            graph,
            _undo(moves.get(dependency.tool.name), alternatives[dependency.pk]),
            able,
            full,
            now,
            ageing,
        )
        for dependency in dependencies
        if dependency.pk in judged
    )
    measured = [
        proof
        for each in proofs.values()
        for proof in each
        if proof.minimum_after is not None
    ]
    return WorkflowPage(
        workflow=full,
        level=ready.level,
        lifts=_lifts(ready, cards),
        cards=cards,
        measured=max(measured, key=lambda proof: proof.shown_at, default=None),
        cut=_cut(dependencies, alternatives, graph),
    )


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every tab of a workflow."""

    workflow: Workflow
    level: Level


def head(workflow: Workflow, *, now: datetime, graph: Graph | None = None) -> Head:
    """Return the head alone, in three queries; one less where the graph is read already,
    and one less where the workflow has what stands in `ALONG`."""
    full = _full(workflow)
    return Head(full, readiness([full], now=now, graph=graph)[full.pk].level)


def alternative_of(workflow: Workflow, pk: str) -> Alternative | None:
    """Return the workflow's alternative of that key; None if there is none such."""
    if not pk.isdecimal() or len(pk) > 18:
        return None
    mine = Alternative.objects.filter(dependency__workflow=workflow, pk=pk)
    return mine.select_related("tool").first()


@dataclass(frozen=True, slots=True)
class Lost:
    """How many rows go with an alternative that is removed."""

    proofs: int
    steps: int


def lost_with(alternative: Alternative) -> Lost:
    return Lost(alternative.proofs.count(), alternative.steps.count())


def moved(dependency: Dependency, pk: int, *, up: bool) -> list[int]:
    """Return the order after one alternative has changed places with its neighbour; the
    order there is if it has none on that side, or is not there."""
    order = list(dependency.alternatives.values_list("pk", flat=True))
    if pk in order:
        place = order.index(pk)
        other = place - 1 if up else place + 1
        if 0 <= other < len(order):
            order[place], order[other] = order[other], order[place]
    return order


@dataclass(frozen=True, slots=True)
class Runbook:
    """`version` is the latest one kept; None for steps older than the keeping."""

    alternative: Alternative
    steps: tuple[RunbookStep, ...]
    version: RunbookVersion | None = None

    @property
    def expected(self) -> timedelta | None:
        """The sum of what each step takes; None unless every step says."""
        lengths = [step.expected for step in self.steps]
        if not lengths or None in lengths:
            return None
        return sum((length for length in lengths if length), timedelta())


def runbooks(workflow: Workflow) -> list[tuple[Dependency, list[Runbook]]]:
    """Return the runbooks of each dependency in the order of rank: four queries."""
    steps: dict[int, list[RunbookStep]] = defaultdict(list)
    for step in RunbookStep.objects.filter(
        alternative__dependency__workflow=workflow
    ).order_by("position"):
        steps[step.alternative_id].append(step)
    alternatives = _alternatives(workflow)
    latest = {
        version.alternative_id: version
        for version in RunbookVersion.objects.filter(
            alternative__dependency__workflow=workflow
        )
        .select_related("approved_by", "written_by")
        .defer("steps")
        .order_by("alternative_id", "-number")
        .distinct("alternative_id")
    }
    return [
        (
            dependency,
            [
                Runbook(one, tuple(steps[one.pk]), latest.get(one.pk))
                for one in alternatives[dependency.pk]
            ],
        )
        for dependency in workflow.dependencies.select_related("tool")
    ]


ALONG: Final = ("team__parent", "owner", "deputy", "targets_by")
"""What the pages of a workflow name of it, to be read along with it."""


def _full(workflow: Workflow) -> Workflow:
    """Return the workflow with what stands in `ALONG`; no query where it has that."""
    if all(_is_read(workflow, path.split("__")) for path in ALONG):
        return workflow
    return Workflow.objects.select_related(*ALONG).get(pk=workflow.pk)


def _is_read(row: Model | None, path: Sequence[str]) -> bool:
    if row is None or not path:
        return True
    field = row._meta.get_field(path[0])
    if not isinstance(field, ForeignKey) or not field.is_cached(row):
        return False
    return _is_read(getattr(row, path[0]), path[1:])


def _alternatives(workflow: Workflow) -> Mapping[int, list[Alternative]]:
    found: dict[int, list[Alternative]] = defaultdict(list)
    for alternative in (
        Alternative.objects.filter(dependency__workflow=workflow)
        .select_related("tool__provider")
        .annotate(
            step_count=Count("steps"),
            has_runbook=Exists(RunbookStep.objects.filter(alternative=OuterRef("pk"))),
        )
        .order_by("rank")
        .fetch_mode(FETCH_RAISE)
    ):
        found[alternative.dependency_id].append(alternative)
    return found


def _proofs(workflow: Workflow) -> Mapping[int, list[Proof]]:
    found: dict[int, list[Proof]] = defaultdict(list)
    for proof in Proof.objects.filter(alternative__dependency__workflow=workflow).order_by(
        "-shown_at", "-pk"
    ):
        found[proof.alternative_id].append(proof)
    return found


def _moves(workflow: Workflow, now: datetime) -> Mapping[str, Entry]:
    """Return the last change of order by the name of the tool, while nothing came after
    that the older order would not fit."""
    found: dict[str, Entry] = {}
    for entry in (
        Entry.objects.filter(
            subject_type=Workflow._meta.label_lower,
            subject_id=workflow.pk,
            verb__in=CHANGES_OF_ALTERNATIVES,
            at__gte=now - UNDO_WITHIN,
        )
        .select_related("actor")
        .order_by("-at", "-pk")[:50]
    ):
        if entry.verb != MOVED:
            break
        found.setdefault(entry.before["tool"], entry)
    return found


def _undo(entry: Entry | None, alternatives: Sequence[Alternative]) -> OrderUndo | None:
    """Return how to put back what `entry` says; None if that order does not fit."""
    if entry is None:
        return None
    by_name = {str(one): one.pk for one in alternatives}
    names = entry.before["order"]
    if sorted(names) != sorted(by_name) or [str(o) for o in alternatives] == names:
        return None
    return OrderUndo(
        at=entry.at,
        by=str(entry.actor) if entry.actor else "",
        keys=tuple(by_name[name] for name in names),
    )


def _dependency_card(
    dependency: Dependency,
    ready: DependencyReadiness,
    alternatives: Sequence[Alternative],
    proofs: Mapping[int, list[Proof]],
    graph: Graph,
    undoing: OrderUndo | None,
    able: access.Able,
    workflow: Workflow,
    now: datetime,
    ageing: Ageing,
) -> DependencyCard:
    judged = {one.pk: one for one in ready.alternatives}
    cards = tuple(
        _alternative_card(
            one,
            judged[one.pk],
            proofs.get(one.pk, []),
            dependency.tool,
            graph,
            able,
            workflow,
            now,
            ageing,
        )
        for one in alternatives
        if one.pk in judged
    )
    direct = dict.fromkeys(
        graph.name(pk)
        for found in graph.layers(dependency.tool_id).values()
        for pk in found
    )
    return DependencyCard(
        dependency=dependency,
        ready=ready,
        rides_on=tuple(direct),
        alternatives=cards,
        layers=_layers(dependency.tool, cards, graph),
        callout=_callout(cards),
        undo=undoing,
    )


def _alternative_card(
    alternative: Alternative,
    ready: AlternativeReadiness,
    proofs: Sequence[Proof],
    tool: Tool,
    graph: Graph,
    able: access.Able,
    workflow: Workflow,
    now: datetime,
    ageing: Ageing,
) -> AlternativeCard:
    live = [proof for proof in proofs if proof.works and _counts(proof, now)]
    return AlternativeCard(
        alternative=alternative,
        ready=ready,
        proof=proof_state(proofs, workflow, now=now),
        fate=_fate(tool, alternative, graph, ageing),
        switch=_figure(_("Switch"), live, "switch_after", alternative.expected_switch),
        quality=_figure(_("Quality"), live, "quality", alternative.expected_quality),
        capacity=_figure(_("Capacity"), live, "capacity", alternative.expected_capacity),
        steps=alternative.step_count,  # type: ignore[attr-defined]  # annotated
        able=None if alternative.tool_id is None else able.of(alternative),
    )


def _figure(
    label: Any, live: Sequence[Proof], name: str, expected: Any
) -> Figure[Any] | None:
    shown = [value for proof in live if (value := getattr(proof, name)) is not None]
    if shown:
        return Figure(label, shown[0], proven=True)
    return None if expected is None else Figure(label, expected, proven=False)


def _counts(proof: Proof, now: datetime) -> bool:
    return proof.ended_at is None and proof.expires_at > now


def proof_state(
    proofs: Sequence[Proof], workflow: Workflow, *, now: datetime
) -> ProofState:
    """Return what the proofs of an alternative, the latest first, come to. The one that
    shows most is named, the latest among equals."""
    live = [proof for proof in proofs if proof.works and _counts(proof, now)]
    missing = {
        proof.pk: shortfalls(
            facts_of(proof), rto=workflow.rto, mbco_percent=workflow.mbco_percent
        )
        for proof in live
    }
    for proof in live:
        if not missing[proof.pk]:
            return ProofState("proven", proof)
    for proof in live:
        if Reason.NO_PROOF not in missing[proof.pk]:
            return ProofState("short", proof)
    failed = [proof for proof in proofs if not proof.works and _counts(proof, now)]
    if failed and (not live or failed[0].shown_at > live[0].shown_at):
        return ProofState("failed", failed[0])
    if live:
        said = live[0].source == ProofSource.ATTESTATION
        return ProofState("attested" if said else "checked", live[0])
    expired = [proof for proof in proofs if proof.ended_at is None]
    if expired:
        return ProofState("expired", expired[0])
    return ProofState("ended", proofs[0]) if proofs else ProofState("none")


def _fate(tool: Tool, alternative: Alternative, graph: Graph, ageing: Ageing) -> Fate:
    if alternative.tool_id is None:
        return Fate("manual")
    found: SharedFate = graph.shared(tool.pk, alternative.tool_id)
    return Fate(
        answer=found.answer,
        shared=tuple(_thing(one, graph, ageing) for one in found.shared),
        soft=tuple(_thing(one, graph, ageing) for one in found.soft),
        known=tuple(one for one in found.known_of_alternative if one in Relation.values),
        unknown=_unknown(found.known_of_alternative),
        unknown_of_tool=_unknown(found.known_of_tool),
    )


def _unknown(known: Collection[str]) -> tuple[str, ...]:
    # A path through the network is rarely published; its absence says nothing.
    return tuple(
        one for one in Relation.values if one not in known and one != Relation.NETWORK
    )


def _thing(shared: Shared, graph: Graph, ageing: Ageing) -> SharedThing:
    steps = {
        *zip(shared.path_from_tool, shared.path_from_tool[1:], strict=False),
        *zip(shared.path_from_alternative, shared.path_from_alternative[1:], strict=False),
    }
    oldest: dict[str, date | None] = {}
    for edge in graph.edges:
        if (edge.tool, edge.upstream) in steps and edge.source:
            known = oldest.get(edge.source, edge.verified_on)
            day = edge.verified_on
            oldest[edge.source] = min(known, day) if known and day else None
    return SharedThing(
        name=graph.name(shared.upstream),
        relation=shared.relation,
        path_from_tool=tuple(graph.name(pk) for pk in shared.path_from_tool),
        path_from_alternative=tuple(graph.name(pk) for pk in shared.path_from_alternative),
        sources=tuple(
            SourceLine(text, day, ageing.of(day)) for text, day in oldest.items()
        ),
    )


def _cut(
    dependencies: Sequence[Dependency],
    alternatives: Mapping[int, Sequence[Alternative]],
    graph: Graph,
) -> Cut | None:
    if not dependencies:
        return None
    reliances = [
        Reliance(
            pk=one.pk,
            workflow=one.workflow_id,
            tool=one.tool_id,
            stops=one.without == Without.STOPS,
            alternatives=tuple(
                Fallback(other.pk, other.tool_id) for other in alternatives[one.pk]
            ),
        )
        for one in dependencies
    ]
    found = graph.smallest_cut(reliances)
    if found is None:
        stops = any(one.stops for one in reliances)
        return Cut(reason="manual" if stops else "degraded")
    keys = tuple(sorted(found, key=lambda key: graph.name(key).casefold()))
    return Cut(
        names=tuple(graph.name(key) for key in keys),
        keys=keys,
        exact=len(keys) <= LARGEST_CUT,
    )


def _layers(
    tool: Tool, alternatives: Sequence[AlternativeCard], graph: Graph
) -> tuple[Layer, ...]:
    """Return the lines of "what they share"; none if there is nothing to compare."""
    if not alternatives:
        return ()
    others = [card.alternative.tool for card in alternatives]
    lines = [
        Layer(
            "provider", (_provider(tool, tool), *(_provider(one, tool) for one in others))
        )
    ]
    for relation in Relation.values:
        mine = graph.layers(tool.pk).get(relation, ())
        cells = [_cell(tool.pk, relation, (), graph)]
        cells += [_cell(one.pk if one else None, relation, mine, graph) for one in others]
        if relation == Relation.NETWORK and not any(cell.names for cell in cells):
            continue
        lines.append(Layer(relation, tuple(cells)))
    return tuple(lines)


def _provider(tool: Tool | None, primary: Tool) -> Cell:
    if tool is None:
        return Cell("none")
    if tool.provider is None:
        return Cell("unknown")
    same = tool is not primary and tool.provider_id == primary.provider_id
    return Cell("known", ((tool.provider.name, same),))


def _cell(tool: int | None, relation: str, mine: Sequence[int], graph: Graph) -> Cell:
    if tool is None:
        return Cell("none")
    found = graph.layers(tool).get(relation, ())
    if not found:
        return Cell("unknown")
    return Cell("known", tuple((graph.name(pk), pk in mine) for pk in found))


def _callout(cards: Sequence[AlternativeCard]) -> Callout | None:
    if not cards or cards[0].fate.answer != FateAnswer.SHARES:
        return None
    first = cards[0]
    both = {thing.name for thing in first.fate.shared}
    remaining = tuple(
        card for card in cards[1:] if not both & {thing.name for thing in card.fate.shared}
    )
    better = next(
        (card for card in remaining if card.fate.answer != FateAnswer.SHARES), None
    )
    order = [card.alternative.pk for card in cards]
    if better is not None:
        order.remove(better.alternative.pk)
        order.insert(0, better.alternative.pk)
    return Callout(first, remaining, better, tuple(order))


def _lifts(ready: WorkflowReadiness, cards: Sequence[DependencyCard]) -> tuple[Lift, ...]:
    """Return why the workflow is not ready: for each dependency that would stop it, what
    is missing from its best alternative; a reason of the workflow itself once."""
    if not cards:
        return tuple(Lift(reason) for reason in ready.reasons)
    found: dict[tuple[Any, ...], Lift] = {}
    for card in cards:
        if not card.ready.stops or card.ready.level is Level.READY:
            continue
        best = card.ready.best
        named = next(
            (
                one.alternative
                for one in card.alternatives
                if best is not None and one.alternative.pk == best.pk
            ),
            None,
        )
        for reason in card.ready.reasons:
            if reason is Reason.NO_RTO:
                found.setdefault((reason,), Lift(reason))
            else:
                key = (reason, card.dependency.pk)
                found.setdefault(key, Lift(reason, card.dependency, named))
    return tuple(found.values())
