"""The fixed words of the layouts, in the reader's language.

A field in braces is filled by the layout: {n}, {date}. The meanings are those of
`continuity.web.definitions`: what a figure on a page says of itself.
"""

from __future__ import annotations

from typing import Final

from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_AP
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.reports.pdf.facts import Language
from continuity.reports.pdf.words_continuity import CONTINUITY
from continuity.reports.pdf.words_evidence import EVIDENCE
from continuity.reports.pdf.words_packs import PACKS
from continuity.web.definitions import spelled

_COVER: Final[dict[str, Promise]] = {
    "after_action": _("After-action report"),
    "continuity_report": _("Continuity report"),
    "practice_not_real": _(
        "Practice, not a real outage. No service failed on this occasion."
    ),
    "real_not_practice": _("A real outage, not an exercise."),
    "tools_failed": _("Tools that failed"),
    "declared_by": _("Declared by"),
    "keywords": _("business continuity, recovery time, AI tools, ISO 22301"),
    "contents": _("Contents"),
    "drill_kind": _("Type of drill"),
    "team": _("Team"),
    "department": _("Department"),
    "teams": _("Teams"),
    "all_teams": _("All teams"),
    "organisation": _("Organisation"),
    "date": _("Date"),
    "from_to": _("From – to"),
    "period": _("Period"),
    "from_day_to_day": _("{first} to {last}"),
    "scenario": _("Scenario"),
    "facilitator": _("Facilitator"),
    "and_more": _("and {n} more"),
}

_FURNITURE: Final[dict[str, Promise]] = {
    "page_of": _("Page {page} of {pages}"),
    "version": _("Version"),
    "version_n": _("Version {n}"),
    "version_as_of": _("{n}, as of {date}"),
    "as_of": _("as of {date}"),
    "cut_off": _("Cut-off"),
    "time_zone": _("Time zone"),
    "prepared_by": _("Prepared by"),
    "distribution": _("Distribution"),
    "supersedes_n": _("supersedes version {n}"),
    "digest": _("SHA-256 of the facts"),
    "digest_note": _(
        "The facts this report was made from are kept beside it as JSON. The same facts"
        " give the same digest; a changed figure gives another."
    ),
    "changed_since": _("Changed since version {n}"),
    "none_changed": _("None of its figures has changed."),
    "figure": _("Figure"),
    "item": _("Item"),
    "value": _("Value"),
    "term": _("Term"),
    "meaning": _("Meaning"),
    "n_of_m": _("{n} of {m}"),
    "none": _("None."),
    "none_short": pgettext_lazy("no pause", "None"),
    "started": pgettext_lazy("instant", "Started"),
    "ended": pgettext_lazy("instant", "Ended"),
}

_HEADINGS: Final[dict[str, Promise]] = {
    "summary": _("Summary"),
    "method": _("How the figures are made"),
    "scenario_timeline": _("Timeline of the scenario"),
    "recoveries": _("Recoveries"),
    "not_recovered": _("Not recovered"),
    "excused_recoveries": _("Excused"),
    "journal": _("Journal"),
    "aims": _("Aims"),
    "success_criteria": _("Success criteria"),
    "injects": _("Injects"),
    "rated": _("How recoveries were rated"),
    "conclusion": _("Conclusion"),
    "findings": _("Findings"),
    "strengths": _("Strengths"),
    "actions": _("Actions"),
    "said": _("What people said"),
    "appendix": _("About this report"),
    "readiness_by_team": _("Readiness by team"),
    "workflows": _("Workflows"),
    "workflows_note": _(
        "What each is held to, who answers for it and how ready it is. What is missing"
        " stands under “Gaps”."
    ),
    "alternatives": _("Alternatives and their proof"),
    "drills_in_period": _("Drills in the period"),
    "gaps": _("Gaps"),
    "gaps_not_ready": _("Workflows that are not ready, and why"),
    "gaps_no_tool": _("Workflows that name no tool"),
    "sources": _("Sources of facts"),
}

