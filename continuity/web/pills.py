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
    """`kind`: ok, warn, bad, info, drill or empty for neutral; `icon`: of the sprite."""

    kind: str
    icon: str
    text: str | Promise


RUNS: Final[Mapping[str, Pill]] = {
    "draft": Pill("", "edit", pgettext_lazy("state of a drill", "Draft")),
    "approved": Pill("info", "check", pgettext_lazy("state of a drill", "Approved")),
    "planned": Pill("info", "calendar", pgettext_lazy("state of a drill", "Planned")),
    "running": Pill("drill", "drill", pgettext_lazy("state of a drill", "Running")),
    "paused": Pill("warn", "pause", pgettext_lazy("state of a drill", "Paused")),
    "ended": Pill("", "check", pgettext_lazy("state of a drill", "Ended")),
    "reviewed": Pill("ok", "check", pgettext_lazy("state of a drill", "Reviewed")),
    "aborted": Pill("warn", "x", pgettext_lazy("state of a drill", "Aborted")),
    "missed": Pill("bad", "clock", _("Missed its date")),
}

PILLS: Final[Mapping[str, Mapping[str, Pill]]] = {
    "readiness": {
        "ready": Pill("ok", "check", pgettext_lazy("readiness", "Ready")),
        "partly": Pill("warn", "warn", pgettext_lazy("readiness", "Partly ready")),
        "not_ready": Pill("bad", "x", pgettext_lazy("readiness", "Not ready")),
        "unknown": Pill("", "help", pgettext_lazy("readiness", "Not known")),
    },
    "drill": RUNS,
    # A real outage is red and says so; only a drill is violet.
    "outage": {
        **RUNS,
        "running": Pill("bad", "alert", _("Live outage")),
        "ended": Pill("ok", "check", _("Over")),
        "aborted": Pill("", "x", _("Withdrawn")),
    },
    "occurrence": {
        "missed": Pill("bad", "clock", pgettext_lazy("occurrence", "Missed")),
        "skipped": Pill("", "minus", pgettext_lazy("occurrence", "Passed over")),
    },
    "proposal": {
        "planned": Pill("ok", "check", pgettext_lazy("proposal", "Planned")),
        "declined": Pill("", "minus", pgettext_lazy("proposal", "Not now")),
    },
    "review": {
        "draft": Pill("", "edit", pgettext_lazy("status of a workflow", "Draft")),
        "approved": Pill("ok", "check", pgettext_lazy("status of a workflow", "Approved")),
        "due": Pill(
            "warn", "clock", pgettext_lazy("status of a workflow", "Due for review")
        ),
        "archived": Pill("", "minus", pgettext_lazy("status of a workflow", "Archived")),
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
        "1": Pill("bad", "alert", _("Critical")),
        "2": Pill("warn", "warn", _("Important")),
        "3": Pill("", "minus", _("Normal")),
        "4": Pill("", "down", _("Low")),
    },
    "fate": {
        "shares": Pill("warn", "link", _("Shares an upstream")),
        # Not green: what we do not know may still be shared.
        "none_known": Pill("info", "search", _("No shared upstream known")),
        "unknown": Pill("", "help", _("Not known")),
    },
    # What the loss of a tool does to a workflow.
    "outcome": {
        "stops": Pill("bad", "stop", pgettext_lazy("of a workflow", "Stops")),
        "falls_back": Pill("info", "switch", pgettext_lazy("of a workflow", "Falls back")),
        "degraded": Pill("warn", "down", pgettext_lazy("of a workflow", "Degraded")),
        # Not green: only as far as upstreams are recorded.
        "untouched": Pill("", "minus", pgettext_lazy("of a workflow", "Not hit")),
    },
    "without": {
        "stops": Pill("bad", "stop", _("Stops")),
        "degraded": Pill("warn", "down", _("Degraded")),
    },
    # How a tool fares at a moment of a scenario.
    "component": {
        "operational": Pill("ok", "check", _("Works")),
        "degraded": Pill("warn", "warn", _("Works badly")),
        "down": Pill("bad", "x", _("Down")),
        "recovering": Pill("warn", "up", _("Coming back")),
        "recovered": Pill("ok", "check", _("Works again")),
    },
    "action": {
        "open": Pill("", "flag", pgettext_lazy("status of an action", "To do")),
        "under_way": Pill(
            "info", "play", pgettext_lazy("status of an action", "Under way")
        ),
        # Not green: nothing has shown yet that it helps.
        "done": Pill(
            "warn", "clock", pgettext_lazy("status of an action", "Done, not retested")
        ),
        "closed": Pill("ok", "check", pgettext_lazy("status of an action", "Closed")),
    },
    "forecast": {
        "waiting": Pill("", "clock", _("Waiting")),
        "running": Pill("info", "refresh", _("Being computed")),
        "done": Pill("ok", "check", pgettext_lazy("forecast", "Ready")),
        "cancelled": Pill("", "x", _("Cancelled")),
        "failed": Pill("bad", "x", _("Failed")),
    },
    "report": {
        "waiting": Pill("", "clock", _("Waiting")),
        "rendering": Pill("info", "refresh", _("Being made")),
        "done": Pill("ok", "check", _("Ready")),
        "failed": Pill("bad", "x", _("Failed")),
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
