"""Recoveries as drills and outages tell them."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from continuity.api.v1.shapes import (
    Link,
    Recovery,
    length_of,
    measured,
    page_at,
    seconds,
    why,
)
from continuity.domain.clocks import ORDER
from continuity.outages.queries import Line


def recoveries_of(lines: Sequence[Line]) -> list[Recovery]:
    """Return measured recoveries as a program reads them, in their order."""
    return [_recovery(line) for line in lines]


def _recovery(line: Line) -> Recovery:
    return Recovery(
        id=line.pk,
        workflow=Link(
            id=line.workflow_pk,
            name=line.workflow,
            url=page_at(reverse("inventory:workflow", args=[line.workflow_pk])),
        ),
        team=line.team,
        tool=Link(
            id=line.tool_pk,
            name=line.tool,
            url=page_at(reverse("inventory:tool", args=[line.tool_pk])),
        ),
        lead=line.lead or None,
        alternative=line.alternative or None,
        decision=line.decision or None,
        occurred_at=line.occurred_at,
        clocks={f"{clock.value}_at": line.moments.at(clock) for clock in ORDER},
        rto_seconds=seconds(line.rto),
        mbco_percent=line.mbco_percent,
        recovery_time=length_of(line.reading),
        from_detection=measured(line.from_detected),
        from_decision=measured(line.from_decided),
        gap_seconds=seconds(line.gap),
        verdict=None if line.verdict is None else line.verdict.value,
        capacity_percent=line.capacity,
        quality_percent=line.quality,
        excused_because=line.excused_reason or None,
        excused_by=line.excused_by or None,
        unknown=why(
            rto_seconds=(line.rto is None, _("It had no RTO.")),
            gap_seconds=(line.gap is None, _("It had no RTO.")),
            verdict=(
                line.verdict is None,
                _("It had no RTO.")
                if line.rto is None
                else _("It goes on, and the RTO has not run out."),
            ),
            from_detection=(line.from_detected is None, _("Nobody marked it.")),
            from_decision=(line.from_decided is None, _("Nobody marked it.")),
            capacity_percent=(line.capacity is None, _("Nobody stated it.")),
            quality_percent=(line.quality is None, _("Nobody stated it.")),
            mbco_percent=(line.mbco_percent is None, _("Not stated.")),
        ),
    )
