"""What the overview reads, each in a fixed number of queries."""

from continuity.dashboard.queries.comparing import LABELS as TURN_LABELS
from continuity.dashboard.queries.comparing import base_day, shifts
from continuity.dashboard.queries.decisions import LABELS as DECISION_LABELS
from continuity.dashboard.queries.decisions import Decision, DecisionKind, decisions
from continuity.dashboard.queries.home import Home, home
from continuity.dashboard.queries.overview import Overview, overview
from continuity.dashboard.queries.rows import (
    WorkflowRow,
    of_kind,
    recoveries,
    tool_name,
    workflows,
)
from continuity.dashboard.queries.scope import MONTHS, Scope, address, as_asked, scope
from continuity.dashboard.queries.search import Found, search
from continuity.dashboard.queries.shell import Shell, shell

__all__ = [
    "DECISION_LABELS",
    "MONTHS",
    "TURN_LABELS",
    "Decision",
    "DecisionKind",
    "Found",
    "Home",
    "Overview",
    "Scope",
    "Shell",
    "WorkflowRow",
    "address",
    "as_asked",
    "base_day",
    "decisions",
    "home",
    "of_kind",
    "overview",
    "recoveries",
    "scope",
    "search",
    "shell",
    "shifts",
    "tool_name",
    "workflows",
]
