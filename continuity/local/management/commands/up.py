"""`manage.py up`: everything that the product needs, on this machine, in one group."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentParser
from typing import IO, Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection

from continuity.accounts.models import User
from continuity.config import env, places
from continuity.inventory.models import Tool
from continuity.local.embedded import Postgres, Server, ServiceError, Valkey
from continuity.local.supervisor import GaveUp, Program, Supervisor

FAREWELL_SECONDS = 6.0
"""How long the guardian of a group that was killed may need to end it."""
ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104


class Command(BaseCommand):
    help = "Start database, broker, web, worker and beat as one group. Ctrl-C ends it."
    # They need the database, which does not run yet.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--host", default="127.0.0.1", help="0.0.0.0 opens it to phones"
        )
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--empty",
            action="store_true",
            help="on an empty database, load the catalogue and the scenarios and no sample",
        )
        parser.add_argument(
            "--stop-after-ready", action="store_true", help="start, say so, and stop"
        )

    def handle(
        self, *, host: str, port: int, empty: bool, stop_after_ready: bool, **options: Any
    ) -> None:
        begun = time.monotonic()
        lock = take_lock()
        check_address(host, port)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        supervisor = Supervisor(lock, self.say)
        try:
            start_servers(supervisor)
            environment = environment_for(host, port)
            notice = prepare_database(environment, empty=empty)
            for program in programs(host, port, environment):
                supervisor.start(program)
            self._wait_for_the_first_page(supervisor, host, port)
            self.say(
                f"Continuity is ready after {time.monotonic() - begun:.1f} s: "
                f"{environment['CONTINUITY_BASE_URL']}/"
            )
            if notice:
                self.say(notice)
            self.say("Ctrl-C stops everything.")
            while not stop_after_ready:
                time.sleep(0.2)
                supervisor.check()
        except KeyboardInterrupt:
            self.say("")
        except (ServiceError, GaveUp) as error:
            raise CommandError(str(error)) from error
        finally:
            supervisor.stop()
        self.say("Continuity has stopped.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _wait_for_the_first_page(
        self, supervisor: Supervisor, host: str, port: int
    ) -> None:
        near = "127.0.0.1" if host in ANY_ADDRESS else host
        page = f"{web_address(near, port)}/healthz"
        while True:
            try:
                urllib.request.urlopen(page, timeout=5).close()  # noqa: S310
            except OSError:
                supervisor.check()
                time.sleep(0.05)
            else:
                return


def take_lock() -> IO[str]:
    """Return the locked file that makes this the only `up` of its folder.

    Raises CommandError if another one runs, or if the folder cannot be written.
    """
    try:
        lock = (places.VAR / "up.lock").open("a+")
    except OSError as error:
        raise CommandError(
            f"Continuity cannot keep its data in {places.VAR}: {error.strerror}."
        ) from error
    end = time.monotonic() + FAREWELL_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip()
            # After a `kill -9` its guardian holds the lock until all its children are gone.
            if is_alive(holder) or time.monotonic() > end:
                raise CommandError(
                    f"Continuity already runs in {places.VAR} (process {holder}). "
                    "Stop it first, or set CONTINUITY_VAR to another folder."
                ) from None
            time.sleep(0.1)
        else:
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            return lock


def is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def check_address(host: str, port: int) -> None:
    """Raise CommandError unless the web server will be able to listen there."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CommandError(
            f"Continuity cannot listen on {host}, port {port}: {reason}. "
            f"Try another port: --port {port + 1}"
        ) from error


def web_address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def own_address() -> str:
    """Return this machine's address in its network; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address that documents use, RFC 5737
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def start_servers(supervisor: Supervisor) -> None:
    """Start the servers for which no address is set, side by side."""
    servers: list[Server] = []
    if not env.text("DATABASE_URL", ""):
        servers.append(Postgres(places.VAR, places.socket_folder()))
    if not env.text("REDIS_URL", ""):
        servers.append(Valkey(places.VAR, places.socket_folder()))
    for server in servers:
        supervisor.start(server)
    for server in servers:
        server.wait_until_ready()


def environment_for(host: str, port: int) -> dict[str, str]:
    shown = own_address() if host in ANY_ADDRESS else host
    return {"CONTINUITY_BASE_URL": web_address(shown, port), **os.environ}


def prepare_database(environment: dict[str, str], *, empty: bool) -> str:
    """Migrate, and fill an empty database. Return what the person must know then.

    Raises CommandError if the database does not answer or the data cannot be loaded.
    """
    try:
        call_command("migrate", interactive=False, verbosity=0)
        people, tools = User.objects.exists(), Tool.objects.exists()
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {error}") from error
    finally:
        connection.close()
    if not (people or tools or empty):
        return load("load_sample", environment)
    if not tools:
        load("load_catalogue", environment)
        load("load_scenarios", environment)
    if not people:
        return f"Make the first account: {environment['CONTINUITY_BASE_URL']}/setup/"
    note = places.VAR / "sign-in.txt"
    return f"The sample's sign-in is in {note}" if note.exists() else ""


def load(command: str, environment: dict[str, str]) -> str:
    """Run a command of manage.py that loads data. Return what it printed."""
    loaded = subprocess.run(
        [sys.executable, str(places.PROJECT / "manage.py"), command],
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    if loaded.returncode:
        raise CommandError(f"{command} failed, see above.")
    return loaded.stdout.strip()


def programs(host: str, port: int, environment: dict[str, str]) -> list[Program]:
    """Return web, worker and beat, ready to start."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    web = ["-m", "gunicorn", "-c", "python:continuity.config.gunicorn", "-b", bind]
    web += ["--graceful-timeout", "1"]  # less than the supervisor's patience
    # On one's own machine the warning that root should not run it helps nobody.
    worker = ["-W", "ignore:You're running the worker with superuser", "-m", "celery"]
    worker += ["-q", "-A", "continuity.config", "worker", "-c", "2", "-l", "WARNING"]
    beat = [str(places.PROJECT / "manage.py"), "ticker"]
    # Only web: Celery would close a pool after each task.
    pooled = {"CONTINUITY_DB_POOL": "true", **environment}
    return [
        Program("web", [sys.executable, *web], pooled),
        Program("worker", [sys.executable, *worker], environment),
        Program("beat", [sys.executable, *beat], environment),
    ]
