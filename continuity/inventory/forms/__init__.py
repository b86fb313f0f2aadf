"""What people fill in about workflows, alternatives, runbooks and the catalogue."""

from continuity.inventory.forms.alternatives import (
    AlternativeForm,
    of_alternative,
)
from continuity.inventory.forms.catalogue import (
    ProviderForm,
    SpellingForm,
    ToolForm,
    UpstreamForm,
    VerifyForm,
)
from continuity.inventory.forms.lists import (
    COLUMNS,
    DueFilter,
    KnockOutFilter,
    ProviderFilter,
    SavedViewForm,
    SourceFilter,
    ToolFilter,
    WorkflowFilter,
)
from continuity.inventory.forms.proofs import (
    CheckForm,
    EndProofForm,
    PolicyForm,
)
from continuity.inventory.forms.runbooks import (
    StepFormSet,
    rearranged,
    steps_of,
    with_steps_of,
)
from continuity.inventory.forms.workflows import (
    AccessForm,
    DependencyForm,
    WorkflowForm,
)

__all__ = [
    "COLUMNS",
    "AccessForm",
    "AlternativeForm",
    "CheckForm",
    "DependencyForm",
    "DueFilter",
    "EndProofForm",
    "KnockOutFilter",
    "PolicyForm",
    "ProviderFilter",
    "ProviderForm",
    "SavedViewForm",
    "SourceFilter",
    "SpellingForm",
    "StepFormSet",
    "ToolFilter",
    "ToolForm",
    "UpstreamForm",
    "VerifyForm",
    "WorkflowFilter",
    "WorkflowForm",
    "of_alternative",
    "rearranged",
    "steps_of",
    "with_steps_of",
]
