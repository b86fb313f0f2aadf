"""The fixed words of the grab pack and of the team plan."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_PACK: Final[dict[str, Promise]] = {
    "grab_pack": _("Grab pack"),
    "pack_subtitle": _("Grab pack: what to do when an AI tool stops"),
    "pack_made": _("made on {date}"),
    "pack_stale": _("Anything changed after the day it was made is not in it."),
    "pack_find": _("Look for the work that has stopped in the contents."),
    "pack_follow": _("Follow its runbook, from the first alternative on."),
    "pack_write": _(
        "Write the times on its second page, and enter them when the system is back."
    ),
    "pack_left_out": _("Less critical workflows with no room in it: {n}"),
    "pack_empty": _("This team has no workflow."),
    "who_to_reach": _("Who to reach"),
    "nobody_named": _(
        "Nobody is named. The workflow has no owner and its team no members."
    ),
    "without_tool": _("Without {tool}"),
    "without_stops": _("Without it the work stops."),
    "without_degraded": _("Without it the work gets worse."),
    "used_for": _("Used for:"),
    "no_alternative_pack": _(
        "There is no alternative. Tell the owner, and write down what you do."
    ),
    "no_tool_pack": _("No AI tool is named for this work."),
    "no_runbook": _("No runbook is written."),
    "status_proven": _("Proven"),
    "status_proven_until": _("Proven until {date}"),
    "status_short": _("It worked, but too slowly or too little"),
    "status_attested": _("Somebody got it to work; nothing was timed"),
    "status_checked": _("Somebody got it to work; nothing was timed"),
    "status_failed": _("It did not work when it was last tried"),
    "status_expired": _("Its proof has expired"),
    "status_ended": _("What proved it has changed since"),
    "status_none": _("Not proven"),
    "not_approved": _("Not approved for this data"),
    "may_fail_together": _("May fail together with the usual tool"),
    "volume_expected": _("{n} of the volume expected"),
    "when_to_switch": _("When to switch to it"),
    "before": _("What must be in place before"),
    "at_once": _("People at once, at most"),
    "when_to_go_back": _("When to go back"),
    "costs": _("What it costs"),
    "done_when": _("Done when: {how}"),
    "way_back": _("Way back: {how}"),
    "in_all": _("{length} in all"),
    "mtpd": _("MTPD"),
    "data": _("Data"),
    "hours": _("Operating hours"),
    "name": _("Name"),
    "role": _("Role"),
    "address": _("E-mail address"),
    "tier_1": _("Critical"),
    "tier_2": _("Important"),
    "tier_3": _("Normal"),
    "tier_4": _("Low"),
    "data_public": _("Public"),
    "data_internal": _("Internal"),
    "data_confidential": _("Confidential"),
    "data_personal": _("Personal"),
    "data_special": _("Special category (health, biometric, …)"),
    "person_owner": _("Owner"),
    "person_deputy": _("Deputy"),
    "person_lead": _("Team lead"),
    "person_member": _("Member"),
}

_FORM: Final[dict[str, Promise]] = {
    "on_paper": _("On paper"),
    "on_paper_note": _("Write times as hh:mm, and enter them when the system is back."),
    "form_what": _("What to note"),
    "form_entry": _("Your entry"),
    "form_who": _("Date, and your name"),
    "form_stopped": _("The tool stopped at"),
    "form_noticed": _("We noticed at"),
    "form_decided": _("Stay or switch, decided at, by"),
    "form_open": _("The alternative was open at"),
    "form_working": _("Working again (minimum level) at"),
    "form_back": _("Back on the usual tool at"),
    "form_catch_up": _("Work to catch up on: what, for whom"),
    "form_wrong": _("What went wrong"),
}

_PLAN: Final[dict[str, Promise]] = {
    "team_plan": _("Team plan"),
    "plan_lead": _(
        "What this team does when an AI tool stops: who decides, who does what, and how it"
        " goes back."
    ),
    "activation": _("Activation"),
    "activation_who": _("Who activates the plan"),
    "activation_nobody": _(
        "The team has no lead. Whoever notices first activates the plan, and tells the"
        " continuity manager."
    ),
    "activation_leads": _(
        "Any of the leads alone. If none can be reached, the owner or"
        " deputy of the workflow that has stopped."
    ),
    "activation_when": _("When"),
    "activation_rule": _(
        "When a tool has stopped or works badly, and the work cannot wait for it as long"
        " as its RTO allows. These are the signs the team has agreed on:"
    ),
    "no_triggers": _("No sign is written down. Decide by the RTO of the work."),
    "activation_how": _("The first steps"),
    "activation_1": _("Note the time at which the tool stopped."),
    "activation_2": _(
        "Declare the outage in Continuity, or on paper if it cannot be reached."
    ),
    "activation_3": _("Tell the people under “People and contacts”."),
    "activation_4": _("Decide for each workflow, the most critical first: stay or switch."),
    "activation_5": _("Follow the runbook of the alternative chosen."),
    "roles": _("Roles"),
    "role_lead_does": _(
        "Activates the plan, decides stay or switch, keeps the time, ends the plan."
    ),
    "role_owner_does": _(
        "Answers for the workflow: says what the minimum level is and when it is reached."
    ),
    "role_deputy_does": _("Does what the owner does when the owner cannot be reached."),
    "role_member_does": _(
        "Switches by the runbook, says when work goes on, notes what is to be caught up."
    ),
    "does": _("What they do"),
    "people_and_contacts": _("People and contacts"),
    "answers_for": _("Answers for"),
    "deputy_for": _("deputy: {names}"),
    "nobody_in_team": _("The team has no members, and its workflows no owners."),
    "in_order": _("Workflows, in the order to bring them back"),
    "first_alternative": _("First alternative"),
    "runbooks": _("Runbooks"),
    "deactivation": _("Deactivation"),
    "deactivation_rule": _(
        "A lead ends the plan when the usual tool has worked without errors for as long as"
        " agreed, and what is written below is met. Going back too early costs a second"
        " outage."
    ),
    "no_criteria": _(
        "No criteria for going back are written down. Agree on them before they are needed."
    ),
    "criteria": _("When to go back"),
    "way_back_steps": _("Way back"),
    "deactivation_1": _("Check that the usual tool works, with a piece of real work."),
    "deactivation_2": _("Take each workflow back by the way back of its runbook."),
    "deactivation_3": _("Catch up on what was left, and check what was made meanwhile."),
    "deactivation_4": _("Note the time, end the outage, tell everyone who was told."),
    "deactivation_5": _("Write down what went wrong while it is fresh."),
    "deactivation_steps": _("The last steps"),
    "log": _("Log"),
    "no_workflow_plan": pgettext_lazy("team plan", "The team has no workflow."),
}

PACKS: Final[dict[str, Promise]] = {**_PACK, **_FORM, **_PLAN}
