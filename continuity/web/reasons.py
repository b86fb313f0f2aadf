"""Why something is not ready, as a sentence that names what would lift it."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.domain.readiness import Reason

SENTENCES: Final[Mapping[Reason, Promise]] = {
    Reason.NO_TOOL: _("It names no AI tool. Say which tools it depends on."),
    Reason.NO_ALTERNATIVE: _("It has no alternative. Add one."),
    Reason.NOT_APPROVED: _(
        "The alternative is not approved for this data. Have it approved, or choose "
        "another."
    ),
    Reason.NO_RUNBOOK: _("The alternative has no runbook. Write its steps."),
    Reason.SHARES_UPSTREAM: _(
        "The alternative fails together with the tool. Choose one that rides on "
        "something else."
    ),
    Reason.NO_PROOF: _(
        "Nobody has shown that the alternative works within the target. Run a drill."
    ),
    Reason.PROOF_EXPIRED: _("The proof has expired. Run a drill."),
    Reason.PROOF_ENDED: _("What was proven has changed since. Run a drill."),
    Reason.BELOW_MBCO: _(
        "The alternative carried less than the minimum level. Raise its capacity, "
        "or add another."
    ),
    Reason.OVER_RTO: _(
        "Recovery took longer than the target. Shorten the runbook, or change the target."
    ),
    Reason.NO_RTO: _("It has no recovery target (RTO). Set one."),
}

SHORT: Final[Mapping[Reason, Promise]] = {
    Reason.NO_TOOL: _("Names no tool"),
    Reason.NO_ALTERNATIVE: _("No alternative"),
    Reason.NOT_APPROVED: _("Alternative not approved for the data"),
    Reason.NO_RUNBOOK: _("No runbook"),
    Reason.SHARES_UPSTREAM: _("Alternative shares an upstream"),
    Reason.NO_PROOF: _("Never proven"),
    Reason.PROOF_EXPIRED: _("Proof expired"),
    Reason.PROOF_ENDED: _("Changed since it was proven"),
    Reason.BELOW_MBCO: _("Below the minimum level"),
    Reason.OVER_RTO: _("Slower than the RTO"),
    Reason.NO_RTO: _("No RTO"),
}
"""The same in a few words, for lists of many."""


def sentence(reason: Reason | str) -> str:
    return str(SENTENCES[Reason(reason)])
