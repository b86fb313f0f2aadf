"""What a workflow uses instead, and in which order.

The dependency's row is locked for every change, so ranks stay 1, 2, 3 without a gap
however many people press at once. Every change is a history line of the workflow.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Conflict, Refused
from continuity.history.models import Deletion
from continuity.history.services import changes, deletions, record
from continuity.inventory.models import Alternative, Dependency
from continuity.inventory.services import reviews


class ProvenOtherwise(Refused):
    """Its proofs are of the tool it has now. Field: `name`, the tool's or procedure's."""

    code = "proven_otherwise"


@transaction.atomic
def add(
    dependency_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Alternative:
    """Return a new alternative, ranked last. The same tool or procedure comes once: a
    second request for it gives the one that is there, unchanged."""
    dependency = _locked(dependency_pk)
    ranked = list(dependency.alternatives.select_related("tool"))
    for one in ranked:
        if one.tool == fields.get("tool") and one.procedure == fields.get("procedure", ""):
            return one
    alternative = Alternative.objects.create(
        dependency=dependency, rank=len(ranked) + 1, **fields
    )
    _record(
        "alternative.created",
        dependency,
        actor,
        now,
        after={"alternative": alternative, "tool": dependency.tool, **_told(fields)},
    )
    return alternative


@transaction.atomic
def change(
    alternative_pk: int, *, fields: Mapping[str, Any], actor: User, now: datetime
) -> Alternative:
    """Set `fields`. A procedure may get another name; a tool with proofs may not become
    another tool, since the proofs would speak for what nobody has tried.

    Raises ProvenOtherwise for that.
    """
    alternative = Alternative.objects.select_related("dependency", "tool").get(
        pk=alternative_pk
    )
    dependency = _locked(alternative.dependency_id)
    other = fields.get("tool", alternative.tool) != alternative.tool
    if other and alternative.proofs.exists():
        raise ProvenOtherwise("It has proofs.", name=str(alternative))
    before, after = changes({name: getattr(alternative, name) for name in fields}, fields)
    if after:
        was = str(alternative)
        for name, value in after.items():
            setattr(alternative, name, value)
        alternative.save(update_fields=list(after))
        _record(
            "alternative.changed",
            dependency,
            actor,
            now,
            before={"alternative": was, **_told(before)},
            after={"alternative": alternative, **_told(after)},
        )
    return alternative


@transaction.atomic
def remove(alternative_pk: int, *, actor: User, now: datetime) -> Deletion:
    """Remove an alternative with its runbook and proofs; those below it move up. Return
    what brings it back."""
    alternative = Alternative.objects.select_related("tool").get(pk=alternative_pk)
    dependency = _locked(alternative.dependency_id)
    _record(
        "alternative.removed",
        dependency,
        actor,
        now,
        before={
            "alternative": alternative,
            "tool": dependency.tool,
            "rank": alternative.rank,
            "proofs": alternative.proofs.count(),
            "steps": [step.text for step in alternative.steps.all()],
        },
    )
    deletion = deletions.remove(
        [alternative],
        kind="alternative",
        action=Action.EDIT,
        team=dependency.workflow.team,
        label=f"{alternative} – {dependency.workflow}",
        actor=actor,
        now=now,
    )
    _rank(list(dependency.alternatives.select_related("tool")))
    return deletion


@transaction.atomic
def reorder(
    dependency_pk: int, *, order: Sequence[int], actor: User, now: datetime
) -> Dependency:
    """Rank the alternatives as their keys come in `order`. The same order again does
    nothing; the order that the history line holds as the one before undoes it.

    Raises Conflict if `order` is not exactly the alternatives there are: somebody
    added or removed one in the meantime.
    """
    dependency = _locked(dependency_pk)
    ranked = list(dependency.alternatives.select_related("tool"))
    by_pk = {one.pk: one for one in ranked}
    if sorted(order) != sorted(by_pk):
        raise Conflict("The alternatives are not those that were ordered.")
    wanted = [by_pk[pk] for pk in order]
    if wanted == ranked:
        return dependency
    _rank(wanted)
    _record(
        "alternative.moved",
        dependency,
        actor,
        now,
        before={"tool": dependency.tool, "order": [str(one) for one in ranked]},
        after={"tool": dependency.tool, "order": [str(one) for one in wanted]},
    )
    return dependency


def _rank(alternatives: Sequence[Alternative]) -> None:
    for rank, alternative in enumerate(alternatives, start=1):
        if alternative.rank != rank:
            # Two share a rank for a moment: the constraint is checked at the end.
            alternative.rank = rank
            alternative.save(update_fields=["rank"])


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is worth a line: the tool or procedure is the alternative's name."""
    # "limit" is a length of time elsewhere in the history.
    return {
        "people_at_once" if name == "limit" else name: value
        for name, value in fields.items()
        if name not in {"tool", "procedure"} and value not in (None, "", [])
    }


def _locked(dependency_pk: int) -> Dependency:
    return (
        Dependency.objects.select_for_update(of=("self",))
        .select_related("workflow__team", "tool")
        .get(pk=dependency_pk)
    )


def _record(
    verb: str,
    dependency: Dependency,
    actor: User,
    now: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    workflow = dependency.workflow
    reviews.changed([workflow.pk])
    record(
        verb,
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        before=before,
        after=after,
    )