_COLUMNS: Final[dict[str, Promise]] = {
    "moment": _("Moment"),
    "component": _("Component"),
    "state": pgettext_lazy("of a component", "State"),
    "errors": _("Errors"),
    "note": _("Note"),
    "workflow": _("Workflow"),
    "workflow_team": _("Workflow, team"),
    "tool": _("Tool"),
    "tools": _("Tools"),
    "tool_alternative": _("Tool, alternative"),
    "rto": _("RTO"),
    "rto_mtpd": _("RTO, MTPD"),
    "mbco": _("MBCO"),
    "rta": _("RTA"),
    "acknowledged_switched": _("Acknowledged, switched"),
    "verdict": _("Verdict"),
    "gap": _("Gap"),
    "at_least": _("Out for at least"),
    "last_step": _("Last step recorded"),
    "reason": _("Reason"),
    "reasons": _("Reasons"),
    "excused_by": _("Excused by"),
    "time": pgettext_lazy("of day", "Time"),
    "what": _("What happened"),
    "who": _("Who"),
    "criticality": _("Criticality"),
    "owner_deputy": _("Owner, deputy"),
    "readiness": _("Readiness"),
    "share": pgettext_lazy("of ready workflows", "Share"),
    "weighted": _("Weighted share"),
    "proof": _("Proof"),
    "time_capacity": _("Time, capacity"),
    "shared_fate": _("Shared fate"),
    "drill": _("Drill"),
    "what_stood_there": _("What the record says"),
    "upstream": _("Upstream"),
    "relation": _("Relation"),
    "source": _("Source"),
    "verified_on": _("Verified"),
    "aim": pgettext_lazy("of a drill", "Aim"),
    "rating": _("Rating"),
    "criterion": _("Statement"),
    "answer": _("Answer"),
    "number": pgettext_lazy("of an inject", "No."),
    "inject": _("What was told"),
    "expected": _("Expected"),
    "done": _("What was done"),
    "about": pgettext_lazy("a finding is about", "About"),
    "action": _("Action"),
    "owner": _("Owner"),
    "due": pgettext_lazy("of an action", "Due"),
    "status": _("Status"),
    "slowed": _("What slowed you?"),
    "helps": _("What would help?"),
    "approval": pgettext_lazy("of a report", "Approval"),
    "approved_by": _("Approved by {name}, {date}"),
    "report_not_approved": _("Draft: nobody has approved it yet."),
    "before_was": _("last drill: {length}"),
    "confidence": _("Confidence"),
    "hard": pgettext_lazy("upstream", "hard"),
    "soft": pgettext_lazy("upstream", "soft"),
}

_KEYS: Final[dict[str, Promise]] = {
    "verdict_met": pgettext_lazy("verdict", "Met"),
    "verdict_missed": pgettext_lazy("verdict", "Missed"),
    "verdict_not_shown": pgettext_lazy("verdict", "Not shown"),
    "verdict_excused": pgettext_lazy("verdict", "Excused"),
    "readiness_ready": pgettext_lazy("readiness", "Ready"),
    "readiness_partly": pgettext_lazy("readiness", "Partly ready"),
    "readiness_not_ready": pgettext_lazy("readiness", "Not ready"),
    "readiness_unknown": pgettext_lazy("readiness", "Unknown"),
    "no_verdict": _("No RTO"),
    "fate_shares": _("Shares an upstream"),
    "fate_none_known": _("None known"),
    "fate_unknown": pgettext_lazy("shared fate", "Unknown"),
    "chain_known": _("{n} of the chain is known"),
    "not_proven": _("Not proven"),
    "proven_on": _("on {date}"),
    "expires_on": _("expires {date}"),
    "expired_on": _("expired {date}"),
    "instead_of": _("instead of {tool}"),
    "no_owner": _("No owner"),
    "no_deputy": _("No deputy"),
    "no_tool_named": _("No tool named"),
    "no_alternative_used": _("no alternative used"),
    "received_later": _("received later, at {time}"),
}

