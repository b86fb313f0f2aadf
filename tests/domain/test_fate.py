from enum import IntEnum, auto
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from continuity.domain.fate import (
    Edge,
    Effect,
    Fallback,
    FateAnswer,
    Graph,
    Landing,
    Reliance,
    Shared,
)


class T(IntEnum):
    CHATGPT = auto()
    OPENAI_API = auto()
    OPENAI_MODELS = auto()
    AZURE = auto()
    CLOUDFLARE = auto()
    OKTA = auto()
    CLAUDE = auto()
    ANTHROPIC_MODELS = auto()
    AWS = auto()
    PERPLEXITY = auto()
    GEMINI = auto()
    GEMINI_MODELS = auto()
    GOOGLE_CLOUD = auto()
    LOCAL_MODEL = auto()


EDGES = [
    Edge(T.CHATGPT, T.OPENAI_MODELS, "model"),
    Edge(T.CHATGPT, T.CLOUDFLARE, "edge"),
    Edge(T.CHATGPT, T.OKTA, "identity", hard=False),
    Edge(T.OPENAI_API, T.OPENAI_MODELS, "model"),
    Edge(T.OPENAI_MODELS, T.AZURE, "hosting"),
    Edge(T.CLAUDE, T.ANTHROPIC_MODELS, "model"),
    Edge(T.CLAUDE, T.CLOUDFLARE, "edge"),
    Edge(T.ANTHROPIC_MODELS, T.AWS, "hosting"),
    Edge(T.ANTHROPIC_MODELS, T.GOOGLE_CLOUD, "hosting", hard=False),
    Edge(T.PERPLEXITY, T.AWS, "hosting"),
    Edge(T.PERPLEXITY, T.CLOUDFLARE, "edge"),
    Edge(T.PERPLEXITY, T.OPENAI_MODELS, "model", hard=False),
    Edge(T.GEMINI, T.GEMINI_MODELS, "model"),
    Edge(T.GEMINI, T.GOOGLE_CLOUD, "hosting"),
]
KNOWN = Graph(EDGES, {T.CHATGPT: "ChatGPT"})


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
