"""Injects in the reader's language: when they are due, whom they are meant for."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from continuity.domain.clocks import Clock
from continuity.domain.injects import Trigger
from continuity.drills.models import Scenario, Words
from continuity.outages.models import CLOCK_LABELS, Decision


@dataclass(frozen=True, slots=True)
class Scripted:
    """An inject of a scenario as a page shows it."""

    number: int
    when: str
    sender: str
    channel: str
    to: str
    text: str
    expected: str


def scripted(scenario: Scenario) -> tuple[Scripted, ...]:
    """Return the injects of a scenario in the order of their numbers. One query."""
    return tuple(
        Scripted(
            number=inject.number,
            when=when_words(inject),
            sender=inject.sender,
            channel=inject.get_channel_display(),
            to=to_words(inject),
            text=inject.text,
            expected=inject.expected,
        )
        for inject in scenario.injects.select_related("to_team", "workflow")
    )


def when_words(inject: Words) -> str:
    """Return when an inject is due, in words: "T+20" or what it waits for."""
    minutes = inject.wait // timedelta(minutes=1)
    if inject.trigger == Trigger.TIME:
        return f"T+{minutes}"
    who = str(inject.workflow) if inject.workflow is not None else _("Somebody")
    match inject.trigger:
        case Trigger.DECISION:
            what = _("%(who)s decides: %(decision)s") % {
                "who": who,
                "decision": Decision(inject.value).label,
            }
        case Trigger.MARK:
            what = _("%(who)s: %(clock)s") % {
                "who": who,
                "clock": CLOCK_LABELS[Clock(inject.value)],
            }
        case _:
            what = _("Inject %(number)s delivered") % {"number": inject.value}
    return f"{what} +{minutes}" if minutes else what


def to_words(inject: Words) -> str:
    """Return whom an inject is meant for, in words."""
    role = inject.get_to_role_display() if inject.to_role else _("Everyone")
    return f"{role} · {inject.to_team}" if inject.to_team is not None else role
