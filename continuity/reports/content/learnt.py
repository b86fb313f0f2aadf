"""What a drill taught: the written part of its after-action report."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from continuity.drills.models import Drill
from continuity.drills.queries.after import (
    ActionLine,
    FindingLine,
    aims,
    answers,
    finding_lines,
    findings,
    review_of,
)
from continuity.reports.content.common import instant


def learnt(drill: Drill, *, now: datetime) -> dict[str, Any]:
    """Return conclusion, aims, findings, strengths and what people said, without names.

    What was dismissed is left out. Before the first draft all of it is empty.
    """
    today = timezone.localdate(now)
    review = review_of(drill)
    approved = review is not None and review.approved_at is not None
    seen = finding_lines(findings(drill, "findings"), today=today)
    return {
        "approval": {
            "approved": approved,
            "by": str(review.approved_by) if review and approved else "",
            "at": instant(review.approved_at) if review and review.approved_at else None,
        },
        "conclusion": review.conclusion if review else "",
        "aims": [
            {
                "aim": aim.text,
                "rating": str(aim.label),
                "tone": {"info": "warn", "": "neutral"}.get(aim.tone, aim.tone),
                "note": aim.note,
                "by": aim.by,
            }
            for aim in aims(drill)
        ],
        "findings": [_finding(line) for line in seen],
        "strengths": [
            _finding(line)
            for line in finding_lines(findings(drill, "strengths"), today=today)
        ],
        "actions": [
            {**_action(action), "finding": line.text}
            for line in seen
            for action in line.actions
        ],
        "said": [{"slowed": row.slowed, "helps": row.helps} for row in answers(drill)],
    }


def _finding(line: FindingLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "kind": str(line.label) or _("Finding"),
        "workflow": line.workflow,
        "alternative": line.alternative,
    }


def _action(line: ActionLine) -> dict[str, Any]:
    return {
        "text": line.text,
        "owner": line.owner,
        "due_on": line.due_on.isoformat(),
        "status": str(line.label),
        "overdue": line.overdue,
    }
