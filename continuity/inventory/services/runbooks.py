"""The steps of switching to an alternative."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from continuity.accounts.models import User
from continuity.history.services import record
from continuity.inventory.models import Alternative, Dependency, RunbookStep


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it should be; `pk` None is a new one."""

    text: str
    role: str = ""
    expected: timedelta | None = None
    verification: str = ""
    pk: int | None = None


@transaction.atomic
def save(
    alternative_pk: int, *, steps: Sequence[Step], actor: User, now: datetime
) -> Alternative:
    """Make the runbook exactly `steps`, in this order.

    A step that is there keeps its row, so that what was ticked off in a running
    outage stays ticked off. One that somebody removed in the meantime comes back.
    """
    alternative = Alternative.objects.select_related("dependency", "tool").get(
        pk=alternative_pk
    )
    dependency = (
        Dependency.objects.select_for_update(of=("self",))
        .select_related("workflow__team")
        .get(pk=alternative.dependency_id)
    )
    there = {step.pk: step for step in alternative.steps.all()}
    before = [step.text for step in there.values()]
    kept: set[int] = set()
    differs = False
    for position, wanted in enumerate(steps, start=1):
        row = there.get(wanted.pk or 0)
        facts = {
            "position": position,
            "text": wanted.text,
            "role": wanted.role,
            "expected": wanted.expected,
            "verification": wanted.verification,
        }
        if row is None or row.pk in kept:
            RunbookStep.objects.create(alternative=alternative, **facts)
            differs = True
            continue
        kept.add(row.pk)
        changed = [name for name, value in facts.items() if getattr(row, name) != value]
        if changed:
            for name in changed:
                setattr(row, name, facts[name])
            row.save(update_fields=changed)
            differs = True
    gone = there.keys() - kept
    if gone:
        RunbookStep.objects.filter(pk__in=gone).delete()
        differs = True
    if differs:
        workflow = dependency.workflow
        record(
            "runbook.changed",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            before={"alternative": alternative, "steps": before},
            after={"alternative": alternative, "steps": [step.text for step in steps]},
        )
    return alternative
