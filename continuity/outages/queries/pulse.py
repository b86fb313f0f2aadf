"""What hundreds of live pages ask every three seconds, answered from one query.

A page that is open holds a ticket: signed proof that its reader was let in a moment ago.
With it a page asks whether anything has changed, without a session and without a user,
so that the answer can be shared by everyone who looks at the same outage.
"""

from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from django.core import signing

from continuity.outages.models import Outage

SHARED_FOR: Final = timedelta(seconds=1)
TICKET_LASTS: Final = timedelta(minutes=10)
"""After this a page has to be let in again, which it does by itself."""

MOST_KEPT: Final = 1000
SIGNER: Final = signing.TimestampSigner(salt="outages.pulse", sep=".")


def version_of(entries: int, state: str) -> str:
    """Return what changes whenever the live page of an outage would look different."""
    return f"{entries}-{state}"


def ticket(outage: Outage) -> str:
    """Return what lets a page that was just shown ask for the pulse of `outage`."""
    return SIGNER.sign(str(outage.pk))


def holds(outage_pk: int, given: str) -> bool:
    """Say whether `given` is a ticket for this outage that has not run out."""
    try:
        return SIGNER.unsign(given, max_age=TICKET_LASTS) == str(outage_pk)
    except signing.BadSignature:
        return False


class Pulse:
    """The versions of outages, each read at most once a second by this process."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[datetime, str | None]] = {}
        self._lock = Lock()

    def version(self, outage_pk: int, *, now: datetime) -> str | None:
        """Return the version of an outage as it was at most a second before `now`; None
        if there is none. One query in a second, however many ask; none of a second
        that some other thread of this process has begun."""
        with self._lock:
            at, known = self._read.get(outage_pk, (None, None))
            if at is not None and timedelta() <= now - at < SHARED_FOR:
                return known
            row = (
                Outage.objects.filter(pk=outage_pk).values_list("entries", "state").first()
            )
            found = None if row is None else version_of(*row)
            if len(self._read) >= MOST_KEPT:
                self._read.clear()
            self._read[outage_pk] = (now, found)
            return found


pulse: Final = Pulse()
