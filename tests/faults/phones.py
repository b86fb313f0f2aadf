"""Participants with a link and a phone that keeps each press until it is answered."""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from threading import Thread
from urllib.parse import urlencode
from uuid import UUID, uuid4

BUTTON = ("acknowledged", "switched", "minimum")
PATIENCE_SECONDS = 15
WAITS_SECONDS = (0.2, 0.4, 0.8)
"""Before a press is sent again; the browser's outbox takes longer, a test may not."""

TOKEN = "continuitycontinuitycontinuity12"
HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
    "Cookie": f"csrftoken={TOKEN}",
    "X-CSRFToken": TOKEN,
}


@dataclass
class Sent:
    """One press: when it was made, when it was answered, and how often it was sent."""

    clock: str
    key: UUID = field(default_factory=uuid4)
    pressed_at: datetime | None = None
    answered_at: datetime | None = None
    tries: int = 0
    took: timedelta = timedelta()
    """How long the try took that was answered."""

    refused: str = ""


class Phone(Thread):
    """Presses its three buttons at `moments`, seconds from `begins` (monotonic).

    `hangs_up`: it leaves before each first answer, as one that loses its network.
    It stops for good at `gives_up`, seconds from `begins`.
    """

    def __init__(
        self,
        port: int,
        path: str,
        moments: tuple[float, ...],
        *,
        begins: float,
        gives_up: float,
        hangs_up: bool = False,
    ) -> None:
        super().__init__(daemon=True)
        self.port, self.path, self.moments = port, path, moments
        self.begins, self.gives_up, self.hangs_up = begins, begins + gives_up, hangs_up
        self.sent = [Sent(clock) for clock in BUTTON]

    def run(self) -> None:
        for press, moment in zip(self.sent, self.moments, strict=True):
            time.sleep(max(0, self.begins + moment - time.monotonic()))
            press.pressed_at, made = datetime.now(UTC), time.monotonic()
            while not self._send(press, time.monotonic() - made):
                if time.monotonic() > self.gives_up:
                    return
                time.sleep(WAITS_SECONDS[min(press.tries, len(WAITS_SECONDS)) - 1])

    def _send(self, press: Sent, age_seconds: float) -> bool:
        """Send a press once; say whether that settled it."""
        milliseconds = round(age_seconds * 1000)
        fields = {
            "clock": press.clock,
            "key": press.key,
            "pressed_at": press.pressed_at,
            "age_ms": milliseconds,
            "wall_ms": milliseconds,
        }
        press.tries += 1
        begun = time.monotonic()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("POST", self.path, urlencode(fields), HEADERS)
            if self.hangs_up and press.tries == 1:
                return False
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()
        if answer.status >= 500 or answer.status == 429:
            return False
        press.took = timedelta(seconds=time.monotonic() - begun)
        press.answered_at = datetime.now(UTC)
        if answer.status != 200 or json.loads(body).get("recorded") is not True:
            press.refused = f"{answer.status} {body[:200]!r}"
        return True


def percentile(lengths: list[timedelta], percent: int) -> timedelta:
    """Return the length that `percent` of all do not exceed."""
    return sorted(lengths)[(len(lengths) * percent + 99) // 100 - 1]
