"""The servers that come as wheels: whole or not at all, and gone with their parent."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from django.db import connection

from continuity.local.embedded import Postgres, ServiceError, Valkey, _package_folder

OWNER = """
import signal, sys
from pathlib import Path
from continuity.local.embedded import Postgres, Valkey, start_all
folder = Path(sys.argv[1])
servers = [Postgres(folder, folder / "sock", fast=True), Valkey(folder, folder / "sock")]
start_all(servers)
print(*(server.process.pid for server in servers), flush=True)
signal.pause()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not tmp_path: a unix socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="continuity-"))
    yield folder
    shutil.rmtree(folder)


def select_one(server: Postgres) -> int:
    with psycopg.connect(server.url.replace("postgres://", "postgresql://")) as database:
        row = database.execute("SELECT 1").fetchone()
        assert row is not None
        return int(row[0])


def test_what_a_broken_start_left_behind_is_made_anew(folder):
    server = Postgres(folder, folder / "sock", fast=True)
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "PG_VERSION").write_text("half a cluster")

    server.start()

    try:
        assert select_one(server) == 1
        assert not (folder / "postgres.new").exists()
    finally:
        server.stop()


def test_a_process_id_that_now_belongs_to_somebody_else_does_not_stop_the_start(folder):
    server = Postgres(folder, folder / "sock", fast=True)
    server.start()
    pid_file = folder / "postgres" / "postmaster.pid"
    old = pid_file.read_text()
    server.stop()
    pid_file.write_text(f"{os.getppid()}\n" + old.split("\n", 1)[1])

    server.start()

    try:
        assert select_one(server) == 1
    finally:
        server.stop()


def test_one_folder_has_one_server_and_the_second_says_so(folder):
    first = Valkey(folder, folder / "sock")
    first.start()
    try:
        second = Valkey(folder, folder / "sock")
        second.farewell_seconds = 0.2
        with pytest.raises(ServiceError, match="Another valkey is already running in"):
            second.start()

        assert redis.Redis.from_url(first.url).ping() is True
    finally:
        first.stop()


def test_a_killed_owner_leaves_no_server(folder):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    servers = [psutil.Process(int(pid)) for pid in owner.stdout.readline().split()]
    assert len(servers) == 2

    owner.send_signal(signal.SIGKILL)
    owner.communicate()

    _, alive = psutil.wait_procs(servers, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_folder_that_is_a_file_is_one_sentence(folder):
    (folder / "file").write_text("")

    with pytest.raises(
        ServiceError, match=r"valkey cannot start in .*/file: File exists\."
    ):
        Valkey(folder / "file", folder / "sock").start()


def test_a_platform_without_a_wheel_is_told_what_to_set():
    with pytest.raises(ServiceError, match="Set DATABASE_URL and REDIS_URL to servers"):
        _package_folder("no_such_wheel", "PostgreSQL")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["unaccent", "pg_trgm", "citext", "btree_gist"])
def test_the_wheel_brings_the_extension(name):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_available_extensions WHERE name = %s", [name]
        )
        assert cursor.fetchone() == (1,)
