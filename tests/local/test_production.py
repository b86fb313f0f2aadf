"""Settings as on a server."""

import os
import subprocess
import sys

import pytest

from continuity.config.places import PROJECT

SERVER = {
    "CONTINUITY_SECRET_KEY": "".join(chr(ord("0") + n) for n in range(60)),
    "CONTINUITY_BASE_URL": "https://continuity.example.org",
    "CONTINUITY_BEHIND_PROXY": "true",
    "DATABASE_URL": "postgres://app:secret@postgres/app",
    "REDIS_URL": "redis://valkey:6379/0",
    "CONTINUITY_SMTP_HOST": "mail.example.org",
}


def manage(folder, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    ours = ("CONTINUITY_", "DJANGO_ALLOW_ASYNC_UNSAFE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=False,
        cwd=PROJECT,
        env={**kept, **SERVER, "CONTINUITY_VAR": str(folder), **changed},
        capture_output=True,
        text=True,
    )


def test_the_settings_of_a_server_pass_djangos_check_for_deployment(tmp_path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")

    assert (done.returncode, done.stderr) == (0, "")


def test_a_server_without_a_key_does_not_start(tmp_path):
    done = manage(tmp_path, "check", CONTINUITY_SECRET_KEY="")

    assert done.returncode == 1
    assert "CONTINUITY_SECRET_KEY is not set." in done.stderr


@pytest.mark.slow
def test_static_files_get_names_with_a_hash(tmp_path):
    hashed = {"CONTINUITY_HASHED_STATIC": "true", "CONTINUITY_STATIC_ROOT": str(tmp_path)}

    done = manage(tmp_path, "collectstatic", "--no-input", **hashed)

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()
