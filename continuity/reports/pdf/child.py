"""The process that makes one PDF: JSON on standard input, the file on standard output.

Started by `export.render`, in an empty folder of its own, and by nothing else. Exit status
0 with a file, 3 when the facts cannot be typeset, anything else is a failure of the
process.
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

from continuity.reports.pdf.export import REFUSED

HERE: Final = Path(__file__).parent
SHARED: Final = ("common.typ", "packs.typ", "standards.typ", "tables.typ")
"""What the layouts import."""


def main() -> NoReturn:
    """Read the order, write the number of pages and the PDF; end the process."""
    # One file and then the end: looking for what could be freed, and freeing it, is work
    # for nothing.
    gc.disable()
    status = _answered()
    sys.stdout.flush()
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

    from continuity.reports.pdf.safe import UnsafeDrawing

    order = json.load(sys.stdin.buffer)
    try:
        pages, pdf = _packed(_typeset(order))
    except (TypstError, UnsafeDrawing, KeyError) as error:
        # A missing key, a drawing we do not take, a text the engine refuses.
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return REFUSED
    sys.stdout.buffer.write(b"%d\n" % pages)
    sys.stdout.buffer.write(pdf)
    return 0


def _typeset(order: dict[str, Any]) -> bytes:
    import typst

    from continuity.reports.pdf.safe import prepare

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


def _packed(pdf: bytes) -> tuple[int, bytes]:
    """Return the number of pages, and the file with its objects packed: two to four times
    smaller, the same bytes for the same facts.

    By files in the export's own folder: from memory the library asks Python for every few
    bytes, which takes twice as long.
    """
    import pikepdf

    loose, packed = Path("loose.pdf"), Path("packed.pdf")
    loose.write_bytes(pdf)
    # The pages are packed already. Harder packing of what holds them together makes the
    # file a twelfth smaller and takes a quarter longer.
    pikepdf.settings.set_flate_compression_level(1)
    with pikepdf.open(loose) as document:
        pages = len(document.pages)
        document.save(
            packed,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
    return pages, packed.read_bytes()
