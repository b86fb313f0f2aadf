"""Links that let one participant press in one outage without signing in."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import Q
from django.urls import reverse

from continuity.domain.states import OVER
from continuity.outages.models.outages import Outage

ARRIVES_WITHIN: Final = timedelta(days=1)
"""How long after the end what was pressed before it may still come in by a link."""

SIGNER: Final = signing.Signer(salt="outages.pass", sep=".")


class PassQuerySet(models.QuerySet["Pass"]):
    def standing(self) -> Self:
        """Keep those that nobody has revoked."""
        return self.filter(revoked_at=None)


class Pass(models.Model):
    """One person's link into one outage: for marks on their own recoveries, and nothing
    else. It ends with the outage, and earlier if it is revoked; a new one is a new row,
    so that an address which was passed on by mistake never works again."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="passes")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="passes"
    )
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects = PassQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "passes"
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["outage", "user"],
                condition=Q(revoked_at=None),
                name="one_standing_pass_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.outage}"

    def get_absolute_url(self) -> str:
        return reverse("outages:pass", args=[self.token])

    @property
    def token(self) -> str:
        return SIGNER.sign(str(self.pk))

    def is_open(self, now: datetime) -> bool:
        """Say whether it opens anything at `now`."""
        outage = self.outage
        if self.revoked_at is not None or not self.user.is_active:
            return False
        if outage.state not in OVER or outage.ended_at is None:
            return outage.state not in OVER
        return now <= outage.ended_at + ARRIVES_WITHIN
