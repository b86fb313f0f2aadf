"""What drills and real outages of the period showed, and what is done about it."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from continuity.accounts.models import Team
from continuity.domain.after_action import Draft
from continuity.drills.models import (
    DRAFT_LABELS,
    ActionStatus,
    CorrectiveAction,
    Finding,
    FindingKind,
)
from continuity.drills.queries.actions import ActionRow, row_of
from continuity.drills.queries.wording import wording
from continuity.outages.queries.results import SHOWN
from continuity.reports.content.common import day


def findings(
    teams: QuerySet[Team] | None, since: datetime, until: datetime
) -> list[dict[str, Any]]:
    """Return what drills and real outages that began in [since, until) showed, strengths
    left out.

    Of `teams` those about their work, and those about no workflow of what they hold.
    """
    rows = Finding.objects.standing().filter(
        kind=FindingKind.FINDING,
        outage__state__in=SHOWN,
        outage__occurred_at__gte=since,
        outage__occurred_at__lt=until,
    )
    if teams is not None:
        own = teams.values("pk")
        rows = rows.filter(
            Q(workflow__team__in=own) | Q(workflow=None, outage__team__in=own)
        )
    counted: Any = (  # each with two more columns
        rows.select_related("outage", "workflow", "alternative__tool")
        .annotate(
            all_actions=Count("actions"),
            open_actions=Count("actions", filter=~Q(actions__status=ActionStatus.CLOSED)),
        )
        .order_by("outage__occurred_at", "pk")
    )
    return [
        {
            "day": day(row.outage.onset),
            "drill": row.outage.title,
            "kind": str(
                DRAFT_LABELS[Draft(row.draft)] if row.draft else FindingKind(row.kind).label
            ),
            "text": wording(row),
            "workflow": row.workflow.name if row.workflow else "",
            "alternative": str(row.alternative or ""),
            "actions": row.all_actions,
            "open_actions": row.open_actions,
        }
        for row in counted
    ]


def actions(
    teams: QuerySet[Team] | None, since: datetime, until: datetime, *, now: datetime
) -> list[dict[str, Any]]:
    """Return the actions that were open at `now`, the oldest first, and those that closed
    in [since, until)."""
    rows = CorrectiveAction.objects.filter(made_at__lte=now).filter(
        ~Q(status=ActionStatus.CLOSED) | Q(closed_at__gte=since, closed_at__lt=until)
    )
    if teams is not None:
        rows = rows.filter(team__in=teams.values("pk"))
    rows = rows.select_related(
        "finding__outage",
        "workflow",
        "alternative__tool",
        "team",
        "owner",
        "closed_by",
        "retest__outage",
    ).order_by("made_at", "pk")
    today = timezone.localtime(now).date()
    return [_action(row_of(row, today=today)) for row in rows]


def _action(row: ActionRow) -> dict[str, Any]:
    return {
        "text": row.text,
        "finding": row.finding,
        "drill": row.shown_by,
        "team": row.team,
        "owner": row.owner,
        "due_on": row.due_on.isoformat(),
        "status": str(row.label),
        "tone": _tone(row),
        "age_days": row.age,
        "days_late": row.days_late,
        "closed": _closed(row),
    }


def _tone(row: ActionRow) -> str:
    if row.is_closed:
        return "ok"
    return "bad" if row.days_late else "neutral"


def _closed(row: ActionRow) -> str:
    if not row.is_closed:
        return ""
    if row.retest:
        return _("Retest: %(drill)s. Closed by %(name)s.") % {
            "drill": row.retest,
            "name": row.closed_by,
        }
    return _("%(reason)s. Closed by %(name)s.") % {
        "reason": row.closed_reason.rstrip("."),
        "name": row.closed_by,
    }


def figures(found: list[dict[str, Any]], actions: list[dict[str, Any]]) -> dict[str, Any]:
    standing = [one for one in actions if one["closed"] == ""]
    return {
        "findings": len(found),
        "open": len(standing),
        "overdue": sum(one["days_late"] > 0 for one in standing),
        "closed": len(actions) - len(standing),
        "oldest_days": max((one["age_days"] for one in standing), default=None),
    }
