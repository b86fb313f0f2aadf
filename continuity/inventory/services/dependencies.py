"""What a workflow depends on. Every change is a history line of the workflow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Refused
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import Dependency, EndReason, Proof, Tool, Workflow
from continuity.inventory.services import proofs, reviews


class AlreadyAlternative(Refused):
    """The work cannot use in the first place what it falls back on. Field: `name`."""

    code = "already_alternative"


@transaction.atomic
def add(
    workflow_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Dependency:
    """Return the workflow's new use of a tool, placed after the others.

    A second request for the same tool gives the one that is there, unchanged.
    """
    workflow = Workflow.objects.select_for_update(of=("self",)).get(pk=workflow_pk)
    last = workflow.dependencies.aggregate(last=Max("position"))["last"]
    dependency, created = Dependency.objects.get_or_create(
        workflow=workflow,
        tool=fields["tool"],
        defaults={**fields, "position": 0 if last is None else last + 1},
    )
    if created:
        record(
            "dependency.created",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            after=dict(fields),
        )
        reviews.changed([workflow.pk])
    return dependency


@transaction.atomic
def change(
    dependency_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Dependency:
    """Set `fields`. Another `tool` takes over the alternatives with their runbooks, and
    ends their proofs: they were shown for switching from the tool before.

    Raises AlreadyAlternative if that tool is one of the alternatives.
    """
    dependency = _locked(dependency_pk)
    tool: Tool = fields.get("tool", dependency.tool)
    if dependency.alternatives.filter(tool=tool).exists():
        raise AlreadyAlternative("It is an alternative.", name=str(tool))
    before, after = changes({name: getattr(dependency, name) for name in fields}, fields)
    if after:
        for name, value in after.items():
            setattr(dependency, name, value)
        dependency.save(update_fields=list(after))
        named = {"tool": dependency.tool}
        record(
            "dependency.changed",
            dependency.workflow,
            actor=actor,
            now=now,
            team=dependency.workflow.team,
            before={**named, **before},
            after={**named, **after},
        )
        reviews.changed([dependency.workflow_id])
    if "tool" in after:
        proofs.end(
            Proof.objects.filter(alternative__dependency=dependency),
            EndReason.TOOL_REPLACED,
            actor=actor,
            now=now,
        )
    return dependency


@transaction.atomic
def remove(dependency_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Take the tool off the workflow, with its alternatives, runbooks and proofs. Return
    what brings all of it back."""
    dependency = _locked(dependency_pk)
    workflow = dependency.workflow
    record(
        "dependency.removed",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before={
            "tool": dependency.tool,
            "without": dependency.without,
            "alternatives": [
                str(one) for one in dependency.alternatives.select_related("tool")
            ],
        },
    )
    gone = deletions.remove(
        [dependency],
        kind="dependency",
        action=Action.EDIT,
        team=workflow.team,
        label=f"{dependency.tool} – {workflow}",
        actor=actor,
        now=now,
    )
    reviews.changed([workflow.pk])
    return gone


def _locked(dependency_pk: int) -> Dependency:
    return (
        Dependency.objects.select_for_update(of=("self",))
        .select_related("workflow__team", "tool")
        .get(pk=dependency_pk)
    )
