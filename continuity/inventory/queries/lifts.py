"""Which form lifts what keeps a workflow from being ready."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain.readiness import Level, Reason, WorkflowReadiness
from continuity.web import reasons

DRILLED: Final = frozenset({Reason.NO_PROOF, Reason.PROOF_EXPIRED, Reason.PROOF_ENDED})
"""What somebody has to show. A drill does, and so does a check; no form of the workflow."""

LABELS: Final[Mapping[Reason, Promise]] = {
    Reason.NO_TOOL: _("Name a tool"),
    Reason.NO_ALTERNATIVE: _("Add an alternative"),
    Reason.SHARES_UPSTREAM: _("Add another"),
    Reason.BELOW_MBCO: _("Add another"),
    Reason.NOT_APPROVED: _("Approve for this data"),
    Reason.NO_RUNBOOK: _("Write the runbook"),
    Reason.OVER_RTO: _("Shorten the runbook"),
    Reason.NO_RTO: _("Set the RTO"),
}


@dataclass(frozen=True, slots=True)
class Lift:
    """Why a workflow is not ready, and the keys of what would have to change: of its
    dependency and of the best alternative there, where the reason is about them."""

    reason: Reason
    workflow: int
    dependency: int | None = None
    alternative: int | None = None

    @property
    def sentence(self) -> str:
        return reasons.sentence(self.reason)

    @property
    def word(self) -> str:
        return str(reasons.SHORT[self.reason])

    @property
    def label(self) -> Promise:
        """What the button to the form says."""
        return LABELS[self.reason]

    @property
    def needs_drill(self) -> bool:
        return self.reason in DRILLED

    @property
    def url(self) -> str:
        """The address of the form, or of a check where only evidence is missing."""
        match self.reason:
            case Reason.NO_RTO:
                return f"{reverse('inventory:impact_targets', args=[self.workflow])}#id_rto"
            case Reason.NO_TOOL:
                return reverse("inventory:dependency_new", args=[self.workflow])
            case Reason.NO_ALTERNATIVE | Reason.SHARES_UPSTREAM | Reason.BELOW_MBCO:
                return reverse("inventory:alternative_new", args=[self.dependency])
            case Reason.NOT_APPROVED:
                form = reverse("inventory:alternative_edit", args=[self.alternative])
                return f"{form}#id_approved_data_0"
            case Reason.NO_RUNBOOK | Reason.OVER_RTO:
                return reverse("inventory:runbook", args=[self.alternative])
            case _:
                return reverse("inventory:proof_check", args=[self.alternative])


def lifts(workflow: int, ready: WorkflowReadiness) -> Iterator[Lift]:
    """Yield why the workflow is not ready: for each dependency that would stop it, what
    is missing from its best alternative; a reason of the workflow itself once."""
    if not ready.dependencies:
        for reason in ready.reasons:
            yield Lift(reason, workflow)
    of_itself = set[Reason]()
    for one in ready.dependencies:
        if not one.stops or one.level is Level.READY:
            continue
        for reason in one.reasons:
            if reason is not Reason.NO_RTO:
                best = None if one.best is None else one.best.pk
                yield Lift(reason, workflow, one.pk, best)
            elif reason not in of_itself:
                of_itself.add(reason)
                yield Lift(reason, workflow)
