"""The outbox as a file."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from continuity.notifications.models import Notification
from continuity.web.tables.sheets import Column, Sheet, moment, sheet


def outbox(lines: Callable[[], Iterable[Notification]]) -> Sheet:
    """Return mails without their text, which may hold a link that signs somebody in."""
    columns: list[Column[Notification]] = [
        Column(_("Subject"), lambda one: one.subject),
        Column(_("To"), lambda one: one.recipient.name or one.recipient.email),
        Column(_("Due"), lambda one: moment(one.due_at)),
        Column(_("State"), _state),
        Column(_("Sent"), lambda one: moment(one.sent_at)),
        Column(_("Attempts"), lambda one: one.attempts),
        Column(_("Last error"), lambda one: one.last_error),
    ]
    return sheet("messages", columns, lines)


def _state(one: Notification) -> str:
    if one.sent_at:
        return _("Sent")
    if one.gave_up_at:
        return _("Given up")
    return _("Tried, waits") if one.attempts else _("Waits")
