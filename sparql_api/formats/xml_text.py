"""Writes XML: elements whose texts and attributes hold whatever people wrote, as text.

An element is a string that is written already; a text is escaped, what XML 1.0 cannot hold is left out, and what
turns the direction of other texts is closed.
"""

from __future__ import annotations

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from ontologie import closed

HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
UNHELD: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no document of XML 1.0 holds, escaped or not (https://www.w3.org/TR/xml/#charsets)."""

KEPT: Final = {"\r": "&#13;"}
"""A line's end that a reader would take for another, were it not written by its number."""


class Element(str):
    """Something that is written as XML already."""

    __slots__ = ()


def element(name: str, *content: str, **attributes: str) -> Element:
    """Return an element; `xml_lang` is the attribute `xml:lang`, an attribute without a value is left out."""
    said = "".join(
        f" {key.replace('_', ':', 1)}={quoteattr(held(value))}" for key, value in attributes.items() if value
    )
    inside = "".join(part if isinstance(part, Element) else escape(held(part), KEPT) for part in content)
    return Element(f"<{name}{said}>{inside}</{name}>" if content else f"<{name}{said}/>")


def held(text: str) -> str:
    """Return a text without what XML cannot hold, which turns no other."""
    return closed(UNHELD.sub("", text))


def xml_document(root: Element) -> bytes:
    """Return a document in UTF-8."""
    return (HEAD + root + "\n").encode()
