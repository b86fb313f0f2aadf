from datetime import date
from itertools import chain, combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.cut import LARGEST_CUT
from continuity.domain.fate import (
    PART,
    Edge,
    Effect,
    Fallback,
    FateAnswer,
    Graph,
    Landing,
    Reliance,
    Reliances,
    Shared,
)
from tests.domain.chains import KNOWN, T, on


def effects(failed, **options):
    return {
        T(tool).name.lower(): effect.value
        for tool, effect in KNOWN.blast_radius(failed, **options).items()
    }


# Upstreams and blast radius


def test_the_upstreams_of_a_tool_reach_as_far_as_anything_is_known():
    assert KNOWN.upstreams(T.CHATGPT) == {T.OPENAI_MODELS, T.CLOUDFLARE, T.OKTA, T.AZURE}
    assert KNOWN.upstreams(T.CHATGPT, hard_only=True) == {
        T.OPENAI_MODELS,
        T.CLOUDFLARE,
        T.AZURE,
    }
    assert KNOWN.upstreams(T.LOCAL_MODEL) == frozenset()


def test_on_18_november_2025_three_assistants_fell_with_cloudflare():
    assert effects({T.CLOUDFLARE}) == {
        "cloudflare": "stops",
        "chatgpt": "stops",
        "claude": "stops",
        "perplexity": "stops",
    }


def test_a_soft_edge_degrades_what_a_hard_one_stops():
    assert effects({T.OPENAI_MODELS}) == {
        "openai_models": "stops",
        "chatgpt": "stops",
        "openai_api": "stops",
        "perplexity": "degraded",
    }


def test_a_failure_travels_through_what_it_stops_and_what_it_degrades():
    assert effects({T.GOOGLE_CLOUD}) == {
        "google_cloud": "stops",
        "gemini": "stops",
        "anthropic_models": "degraded",
        "claude": "degraded",
    }
    assert effects({T.GOOGLE_CLOUD}, hard_only=True) == {
        "google_cloud": "stops",
        "gemini": "stops",
    }


def test_a_tool_degraded_by_one_loss_and_stopped_by_another_stops():
    both = KNOWN.blast_radius({T.OPENAI_MODELS, T.AWS})

    assert both[T.PERPLEXITY] is Effect.STOPS


def test_the_loss_of_a_tool_without_edges_is_its_own():
    assert KNOWN.blast_radius({T.LOCAL_MODEL}) == {T.LOCAL_MODEL: Effect.STOPS}
    assert KNOWN.blast_radius(set()) == {}


def test_two_companies_that_resell_each_other_fall_together():
    circle = Graph([Edge(1, 2, "hosting"), Edge(2, 1, "model"), Edge(3, 1, "model")])

    assert set(circle.blast_radius({2})) == {1, 2, 3}
    assert circle.upstreams(1) == {2}


def test_names_are_shown_where_they_are_known():
    assert (KNOWN.name(T.CHATGPT), KNOWN.name(77)) == ("ChatGPT", "77")


# Layers


def test_the_layers_name_the_nearest_upstream_of_each_relation():
    assert KNOWN.layers(T.CHATGPT) == {
        "model": (T.OPENAI_MODELS,),
        "hosting": (T.AZURE,),  # not its own, but that of its model
        "edge": (T.CLOUDFLARE,),
        "identity": (T.OKTA,),
    }
    assert list(KNOWN.layers(T.CHATGPT)) == ["model", "hosting", "edge", "identity"]


def test_its_own_hosting_goes_before_that_of_its_model():
    graph = Graph(
        [
            Edge(1, 2, "model"),
            Edge(2, 3, "hosting"),
            Edge(1, 5, "hosting"),
            Edge(1, 4, "hosting"),
            Edge(1, 6, "payment"),
        ]
    )

    assert graph.layers(1) == {"model": (2,), "hosting": (4, 5), "payment": (6,)}
    assert list(graph.layers(1)) == ["model", "hosting", "payment"]


