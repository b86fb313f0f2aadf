"""Pictures that people send from an outage."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from continuity.accounts.models import User
from continuity.domain.clocks import Press
from continuity.domain.errors import Refused
from continuity.domain.states import DrillEvent, next_state
from continuity.outages.models import EntryKind, Picture, PictureFile, Recovery
from continuity.outages.services.course import locked
from continuity.outages.services.journal import JUST_NOW, append, placed, presence
from continuity.web.attachments import safe_name
from continuity.web.pictures import Clean

MOST: Final = 12
"""Pictures on one recovery: enough to show it, too few to fill a disk."""


class TooManyPictures(Refused):
    """The recovery has as many as it can. Fields: `most`."""

    code = "too_many_pictures"


@transaction.atomic
def add(
    recovery_pk: int,
    picture: Clean,
    *,
    name: str,
    caption: str = "",
    key: UUID,
    press: Press = JUST_NOW,
    by_link: bool = False,
    actor: User,
    now: datetime,
) -> Picture:
    """Keep a picture of a recovery, and say so in the journal, with its SHA-256.

    The same `key` again returns the first one. Raises IllegalTransition before the
    start and after an abort, TooManyPictures.
    """
    outage_pk = Recovery.objects.values_list("outage_id", flat=True).get(pk=recovery_pk)
    outage = locked(outage_pk)
    recovery = outage.recoveries.select_related("workflow", "lead").get(pk=recovery_pk)
    earlier = recovery.pictures.filter(key=key).first()
    if earlier is not None:
        return earlier
    next_state(outage.state, DrillEvent.NOTE)
    if recovery.pictures.count() >= MOST:
        raise TooManyPictures("It has enough pictures.", most=MOST)
    at, exact = placed(outage, press, now)
    made = Picture.objects.create(
        recovery=recovery,
        key=key,
        name=safe_name(name.rpartition(".")[0] or name, picture.ending)[:130],
        caption=caption,
        width=picture.width,
        height=picture.height,
        sha256=hashlib.sha256(picture.content).hexdigest(),
        at=at,
        received_at=now,
        by=actor,
    )
    PictureFile.objects.create(picture=made, content=picture.content)
    append(
        outage,
        EntryKind.PICTURE,
        at=at,
        now=now,
        actor=actor,
        recovery=recovery,
        data={
            "picture": made.pk,
            "caption": caption,
            "sha256": made.sha256,
            "exact": exact,
        }
        | presence(actor, recovery, by_link=by_link),
    )
    return made
