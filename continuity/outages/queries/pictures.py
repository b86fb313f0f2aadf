"""Pictures of an outage: lists without their bytes, and the bytes of one."""

from django.db.models import QuerySet

from continuity.outages.models import Outage, Picture, PictureFile
from continuity.outages.models.pictures import PictureQuerySet


def of_recovery(recovery_pk: int) -> QuerySet[Picture]:
    """Return the pictures on one recovery, oldest first. Not yet read."""
    return Picture.objects.filter(recovery=recovery_pk).select_related("by")


def of_outage(outage: Outage) -> PictureQuerySet:
    """Return the pictures of an outage with their workflows, oldest first. Not yet
    read."""
    joined = Picture.objects.select_related("by", "recovery__workflow")
    return joined.filter(recovery__outage=outage)


def content_of(picture: Picture) -> bytes:
    return bytes(PictureFile.objects.get(picture=picture).content)
