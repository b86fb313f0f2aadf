"""Make what users wrote safe to typeset.

Nothing here is about markup: facts reach the layout as data, so `#read("/etc/passwd")`
is eleven letters and some signs. What can still stop or spoil a conforming export is a
character no font shows, a word longer than the line, a row higher than the page, and a
drawing that asks for something outside itself.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError, register_namespace, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from continuity.reports.typesetting import WORDS
from continuity.reports.typesetting.coverage import covered
from continuity.reports.typesetting.labels import set_apart

REPLACEMENT: Final = "\ufffd"

# Invisible, and needed for joining, breaking and reading direction.
_INVISIBLE: Final = frozenset(
    (0xAD, 0x61C, *range(0x200B, 0x2010), 0x2060, *range(0xFE00, 0xFE10))
)
# Invisible, and able to make a line read as what it is not, or to no purpose here:
# overrides and isolates of direction, tags, other variation selectors, byte order mark.
_DROPPED: Final = re.compile(
    "[\u202a-\u202e\u2061-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e01ef]"
)
_NEWLINES: Final = re.compile("\r\n?|\u0085|\u2028|\u2029")
# Five and more marks on one letter spell no language; a tower of them hides other text.
_MARK: Final = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u093a-\u094d\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_TOWER: Final = re.compile(f"({_MARK}{{4}}){_MARK}+")
_LONG: Final = 16
_LONG_WORD: Final = re.compile(rf"[^\s\u200b]{{{_LONG},}}")
_PIECE: Final = 10
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2}|Z))?"
)
# Where a reader expects an address or a name made of parts to be broken.
_JOINTS: Final = "/?&=_-.:,;@|+"

# A cell with more text than this may be broken over pages; a shorter row stays whole.
_LONG_CELL: Final = 400
_HEADLINE: Final = 200
_RUNNING: Final = 60  # in the footer of every page

_SVG: Final = "http://www.w3.org/2000/svg"
_SHAPES: Final = frozenset(
    f"{{{_SVG}}}{name}"
    for name in (
        "svg", "g", "title", "desc", "text", "tspan", "rect", "line", "path", "circle",
        "ellipse", "polyline", "polygon",
    )
)  # fmt: skip
_NOT_A_NUMBER_OR_COLOUR: Final = re.compile(
    r"^on|href|style|class|url\(|://", re.IGNORECASE
)

register_namespace("", _SVG)


class _Shown(dict[int, int | str]):
    """What stands for a character, by its code point: itself, or U+FFFD if no font shows
    it. Each is looked up once; an expression of all the ranges takes longer to build than
    a short report to typeset."""

    def __init__(self) -> None:
        super().__init__({point: point for point in (*b"\n\t", *_INVISIBLE)})
        self._ranges: Final = covered()

    def __missing__(self, point: int) -> int | str:
        place = bisect_right(self._ranges, (point, point)) - 1
        near = self._ranges[max(place, 0) : place + 2]
        shown = any(first <= point <= last for first, last in near)
        self[point] = point if shown else REPLACEMENT
        return self[point]


_SHOWN: Final = _Shown()


class UnsafeDrawing(ValueError):
    """A chart is not a plain SVG drawing."""


def clean(text: str) -> str:
    """Return the text with U+FFFD for each character that none of our fonts shows."""
    if text.isascii() and text.isprintable():
        return text
    text = _NEWLINES.sub("\n", _DROPPED.sub("", text))
    return _TOWER.sub(r"\1", text).translate(_SHOWN)


def soften(text: str) -> str:
    """Return the text with places to break (U+200B) in words too long for a line."""
    if len(text) < _LONG:
        return text
    return _LONG_WORD.sub(lambda found: _breakable(found[0]), text)


def _breakable(word: str) -> str:
    out: list[str] = []
    run = 0
    for before, char in zip(" " + word, word, strict=False):
        # A mark belongs to the letter before it.
        if not unicodedata.category(char).startswith("M") and (
            run >= _PIECE or (run >= 3 and before in _JOINTS and char not in _JOINTS)
        ):
            out.append("\u200b")
            run = 0
        out.append(char)
        run += 1
    return "".join(out)


def headline(text: str) -> str:
    """Return at most 200 characters of a title, which must fit its page."""
    return _shortened(text, _HEADLINE)


def _shortened(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"


def link(address: str) -> str:
    """Return the address if it may become a link, else an empty string."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    printable = address.isascii() and address.isprintable() and " " not in address
    return (
        address if parts.scheme in ("http", "https") and parts.netloc and printable else ""
    )


