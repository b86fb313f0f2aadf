"""Where other programs are told: webhooks and the channels of Slack and Teams."""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import LANGUAGE_LABELS, Team, User
from continuity.accounts.roles import Action
from continuity.notifications.models.kinds import Kind


class Style(models.TextChoices):
    """What stands at the other end, and so what is written to it."""

    WEBHOOK = "webhook", _("Webhook (Standard Webhooks)")
    SLACK = "slack", _("Slack (incoming webhook)")
    TEAMS = "teams", _("Microsoft Teams (incoming webhook)")


class PauseReason(models.TextChoices):
    BY_HAND = "by_hand", _("Paused by hand")
    FAILING = "failing", _("Paused: it has failed for three days")
    GONE = "gone", _("Paused: it says that it is gone (410)")


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def allowing(self, user: User, action: Action) -> Self:
        """Only who administers the organisation may see where its news goes."""
        return self if user.may(Action.ADMINISTER) else self.none()

    def current(self) -> Self:
        return self.filter(removed_at=None)

    def open(self) -> Self:
        return self.filter(removed_at=None, paused_at=None)


class Endpoint(models.Model):
    """An address of another program to which news goes.

    The address of a chat is a secret in itself: who has it can write there. `secret`
    signs what goes to a webhook; after a change the old one signs too, until
    `old_secret_until`. A removed one stays as a row, so that it can be put back.
    """

    style = models.CharField(_("what it is"), max_length=8, choices=Style)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=1000)
    language = models.CharField(
        _("language"),
        max_length=5,
        choices=[item for item in LANGUAGE_LABELS.items() if item[0]],
        default="en",
    )
    kinds = ArrayField(models.CharField(max_length=30), default=list)
    """Of which kinds of news; empty means of all."""
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    """Of which teams; none means of all, and of what belongs to no team."""
    secret = models.CharField(max_length=80, blank=True)
    old_secret = models.CharField(max_length=80, blank=True)
    old_secret_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_reason = models.CharField(max_length=8, choices=PauseReason, blank=True)
    removed_at = models.DateTimeField(null=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at=None, paused_reason="")
                | Q(paused_at__isnull=False) & ~Q(paused_reason=""),
                name="endpoint_paused_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("notifications:endpoint", args=[self.pk])

    @property
    def host(self) -> str:
        """The part of the address that is no secret."""
        return urlsplit(self.url).hostname or ""

    @property
    def kind_labels(self) -> list[str]:
        return [str(Kind(kind).label) for kind in self.kinds if kind in Kind.values]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def allowing(self, user: User, action: Action) -> Self:
        return self if user.may(Action.ADMINISTER) else self.none()

    def pending(self, now: datetime) -> Self:
        """Due, neither taken nor given up, in nobody's hands, and not held by a pause."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=now),
            sent_at=None,
            gave_up_at=None,
            due_at__lte=now,
            endpoint__paused_at=None,
            endpoint__removed_at=None,
        )


class Delivery(models.Model):
    """One piece of news for one endpoint: the row is the queue, as for mail.

    `body` is what is sent, byte for byte, each time.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=30, choices=Kind)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    dedupe_key = models.CharField(max_length=100)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    """What the last answer's status was; empty where there was no answer."""
    last_error = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "dedupe_key"], name="tell_an_endpoint_once"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(gave_up_at=None),
                name="delivery_is_sent_or_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="delivery_pending",
                condition=Q(sent_at=None, gave_up_at=None),
            ),
            models.Index(fields=["endpoint", "-made_at", "-id"], name="delivery_latest"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def message_id(self) -> str:
        """What a receiver tells repeats by: the same for every attempt."""
        return f"msg_{settings.MAIL_DOMAIN.replace('.', '-')}_{self.pk}"
