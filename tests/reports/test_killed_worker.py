"""A worker that is killed in mid-export: its report is taken up again and made once."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from continuity.config import celery_app
from continuity.history.models import Entry
from continuity.reports import services
from continuity.reports.models import Report, ReportState
from continuity.reports.tasks import render
from tests.factories import OrganisationFactory, TeamFactory, WorkflowFactory

pytestmark = pytest.mark.django_db(transaction=True)


def exports(worker: psutil.Process) -> Iterator[psutil.Process]:
    """Yield the processes below `worker` that typeset."""
    for process in worker.children(recursive=True):
        try:
            if "reports.typesetting.child" in " ".join(process.cmdline()):
                yield process
        except psutil.NoSuchProcess:
            continue


def until[T](found: Callable[[], T]) -> T:
    end = time.monotonic() + 30
    while not (answer := found()):
        assert time.monotonic() < end, "nothing happened within 30 s"
        time.sleep(0.02)
    return answer


def test_a_report_whose_worker_is_killed_in_mid_export_is_made_once_by_the_next(
    real_worker,
):
    OrganisationFactory()
    team = TeamFactory()
    for number in range(150):
        WorkflowFactory(team=team, name=f"Work {number:03}")
    asked = timezone.now()
    services.ask_about_team(
        team, since=asked - timedelta(days=90), language="en", actor=None, now=asked
    )
    celery_app.send_task(render.name)
    worker = psutil.Process(real_worker.pid)

    export = until(lambda: next(exports(worker), None))
    doomed = export.parent()
    assert doomed is not None
    assert doomed.pid != real_worker.pid  # one of its pool, which it starts anew
    doomed.kill()
    export.kill()

    until(lambda: not doomed.is_running() or doomed.status() == psutil.STATUS_ZOMBIE)
    left = Report.objects.get()
    assert (left.state, left.attempts, left.pdf) == (ReportState.RENDERING, 1, None)
    assert left.leased_until is not None
    # Whoever comes before the lease is over leaves it alone.
    assert not services.render_due(now=left.leased_until - timedelta(seconds=1))

    assert services.render_due(now=left.leased_until)
    assert not services.render_due(now=left.leased_until)

    done = Report.objects.get()
    assert (done.state, done.attempts) == (ReportState.DONE, 2)
    assert bytes(done.pdf or b"").startswith(b"%PDF-1.7")
    assert Entry.objects.filter(verb="report.made").count() == 1
