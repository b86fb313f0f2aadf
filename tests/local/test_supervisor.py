"""How a group of processes ends when its parts are slow to."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from continuity.local.supervisor import Program, Supervisor

DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
SLOW = """
import pathlib, signal, sys, time

def goodbye(*_):
    time.sleep(1.6)
    pathlib.Path(sys.argv[1], "saved").touch()
    sys.exit()

signal.signal(signal.SIGINT, goodbye)
"""
LIVE = "\npathlib.Path(sys.argv[1], sys.argv[2]).touch()\ntime.sleep(60)"


class SlowServer:
    """A server that needs 1.6 s to write down what it holds."""

    name = "slow"
    stops_on = signal.SIGINT
    process: subprocess.Popen[bytes] | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def spawn(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SLOW + LIVE, str(self.folder), "server"],
            start_new_session=True,
        )

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


def test_a_busy_program_leaves_the_servers_time_to_write_down_what_they_hold(tmp_path):
    said: list[str] = []
    handlers = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)}
    with (tmp_path / "lock").open("w") as lock:
        supervisor = Supervisor(lock, said.append)
        code = "import pathlib, sys\n" + DEAF + LIVE
        command = [sys.executable, "-c", code, str(tmp_path), "program"]
        supervisor.start(SlowServer(tmp_path))
        supervisor.start(Program("busy", command, {}))
        while not ((tmp_path / "server").exists() and (tmp_path / "program").exists()):
            time.sleep(0.01)

        begun = time.monotonic()
        supervisor.stop()
        lasted = time.monotonic() - begun
    for number, handler in handlers.items():
        signal.signal(number, handler)

    assert (tmp_path / "saved").exists()
    assert said == ["busy did not end in time: killed."]
    assert 3.5 < lasted < 4.5
