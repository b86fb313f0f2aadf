"""PDF reports: facts in, one tagged and archivable PDF out.

The only package that knows the PDF engine. `facts` says what goes in, `words`
gives the fixed words of a layout in the reader's language, and `render` makes
the file in a short-lived process of its own.
"""

from continuity.reports.pdf.export import PdfFailed, render
from continuity.reports.pdf.facts import Kind, Language, Paper, digest

__all__ = ["Kind", "Language", "Paper", "PdfFailed", "digest", "render"]
