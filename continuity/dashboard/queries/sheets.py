"""The rows behind the overview's figures as files."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from continuity.dashboard.queries.rows import Decision, WorkflowRow
from continuity.inventory.models import Tier
from continuity.web.pills import pill_for
from continuity.web.sheets import Column, Sheet, sheet, yes_no


def workflows(lines: Callable[[], Iterable[WorkflowRow]]) -> Sheet:
    columns: list[Column[WorkflowRow]] = [
        Column(_("Workflow"), lambda row: row.name),
        Column(_("Team"), lambda row: row.team),
        Column(_("Criticality"), lambda row: row.tier_label),
        Column(_("Readiness"), lambda row: pill_for("readiness", row.level).text),
        Column(_("What is missing"), lambda row: list(row.reasons)),
        Column(_("Proven alternative"), lambda row: yes_no(row.proven)),
        Column(_("Stops with"), lambda row: sorted(row.stops_with)),
    ]
    return sheet("readiness", columns, lines)


def decisions(lines: Callable[[], Iterable[Decision]]) -> Sheet:
    columns: list[Column[Decision]] = [
        Column(_("Workflow"), lambda one: one.workflow),
        Column(_("Team"), lambda one: one.team),
        Column(_("Criticality"), lambda one: Tier(one.tier).label),
        Column(_("What"), lambda one: one.label),
        Column(_("Why"), lambda one: one.why),
    ]
    return sheet("decisions", columns, lines)
