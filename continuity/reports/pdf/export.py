"""One export: a process of its own with limits, facts in, PDF out.

The engine keeps its last results in memory, cannot be interrupted by a signal handler
and hangs when forked after use. A child that lives for one file has none of these
problems, and takes its memory with it when it ends. What the child does is in
`typesetting`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pikepdf import PdfError

from continuity.reports.pdf.facts import Language, Paper
from continuity.reports.pdf.packing import Paged, packed
from continuity.reports.typesetting import MADE, REFUSED

_SOURCE: Final = Path(__file__).resolve().parents[3]

_ENVIRONMENT: Final = {
    "PATH": os.defpath,
    "LC_ALL": "C.UTF-8",
    # More threads spend more and gain little on cores that a worker shares.
    "RAYON_NUM_THREADS": "1",
    # One heap, grown in large steps: the engine asks for some hundred megabytes in small
    # pieces, and a third of what the system does for it is growing heaps.
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TOP_PAD_": str(32 << 20),
}


class PdfFailed(Exception):
    """No file was made.

    `retry` says whether the same facts may succeed another time: true when time ran
    out or the system ended the process, false when the facts cannot be typeset or do
    not fit in the memory allowed. The message is for the log, not for people.
    """

    def __init__(self, message: str, *, retry: bool) -> None:
        super().__init__(message)
        self.retry = retry


def command(module: str, limits: Mapping[str, int]) -> list[str]:
    """Return how a process of `typesetting` is started: the `main` of one of its modules.

    Isolated (-I): neither the environment nor the working directory chooses what is
    imported. Our own source is put last, so it cannot stand before the standard library.
    """
    start = (
        "import sys; sys.path.append(sys.argv[1]);"
        f" from continuity.reports.typesetting.{module} import main; sys.exit(main())"
    )
    return [sys.executable, "-I", "-c", start, str(_SOURCE), json.dumps(limits)]


def render(
    facts: Mapping[str, Any],
    *,
    layout: str,
    language: Language,
    paper: Paper = "a4",
    digest: str,
    timeout: timedelta,
    memory_mb: int,
    attachment: str | None = None,
    logo: bytes | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Paged:
    """Return one file that is both PDF/A-2a and PDF/UA-1, laid out by `layout`.

    `facts` are those of the kind, with their words. The same facts give the same
    bytes. `digest` is that of all facts, where `facts` are a part of them. With an
    `attachment`, all facts as the text that their digest is taken over, the file is
    PDF/A-3a and holds it. `logo` is the picture that the facts' `logo` names.
    `memory_mb` limits the child's address space in MiB; 1024 is ample for 500 workflows.
    `beside` is for the layout and is no fact: plain JSON of our own.

    Blocks for at most `timeout`, then ends the child and all it started; packing the file
    comes after it, a quarter of a second for a hundred pages. Raises PdfFailed if there is
    no file, ValueError if the facts are not plain JSON.
    """
    order = {
        "facts": facts,
        "beside": beside or {},
        "digest": digest,
        "attachment": attachment,
        "kind": layout,
        "language": language,
        "paper": paper,
        "logo": None if logo is None else b64encode(logo).decode(),
    }
    body = json.dumps(order, allow_nan=False).encode("ascii")
    limits = {"memory_mb": memory_mb, "cpu_seconds": int(timeout.total_seconds() * 2) + 1}
    with tempfile.TemporaryDirectory() as folder:
        child = subprocess.Popen(  # noqa: S603 - our interpreter, our source, no shell
            command("child", limits),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_ENVIRONMENT,
            start_new_session=True,
        )
        try:
            _nothing, errors = child.communicate(body, timeout.total_seconds())
        except subprocess.TimeoutExpired:
            raise PdfFailed(
                f"No PDF after {timeout.total_seconds():.3g} s; the export was ended.",
                retry=True,
            ) from None
        finally:
            # Also after an error of our own: nothing of an export outlives its call.
            _end(child)
        if child.returncode == 0:
            try:
                return packed(Path(folder, MADE))
            except PdfError as error:
                raise PdfFailed(f"The file is not whole: {error}", retry=True) from None
    last = errors.decode("utf-8", "replace").strip()[-800:]
    if child.returncode == REFUSED:
        raise PdfFailed(f"The facts cannot be typeset: {last}", retry=False)
    ended_by_system = child.returncode == -signal.SIGKILL
    raise PdfFailed(
        f"The export ended with status {child.returncode}: {last}", retry=ended_by_system
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stderr):
        if pipe is not None:
            pipe.close()
