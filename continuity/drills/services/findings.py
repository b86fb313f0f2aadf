"""Findings and strengths: edited, added, dismissed."""

from datetime import datetime

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.errors import Refused
from continuity.drills.models import Finding, FindingKind
from continuity.drills.services.reviewing import opened
from continuity.history.services import record
from continuity.inventory.models import Alternative, Workflow
from continuity.outages.models import Outage


class FindingHasActions(Refused):
    """A finding on which somebody works cannot be dismissed. Field: `count`."""

    code = "finding_has_actions"


@transaction.atomic(durable=True)
def add(
    outage_pk: int,
    *,
    kind: FindingKind,
    text: str,
    workflow: Workflow | None,
    alternative: Alternative | None,
    actor: User,
    now: datetime,
) -> Finding:
    """Write down what somebody saw."""
    outage, _review = opened(outage_pk, now=now)
    finding = Finding.objects.create(
        outage=outage,
        kind=kind,
        text=text,
        workflow=workflow,
        alternative=alternative,
        made_at=now,
        made_by=actor,
    )
    _record("added", finding, outage, actor, now, after={"text": text})
    return finding


@transaction.atomic(durable=True)
def change(
    finding_pk: int,
    *,
    kind: FindingKind,
    text: str,
    workflow: Workflow | None,
    alternative: Alternative | None,
    actor: User,
    now: datetime,
) -> None:
    """Put it in other words. The same again leaves no trace."""
    finding, outage = _locked(finding_pk, now)
    new = {
        "kind": kind,
        "text": text,
        "workflow": workflow,
        "alternative": alternative,
    }
    old = {name: getattr(finding, name) for name in new}
    if old == new:
        return
    for name, value in new.items():
        setattr(finding, name, value)
    finding.edited_at = now
    finding.save(update_fields=[*new, "edited_at"])
    differing = [name for name in new if old[name] != new[name]]
    _record(
        "changed",
        finding,
        outage,
        actor,
        now,
        before={name: old[name] for name in differing},
        after={name: new[name] for name in differing},
    )


@transaction.atomic(durable=True)
def dismiss(finding_pk: int, *, actor: User, now: datetime) -> None:
    """Take a finding out of the report; it can be put back. Again does nothing.

    Raises FindingHasActions where something is done about it.
    """
    finding, outage = _locked(finding_pk, now)
    if finding.dismissed_at is not None:
        return
    if count := finding.actions.count():
        raise FindingHasActions(f"{count} actions.", count=count)
    finding.dismissed_at, finding.dismissed_by = now, actor
    finding.save(update_fields=["dismissed_at", "dismissed_by"])
    _record("dismissed", finding, outage, actor, now)


@transaction.atomic(durable=True)
def restore(finding_pk: int, *, actor: User, now: datetime) -> None:
    """Put a dismissed finding back into the report. Again does nothing."""
    finding, outage = _locked(finding_pk, now)
    if finding.dismissed_at is None:
        return
    finding.dismissed_at, finding.dismissed_by = None, None
    finding.save(update_fields=["dismissed_at", "dismissed_by"])
    _record("restored", finding, outage, actor, now)


def _locked(finding_pk: int, now: datetime) -> tuple[Finding, Outage]:
    """Return a finding under the lock of its report. Raises as `opened`."""
    outage_pk = Finding.objects.values_list("outage_id", flat=True).get(pk=finding_pk)
    outage, _review = opened(outage_pk, now=now)
    finding = (
        Finding.objects.select_for_update(of=("self",))
        .select_related("workflow", "alternative")
        .get(pk=finding_pk)
    )
    return finding, outage


def _record(
    what: str,
    finding: Finding,
    outage: Outage,
    actor: User,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    record(
        f"finding.{what}",
        finding,
        actor=actor,
        now=now,
        team=outage.team,
        before=before,
        after=after,
    )
