"""Figures of what an outage takes: of one that is supposed, and of a year of them."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from continuity.web.definitions.kinds import Definition, Unit

WHAT_IF: Final = "continuity.inventory.queries.what_if.answer"
READ: Final = "continuity.insight.queries.reading.read"
METHOD: Final = "Jeffreys 1961; Rubin 1981"

LOSSES: Final = (
    Definition(
        "lost_bare",
        _("Hours of work lost without any alternative"),
        _(
            "What the outage takes from the workflow’s hours of work, as if nothing could"
            " be switched to. What only works badly counts by the share that failed, where"
            " that was published."
        ),
        Unit.HOURS,
        query=WHAT_IF,
        rule="continuity.domain.losses.lost",
        rows="inventory:what_if",
        uses=("hours_of_work",),
    ),
    Definition(
        "lost_proven",
        _("Hours of work lost with what is proven"),
        _(
            "The loss ends once an alternative that is sound, proven and not hit itself,"
            " and that has a seat left, has taken the time its proof showed."
        ),
        Unit.HOURS,
        query=WHAT_IF,
        rule="continuity.domain.losses.lost",
        rows="inventory:what_if",
        uses=("sound", "proven"),
    ),
    Definition(
        "lost_cost",
        _("Cost of what is lost"),
        _(
            "Hours of work lost, times the cost that the workflow states for an hour. One"
            " that states none is left out of the sum and counted beside it."
        ),
        Unit.MONEY,
        query=WHAT_IF,
        rule="continuity.inventory.queries.what_if.Taken",
        rows="inventory:what_if",
    ),
    Definition(
        "queues",
        _("No seat for all"),
        _(
            "Workflows that fall back on an alternative with fewer seats left than people"
            " who come. The most critical work is seated first, then the shortest RTO."
        ),
        Unit.COUNT,
        query=WHAT_IF,
        rule="continuity.domain.herd.herd",
        rows="inventory:what_if",
        uses=("herd",),
    ),
    Definition(
        "year_lost",
        _("Hours of work lost in a year"),
        _(
            "The mean, the median, and the bounds between which nine of ten simulated years"
            " lie. A year draws how often each family of outages strikes, which of its"
            " outages it is and at which minute of the week it begins, from the record. A"
            " lower bound: what the record leaves out the forecast leaves out."
        ),
        Unit.HOURS,
        query=READ,
        rule="continuity.domain.yearly.simulate",
        basis=METHOD,
        rows="insight:list",
        uses=("hours_of_work",),
        facts=tuple(
            f"forecast.{whose}.{bound}_{what}"
            for whose in ("whole", "teams[]")
            for bound in ("mean", "low", "high")
            for what in ("seconds", "cost")
        ),
    ),
    Definition(
        "worth",
        _("Worth of an alternative"),
        _(
            "Hours a year that the workflow would not lose if this one alternative were"
            " sound and proven, all else as it is, at the switching time people expect of"
            " it, or else at the RTO."
        ),
        Unit.HOURS,
        query=READ,
        rule="continuity.domain.yearly.Worth",
        basis=METHOD,
        rows="insight:list",
        uses=("sound", "proven"),
        facts=tuple(
            f"forecast.worth[].{bound}_{what}"
            for bound in ("mean", "low", "high")
            for what in ("seconds", "cost")
        ),
    ),
)
