"""Reviews: what a workflow says, what changed since its approval, and what is due."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet
from django.db.models.fetch_modes import FETCH_RAISE

from continuity.accounts.models import Organisation, User
from continuity.accounts.roles import Action
from continuity.history.queries import Change, difference
from continuity.history.services import plain
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    RecoveryPoint,
    Workflow,
    WorkflowApproval,
    WorkflowStatus,
)
from continuity.inventory.queries.allowed import permissions
from continuity.inventory.queries.order import alphabetical
from continuity.web.fields import write_length
from continuity.web.together import number_of, together, value_of

type Facts = dict[str, dict[str, Any]]
"""What was approved: sections, each a dict from what it is about to its fields."""

FIELDS: Final = (
    "name",
    "team",
    "description",
    "reference",
    "owner",
    "deputy",
    "tier",
    "rto",
    "mtpd",
    "wrt",
    "targets_reason",
    "mbco_percent",
    "mbco_words",
    "people_least",
    "people_most",
    "data_class",
    "hours",
    "peak_hours",
    "zone",
    "cost_per_hour",
)
OF_ALTERNATIVE: Final = (
    "rank",
    "kind",
    "expected_switch",
    "expected_capacity",
    "expected_quality",
    "approved_data",
    "preconditions",
    "trigger",
    "return_criteria",
    "cost",
    "note",
)
SOON: Final = timedelta(days=30)
SHOWN: Final = ("due", "soon", "draft")


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Where one workflow stands. `read` identifies what is approved by whoever read
    this; `differences` are those since the approval, by what they are about."""

    read: str
    differences: tuple[tuple[str, tuple[Change, ...]], ...]
    approvals: QuerySet[WorkflowApproval]


def today(now: datetime) -> date:
    """Return the day it is for the organisation."""
    zone = Organisation.objects.filter(pk=1).values_list("zone", flat=True).first()
    return now.astimezone(ZoneInfo(zone or "UTC")).date()


def facts(workflows: Iterable[int]) -> dict[int, Facts]:
    """Return what each workflow says by its key, as plain JSON: five queries for any
    number. Runbooks and proofs are not among it: they are approved and shown by
    themselves."""
    rows = Workflow.objects.filter(pk__in=list(workflows))
    rows = rows.select_related("team", "owner", "deputy")
    return facts_of(list(rows.fetch_mode(FETCH_RAISE)))


def facts_of(workflows: Collection[Workflow]) -> dict[int, Facts]:
    """Return what `facts` does of workflows that are read, each with its team, owner and
    deputy: four queries."""
    pks = [workflow.pk for workflow in workflows]
    found: dict[int, Facts] = {}
    for workflow in workflows:
        own = plain({name: getattr(workflow, name) for name in FIELDS})
        found[workflow.pk] = {"fields": {"": own}, "tools": {}, "alternatives": {}}
    used = Dependency.objects.filter(workflow__in=pks).select_related("tool")
    for dependency in used.fetch_mode(FETCH_RAISE):
        found[dependency.workflow_id]["tools"][str(dependency.tool)] = {
            "purpose": dependency.purpose,
            "without": dependency.without,
        }
    for one in (
        Alternative.objects.filter(dependency__workflow__in=pks)
        .select_related("tool", "dependency__tool")
        .fetch_mode(FETCH_RAISE)
    ):
        said = {name: getattr(one, name) for name in OF_ALTERNATIVE}
        name = f"{one.dependency.tool} → {one}"
        found[one.dependency.workflow_id]["alternatives"][name] = plain(
            {**said, "people_at_once": one.limit}
        )
    for pk, rated in _ratings(pks).items():
        found[pk]["fields"][""]["impact"] = rated
    for point in RecoveryPoint.objects.filter(workflow__in=pks):
        found[point.workflow_id]["fields"][""] |= plain(
            {
                f"{point.material}_rpo": point.rpo,
                f"{point.material}_copy": point.copy,
            }
        )
    return found