def test_a_tool_is_no_layer_of_itself():
    circle = Graph([Edge(1, 2, "hosting"), Edge(2, 1, "model"), Edge(1, 1, "network")])

    assert circle.layers(1) == {"hosting": (2,)}


# Shared fate


def test_an_alternative_behind_the_same_edge_shares_it():
    fate = KNOWN.shared(T.CHATGPT, T.CLAUDE)

    assert fate.answer is FateAnswer.SHARES
    assert fate.shared == (
        Shared(
            upstream=T.CLOUDFLARE,
            path_from_tool=(T.CHATGPT, T.CLOUDFLARE),
            path_from_alternative=(T.CLAUDE, T.CLOUDFLARE),
            relation="edge",
            hard=True,
        ),
    )
    assert fate.soft == ()


def test_a_soft_common_upstream_is_listed_apart():
    fate = KNOWN.shared(T.CHATGPT, T.PERPLEXITY)

    assert [one.upstream for one in fate.shared] == [T.CLOUDFLARE]
    assert [(one.upstream, one.hard) for one in fate.soft] == [
        (T.OPENAI_MODELS, False),
        (T.AZURE, False),
    ]


def test_a_soft_common_upstream_alone_does_not_share():
    fate = KNOWN.shared(T.CLAUDE, T.GEMINI)

    assert fate.answer is FateAnswer.NONE_KNOWN
    assert [one.upstream for one in fate.soft] == [T.GOOGLE_CLOUD]
    assert fate.soft[0].path_from_tool == (T.CLAUDE, T.ANTHROPIC_MODELS, T.GOOGLE_CLOUD)


def test_no_shared_upstream_known_says_how_much_is_known():
    fate = KNOWN.shared(T.CHATGPT, T.GEMINI)

    assert (fate.answer, fate.shared, fate.soft) == (FateAnswer.NONE_KNOWN, (), ())
    assert fate.known_of_tool == ("model", "hosting", "edge", "identity")
    assert fate.known_of_alternative == ("model", "hosting")


@pytest.mark.parametrize(
    ("tool", "alternative"), [(T.CHATGPT, T.LOCAL_MODEL), (T.LOCAL_MODEL, T.CHATGPT)]
)
def test_where_nothing_is_known_of_one_side_nothing_can_be_said(tool, alternative):
    assert KNOWN.shared(tool, alternative).answer is FateAnswer.UNKNOWN


def test_a_tool_is_no_alternative_to_itself():
    fate = KNOWN.shared(T.LOCAL_MODEL, T.LOCAL_MODEL)

    assert fate.answer is FateAnswer.SHARES
    assert fate.shared[0] == Shared(
        T.LOCAL_MODEL, (T.LOCAL_MODEL,), (T.LOCAL_MODEL,), relation="", hard=True
    )


def test_an_alternative_that_the_tool_rides_on_falls_first():
    fate = KNOWN.shared(T.CHATGPT, T.OPENAI_MODELS)

    assert fate.answer is FateAnswer.SHARES
    assert fate.shared[0] == Shared(
        T.OPENAI_MODELS,
        (T.CHATGPT, T.OPENAI_MODELS),
        (T.OPENAI_MODELS,),
        relation="model",
        hard=True,
    )


def test_an_alternative_that_rides_on_the_tool_falls_with_it():
    fate = KNOWN.shared(T.OPENAI_MODELS, T.CHATGPT)

    assert fate.answer is FateAnswer.SHARES
    assert fate.shared[0].upstream == T.OPENAI_MODELS
    assert fate.shared[0].relation == "model"


def test_of_two_relations_the_hard_one_is_named():
    graph = Graph(
        [Edge(1, 3, "hosting", hard=False), Edge(1, 3, "network"), Edge(2, 3, "model")]
    )

    assert graph.shared(1, 2).shared[0].relation == "network"


def test_being_part_of_a_product_is_nothing_known_of_the_chain():
    # 2 is a component of 1, of which nothing is known; 4 rides on 5.
    graph = Graph([Edge(2, 1, PART), Edge(4, 5, "hosting")])

    fate = graph.shared(2, 4)

    assert fate.answer is FateAnswer.UNKNOWN
    assert (fate.known_of_tool, fate.known_of_alternative) == ((), ("hosting",))
    assert graph.layers(2) == {}


