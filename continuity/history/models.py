"""What was changed, by whom, from what to what."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from continuity.accounts.models import Team, TeamOwnedQuerySet, User
from continuity.accounts.roles import POLICY, Action


class Entry(models.Model):
    """One thing that somebody did. Written once, never changed.

    `subject_label` keeps the name of what may be gone by the time it is read.
    `before` and `after` hold only the fields that changed.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    verb = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=300)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects = TeamOwnedQuerySet["Entry"].as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-at"], name="entry_subject"
            ),
            models.Index(fields=["-at", "-id"], name="entry_latest"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(verb=""), name="entry_names_its_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def allowing(self, user: User, action: Action) -> Self:
        """To look: what was deleted in teams that one may see, and what one deleted
        oneself. To do anything else: what one may bring back, by each row's own rule."""
        teams = Team.objects.allowing(user, Action.VIEW).values("pk")
        open_to = Q(team__in=teams)
        if user.may(Action.VIEW):
            open_to = Q()
        seen = self.filter(Q(by=user) | Q(private=False) & open_to)
        if action in {Action.SIGNED_IN, Action.VIEW}:
            return seen
        own = Q(private=True, by=user)
        for needed in Action:
            if user.may(needed):
                own |= Q(private=False, action=needed)
            elif POLICY[needed].team_role is not None:
                teams = Team.objects.allowing(user, needed).values("pk")
                own |= Q(private=False, action=needed, team__in=teams)
        return seen.filter(own)

    def open(self) -> Self:
        return self.filter(restored_at=None)


class Deletion(models.Model):
    """What was deleted, whole, so that it can be put back. Kept for 30 days.

    `kind` is the first word of its verbs. `action` is what one must be allowed in `team`
    to bring it back; what is `private` is its owner's alone.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    kind = models.CharField(max_length=20)
    action = models.CharField(max_length=20)
    private = models.BooleanField(default=False)
    label = models.CharField(max_length=300)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    rows = models.JSONField()
    """The rows that went, parents before their children; the rows that pointed at them;
    and in words what they belonged to."""
    restored_at = models.DateTimeField(null=True)
    restored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    objects = DeletionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="deletion_latest")]

    def __str__(self) -> str:
        return self.label
