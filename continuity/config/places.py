"""Where things lie on disk, derived from the project and from nothing else."""

import hashlib
import os
import secrets
import tempfile
from pathlib import Path

from continuity.config import env

PROJECT = Path(__file__).resolve().parents[2]
VAR = Path(env.text("CONTINUITY_VAR", str(PROJECT / "var"))).resolve()
"""All that the embedded services write. Deleting it is a fresh start."""

LONGEST_SOCKET_FOLDER = 80
"""A unix socket's path may have 107 bytes; the file's own name needs the rest."""


def socket_folder() -> Path:
    """Return the folder of the embedded services' sockets: `var/sock`, or a short
    folder under the system's temporary one if the project lies too deep for that."""
    folder = VAR / "sock"
    if len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:10]
    return Path(tempfile.gettempdir()) / f"continuity-{name}"


def own_secret_key() -> str | None:
    """Return the key that `manage.py up` made for this folder, None before that.

    A server gets its key from outside, so there this file does not exist.
    """
    file = VAR / "secret-key"
    return file.read_text() if file.exists() else None


def make_own_secret_key() -> None:
    """Make `var/secret-key` unless there is one. Raises OSError if that is impossible."""
    VAR.mkdir(parents=True, exist_ok=True)
    if own_secret_key() is not None:
        return
    unfinished = VAR / f"secret-key.{os.getpid()}"
    unfinished.touch(mode=0o600)
    unfinished.write_text(secrets.token_urlsafe(50))
    unfinished.rename(VAR / "secret-key")
