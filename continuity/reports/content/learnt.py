"""What an outage taught: the written part of its after-action report."""

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
from continuity.drills.queries.console import inject_lines, injects_of
from continuity.drills.queries.criteria import CriterionLine, criteria
from continuity.outages.models import Outage
from continuity.outages.queries import Results
from continuity.reports.content.common import instant
from continuity.web import formats


def learnt(
    outage: Outage, drill: Drill | None, shown: Results, *, now: datetime
) -> dict[str, Any]:
    """Return conclusion, aims, criteria, injects, findings, strengths and what people
    said, without names.

    What was dismissed is left out. Before the first draft all of it is empty.
    """
    today = timezone.localdate(now)
    review = review_of(outage)
    approved = review is not None and review.approved_at is not None
    seen = finding_lines(findings(outage, "findings"), today=today)
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
                "rating": str(aim.rated.label),
                "tone": {"info": "warn", "": "neutral"}.get(aim.rated.tone, aim.rated.tone),
                "note": aim.rated.note,
                "by": aim.rated.by,
            }
            for aim in (aims(drill) if drill else ())
        ],
        "criteria": [
            _criterion(line) for line in (criteria(drill, shown) if drill else ())
        ],
        "injects": _injects(drill, now) if drill else [],
        "findings": [_finding(line) for line in seen],
        "strengths": [
            _finding(line)
            for line in finding_lines(findings(outage, "strengths"), today=today)
        ],
        "actions": [
            {**_action(action), "finding": line.text}
            for line in seen
            for action in line.actions
        ],
        "said": [{"slowed": row.slowed, "helps": row.helps} for row in answers(outage)],
    }


def _criterion(line: CriterionLine) -> dict[str, Any]:
    measured = ""
    if line.measured and line.share is not None:
        measured = _("Measured: %(share)s of %(count)d") % {
            "share": formats.percent(line.share),
            "count": line.counted,
        }
    return {
        "statement": line.statement,
        "tone": {"met": "ok", "partly": "warn", "not_met": "bad"}.get(line.met, "neutral"),
        "answer": line.label,
        "note": measured or line.comment,
        "by": line.by,
    }


def _injects(drill: Drill, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "number": line.number,
            "at": instant(line.at) if line.at else None,
            "sender": line.sender,
            "text": line.text,
            "expected": line.expected,
            "state": str(line.state_label),
            "done": line.done,
            "rating": line.performance,
        }
        for line in inject_lines(drill, injects_of(drill), now=now)
    ]


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
