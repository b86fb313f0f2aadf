"""PDF reports: facts in, one tagged and archivable PDF out, with volumes where it is long.

What a worker does for a file: `facts` says what goes in, `words` gives the fixed words of
a layout in the reader's language, and `publish` makes the files, each in a short-lived
process of its own, whose part is `typesetting`.
"""

from continuity.reports.pdf.export import PdfFailed
from continuity.reports.pdf.facts import Kind, Language, Paper, digest
from continuity.reports.pdf.volumes import Published, Volume, publish

__all__ = [
    "Kind",
    "Language",
    "Paper",
    "PdfFailed",
    "Published",
    "Volume",
    "digest",
    "publish",
]
