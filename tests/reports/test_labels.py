"""Words in charts: what a bar is called, and what a drawing cannot write itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from pdfua import validate

from continuity.domain.clocks import Reading, Verdict
from continuity.reports.content.common import bar_charts
from continuity.reports.typesetting.safe import prepare
from continuity.web.charts import Bar, Bars
from continuity.web.charts.drawing import shortened
from tests.factories import NOON
from tests.reports import sample_facts
from tests.reports.test_pdf import made, read_back

NAMES = ["दावों का सारांश", "สรุปข้อร้องเรียน", "👩‍⚕️ Triage", "مراجعة"]


TWENTY = Reading(timedelta(minutes=20))


@dataclass(frozen=True)
class Row:
    """What a chart reads of a recovery."""

    pk: int
    workflow: str = "Triage"
    team: str = "Claims"
    tool: str = "ChatGPT"
    outage: int = 1
    occurred_at: datetime = NOON
    verdict: Verdict | None = Verdict.MET
    reading: Reading = TWENTY
    rto: timedelta | None = timedelta(hours=1)


def drawn(*names):
    chart = Bars(
        uid="x",
        title="Times",
        description="Times.",
        rows=[Bar(name, 41, is_lower_bound=False, target=30) for name in names],
        heads=("Work", "Minutes", "Target"),
    )
    return {
        "section": "recoveries",
        "title": "Times",
        "alt": "Times.",
        "svg": str(chart.svg(620)),
        "columns": [],
        "rows": [],
    }


def test_what_a_drawing_cannot_write_is_taken_out_of_it_with_its_place():
    facts = {**sample_facts.after_action(), "charts": [drawn("Tri – été", NAMES[0])]}

    [chart] = prepare(facts)["charts"]

    assert chart["wide"] == 620
    assert chart["labels"] == [
        {
            "text": NAMES[0],
            "x": 0,
            "y": 40,
            "size": 12,
            "bold": False,
            "anchor": "start",
            "fill": "#17202b",
        }
    ]
    assert "Tri – été" in chart["svg"]
    assert NAMES[0] not in chart["svg"]


def test_work_named_in_any_script_stands_in_a_chart_of_a_conforming_report(tmp_path):
    facts = {**sample_facts.after_action(), "charts": [drawn(*NAMES)]}

    # The engine refuses to write what does not conform.
    pdf = made(facts, "after_action")

    file = tmp_path / "report.pdf"
    file.write_bytes(pdf)
    assert [finding.message for finding in validate(file).findings] == []
    assert "Triage" in read_back(pdf)


def charts_of(rows):
    return [str(chart["svg"]) for chart in bar_charts("drills", "Times", rows)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([Row(1), Row(2, workflow="Letters")], [">Triage<", ">Letters<"]),
        ([Row(1), Row(2, team="Legal")], [">Claims: Triage<", ">Legal: Triage<"]),
        (
            [Row(1), Row(2, outage=2, occurred_at=NOON + timedelta(days=1))],
            [f">{NOON.day} Mar 26 Triage<", f">{NOON.day + 1} Mar 26 Triage<"],
        ),
        ([Row(1), Row(2, tool="Claude")], [">Triage, ChatGPT<", ">Triage, Claude<"]),
    ],
)
def test_no_two_bars_of_a_report_are_called_the_same(rows, said):
    [svg] = charts_of(rows)

    assert [one for one in said if one not in svg] == []


def test_what_is_excused_has_no_bar():
    [svg] = charts_of([Row(1), Row(2, workflow="Letters", verdict=Verdict.EXCUSED)])

    assert "Letters" not in svg


def test_bars_are_shared_out_evenly_and_each_part_says_which_it_is():
    rows = [Row(number, workflow=f"Work {number:02}") for number in range(17)]

    charts = bar_charts("drills", "Times", rows)

    assert [chart["title"] for chart in charts] == [
        "Times, part 1 of 2",
        "Times, part 2 of 2",
    ]
    assert [chart["svg"].count("<rect") for chart in charts] == [8, 9]
    assert bar_charts("drills", "Times", []) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Triage", "Triage"),
        ("Complaints", "Compl…"),
        ("保険金", "保険金"),
        ("保険金請求", "保険…"),
        ("e\u0301te\u0301s", "e\u0301te\u0301s"),
    ],
)
def test_a_name_is_shortened_to_the_room_that_it_takes(said, shown):
    assert shortened(said, 6) == shown
