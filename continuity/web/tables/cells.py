"""Cells of files that people open in a spreadsheet: what must not run, how lengths read.

What is written with `neutral` and `length` is read back by an import as it was.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

type Value = str | int | Decimal | date | list[str] | None
type Row = tuple[Value, ...]

_FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")


def neutral(text: str) -> str:
    """Return `text` so that no spreadsheet runs it: an apostrophe before what begins like
    a formula, and before what a reader would take for such an apostrophe."""
    return f"'{text}" if _FORMULA.match(text) else text


def natural(text: str) -> str:
    """Return what `neutral` was given. Any other text stays as it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def length(value: timedelta) -> str:
    """Return a length to the second, for programs and people alike: "1 d 2 h 30 min".

    The same in every language. Nothing is "0 min".
    """
    total = round(value.total_seconds())
    parts = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, total = divmod(total, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) or "0 min"
