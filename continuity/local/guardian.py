"""Ends the process groups of a supervisor that died without ending them itself.

Runs alone as a script. Each line of its input is `+GROUP SIGNAL` or `-GROUP`; the input
ends when the supervisor does, `kill -9` included. What the supervisor started dies with
it on Linux anyway, but the children of those (web and task processes) do not, and on
other systems nothing does.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 3.0


def send(group: int, number: int) -> bool:
    """Send a signal to a group. Return False if nobody is left in it."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        group, *farewell = line[1:].split()
        if line.startswith("+"):
            groups[int(group)] = int(farewell[0])
        else:
            groups.pop(int(group), None)
    for leader, goodbye in groups.items():
        send(leader, goodbye)
    end = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < end and any(send(leader, 0) for leader in groups):
        time.sleep(0.05)
    for leader in groups:
        send(leader, signal.SIGKILL)


if __name__ == "__main__":
    main()
