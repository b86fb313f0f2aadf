"""Outages: what really failed, or what was simulated; never both at once."""

from collections.abc import Sequence
from typing import Annotated, Literal

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router

from continuity.accounts.roles import Action
from continuity.api.v1.door import Asked, Page, Request, page_of, reads
from continuity.api.v1.recoveries import recoveries_of
from continuity.api.v1.shapes import (
    Figures,
    Instant,
    Recovery,
    Shape,
    Unknown,
    figures,
    one_of,
    page_at,
    seconds,
    why,
)
from continuity.domain.states import DrillState
from continuity.outages import queries
from continuity.outages.models import Outage, OutageKind

router = Router(tags=["outages"])


class OutagesAsked(Asked):
    kind: Literal["real", "drill"] = "real"


class OutageTold(Shape):
    """An outage that has begun. `figures` is null for what shows nothing: a false alarm,
    a drill that was called off, and where no work was hit."""

    id: int
    kind: Annotated[str, one_of(OutageKind.values)]
    state: Annotated[str, one_of(DrillState)]
    title: str
    url: str
    occurred_at: Instant
    ended_at: Instant | None
    lasted_seconds: int
    called_off_because: str | None
    figures: Figures | None
    recoveries_url: str
    unknown: Unknown


@reads(
    router,
    "",
    Action.VIEW,
    answers=Page[OutageTold],
    summary=gettext_lazy("Outages that have begun, the latest first: real, or drills"),
)
def listing(request: Request, asked: OutagesAsked) -> Page[OutageTold]:
    of_kind = queries.drills_held if asked.kind == "drill" else queries.real_outages

    def told(page: Sequence[Outage]) -> list[OutageTold]:
        return [_told(one) for one in queries.entries(page, now=request.now)]

    return page_of(request, of_kind(request.user), asked, told)


@reads(
    router,
    "/{int:id}",
    Action.VIEW,
    Outage,
    answers=OutageTold,
    summary=gettext_lazy("One outage that has begun"),
)
def detail(request: Request, outage: Outage) -> OutageTold:
    found = queries.entries([outage], now=request.now)
    if not found:
        raise Http404("It has not begun.")
    return _told(found[0])


@reads(
    router,
    "/{int:id}/recoveries",
    Action.VIEW,
    Outage,
    answers=Page[Recovery],
    summary=gettext_lazy("The recoveries of an outage: clocks, RTA, verdicts"),
)
def recoveries(request: Request, outage: Outage, asked: Asked) -> Page[Recovery]:
    found = queries.results(outage, now=request.now)
    return page_of(request, found.lines, asked, recoveries_of)


def _told(entry: queries.Entry) -> OutageTold:
    outage = entry.outage
    return OutageTold(
        id=outage.pk,
        kind=outage.kind,
        state=outage.state,
        title=outage.title,
        url=page_at(outage.get_absolute_url()),
        occurred_at=outage.onset,
        ended_at=outage.ended_at,
        lasted_seconds=seconds(entry.lasted) or 0,
        called_off_because=outage.why_aborted or None,
        figures=figures(entry.summary),
        recoveries_url=page_at(reverse("api:v1", args=[f"outages/{outage.pk}/recoveries"])),
        unknown=why(
            ended_at=(outage.ended_at is None, _("It goes on.")),
            figures=(entry.summary is None, _("It shows nothing, or hit no work.")),
        ),
    )