def _ratings(pks: list[int]) -> Mapping[int, dict[str, list[dict[str, str]]]]:
    """Return the ratings as the history tells them: what is shipped by its key."""
    found: defaultdict[int, defaultdict[str, list[dict[str, str]]]]
    found = defaultdict(lambda: defaultdict(list))
    rows = Impact.objects.filter(workflow__in=pks).select_related("category", "level")
    for row in rows.order_by("category__position", "category", "after"):
        level = row.level.name or row.level.key
        amount = "" if row.amount is None else f" ({row.amount} {row.unit})"
        found[row.workflow_id][row.category.name or row.category.key].append(
            {write_length(row.after): f"{level}{amount}" if amount else level}
        )
    return {pk: dict(rated) for pk, rated in found.items()}


def digest(said: Any) -> str:
    """Return a short name for exactly this, to tell whether it has changed since."""
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def compared(old: Facts, new: Facts) -> tuple[tuple[str, tuple[Change, ...]], ...]:
    """Return what differs, by tool or alternative; "" for the workflow's own fields."""
    found = []
    for section in dict.fromkeys((*old, *new)):
        before, after = old.get(section, {}), new.get(section, {})
        for about in dict.fromkeys((*before, *after)):
            changes = difference(before.get(about, {}), after.get(about, {}))
            if changes:
                found.append((about, changes))
    return tuple(found)


def review_page(workflow: Workflow) -> ReviewPage:
    """Return the review of one workflow that is read with its team, owner and deputy:
    four queries or five, the approvals aside."""
    now_says = facts_of([workflow])[workflow.pk]
    approvals = workflow.approvals.select_related("approved_by")
    last = approvals.first() if workflow.changed_since_approval else None
    differences = compared(last.facts, now_says) if last is not None else ()
    return ReviewPage(digest(now_says), differences, approvals.all())


def due(
    user: User, *, shown: str, everyone: bool, now: datetime, q: str = ""
) -> QuerySet[Workflow]:
    """Return the workflows in use that `user` may see and that wait for a review, those
    due longest first. Without `everyone`: those they own or stand in for.

    `shown`: due (the day has come), soon (within 30 days), draft (never approved, or
    changed since).
    """
    found = Workflow.objects.current().allowing(user, Action.VIEW)
    if not everyone:
        found = found.kept_by(user)
    match shown:
        case "soon":
            limit = today(now) + SOON
            found = found.filter(review_on__lte=limit).exclude(status=WorkflowStatus.DUE)
        case "draft":
            found = found.filter(status=WorkflowStatus.DRAFT)
        case _:
            found = found.filter(status=WorkflowStatus.DUE)
    for word in q.split():
        found = found.filter(
            Q(name__unaccent__icontains=word) | Q(team__name__unaccent__icontains=word)
        )
    return (
        found.select_related("team", "owner", "approved_by")
        .order_by(F("review_on").asc(nulls_last=True), alphabetical("name"), "pk")
        .fetch_mode(FETCH_RAISE)
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody may do to a workflow, and how often it was approved."""

    may: frozenset[Action]
    approvals: int


def asked_of(
    workflow: Workflow, approvals: "QuerySet[WorkflowApproval]", user: User
) -> Asked:
    """Return what the page of a review asks besides: one query."""
    actions = (Action.EDIT, Action.RUN_DRILL, Action.APPROVE)
    found = together(
        **permissions(Workflow.objects.filter(pk=workflow.pk), user, actions),
        approvals=number_of(approvals),
    )
    may = frozenset(action for action in actions if found[action])
    return Asked(may, value_of(found["approvals"]))


def own_due(user: User) -> QuerySet[Workflow]:
    """Return what is due for review of those that `user` owns or stands in for."""
    found = Workflow.objects.current().allowing(user, Action.VIEW)
    return found.kept_by(user).filter(status=WorkflowStatus.DUE)


def approvable(user: User) -> bool:
    """Say whether there is a workflow that `user` may approve."""
    return Workflow.objects.current().allowing(user, Action.APPROVE).exists()
