"""Words of a drawing that the layout sets itself.

Within a drawing the engine writes one sign for one letter. What Hindi, Thai or a joined
emoji make of their letters it draws as well, but without the letters behind them, and a
conforming export then stops. Such words leave the drawing and are set as text in its place.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

# Letters of Latin, Greek and Cyrillic, figures, punctuation, arrows and signs of sums.
_PLAIN: Final = re.compile(
    "[ -\u00ac\u00ae-\u024f\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027"
    "\u202f-\u205e\u20a0-\u20bf\u2190-\u22ff\ufffd]*"
)
_FRAME: Final = re.compile(r"0 0 ([0-9.]+) [0-9.]+")
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_COLOUR: Final = re.compile("#[0-9a-f]{6}")
_ANCHORS: Final = ("start", "middle", "end")


def set_apart(root: Element) -> dict[str, Any]:
    """Return a drawing as `svg`, how `wide` it is in its own units, and its `labels`:
    words that are not in it any more, each with its place in the same units."""
    frame = _FRAME.fullmatch(root.get("viewBox", ""))
    labels = [] if frame is None else [_taken(text) for text in _foreign(root)]
    return {
        "svg": tostring(root, encoding="unicode"),
        "wide": 1.0 if frame is None else float(frame[1]),
        "labels": labels,
    }


def _foreign(root: Element) -> list[Element]:
    return [
        found
        for found in root.iter("{http://www.w3.org/2000/svg}text")
        if len(found) == 0 and not _PLAIN.fullmatch(found.text or "")
    ]


def _taken(element: Element) -> dict[str, Any]:
    said, element.text = element.text, None
    fill = element.get("fill", "")
    anchor = element.get("text-anchor")
    return {
        "text": said,
        "x": _number(element, "x", 0),
        "y": _number(element, "y", 0),
        "size": _number(element, "font-size", 12),
        "bold": _number(element, "font-weight", 400) >= 500,
        "anchor": anchor if anchor in _ANCHORS else "start",
        "fill": fill if _COLOUR.fullmatch(fill) else "#17202b",
    }


def _number(element: Element, name: str, otherwise: float) -> float:
    value = element.get(name, "")
    return float(value) if _NUMBER.fullmatch(value) else otherwise
