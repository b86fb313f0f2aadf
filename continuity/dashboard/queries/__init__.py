"""What the overview reads, each in a fixed number of queries."""

from continuity.dashboard.queries.overview import Overview, overview
from continuity.dashboard.queries.rows import LABELS as DECISION_LABELS
from continuity.dashboard.queries.rows import (
    Decision,
    DecisionKind,
    WorkflowRow,
    decisions,
    in_period,
    recoveries,
    wanted,
    workflows,
)
from continuity.dashboard.queries.scope import (
    MONTHS,
    Scope,
    address,
    as_asked,
    scope,
    stock,
)
from continuity.dashboard.queries.search import Found, search
from continuity.dashboard.queries.shell import Shell, shell

__all__ = [
    "DECISION_LABELS",
    "MONTHS",
    "Decision",
    "DecisionKind",
    "Found",
    "Overview",
    "Scope",
    "Shell",
    "WorkflowRow",
    "address",
    "as_asked",
    "decisions",
    "in_period",
    "overview",
    "recoveries",
    "scope",
    "search",
    "shell",
    "stock",
    "wanted",
    "workflows",
]
