"""What differs between a report and the version it supersedes: figures side by side."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.reports.models import ReportKind
from continuity.web import formats

type Facts = Mapping[str, Any]
type Figure = tuple[str | Promise, Callable[[Facts], Any]]


def _of(group: str, name: str) -> Callable[[Facts], Any]:
    return lambda facts: facts.get(group, {}).get(name)


def _all(facts: Facts) -> Iterable[Facts]:
    """Return every alternative of a pack or plan."""
    return (
        one
        for part in facts.get("parts", [])
        for each in part["dependencies"]
        for one in each["alternatives"]
    )


def _in_force(facts: Facts) -> int:
    proofs = [one["proof"] for one in facts.get("alternatives", [])]
    return sum(proof is not None and not proof["expired"] for proof in proofs)


def _percent(group: str, name: str) -> Callable[[Facts], Any]:
    def read(facts: Facts) -> Any:
        value = facts.get(group, {}).get(name)
        return None if value is None else formats.percent(value)

    return read


_OF_PACKS: Final[list[Figure]] = [
    (_("Workflows"), lambda facts: len(facts.get("parts", []))),
    (_("Alternatives"), lambda facts: sum(1 for _one in _all(facts))),
    (
        _("Proven alternatives"),
        lambda facts: sum(one["status"] == "proven" for one in _all(facts)),
    ),
    (_("Steps of runbooks"), lambda facts: sum(len(one["steps"]) for one in _all(facts))),
]

FIGURES: Final[Mapping[str, list[Figure]]] = {
    ReportKind.AFTER_ACTION: [
        (_("Workflows in scope"), _of("figures", "in_scope")),
        (_("Recovered"), _of("figures", "recovered")),
        (_("Median RTA"), _of("figures", "median")),
        (_("Met"), _of("figures", "met")),
        (_("Missed"), _of("figures", "missed")),
        (_("Not shown"), _of("figures", "not_shown")),
        (_("Excused"), _of("figures", "excused")),
    ],
    ReportKind.CONTINUITY: [
        (_("Workflows"), _of("readiness", "workflows")),
        (_("Workflows ready"), _of("readiness", "ready")),
        (_("Workflows partly ready"), _of("readiness", "partly")),
        (_("Workflows not ready"), _of("readiness", "not_ready")),
        (_("Workflows that name no tool"), _of("readiness", "unknown")),
        (_("Ready, share"), _percent("readiness", "share_percent")),
        (_("Ready, weighted"), _percent("readiness", "weighted_percent")),
        (_("Alternatives with a proof that has not expired"), _in_force),
        (_("Drills"), _of("drill_figures", "drills")),
        (_("Recoveries"), _of("drill_figures", "recoveries")),
        (_("Median RTA"), _of("drill_figures", "median")),
        (_("Met"), _of("drill_figures", "met")),
        (_("Missed"), _of("drill_figures", "missed")),
        (_("Real outages"), _of("outage_figures", "outages")),
        (_("Actions open"), _of("action_figures", "open")),
        (_("Actions overdue"), _of("action_figures", "overdue")),
        (_("Alternatives that share an upstream"), _of("shared_fate", "shares")),
    ],
    ReportKind.GRAB_PACK: _OF_PACKS,
    ReportKind.TEAM_PLAN: [
        *_OF_PACKS,
        (_("People"), lambda facts: len(facts.get("people", []))),
    ],
    ReportKind.EVIDENCE: [
        (_("Proofs"), _of("figures", "proofs")),
        (_("Proofs that count"), _of("figures", "counts")),
        (_("Proofs that failed"), _of("figures", "failed")),
        (_("Proofs that expired"), _of("figures", "expired")),
        (_("Proofs that ended"), _of("figures", "ended")),
        (_("Drills"), _of("figures", "rehearsals")),
        (_("Real outages"), _of("figures", "real")),
    ],
}


def changes(kind: str, before: Facts, after: Facts) -> list[dict[str, str]]:
    """Return the figures that differ, in their order, in the active language."""
    rows = []
    for label, read in FIGURES[kind]:
        was, now = _said(read(before)), _said(read(after))
        if was != now:
            rows.append({"figure": str(label), "before": was, "after": now})
    return rows


def _said(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        length = formats.duration(timedelta(seconds=value["seconds"]))
        return f"> {length}" if value["lower_bound"] else length
    return str(value)
