"""What every drawing here is made of: colours for print, figures, text and the frame."""

import unicodedata
from html import escape
from typing import Final, Protocol

from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe

INK: Final = "#17202b"
INK_SOFT: Final = "#4a5665"
GRID: Final = "#e3e7ec"
OK: Final = "#0f7a4f"
WARN: Final = "#b06f00"
BAD: Final = "#b3261e"
ACCENT: Final = "#2456c7"
WHITE: Final = "#ffffff"
FONT: Final = "Inter, 'Liberation Sans', Arial, sans-serif"


class Bounded(Protocol):
    """A figure that may be missing, or only a lower bound."""

    @property
    def value(self) -> float | None: ...

    @property
    def is_lower_bound(self) -> bool: ...


def nothing() -> SafeString:
    """Return what stands where there is nothing to draw: the page says so in words."""
    return SafeString("")


def bounded(point: Bounded) -> str:
    """Return the figure of a point, "> 42" for a lower bound, empty for a gap."""
    if point.value is None:
        return ""
    return f"> {told(point.value)}" if point.is_lower_bound else told(point.value)


def n(value: float) -> str:
    """Return a short, stable number: 12.0 is "12", 3.14159 is "3.1"."""
    return f"{value:.1f}".removesuffix(".0")


def told(value: float) -> str:
    """Return the same for people, who read "3,1" in French."""
    return n(value).replace(".", get_format("DECIMAL_SEPARATOR"))


def shortened(said: str, most: int) -> str:
    """Return `said`, shortened with an ellipsis to what has room for `most` letters: a
    sign of Chinese or Japanese is as wide as two, a mark on a letter has no width."""
    if said.isascii() and len(said) <= most:
        return said
    room = 0
    kept = 0
    for place, sign in enumerate(said):
        room += _width(sign)
        if room < most:
            kept = place + 1
    return said if room <= most else _to_be_continued(said[:kept].rstrip())


def _to_be_continued(start: str) -> str:
    """Return the start of a name with an ellipsis where its reading goes on: on the left
    of Arabic and Hebrew, which an invisible mark behind it sees to."""
    ways = [unicodedata.bidirectional(sign) for sign in start]
    last = next((way for way in reversed(ways) if way in {"L", "R", "AL"}), "L")
    return f"{start}…" if last == "L" else f"{start}…\N{RIGHT-TO-LEFT MARK}"


def _width(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in {"W", "F"} else 1


def words(
    x: float,
    y: float,
    said: str,
    *,
    cls: str = "t",
    size: int = 12,
    anchor: str = "start",
    fill: str = INK_SOFT,
    weight: int = 400,
) -> str:
    """Return a line of text whose foot stands at `x` and `y`."""
    return (
        f'<text class="{cls}" x="{n(x)}" y="{n(y)}" font-size="{size}" '
        f'font-weight="{weight}" text-anchor="{anchor}" fill="{fill}">'
        f"{escape(said)}</text>"
    )


def drawing(
    width: int,
    height: int,
    uid: str,
    title: str,
    description: str,
    body: str,
    *,
    slim: bool | None = None,
) -> SafeString:
    """Return `body`, which is escaped already, as a picture with a title and a
    description; `slim` says which of a pair it is, None that there is but one."""
    side = {True: " chart-n", False: " chart-w", None: ""}[slim]
    return mark_safe(  # noqa: S308 - every word above and here went through escape()
        f'<svg class="chart{side}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-labelledby="{uid}-t {uid}-d" font-family="{FONT}">'
        f'<title id="{uid}-t">{escape(title)}</title>'
        f'<desc id="{uid}-d">{escape(description)}</desc>{body}</svg>'
    )
