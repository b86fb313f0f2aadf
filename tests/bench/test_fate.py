"""How long shared fate and knock-outs take on the graph of a large organisation.

`./run bench` prints the figures. The bars are CPU time of this process, so that a busy
machine does not fail them. The layered graph is what organisations have: on a small
cloud machine its figures stay below half of their bar, the margin for a slower one. The
two others are the worst that we could think of, and keep it with a quarter to spare.
"""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from continuity.domain.fate import Edge, Fallback, Graph, Relation, Reliance

pytestmark = pytest.mark.bench

TOOLS, EDGES, WORKFLOWS, DEPENDENCIES = 800, 3_000, 5_000, 10_000
INFRASTRUCTURE, MODELS = 40, 120
KNOCK_OUTS = timedelta(seconds=2)
SHARED_FATE = timedelta(milliseconds=5)

RELATIONS = tuple(Relation)


def scattered(start: int = 1) -> Iterator[float]:
    """Yield numbers from 0 to 1 that look random and are the same in every run."""
    state = start
    while True:
        state = (state * 48_271) % 2_147_483_647
        yield state / 2_147_483_647


def edges_of(upstream_of: Callable[[int, float], int], *, first: int) -> list[Edge]:
    """Return 3,000 different edges of the tools from `first` on, two of three hard."""
    numbers = scattered()
    found: dict[tuple[int, int], Edge] = {}
    while len(found) < EDGES:
        tool = first + int(next(numbers) * (TOOLS - first))
        upstream = upstream_of(tool, next(numbers))
        if tool != upstream:
            relation = RELATIONS[len(found) % len(RELATIONS)]
            edge = Edge(tool, upstream, relation, hard=len(found) % 3 != 0)
            found.setdefault((tool, upstream), edge)
    return list(found.values())


def layered(tool: int, number: float) -> int:
    """Products on models, models on infrastructure; a few carry most of the rest."""
    below = INFRASTRUCTURE if tool < MODELS else MODELS
    return int(number**2 * min(below, tool))


def stacked(tool: int, number: float) -> int:
    """Anything on anything that was there before it: long chains."""
    return int(number * tool)


def knotted(tool: int, number: float) -> int:
    """Anything on anything: nearly all of it one circle."""
    return int(number * TOOLS)


SHAPES = {
    "layered": edges_of(layered, first=1),
    "stacked": edges_of(stacked, first=80),
    "knotted": edges_of(knotted, first=0),
}


def dependencies() -> list[Reliance]:
    """Return two dependencies per workflow on products, with none to three alternatives,
    one of ten a manual procedure."""
    numbers = scattered(7)

    def product() -> int:
        return MODELS + int(next(numbers) * (TOOLS - MODELS))

    def fallback(pk: int) -> Fallback:
        return Fallback(pk, None if next(numbers) < 0.1 else product())

    return [
        Reliance(
            pk,
            workflow=pk % WORKFLOWS,
            tool=product(),
            stops=next(numbers) < 0.6,
            alternatives=tuple(
                fallback(4 * pk + rank) for rank in range(int(next(numbers) * 4))
            ),
        )
        for pk in range(DEPENDENCIES)
    ]


RELIANCES = dependencies()


def cpu_time(work: Callable[[], object]) -> timedelta:
    begun = time.process_time()
    work()
    return timedelta(seconds=time.process_time() - begun)


def printed(what: str, took: timedelta, bar: timedelta) -> None:
    milliseconds, most = took / timedelta(milliseconds=1), bar / timedelta(milliseconds=1)
    print(f"\n{what}: {milliseconds:,.1f} ms of CPU (bar {most:,.0f} ms)", end="")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_tool_of_800_is_knocked_out_of_5000_workflows_in_two_seconds(shape):
    # From nothing: building the graph and the index is part of the question.
    def work() -> None:
        outcomes = Graph(SHAPES[shape]).knock_outs(range(TOOLS), RELIANCES)
        assert sum(1 for _ in outcomes) == TOOLS

    took = cpu_time(work)

    printed(f"All knock-outs, {shape} graph", took, KNOCK_OUTS)
    assert took <= KNOCK_OUTS


def test_the_shared_fate_of_any_workflow_is_known_in_five_milliseconds():
    graph = Graph(SHAPES["layered"])
    by_workflow: dict[int, list[Reliance]] = {}
    for one in RELIANCES:
        by_workflow.setdefault(one.workflow, []).append(one)
    widest_first = sorted(
        by_workflow.values(), key=lambda all_: -sum(len(one.alternatives) for one in all_)
    )

    def question(workflow: list[Reliance]) -> None:
        for one in workflow:
            for fallback in one.alternatives:
                if fallback.tool is not None:
                    graph.shared(one.tool, fallback.tool)
        graph.smallest_cut(workflow)

    # The first has everything to find out; with each other the graph knows more.
    took = [
        cpu_time(lambda workflow=workflow: question(workflow))
        for workflow in widest_first[:100]
    ]

    printed("A workflow's shared fate, the first", took[0], SHARED_FATE)
    printed("A workflow's shared fate, the slowest of 100", max(took), SHARED_FATE)
    assert max(took) <= SHARED_FATE
