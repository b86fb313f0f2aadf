"""Figures of recoveries: how long work stood still, and whether that was in time."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.web.definitions.kinds import Definition, Unit

CLOCKS: Final = "continuity.domain.clocks"
SUMMARY: Final = "continuity.outages.queries.results.summary"
LINES: Final = "continuity.outages.queries.results.recoveries_between"
ROWS: Final = "dashboard:recoveries"

RECOVERY: Final = (
    Definition(
        "rta",
        _("RTA, recovery time"),
        _(
            "Measured time from the onset to the minimum level (MBCO) reached. The clock of"
            " the target (RTO) stops at the same moment."
        ),
        Unit.LENGTH,
        query=LINES,
        rule=f"{CLOCKS}.rta",
        rows=ROWS,
        uses=("onset", "pauses", "bound"),
        facts=("drills[].rta", "outage_lines[].rta", "recoveries[].rta"),
    ),
    Definition(
        "median",
        _("Median"),
        _(
            "The middle of the recovery times, of an even number the smaller of the two;"
            " excused ones are left out. Where lower bounds leave it open, the least it can"
            " be is given, as a lower bound."
        ),
        Unit.LENGTH,
        query=SUMMARY,
        rule=f"{CLOCKS}.median",
        rows=ROWS,
        uses=("rta", "bound"),
        facts=("drill_figures.median", "outage_figures.median", "figures.median"),
    ),
    Definition(
        "median_target",
        _("Median of the targets"),
        _(
            "The median of the RTOs these recoveries were held to. Real outages are not"
            " mixed in."
        ),
        Unit.LENGTH,
        query="continuity.dashboard.queries.overview.overview",
        rule=f"{CLOCKS}.median",
        rows=ROWS,
    ),
    Definition(
        "recovered",
        _("Recovered"),
        _(
            "Recoveries that reached their minimum level before the end, of all that were"
            " opened. Each dependency that failed is one."
        ),
        Unit.COUNT,
        query=SUMMARY,
        rule=f"{CLOCKS}.rta",
        rows=ROWS,
        uses=("onset",),
        facts=(
            "drill_figures.recoveries",
            "outage_figures.recoveries",
            "outages[].recoveries",
            "outages[].recovered",
            "figures.recovered",
            "figures.total",
        ),
    ),
    Definition(
        "drills_held",
        _("Drills in the period"),
        _(
            "Drills that began in the period and were held to their end. One that was"
            " aborted or missed shows nothing and is in no figure."
        ),
        Unit.COUNT,
        query=LINES,
        rule="continuity.domain.states.next_state",
        rows="drills:list",
        facts=("drill_figures.drills",),
    ),
    Definition(
        "outages_suffered",
        _("Real outages in the period"),
        _(
            "Real outages that began in the period, hit work and are over. One that was"
            " withdrawn as a false alarm is in no figure."
        ),
        Unit.COUNT,
        query=LINES,
        rule="continuity.domain.states.next_state",
        rows="outages:list",
        facts=("outage_figures.outages",),
    ),
    Definition(
        "outage_lasted",
        _("How long an outage lasted"),
        _("From its onset, as it was last corrected, to its end."),
        Unit.LENGTH,
        query="continuity.outages.queries.listing.entries",
        rule=f"{CLOCKS}.elapsed",
        rows="outages:list",
        facts=("outages[].lasted_seconds",),
    ),
    Definition(
        "left_out",
        _("Left out"),
        _(
            "What no figure counts: drills that were called off or missed, false alarms,"
            " recoveries that had no RTO to be judged by, and archived workflows."
        ),
        Unit.COUNT,
        query=LINES,
        rule="continuity.domain.states.next_state",
        facts=(
            "left_out.called_off",
            "left_out.missed",
            "left_out.false_alarms",
            "left_out.without_rto",
            "left_out.archived",
        ),
    ),
    Definition(
        "gap",
        _("Gap"),
        _("RTA minus RTO. A plus sign is time over the target."),
        Unit.LENGTH,
        query=LINES,
        rule=f"{CLOCKS}.gap",
        rows=ROWS,
        uses=("rta", "bound"),
        facts=("recoveries[].gap_seconds",),
    ),
    Definition(
        "met",
        pgettext_lazy("verdict", "Met"),
        _("The minimum level was reached within the RTO."),
        Unit.COUNT,
        query=SUMMARY,
        rule=f"{CLOCKS}.verdict",
        rows=ROWS,
        facts=(
            "drill_figures.met",
            "outage_figures.met",
            "outages[].met",
            "figures.met",
        ),
    ),
    Definition(
        "missed",
        pgettext_lazy("verdict", "Missed"),
        _(
            "The minimum level was reached after the RTO, or was not reached and the RTO"
            " had run out."
        ),
        Unit.COUNT,
        query=SUMMARY,
        rule=f"{CLOCKS}.verdict",
        rows=ROWS,
        facts=(
            "drill_figures.missed",
            "outage_figures.missed",
            "outages[].missed",
            "figures.missed",
        ),
    ),
    Definition(
        "not_shown",
        pgettext_lazy("verdict", "Not shown"),
        _("It ended before the RTO ran out, without recovery: neither met nor missed."),
        Unit.COUNT,
        query=SUMMARY,
        rule=f"{CLOCKS}.verdict",
        rows=ROWS,
        facts=(
            "drill_figures.not_shown",
            "outage_figures.not_shown",
            "outages[].not_shown",
            "figures.not_shown",
        ),
    ),
    Definition(
        "excused",
        pgettext_lazy("verdict", "Excused"),
        _(
            "Counts for nothing, with a reason and the name of who said so. Listed, never "
            "hidden."
        ),
        Unit.COUNT,
        query=SUMMARY,
        rule=f"{CLOCKS}.verdict",
        rows=ROWS,
        facts=(
            "drill_figures.excused",
            "outage_figures.excused",
            "outages[].excused",
            "figures.excused",
        ),
    ),
    Definition(
        "drills_overdue",
        _("Drills overdue"),
        _("Drills whose time has come and which nobody has started or called off."),
        Unit.COUNT,
        query="continuity.dashboard.queries.overview.overview",
        rule="continuity.domain.states.next_state",
        rows="drills:list",
    ),
    Definition(
        "work_overdue",
        _("Workflows overdue for a drill"),
        _(
            "Workflows whose last drill lies back longer than the organisation allows. The"
            " number of months is set on the page of coverage."
        ),
        Unit.COUNT,
        query="continuity.drills.queries.coverage.workflows",
        rule="continuity.drills.queries.coverage.overdue_before",
        rows="drills:coverage",
        uses=("overdue_work",),
    ),
    Definition(
        "scenarios_tried",
        _("Scenarios tried"),
        _(
            "Different scenarios that the workflow went through in drills that were held,"
            " of all scenarios there are."
        ),
        Unit.COUNT,
        query="continuity.drills.queries.coverage.workflows",
        rule="continuity.drills.queries.coverage.workflows",
        rows="drills:coverage",
    ),
    Definition(
        "findings",
        _("Findings"),
        _(
            "What was found in drills of the period and nobody dismissed; strengths are not"
            " counted. Of each its actions, and those that are open."
        ),
        Unit.COUNT,
        query="continuity.drills.queries.after.findings",
        rule="continuity.drills.queries.after.findings",
        rows="drills:actions",
        facts=("action_figures.findings", "findings[].actions", "findings[].open_actions"),
    ),
    Definition(
        "actions",
        _("Corrective actions"),
        _(
            "Those that are not closed, and those that were closed in the period. An action"
            " is overdue from the day after the one on which it is due. Its age is in days,"
            " from when it was given to its closing, or to today."
        ),
        Unit.COUNT,
        query="continuity.drills.queries.actions.listed",
        rule="continuity.drills.queries.actions.row_of",
        rows="drills:actions",
        facts=(
            "action_figures.open",
            "action_figures.overdue",
            "action_figures.closed",
            "action_figures.oldest_days",
            "actions[].age_days",
            "actions[].days_late",
        ),
    ),
)
