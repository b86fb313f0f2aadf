"""Pictures that people add: decoded, turned upright, and written anew.

What is written holds the picture and nothing else: not where it was taken, not by which
phone, and nothing that was hidden behind its end. The only module that knows Pillow.
"""

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
"""A phone's picture has 12 to 50 million; a small file can claim far more."""

LONGEST_SIDE: Final = 2048
"""Enough to read a screen that was photographed."""

READ: Final = ("JPEG", "PNG", "WEBP")


class NotAPicture(ValueError):
    """Not a picture in a format that is read, broken, or too large to be opened."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A picture as it is kept. `width` and `height` in pixels."""

    content: bytes
    ending: str
    width: int
    height: int


def clean(content: bytes) -> Clean:
    """Return `content` upright, at most LONGEST_SIDE long, without its metadata: a PNG
    as PNG, all else as JPEG.

    Raises NotAPicture for what is none by its content, whatever its name says.
    """
    if len(content) > MOST_BYTES:
        raise NotAPicture("It is too large.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=READ) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotAPicture("It has too many pixels.")
                as_png = opened.format == "PNG"
                opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                bare = upright.convert("RGBA" if as_png else "RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
    ) as error:
        raise NotAPicture(str(error)) from error
    bare.info.clear()
    out = io.BytesIO()
    if as_png:
        bare.save(out, "PNG", optimize=False)
    else:
        bare.save(out, "JPEG", quality=85)
    ending = "png" if as_png else "jpg"
    return Clean(out.getvalue(), ending, bare.width, bare.height)
