"""The process that makes one PDF: JSON on standard input, the file in its folder.

Started by `pdf.export.render`, in an empty folder of its own, and by nothing else. Exit
status 0 with a file, 3 when the facts cannot be typeset, anything else is a failure of
the process.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NoReturn

from continuity.reports.typesetting import MADE
from continuity.reports.typesetting.engine import limit, refused, typeset

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
    limit(**json.loads(sys.argv[2]))

    from typst import TypstError

    from continuity.reports.typesetting.safe import UnsafeDrawing

    order = json.load(sys.stdin.buffer)
    try:
        pdf = _typeset(order)
    except (TypstError, UnsafeDrawing, KeyError) as error:
        # A missing key, a drawing we do not take, a text the engine refuses.
        return refused(error)
    Path(MADE).write_bytes(pdf)
    return 0


def _typeset(order: dict[str, Any]) -> bytes:
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
    layout = {"main.typ": f"{order['kind']}.typ", **{name: name for name in SHARED}}
    # Our own folder is empty but for the logo.
    root = Path.cwd()
    if order["logo"] is not None:
        picture = root / f"logo.{facts['logo']['type']}"
        picture.write_bytes(b64decode(order["logo"]))
    return typeset(
        {name: (HERE / file).read_bytes() for name, file in layout.items()},
        root=root,
        inputs={"facts": json.dumps(data, ensure_ascii=False)},
        # A file inside a file is what PDF/A-2 does not allow.
        pdf_standards=["a-2a" if order["attachment"] is None else "a-3a", "ua-1"],
        timestamp=int(datetime.fromisoformat(facts["cut_off"]).timestamp()),
    )
