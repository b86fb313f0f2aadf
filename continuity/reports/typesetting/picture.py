"""The process that makes one picture: a drawing on standard input, a PNG on its output.

Started by `pdf.picture.png`, and by nothing else.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from continuity.reports.typesetting import REFUSED

HERE: Final = Path(__file__).parent
MEMORY_MB: Final = 768
PIXELS_PER_INCH: Final = 192.0
"""Two pixels for each unit of the drawing, of which 96 make an inch: sharp on a slide."""
LAYOUT: Final = """\
#set page(width: auto, height: auto, margin: 0pt, fill: white)
#set text(font: ("Inter", "Noto Sans"))
#image(bytes(sys.inputs.svg), format: "svg")
"""


def main() -> int:
    """Read a drawing, write the picture; return the exit status."""
    limits = json.loads(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"],) * 2)

    from typst import TypstError

    from continuity.reports.typesetting.safe import UnsafeDrawing, drawing

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
