"""A chart as a PNG: one short-lived process with limits, a drawing in, a picture out.

The engine draws it as it does in a report, with our fonts and no others, so a name in any
script looks the same on paper and in the picture.
"""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta

from continuity.reports.pdf.export import PdfFailed, command
from continuity.reports.typesetting import REFUSED


def png(svg: str, *, timeout: timedelta) -> bytes:
    """Return the drawing as a picture, twice as large as it says.

    The same drawing gives the same bytes. Blocks for at most `timeout`. Raises PdfFailed
    if there is no picture.
    """
    limits = {"cpu_seconds": int(timeout.total_seconds()) + 1}
    try:
        done = subprocess.run(  # noqa: S603 - our interpreter, our source, no shell
            command("picture", limits),
            input=svg.encode(),
            capture_output=True,
            timeout=timeout.total_seconds(),
            cwd=os.sep,
            env={"PATH": os.defpath, "RAYON_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfFailed(f"No picture after {timeout}.", retry=True) from None
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip()[-400:]
        raise PdfFailed(f"No picture: {last}", retry=done.returncode != REFUSED)
    return done.stdout
