"""What a finding says: in the words of whoever edited it, or drafted from its facts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.domain.after_action import Draft
from continuity.domain.clocks import Reading
from continuity.drills.models import Finding
from continuity.web import formats


def wording(finding: Finding) -> str:
    """Return the text of a finding, in the active language where nobody has edited it."""
    if finding.text or not finding.draft:
        return finding.text
    return drafted(Draft(finding.draft), finding.facts)


def drafted(draft: Draft, facts: Mapping[str, Any]) -> str:
    """Return the sentence that the facts of a draft make in the active language."""
    words = {
        "workflow": facts.get("workflow", ""),
        "tool": facts.get("tool", ""),
        "alternative": facts.get("alternative", ""),
        "reading": _reading(facts, ""),
        "length": _length(facts.get("seconds")),
        "before": _reading(facts, "before_"),
        "rto": _length(facts.get("rto_seconds")),
        "stuck": _length(facts.get("stuck_seconds")),
        "capacity": formats.percent(facts.get("capacity")),
        "mbco": formats.percent(facts.get("mbco")),
        "met": facts.get("met", 0),
    }
    real = bool(facts.get("real"))
    match draft:
        case Draft.MISSED if facts.get("lower_bound") and real:
            text = _(
                "%(workflow)s was still down without %(tool)s after %(length)s, when the "
                "outage was over; its target is %(rto)s."
            )
        case Draft.MISSED if facts.get("lower_bound"):
            text = _(
                "%(workflow)s was still down without %(tool)s after %(length)s, when the "
                "drill ended; its target is %(rto)s."
            )
        case Draft.MISSED:
            text = _(
                "%(workflow)s took %(reading)s to work again without %(tool)s; its "
                "target is %(rto)s."
            )
        case Draft.NOT_SHOWN if real:
            text = _(
                "%(workflow)s was still down without %(tool)s after %(length)s, when the "
                "outage was over. Its target of %(rto)s had not passed yet: the outage "
                "was too short to show it."
            )
        case Draft.NOT_SHOWN:
            text = _(
                "%(workflow)s was still down without %(tool)s after %(length)s, when the "
                "drill ended. Its target of %(rto)s had not passed yet: the drill was too "
                "short to show it."
            )
        case Draft.NO_TARGET:
            text = _(
                "%(workflow)s has no target (RTO): its recovery of %(reading)s could not "
                "be judged."
            )
        case Draft.STUCK:
            text = _("%(workflow)s was stuck for %(stuck)s in all, without %(tool)s.")
        case Draft.BELOW_MBCO:
            text = _(
                "%(workflow)s got %(capacity)s of its work done; its minimum level is "
                "%(mbco)s."
            )
        case Draft.NO_ALTERNATIVE:
            text = _("%(workflow)s switched to something that is none of its alternatives.")
        case Draft.NO_RUNBOOK:
            text = _(
                "%(workflow)s switched to %(alternative)s, for which no step of a runbook "
                "is written down."
            )
        case Draft.IMPROVED:
            text = _(
                "%(workflow)s met its target: %(reading)s, after %(before)s in the drill "
                "before, which had not shown it."
            )
        case Draft.ALL_MET:
            text = ngettext(
                "The one recovery that was judged met its target.",
                "All %(met)d recoveries that were judged met their targets.",
                words["met"],
            )
    return text % words


def _length(seconds: int | None) -> str:
    return formats.duration(None if seconds is None else timedelta(seconds=seconds))


def _reading(facts: Mapping[str, Any], which: str) -> str:
    seconds = facts.get(f"{which}seconds")
    if seconds is None:
        return formats.NOTHING
    is_bound = bool(facts.get(f"{which}lower_bound"))
    return formats.reading(Reading(timedelta(seconds=seconds), is_bound))
