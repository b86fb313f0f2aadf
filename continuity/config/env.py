"""Typed readers of the environment: the only place that reads it.

A guard test holds the names used through these readers against
`docker/.env.example`, so a setting cannot exist without being documented.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """Return $NAME, or the content of the file that $NAME_FILE names (a secret).

    An empty variable counts as one that is not set: that is how a file of variables
    leaves a line blank. Raises ImproperlyConfigured without a value and a default.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return $NAME as a truth value. Raises ImproperlyConfigured unless true or false."""
    value = text(name, str(default)).lower()
    if value not in {"true", "false"}:
        raise ImproperlyConfigured(f"{name} must be true or false, not {value!r}.")
    return value == "true"


def whole(name: str, *, default: int) -> int:
    """Return $NAME as a whole number >= 0. Raises ImproperlyConfigured otherwise."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def words(name: str, *, default: str = "") -> list[str]:
    """Return $NAME split at commas, without blanks and empty parts."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]
