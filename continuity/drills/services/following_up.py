"""Reminding people of their actions on the day they are due, and while they are overdue."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from continuity.accounts.models import User
from continuity.drills.models import CorrectiveAction
from continuity.notifications.services import Message, owe
from continuity.web import formats

DAY: Final = timedelta(days=1)
AGAIN: Final = timedelta(days=7)
"""How long after a reminder that something is overdue the next one comes."""


def remind(*, now: datetime, limit: int = 100) -> int:
    """Remind the owner of every action that asks for it today; return of how many.

    Today is the installation's. On the day it is due, the day after, then every week
    until it is closed. Each in its own transaction under its row's lock, so twice at once
    tells nobody twice; after days without a clock only the latest word is said.
    """
    today = timezone.localdate(now)
    due = CorrectiveAction.objects.to_remind(today).order_by("remind_on", "pk")
    return sum(
        _remind_one(pk, now=now) for pk in list(due.values_list("pk", flat=True)[:limit])
    )


@transaction.atomic(durable=True)
def _remind_one(action_pk: int, *, now: datetime) -> bool:
    today = timezone.localdate(now)
    action = (
        CorrectiveAction.objects.to_remind(today)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("owner")
        .filter(pk=action_pk)
        .first()
    )
    if action is None or action.remind_on is None:
        return False  # another worker has it, or had it
    days = (today - action.due_on).days
    action.remind_on = today + (AGAIN if days > 0 else DAY)
    action.save(update_fields=["remind_on"])

    def write(user: User) -> Message:
        if days > 0:
            subject = ngettext(
                "Overdue for %(days)d day: %(action)s",
                "Overdue for %(days)d days: %(action)s",
                days,
            ) % {"days": days, "action": action.text}
        else:
            subject = _("Due today: %(action)s") % {"action": action.text}
        return Message(
            subject,
            _(
                "It is due on %(day)s, and you own it:\n\n%(action)s\n\nSay how far it "
                "is, or ask for another date:"
            )
            % {"day": formats.day(action.due_on), "action": action.text}
            + f"\n\n{settings.BASE_URL}{action.get_absolute_url()}\n",
        )

    owe([action.owner], write=write, key=f"action-due-{action.pk}-{today}", now=now)
    return True