def test_what_is_known_of_a_product_is_known_of_its_parts():
    graph = Graph([Edge(2, 1, PART), Edge(1, 3, "edge"), Edge(4, 5, "hosting")])

    fate = graph.shared(2, 4)

    assert fate.answer is FateAnswer.NONE_KNOWN
    assert fate.known_of_tool == ("edge",)
    assert graph.layers(2) == {"edge": (3,)}


def test_two_parts_of_one_product_fall_with_it():
    fate = Graph([Edge(2, 1, PART), Edge(3, 1, PART)]).shared(2, 3)

    assert fate.answer is FateAnswer.SHARES
    assert fate.shared[0] == Shared(1, (2, 1), (3, 1), relation=PART, hard=True)


# Staleness


@pytest.mark.parametrize(
    ("verified", "stale"),
    [
        (date(2026, 3, 2), False),
        (date(2025, 9, 3), False),  # 180 days
        (date(2025, 9, 2), True),
        (date(2026, 4, 1), False),
        (None, True),  # nobody has ever verified it
    ],
)
def test_an_edge_is_stale_once_it_is_older_than_the_limit(verified, stale):
    edge = Edge(1, 2, "edge", verified_on=verified)

    assert edge.stale(date(2026, 3, 2), limit_days=180) is stale


# Knock-out


DEPENDENCIES = [
    Reliance(1, workflow=10, tool=T.CHATGPT, stops=True),
    Reliance(
        2,
        workflow=20,
        tool=T.CHATGPT,
        stops=True,
        alternatives=(Fallback(21, T.CLAUDE), Fallback(22, T.GEMINI)),
    ),
    Reliance(3, workflow=30, tool=T.CHATGPT, stops=False),
    Reliance(4, workflow=40, tool=T.GEMINI, stops=True),
    Reliance(
        5, workflow=50, tool=T.CLAUDE, stops=True, alternatives=(Fallback(51, T.CHATGPT),)
    ),
    Reliance(6, workflow=60, tool=T.CLAUDE, stops=True, alternatives=(Fallback(61, None),)),
    Reliance(7, workflow=60, tool=T.GEMINI, stops=True),
]


def test_the_loss_of_cloudflare_knocks_out_the_alternatives_too():
    result = KNOWN.knock_out({T.CLOUDFLARE}, DEPENDENCIES)

    assert result.stops == {10, 50}
    assert result.falls_back == {20, 60}
    assert result.degraded == {30}
    assert result.untouched == {40}
    assert result.landings == (
        Landing(workflow=20, dependency=2, alternative=22, tool=T.GEMINI),
        Landing(workflow=60, dependency=6, alternative=61, tool=None),
    )


def test_the_worst_of_several_dependencies_counts():
    result = KNOWN.knock_out({T.CLOUDFLARE, T.GEMINI}, DEPENDENCIES)

    assert result.stops == {10, 20, 40, 50, 60}
    assert result.falls_back == frozenset()


def test_a_tool_that_merely_degrades_leaves_the_choice_to_people():
    result = KNOWN.knock_out({T.GOOGLE_CLOUD}, DEPENDENCIES)

    assert (result.stops, result.degraded) == ({40, 60}, {50})
    assert result.landings == ()


def test_an_index_of_the_dependencies_gives_the_same_answer():
    index = Reliances(DEPENDENCIES)

    outcomes = list(KNOWN.knock_outs(T, index))

    assert outcomes == [KNOWN.knock_out({tool}, DEPENDENCIES) for tool in T]
    assert index.workflows == {10, 20, 30, 40, 50, 60}


# The smallest cut


def cut(*dependencies):
    return KNOWN.smallest_cut(dependencies)


def test_one_loss_is_enough_where_all_alternatives_share_it():
    assert cut(on(T.CHATGPT, T.CLAUDE, T.PERPLEXITY)) == {T.CLOUDFLARE}


