"""What a short-lived process does: make facts safe to typeset, and typeset them.

`pdf` starts one process for each file. Nothing else imports this room, and it imports no
other: an export pays for each module it loads.
"""

REFUSED = 3
"""The exit status when what was given cannot be typeset."""

WORDS = ("words", "words_too")
"""Keys of facts under which words of the layout are, and no fact."""

MADE = "made.pdf"
"""What a process calls the file that it leaves in its folder."""
