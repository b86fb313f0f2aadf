"""How long 10,000 rows take to be checked and to be written, in CPU time.

"Checked" is what a worker does with a file that has been read, what it found kept as rows
included. "Saved" includes that it is checked a second time, under the lock of the import.
CPU time is that of the process, not of the database.
"""

from time import process_time

import pytest

from continuity.accounts.models import Team
from continuity.inventory.models import (
    Alternative,
    Dependency,
    ImportKind,
    Tool,
    Workflow,
)
from continuity.inventory.services import imports
from tests.factories import NOON, manager

pytestmark = [pytest.mark.bench, pytest.mark.django_db]

ROWS = 10_000


def workflows():
    head = "Workflow,Department,Team,AI tools,RTO,MTPD,Criticality,People,Data class\n"
    return head + "".join(
        f"Work {n},Department {n % 20},Team {n % 200},"
        f'"Tool {n % 300}, Other tool {n % 70}",{n % 90 + 1} min,2 d,high,1-20,internal\n'
        for n in range(ROWS)
    )


def alternatives():
    head = "Team,Workflow,Tool,Rank,Alternative,Kind,Expected capacity percent\n"
    return head + "".join(
        f"Team {n % 200},Work {n},Tool {n % 300},1,Tool {(n + 7) % 300},other provider,80\n"
        for n in range(ROWS)
    )


def large_organisation():
    """10,000 workflows of 200 teams on 300 tools, in four statements."""
    teams = Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(200))
    tools = Tool.objects.bulk_create(Tool(name=f"Tool {n}") for n in range(300))
    works = Workflow.objects.bulk_create(
        Workflow(team=teams[n % 200], name=f"Work {n}", created_at=NOON)
        for n in range(ROWS)
    )
    Dependency.objects.bulk_create(
        Dependency(workflow=work, tool=tools[n % 300]) for n, work in enumerate(works)
    )


@pytest.mark.parametrize("kind", [ImportKind.WORKFLOWS, ImportKind.ALTERNATIVES])
def test_10_000_rows_are_checked_in_10_seconds_and_saved_in_10(kind):
    boss = manager()
    text = workflows()
    if kind is ImportKind.ALTERNATIVES:
        large_organisation()
        text = alternatives()

    begun = process_time()
    row = imports.start(text.encode(), "large.csv", kind=kind, actor=boss, now=NOON)
    row = imports.set_columns(row.pk, imports.mapping_of(row), actor=boss, now=NOON)
    read = process_time()
    assert imports.check_due(now=NOON)
    checked = process_time()
    found = imports.look(row)
    looked = process_time()
    imports.ask(row.pk, digest=found.outline.digest, actor=boss, now=NOON)
    asked = process_time()
    assert imports.write_due(now=NOON)
    saved = process_time()

    print(
        f"\n{ROWS:,} rows of {kind}: read {read - begun:.1f} s, checked "
        f"{checked - read:.1f} s, looked at {1000 * (looked - checked):.0f} ms, asked for "
        f"{1000 * (asked - looked):.0f} ms, checked once more and saved "
        f"{saved - asked:.1f} s of CPU"
    )
    assert found.outline.counts["new"] == ROWS
    model = Workflow if kind is ImportKind.WORKFLOWS else Alternative
    assert model.objects.count() == ROWS
    assert checked - read <= 10
    assert saved - asked <= 10
