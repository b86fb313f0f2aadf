"""Injects: messages of a scenario to a role or team, and what became of them in a drill."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from continuity.accounts.models import Team
from continuity.domain.injects import InjectState, Trigger
from continuity.drills.models.drills import Drill, ParticipantRole
from continuity.drills.models.scenarios import Scenario
from continuity.inventory.models import Workflow

TRIGGER_LABELS = {
    Trigger.TIME: _("At a time"),
    Trigger.DECISION: _("After a decision"),
    Trigger.MARK: _("After a mark"),
    Trigger.INJECT: _("After another inject"),
}

INJECT_STATE_LABELS = {
    InjectState.WAITING: pgettext_lazy("state of an inject", "Waiting"),
    InjectState.DELIVERED: pgettext_lazy("state of an inject", "Delivered"),
    InjectState.SKIPPED: pgettext_lazy("state of an inject", "Skipped"),
}


class Channel(models.TextChoices):
    """What the message pretends to come by. It is shown in the app all the same."""

    MAIL = "mail", _("E-mail")
    PHONE = "phone", _("Phone call")
    CHAT = "chat", _("Chat message")
    STATUS_PAGE = "status_page", _("Status page")
    PRESS = "press", _("News")
    IN_PERSON = "in_person", _("In person")


class Performance(models.TextChoices):
    """How well what was expected was done, in the four steps of HSEEP."""

    FULLY = "fully", _("Done without difficulty")
    SOME = "some", _("Done with some difficulty")
    MAJOR = "major", _("Done with great difficulty")
    NOT = "not", _("Not done")


class Words(models.Model):
    """What an inject says, to whom, and when. `wait` is time of the script: from the
    onset, or from what it waits for. `workflow` empty: whichever does it first."""

    number = models.PositiveSmallIntegerField(_("number"))
    trigger = models.CharField(
        _("when"), max_length=8, choices=list(TRIGGER_LABELS.items()), default=Trigger.TIME
    )
    value = models.CharField(_("what it waits for"), max_length=12, blank=True)
    workflow = models.ForeignKey(
        Workflow, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    wait = models.DurationField(_("after"))
    sender_en = models.CharField(_("from (English)"), max_length=120)
    sender_fr = models.CharField(_("from (French)"), max_length=120)
    to_role = models.CharField(_("to"), max_length=12, choices=ParticipantRole, blank=True)
    to_team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    channel = models.CharField(
        _("channel"), max_length=12, choices=Channel, default=Channel.MAIL
    )
    text_en = models.TextField(_("text (English)"), max_length=1000)
    text_fr = models.TextField(_("text (French)"), max_length=1000)
    expected_en = models.TextField(_("expected (English)"), max_length=500, blank=True)
    expected_fr = models.TextField(_("expected (French)"), max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}. {self.sender}"

    @property
    def sender(self) -> str:
        return self.sender_fr if get_language() == "fr" else self.sender_en

    @property
    def text(self) -> str:
        return self.text_fr if get_language() == "fr" else self.text_en

    @property
    def expected(self) -> str:
        return self.expected_fr if get_language() == "fr" else self.expected_en


class Inject(Words):
    """An inject of a scenario. Replays of real outages carry facts only, and so none."""

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="injects")

    class Meta(Words.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "number"], name="one_inject_per_number"
            ),
        ]


class DrillInjectQuerySet(models.QuerySet["DrillInject"]):
    def waiting(self) -> Self:
        return self.filter(state=InjectState.WAITING)


class DrillInject(Words):
    """An inject of one drill, as its script had it or as its facilitator made it.

    `to_role` and `to_team` are who it is meant for, `reached` how many that were when it
    was delivered; `done` and `performance` what they really did.
    """

    drill = models.ForeignKey(Drill, models.CASCADE, related_name="injects")
    state = models.CharField(
        max_length=9,
        choices=list(INJECT_STATE_LABELS.items()),
        default=InjectState.WAITING,
    )
    added = models.BooleanField(default=False)
    """Not of the scenario: made for this drill while it was planned or ran."""
    delivered_at = models.DateTimeField(null=True)
    reached = models.PositiveIntegerField(null=True)
    done = models.TextField(_("what was done"), max_length=1000, blank=True)
    performance = models.CharField(
        _("how well"), max_length=6, choices=Performance, blank=True
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    objects = DrillInjectQuerySet.as_manager()

    class Meta(Words.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["drill", "number"], name="one_inject_per_drill_and_number"
            ),
            models.CheckConstraint(
                name="inject_delivered_has_its_instant",
                condition=Q(
                    state="delivered", delivered_at__isnull=False, reached__isnull=False
                )
                | Q(state__in=["waiting", "skipped"], delivered_at=None, reached=None),
            ),
            models.CheckConstraint(
                name="inject_recorded_once_delivered",
                condition=Q(done="", performance="") | Q(delivered_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["drill"], name="inject_waiting", condition=Q(state="waiting")
            ),
        ]
