"""Text as every format can hold it."""

import re
import unicodedata
from typing import Final

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` as an import would keep it: one form of each letter, one kind of line
    end, no control characters, no blanks around it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").strip()
