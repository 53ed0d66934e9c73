"""What queries of a shape have cost before, so that those known to be long let the others pass first.

A shape is a query without its names and values: comments, layout and constants make no other shape. It is a
guess for the order of turns and nothing else; no answer depends on it.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import lru_cache
from typing import Final

from queries import tokenize

SHAPES: Final = 10_000
LONG_TEXT: Final = 16 << 10
BRIEF: Final = 0.1
"""Seconds up to which a query is as good as free: nothing is kept of those that have always been brief."""


class Experience:
    """Expected seconds of engine time by shape, the shapes not seen for longest forgotten."""

    def __init__(self) -> None:
        self._seconds: OrderedDict[str, float] = OrderedDict()

    def expected(self, text: str) -> float:
        """Return the seconds a query of this shape is expected to take, 0 where nothing is known."""
        return self._seconds.get(shape_of(text), 0.0) if self._seconds else 0.0

    def learn(self, text: str, seconds: float, *, ended: bool) -> None:
        """Take in what a query took; one that was `ended` would have taken longer."""
        if seconds < BRIEF and not self._seconds:
            return
        shape = shape_of(text)
        known = self._seconds.get(shape)
        if known is not None:
            seconds = max(known, seconds) if ended else (known + seconds) / 2
        elif seconds < BRIEF:
            return
        self._seconds[shape] = seconds
        self._seconds.move_to_end(shape)
        if len(self._seconds) > SHAPES:
            self._seconds.popitem(last=False)


@lru_cache(maxsize=512)
def shape_of(text: str) -> str:
    """Return the shape of a query; a very long one is a shape of its own."""
    if len(text) > LONG_TEXT:
        return text[:64] + str(len(text))
    names: dict[str, str] = {}
    parts = []
    for token in tokenize(text):
        if token.kind == "var":
            parts.append(names.setdefault(token.text[1:], f"?{len(names)}"))
        elif token.kind in ("word", "punct"):
            parts.append(token.text.upper())
        else:
            parts.append(token.kind)
    return " ".join(parts)
