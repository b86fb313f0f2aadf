"""When a drill that nobody expects begins: drawn inside a window, the same each time."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

MINUTE: Final = timedelta(minutes=1)


def seed_of(secret: str, begins: datetime) -> str:
    """Return the seed of one drill of a schedule that keeps `secret` to itself.

    It may be shown once that drill has begun: the instants of the next ones, which are
    drawn from others, cannot be reckoned from it.
    """
    said = f"{secret}|{begins.timestamp():.0f}"
    return sha256(said.encode()).hexdigest()[:32]


def draw(seed: str, begins: datetime, window: timedelta) -> datetime:
    """Return the instant that `seed` draws between `begins` and before its end.

    A whole minute after `begins`; each minute of the window is as likely as any other.
    The same three give the same instant, today and in an audit; without the seed
    nothing is known of it but the window. Raises ValueError for a window under a minute
    and for `begins` without a zone.
    """
    if begins.tzinfo is None:
        raise ValueError("draw() needs an aware datetime")
    minutes = window // MINUTE
    if minutes < 1:
        raise ValueError(f"No window: {window}.")
    said = f"{seed}|{begins.timestamp():.0f}|{minutes}"
    # 256 bits over at most some thousand minutes: no minute is favoured that matters.
    number = int.from_bytes(sha256(said.encode()).digest()) % minutes
    return begins + number * MINUTE
