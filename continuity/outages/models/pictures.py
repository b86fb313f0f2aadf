"""Pictures that people take of what they see during an outage."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.outages.models.outages import Recovery


class PictureQuerySet(models.QuerySet["Picture"]):
    def allowing(self, user: User, action: Action) -> Self:
        """As for the recovery it belongs to."""
        if user.may(action):
            return self
        return self.filter(
            recovery__in=Recovery.objects.allowing(user, action).values("pk")
        )


class Picture(models.Model):
    """A picture on one recovery, without what the camera knew of place and person.

    `at` is when it was sent off on the phone, on our clock. Its content is in a row of
    its own: lists of pictures never read it.
    """

    recovery = models.ForeignKey(Recovery, models.CASCADE, related_name="pictures")
    key = models.UUIDField()
    name = models.CharField(max_length=130)
    caption = models.CharField(max_length=200, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PictureQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "key"], name="one_picture_per_recovery_and_key"
            ),
            models.CheckConstraint(
                condition=Q(width__gt=0, height__gt=0), name="picture_has_a_size"
            ),
        ]

    def __str__(self) -> str:
        return self.caption or self.name


class PictureFile(models.Model):
    """What a picture shows, as bytes."""

    picture = models.OneToOneField(
        Picture, models.CASCADE, primary_key=True, related_name="file"
    )
    content = models.BinaryField()

    def __str__(self) -> str:
        return f"file of picture {self.picture_id}"
