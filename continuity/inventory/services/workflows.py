"""Keeping workflows true: add, change, archive, bring back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import Refused
from continuity.domain.review import ReviewEvent, next_review_state
from continuity.history.services import changes, record
from continuity.inventory.models import Workflow, WorkflowStatus
from continuity.inventory.services import proofs, reviews

TARGETS: Final = ("rto", "wrt", "mtpd")


class NameTaken(Refused):
    """Another workflow of the team has this name by now. Field: `name`."""

    code = "name_taken"


@transaction.atomic
def add(*, fields: Mapping[str, Any], actor: User, now: datetime) -> Workflow:
    """Return a new workflow with `fields`, named as on the model."""
    set_now = any(fields.get(name) is not None for name in TARGETS)
    authorship = {"targets_by": actor, "targets_at": now} if set_now else {}
    workflow = Workflow.objects.create(**fields, **authorship, created_at=now)
    record(
        "workflow.created",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        after={name: value for name, value in fields.items() if value not in (None, "")},
    )
    return workflow


@transaction.atomic
def change(
    workflow_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Workflow:
    """Set `fields`, and write down what they were. Nothing is written if none differs."""
    workflow = _locked(workflow_pk)
    before, after = changes({name: getattr(workflow, name) for name in fields}, fields)
    if after:
        for name, value in after.items():
            setattr(workflow, name, value)
        touched = list(after)
        if after.keys() & set(TARGETS):
            # Whoever changes a target is its author; their reason is not the old one.
            workflow.targets_by, workflow.targets_at = actor, now
            workflow.targets_reason = str(after.get("targets_reason", ""))
            touched += ["targets_by", "targets_at", "targets_reason"]
        workflow.save(update_fields=touched)
        record(
            "workflow.changed",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            before=before,
            after=after,
        )
        if "tier" in after:
            proofs.apply_policy(workflow)
        reviews.changed([workflow.pk])
    return workflow


@transaction.atomic
def archive(workflow_pk: int, *, actor: User, now: datetime) -> Workflow:
    """Take a workflow out of every list and figure; nothing of it is lost."""
    workflow = _locked(workflow_pk)
    if workflow.archived_at is None:
        workflow.archived_at = now
        workflow.save(update_fields=["archived_at"])
        record(
            "workflow.archived",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            before={"archived_at": None},
            after={"archived_at": now},
        )
    return workflow


@transaction.atomic
def bring_back(workflow_pk: int, *, actor: User, now: datetime) -> Workflow:
    """Put an archived workflow back, as a draft.

    Raises NameTaken if its team has made another of this name in the meantime.
    """
    workflow = _locked(workflow_pk)
    if workflow.archived_at is None:
        return workflow
    same = Workflow.objects.current().filter(
        team=workflow.team_id, name__iexact=workflow.name
    )
    if same.exists():
        raise NameTaken(f"{workflow.name} exists.", name=workflow.name)
    before = {"archived_at": workflow.archived_at}
    state = next_review_state(workflow.review_state, ReviewEvent.RESTORE)
    workflow.archived_at = None
    workflow.status = WorkflowStatus(state)
    workflow.save(update_fields=["archived_at", "status"])
    record(
        "workflow.restored",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before=before,
        after={"archived_at": None},
    )
    return workflow


def _locked(workflow_pk: int) -> Workflow:
    return (
        Workflow.objects.select_for_update(of=("self",))
        .select_related("team", "owner", "deputy")
        .get(pk=workflow_pk)
    )
