"""The kinds of messages there are, what each is called, and how it comes by default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MARK: Final = "EXERCISE - EXERCICE"
"""Begins every message and calendar entry of a drill, in both languages at once, whatever
the reader's: nobody may take it for real."""


class Kind(models.TextChoices):
    """What a message is about. The value is the event's type in a webhook as well."""

    PLANNED = "drill.planned", _("A drill is planned")
    WEEK_BEFORE = "drill.in_a_week", _("A drill is a week away")
    HOUR_BEFORE = "drill.in_an_hour", _("A drill is an hour away")
    STARTED = "drill.started", _("A drill has started")
    INJECT = "drill.inject", _("News during a drill")
    STUCK = "recovery.stuck", _("Somebody is stuck")
    HANDED = "recovery.handed_over", _("A recovery was handed to you")
    OVER = "drill.over", _("A drill is over")
    OUTAGE = "outage.declared", _("A real outage is declared")
    OUTAGE_OPEN = "outage.open", _("A real outage is still open")
    OUTAGE_OVER = "outage.over", _("A real outage is over")
    ACTIONS_DUE = "action.due", _("An action is due")
    REVIEW_DUE = "workflow.review_due", _("A workflow is due for review")
    PROOF_EXPIRING = "proof.expiring", _("A proof is about to expire")
    REPORT_READY = "report.ready", _("A report is ready")
    ACCESS_TO_CONFIRM = "access.to_confirm", _("Your access is to be confirmed")
    OTHER = "news", _("Other news")
    ENDPOINT_PAUSED = "endpoint.paused", _("A webhook was paused")
    TEST = "test", _("Test message")
    DIGEST = "digest", pgettext_lazy("message", "Digest")
    ACCOUNT = "account", _("Your account")


@dataclass(frozen=True, slots=True)
class Way:
    """How messages of a kind come to somebody who has chosen nothing."""

    mail: bool = True
    in_app: bool = True
    digest: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """What holds for a kind of message.

    `at_once`: quiet hours do not hold it back, since a drill or an outage in which the
    reader takes part is under way. `chosen`: people may choose how it comes. `shared`:
    it may go to a webhook or a chat, since it is not one person's own affair.
    """

    hint: str | Promise = ""
    way: Way = Way()
    at_once: bool = False
    chosen: bool = True
    shared: bool = True


_LATER: Final = Way(mail=False, digest=True)
_PERSONAL: Final = Way(in_app=False)

ABOUT: Final[Mapping[Kind, About]] = {
    Kind.PLANNED: About(_("When you are to take part in it.")),
    Kind.WEEK_BEFORE: About(_("When you take part in it.")),
    Kind.HOUR_BEFORE: About(_("When you take part in it.")),
    Kind.STARTED: About(_("With the way to the live page."), at_once=True),
    Kind.INJECT: About(_("What the scenario sends to you or your team."), at_once=True),
    Kind.STUCK: About(_("In a drill or an outage that you facilitate."), at_once=True),
    Kind.HANDED: About(_("In a drill or an outage under way."), at_once=True, shared=False),
    Kind.OVER: About(_("Ended, called off, or missed."), at_once=True),
    Kind.OUTAGE: About(
        _("Of a tool that your work needs, with the way to the live page."), at_once=True
    ),
    Kind.OUTAGE_OPEN: About(
        _("Every few hours, if you declared it and nobody has said that it is over."),
        shared=False,
    ),
    Kind.OUTAGE_OVER: About(_("Over, withdrawn, or going on after all."), at_once=True),
    Kind.ACTIONS_DUE: About(_("One that you own.")),
    Kind.REVIEW_DUE: About(_("One that you own."), _LATER),
    Kind.PROOF_EXPIRING: About(_("Two weeks before it counts no more."), _LATER),
    Kind.REPORT_READY: About(_("One that you asked for, or of a drill that you ran.")),
    Kind.ACCESS_TO_CONFIRM: About(
        _("When what you said of an alternative is too old to count."),
        _LATER,
        shared=False,
    ),
    Kind.OTHER: About(_("All that has no line of its own.")),
    Kind.ENDPOINT_PAUSED: About(_("For administrators."), shared=False),
    Kind.TEST: About(chosen=False, shared=False),
    Kind.DIGEST: About(way=_PERSONAL, chosen=False, shared=False),
    Kind.ACCOUNT: About(way=_PERSONAL, at_once=True, chosen=False, shared=False),
}
"""Each kind, in the order of the page on which people choose."""

CHOSEN: Final = tuple(kind for kind, about in ABOUT.items() if about.chosen)
SHARED: Final = tuple(kind for kind, about in ABOUT.items() if about.shared)
