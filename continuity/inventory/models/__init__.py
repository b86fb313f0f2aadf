"""What we depend on: the catalogue, the workflows, their impact, imports, saved views."""

from continuity.inventory.models.access import QUESTIONS, Access, Answer
from continuity.inventory.models.alternatives import (
    Alternative,
    AlternativeKind,
    RunbookStep,
    RunbookVersion,
    approves,
)
from continuity.inventory.models.catalogue import (
    Confidence,
    Provider,
    Relation,
    Tool,
    ToolKind,
    ToolName,
    Upstream,
)
from continuity.inventory.models.impact import (
    Impact,
    ImpactCategory,
    ImpactLevel,
    Material,
    RecoveryPoint,
)
from continuity.inventory.models.imports import (
    TABLES,
    CheckedRow,
    Import,
    ImportChange,
    ImportCheck,
    ImportKind,
    ImportRun,
    ImportState,
)
from continuity.inventory.models.proofs import (
    EndReason,
    Proof,
    ProofFile,
    ProofPolicy,
    ProofSource,
)
from continuity.inventory.models.reviews import (
    BulkChange,
    BulkKind,
    WorkflowApproval,
)
from continuity.inventory.models.views import ListPage, SavedView
from continuity.inventory.models.workflows import (
    TIER_WEIGHTS,
    DataClass,
    Dependency,
    Tier,
    Without,
    Workflow,
    WorkflowStatus,
)

__all__ = [
    "QUESTIONS",
    "TABLES",
    "TIER_WEIGHTS",
    "Access",
    "Alternative",
    "AlternativeKind",
    "Answer",
    "BulkChange",
    "BulkKind",
    "CheckedRow",
    "Confidence",
    "DataClass",
    "Dependency",
    "EndReason",
    "Impact",
    "ImpactCategory",
    "ImpactLevel",
    "Import",
    "ImportChange",
    "ImportCheck",
    "ImportKind",
    "ImportRun",
    "ImportState",
    "ListPage",
    "Material",
    "Proof",
    "ProofFile",
    "ProofPolicy",
    "ProofSource",
    "Provider",
    "RecoveryPoint",
    "Relation",
    "RunbookStep",
    "RunbookVersion",
    "SavedView",
    "Tier",
    "Tool",
    "ToolKind",
    "ToolName",
    "Upstream",
    "Without",
    "Workflow",
    "WorkflowApproval",
    "WorkflowStatus",
    "approves",
]
