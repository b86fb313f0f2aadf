"""`manage.py up` as a person meets it: it heals, it ends, it says why it cannot start.

All tests share one group; each start of one costs four seconds.
"""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest

from continuity.config.places import PROJECT

pytestmark = pytest.mark.slow
PARTS = {
    "web": "gunicorn",
    "worker": "celery",
    "beat": "ticker",
    "valkey": "valkey-server",
    "postgres": "bin/postgres",
}


def environment(folder: Path) -> dict[str, str]:
    mine = {"DATABASE_URL", "REDIS_URL", "CONTINUITY_SECRET_KEY", "CONTINUITY_BASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in mine}
    return {**kept, "CONTINUITY_VAR": str(folder)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(happened: Callable[[], bool], *, within_seconds: float) -> bool:
    end = time.monotonic() + within_seconds
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.05)
    return happened()


def ticked_after(folder: Path, instant: datetime) -> bool:
    """Say whether a tick begun later went through broker and worker to the database."""
    try:
        with psycopg.connect(host=f"{folder}/sock", user="app", dbname="app") as database:
            row = database.execute("SELECT at > %s FROM notifications_heartbeat", [instant])
            return row.fetchone() == (True,)
    except psycopg.OperationalError:
        return False


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class Group:
    """An `up` in a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.printed = ""
        terminal, end = pty.openpty()
        self.terminal = terminal
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--empty", "--port", str(self.port)],
            cwd=PROJECT,
            env=environment(folder),
            stdin=end,
            stdout=end,
            stderr=end,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # controlling
        )
        os.close(end)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        assert eventually(self.has_started, within_seconds=240), self.printed
        assert self.process.poll() is None, self.printed

    def _read(self) -> None:
        try:
            while text := os.read(self.terminal, 4096):
                self.printed += text.decode(errors="replace")
        except OSError:
            pass  # the other end is closed

    def has_started(self) -> bool:
        return "Ctrl-C stops" in self.printed or self.process.poll() is not None

    def everyone(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def part(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                if PARTS[name] in " ".join(child.cmdline()):
                    return child
            except psutil.NoSuchProcess:
                pass
        return None

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=5
            ) as page:
                return int(page.status)
        except urllib.error.HTTPError as answer:
            return answer.code
        except OSError:
            return 0

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
        self.reader.join(5)
        os.close(self.terminal)


def refused(folder: Path, *options: str) -> str:
    """Run an `up` that cannot start. Return what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", "up", *options],
        check=False,
        cwd=PROJECT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr.strip()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    # Not tmp_path: a unix socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="continuity-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def started(folder: Path) -> Iterator[list[Group]]:
    """The group that all tests share, once there is one."""
    groups: list[Group] = []
    yield groups
    for group in groups:
        group.close()


@pytest.fixture
def group(folder: Path, started: list[Group]) -> Group:
    # The tests may come in any order: one of them ends the group.
    if started and started[0].process.poll() is not None:
        started.pop().close()
    if not started:
        started.append(Group(folder))
    return started[0]


def test_an_empty_start_asks_for_the_first_account(group):
    assert f"http://127.0.0.1:{group.port}/setup/" in group.printed
    assert group.status("/healthz") == 200
    assert eventually(lambda: group.status("/readyz") == 200, within_seconds=15)


def test_the_secret_key_is_for_its_owner_alone(group, folder):
    assert (folder / "secret-key").stat().st_mode & 0o777 == 0o600
    assert len((folder / "secret-key").read_text()) >= 50


@pytest.mark.parametrize("name", PARTS)
def test_a_killed_part_comes_back_and_the_clock_ticks_on(group, folder, name):
    killed = group.part(name)
    assert killed is not None
    left_behind = killed.children(recursive=True)

    killed.kill()
    instant = datetime.now(UTC)

    assert eventually(lambda: group.part(name) not in {None, killed}, within_seconds=10)
    assert eventually(lambda: ticked_after(folder, instant), within_seconds=20), (
        group.printed
    )
    assert eventually(lambda: group.status("/readyz") == 200, within_seconds=5)
    assert eventually(lambda: not any(map(is_alive, left_behind)), within_seconds=5)


def test_a_second_up_in_the_same_folder_is_one_sentence(group, folder):
    said = refused(folder, "--port", str(free_port()))

    assert said == (
        f"CommandError: Continuity already runs in {folder} (process {group.process.pid}). "
        "Stop it first, or set CONTINUITY_VAR to another folder."
    )


def test_a_taken_port_is_one_sentence(group, tmp_path):
    said = refused(tmp_path, "--port", str(group.port))

    assert said == (
        f"CommandError: Continuity cannot listen on 127.0.0.1, port {group.port}: Address "
        f"already in use. Try another port: --port {group.port + 1}"
    )


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")

    said = refused(tmp_path / "file")

    assert re.fullmatch(
        r"Continuity cannot keep its data in .*/file: (File exists|Not a directory)\.", said
    )


def test_ctrl_c_ends_everything_within_five_seconds(group):
    everyone = group.everyone()
    assert len(everyone) >= 9  # guardian, postgres and its own, valkey, web, worker, beat
    already_printed = len(group.printed)
    begun = time.monotonic()

    os.write(group.terminal, b"\x03")

    assert group.process.wait(10) == 0
    assert time.monotonic() - begun < 5
    assert [process for process in everyone if is_alive(process)] == []
    assert "Traceback" not in group.printed[already_printed:]
    assert "Continuity has stopped." in group.printed


def test_a_killed_supervisor_leaves_nothing_and_can_start_again(folder, started):
    while started:
        started.pop().close()
    group = Group(folder)
    everyone = group.everyone()

    group.process.send_signal(signal.SIGKILL)
    group.process.wait()

    assert eventually(lambda: not any(map(is_alive, everyone)), within_seconds=6)
    group.close()
    Group(folder).close()
