from datetime import timedelta

from continuity.domain.fate import Edge, Graph
from continuity.domain.forecast import Stretch
from continuity.domain.losses import Choice, Hit, Need, carrier, lost, reach

HOUR = timedelta(hours=1)
EDGE, CHAT, CLAUDE, GEMINI = 1, 2, 3, 4
GRAPH = Graph(
    [
        Edge(CHAT, EDGE, "edge"),
        Edge(CLAUDE, EDGE, "edge", hard=False),
    ]
)


def test_a_hard_chain_carries_the_share_and_a_soft_one_only_names_the_tool():
    found = reach(GRAPH, [Hit(EDGE, 0 * HOUR, 6 * HOUR, 0.5)])

    half = (Stretch(0 * HOUR, 6 * HOUR, 0.5),)
    assert found == {EDGE: half, CHAT: half, CLAUDE: ()}


def test_a_share_that_nobody_published_takes_nothing():
    assert reach(GRAPH, [Hit(CHAT, 0 * HOUR, HOUR, None)]) == {CHAT: ()}


def test_an_alternative_hit_by_the_same_outage_is_passed_over():
    need = Need(7, CHAT, (Choice(1, EDGE, HOUR), Choice(2, GEMINI, 2 * HOUR)))
    found = reach(GRAPH, [Hit(EDGE, 0 * HOUR, 6 * HOUR, 1.0)])

    assert carrier(need, found) == Choice(2, GEMINI, 2 * HOUR)
    assert lost([need], found) == (Stretch(0 * HOUR, 2 * HOUR, 1.0),)


def test_without_a_seat_and_without_an_alternative_all_of_it_is_lost():
    need = Need(7, CHAT, (Choice(2, GEMINI, 2 * HOUR),))
    found = reach(GRAPH, [Hit(CHAT, HOUR, 6 * HOUR, 1.0)])
    everything = (Stretch(HOUR, 6 * HOUR, 1.0),)

    assert lost([need], found, full={2}) == everything
    assert lost([Need(7, CHAT)], found) == everything
    # The time of an alternative counts from the onset of the loss.
    assert lost([need], found) == (Stretch(HOUR, 3 * HOUR, 1.0),)


def test_work_by_hand_is_hit_by_nothing():
    need = Need(7, CHAT, (Choice(3, None, 0 * HOUR),))

    assert lost([need], reach(GRAPH, [Hit(CHAT, 0 * HOUR, HOUR, 1.0)])) == ()


def test_of_two_tools_hit_at_once_the_worse_counts_once():
    found = reach(
        GRAPH, [Hit(CHAT, 0 * HOUR, 2 * HOUR, 0.25), Hit(GEMINI, HOUR, 3 * HOUR, 1)]
    )

    assert lost([Need(1, CHAT), Need(2, GEMINI)], found) == (
        Stretch(0 * HOUR, HOUR, 0.25),
        Stretch(HOUR, 3 * HOUR, 1),
    )
