"""A picture of what needs what, drawn on the server: users left, what they need right.

The same rules as in charts.py hold: same input, same bytes; no script, no style; colours
are attributes for print and classes on the page; all words come translated. What differs:
the nodes are links, so the drawing is a group of them and not an image, and it keeps its
size, so that it stays legible however much there is; the page lets it scroll.

How it is laid out: each node stands as many layers from the one in focus as the longest
way to it has steps. A link over several layers gets a place in each, so that it never
runs through a node. Each layer is then ordered by the middle of its neighbours, back and
forth, and the order with the fewest crossings is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from math import ceil
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from continuity.web.charts.drawing import ACCENT, FONT, GRID, INK, INK_SOFT, WARN, WHITE

SWEEPS: Final = 8
ROW_GAP: Final = 12
LANE: Final = 10
"""Height of the place that a passing link gets."""
LINE: Final = 28
TWO_LINES: Final = 44
NARROWEST, WIDEST = 88, 208
LETTER: Final = 7.5
SMALL_LETTER: Final = 6.3
GAP: Final = 76
MARGIN: Final = 6


@dataclass(frozen=True, slots=True)
class Node:
    """One tool. `note` is a second line; `title` all of it in words, for those who do not
    see the picture. `kind` is its class: tool or infrastructure."""

    key: int
    label: str
    url: str = ""
    note: str = ""
    title: str = ""
    kind: str = "tool"


@dataclass(frozen=True, slots=True)
class Link:
    """`source` needs `target`. Soft ones are dashed; `mark` is a word of doubt on it."""

    source: int
    target: int
    hard: bool = True
    mark: str = ""
    title: str = ""


type Vertex = tuple[int, int]
"""A node as (its key, -1), or a place of a passing link as (layer, number of the link)."""


@dataclass(slots=True)
class _Plan:
    """Who stands where: layers from left to right, the neighbours of each on either side,
    and of each link the vertices it goes through, from left to right."""

    layers: list[list[Vertex]]
    left: dict[Vertex, list[Vertex]] = field(default_factory=lambda: defaultdict(list))
    right: dict[Vertex, list[Vertex]] = field(default_factory=lambda: defaultdict(list))
    ways: list[tuple[Link, list[Vertex]]] = field(default_factory=list)


def layers(nodes: Sequence[Node], links: Sequence[Link], *, focus: int) -> dict[int, int]:
    """Return the layer of each node, 0 for `focus`: what it needs has positive numbers,
    what needs it negative ones, each the longest way there. Circles are cut where a walk
    from the focus would close them; what has no way to the focus stands beside it."""
    needs: dict[int, list[int]] = defaultdict(list)
    needed: dict[int, list[int]] = defaultdict(list)
    known = {node.key for node in nodes}
    for link in links:
        if link.source != link.target and {link.source, link.target} <= known:
            needs[link.source].append(link.target)
            needed[link.target].append(link.source)
    found = _longest(focus, needs, frozenset())
    for key, steps in _longest(focus, needed, frozenset(found) - {focus}).items():
        found.setdefault(key, -steps)
    return {node.key: found.get(node.key, 0) for node in nodes}


def _longest(
    start: int, ways: Mapping[int, Iterable[int]], apart: frozenset[int]
) -> dict[int, int]:
    """Return the longest way from `start` to each node, around those in `apart`."""
    open_, done = {start}, list[int]()
    seen = {start}
    onward: dict[int, list[int]] = {start: []}
    stack = [(start, iter(sorted(set(ways.get(start, ())) - apart)))]
    while stack:
        key, rest = stack[-1]
        step = next(rest, None)
        if step is None:
            stack.pop()
            open_.discard(key)
            done.append(key)
        elif step not in open_:  # otherwise it would close a circle
            onward[key].append(step)
            if step not in seen:
                seen.add(step)
                open_.add(step)
                onward[step] = []
                stack.append((step, iter(sorted(set(ways.get(step, ())) - apart))))
    steps = dict.fromkeys(done, 0)
    for key in reversed(done):
        for step in onward[key]:
            steps[step] = max(steps[step], steps[key] + 1)
    return steps


def picture(
    nodes: Sequence[Node],
    links: Sequence[Link],
    *,
    focus: int,
    uid: str,
    title: str,
    description: str,
) -> SafeString:
    """Return the drawing as SVG; empty unless something is linked to something.

    Links to what is not among the nodes, and of a node to itself, are left out. Of two
    links between the same nodes only the first is drawn: join them before.
    """
    known = {node.key: node for node in nodes}
    drawn: dict[tuple[int, int], Link] = {}
    for link in links:
        if link.source in known and link.target in known and link.source != link.target:
            drawn.setdefault((link.source, link.target), link)
    if not drawn:
        return SafeString("")
    plan = _plan(nodes, list(drawn.values()), focus)
    _order(plan)
    place = _Places(plan, known)
    body = [_line(link, way, place) for link, way in plan.ways]
    body += _marks(plan, place)
    body += [
        _node(known[vertex[0]], place, vertex, focus=focus)
        for layer in plan.layers
        for vertex in layer
        if vertex[1] < 0
    ]
    return mark_safe(  # noqa: S308 - every word above and here went through escape()
        f'<svg class="graph" xmlns="http://www.w3.org/2000/svg" role="group" '
        f'viewBox="0 0 {_n(place.width)} {_n(place.height)}" width="{_n(place.width)}" '
        f'height="{_n(place.height)}" aria-labelledby="{uid}-t {uid}-d" '
        f'font-family="{FONT}"><title id="{uid}-t">{escape(title)}</title>'
        f'<desc id="{uid}-d">{escape(description)}</desc>{"".join(body)}</svg>'
    )


def _plan(nodes: Sequence[Node], links: Sequence[Link], focus: int) -> _Plan:
    where = layers(nodes, links, focus=focus)
    first = min(where.values())
    plan = _Plan([[] for _ in range(max(where.values()) - first + 1)])
    for node in sorted(nodes, key=lambda node: (node.label.casefold(), node.key)):
        plan.layers[where[node.key] - first].append((node.key, -1))
    ends = sorted(links, key=lambda link: (where[link.source], link.source, link.target))
    for number, link in enumerate(ends):
        one, two = sorted((link.source, link.target), key=lambda key: where[key])
        way: list[Vertex] = [(one, -1)]
        for layer in range(where[one] - first + 1, where[two] - first):
            plan.layers[layer].append((layer, number))
            way.append((layer, number))
        way.append((two, -1))
        for left, right in pairwise(way):
            plan.right[left].append(right)
            plan.left[right].append(left)
        plan.ways.append((link, way))
    return plan


def _order(plan: _Plan) -> None:
    """Bring each layer into the order with the fewest crossings that was found."""
    best, fewest = [list(layer) for layer in plan.layers], _crossings(plan)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        numbers = range(1, len(plan.layers))
        for number in numbers if forward else [n - 1 for n in reversed(numbers)]:
            fixed = plan.layers[number - 1 if forward else number + 1]
            _towards(plan.layers[number], fixed, plan.left if forward else plan.right)
        crossings = _crossings(plan)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in plan.layers], crossings
    plan.layers = best


def _towards(
    layer: list[Vertex], fixed: Sequence[Vertex], neighbours: Mapping[Vertex, list[Vertex]]
) -> None:
    at = {vertex: index for index, vertex in enumerate(fixed)}
    own = {vertex: index * len(fixed) / len(layer) for index, vertex in enumerate(layer)}

    def middle(vertex: Vertex) -> float:
        near = [at[one] for one in neighbours.get(vertex, ()) if one in at]
        return sum(near) / len(near) if near else own[vertex]

    # Stable: those with the same middle stay as they were.
    layer.sort(key=middle)


def _crossings(plan: _Plan) -> int:
    total = 0
    for one, two in pairwise(plan.layers):
        at = {vertex: index for index, vertex in enumerate(two)}
        ends: list[int] = []
        for vertex in one:
            ends += sorted(at[end] for end in plan.right.get(vertex, ()) if end in at)
        total += sum(
            later < earlier
            for index, earlier in enumerate(ends)
            for later in ends[index + 1 :]
        )
    return total


class _Places:
    """Where everything is drawn: a column for each layer, each vertex on its height."""

    def __init__(self, plan: _Plan, nodes: Mapping[int, Node]) -> None:
        self.nodes = nodes
        self.column: dict[Vertex, tuple[float, float]] = {}
        gaps = self._gaps(plan)
        left, right = float(MARGIN), 0.0
        for layer, gap in zip(plan.layers, gaps, strict=True):
            widths = [_width(nodes[key]) for key, passing in layer if passing < 0]
            right = left + max(widths, default=0)
            for vertex in layer:
                self.column[vertex] = left, right
            left = right + gap
        self.width = right + MARGIN
        self.middle = self._stacked(plan)
        lowest = min(y - self.tall(one) / 2 for one, y in self.middle.items())
        for vertex in self.middle:
            self.middle[vertex] += MARGIN - lowest
        self.height = MARGIN + max(
            y + self.tall(vertex) / 2 for vertex, y in self.middle.items()
        )

    def _gaps(self, plan: _Plan) -> list[float]:
        """Return the room behind each column: for curves, and for the marks on them."""
        number = {one: at for at, layer in enumerate(plan.layers) for one in layer}
        gaps = [float(GAP)] * len(plan.layers)
        for link, way in plan.ways:
            for one in way[:-1]:
                gaps[number[one]] = max(gaps[number[one]], GAP + _chip(link.mark))
        return gaps

    def tall(self, vertex: Vertex) -> float:
        if vertex[1] >= 0:
            return LANE
        return TWO_LINES if self.nodes[vertex[0]].note else LINE

    def _apart(self, one: Vertex, two: Vertex) -> float:
        gap = ROW_GAP if one[1] < 0 or two[1] < 0 else ROW_GAP / 2
        return self.tall(one) / 2 + gap + self.tall(two) / 2

    def _stacked(self, plan: _Plan) -> dict[Vertex, float]:
        """Return the middle of each vertex: near its neighbours, in order, never over
        another."""
        middle: dict[Vertex, float] = {}
        for layer in plan.layers:
            y = 0.0
            for index, vertex in enumerate(layer):
                y += self._apart(layer[index - 1], vertex) if index else 0
                middle[vertex] = y
            for vertex in layer:
                middle[vertex] -= y / 2
        for sweep in range(SWEEPS):
            forward = sweep % 2 == 0
            for layer in plan.layers if forward else reversed(plan.layers):
                self._settle(layer, middle, plan.left if forward else plan.right)
        return middle

    def _settle(
        self,
        layer: Sequence[Vertex],
        middle: dict[Vertex, float],
        neighbours: Mapping[Vertex, list[Vertex]],
    ) -> None:
        wanted = [
            sum(middle[one] for one in near) / len(near)
            if (near := neighbours.get(vertex))
            else middle[vertex]
            for vertex in layer
        ]
        placed: list[float] = []
        for index, (vertex, y) in enumerate(zip(layer, wanted, strict=True)):
            least = placed[-1] + self._apart(layer[index - 1], vertex) if placed else y
            placed.append(max(y, least))
        # Pushed down only so far: half of what was pushed is taken back by all.
        back = sum(there - y for there, y in zip(placed, wanted, strict=True)) / len(layer)
        for vertex, y in zip(layer, placed, strict=True):
            middle[vertex] = y - back

    def points(self, way: Sequence[Vertex]) -> list[tuple[float, float]]:
        """Return the corners of a link from left to right: where it leaves a column and
        where it enters the next."""
        found: list[tuple[float, float]] = []
        for one, two in pairwise(way):
            found.append((self.column[one][1], self.middle[one]))
            found.append((self.column[two][0], self.middle[two]))
        return found


def _line(link: Link, way: Sequence[Vertex], place: _Places) -> str:
    points = place.points(way)
    if place.column[way[0]] == place.column[way[-1]]:
        # Side by side in one column: around on the right.
        x, (start, end) = place.column[way[0]][1], (place.middle[one] for one in way)
        d = f"M{_n(x)} {_n(start)}C{_n(x + 40)} {_n(start)} {_n(x + 40)} {_n(end)} "
        d += f"{_n(x + 6)} {_n(end)}"
        head = (x, end, -1) if link.target == way[-1][0] else (x, start, -1)
    else:
        forward = way[-1][0] == link.target
        d = f"M{_n(points[0][0])} {_n(points[0][1])}"
        for index in range(0, len(points), 2):
            (x1, y1), (x2, y2) = points[index], points[index + 1]
            half = (x1 + x2) / 2
            d += f"{f'L{_n(x1)} {_n(y1)}' if index else ''}C{_n(half)} {_n(y1)} "
            d += f"{_n(half)} {_n(y2)} {_n(x2)} {_n(y2)}"
        head = (*points[-1], 1) if forward else (*points[0], -1)
    x, y, way_on = head
    soft = "" if link.hard else ' stroke-dasharray="5 4"'
    return (
        f'<g class="edge{"" if link.hard else " is-soft"}">'
        f"<title>{escape(link.title)}</title>"
        f'<path d="{d}" fill="none" stroke="{INK_SOFT}" stroke-width="1.4"{soft}/>'
        f'<path class="head" d="M{_n(x)} {_n(y)}l{-7 * way_on} -3.6v7.2z" '
        f'fill="{INK_SOFT}"/></g>'
    )


def _marks(plan: _Plan, place: _Places) -> list[str]:
    """Draw the words of doubt, each on its link and none over another."""
    out: list[str] = []
    taken: list[tuple[float, float, float]] = []
    for link, way in plan.ways:
        if not link.mark:
            continue
        points = place.points(way)
        wide = _chip(link.mark)
        choices = [
            _on_curve(points[index], points[index + 1], share)
            for share in (0.5, 0.36, 0.64, 0.28, 0.72)
            for index in range(0, len(points), 2)
        ]

        def crowd(at: tuple[float, float], wide: float = wide) -> int:
            return sum(
                abs(at[0] - x) < (wide + width) / 2 + 2 and abs(at[1] - y) < 18
                for x, y, width in taken
            )

        x, y = min(choices, key=crowd)
        taken.append((x, y, wide))
        left = x - wide / 2
        out.append(
            f'<g class="mark"><title>{escape(link.title)}</title>'
            f'<rect x="{_n(left)}" y="{_n(y - 8)}" width="{_n(wide)}" height="16" rx="8" '
            f'fill="{WHITE}" stroke="{WARN}"/>'
            f'<path d="M{_n(left + 10)} {_n(y - 4.5)}a4.5 4.5 0 1 0 .01 0M{_n(left + 10)} '
            f'{_n(y - 2.6)}v2.8l1.8 1.1" fill="none" stroke="{WARN}" stroke-width="1.2"/>'
            f'<text x="{_n(left + 18)}" y="{_n(y + 3.8)}" font-size="11" fill="{WARN}">'
            f"{escape(link.mark)}</text></g>"
        )
    return out


def _on_curve(
    one: tuple[float, float], two: tuple[float, float], share: float
) -> tuple[float, float]:
    """Return a point of the curve between two corners; its middle is theirs."""
    rest = 1 - share
    x = one[0] * rest**3 + two[0] * share**3
    x += 3 * (one[0] + two[0]) / 2 * (rest**2 * share + rest * share**2)
    y = one[1] * (rest**3 + 3 * rest**2 * share) + two[1] * (share**3 + 3 * rest * share**2)
    return x, y


def _node(node: Node, place: _Places, vertex: Vertex, *, focus: int) -> str:
    left, right = place.column[vertex]
    tall = place.tall(vertex)
    top = place.middle[vertex] - tall / 2
    here = node.key == focus
    most = int((right - left - 19) / LETTER)
    name = escape(_cut(node.label, most))
    body = (
        f"<title>{escape(node.title or node.label)}</title>"
        f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(right - left)}" '
        f'height="{_n(tall)}" rx="6" fill="{WHITE}" '
        f'stroke="{ACCENT if here else GRID}" stroke-width="{2 if here else 1.2}"/>'
        f'<text class="name" x="{_n(left + 10)}" y="{_n(top + 18.5)}" font-size="13" '
        f'font-weight="{650 if here else 560}" fill="{INK}">{name}</text>'
    )
    if node.note:
        body += (
            f'<text class="note" x="{_n(left + 10)}" y="{_n(top + 35)}" font-size="11.5" '
            f'fill="{INK_SOFT}">{escape(node.note)}</text>'
        )
    cls = f"node is-{node.kind}{' is-focus' if here else ''}"
    if here or not node.url:
        return f'<g class="{cls}">{body}</g>'
    words = escape(node.title or node.label)
    return f'<a class="{cls}" href="{escape(node.url)}" aria-label="{words}">{body}</a>'


def _width(node: Node) -> float:
    words = max(len(node.label) * LETTER, len(node.note) * SMALL_LETTER) + 20
    return float(min(WIDEST, max(NARROWEST, ceil(words))))


def _chip(word: str) -> float:
    return round(len(word) * SMALL_LETTER) + 26 if word else 0


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def _n(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
