"""What people write in Markdown, as HTML that is safe to show.

Parsed without raw HTML, pictures and headings (the page has its own), then cleaned
again by another library: neither is trusted alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

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


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield `text` without its marks, for paper: ("text", …) a paragraph, ("item", …) the
    first paragraph of a list's item, ("code", …) a block of code."""
    item = False
    for token in PARSER.parse(text):
        match token.type:
            case "list_item_open":
                item = True
            case "inline":
                yield ("item" if item else "text"), _plain(token.children or [])
                item = False
            case "fence" | "code_block":
                yield "code", token.content.rstrip("\n")


def _plain(tokens: Sequence[Token]) -> str:
    out = []
    for number, token in enumerate(tokens):
        if token.type in {"softbreak", "hardbreak"}:
            out.append("\n")
        elif token.type == "link_close":
            # On paper a link is its address.
            address = _address(tokens[:number])
            if address and address not in out[-1:]:
                out.append(f" ({address})")
        elif token.content:
            out.append(token.content)
    return "".join(out)


def _address(tokens: Sequence[Token]) -> str:
    opened = [token for token in tokens if token.type == "link_open"]
    return str(opened[-1].attrGet("href") or "") if opened else ""
