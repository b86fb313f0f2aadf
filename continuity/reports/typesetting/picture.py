"""The process that makes one picture: a drawing on standard input, a PNG on its output.

Started by `pdf.picture.png`, and by nothing else.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Final

from continuity.reports.typesetting.engine import limit, refused, typeset

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
    limit(memory_mb=MEMORY_MB, **json.loads(sys.argv[2]))

    from typst import TypstError

    from continuity.reports.typesetting.safe import UnsafeDrawing, drawing

    try:
        picture = _drawn(drawing(sys.stdin.buffer.read().decode()))
    except (TypstError, UnsafeDrawing) as error:
        return refused(error)
    sys.stdout.buffer.write(picture)
    return 0


def _drawn(svg: str) -> bytes:
    with tempfile.TemporaryDirectory() as empty:
        return typeset(
            {"main.typ": LAYOUT.encode()},
            root=Path(empty),
            inputs={"svg": svg},
            format="png",
            ppi=PIXELS_PER_INCH,
        )
