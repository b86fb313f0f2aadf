"""The report of 500 workflows and 200 drills against the journal: no difference."""

import time

import pytest

from tests.bench.rehearsed import rehearsed
from tests.factories import NOON
from tests.reports import retold
from tests.reports.test_retold import continuity, differences, numbers, report

pytestmark = pytest.mark.bench


@pytest.mark.django_db
def test_no_figure_of_a_large_report_differs_from_the_journal():
    begun = time.process_time()
    since = rehearsed(workflows=500, drills=200)
    made = time.process_time()

    facts = continuity(report(since))
    told = retold.continuity(since=since, now=NOON, zone="UTC")

    found = differences(facts, told)
    shown = told["drill_figures"]
    print(
        f"\n  500 workflows, 200 drills, {shown['recoveries']} recoveries"
        f" ({made - begun:.0f} s of CPU to rehearse them):"
        f" {len(list(numbers(told)))} figures compared, {len(found)} differences"
    )
    assert found == []
