"""Tables that are too long for one file: volumes, by the rule that the report prints."""

import io
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.urls import reverse
from pdfua import validate

from continuity.reports import services
from continuity.reports.models import Report, Volume
from continuity.reports.pdf import Published, digest, publish, volumes
from tests.factories import (
    NOON,
    OrganisationFactory,
    TeamFactory,
    UserFactory,
    WorkflowFactory,
    auditor,
)
from tests.reports import sample_facts
from tests.reports.test_pdf import read_back


def published(facts: Any) -> Published:
    return publish(
        facts,
        kind="continuity",
        language="en",
        timeout=timedelta(seconds=120),
        memory_mb=2048,
    )


def test_a_table_goes_into_volumes_as_equal_as_can_be_once_it_is_too_long():
    facts: Any = sample_facts.continuity(workflows=2, drills=0)
    facts["drills"] = [None] * 1_000
    facts["alternatives"] = [None] * 1_001
    facts["gaps"]["not_ready"] = [None] * 9_000

    found = volumes.parts(facts)

    assert [(one.table, one.first, one.last, one.rows) for one in found] == [
        ("alternatives", 1, 1_001, 1_001),
        ("not_ready", 1, 4_500, 9_000),
        ("not_ready", 4_501, 9_000, 9_000),
    ]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule at a size that is quick to typeset."""
    monkeypatch.setattr(volumes, "ROWS_IN_REPORT", 20)
    monkeypatch.setattr(volumes, "ROWS_IN_VOLUME", 25)


def test_the_report_names_its_volumes_by_their_sha_256_and_all_conform(
    small: None, tmp_path: Path
):
    facts = sample_facts.continuity(workflows=30, drills=8)

    found = published(facts)

    # Analysis, workflows and alternatives have 30 rows each, in two volumes of 15.
    assert [(one.number, one.table, one.first, one.last) for one in found.volumes] == [
        (1, "impact", 1, 15),
        (2, "impact", 16, 30),
        (3, "workflows", 1, 15),
        (4, "workflows", 16, 30),
        (5, "alternatives", 1, 15),
        (6, "alternatives", 16, 30),
    ]
    text = read_back(found.pdf)
    assert "A table of more than 20 rows is not printed here" in text
    for volume in found.volumes:
        assert volume.sha256 == sha256(volume.pdf).hexdigest()
        assert f"{volume.sha256[:32]} {volume.sha256[32:]}" in text
        with pikepdf.open(io.BytesIO(volume.pdf)) as document:
            assert len(document.pages) == volume.pages
    for name, pdf in (("report", found.pdf), ("volume", found.volumes[-1].pdf)):
        file = tmp_path / f"{name}.pdf"
        file.write_bytes(pdf)
        assert [one.message for one in validate(file).findings] == []
    last = read_back(found.volumes[-1].pdf)
    whole = digest(facts)
    assert f"{whole[:32]} {whole[32:]}" in last
    assert "16–30 of 30" in last


def test_the_same_facts_give_the_same_bytes_in_every_volume(small: None):
    facts = sample_facts.continuity(workflows=21, drills=0)

    assert published(facts) == published(dict(sorted(facts.items(), reverse=True)))


@pytest.mark.django_db(transaction=True)
def test_volumes_are_kept_with_the_report_and_go_to_who_may_see_it(small: None, client):
    OrganisationFactory()
    team = TeamFactory()
    for number in range(21):
        WorkflowFactory(team=team, name=f"Work {number:02}")
    report = services.ask_about_team(
        None, since=NOON - timedelta(days=90), language="en", actor=None, now=NOON
    )
    services.render_due(now=NOON)

    assert Report.objects.get().state == "done"
    assert list(Volume.objects.values_list("table", "first_row", "last_row")) == [
        ("impact", 1, 21),
        ("workflows", 1, 21),
        ("no_tool", 1, 21),
    ]
    address = reverse("reports:volume", args=[report.pk, 3])
    client.force_login(auditor())
    answer = client.get(address)
    assert answer["X-Content-SHA256"] == sha256(answer.content).hexdigest()
    assert answer["X-Content-SHA256"] in client.get(report.get_absolute_url()).text
    assert client.get(reverse("reports:volume", args=[report.pk, 4])).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address).status_code == 404