def drawing(svg: str) -> str:
    """Return the SVG with nothing but shapes, text and plain attributes.

    Raises UnsafeDrawing if it is not well-formed or holds another element: an image,
    a script, a style sheet, a reference to something else, a document type.
    """
    return tostring(_plain(svg), encoding="unicode")


def _plain(svg: str) -> Element:
    try:
        root: Element = fromstring(svg, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise UnsafeDrawing(f"A chart is not a plain drawing: {error}") from None
    for element in root.iter():
        _keep_plain(element)
    return root


def _keep_plain(element: Element) -> None:
    if element.tag not in _SHAPES:
        raise UnsafeDrawing(f"A chart holds {element.tag}, which is not a shape.")
    for name, value in list(element.attrib.items()):
        if _NOT_A_NUMBER_OR_COLOUR.search(name) or _NOT_A_NUMBER_OR_COLOUR.search(value):
            del element.attrib[name]
    element.text = clean(element.text) if element.text else None
    element.tail = clean(element.tail) if element.tail else None


def prepare(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts as the layout takes them; the facts themselves stay as they are.

    Every text is cleaned and softened; an address gets a second key `<key>_link` with
    what may be linked; every row (a dict in a list) gets its `length` in characters and
    `long`, whether it may be broken over pages. Addresses themselves are softened as
    any text is.
    """
    apart = ("charts", *WORDS)
    ready: dict[str, Any] = _walk({k: facts[k] for k in facts if k not in apart})
    for key in WORDS:
        if key in facts:
            ready[key] = {name: clean(word) for name, word in facts[key].items()}
    ready["charts"] = [
        {
            **_walk({k: v for k, v in chart.items() if k != "svg"}),
            **set_apart(_plain(chart["svg"])),
        }
        for chart in facts["charts"]
    ]
    for key in ("title", "organisation"):
        plain = headline(clean(facts[key]))
        ready[key] = soften(plain)
        ready[f"plain_{key}"] = plain
        ready[f"running_{key}"] = _shortened(plain, _RUNNING)
    ready["running_distribution"] = _shortened(clean(facts["distribution"]), _RUNNING // 2)
    return ready


def _walk(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return [_row(item) if isinstance(item, dict) else _walk(item) for item in value]
    if isinstance(value, dict):
        out = {key: _walk(item) for key, item in value.items()}
        for key, item in value.items():
            if key.endswith("_url"):
                out[f"{key}_link"] = link(item)
        return out
    return value


@lru_cache(maxsize=1 << 15)
def _text(text: str) -> str:
    """Return a text as it is printed. A name stands in many tables and is made once."""
    # The layout takes days and instants apart by position.
    return text if _INSTANT.fullmatch(text) else soften(clean(text))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    lengths = [_length(value) for value in row.values()]
    long = max(lengths, default=0) > _LONG_CELL
    return {**_walk(row), "long": long, "length": sum(lengths)}


def _length(value: Any) -> int:
    if isinstance(value, str):
        # A line of its own counts as a full one.
        return len(value) + 40 * value.count("\n")
    if isinstance(value, list):
        return sum(map(_length, value)) + 20 * len(value)
    if isinstance(value, dict):
        return sum(map(_length, value.values()))
    return 0
