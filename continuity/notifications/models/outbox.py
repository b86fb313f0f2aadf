"""What people are owed: an outbox of rows, and the heartbeat of the clock."""

from datetime import datetime, timedelta
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from continuity.accounts.models import User
from continuity.accounts.roles import Action
from continuity.notifications.models.kinds import Kind


class NotificationQuerySet(models.QuerySet["Notification"]):
    def allowing(self, user: User, action: Action) -> Self:
        """The outbox crosses teams: only who administers the organisation may see it."""
        return self if user.may(Action.ADMINISTER) else self.none()

    def pending(self, now: datetime) -> Self:
        """Due, neither sent nor given up, and in nobody's hands."""
        return self.filter(
            Q(leased_until=None) | Q(leased_until__lte=now),
            mail=True,
            sent_at=None,
            gave_up_at=None,
            due_at__lte=now,
        )

    def of_the_last_minute(self, now: datetime) -> Self:
        """Those that were sent within a minute before `now`, or are being sent."""
        return self.filter(
            Q(sent_at__gt=now - timedelta(minutes=1))
            | Q(sent_at=None, leased_until__gt=now)
        )

    def shown_to(self, user: User) -> Self:
        """What `user` finds under the bell. Never what carries a link to sign in with;
        that belongs in their mailbox alone."""
        return self.filter(recipient=user, in_app=True)

    def by_mail(self) -> Self:
        return self.filter(mail=True)

    def for_a_digest(self, user: User) -> Self:
        """What waits for the digest of `user`, and what they have not read anyway."""
        return self.filter(recipient=user, digest=True, digested_at=None, read_at=None)

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def given_up(self) -> Self:
        return self.filter(gave_up_at__isnull=False)


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def not_needed(self, now: datetime) -> Self:
        """Those that no message still carries, and those too old to be of use."""
        waiting = Notification.objects.filter(
            attachment=OuterRef("pk"), mail=True, sent_at=None
        )
        return self.filter(
            ~Exists(waiting) & Q(made_at__lte=now - timedelta(hours=1))
            | Q(made_at__lte=now - KEPT)
        )


KEPT: Final = timedelta(days=30)
"""How long a file waits with a message that cannot be sent. The message stays."""


class Attachment(models.Model):
    """A file that goes out with mails: one row, however many people get it.

    Gone once it is sent; what it is a copy of is kept elsewhere.
    """

    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    content = models.BinaryField()
    made_at = models.DateTimeField()

    objects = AttachmentQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Notification(models.Model):
    """A message somebody is owed. The row is the queue; Celery only wakes it.

    `leased_until` keeps other workers away while one talks to the mail server:
    a lease instead of a lock, since the work is slow and outside.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    kind = models.CharField(max_length=30, choices=Kind, default=Kind.OTHER)
    exercise = models.BooleanField(default=False)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    path = models.CharField(max_length=300, blank=True)
    """The page that it is about, from the root of this installation."""
    attachment = models.ForeignKey(
        Attachment, models.SET_NULL, null=True, related_name="notifications"
    )
    dedupe_key = models.CharField(max_length=100)
    mail = models.BooleanField(default=True)
    in_app = models.BooleanField(default=True)
    digest = models.BooleanField(default=False)
    digested_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    gave_up_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "dedupe_key"], name="notify_once"),
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(gave_up_at=None),
                name="notification_is_sent_or_given_up",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="notification_pending",
                condition=Q(mail=True, sent_at=None, gave_up_at=None),
            ),
            models.Index(fields=["sent_at"], name="notification_sent"),
            models.Index(
                fields=["recipient"],
                name="notification_unread",
                condition=Q(in_app=True, read_at=None),
            ),
            models.Index(
                fields=["recipient"],
                name="notification_for_a_digest",
                condition=Q(digest=True, digested_at=None),
            ),
            models.Index(
                fields=["recipient", "-id"],
                name="notification_latest",
                condition=Q(in_app=True),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Heartbeat(models.Model):
    """When the clock last ticked all the way through broker and worker to here."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"
