"""What people write in Markdown, as HTML that is safe to show.

Parsed without raw HTML, pictures and headings (the page has its own), then cleaned
again by another library: neither is trusted alone.
"""

from typing import Final

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

TAGS: Final = frozenset(
    {"p", "br", "hr", "strong", "em", "code", "pre", "ul", "ol", "li", "blockquote", "a"}
)
PARSER: Final = MarkdownIt("commonmark", {"html": False}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline"]
)


def render(text: str) -> SafeString:
    """Return `text` as HTML of TAGS alone; links lead to http, https or mail."""
    return SafeString(
        nh3.clean(
            PARSER.render(text),
            tags=set(TAGS),
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener noreferrer nofollow",
        )
    )
