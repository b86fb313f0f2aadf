"""The wizard over HTTP: who may, what each page says, and that it works without scripts."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from continuity.inventory.models import Import, ImportState, Workflow
from continuity.inventory.services import imports
from tests.factories import (
    NOON,
    TeamFactory,
    ToolFactory,
    UserFactory,
    auditor,
    manager,
)

pytestmark = pytest.mark.django_db
LIST = b"Workflow,Team,Tool\nLetters,Claims,ChatGPT\nTriage,Claims,\n"


def uploaded(boss, content=LIST):
    return imports.start(content, "list.csv", actor=boss, now=NOON)


def mapped(boss, content=LIST):
    row = uploaded(boss, content)
    mapping = imports.mapping_of(row)
    return imports.set_columns(row.pk, mapping, actor=boss, now=NOON)


def test_a_file_goes_from_upload_to_two_workflows_by_plain_forms(client):
    client.force_login(manager())
    file = SimpleUploadedFile("list.csv", LIST)

    first = client.post(reverse("inventory:imports"), {"file": file})
    row = Import.objects.get()
    assert first.headers["Location"] == reverse("inventory:import_columns", args=[row.pk])
    page = client.get(first.headers["Location"])
    fields = {field.html_name: field.value() for field, _ in page.context["lines"]}
    assert fields == {"column_0": "name", "column_1": "team", "column_2": "tools"}
    second = client.post(
        first.headers["Location"], {**fields, "separators": ["comma"], "unit": "minutes"}
    )
    assert second.headers["Location"] == reverse("inventory:import_check", args=[row.pk])
    check = client.get(second.headers["Location"])
    assert Workflow.objects.count() == 0
    third = client.post(
        reverse("inventory:import_apply", args=[row.pk]),
        {"digest": check.context["digest"]},
    )

    assert third.headers["Location"] == reverse("inventory:import_done", args=[row.pk])
    assert client.get(third.headers["Location"]).status_code == 200
    assert sorted(Workflow.objects.values_list("name", flat=True)) == ["Letters", "Triage"]