def test_where_they_share_nothing_each_has_to_fail_nearest_to_the_work():
    assert cut(on(T.CHATGPT, T.GEMINI)) == {T.CHATGPT, T.GEMINI}
    assert cut(on(T.CHATGPT, T.CLAUDE, T.GEMINI)) == {T.CLOUDFLARE, T.GEMINI}


def test_a_soft_upstream_cuts_nothing():
    # Perplexity would only miss the models that ChatGPT stops without.
    assert cut(on(T.OPENAI_API, T.PERPLEXITY)) == {T.OPENAI_API, T.PERPLEXITY}


def test_of_several_dependencies_the_one_that_takes_least_decides():
    assert cut(on(T.CHATGPT, T.GEMINI), on(T.CLAUDE)) == {T.CLAUDE}
    assert cut(on(T.CHATGPT, T.GEMINI), on(T.CLAUDE, stops=False)) == {
        T.CHATGPT,
        T.GEMINI,
    }


def test_of_cuts_as_near_the_lowest_key_is_named():
    graph = Graph(Edge(tool, both, "edge") for tool in (1, 2) for both in (8, 7))

    assert graph.smallest_cut([on(1, 2)]) == {7}
    assert graph.smallest_cut([on(6), on(5)]) == {5}


@pytest.mark.parametrize(
    "dependencies",
    [
        [],
        [on(T.CHATGPT, stops=False)],
        [on(T.CHATGPT, T.CLAUDE, None)],
        [on(T.CHATGPT, None), on(T.GEMINI, None), on(T.CLAUDE, stops=False)],
    ],
)
def test_what_has_a_manual_way_or_can_do_without_is_never_cut_off(dependencies):
    assert KNOWN.smallest_cut(dependencies) is None


def test_a_manual_way_for_one_dependency_does_not_save_the_other():
    assert cut(on(T.CHATGPT, None), on(T.GEMINI)) == {T.GEMINI}


def test_more_losses_than_it_is_exact_for_still_leave_nothing():
    assert KNOWN.smallest_cut([on(100, *range(101, 120))]) == set(range(100, 120))


# Properties

nodes = st.integers(0, 7)
edges = st.lists(
    st.builds(Edge, nodes, nodes, st.sampled_from(["model", "hosting"]), st.booleans()),
    max_size=14,
)


def reach(edges, start, *, hard_only):
    """The slow way: walk until nothing is new."""
    seen = {start}
    while (
        new := {e.upstream for e in edges if e.tool in seen and (e.hard or not hard_only)}
        - seen
    ):
        seen |= new
    return seen


@given(edges, st.sets(nodes, max_size=3))
def test_a_tool_stops_if_and_only_if_a_hard_chain_leads_to_a_loss(edges, failed):
    result = Graph(edges).blast_radius(failed)

    for tool in range(8):
        expected = None
        if reach(edges, tool, hard_only=False) & failed:
            expected = Effect.DEGRADED
        if reach(edges, tool, hard_only=True) & failed:
            expected = Effect.STOPS
        assert result.get(tool) is expected


@given(edges, nodes, nodes)
def test_two_tools_share_if_and_only_if_one_loss_stops_both(edges, tool, alternative):
    graph = Graph(edges)

    fate = graph.shared(tool, alternative)

    stops_both = {
        lost
        for lost in range(8)
        if {tool, alternative} <= graph.blast_radius({lost}, hard_only=True).keys()
    }
    assert {one.upstream for one in fate.shared} == stops_both
    assert (fate.answer is FateAnswer.SHARES) is bool(stops_both)


@given(edges, nodes, nodes)
def test_the_answer_does_not_depend_on_which_is_the_alternative(edges, tool, alternative):
    graph = Graph(edges)

    there, back = graph.shared(tool, alternative), graph.shared(alternative, tool)

    assert there.answer is back.answer
    assert [one.upstream for one in there.shared] == [one.upstream for one in back.shared]


