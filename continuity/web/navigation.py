"""The places of the product, in the order of its verbs: know, rehearse, survive, prove."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the navigation. `count` and `needs` name attributes of the shell: what
    is counted beside it, and what the reader must be allowed for it to be shown. `also`
    are routes of pages that belong to the place though their address is elsewhere."""

    route: str
    icon: str
    label: str | Promise
    count: str = ""
    needs: str = ""
    also: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A place as one page shows it. `current` is the value of aria-current, or empty."""

    url: str
    icon: str
    label: str | Promise
    count: str
    alarm: bool
    current: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str | Promise
    links: Sequence[Link]


SECTIONS: Final[Sequence[tuple[str | Promise, Sequence[Place]]]] = (
    (
        "",
        (
            Place("dashboard:overview", "overview", _("Overview")),
            Place("dashboard:mine", "user", _("My page")),
            Place("inventory:workflows", "flow", _("Workflows"), "workflows"),
            Place("inventory:due", "check", _("Due for review"), "due_reviews"),
            Place("inventory:tools", "tool", _("AI tools"), also=("inventory:knock_outs",)),
            Place("inventory:what_if", "help", _("What if")),
            Place("inventory:providers", "building", _("Providers")),
        ),
    ),
    (
        _("Exercise and respond"),
        (
            Place("drills:list", "drill", _("Drills"), "overdue"),
            Place("drills:scenarios", "layers", _("Scenarios")),
            Place("drills:actions", "check", _("Actions"), "actions_overdue"),
            Place("outages:list", "alert", _("Outages"), "live_outages"),
        ),
    ),
    (
        _("Prove"),
        (
            Place("reports:list", "report", _("Reports")),
            Place("insight:list", "layers", _("Forecasts")),
        ),
    ),
    (
        _("Organisation"),
        (
            Place("history:list", "clock", _("History")),
            Place("drills:hand_overs", "switch", _("Hand over"), needs="can_hand_over"),
            Place(
                "accounts:people", "people", _("People and teams"), needs="can_administer"
            ),
            Place("accounts:settings", "gear", _("Settings"), needs="can_administer"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """All that the navigation of a page depends on, its language aside: the address of
    the place that is marked, how it is marked, and what the shell says."""

    here: str
    mark: str
    counts: tuple[int, ...]
    allowed: tuple[bool, ...]
    prefix: str
    urlconf: str | None


COUNTS: Final = tuple(
    place.count for _title, places in SECTIONS for place in places if place.count
)
NEEDS: Final = tuple(
    dict.fromkeys(
        place.needs for _title, places in SECTIONS for place in places if place.needs
    )
)


def sight(path: str, shell: Any) -> Sight:
    """Return what the navigation of the page at `path` depends on.

    The place whose address is the longest beginning of `path` is marked: as
    "page" when it is that very page, as "true" when the page lies below it.
    """
    prefix, urlconf = get_script_prefix(), get_urlconf()
    urls, belongs = _addresses(prefix, urlconf)
    home = urls["dashboard:overview"]
    path = home if path == get_script_prefix() else path
    around = [
        url for url in belongs if path == url or (url != home and path.startswith(url))
    ]
    here = belongs.get(max(around, key=len, default=""), "")
    return Sight(
        here=here,
        mark="page" if here == path else "true",
        counts=tuple(getattr(shell, name, 0) or 0 for name in COUNTS),
        allowed=tuple(bool(getattr(shell, name, False)) for name in NEEDS),
        prefix=prefix,
        urlconf=urlconf,
    )


def sections(seen: Sight) -> list[Section]:
    """Return the navigation as it is seen."""
    urls, _belongs = _addresses(seen.prefix, seen.urlconf)
    numbers = dict(zip(COUNTS, seen.counts, strict=True))
    allowed = {"": True, **dict(zip(NEEDS, seen.allowed, strict=True))}

    def link(place: Place) -> Link:
        url = urls[place.route]
        text, alarm = _count(place.count, numbers.get(place.count, 0))
        current = seen.mark if url == seen.here else ""
        return Link(url, place.icon, place.label, text, alarm, current)

    shown = [
        (title, [place for place in places if allowed[place.needs]])
        for title, places in SECTIONS
    ]
    return [
        Section(title, [link(place) for place in places])
        for title, places in shown
        if places
    ]


@lru_cache(maxsize=8)
def _addresses(prefix: str, urlconf: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the address of each place, and for each address the one it belongs to. They
    are those of the release under this prefix and do not change."""
    urls = {
        place.route: reverse(place.route) for _title, places in SECTIONS for place in places
    }
    belongs = {url: url for url in urls.values()}
    for _title, places in SECTIONS:
        for place in places:
            belongs.update((reverse(route), urls[place.route]) for route in place.also)
    return urls, belongs


def _count(name: str, number: int) -> tuple[str, bool]:
    if not number:
        return "", False
    if name in {"overdue", "actions_overdue"}:
        text = ngettext("%(number)d overdue", "%(number)d overdue", number)
    elif name == "live_outages":
        text = ngettext("%(number)d live", "%(number)d live", number)
    else:
        return str(number), False
    return text % {"number": number}, True
