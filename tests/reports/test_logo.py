"""The logo on reports: what is taken, what is refused, and where it stands."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from continuity.accounts.roles import OrganisationRole
from continuity.history.models import Entry
from continuity.reports import services
from continuity.reports.models import Logo
from tests.factories import (
    NOON,
    OrganisationFactory,
    UserFactory,
    WorkflowFactory,
    manager,
)

pytestmark = pytest.mark.django_db


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 100), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#2456c7").save(out, kind, **options)
    return out.getvalue()


@pytest.fixture
def administrator():
    OrganisationFactory(name="Meridian Mutual")
    return UserFactory(organisation_role=OrganisationRole.ADMINISTRATOR)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_is_kept_as_a_plain_png_of_at_most_1200_by_400(administrator, kind):
    logo = services.set_logo(
        picture(kind, (2_400, 600)), alt="Meridian", actor=administrator, now=NOON
    )

    assert (logo.width, logo.height) == (1_200, 300)
    with Image.open(io.BytesIO(bytes(logo.content))) as kept:
        assert (kept.format, kept.info) == ("PNG", {})
    assert Entry.objects.get().verb == "report.logo_set"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"GIF89a" + bytes(40), "kind"),
        (b"", "kind"),
        (picture()[:60], "kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(2 << 20), "size"),
        (picture(size=(5_000, 4_000)), "pixels"),
    ],
)
def test_what_is_no_small_picture_is_refused_by_its_content(administrator, content, reason):
    with pytest.raises(services.LogoRefused) as refused:
        services.set_logo(content, alt="x", actor=administrator, now=NOON)

    assert refused.value.fields == {"reason": reason}
    assert Logo.objects.count() == 0


def test_a_report_carries_the_logo_with_its_words_and_is_another_than_without(
    administrator,
):
    report = services.ask_for_workflow_pack(
        WorkflowFactory(), services.Form(), actor=None, now=NOON
    )
    without, _files = services.made(report)
    services.set_logo(picture(), alt="Meridian, a sun", actor=administrator, now=NOON)

    facts, files = services.made(report)
    pdf = files.pdf

    assert "logo" not in without
    assert facts["logo"]["alt"] == "Meridian, a sun"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert any(page.get_images() for page in document.pages)
        said = {
            str(thing.Alt)
            for thing in document.objects
            if isinstance(thing, pikepdf.Dictionary) and "/Alt" in thing
        }
    assert "Meridian, a sun" in said


@pytest.mark.parametrize(
    ("who", "status", "kept"), [("manager", 403, 0), ("admin", 302, 1)]
)
def test_only_an_administrator_sets_the_logo(client, administrator, who, status, kept):
    client.force_login(administrator if who == "admin" else manager())

    answer = client.post(
        reverse("reports:logo"),
        {"alt": "Meridian", "picture": SimpleUploadedFile("a.png", picture())},
    )

    assert answer.status_code == status
    assert Logo.objects.count() == kept


def test_a_drawing_named_as_a_picture_gets_a_sentence(client, administrator):
    client.force_login(administrator)

    answer = client.post(
        reverse("reports:logo"),
        {"alt": "x", "picture": SimpleUploadedFile("a.png", b"<svg/>")},
    )

    assert answer.status_code == 422
    assert "neither a PNG nor a JPEG" in answer.content.decode()


def test_a_logo_is_shown_and_removed(client, administrator):
    services.set_logo(picture(), alt="Meridian", actor=administrator, now=NOON)
    client.force_login(administrator)

    shown = client.get(reverse("reports:logo_picture"))
    removed = client.post(reverse("reports:logo_remove"))
    gone = client.get(reverse("reports:logo_picture"))

    assert (shown["Content-Type"], removed.status_code) == ("image/png", 302)
    assert gone.status_code == 404
