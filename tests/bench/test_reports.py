"""What a continuity report takes, for two sizes of organisation."""

from datetime import timedelta
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from time import process_time
from typing import Any

import pytest

from continuity.accounts.models import Organisation
from continuity.inventory.models import (
    Alternative,
    Dependency,
    Impact,
    ImpactCategory,
    ImpactLevel,
    Proof,
    Tool,
    Workflow,
)
from continuity.outages.models import Outage, Recovery
from continuity.reports import services
from continuity.reports.models import Report, ReportState, Volume
from continuity.reports.pdf import Published, publish
from continuity.reports.services import making
from tests.factories import NOON, TeamFactory, UserFactory

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]

HOURS = (1, 8, 24, 72)


def organisation(workflows: int, drills: int) -> None:
    """Teams of 14 workflows, each with a tool, an alternative, half of them proven, and
    four ratings; drills spread over a year, each with one recovery; three real outages."""
    Organisation.objects.get_or_create(pk=1, defaults={"name": "Meridian Mutual"})
    teams = [TeamFactory(name=f"Team {number:03}") for number in range(workflows // 14)]
    tools = Tool.objects.bulk_create(Tool(name=f"Assistant {n}") for n in range(60))
    levels = [
        ImpactLevel.objects.create(name=name, order=order, tolerable=order < 2)
        for order, name in enumerate(("Minor", "Moderate", "Major", "Severe"), start=10)
    ]
    category = ImpactCategory.objects.create(name="Clients")
    works = Workflow.objects.bulk_create(
        Workflow(
            team=teams[number % len(teams)],
            name=f"Workflow {number:05}",
            tier=number % 4 + 1,
            rto=timedelta(hours=number % 6 + 1),
            mtpd=timedelta(hours=24),
            mbco_percent=50,
            created_at=NOON,
        )
        for number in range(workflows)
    )
    uses = Dependency.objects.bulk_create(
        Dependency(workflow=work, tool=tools[number % 40])
        for number, work in enumerate(works)
    )
    others = Alternative.objects.bulk_create(
        Alternative(
            dependency=use, rank=1, tool=tools[40 + number % 20], kind="other_provider"
        )
        for number, use in enumerate(uses)
    )
    Proof.objects.bulk_create(
        Proof(
            alternative=one,
            source="drill",
            shown_at=NOON - timedelta(days=30),
            expires_at=NOON + timedelta(days=300),
            works=True,
            minimum_after=timedelta(minutes=20),
            capacity=80,
        )
        for one in others[::2]
    )
    Impact.objects.bulk_create(
        Impact(workflow=work, category=category, after=timedelta(hours=after), level=level)
        for work in works
        for after, level in zip(HOURS, levels, strict=True)
    )
    _held(drills, uses, works)
    _suffered(uses, works)


def _suffered(uses: list[Dependency], works: list[Workflow]) -> None:
    """Three real outages that hit 25 workflows each."""
    outages = Outage.objects.bulk_create(
        Outage(
            kind="real",
            state="ended",
            title=f"Assistant {number} was down",
            facilitator=None,
            limit=timedelta(hours=24),
            occurred_at=(began := NOON - timedelta(days=60 * number + 20)),
            ended_at=began + timedelta(hours=3),
        )
        for number in range(3)
    )
    Recovery.objects.bulk_create(
        Recovery(
            outage=outages[number % 3],
            dependency=uses[number],
            workflow=works[number],
            tool_id=uses[number].tool_id,
            rto=timedelta(hours=1),
            minimum_at=outages[number % 3].onset + timedelta(minutes=20 + number),
        )
        for number in range(75)
    )


def _held(drills: int, uses: list[Dependency], works: list[Workflow]) -> None:
    who = UserFactory()
    outages = Outage.objects.bulk_create(
        Outage(
            kind="drill",
            state="ended",
            title=f"Loss of an assistant {number}",
            facilitator=who,
            limit=timedelta(hours=2),
            occurred_at=(
                began := NOON - timedelta(minutes=500_000 * number // drills + 300)
            ),
            ended_at=began + timedelta(hours=2),
        )
        for number in range(drills)
    )
    Recovery.objects.bulk_create(
        Recovery(
            outage=outage,
            dependency=uses[number % len(uses)],
            workflow=works[number % len(works)],
            tool_id=uses[number % len(uses)].tool_id,
            rto=timedelta(hours=1),
            minimum_at=None
            if number % 7 == 3
            else outage.onset + timedelta(minutes=10 + number % 90),
        )
        for number, outage in enumerate(outages)
    )


def made(monkeypatch: pytest.MonkeyPatch) -> tuple[float, Report]:
    """Make the report of a year, print where its CPU seconds went; return them, the
    worker's and those of the processes that it started, and the report."""
    services.ask_about_team(
        None, since=NOON - timedelta(days=366), language="en", actor=None, now=NOON
    )
    gathered: list[float] = []

    def published(*args: Any, **kwargs: Any) -> Published:
        gathered.append(process_time())
        return publish(*args, **kwargs)

    monkeypatch.setattr(making, "publish", published)
    begun, before = process_time(), getrusage(RUSAGE_CHILDREN)
    assert services.render_due(now=NOON)
    ended, after = process_time(), getrusage(RUSAGE_CHILDREN)
    facts, rest = gathered[0] - begun, ended - gathered[0]
    typeset = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report = Report.objects.get()
    assert report.state == ReportState.DONE, report.last_error
    assert report.facts is not None
    own = getrusage(RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"\n{len(report.facts['workflows'])} workflows, {len(report.facts['drills'])} "
        f"drills, {len(report.facts['charts'])} charts: {facts + rest + typeset:.1f} s of "
        f"CPU ({facts:.1f} facts, {typeset:.1f} typesetting, {rest:.1f} handing over and "
        f"keeping), worker {own} MB, largest process {after.ru_maxrss >> 10} MB, "
        f"{Volume.objects.count()} volumes, {len(report.pdf or b'') >> 10} kB"
    )
    return facts + rest + typeset, report


def test_500_workflows_120_drills_and_40_charts_take_3_seconds(
    monkeypatch: pytest.MonkeyPatch,
):
    organisation(500, 120)

    took, report = made(monkeypatch)

    assert len(report.facts["charts"]) >= 40
    assert took <= 3


def test_5000_workflows_and_10000_drills_take_40_seconds_and_1500_megabytes(
    monkeypatch: pytest.MonkeyPatch,
):
    organisation(5_000, 10_000)

    took, _report = made(monkeypatch)

    assert took <= 40
    assert getrusage(RUSAGE_CHILDREN).ru_maxrss < 1_500 << 10
    assert getrusage(RUSAGE_SELF).ru_maxrss < 1_500 << 10
