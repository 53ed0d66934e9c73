"""Markdown of an editor as HTML that does no harm: no tag of its own, no picture, links to the web or to this service.

Knows CommonMark by its library; a text stays within what a document may hold, so that its cost is bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from markdown_it import MarkdownIt

LEFT_OUT: Final = ("html_block", "html_inline", "image", "autolink")
DEEPEST: Final = 6
"""The last level of headings in HTML."""
Address = Callable[[str], str]


class Harmless(MarkdownIt):
    """CommonMark whose links lead to the web or to this service alone."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        """Tell whether a link may lead to an address."""
        return may_lead(url)


@cache
def reader() -> MarkdownIt:
    """Return the reader of Markdown: what looks like a tag is text."""
    return Harmless("commonmark", {"html": False}).disable([*LEFT_OUT])


def may_lead(address: str) -> bool:
    """Tell whether a link may lead to an address: on the web, or a path of this service."""
    here = address.startswith("/") and not address.startswith(("//", "/\\"))
    return here or address.lower().startswith(("https://", "http://"))


def to_html(text: str, here: Address, below: int = 1) -> str:
    """Return a text as HTML whose first level of headings stands right `below` the page's own, however it was written;
    `here` makes addresses of paths.

    A link that may not lead anywhere stays the text that was written (CommonMark 0.31, 6.3).
    """
    tokens = reader().parse(text)
    levels = [int(token.tag[1:]) for token in tokens if token.type == "heading_open"]
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(DEEPEST, int(token.tag[1:]) - min(levels) + below + 1)}"
        for link in token.children or ():
            if link.type == "link_open":
                address = str(link.attrGet("href"))
                if address.startswith("/"):
                    link.attrSet("href", here(address))
                else:
                    link.attrSet("rel", "external noopener")
    return str(reader().renderer.render(tokens, reader().options, {}))


def opening(text: str) -> str:
    """Return a text without the signs of Markdown, for where HTML has no place."""
    tokens = reader().parse(text)
    words = [child.content for token in tokens for child in token.children or () if child.type in ("text", "softbreak")]
    return " ".join(" ".join(words).split())
