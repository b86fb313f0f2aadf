"""`run`, the one entrance, before there is any environment."""

import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from continuity.config.places import PROJECT


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, on a machine without any Python."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = ModuleType("run")
    module.__file__ = str(PROJECT / "run")
    SourceFileLoader("run", str(PROJECT / "run")).exec_module(module)
    monkeypatch.setattr(module, "PLACES", (str(tmp_path / "versions/3.*/bin/python"),))
    monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return module


def pretend(path: Path, said: str, code: int = 0) -> None:
    """Make a program that prints what a Python of some version would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    path.chmod(0o755)


def test_no_python_is_a_sentence_that_says_what_to_install(run):
    with pytest.raises(SystemExit, match=r"needs Python 3.12 or newer .* found none"):
        run.find_python()


def test_an_old_python_on_the_path_gives_way_to_a_new_one_elsewhere(run, tmp_path):
    pretend(tmp_path / "bin/python3", "3.11.7 (main)")
    pretend(tmp_path / "versions/3.13.0/bin/python", "3.13.0 (main)")

    assert run.find_python() == str(tmp_path / "versions/3.13.0/bin/python")


def test_a_python_that_cannot_make_environments_is_passed_over(run, tmp_path):
    pretend(tmp_path / "bin/python3.12", "3.12.1 (main)", code=1)
    pretend(tmp_path / "bin/python3.13", "3.13.0 (main)")

    assert run.find_python() == str(tmp_path / "bin/python3.13")


@pytest.mark.parametrize(
    ("stamp", "ready"), [(None, False), ("another lock", False), ("this lock", True)]
)
def test_an_environment_is_believed_when_its_stamp_is_of_this_lock(
    run, tmp_path, monkeypatch, stamp, ready
):
    pretend(tmp_path / "python", "")
    monkeypatch.setattr(run, "PYTHON", str(tmp_path / "python"))
    if stamp is not None:
        (tmp_path / "stamp").write_text(stamp)

    assert run.is_ready(str(tmp_path / "stamp"), "this lock") is ready


@pytest.mark.parametrize("arguments", [[], ["help"], ["dance"]])
def test_what_it_does_not_know_shows_what_it_does(run, capsys, arguments):
    code = run.main(arguments[0] if arguments else "", [])

    assert code == (0 if arguments == ["help"] else 2)
    assert "./run test" in capsys.readouterr().out
