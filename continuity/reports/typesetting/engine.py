"""The engine in a process with limits: our fonts, no packages, one folder to read."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from continuity.reports.typesetting import REFUSED

FONTS: Final = Path(__file__).parent / "fonts"


def limit(*, memory_mb: int, cpu_seconds: int) -> None:
    """Bound this process; before the engine is loaded and anything is read."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The parent's clock ends us; this one ends us should the parent be gone.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds,) * 2)


def typeset(
    files: Mapping[str, bytes], *, root: Path, inputs: Mapping[str, str], **options: Any
) -> bytes:
    """Return what `main.typ` of `files` makes of `inputs`; `options` are the engine's.

    A layout can read nothing but `files`, `inputs` and what lies in `root`. Raises
    TypstError where the engine refuses.
    """
    import typst

    source: Any = dict(files)  # by name, which the engine's own type hints leave out
    made = typst.compile(
        source,
        root=str(root),
        font_paths=typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(FONTS)],
        ),
        ignore_system_fonts=True,
        package_path=str(root),
        package_cache_path=str(root),
        sys_inputs=dict(inputs),
        **options,
    )
    if not isinstance(made, bytes):  # a list of pages is what picture formats may give
        raise TypeError(f"The engine gave {type(made).__name__}, not one file.")
    return made


def refused(error: Exception) -> int:
    """Tell the parent why there is no file; return the exit status."""
    print(  # noqa: T201 - the parent reads it, and a log keeps it
        f"{type(error).__name__}: {error}", file=sys.stderr
    )
    return REFUSED
