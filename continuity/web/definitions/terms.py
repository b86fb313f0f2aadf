"""The terms that figures are made of. What is measured, and what counts as ready."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from continuity.web.definitions.kinds import Definition

CLOCKS: Final = "continuity.domain.clocks"
READINESS: Final = "continuity.domain.readiness"

IMPACT: Final = "continuity.domain.impact"

TERMS: Final = (
    Definition(
        "mtpd",
        _("MTPD, longest tolerable stop"),
        _(
            "The time after which the harm of a stop is not tolerable. The ratings give it:"
            " the first point at which some category is rated with a level that is not"
            " tolerable."
        ),
        rule=f"{IMPACT}.mtpd",
    ),
    Definition(
        "rto",
        _("RTO, recovery time objective"),
        _(
            "The target time to go on working at the minimum level. RTO + WRT is at most"
            " the MTPD."
        ),
        rule=f"{IMPACT}.suggested_rto",
        uses=("mtpd", "wrt"),
    ),
    Definition(
        "wrt",
        _("WRT, time to catch up"),
        _("The time to verify and to catch up once work goes on."),
        rule=f"{IMPACT}.check_targets",
    ),
    Definition(
        "rpo",
        _("RPO, work that may be lost"),
        _("How much work may be lost, as time, for each kind of material."),
        rule="continuity.inventory.queries.impact.recovery_points_of",
    ),
    Definition(
        "mbco",
        _("MBCO, minimum level"),
        _(
            "The least that must be delivered while work goes on with an alternative, in"
            " percent of the normal volume and in words."
        ),
        rule=f"{READINESS}.proven_until",
    ),
    Definition(
        "onset",
        _("Onset"),
        _(
            "The instant from which the tool is taken as not working. It is the same for"
            " everyone."
        ),
        rule=f"{CLOCKS}.Moments",
    ),
    Definition(
        "pauses",
        _("Pauses"),
        _("Time during which a drill was paused does not count."),
        rule=f"{CLOCKS}.working_time",
    ),
    Definition(
        "bound",
        _("Lower bound, “>”"),
        _(
            "A recovery still open at the end has no recovery time. What is known is that"
            " it takes longer than the time shown. It is never zero and never left out."
        ),
        rule=f"{CLOCKS}.Reading",
    ),
    Definition(
        "sound",
        _("Sound alternative"),
        _(
            "It is approved for the workflow’s data, has a runbook, and shares no known"
            " hard upstream with the tool it replaces."
        ),
        rule=f"{READINESS}.shortfalls",
    ),
    Definition(
        "proven",
        _("Proven alternative"),
        _("An unexpired proof shows it at MBCO or above within the RTO."),
        rule=f"{READINESS}.proven_until",
    ),
    Definition(
        "dependency_ready",
        _("Readiness of a dependency"),
        _(
            "Ready with one alternative that is sound and proven. Partly ready with one"
            " that misses just one of these four, the reasons listed. Not ready otherwise."
        ),
        rule=f"{READINESS}.dependency_readiness",
        uses=("sound", "proven"),
    ),
    Definition(
        "hard_loss",
        _("How a loss spreads"),
        _(
            "A tool stops when a hard upstream of it stops, over any number of steps, and"
            " is degraded by a soft one. Counted over the upstreams that are recorded: what"
            " nobody has recorded may still be shared."
        ),
        rule="continuity.domain.fate.Graph.knock_out",
    ),
    Definition(
        "hours_of_work",
        _("Hours of work"),
        _(
            "Only the operating hours that a workflow states count, in its own time zone."
            " Without them it is not known how much is lost, and it is in no sum."
        ),
        rule="continuity.domain.hours.worked",
    ),
    Definition(
        "overdue_work",
        pgettext_lazy("work without a drill", "Overdue"),
        _(
            "The last drill that was held and had the workflow lies back longer than the"
            " organisation allows. One that never was in a drill counts from the day it was"
            " written down."
        ),
        rule="continuity.drills.queries.coverage.overdue_before",
    ),
)
