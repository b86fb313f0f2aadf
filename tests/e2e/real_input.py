"""The main job on real input: a public spreadsheet, a real outage, a PDF.

`./run test tests/e2e/real_input.py -s` prints the counts and the times. Skipped where
the data is not beside the checkout. Everything goes through the doors: HTTP and tasks.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
import time_machine
from django.core import mail

from continuity.accounts.models import Team
from continuity.domain.states import DrillState
from continuity.drills.models import Scenario
from continuity.drills.services import scenarios
from continuity.drills.tasks import conduct, open_due
from continuity.inventory.models import (
    Alternative,
    AlternativeKind,
    Dependency,
    Import,
    Proof,
    Tool,
    Workflow,
)
from continuity.inventory.services import catalogue, imports
from continuity.inventory.tasks import check_imports, write_imports
from continuity.notifications.tasks import deliver
from continuity.outages.models import Outage, Recovery
from continuity.outages.queries import breaks, results
from continuity.reports.models import Report, ReportState
from continuity.reports.tasks import render
from tests.e2e.browser import Browser
from tests.factories import NOON, OrganisationFactory, manager

LIST = (
    Path(__file__).parents[2].parent
    / "shared/data/us-federal-ai-2025/commercial-products.csv"
)
PASSWORD = "correct horse battery"
RECOVERED = 40

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not LIST.is_file(), reason="The federal list is not beside this checkout."
    ),
]


@contextmanager
def timed(what: str) -> Iterator[None]:
    began, cpu = time.perf_counter(), time.process_time()
    yield
    wall = time.perf_counter() - began
    print(f"  {what}: {wall:.2f} s ({time.process_time() - cpu:.2f} s of CPU)")


@pytest.fixture
def browsers(live_server) -> tuple[Browser, Browser]:
    OrganisationFactory(name="Federal agencies")
    catalogue.load(NOON)
    scenarios.load(NOON)
    pair = []
    for _ in range(2):
        boss = manager()
        boss.set_password(PASSWORD)
        boss.save(update_fields=["password"])
        browser = Browser(live_server.url)
        browser.sign_in(boss.email, PASSWORD)
        pair.append(browser)
    return pair[0], pair[1]


def test_from_a_public_spreadsheet_to_the_report_of_a_replayed_outage(browsers):
    first, second = browsers
    print()
    # The clock is real until here: sessions were made by it.
    _import(first)
    _prepare_alternatives()

    with time_machine.travel(NOON, tick=False) as clock:
        outage = _plan_and_start(first)
        _press(first, second, outage, clock)
        _end_by_itself(outage, clock)
        _report(second, outage)


def _import(browser: Browser) -> None:
    browser.get("/workflows/import/")
    with timed("upload and read"):
        browser.upload("/workflows/import/", "file", LIST.name, LIST.read_bytes())
    assert browser.status == 200, browser.text
    row = Import.objects.get()
    with timed("columns as guessed, then the check"):
        browser.submit(f"/workflows/import/{row.pk}/columns/")
        check_imports()
    browser.get(f"/workflows/import/{row.pk}/check/")
    assert browser.url.endswith("/check/"), browser.text
    row.refresh_from_db()
    questions = imports.checked(row).plan.questions
    office = Tool.objects.get(name="Microsoft 365 Copilot").pk
    tools = {line.key: "new" for line in questions} | {"copilot": f"tool:{office}"}
    print(f"  names asked about: {len(questions)}, a bare Copilot once")
    imports.answer(row.pk, tools=tools, actor=row.created_by, now=row.created_at)
    check_imports()
    browser.get(f"/workflows/import/{row.pk}/check/")
    with timed("import in one transaction"):
        browser.submit(f"/workflows/import/{row.pk}/apply/")
        write_imports()
    assert browser.status == 200, browser.text

    on_chatgpt = Workflow.objects.filter(dependencies__tool__name="ChatGPT")
    print(
        f"  workflows {Workflow.objects.count()}, teams {Team.objects.count()}, "
        f"without a tool {Workflow.objects.filter(dependencies=None).count()}, "
        f"on ChatGPT {on_chatgpt.count()} "
        f"of {on_chatgpt.values('team').distinct().count()} teams"
    )
    assert (Workflow.objects.count(), Team.objects.count()) == (468, 45)
    assert Workflow.objects.filter(dependencies=None).count() == 48
    assert on_chatgpt.count() == 47
    assert on_chatgpt.values("team").distinct().count() == 11


def _prepare_alternatives() -> None:
    """Give each workflow on ChatGPT a target and Gemini as its first alternative: the
    list says neither, and a person would spend an afternoon on the forms."""
    gemini = Tool.objects.get(name="Google Gemini")
    on_chatgpt = Dependency.objects.filter(tool__name="ChatGPT")
    Workflow.objects.filter(dependencies__in=on_chatgpt).update(
        rto=timedelta(minutes=15), mbco_percent=50, data_class="internal"
    )
    for dependency in on_chatgpt:
        Alternative.objects.create(
            dependency=dependency,
            rank=1,
            tool=gemini,
            kind=AlternativeKind.OTHER_PROVIDER,
            approved_data=["public", "internal"],
        )


def _plan_and_start(browser: Browser) -> Outage:
    scenario = Scenario.objects.get(key="openai-2025-06-10")
    browser.get(f"/drills/plan/?scenario={scenario.pk}")
    facilitator = re.search(r'<option value="(\d+)"[^>]*selected', _select(browser))
    assert facilitator is not None
    with timed("plan the drill"):
        browser.post(
            "/drills/plan/",
            {
                "scenario": scenario.pk,
                "tools": Tool.objects.get(name="ChatGPT").pk,
                "title": "10 June 2025 at 60 times its speed",
                "type": "functional",
                "when": "now",
                "zone": "UTC",
                "repeats": "once",
                "notice": 0,
                "limit": 1800,
                "speed": 60,
                "facilitator": facilitator[1],
                "starts_by_itself": "on",
            },
        )
    assert browser.status == 200, browser.text
    with timed("open and start, as the tick does"):
        open_due()
        conduct()
    outage = Outage.objects.get()
    assert outage.state == DrillState.RUNNING
    print(f"  recoveries {outage.recoveries.count()}")
    assert outage.recoveries.count() == 47
    return outage


def _press(
    first: Browser,
    second: Browser,
    outage: Outage,
    clock: time_machine.Traveller,
) -> None:
    """Two people press for 40 of the 47 workflows, each a little later than the last."""
    gemini = dict(Alternative.objects.values_list("dependency", "pk"))
    for browser in (first, second):
        browser.get(f"/outages/{outage.pk}/live/")
    recoveries = list(Recovery.objects.filter(outage=outage).order_by("pk"))
    presses = 0
    with timed("120 presses over HTTP by two people"):
        for number, recovery in enumerate(recoveries[:RECOVERED]):
            browser = (first, second)[number % 2]
            for what in ("acknowledged", "switched", "minimum"):
                clock.shift(timedelta(seconds=8))
                browser.post(
                    f"/outages/recoveries/{recovery.pk}/press/",
                    {
                        "clock": what,
                        "key": str(uuid4()),
                        "alternative": gemini[recovery.dependency_id],
                    },
                )
                assert browser.status == 200, browser.text
                presses += 1
            conduct()
    assert presses == 120


def _end_by_itself(outage: Outage, clock: time_machine.Traveller) -> None:
    clock.move_to(NOON + timedelta(minutes=30, seconds=2))
    with timed("the tick that ends it"):
        conduct()
    outage.refresh_from_db()
    shown = results(outage, now=NOON + timedelta(minutes=31))
    print(
        f"  recovered {shown.summary.recovered} of {shown.summary.total}, "
        f"met {shown.summary.met}, missed {shown.summary.missed}, "
        f"median {shown.summary.median}; proofs {Proof.objects.count()}, "
        f"journal entries {outage.entries}"
    )
    assert outage.state == DrillState.ENDED
    assert outage.ended_at == NOON + timedelta(minutes=30)
    assert (shown.summary.total, shown.summary.recovered) == (47, RECOVERED)
    assert Proof.objects.count() == RECOVERED
    assert list(breaks()) == []
    deliver()
    subjects = {message.subject for message in mail.outbox}
    print(f"  mails {len(mail.outbox)}: {sorted(subjects)}")
    assert all(subject.startswith("EXERCISE - EXERCICE") for subject in subjects)


def _report(browser: Browser, outage: Outage) -> None:
    with timed("the after-action report, from facts to PDF"):
        render()
    report = Report.objects.get(state=ReportState.DONE)
    browser.get(f"/reports/{report.pk}/pdf/")
    assert browser.body.startswith(b"%PDF-")
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_bytes(browser.body)
    with pikepdf.open(LATEST) as pdf, pdf.open_metadata() as metadata:
        print(
            f"  PDF {len(browser.body) / 1000:.0f} kB, {len(pdf.pages)} pages, "
            f"PDF/UA-{metadata['pdfuaid:part']}, kept as {LATEST.name}"
        )
        assert metadata["pdfuaid:part"] == "1"


LATEST = Path(__file__).parents[2] / "var" / "real-input.pdf"


def _select(browser: Browser) -> str:
    """Return the choices of the facilitator on the page that plans a drill."""
    found = re.search(r'<select name="facilitator".*?</select>', browser.text, re.DOTALL)
    assert found is not None, browser.text
    return found[0]
