"""Runbooks: their versions, what changed between two, and those to copy from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.revision import StepChange, compare
from continuity.inventory.models import Alternative, RunbookStep, RunbookVersion
from continuity.web import formats

FIELDS: Final[Mapping[str, Any]] = {
    "text": _("What to do"),
    "role": _("Who"),
    "expected": _("Expected time"),
    "verification": _("How to tell it worked"),
    "way_back": _("Way back"),
    "details": _("Details"),
}


def versions(alternative: Alternative) -> QuerySet[RunbookVersion]:
    """Return the versions of a runbook, the latest first, without their steps."""
    return (
        alternative.runbook_versions.select_related("written_by", "approved_by")
        .defer("steps")
        .order_by("-number")
    )


def latest_number(alternative: Alternative) -> int:
    """Return the number of the latest version; 0 where none was kept."""
    found = alternative.runbook_versions.order_by("-number").values_list("number")
    return next((number for (number,) in found[:1]), 0)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from `before` to `after`; `before` None compares with nothing."""

    before: RunbookVersion | None
    after: RunbookVersion
    steps: tuple[StepChange, ...]

    @property
    def differs(self) -> bool:
        return any(step.change != "same" for step in self.steps)


def difference(alternative: Alternative, before: str, after: str) -> Difference | None:
    """Return what changed between two versions, given by number as typed in an address.

    Without a usable `after` it is the latest, without a usable `before` the one before
    it. The older one always stands first. None if there is no version.
    """
    numbers = [
        number
        for (number,) in alternative.runbook_versions.order_by("number").values_list(
            "number"
        )
    ]
    if not numbers:
        return None
    to = _chosen(after, numbers) or numbers[-1]
    since = _chosen(before, numbers) or next(
        (number for number in reversed(numbers) if number < to), None
    )
    if since is not None and since > to:
        since, to = to, since
    rows = {
        row.number: row
        for row in alternative.runbook_versions.filter(number__in=[to, since or 0])
    }
    old = None if since is None else rows[since]
    return Difference(
        old,
        rows[to],
        tuple(
            compare(
                [] if old is None else [_texts(step) for step in old.steps],
                [_texts(step) for step in rows[to].steps],
            )
        ),
    )


def to_copy(user: User, alternative: Alternative, q: str = "") -> QuerySet[Alternative]:
    """Return the other alternatives whose runbook `user` may read, those for the same
    tool first, with `step_count`. Every word of `q` must be in a name."""
    found = (
        Alternative.objects.allowing(user, Action.VIEW)
        .filter(
            Exists(RunbookStep.objects.filter(alternative=OuterRef("pk"))),
            dependency__workflow__archived_at=None,
        )
        .exclude(pk=alternative.pk)
        .select_related("tool", "dependency__tool", "dependency__workflow__team")
        .annotate(step_count=Count("steps"))
    )
    for word in q.split():
        found = found.filter(
            Q(tool__name__icontains=word)
            | Q(procedure__icontains=word)
            | Q(dependency__tool__name__icontains=word)
            | Q(dependency__workflow__name__icontains=word)
        )
    same = Q(tool=alternative.tool_id) if alternative.tool_id else Q(tool=None)
    return (
        found.alias(same=Exists(Alternative.objects.filter(same, pk=OuterRef("pk"))))
        .order_by("-same", "dependency__workflow__name", "rank", "pk")
        .fetch_mode(FETCH_RAISE)
    )


def copied(user: User, pk: str) -> Alternative | None:
    """Return the alternative to copy from, if `user` may read it."""
    if not pk.isdecimal():
        return None
    return Alternative.objects.allowing(user, Action.VIEW).filter(pk=pk).first()


def _chosen(typed: str, numbers: list[int]) -> int | None:
    return int(typed) if typed.isdecimal() and int(typed) in numbers else None


def _texts(step: Mapping[str, Any]) -> dict[str, str]:
    seconds = step.get("expected_seconds")
    return {
        "text": step["text"],
        "role": step.get("role", ""),
        "expected": (
            "" if seconds is None else formats.duration(timedelta(seconds=seconds))
        ),
        "verification": step.get("verification", ""),
        "way_back": step.get("way_back", ""),
        "details": step.get("details", ""),
    }