_TILES: Final[dict[str, Promise]] = {
    "in_scope": _("Workflows in scope"),
    "in_scope_note": _("recoveries opened by this drill"),
    "in_scope_note_real": _("recoveries opened by this outage"),
    "recovered": _("Recovered"),
    "recovered_note": _("reached their minimum level"),
    "median_rta": _("Median RTA"),
    "median_note": _("half took no longer"),
    "median_bound_note": _("a lower bound: the true median is longer"),
    "met_note": _("within their RTO"),
    "missed_note": _("took longer than their RTO"),
    "not_shown_note": _("ended before the RTO ran out"),
    "excused_note": _("with a reason and a name"),
    "paused": _("Paused"),
    "paused_note": _("not counted in any time"),
    "readiness_share": _("Ready, share"),
    "readiness_share_note": _("every workflow counts the same"),
    "readiness_weighted": _("Ready, weighted"),
    "readiness_weighted_note": _("weighted by criticality"),
    "ready_note": _("workflows"),
    "not_ready_unknown_n": _("not ready: {n}, unknown: {m}"),
    "recoveries_n": _("recoveries: {n}"),
    "not_shown_excused_n": _("not shown: {n}, excused: {m}"),
}

_MEANINGS: Final[dict[str, Promise]] = {
    "method_drill_intro": _(
        "Every figure comes from the drill’s journal, which nobody can rewrite. Times are"
        " those at which people pressed the buttons."
    ),
    "method_real_intro": _(
        "Every figure comes from the outage’s journal, which nobody can rewrite. Times are"
        " those at which people pressed the buttons."
    ),
    "method_continuity_intro": _(
        "Every figure is computed from the inventory and from the journals of the drills"
        " as they stood at the cut-off. The formula is this:"
    ),
    "onset": _("Onset"),
    **spelled(),
}

_NOTES: Final[dict[str, Promise]] = {
    "speed_note": _(
        "The record was replayed at {n} times its real speed. Moments below are on the"
        " drill’s clock."
    ),
    "journal_note": _(
        "All that happened, in order. An entry that reached the server late shows when it"
        " was received."
    ),
    "alternatives_note": _(
        "An alternative counts when someone has used it, lately, for this work. Proof"
        " expires."
    ),
    "drills_note": _(
        "Drills only. Recoveries from real outages are not mixed into these figures."
    ),
    "gaps_no_tool_note": _(
        "Nothing can be said about the readiness of these workflows until they name the"
        " tool they use."
    ),
    "sources_note": _("Where we know from what each tool rides on."),
    "no_phases": _("The scenario has no phases: the tool is down from onset to end."),
    "no_recoveries": _("No workflow in scope relied on a tool that failed."),
    "all_recovered": _("Every recovery reached its minimum level."),
    "no_aims": _("No aim was set."),
    "no_findings": _("There is no finding."),
    "no_strengths": _("No strength was written down."),
    "no_actions": _("No action was given."),
    "nothing_said": _("Nobody answered the two questions."),
    "said_note": _("The answers to the two questions after the drill, without names."),
    "said_note_real": _(
        "The answers to the two questions after the outage, without names."
    ),
    "none_excused": _("No recovery was excused."),
    "no_journal": _("The journal is empty."),
    "no_teams": _("No team has a workflow."),
    "no_workflows": _("No workflow is recorded."),
    "no_alternatives": _("No workflow has an alternative."),
    "no_drills": _("No drill ended in this period."),
    "no_gaps": _("Every workflow is ready."),
    "no_gaps_named": _("No workflow that names a tool is partly or not ready."),
    "no_tool_gaps": _("Every workflow names the tools it uses."),
    "no_sources": _("No upstream is recorded for the tools in use."),
}

WORDS: Final[dict[str, Promise | str]] = {
    **_COVER,
    **_FURNITURE,
    **_HEADINGS,
    **_COLUMNS,
    **_KEYS,
    **_TILES,
    **_MEANINGS,
    **_NOTES,
    **CONTINUITY,
    **PACKS,
    **EVIDENCE,
    **{f"month_long_{number}": name for number, name in MONTHS.items()},
    **{f"month_short_{number}": name for number, name in MONTHS_AP.items()},
}


def words(language: Language) -> dict[str, str]:
    """Return all fixed words of the layouts in the language: the facts' `words`. Of two
    languages at once the first."""
    with translation.override(language[:2]):
        return {key: str(word) for key, word in WORDS.items()}


def spoken(language: Language) -> dict[str, dict[str, str]]:
    """Return what facts need beside themselves to be typeset in the language: `words`,
    and `words_too` where two languages are spoken at once."""
    said = {"words": words(language)}
    if language == "en-fr":
        said["words_too"] = words("fr")
    return said
