import re
from itertools import combinations, pairwise

import pytest
from defusedxml import ElementTree

from continuity.web.charts.graph import Link, Node, layers, picture

SVG = "{http://www.w3.org/2000/svg}"


def nodes(*labels: str) -> list[Node]:
    return [Node(key, label, f"/tools/{key}/") for key, label in enumerate(labels, start=1)]


def drawn(nodes, links, focus=1) -> str:
    return str(picture(nodes, links, focus=focus, uid="g", title="T", description="D"))


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """The rectangle of each node: left, top, right, bottom."""
    found = []
    for group in ElementTree.fromstring(svg).iter():
        if "node" in group.get("class", "").split():
            rect = group.find(f"{SVG}rect")
            x, y, width, height = (float(rect.get(name)) for name in RECT)
            found.append((x, y, x + width, y + height))
    return found


RECT = ("x", "y", "width", "height")


def test_a_node_stands_as_far_right_as_the_longest_way_to_it_and_users_stand_left():
    links = [Link(1, 2), Link(2, 3), Link(1, 3), Link(4, 1), Link(5, 4), Link(5, 1)]

    found = layers(nodes("a", "b", "c", "d", "e", "f"), links, focus=1)

    assert found == {1: 0, 2: 1, 3: 2, 4: -1, 5: -2, 6: 0}


def test_a_circle_is_cut_where_a_walk_from_the_focus_would_close_it():
    links = [Link(1, 2), Link(2, 3), Link(3, 1), Link(3, 2)]

    assert layers(nodes("a", "b", "c"), links, focus=1) == {1: 0, 2: 1, 3: 2}
    assert drawn(nodes("a", "b", "c"), links).count('class="head"') == 4


def test_the_same_input_gives_the_same_bytes_in_whatever_order_it_comes():
    links = [Link(1, 2), Link(1, 3, hard=False), Link(4, 1, mark="stale")]
    some = nodes("a", "b", "c", "d")

    assert drawn(some, links) == drawn(some[::-1], links[::-1])


def test_soft_links_are_dashed_and_doubt_is_an_icon_and_a_word():
    svg = drawn(nodes("a", "b", "c"), [Link(1, 2, hard=False, mark="stale"), Link(1, 3)])

    assert svg.count("stroke-dasharray") == 1
    assert ">stale</text>" in svg
    mark = svg[svg.index('class="mark"') :]
    assert mark.index("<path") < mark.index(">stale<")


def test_every_node_but_the_focus_is_a_link_with_a_name():
    svg = drawn([Node(1, "a", "/1/"), Node(2, "b", "/2/", title="b, 3 workflows")],
                [Link(1, 2)])  # fmt: skip

    assert re.findall(r'<a class="[^"]*" href="([^"]+)" aria-label="([^"]+)"', svg) == [
        ("/2/", "b, 3 workflows")
    ]


def test_nothing_in_it_needs_what_the_policy_forbids_and_words_are_escaped():
    svg = drawn(nodes("<script>", 'b"'), [Link(1, 2, title="a & b", mark="<b>")])

    ElementTree.fromstring(svg)
    assert "<script" not in svg
    assert "style=" not in svg
    assert " on" not in re.sub(r">[^<]*<", "><", svg)


def test_nothing_linked_is_no_picture():
    assert drawn(nodes("a", "b"), []) == ""
    assert drawn(nodes("a"), [Link(1, 1), Link(1, 9)]) == ""


def test_two_rows_that_would_cross_are_put_in_order():
    # a needs y and b needs x, so x goes above y though its name comes later.
    some = nodes("focus", "a", "b", "x", "y")

    found = dict(
        re.findall(r'<title>([abxy])</title><rect x="[\d.]+" y="([\d.]+)"',
                   drawn(some, [Link(1, 2), Link(1, 3), Link(2, 5), Link(3, 4)]))
    )  # fmt: skip

    above = {name: float(y) for name, y in found.items()}
    assert (above["a"] < above["b"]) is (above["y"] < above["x"])


@pytest.mark.parametrize("shape", ["fan", "layers", "long"])
def test_sixty_nodes_are_legible(shape):
    some = nodes(*(f"Tool number {number}" for number in range(60)))
    links = {
        "fan": [Link(key, 1, mark="stale") for key in range(2, 61)],
        "layers": [
            Link(key, key + step, hard=step < 9, mark="no date" * (key % 3 == 0))
            for key in range(1, 61)
            for step in (5, 7, 9)
        ],
        "long": [Link(1, key) for key in range(2, 61)]
        + [Link(key, key + 1) for key in range(2, 20)],
    }[shape]
    links = [link for link in links if link.target <= 60]

    svg = drawn(some, links)

    found = boxes(svg)
    assert len(found) == 60
    for one, two in combinations(found, 2):
        apart = one[2] < two[0] or two[2] < one[0] or one[3] < two[1] or two[3] < one[1]
        assert apart, (one, two)
    root = ElementTree.fromstring(svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for left, top, right, bottom in found:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    sizes = {float(text.get("font-size")) for text in root.iter(f"{SVG}text")}
    assert min(sizes) >= 11
    # Names are not cut, and the next row is far enough for a finger.
    assert "…" not in svg
    lefts = sorted(top for left, top, _right, _bottom in found if left == found[0][0])
    assert all(two - one >= 24 for one, two in pairwise(lefts))


def test_a_long_link_passes_between_the_nodes_of_the_layers_it_crosses():
    some = nodes("a", "b", "c", "d", "e")
    links = [Link(1, 2), Link(1, 3), Link(2, 4), Link(3, 4), Link(4, 5), Link(1, 5)]

    svg = drawn(some, links)

    paths = re.findall(r'<path d="(M[^"]+)" fill="none"', svg)
    straight = [
        tuple(map(float, pair))
        for path in paths
        for pair in re.findall(r"L([\d.]+) ([\d.]+)C", path)
    ]
    assert len(straight) == 2  # through two layers, a place in each
    for x, y in straight:
        for left, top, right, bottom in boxes(svg):
            assert not (left <= x <= right and top <= y <= bottom)
