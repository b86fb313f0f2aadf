"""A person's or a team's drills as a calendar file that programs subscribe to."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from continuity.drills.models import MARK, CalendarLink
from continuity.drills.queries.calendar import Entry, entries

PAST: Final = timedelta(days=92)
AHEAD: Final = timedelta(days=366)


def feed(link: CalendarLink, *, now: datetime) -> bytes:
    """Return the drills of `link` from three months ago to a year ahead, as RFC 5545.

    In the language of the person whose link it is; instants are in UTC, which every
    program turns into the reader's zone.
    """
    user = link.user
    language = user.language or settings.LANGUAGE_CODE
    zone = ZoneInfo(user.zone or settings.TIME_ZONE)
    with translation.override(language), timezone.override(zone):
        found = entries(
            user,
            since=now - PAST,
            until=now + AHEAD,
            team=link.team,
            own=link.team is None,
            now=now,
        )
        calendar = Calendar()
        calendar.add("PRODID", "-//Continuity//Drills//EN")
        calendar.add("VERSION", "2.0")
        calendar.add("METHOD", "PUBLISH")
        calendar.add("X-WR-CALNAME", _("Drills: %(name)s") % {"name": link})
        calendar.add("REFRESH-INTERVAL", timedelta(hours=1), {"VALUE": "DURATION"})
        for entry in found.entries:
            calendar.add_component(_event(entry, now))
        return bytes(calendar.to_ical())


def _event(entry: Entry, now: datetime) -> Event:
    event = Event()
    address = f"{settings.BASE_URL}{entry.path}"
    event.add("UID", f"{entry.uid}@{settings.MAIL_DOMAIN}")
    event.add("DTSTAMP", now.replace(microsecond=0))
    event.add("DTSTART", entry.at.replace(microsecond=0))
    event.add("DTEND", entry.ends_at.replace(microsecond=0))
    event.add("SUMMARY", f"{MARK}: {entry.title}")
    about = _("This is practice: no tool really fails.")
    event.add("DESCRIPTION", "\n\n".join(filter(None, [MARK, about, entry.aim, address])))
    event.add("URL", address)
    event.add("CATEGORIES", [MARK])
    if entry.is_off:
        event.add("STATUS", "CANCELLED")
    else:
        event.add("STATUS", "CONFIRMED" if entry.state else "TENTATIVE")
    return event
