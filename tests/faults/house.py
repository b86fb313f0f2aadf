"""A house of one's own for a test that breaks things: PostgreSQL that really writes to
its disk, Valkey, and the real web server, filled with what the test has made so far."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Self

import psutil
import psycopg
from django.conf import settings

from continuity.config.places import PROJECT
from continuity.local.children import dies_with_us
from continuity.local.embedded import Postgres, Valkey, start_all, stop_all
from tests.conftest import database_url_of_tests

READY_SECONDS = 30


class House:
    def __init__(self, folder: Path, processes: int) -> None:
        self.log = folder / "web.log"
        self.postgres = Postgres(folder, folder / "sock")
        self.valkey = Valkey(folder, folder / "sock")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "CONTINUITY_DB_POOL": "true",
            "CONTINUITY_WEB_PROCESSES": str(processes),
            "CONTINUITY_SECRET_KEY": settings.SECRET_KEY,
        }

    @classmethod
    @contextmanager
    def opened(cls, *, processes: int) -> Iterator[Self]:
        """Yield a house with what is committed in the database of the test."""
        folder = Path(tempfile.mkdtemp(prefix="continuity-house-"))
        folder.chmod(0o711)
        house = cls(folder, processes)
        servers = [house.postgres, house.valkey]
        try:
            start_all(servers)
            house._furnish()
            web = house._open_web()
            try:
                house._wait(web)
                yield house
            finally:
                web.terminate()
                try:
                    web.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(web.pid, signal.SIGKILL)
                    web.wait()
        finally:
            stop_all(servers)
            shutil.rmtree(folder, ignore_errors=True)

    def _furnish(self) -> None:
        tools = self.postgres.programs
        dump = [str(tools / "pg_dump"), "--no-owner", "-d", plain(database_url_of_tests())]
        read = [str(tools / "psql"), "-qX", "-v", "ON_ERROR_STOP=1"]
        read += ["-d", plain(self.postgres.url)]
        said = subprocess.run(dump, check=True, capture_output=True).stdout
        subprocess.run(read, check=True, input=said, stdout=subprocess.DEVNULL)

    def _open_web(self) -> subprocess.Popen[bytes]:
        command = ["-m", "gunicorn", "-c", "python:continuity.config.gunicorn"]
        command += ["-b", f"127.0.0.1:{self.port}", "--log-level", "critical"]
        with self.log.open("wb") as log:  # full of what a fault is meant to bring about
            self.web = subprocess.Popen(
                [sys.executable, *command],
                cwd=PROJECT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=dies_with_us(signal.SIGTERM),
            )
        return self.web

    def _wait(self, web: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_SECONDS
        while not self.answers():
            assert web.poll() is None, "the web server ended at once"
            assert time.monotonic() < end, "the web server did not answer"
            time.sleep(0.1)

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def workers(self) -> list[psutil.Process]:
        """Return the processes that answer, the oldest first."""
        found = psutil.Process(self.web.pid).children()
        return sorted(found, key=lambda process: process.create_time())

    def web_cpu_seconds(self) -> float:
        """Return the CPU time of the processes that answer, as long as they live."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.workers())

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Return the rows of a question to the house's own database."""
        with psycopg.connect(plain(self.postgres.url)) as connection:
            return connection.execute(sql.encode()).fetchall()

    def run(self, *command: str) -> str:
        """Run a command of manage.py in this house; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=PROJECT,
            env={**self.environment, "CONTINUITY_DB_POOL": "false"},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


def plain(url: str) -> str:
    """Return an address as PostgreSQL's own programs read it."""
    return url.replace("postgres://", "postgresql://")
