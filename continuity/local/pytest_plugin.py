"""A PostgreSQL and a Valkey of its own for each test run, gone when the run ends.

Loaded by `addopts` in pyproject.toml. DATABASE_URL or REDIS_URL, where set, are used as
they are. With `-n` each process of pytest-xdist has its own, and the one that hands out the
tests has none: tests that run side by side share neither a broker nor a row.

Nothing that knows places or settings may be imported before the hook has set the
environment, hence the imports inside.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import pytest

header = pytest.StashKey[str]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    # A wrapper, because pytest-django reads Django's settings in the same hook.
    asked = early_config.known_args_namespace
    if not (asked.help or asked.version):
        folder = _own_folder(early_config)
        if _runs_tests(early_config):
            _start(early_config, folder)
    return (yield)


def _runs_tests(config: pytest.Config) -> bool:
    """Tell whether tests run in this process, not in those that it starts."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return is_worker or not getattr(config.known_args_namespace, "numprocesses", None)


def _own_folder(config: pytest.Config) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="continuity-tests-"))
    folder.chmod(0o711)  # as root without user namespaces, PostgreSQL runs as nobody
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ["CONTINUITY_VAR"] = str(folder)
    os.environ["CONTINUITY_SECRET_KEY"] = "a key for tests, and for nothing else"  # noqa: S105
    return folder


def _start(config: pytest.Config, folder: Path) -> None:
    begun = time.monotonic()

    from continuity.local.embedded import (
        Postgres,
        Server,
        ServiceError,
        Valkey,
        start_all,
        stop_all,
    )

    servers: dict[str, Server] = {}
    try:
        if not os.environ.get("DATABASE_URL"):
            servers["DATABASE_URL"] = Postgres(folder, folder / "sock", fast=True)
        if not os.environ.get("REDIS_URL"):
            servers["REDIS_URL"] = Valkey(folder, folder / "sock")
        start_all(list(servers.values()))
    except ServiceError as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(lambda: stop_all(list(servers.values())))  # runs before the rmtree
    os.environ.update({name: server.url for name, server in servers.items()})
    config.stash[header] = f"services up in {time.monotonic() - begun:.1f} s"


def pytest_configure(config: pytest.Config) -> None:
    if header in config.stash:
        config.option.reuse_db = True  # it goes with its server: nobody need drop it


def pytest_report_header(config: pytest.Config) -> str | None:
    return config.stash.get(header, None)
