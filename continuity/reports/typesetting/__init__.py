"""What a short-lived process does: make facts safe to typeset, and typeset them.

`pdf` starts one process for each file, and takes no more from this room than the names
below. The room takes nothing from any other: an export pays for each module it loads.
"""

from typing import Final

REFUSED: Final = 3
"""The exit status when what was given cannot be typeset."""

WORDS: Final = ("words", "words_too")
"""Keys of facts under which words of the layout are, and no fact."""

MADE: Final = "made.pdf"
"""What a process calls the file that it leaves in its folder."""
