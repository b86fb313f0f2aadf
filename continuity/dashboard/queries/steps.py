"""The first six things to do, each ticked from what is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import User
from continuity.dashboard.queries.asking import ask

DONE: Final = """
    SELECT json_build_object(
        'has_others', EXISTS (SELECT FROM accounts_user WHERE is_active AND id <> %(own)s),
        'has_teams', EXISTS (SELECT FROM accounts_team),
        'has_workflows', EXISTS (SELECT FROM inventory_workflow WHERE archived_at IS NULL),
        'has_tools', EXISTS (SELECT FROM inventory_dependency),
        'has_alternatives', EXISTS (SELECT FROM inventory_alternative),
        'has_runbooks', EXISTS (SELECT FROM inventory_runbookstep),
        'has_schedules', EXISTS (SELECT FROM drills_schedule),
        'has_drills', EXISTS (SELECT FROM outages_outage WHERE kind = 'drill'),
        'has_reports', EXISTS (SELECT FROM reports_report WHERE state = 'done')
    )
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the first checklist."""

    title: str | Promise
    text: str | Promise
    url: str
    action: str | Promise
    done: bool


def steps(user: User) -> Sequence[Step]:
    """Return the first six things to do, each ticked from what is there. One query."""
    done = ask(DONE, {"own": user.pk})
    return [
        Step(
            _("Add people and teams"),
            _("A team shares workflows; its lead runs its drills."),
            reverse("accounts:people"),
            _("Add people"),
            done["has_others"] and done["has_teams"],
        ),
        Step(
            _("Import or add workflows"),
            _("A list you already have, as CSV or XLSX, is enough to start with."),
            reverse("inventory:imports"),
            _("Import"),
            done["has_workflows"],
        ),
        Step(
            _("Name the tools they use"),
            _("And what happens without each: the work stops, or gets poorer."),
            reverse("inventory:workflows"),
            _("Name tools"),
            done["has_tools"],
        ),
        Step(
            _("Rank alternatives and write a runbook"),
            _("What you would use instead, and the steps to get there."),
            reverse("inventory:workflows"),
            _("Choose a workflow"),
            done["has_alternatives"] and done["has_runbooks"],
        ),
        Step(
            _("Plan a drill"),
            _("An alternative counts when somebody has used it, lately, for this work."),
            reverse("drills:plan"),
            _("Plan a drill"),
            done["has_schedules"] or done["has_drills"],
        ),
        Step(
            _("Download the report"),
            _("What you know, what you rehearsed, what is missing: as a PDF."),
            reverse("reports:list"),
            _("Reports"),
            done["has_reports"],
        ),
    ]
