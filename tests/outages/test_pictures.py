import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from continuity.accounts.roles import TeamRole
from continuity.inventory.models import ProofFile
from continuity.outages.models import JournalEntry, Outage, Picture
from continuity.outages.services import course, marks, pictures
from continuity.web.pictures import LONGEST_SIDE, NotAPicture, clean
from tests.factories import NOON, AlternativeFactory, RecoveryFactory, UserFactory, member
from tests.outages.keys import key

MINUTE = timedelta(minutes=1)
GPS, ORIENTATION = 0x8825, 0x0112


def photo(kind="JPEG", size=(40, 20), *, located=True):
    """A picture as a phone makes it: lying on its side, and telling where it was."""
    image = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    if located:
        exif.get_ifd(GPS)[2] = (48.0, 51.0, 30.0)
    out = io.BytesIO()
    image.save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "jpg")]
)
def test_a_picture_is_kept_upright_without_where_it_was_taken(kind, ending):
    found = clean(photo(kind) + b"hidden behind its end")

    assert (found.ending, found.width, found.height) == (ending, 20, 40)
    with Image.open(io.BytesIO(found.content)) as kept:
        assert dict(kept.getexif()) == {}
        assert kept.getexif().get_ifd(GPS) == {}
    assert b"hidden" not in found.content


def test_a_large_picture_is_made_as_large_as_a_screen():
    found = clean(photo(size=(4000, 1000)))

    assert (found.width, found.height) == (512, LONGEST_SIDE)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg/>", b"%PDF-1.7", b"\xff\xd8\xff", photo()[:200], b"GIF89a" + b"\0" * 40],
    ids=["nothing", "svg", "pdf", "a beginning", "half", "gif"],
)
def test_what_is_no_picture_by_its_content_is_refused(content):
    with pytest.raises(NotAPicture):
        clean(content)


@pytest.fixture
def recovery(db):
    return RecoveryFactory()


def send(client, recovery, content, number=1, **fields):
    return client.post(
        reverse("outages:picture_add", args=[recovery.pk]),
        {
            "key": key(number),
            "caption": "The vault",
            "picture": SimpleUploadedFile("../IMG 1.HEIC", content),
            **fields,
        },
        headers={"Accept": "application/json"},
    )


@pytest.mark.parametrize(
    ("who", "status"), [(None, 404), (TeamRole.VIEWER, 403), (TeamRole.MEMBER, 200)]
)
@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_who_may_send_a_picture(client, recovery, who, status):
    team = recovery.workflow.team
    client.force_login(UserFactory() if who is None else member(team, who))

    assert send(client, recovery, photo()).status_code == status
    assert Picture.objects.exists() is (status == 200)


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_picture_sent_twice_is_kept_once_and_stands_in_the_journal(client, recovery):
    client.force_login(member(recovery.workflow.team, TeamRole.MEMBER))

    for _ in range(2):
        assert send(client, recovery, photo(), age_ms=60_000).status_code == 200

    picture = Picture.objects.get()
    assert (picture.name, picture.at) == ("IMG 1.jpg", NOON + 2 * MINUTE)
    entry = JournalEntry.objects.get()
    assert (entry.kind, entry.data["sha256"]) == ("picture", picture.sha256)
    recovery.outage.teams.add(recovery.workflow.team)
    page = client.get(recovery.outage.get_absolute_url(), {"part": recovery.pk})
    shown = reverse("outages:picture", args=[picture.pk])
    assert f'<img src="{shown}"' in page.content.decode()


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_a_picture_is_shown_to_who_may_see_the_work_and_to_nobody_else(client, recovery):
    client.force_login(member(recovery.workflow.team, TeamRole.MEMBER))
    send(client, recovery, photo())
    address = reverse("outages:picture", args=[Picture.objects.get().pk])

    shown = client.get(address)
    client.force_login(UserFactory())
    hidden = client.get(address)

    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert hidden.status_code == 404


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_the_page_of_pictures_costs_the_same_for_1_and_for_12(
    client, recovery, django_assert_num_queries
):
    recovery.outage.teams.add(recovery.workflow.team)
    client.force_login(member(recovery.workflow.team, TeamRole.MEMBER))
    address = reverse("outages:pictures", args=[recovery.outage_id])
    assert "No pictures yet" in client.get(address).content.decode()
    send(client, recovery, photo())

    with django_assert_num_queries(6):
        client.get(address)
    for number in range(2, 13):
        send(client, recovery, photo(), number)
    with django_assert_num_queries(6):
        assert client.get(address).content.decode().count("<img ") == 12


@time_machine.travel(NOON + 3 * MINUTE, tick=False)
def test_what_is_no_picture_gets_a_sentence_and_nothing_is_kept(client, recovery):
    client.force_login(member(recovery.workflow.team, TeamRole.MEMBER))

    answer = send(client, recovery, b"%PDF-1.7 not a picture")

    assert answer.status_code == 422
    assert "JPEG, PNG or WebP" in answer.json()["message"]
    assert not Picture.objects.exists()


def test_a_recovery_keeps_twelve_pictures(recovery):
    found, lead = clean(photo()), UserFactory()
    for number in range(12):
        pictures.add(
            recovery.pk, found, name="a.jpg", key=key(number), actor=lead, now=NOON + MINUTE
        )

    with pytest.raises(pictures.TooManyPictures):
        pictures.add(
            recovery.pk, found, name="a.jpg", key=key(99), actor=lead, now=NOON + MINUTE
        )

    assert Picture.objects.count() == 12


def test_the_last_picture_goes_with_the_proof(recovery):
    lead, found = UserFactory(), clean(photo())
    alternative = AlternativeFactory(dependency=recovery.dependency, rank=1)
    now = NOON + 5 * MINUTE
    marks.mark(
        recovery.pk,
        "switched",
        key=key(1),
        alternative_pk=alternative.pk,
        actor=lead,
        now=now,
    )
    marks.mark(recovery.pk, "minimum", key=key(2), actor=lead, now=now)
    pictures.add(recovery.pk, found, name="a.png", key=key(3), actor=lead, now=now)

    course.end(recovery.outage_id, actor=lead, now=NOON + 9 * MINUTE)

    recovery.refresh_from_db()
    assert recovery.proof.file_name == "a.jpg"
    assert bytes(ProofFile.objects.get().content) == found.content
    assert Outage.objects.get().state == "ended"
