"""The review cycle: what is approved, what a change does to that, and what comes due."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import Organisation, Team, User
from continuity.accounts.roles import TeamRole
from continuity.domain.errors import Conflict
from continuity.domain.review import ReviewEvent, next_review_state, review_day
from continuity.history.services import Line, record_all
from continuity.inventory.models import Workflow, WorkflowApproval, WorkflowStatus
from continuity.inventory.queries import reviews as queries
from continuity.notifications.models import Kind
from continuity.notifications.services import Message, owe

MOST_NAMED: Final = 10
"""Workflows that a message names; the rest it counts."""


@transaction.atomic
def approve(workflow_pk: int, *, read: str, actor: User, now: datetime) -> Workflow:
    """Approve what the workflow says, which must be what was `read`.

    Raises Conflict if it says something else by now, IllegalTransition if it is archived.
    """
    workflow = (
        Workflow.objects.select_for_update(of=("self",))
        .select_related("team")
        .get(pk=workflow_pk)
    )
    facts = queries.facts([workflow.pk])
    if queries.digest(facts[workflow.pk]) != read:
        raise Conflict("The workflow is not what was read.")
    approve_all([workflow], facts, actor=actor, now=now)
    return workflow


def approve_all(
    workflows: Collection[Workflow],
    facts: Mapping[int, queries.Facts],
    *,
    actor: User,
    now: datetime,
) -> None:
    """Approve locked workflows, with their teams, in the caller's transaction.

    Raises IllegalTransition if one is archived.
    """
    months = Organisation.objects.filter(pk=1).values_list("review_months", flat=True)
    day = review_day(queries.today(now), months.first() or 12)
    lines = []
    for workflow in workflows:
        state = next_review_state(workflow.review_state, ReviewEvent.APPROVE)
        before = {"version": workflow.approved_version, "review_on": workflow.review_on}
        workflow.status = WorkflowStatus(state)
        workflow.approved_version = workflow.version
        workflow.approved_at, workflow.approved_by = now, actor
        workflow.review_on = day
        after = {"version": workflow.version, "review_on": day}
        lines.append(Line("workflow.approved", workflow, workflow.team, before, after))
    Workflow.objects.filter(pk__in=[one.pk for one in workflows]).update(
        status=WorkflowStatus.APPROVED,
        approved_version=F("version"),
        approved_at=now,
        approved_by=actor,
        review_on=day,
    )
    WorkflowApproval.objects.bulk_create(
        (
            WorkflowApproval(
                workflow=workflow,
                version=workflow.version,
                approved_at=now,
                approved_by=actor,
                facts=facts[workflow.pk],
            )
            for workflow in workflows
        ),
        batch_size=1000,
    )
    record_all(lines, actor=actor, now=now)


def changed(workflows: Iterable[int]) -> None:
    """Say that these workflows were changed: what is approved becomes a new version, in
    the caller's transaction. A draft goes on under the number it has."""
    next_status = (
        When(status=status, then=Value(str(next_review_state(status, ReviewEvent.CHANGE))))
        for status in WorkflowStatus.values
    )
    Workflow.objects.filter(pk__in=list(workflows), approved_version=F("version")).update(
        version=F("version") + 1, status=Case(*next_status)
    )


def reverted(workflows: Iterable[int]) -> None:
    """Give those their approval back that say again exactly what was approved, in the
    caller's transaction."""
    rows = Workflow.objects.current().filter(
        pk__in=list(workflows), version=F("approved_version") + 1
    )
    there = rows.select_for_update(of=("self",)).in_bulk()
    now_says = queries.facts(there)
    last: dict[int, queries.Facts] = {}
    for one in WorkflowApproval.objects.filter(workflow__in=there).order_by("approved_at"):
        last[one.workflow_id] = one.facts
    for pk, workflow in there.items():
        if pk in last and not queries.compared(last[pk], now_says[pk]):
            workflow.status = WorkflowStatus(
                next_review_state(workflow.review_state, ReviewEvent.REVERT)
            )
            workflow.version = workflow.approved_version or workflow.version
            workflow.save(update_fields=["status", "version"])


@transaction.atomic(durable=True)
def come_due(*, now: datetime, limit: int = 500) -> int:
    """Turn what was approved and has come to its day of review into due, and owe its
    owner one message for all of them; return how many came due.

    Without an owner who can sign in: the deputy; without either, the team's leads. Under
    the rows' locks and with a key made of the workflows and their days, so that doing
    it twice, or twice at once, writes to nobody twice.
    """
    day = queries.today(now)
    rows = list(
        Workflow.objects.to_review(day)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("team", "owner", "deputy")
        .order_by("review_on", "pk")[:limit]
    )
    if not rows:
        return 0
    for workflow in rows:
        state = next_review_state(workflow.review_state, ReviewEvent.COME_DUE)
        workflow.status = WorkflowStatus(state)
    Workflow.objects.bulk_update(rows, ["status"])
    record_all(
        (
            Line("workflow.came_due", one, one.team, after={"review_on": one.review_on})
            for one in rows
        ),
        actor=None,
        now=now,
    )
    for person, mine in _owed(rows).items():
        key = queries.digest([[one.pk, one.review_on] for one in mine])
        owe(
            [person],
            write=_due(mine),
            key=f"review-{key}",
            now=now,
            kind=Kind.REVIEW_DUE,
            teams={one.team for one in mine},
        )
    return len(rows)


def _owed(workflows: Iterable[Workflow]) -> Mapping[User, list[Workflow]]:
    found: defaultdict[User, list[Workflow]] = defaultdict(list)
    nobody: defaultdict[Team, list[Workflow]] = defaultdict(list)
    for workflow in workflows:
        keepers = [one for one in (workflow.owner, workflow.deputy) if one is not None]
        keeper = next((one for one in keepers if one.is_active), None)
        if keeper is not None:
            found[keeper].append(workflow)
        else:
            nobody[workflow.team].append(workflow)
    for team, rows in nobody.items():
        leads = team.memberships.filter(role=TeamRole.LEAD, user__is_active=True)
        for membership in leads.select_related("user"):
            found[membership.user] += rows
    return found


def _due(workflows: Collection[Workflow]) -> Callable[[User], Message]:
    def write(person: User) -> Message:
        names = [f"- {one.name} ({one.team})" for one in list(workflows)[:MOST_NAMED]]
        if more := len(workflows) - len(names):
            names.append(_("- and %(number)d more") % {"number": more})
        number = len(workflows)
        subject = ngettext(
            "%(number)d workflow is due for review",
            "%(number)d workflows are due for review",
            number,
        )
        return Message(
            subject % {"number": number},
            ngettext(
                "Hello %(person)s,\n\n"
                "this workflow was approved a while ago and is due for review:\n\n"
                "%(names)s\n\n"
                "Read it, change what is no longer true, and have it approved by a lead.",
                "Hello %(person)s,\n\n"
                "these workflows were approved a while ago and are due for review:\n\n"
                "%(names)s\n\n"
                "Read each, change what is no longer true, and have it approved by a "
                "lead.",
                number,
            )
            % {"person": person.name, "names": "\n".join(names)},
            reverse("inventory:due"),
            shared="\n".join(names),
        )

    return write
