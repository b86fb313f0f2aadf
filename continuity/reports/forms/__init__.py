"""What a person chooses: before a report is made, and for one that is made regularly."""

from continuity.reports.forms.asking import (
    ContinuityReportForm,
    EvidenceForm,
    LogoForm,
    PackForm,
    PlanForm,
    TeamPackForm,
)
from continuity.reports.forms.regular import RegularForm, initial_of

__all__ = [
    "ContinuityReportForm",
    "EvidenceForm",
    "LogoForm",
    "PackForm",
    "PlanForm",
    "RegularForm",
    "TeamPackForm",
    "initial_of",
]
