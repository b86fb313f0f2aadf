"""What we depend on, in three files: the catalogue, the workflows, the imports."""

from continuity.inventory.models.catalogue import (
    Confidence,
    Provider,
    Relation,
    Tool,
    ToolKind,
    ToolName,
    Upstream,
)
from continuity.inventory.models.imports import Import, ImportChange, ImportState
from continuity.inventory.models.workflows import (
    TIER_WEIGHTS,
    Alternative,
    AlternativeKind,
    DataClass,
    Dependency,
    Proof,
    ProofSource,
    RunbookStep,
    Tier,
    Without,
    Workflow,
)

__all__ = [
    "TIER_WEIGHTS",
    "Alternative",
    "AlternativeKind",
    "Confidence",
    "DataClass",
    "Dependency",
    "Import",
    "ImportChange",
    "ImportState",
    "Proof",
    "ProofSource",
    "Provider",
    "Relation",
    "RunbookStep",
    "Tier",
    "Tool",
    "ToolKind",
    "ToolName",
    "Upstream",
    "Without",
    "Workflow",
]
