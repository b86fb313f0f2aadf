"""The fixed words of the continuity report: its sections, and which texts they answer.

What a text asks is said in our own words, never quoted.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

_SECTIONS: Final[dict[str, Promise]] = {
    "impact_analysis": _("Business impact analysis"),
    "outages_in_period": _("Real outages in the period"),
    "recoveries_of_outages": _("Recoveries in real outages"),
    "drills_by_team": _("Drills, team by team"),
    "findings_and_actions": _("Findings and actions"),
    "exclusions": _("Exclusions"),
    "standards": _("Requirements that this report answers"),
    "in_our_words": _("What each text asks, in our words"),
    "year_by_team": _("The year, by team"),
    "worth": _("What would give most back"),
    "annex_volumes": _("Volumes of the annex"),
}

_COLUMNS: Final[dict[str, Promise]] = {
    "mtpd_rto": _("MTPD, RTO"),
    "wrt": _("WRT"),
    "rpo_and_why": _("RPO, reasons"),
    "alternative": _("Alternative"),
    "path_and_outage": _("Path, outage that shows it"),
    "knock_out": _("Knock-out"),
    "falls_with": _("Tools that fall with it"),
    "stops": pgettext_lazy("workflows", "Stop"),
    "critical": pgettext_lazy("workflows", "Critical of these"),
    "falls_back": pgettext_lazy("workflows", "Fall back"),
    "degraded": pgettext_lazy("workflows", "Get worse"),
    "lands_on": _("Most go on with"),
    "outage": _("Outage"),
    "began_ended": _("Began, ended"),
    "lasted": _("Lasted"),
    "verdicts_head": _("Recoveries"),
    "finding": _("Finding"),
    "owner_team": _("Owner, team"),
    "due_age": _("Due, age"),
    "drill_or_outage": _("Drill or outage"),
    "forecast": _("Forecast"),
    "forecast_number": _("Number of the forecast"),
    "seed_years": _("Seed, simulated years"),
    "record": _("Record of outages"),
    "digest_of_result": _("SHA-256 of the result"),
    "mean_of_year": _("Mean of a year"),
    "nine_of_ten": _("Nine years of ten"),
    "cost_of_year": _("Cost of a year"),
    "left_out": _("Left out of the figures"),
    "how_many": pgettext_lazy("how many", "Number"),
    "part_of_report": _("Part of the report"),
    "text_named": pgettext_lazy("a standard or law", "Text"),
    "clause": _("Clause"),
    "asks_for": _("What it asks"),
    "volume": _("Volume"),
    "table": _("Table"),
    "rows": _("Rows"),
    "pages": _("Pages"),
    "digest_of_file": _("SHA-256 of the file"),
}

_FIELDS: Final[dict[str, Promise]] = {
    "days_short": _("{n} d"),
    "ratings_give": _("the ratings give {length}"),
    "not_rated": _("Nobody has rated it"),
    "intolerable_in": _("not tolerable then: {names}"),
    "not_tolerable": _("not tolerable"),
    "rated_n": _("Rated: {n} of {m} workflows."),
    "rated_in": _("Rated in: {names}."),
    "shown_by": _("Shown by: {outage}"),
    "no_action_yet": _("No action"),
    "open_of": _("{n} open of {m}"),
    "days_late": _("{n} days late"),
    "days_old": _("{n} days old"),
    "a_drill": _("Drill"),
    "a_real_outage": _("Real outage"),
    "seed_years_value": _("{seed}, {years} years"),
    "record_value": _("{n} outages in {days} days, {own} of them our own"),
    "unsaid_n": _("Workflows without a forecast: {n}"),
    "none_named": _("Nobody has named one"),
    "in_volumes": _("The {rows} rows of this table are in volumes of the annex."),
    "volume_rows": _("Volume {n}: rows {first} to {last}, {pages} pages"),
    "volume_title": _("Annex, volume {n}: {table}"),
    "volume_of": _(
        "It belongs to “{title}”, version {n}, as of {date}, which names this volume with"
        " the SHA-256 of its file. Both are made from the same facts."
    ),
    "volume_in_title": _("volume {n}"),
    "rows_of": _("{first}–{last} of {all}"),
}

_TILES: Final[dict[str, Promise]] = {
    "in_drills_note": _("in drills"),
    "in_outages_note": _("in real outages"),
    "outages_tile": _("Real outages"),
    "actions_open": _("Actions open"),
    "overdue_n": _("overdue: {n}"),
    "year_lost": _("Work lost in a year"),
    "year_lost_note": _("mean of the forecast"),
}

_MEANINGS: Final[dict[str, Promise]] = {
    "method_period": _(
        "What is said of workflows, alternatives and tools is as of the cut-off. Drills"
        " and real outages are those that began in the period and are over; they are never"
        " mixed."
    ),
}

_NOTES: Final[dict[str, Promise]] = {
    "impact_note": _(
        "The worst level of harm over all categories, by how long the work stands still."
        " A level holds until the next one; a dot stands for what nobody rated."
    ),
    "shared_counts": _(
        "Of {all} alternatives {shares} share a hard upstream with the tool they replace,"
        " {clear} share none that is known, and of {unknown} too little is known to tell;"
        " {manual} are procedures that ride on no tool. Those that share are listed."
    ),
    "none_shared": _("No alternative is known to fall with the tool it replaces."),
    "knock_out_note": _(
        "Each tool taken away by itself, with all that falls with it, from {n} workflows;"
        " {m} of them name no tool, so nobody knows what stops them."
    ),
    "no_knock_out": _("No workflow depends on a tool."),
    "drills_by_team_note": _(
        "Median recovery time by month, in minutes. A hollow triangle is a lower bound."
    ),
    "outages_note": _(
        "Real outages only, with the same clocks as drills. Recoveries of drills are not"
        " mixed into these figures."
    ),
    "no_outages": _("No real outage that hit this work began in this period."),
    "actions_note": _(
        "Findings of the period’s drills and outages: {findings}. Actions: {open} open,"
        " {overdue} of them overdue; {closed} closed in the period. An action closes on a"
        " retest, or for a reason under a name."
    ),
    "no_findings_period": _("No drill or outage of the period left a finding."),
    "no_actions_open": _("No action is open, and none was closed in the period."),
    "no_forecast": _(
        "No forecast was finished by the cut-off, so nothing is said of the year ahead. A"
        " manager makes one under “Forecasts”."
    ),
    "forecast_note": _(
        "Years are drawn from the record of real outages, its gaps and its uncertainty"
        " included, and each is run over the inventory hour by hour of work; the same seed"
        " over the same record gives the same figures. It is a forecast of the whole"
        " organisation; here are the lines of this report’s scope. A mean may lie above"
        " nine years of ten: rare and long outages pull it there."
    ),
    "no_year": _("The forecast says nothing of these teams."),
    "worth_note": _(
        "What proving an alternative, or naming one where there is none, would give back"
        " in a year."
    ),
    "no_worth": _("No alternative that is missing or unproven would give anything back."),
    "exclusions_note": _(
        "What no figure counts, and why. An excused recovery counts for nothing, and"
        " stands here with its reason and the name of who said so."
    ),
    "left_called_off": _("Drills that were called off"),
    "left_missed": _("Drills whose time passed without a start"),
    "left_false_alarms": _("Real outages that were withdrawn as false alarms"),
    "left_without_rto": _("Recoveries without an RTO: timed, and not judged"),
    "left_archived": _("Archived workflows"),
    "left_unknown": _("Workflows that name no tool: never counted as ready"),
    "volumes_rule": _(
        "A table of more than {most} rows is not printed here but in volumes of its own,"
        " of at most {each} rows each and as equal as can be. Each volume is a file that"
        " conforms to the same standards; its SHA-256 is printed here."
    ),
    "standards_note": _(
        "Which part of this report helps to answer which requirement. The numbers are"
        " those of the texts; what they ask is paraphrased. A report shows what was done"
        " and measured: it does not by itself make an organisation compliant."
    ),
}

_ASKS: Final[dict[str, Promise]] = {
    "asks_iso_4_3": _("Set the scope, and explain what is excluded from it."),
    "asks_iso_7_5": _("Keep documented information, under control."),
    "asks_iso_8_2_2": _(
        "Analyse the impact of disruption over time, and from it set priorities, MTPD, RTO"
        " and dependencies."
    ),
    "asks_iso_8_2_3": _("Assess the risks of disruption to prioritised activities."),
    "asks_iso_8_3": _(
        "Identify, select and resource the strategies and solutions that meet these times."
    ),
    "asks_iso_8_4_5": _("Have a way to return to normal after a disruption."),
    "asks_iso_8_5": _(
        "Exercise and test, on scenarios, with reports that lead to improvement."
    ),
    "asks_iso_8_6": _(
        "Evaluate that procedures and capabilities are suitable and work, also after"
        " incidents."
    ),
    "asks_iso_9_1": _("Say what is measured, how and when, and keep the results."),
    "asks_iso_9_3": _("Give management what it needs to review the whole."),
    "asks_iso_10_1": _("React to what is not as it should be, and correct its causes."),
    "asks_iso_10_2": _("Improve continually."),
    "asks_dora_6_5": _("Document and review the ICT risk framework at least once a year."),
    "asks_dora_8": _(
        "Identify business functions supported by ICT, and the processes that depend on"
        " third-party providers."
    ),
    "asks_dora_11_4": _(
        "Keep and test continuity plans, notably for functions that depend on third"
        " parties."
    ),
    "asks_dora_11_5": _("Carry out a business impact analysis of severe disruptions."),
    "asks_dora_11_6": _("Test the plans at least once a year."),
    "asks_dora_11_8": _("Keep records of what is done before and during disruptions."),
    "asks_dora_11_10": _(
        "Be able to estimate the yearly costs and losses of major incidents."
    ),
    "asks_dora_12_6": _(
        "Set recovery times and points by the criticality of each function."
    ),
    "asks_dora_13": _("Review after incidents, and learn from tests and from reality."),
    "asks_dora_17": _("Record all ICT-related incidents."),
    "asks_dora_28_3": _("Keep a register of arrangements with ICT providers."),
    "asks_dora_28_8": _(
        "Have exit strategies and alternatives for providers behind critical functions."
    ),
    "asks_dora_29": _(
        "Assess whether dependence on one provider, or on connected ones, is too great."
    ),
    "asks_rts_24": _(
        "A continuity policy that rests on the impact analysis, and states its scope,"
        " limitations and exclusions."
    ),
    "asks_rts_25_1": _("Test with the impact analysis in view."),
    "asks_rts_25_2": _(
        "Test on severe but plausible scenarios, failures of third-party providers"
        " included, and challenge the plan’s assumptions."
    ),
    "asks_rts_25_5": _(
        "Document the results; analyse, address and report what was found wanting."
    ),
    "asks_rts_26_2": _("Plan for scenarios such as the failure of a third-party provider."),
    "asks_rts_26_3": _(
        "Have other options where recovery is not possible in time, and measures against"
        " the failure of providers."
    ),
    "asks_soc_a1_1": _("Watch capacity and demand."),
    "asks_soc_a1_2": _("Run the recovery arrangements that availability needs."),
    "asks_soc_a1_3": _("Test the procedures of the recovery plan."),
    "asks_nist_3_2": _(
        "Determine criticality, resources and recovery priorities in an impact analysis."
    ),
    "asks_nist_3_4": _("Create contingency strategies."),
    "asks_nist_3_5": _("Test the plan, train people, exercise."),
    "asks_nist_3_6": _("Maintain the plan, also by what tests and events taught."),
    "asks_nist_4_3": _("Recover by a plan, in an order, and escalate."),
}

CONTINUITY: Final[dict[str, Promise]] = {
    **_SECTIONS,
    **_COLUMNS,
    **_FIELDS,
    **_TILES,
    **_MEANINGS,
    **_NOTES,
    **_ASKS,
}
