"""A chart as a PNG: one short-lived process with limits, a drawing in, a picture out.

The engine draws it as it does in a report, with our fonts and no others, so a name in any
script looks the same on paper and in the picture.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from continuity.reports.pdf.export import REFUSED, PdfFailed

HERE: Final = Path(__file__).resolve().parent
_START: Final = (
    "import sys; sys.path.append(sys.argv[1]);"
    " from continuity.reports.pdf.picture import main; sys.exit(main())"
)
MEMORY_MB: Final = 768
PIXELS_PER_INCH: Final = 192.0
"""Two pixels for each unit of the drawing, of which 96 make an inch: sharp on a slide."""
LAYOUT: Final = """\
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#set text(font: ("Inter", "Noto Sans"))
#image(bytes(sys.inputs.svg), format: "svg")
"""


def png(svg: str, *, timeout: timedelta) -> bytes:
    """Return the drawing as a picture, twice as large as it says.

    The same drawing gives the same bytes. Blocks for at most `timeout`. Raises PdfFailed
    if there is no picture.
    """
    limits = {"cpu_seconds": int(timeout.total_seconds()) + 1}
    try:
        done = subprocess.run(  # noqa: S603 - our interpreter, our source, no shell
            [sys.executable, "-I", "-c", _START, str(HERE.parents[2]), json.dumps(limits)],
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


def main() -> int:
    """Read a drawing, write the picture; return the exit status."""
    limits = json.loads(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"],) * 2)

    from typst import TypstError

    from continuity.reports.pdf.safe import UnsafeDrawing, drawing

    try:
        picture = _drawn(drawing(sys.stdin.buffer.read().decode()))
    except (TypstError, UnsafeDrawing) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    sys.stdout.buffer.write(picture)
    return 0


def _drawn(svg: str) -> bytes:
    import typst

    source: Any = {"main.typ": LAYOUT.encode()}
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(HERE / "fonts")],
    )
    with tempfile.TemporaryDirectory() as empty:
        picture = typst.compile(
            source,
            root=empty,
            font_paths=fonts,
            ignore_system_fonts=True,
            package_path=empty,
            package_cache_path=empty,
            sys_inputs={"svg": svg},
            format="png",
            ppi=PIXELS_PER_INCH,
        )
    if not isinstance(picture, bytes):
        raise TypeError(f"The engine gave {type(picture).__name__}, not one page.")
    return picture
