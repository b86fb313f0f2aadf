"""Files that people add: what they are by their content, and a name that is safe.

They are only ever handed out to be saved, never shown inside a page of ours.
"""

from collections.abc import Mapping
from typing import Final

SIGNATURES: Final[Mapping[bytes, str]] = {
    b"%PDF-": "pdf",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
}
CONTENT_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "txt": "text/plain; charset=utf-8",
}
ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "jpg": ("jpg", "jpeg"),
    "txt": ("txt", "csv", "log", "md"),
}
LONGEST_NAME: Final = 120


def kind_of(content: bytes) -> str | None:
    """Return pdf, png, jpg, webp or txt by what the file holds; None for all else."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return "txt" if _is_text(content) else None


def safe_name(name: str, kind: str) -> str:
    """Return the last part of `name` without what a disk or a header could trip over,
    with an ending that fits `kind`."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(
        letter if letter.isalnum() or letter in " ._-()" else "_" for letter in last
    ).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if dot and ending.lower() in ENDINGS.get(kind, (kind,)):
        return f"{stem[:LONGEST_NAME]}.{ending}"
    return f"{plain[:LONGEST_NAME] or 'file'}.{kind}"


def _is_text(content: bytes) -> bool:
    """Say whether it is UTF-8 that a person could read. Markup is not: a browser that
    is tricked into opening it would run it."""
    if not content.strip() or b"\0" in content:
        return False
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return (
        not text.lstrip("\ufeff \t\r\n").startswith("<")
        and text.replace("\r", "").replace("\n", "").replace("\t", "").isprintable()
    )
