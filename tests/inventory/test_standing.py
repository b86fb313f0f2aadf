"""What the database says of readiness is what the domain says, over every combination."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from continuity.domain.readiness import Reason, has_proven_alternative
from continuity.inventory.models import (
    Alternative,
    DataClass,
    Dependency,
    Proof,
    RunbookStep,
    Workflow,
)
from continuity.inventory.queries.readiness import readiness
from continuity.inventory.queries.standing import LEVELS, STANDING, asked, reasons
from tests.factories import (
    NOON,
    AlternativeFactory,
    DependencyFactory,
    TeamFactory,
    ToolFactory,
    UpstreamFactory,
    WorkflowFactory,
)

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FULL = {"works": True, "minimum_after": 20 * MINUTE, "capacity": 80}
WEAK, SLOW = {**FULL, "capacity": 30}, {**FULL, "minimum_after": 90 * MINUTE}
BROKEN = {**FULL, "works": False, "minimum_after": None}
UNTIMED = {**FULL, "minimum_after": None}
EXPIRED, ENDED = (
    {**FULL, "expires_at": NOON - DAY},
    {**FULL, "ended_at": NOON - DAY, "ended_reason": "runbook_changed"},
)
PROOFS = (
    (),
    (FULL,),
    (WEAK,),
    (SLOW,),
    ({**WEAK, "minimum_after": 90 * MINUTE},),
    (BROKEN,),
    (UNTIMED,),
    (EXPIRED,),
    (ENDED,),
    (EXPIRED, ENDED),
    (UNTIMED, EXPIRED),
    (SLOW, {**WEAK, "shown_at": NOON - 5 * DAY}),
    (EXPIRED, FULL),
    ({**FULL, "capacity": None},),
)


def judged(team, **asking):
    """Return level, reasons and the two flags of each workflow, as the database has it."""
    options = {"data_classes": DataClass.values, "tier": None, "now": NOON, **asking}
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE {STANDING} "  # noqa: S608 - no value in it
            "SELECT id, level, reasons, proven, first_shares FROM judged",
            asked({team.pk: team.pk}, **options),
        )
        return {pk: (LEVELS[level], *rest) for pk, level, *rest in cursor.fetchall()}


def in_the_domain(workflows):
    return {
        pk: (one.level, frozenset(one.reasons), has_proven_alternative(one))
        for pk, one in readiness(workflows, now=NOON).items()
    }


def alternatives(team):
    """Make a workflow for each combination of what one alternative can miss."""
    cloud, other = ToolFactory(name="Cloud"), ToolFactory(name="Elsewhere")
    used, alike, apart = ToolFactory(), ToolFactory(), ToolFactory()
    for tool, upstream in ((used, cloud), (alike, cloud), (apart, other)):
        UpstreamFactory(tool=tool, upstream=upstream)
    UpstreamFactory(tool=apart, upstream=cloud, hard=False, relation="edge")
    cases = list(
        product((alike, apart, None), (0, 2), ("", "internal", "special"), PROOFS, (1, 0))
    )
    works = Workflow.objects.bulk_create(
        Workflow(
            team=team, name=f"W{number}", data_class=data, created_at=NOON,
            rto=60 * MINUTE if target else None, mbco_percent=50 if target else None,
        )
        for number, (_tool, _steps, data, _proofs, target) in enumerate(cases)
    )  # fmt: skip
    uses = Dependency.objects.bulk_create(
        Dependency(workflow=work, tool=used, without="stops") for work in works
    )
    others = Alternative.objects.bulk_create(
        Alternative(
            dependency=use, rank=1, tool=tool,
            procedure="" if tool else "By hand",
            kind="other_provider" if tool else "manual",
            approved_data=["public", "internal"] if tool else [],
        )
        for use, (tool, *_rest) in zip(uses, cases, strict=True)
    )  # fmt: skip
    pairs = list(zip(others, cases, strict=True))
    RunbookStep.objects.bulk_create(
        RunbookStep(alternative=one, position=place, text="Open it")
        for one, case in pairs
        for place in range(case[1])
    )
    Proof.objects.bulk_create(
        Proof(
            alternative=one, source="drill",
            **{"shown_at": NOON - 10 * DAY, "expires_at": NOON + DAY, **proof},
        )
        for one, case in pairs
        for proof in case[3]
    )  # fmt: skip
    return works


def test_both_judge_every_combination_of_one_alternative_alike():
    team = TeamFactory()
    works = alternatives(team)
    assert len(works) == 504

    said = {
        pk: (level, frozenset(reasons(bits)), proven)
        for pk, (level, bits, proven, _shares) in judged(team).items()
    }

    assert said == in_the_domain(works)
    assert len({level for level, _reasons, _proven in said.values()}) == 3


def test_the_best_of_several_alternatives_and_the_worst_of_several_tools_decide():
    team = TeamFactory()
    none, degraded, mixed, second = [
        WorkflowFactory(team=team, name=name) for name in ("none", "degr", "mix", "second")
    ]
    DependencyFactory(workflow=degraded, without="degraded")
    AlternativeFactory(dependency=DependencyFactory(workflow=mixed), manual=True)
    DependencyFactory(workflow=mixed)
    both = DependencyFactory(workflow=second)
    part = ToolFactory(parent=both.tool)
    AlternativeFactory(dependency=both, rank=1, tool=part)
    AlternativeFactory(dependency=both, rank=2, manual=True)

    found = judged(team)

    assert {
        pk: (row[0], frozenset(reasons(row[1])), row[2]) for pk, row in found.items()
    } == (in_the_domain([none, degraded, mixed, second]))
    assert reasons(found[none.pk][1]) == (Reason.NO_TOOL,)
    assert found[second.pk][3] is True
    assert found[mixed.pk][3] is False


def test_only_current_work_of_the_teams_and_the_criticality_asked_about_is_judged():
    team = TeamFactory()
    kept = WorkflowFactory(team=team, tier=1)
    WorkflowFactory(team=team, tier=2)
    WorkflowFactory(team=team, tier=1, archived_at=NOON)
    WorkflowFactory(tier=1)

    assert list(judged(team, tier=1)) == [kept.pk]
