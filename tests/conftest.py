"""What tests of several apps share: Chromium and a real Celery worker."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection
from django.utils import translation
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer
from xdist.scheduler import Scheduling

from continuity.config import celery_app
from continuity.local.children import dies_with_us
from tests import emptying

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

AGAIN: Any = "again"
"""What became of a test that is tried once more; pytest has no word for it."""

# Playwright keeps an event loop in the test's thread, where Django refuses queries. Ours
# are made between Playwright's calls and block nothing but the test itself.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def long_first(item: pytest.Item) -> int:
    """Side by side, a long test at the end would leave the other processes idle. Those
    that start or fork processes come before a browser's event loop is there."""
    if item.get_closest_marker("slow"):
        return 0
    return 1 if item.get_closest_marker("browser") else 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=long_first)
    if CHROMIUM is None:
        missing = pytest.mark.skip(reason="Chromium is not installed: apt install chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


tried: set[str] = set()


@pytest.hookimpl(optionalhook=True)
def pytest_handlecrashitem(
    crashitem: str, report: pytest.TestReport, sched: Scheduling
) -> None:
    """Try a test once more whose process ended under it, or was ended because it waited
    for ever (pyproject.toml): a browser may hang. What is wrong with us fails again."""
    if crashitem not in tried:
        tried.add(crashitem)
        sched.mark_test_pending(crashitem)
        report.outcome = AGAIN


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    return ("tried once more", "R", "AGAIN") if report.outcome == AGAIN else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("tried once more"):
        terminalreporter.write_line(f"Tried once more: {report.longrepr}")


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """No test reads in the language that another one has chosen."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        emptying.by_deleting()


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, object],
) -> dict[str, object]:
    """The machine's own Chromium, as root too, and silent towards the internet."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture(scope="session")
def base_url(live_server: LiveServer) -> str:
    """`page.goto("/…")` opens the product in the test's own web server."""
    return str(live_server.url)


def database_url_of_tests() -> str:
    """DATABASE_URL for a child process that shall see what the tests see."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture
def real_worker(django_db_setup: None) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of two processes on the run's broker and the *test* database.

    It sees what is committed only: use `@pytest.mark.django_db(transaction=True)`.
    It lives for one test: what the broker delivers again after a kill would otherwise
    work on the rows of the next.
    """
    celery_app.control.purge()
    options = [
        "--concurrency=2",
        "--loglevel=WARNING",
        "--without-gossip",
        "--without-mingle",
    ]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "continuity.config", "worker", *options],
        env={**os.environ, "DATABASE_URL": database_url_of_tests()},
        start_new_session=True,
        preexec_fn=dies_with_us(signal.SIGTERM),
    )
    try:
        end = time.monotonic() + 30
        while not celery_app.control.ping(timeout=0.2):
            assert worker.poll() is None, "the worker ended at once"
            assert time.monotonic() < end, "the worker did not answer within 30 s"
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
