"""When a person may be told something: quiet hours, and the hour of a digest."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def quiet_until(
    now: datetime, begin: time | None, end: time | None, zone: tzinfo
) -> datetime | None:
    """Return when the quiet hours that `now` falls into are over, None outside of them.

    `begin` belongs to them, `end` no more; both are read on the wall clock of `zone`, and
    hours that begin later than they end go over midnight. Without two ends there are none.
    An end that a daylight-saving change skips comes as late as the change is long; one
    that is there twice is the first.
    """
    if begin is None or end is None or begin == end:
        return None
    local = now.astimezone(zone)
    clock = local.time()
    if begin < end:
        quiet, days = begin <= clock < end, 0
    else:
        quiet, days = clock >= begin or clock < end, int(clock >= begin)
    if not quiet:
        return None
    over = _at(local.date() + days * DAY, end, zone)
    # In the second of two equal hours the first of two ends has gone by already.
    return over if over > now else None


def next_digest(after: datetime, at: time, zone: tzinfo, *, weekly: bool) -> datetime:
    """Return the first moment later than `after` at which a digest is to be written.

    Every day at `at` on the wall clock of `zone`, or on Mondays alone.
    """
    first = after.astimezone(zone).date()
    if weekly:
        first -= first.weekday() * DAY
    step = WEEK if weekly else DAY
    moment = _at(first, at, zone)
    while moment <= after:
        first += step
        moment = _at(first, at, zone)
    return moment


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
