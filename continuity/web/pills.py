"""The small labels of state: always an icon and a word, never a colour alone.

One table for all pages, so that "Running" looks the same wherever it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True, slots=True)
class Pill:
    """`kind` is ok, warn, bad, info, drill or empty for neutral; `icon` is of the sprite."""

    kind: str
    icon: str
    text: str | Promise


RUNS: Final[Mapping[str, Pill]] = {
    "draft": Pill("", "edit", pgettext_lazy("state", "Draft")),
    "approved": Pill("info", "check", pgettext_lazy("state", "Approved")),
    "planned": Pill("info", "calendar", pgettext_lazy("state", "Planned")),
    "running": Pill("drill", "drill", pgettext_lazy("state", "Running")),
    "paused": Pill("warn", "pause", pgettext_lazy("state", "Paused")),
    "ended": Pill("", "check", pgettext_lazy("state", "Ended")),
    "reviewed": Pill("ok", "check", pgettext_lazy("state", "Reviewed")),
    "aborted": Pill("warn", "x", pgettext_lazy("state", "Aborted")),
    "missed": Pill("bad", "clock", pgettext_lazy("state", "Missed its date")),
    "cancelled": Pill("", "x", pgettext_lazy("state", "Cancelled")),
}

PILLS: Final[Mapping[str, Mapping[str, Pill]]] = {
    "readiness": {
        "ready": Pill("ok", "check", _("Ready")),
        "partly": Pill("warn", "warn", _("Partly ready")),
        "partly_ready": Pill("warn", "warn", _("Partly ready")),
        "not_ready": Pill("bad", "x", _("Not ready")),
        "unknown": Pill("", "help", _("Not known")),
    },
    "drill": RUNS,
    # A real outage is red and says so; only a drill is violet.
    "outage": {
        **RUNS,
        "running": Pill("bad", "alert", pgettext_lazy("state", "Live outage")),
        "ended": Pill("ok", "check", pgettext_lazy("state", "Over")),
    },
    "verdict": {
        "met": Pill("ok", "check", _("Target met")),
        "missed": Pill("bad", "x", _("Target missed")),
        "not_shown": Pill("warn", "help", _("Not shown")),
        "excused": Pill("", "minus", _("Excused")),
        "None": Pill("", "clock", _("Still open")),
    },
    "proof": {
        "proven": Pill("ok", "check", _("Proven")),
        "expired": Pill("warn", "clock", _("Proof expired")),
        "none": Pill("bad", "x", _("Never proven")),
        "None": Pill("bad", "x", _("Never proven")),
    },
    "criticality": {
        "1": Pill("bad", "alert", pgettext_lazy("criticality", "Critical")),
        "2": Pill("warn", "warn", pgettext_lazy("criticality", "Important")),
        "3": Pill("", "minus", pgettext_lazy("criticality", "Normal")),
        "4": Pill("", "down", pgettext_lazy("criticality", "Low")),
    },
    "kind": {
        "drill": Pill("drill", "drill", _("Drill, not a real outage")),
        "real": Pill("bad", "alert", _("Real outage")),
    },
}


def pill_for(family: str, value: object) -> Pill:
    """Return the pill of `value` in `family`; both as they are written in PILLS.

    Raises KeyError for a value nobody gave words to: a state without a name
    must show up in a test, not as an empty label on a page.
    """
    return PILLS[family][str(value)]
