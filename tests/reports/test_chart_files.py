"""A chart of any page as SVG and PNG, for who may see the page."""

import io
import re
from datetime import timedelta

import pytest
from defusedxml.ElementTree import fromstring
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from continuity.accounts.roles import TeamRole
from continuity.web.charts import Bar, Bars
from continuity.web.charts.taken import cut_out, numbers, standalone
from tests.factories import (
    NOON,
    DrillFactory,
    RecoveryFactory,
    TeamFactory,
    manager,
    member,
)

SVG = "{http://www.w3.org/2000/svg}"


def bars(uid="times", title="Times"):
    return Bars(
        uid=uid,
        title=title,
        description="2 recoveries, 1 over its target.",
        rows=[Bar("Triage <b>", 26, False, 30), Bar("مراجعة", 42, True, 30)],
        heads=("Workflow", "Minutes", "Target"),
    ).figure()


@pytest.fixture
def drill():
    drill = DrillFactory(outage__ended=True)
    RecoveryFactory(
        outage=drill.outage,
        dependency__workflow__team__name="Triage & <b>",
        rto=timedelta(minutes=30),
        minimum_at=NOON + timedelta(minutes=26),
    )
    RecoveryFactory(outage=drill.outage, rto=timedelta(minutes=30))
    return drill


def asked(client, drill, form="svg", uid=None, of=None):
    page = reverse("drills:drill", args=[drill.pk])
    uid = uid or client.get(page).context["found"].chart.uid
    return client.get(reverse("reports:chart", args=[uid, form]), {"of": of or page})


def test_a_chart_is_cut_from_its_page_and_stands_for_itself():
    html = f"<p>{bars('other').wide}</p>{bars().wide}{bars().narrow}"

    alone = standalone(cut_out(html, "times"))

    root = fromstring(alone)
    assert root.find(f"{SVG}title").text == "Times"
    assert root.find(f"{SVG}desc").text == "2 recoveries, 1 over its target."
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert words[:2] == ["Times", "2 recoveries, 1 over its target."]
    assert {"Triage <b>", "> 42 min"} <= set(words)
    assert 'class="chart' not in alone
    assert 'font-family="Inter' in alone


def test_what_the_page_does_not_have_is_not_cut_from_it():
    assert cut_out(bars().wide, "time") == ""
    assert cut_out("<svg><title>x</title></svg>", "times") == ""
    with pytest.raises(ValueError, match="not a drawing"):
        standalone("<svg onload='x'></svg>")


@pytest.mark.django_db
def test_a_chart_is_offered_and_taken_as_svg_and_png(client, drill):
    client.force_login(manager())
    page = client.get(reverse("drills:drill", args=[drill.pk])).content.decode()

    svg, png = asked(client, drill), asked(client, drill, "png")

    for form in ("svg", "png", "csv", "xlsx"):
        assert len(re.findall(rf"/reports/charts/[a-z0-9-]+\.{form}\?of=", page)) == 1
    assert svg["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert svg["Content-Disposition"].startswith('attachment; filename="continuity-')
    root = fromstring(svg.content)
    assert "Triage & <b>" in [text.text for text in root.iter(f"{SVG}text")]
    picture = Image.open(io.BytesIO(png.content))
    assert picture.format == "PNG"
    assert picture.width == 2 * int(root.get("width"))
    assert picture.getpixel((0, 0))[:3] == (255, 255, 255)


@pytest.mark.django_db
def test_the_numbers_below_a_chart_are_taken_as_csv_and_xlsx(client, drill):
    client.force_login(manager())

    csv, xlsx = asked(client, drill, "csv"), asked(client, drill, "xlsx")

    text = b"".join(csv.streaming_content).decode("utf-8-sig").replace("\xa0", " ")
    head, *rows = text.splitlines()
    assert csv["Content-Type"] == "text/csv; charset=utf-8"
    assert head == "Team,Met,Not shown,Missed"
    assert len(rows) == 2
    assert "Triage & <b>,1,0,0" in rows
    book = load_workbook(io.BytesIO(b"".join(xlsx.streaming_content)))
    assert [cell for row in book.active.values for cell in row][:4] == head.split(",")


def test_a_page_without_the_chart_has_no_numbers_of_it():
    table = '<table data-chart="a"><tr><th>A &amp; <b>b</b></th></tr></table>'

    assert numbers(table, "a") == [("A & b",)]
    assert numbers(table, "b") == []


@pytest.mark.django_db
def test_who_may_not_see_the_page_gets_no_chart_of_it(client, drill):
    page = reverse("drills:drill", args=[drill.pk])
    client.force_login(manager())
    uid = client.get(page).context["found"].chart.uid
    client.logout()
    assert asked(client, drill, uid=uid).status_code == 302

    client.force_login(member(TeamFactory(), TeamRole.LEAD))

    assert asked(client, drill, uid=uid).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "of",
    [
        "",
        "https://example.test/drills/",
        "//example.test/",
        "/nowhere/",
        "/readyz",
        "/login/",
        "/drills/",
        "/reports/charts/times.svg?of=/reports/charts/times.svg",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_is_no_page_with_this_chart_gives_nothing(client, drill, of):
    client.force_login(manager())

    found = client.get(reverse("reports:chart", args=["times", "svg"]), {"of": of})

    assert found.status_code == 404


@pytest.mark.django_db
def test_another_form_than_ours_is_not_found(client, drill):
    client.force_login(manager())

    assert asked(client, drill, "gif").status_code == 404