@given(edges, nodes, nodes)
def test_every_step_of_a_path_is_a_known_edge(edges, tool, alternative):
    fate = Graph(edges).shared(tool, alternative)

    hard = {(e.tool, e.upstream) for e in edges if e.hard}
    known = {(e.tool, e.upstream) for e in edges}
    for one in (*fate.shared, *fate.soft):
        for path, start in (
            (one.path_from_tool, tool),
            (one.path_from_alternative, alternative),
        ):
            assert (path[0], path[-1]) == (start, one.upstream)
            assert set(pairwise(path)) <= (hard if one.hard else known)


fallbacks = st.lists(st.none() | nodes, max_size=3).map(
    lambda tools: tuple(Fallback(pk, tool) for pk, tool in enumerate(tools))
)
reliances = st.lists(
    st.builds(Reliance, st.just(1), st.integers(0, 3), nodes, st.booleans(), fallbacks),
    max_size=6,
)


@given(edges, st.sets(nodes, max_size=3), reliances)
def test_every_workflow_has_the_worst_outcome_of_its_dependencies(edges, failed, reliances):
    graph = Graph(edges)
    effects = graph.blast_radius(failed)
    expected: dict[int, int] = {}
    for one in reliances:
        lost = [effects.get(each.tool) is Effect.STOPS for each in one.alternatives]
        outcome = 3
        if one.tool in effects:
            outcome = 2
        if effects.get(one.tool) is Effect.STOPS:
            outcome = (0 if one.stops else 2) if all(lost) else 1
        expected[one.workflow] = min(outcome, expected.get(one.workflow, 3))

    result = graph.knock_out(failed, Reliances(reliances))

    assert [result.stops, result.falls_back, result.degraded, result.untouched] == [
        {workflow for workflow, outcome in expected.items() if outcome == wanted}
        for wanted in range(4)
    ]
    assert result == graph.knock_out(failed, reliances)


@given(edges, reliances)
def test_knocking_out_each_tool_is_the_same_as_asking_one_by_one(edges, reliances):
    graph = Graph(edges)

    assert list(graph.knock_outs(range(8), reliances)) == [
        graph.knock_out({tool}, reliances) for tool in range(8)
    ]


@given(edges, reliances)
def test_the_smallest_cut_stops_the_work_and_nothing_smaller_does(edges, reliances):
    graph = Graph(edges)
    work = [Reliance(one.pk, 1, one.tool, one.stops, one.alternatives) for one in reliances]

    def stopped_by(lost):
        return bool(graph.knock_out(lost, work).stops)

    found = graph.smallest_cut(work)

    sizes = chain.from_iterable(combinations(range(8), size) for size in range(5))
    least = next((lost for lost in sizes if stopped_by(lost)), None)
    assert LARGEST_CUT == 4
    assert (found is None) is (least is None)
    if found is not None:
        assert stopped_by(found)
        assert len(found) == len(least)


def test_what_works_badly_degrades_all_that_rides_on_it_hard_or_soft():
    graph = Graph(
        [Edge(1, 2, "model"), Edge(3, 1, "model", hard=False), Edge(4, 5, "edge")]
    )
    dependencies = [Reliance(9, 9, 3, stops=True), Reliance(8, 8, 4, stops=True)]

    found = graph.knock_out({5}, dependencies, degraded={2})

    assert {tool: str(effect) for tool, effect in found.effects.items()} == {
        1: "degraded", 2: "degraded", 3: "degraded", 4: "stops", 5: "stops",
    }  # fmt: skip
    assert (found.stops, found.degraded) == ({8}, {9})


def test_the_way_to_an_upstream_is_the_shortest_and_empty_where_none_is_known():
    graph = Graph(
        [Edge(1, 2, "model"), Edge(2, 3, "hosting"), Edge(1, 3, "edge", hard=False)]
    )

    assert graph.path(1, 3) == (1, 3)
    assert graph.path(1, 3, hard_only=True) == (1, 2, 3)
    assert graph.path(1, 1) == (1,)
    assert graph.path(3, 1) == ()
