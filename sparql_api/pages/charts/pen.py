"""How the parts of a chart are written: elements of SVG with a class, with their colours where no theme reaches them.

In a page the theme colours classes, light and dark; a file of its own says its colours by attributes, never by style.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sparql_api.formats.xml_text import Element, element

SANS: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif"
LINE: Final = 17
"""Pixels from one line of letters to the next."""
LETTERS: Final = 38
"""Letters of a line that a phone shows."""
LINES: Final = 2
"""Lines of a label; what a label says beyond is in its title."""
PAINT: Final[Mapping[str, Mapping[str, str]]] = {
    "": {"fill": "#1c2326"},
    "soft": {"fill": "#535f64", "font-size": "13"},
    "strong": {"fill": "#1c2326", "font-weight": "600"},
    "axis": {"stroke": "#d6d3c8"},
    "base": {"stroke": "#8a8f8c"},
    "track": {"fill": "#8a8f8c"},
    "ground": {"fill": "#ffffff"},
    "s1": {"fill": "#14505c"},
    "s2": {"fill": "#b4530a"},
    "s3": {"fill": "#67479a"},
    "s4": {"fill": "#61696c"},
    "q0": {"fill": "#ffffff", "stroke": "#8a8f8c"},
    "q1": {"fill": "#d5e7e9"},
    "q2": {"fill": "#98c7ce"},
    "q3": {"fill": "#2a7280"},
    "q4": {"fill": "#0e414c"},
    "letters q0": {"fill": "#535f64"},
    "letters q1": {"fill": "#1c2326"},
    "letters q2": {"fill": "#1c2326"},
    "letters q3": {"fill": "#ffffff"},
    "letters q4": {"fill": "#ffffff"},
    "line": {"stroke": "#14505c", "stroke-width": "2"},
}
"""The colours of the light theme, for a file that is looked at alone."""


@dataclass(frozen=True)
class Pen:
    """Writes elements; `alone` where the file is looked at without the theme."""

    alone: bool = False

    def draw(self, name: str, kind: str, *content: str, **place: str) -> Element:
        """Return an element of a class at a place; `text_anchor` is the attribute text-anchor."""
        paint = PAINT[kind] if self.alone else {}
        spots = {key.replace("_", "-"): value for key, value in place.items()}
        return element(name, *content, **{"class": kind, **spots, **paint})

    def text(self, kind: str, x: str, y: int, said: str, **place: str) -> Element:
        """Return a line of letters whose base stands at y."""
        return self.draw("text", kind, said, x=x, y=str(y), **place)

    def lines(self, kind: str, y: int, said: Iterable[str]) -> list[Element]:
        """Return lines of letters below each other, the first one's base at y."""
        return [self.text(kind, "0", y + LINE * at, one) for at, one in enumerate(said)]

    def stroke(self, kind: str, x: tuple[str, str], y: tuple[int, int]) -> Element:
        """Return a straight line."""
        return self.draw("line", kind, x1=x[0], x2=x[1], y1=str(y[0]), y2=str(y[1]))

    def dot(self, kind: str, x: str, y: int) -> Element:
        """Return a circle; of the second series a diamond, so that shape tells what colour tells."""
        if kind == "s1":
            return self.draw("circle", kind, cx=x, cy=str(y), r="7")
        shape = self.draw("path", kind, d="M0-7l7 7-7 7-7-7z")
        return element("svg", shape, x=x, y=str(y), overflow="visible")


def wrapped(text: str, letters: int = LETTERS, most: int = LINES) -> list[str]:
    """Return a text in lines, cut with an ellipsis beyond the last; one line at least."""
    return textwrap.wrap(text, letters, max_lines=most, placeholder=" …", break_on_hyphens=False) or [" "]


def percent(part: float) -> str:
    """Return a place or a width as a part of the drawing's own."""
    return f"{part:.2f}%"
