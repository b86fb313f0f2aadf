"""The steps of switching to an alternative, version by version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.domain.errors import Conflict
from continuity.history.models import Deletion
from continuity.history.services import deletions, record
from continuity.inventory.models import (
    Alternative,
    Dependency,
    EndReason,
    RunbookStep,
    RunbookVersion,
)
from continuity.inventory.services import proofs


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it should be; `pk` None is a new one. `details` are Markdown."""

    text: str
    role: str = ""
    expected: timedelta | None = None
    verification: str = ""
    way_back: str = ""
    details: str = ""
    pk: int | None = None


@transaction.atomic
def save(
    alternative_pk: int, *, steps: Sequence[Step], actor: User, now: datetime
) -> Deletion | None:
    """Make the runbook exactly `steps`, in this order, and keep it as a version. Return
    what brings back the steps that were taken away; None if none was.

    A step that is there keeps its row, so that what was ticked off in a running
    outage stays ticked off. One that somebody removed in the meantime comes back.
    A change ends the proofs that were shown with the runbook before; the first
    writing ends none, since there was nothing to change.
    """
    alternative, dependency = _locked(alternative_pk)
    there = {step.pk: step for step in alternative.steps.all()}
    before = [step.text for step in there.values()]
    if there:
        keep_version(alternative, by=None, now=now)
    kept: set[int] = set()
    differs = False
    for position, wanted in enumerate(steps, start=1):
        row = there.get(wanted.pk or 0)
        facts: dict[str, Any] = {**asdict(wanted), "position": position}
        del facts["pk"]
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
    deletion = None
    if gone:
        away = [step for pk, step in there.items() if pk in gone]
        deletion = deletions.remove(
            away,
            kind="runbook",
            action=Action.EDIT,
            team=dependency.workflow.team,
            label=f"{'; '.join(step.text for step in away)} – {alternative}",
            actor=actor,
            now=now,
        )
        differs = True
    if differs:
        version = keep_version(alternative, by=actor, now=now)
        workflow = dependency.workflow
        record(
            "runbook.changed",
            workflow,
            actor=actor,
            now=now,
            team=workflow.team,
            before={"alternative": alternative, "steps": before},
            after={
                "alternative": alternative,
                "version": version.number,
                "steps": [step.text for step in steps],
            },
        )
        if there:
            rows = alternative.proofs.all()
            proofs.end(rows, EndReason.RUNBOOK_CHANGED, actor=actor, now=now)
    return deletion


@transaction.atomic
def approve(
    alternative_pk: int, *, number: int, actor: User, now: datetime
) -> RunbookVersion:
    """Approve the runbook as it is, which must be version `number`; 0 where it was
    written before versions were kept.

    Approving what is approved changes nothing. Raises Conflict if it has changed since
    the person read it, or is empty.
    """
    alternative, dependency = _locked(alternative_pk)
    latest = alternative.runbook_versions.order_by("-number").first()
    if (latest.number if latest else 0) != number or not alternative.steps.exists():
        raise Conflict("The runbook is not the one that was read.")
    version = keep_version(alternative, by=None, now=now)
    if version.approved_at is not None:
        return version
    version.approved_at = now
    version.approved_by = actor
    version.save(update_fields=["approved_at", "approved_by"])
    workflow = dependency.workflow
    record(
        "runbook.approved",
        workflow,
        actor=actor,
        now=now,
        team=workflow.team,
        after={"alternative": alternative, "version": version.number},
    )
    return version


def keep_version(
    alternative: Alternative, *, by: User | None, now: datetime
) -> RunbookVersion:
    """Return the version that holds the steps as they are; a new one if none does.

    `by` None keeps what was there before anybody kept versions.
    """
    steps = [plain(step) for step in alternative.steps.order_by("position")]
    latest = alternative.runbook_versions.order_by("-number").first()
    if latest is not None and latest.steps == steps:
        return latest
    return RunbookVersion.objects.create(
        alternative=alternative,
        number=1 if latest is None else latest.number + 1,
        steps=steps,
        written_at=now,
        written_by=by,
    )


def plain(step: RunbookStep) -> dict[str, Any]:
    """Return a step as a version keeps it."""
    return {
        "text": step.text,
        "role": step.role,
        "expected_seconds": (
            None if step.expected is None else step.expected.total_seconds()
        ),
        "verification": step.verification,
        "way_back": step.way_back,
        "details": step.details,
    }


def _locked(alternative_pk: int) -> tuple[Alternative, Dependency]:
    alternative = Alternative.objects.select_related("dependency", "tool").get(
        pk=alternative_pk
    )
    dependency = (
        Dependency.objects.select_for_update(of=("self",))
        .select_related("workflow__team")
        .get(pk=alternative.dependency_id)
    )
    return alternative, dependency
