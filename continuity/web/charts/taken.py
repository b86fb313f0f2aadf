"""A chart as files of its own: cut from the page it stands on, with its title and words.

On a page the title stands above a chart and a legend beside it; a file that is sent on
has neither. So both are drawn into it, on white, in the light palette.
"""

import re
from html import escape, unescape
from textwrap import wrap
from typing import Final

from continuity.web.charts.drawing import FONT, INK, INK_SOFT, WHITE

UID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_HEAD: Final = re.compile(
    r"<svg[^>]*viewBox=\"0 0 (?P<width>\d+) (?P<height>\d+)\"[^>]*>"
    r"<title[^>]*>(?P<title>.*?)</title><desc[^>]*>(?P<words>.*?)</desc>",
    re.DOTALL,
)
MARGIN: Final = 16
LINE: Final = 18
PER_CHARACTER: Final = 6.4
"""About how wide a letter of the words is; a line that breaks early harms nothing."""


def cut_out(html: str, uid: str) -> str:
    """Return the drawing of the chart `uid` in a page, empty where it has none."""
    found = re.search(
        rf'<svg class="chart[^>]*aria-labelledby="{re.escape(uid)}-t {re.escape(uid)}-d"'
        r"[^>]*>.*?</svg>",
        html,
        re.DOTALL,
    )
    return found[0] if found else ""


def numbers(html: str, uid: str) -> list[tuple[str, ...]]:
    """Return what the table below the chart `uid` of a page says, its heads first; empty
    where the page has none."""
    table = re.search(
        rf'<table[^>]* data-chart="{re.escape(uid)}"[^>]*>.*?</table>', html, re.DOTALL
    )
    if table is None:
        return []
    return [
        tuple(_words(cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row, re.DOTALL))
        for row in re.findall(r"<tr>.*?</tr>", table[0], re.DOTALL)
    ]


def _words(cell: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", cell)).strip()


def standalone(svg: str) -> str:
    """Return a chart's drawing as a document: its title and description are drawn above
    it, and stay in it for who cannot see. Raises ValueError for what is no chart."""
    head = _HEAD.match(svg)
    if head is None:
        raise ValueError("not a drawing of a chart")
    width, height = int(head["width"]), int(head["height"])
    title, words = unescape(head["title"]), unescape(head["words"])
    lines = wrap(words, max(20, int(width / PER_CHARACTER))) if words != title else []
    top = MARGIN + 22 + LINE * len(lines) + 8
    above = [_line(MARGIN + 14, title, size=15, fill=INK, weight=600)]
    above += [
        _line(MARGIN + 22 + LINE * (number + 1) - 4, line, size=12, fill=INK_SOFT)
        for number, line in enumerate(lines)
    ]
    whole, high = width + 2 * MARGIN, top + height + MARGIN
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {high}" '
        f'width="{whole}" height="{high}" role="img" font-family="{FONT}">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
        f'<rect x="0" y="0" width="{whole}" height="{high}" fill="{WHITE}"/>'
        f'{"".join(above)}<g transform="translate({MARGIN} {top})">'
        f"{svg[head.end() : -len('</svg>')]}</g></svg>\n"
    )


def _line(y: int, words: str, *, size: int, fill: str, weight: int = 400) -> str:
    return (
        f'<text x="{MARGIN}" y="{y}" font-size="{size}" font-weight="{weight}" '
        f'fill="{fill}">{escape(words)}</text>'
    )
