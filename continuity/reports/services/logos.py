"""The organisation's logo: taken, checked by its content, made plain."""

import hashlib
import io
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction
from PIL import Image, UnidentifiedImageError

from continuity.accounts.models import Organisation, User
from continuity.domain.errors import Refused
from continuity.history.services import record
from continuity.reports.models import Logo

MOST_BYTES: Final = 1 << 20
MOST_PIXELS: Final = 4_000 * 4_000
"""Looked at before a pixel is unpacked: a small file can hold a picture of gigabytes."""
LARGEST: Final = (1_200, 400)
"""What is kept: more than any paper shows."""


class LogoRefused(Refused):
    """Not a picture we take. Field: `reason` size, kind or pixels."""

    code: ClassVar[str] = "logo_refused"


@transaction.atomic(durable=True)
def set_logo(content: bytes, *, alt: str, actor: User, now: datetime) -> Logo:
    """Keep the picture for reports made from now on. Raises LogoRefused.

    It is drawn anew as a PNG: what a file carries beside its pixels goes.
    """
    picture, width, height = _plain(content)
    logo, _made = Logo.objects.update_or_create(
        pk=1,
        defaults={
            "content": picture,
            "alt": alt,
            "width": width,
            "height": height,
            "sha256": hashlib.sha256(picture).hexdigest(),
            "set_at": now,
        },
    )
    record(
        "report.logo_set",
        Organisation.objects.get(),
        actor=actor,
        now=now,
        after={"sha256": logo.sha256},
    )
    return logo


@transaction.atomic(durable=True)
def remove_logo(*, actor: User, now: datetime) -> None:
    """Make reports without a logo from now on; those made keep theirs."""
    removed, _rows = Logo.objects.all().delete()
    if removed:
        record("report.logo_removed", Organisation.objects.get(), actor=actor, now=now)


def _plain(content: bytes) -> tuple[bytes, int, int]:
    if len(content) > MOST_BYTES:
        raise LogoRefused("Too large.", reason="size")
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise LogoRefused("Too many pixels.", reason="pixels")
            plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise LogoRefused(f"Not a picture: {error}", reason="kind") from None
    plain.thumbnail(LARGEST)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    out = io.BytesIO()
    clean.save(out, "PNG")
    return out.getvalue(), clean.width, clean.height
