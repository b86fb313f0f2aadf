"""The process that makes one PDF: JSON on standard input, the file in its folder.

Started by `pdf.export.render`, in an empty folder of its own, and by nothing else. Exit
status 0 with a file, 3 when the facts cannot be typeset, anything else is a failure of
the process.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from continuity.reports.typesetting import MADE, REFUSED

HERE: Final = Path(__file__).parent
SHARED: Final = ("common.typ", "packs.typ", "standards.typ", "tables.typ")
"""What the layouts import."""


def main() -> NoReturn:
    """Read the order, write the PDF; end the process."""
    # One file and then the end: looking for what could be freed, and freeing it, is work
    # for nothing.
    gc.disable()
    status = _answered()
    sys.stderr.flush()
    os._exit(status)


def _answered() -> int:
    """Return the exit status."""
    limits = json.loads(sys.argv[2])
    # Set before the engine is loaded and before a byte of the facts is read.
    space = limits["memory_mb"] << 20
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The parent's clock ends us; this one ends us should the parent be gone.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"],) * 2)

    from typst import TypstError

    from continuity.reports.typesetting.safe import UnsafeDrawing

    order = json.load(sys.stdin.buffer)
    try:
        pdf = _typeset(order)
    except (TypstError, UnsafeDrawing, KeyError) as error:
        # A missing key, a drawing we do not take, a text the engine refuses.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    Path(MADE).write_bytes(pdf)
    return 0


def _typeset(order: dict[str, Any]) -> bytes:
    import typst

    from continuity.reports.typesetting.safe import prepare

    facts = order["facts"]
    data = {
        **prepare(facts),
        **order["beside"],
        "digest": order["digest"],
        "language": order["language"][:2],
        "paper": order["paper"],
        "attachment": order["attachment"],
    }
    # Files by name, which the engine's own type hints leave out.
    source: Any = {
        "main.typ": (HERE / f"{order['kind']}.typ").read_bytes(),
        **{name: (HERE / name).read_bytes() for name in SHARED},
    }
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(HERE / "fonts")],
    )
    # No packages, and a root that holds the logo at most: a layout can read nothing but
    # what it is given.
    empty = Path.cwd()
    if order["logo"] is not None:
        picture = empty / f"logo.{facts['logo']['type']}"
        picture.write_bytes(b64decode(order["logo"]))
    pdf = typst.compile(
        source,
        root=str(empty),
        font_paths=fonts,
        ignore_system_fonts=True,
        package_path=str(empty),
        package_cache_path=str(empty),
        sys_inputs={"facts": json.dumps(data, ensure_ascii=False)},
        # A file inside a file is what PDF/A-2 does not allow.
        pdf_standards=["a-2a" if order["attachment"] is None else "a-3a", "ua-1"],
        timestamp=int(datetime.fromisoformat(facts["cut_off"]).timestamp()),
    )
    if not isinstance(pdf, bytes):  # a list of pages is what picture formats give
        raise TypeError(f"The engine gave {type(pdf).__name__}, not one file.")
    return pdf
