"""A group of processes that starts together, heals, and ends together."""

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

from continuity.local.children import dies_with_us
from continuity.local.embedded import ServiceError

GUARDIAN = Path(__file__).with_name("guardian.py")
DEATHS_A_MINUTE = 5
WAITS_SECONDS = (0.0, 0.5, 1.0, 2.0)
"""Before the first, second, ... restart within a minute."""
STOP_SECONDS = 4.2
"""For everything to end: five are promised, and we have to leave as well."""
PROGRAM_SECONDS = 2.0
"""Of those, for our programs. A task cut off is done again at the next start; the rest
is for the servers, which have data to write and need longer on a busy machine."""


class GaveUp(Exception):
    """A part died so often that restarting it helps nobody."""


class Part(Protocol):
    """What can be supervised: an embedded server or a program of ours."""

    @property
    def name(self) -> str: ...
    @property
    def stops_on(self) -> signal.Signals: ...
    @property
    def process(self) -> subprocess.Popen[bytes] | None: ...
    def spawn(self) -> None: ...
    def is_running(self) -> bool: ...


class Program:
    """One of our own commands; it writes to our output and leads a group of its own."""

    stops_on = signal.SIGTERM

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C in the terminal is for us alone
            preexec_fn=dies_with_us(self.stops_on),
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts parts, restarts those that die, ends all.

    `lock` is an open, locked file. The guardian keeps it open too: it is free again when
    the last process of the group is gone, and not before.
    """

    def __init__(self, lock: IO[str], say: Callable[[str], None]) -> None:
        self.lock = lock
        self.say = say
        self.parts: list[Part] = []
        self.deaths: dict[str, deque[float]] = defaultdict(deque)
        self.restart_at: dict[str, float] = {}
        self.guardian = self._start_guardian()

    def start(self, part: Part) -> None:
        """Start a part and watch it from now on. Raises ServiceError if it cannot start."""
        self.parts.append(part)
        self._spawn(part)

    def check(self) -> None:
        """Restart what has died. Raises GaveUp at the fifth death within a minute."""
        now = time.monotonic()
        if self.guardian.poll() is not None:
            self.guardian = self._start_guardian()
        for part in self.parts:
            if part.is_running():
                continue
            if part.name not in self.restart_at:
                self.restart_at[part.name] = now + self._bury(part, now)
            if now >= self.restart_at[part.name]:
                del self.restart_at[part.name]
                try:
                    self._spawn(part)
                except ServiceError as error:
                    self.say(str(error))

    def stop(self) -> None:
        """End all parts within five seconds: programs together, then the servers."""
        # A second Ctrl-C would leave behind what the first one was about to end.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        programs = [part for part in self.parts if isinstance(part, Program)]
        servers = [part for part in self.parts if not isinstance(part, Program)]
        begun = time.monotonic()
        self._end(programs, begun + PROGRAM_SECONDS)
        self._end(servers, begun + STOP_SECONDS)
        if self.guardian.stdin:
            self.guardian.stdin.close()
        self.guardian.wait()

    def _spawn(self, part: Part) -> None:
        part.spawn()
        self._guard(part)

    def _bury(self, part: Part, now: float) -> float:
        """Count a death and clear up after it. Return how many seconds to wait."""
        self._kill_group(part)
        deaths = self.deaths[part.name]
        deaths.append(now)
        while deaths[0] < now - 60:
            deaths.popleft()
        code = part.process.returncode if part.process else None
        if len(deaths) >= DEATHS_A_MINUTE:
            raise GaveUp(
                f"{part.name} died {len(deaths)} times within a minute (exit {code}): "
                "stopping everything."
            )
        self.say(f"{part.name} died (exit {code}): restarting it.")
        return WAITS_SECONDS[min(len(deaths), len(WAITS_SECONDS)) - 1]

    def _end(self, parts: Sequence[Part], end: float) -> None:
        for part in parts:
            if part.process and part.is_running():
                part.process.send_signal(part.stops_on)
        for part in parts:
            if part.process:
                try:
                    part.process.wait(max(0.0, end - time.monotonic()))
                except subprocess.TimeoutExpired:
                    self.say(f"{part.name} did not end in time: killed.")
            self._kill_group(part)

    def _kill_group(self, part: Part) -> None:
        """Kill a part and what it left behind: children of the web server or worker."""
        if part.process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()
        self._tell_guardian(f"-{part.process.pid}")

    def _start_guardian(self) -> subprocess.Popen[bytes]:
        self.guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARDIAN)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[self.lock.fileno()],
        )
        for part in self.parts:
            if part.is_running():
                self._guard(part)
        return self.guardian

    def _guard(self, part: Part) -> None:
        if part.process:
            self._tell_guardian(f"+{part.process.pid} {int(part.stops_on)}")

    def _tell_guardian(self, line: str) -> None:
        if self.guardian.stdin:
            # If it was killed, check() starts another and tells that one everything.
            with suppress(BrokenPipeError):
                self.guardian.stdin.write(f"{line}\n".encode())
                self.guardian.stdin.flush()
