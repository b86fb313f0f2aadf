"""What is done with reports: asked for, then made."""

from continuity.reports.services.asking import (
    Form,
    ask_about_outage,
    ask_about_team,
    ask_for_evidence,
    ask_for_missing,
    ask_for_plan,
    ask_for_team_pack,
    ask_for_workflow_pack,
)
from continuity.reports.services.logos import LogoRefused, remove_logo, set_logo
from continuity.reports.services.making import (
    CONTENT,
    LEASE,
    made,
    render_due,
    try_again,
)
from continuity.reports.services.regular import Wish

__all__ = [
    "CONTENT",
    "LEASE",
    "Form",
    "LogoRefused",
    "Wish",
    "ask_about_outage",
    "ask_about_team",
    "ask_for_evidence",
    "ask_for_missing",
    "ask_for_plan",
    "ask_for_team_pack",
    "ask_for_workflow_pack",
    "made",
    "remove_logo",
    "render_due",
    "set_logo",
    "try_again",
]
