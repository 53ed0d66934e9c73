"""What queries of a shape have cost before, so that those known to be long let the others pass first.

A shape is a query without its names and values: comments, layout and constants make no other shape. It is a
guess for the order of turns and nothing else; no answer depends on it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from cachetools import LRUCache

from queries import tokenize

SHAPES: Final = 10_000
TELLING: Final = 0.5
"""Seconds; what was ended sooner, its client gone, does not tell that such queries are short."""
LONG_TEXT: Final = 4 << 10
BRIEF: Final = 0.1
"""Seconds up to which a query is as good as free: while nobody waits, its shape is not looked at."""


class Experience:
    """Expected seconds of engine time by shape and by client, what was not seen for longest forgotten."""

    def __init__(self) -> None:
        self._seconds: LRUCache[str, float] = LRUCache(SHAPES)

    def expected(self, text: str, client: str | None = None) -> float | None:
        """Return the seconds a query of this shape is expected to take, None where nothing is known.

        One of a new shape is expected to take as long as what the same client asked before.
        """
        if not self._seconds:
            return None
        known = self._seconds.get(shape_of(text))
        return self._seconds.get(_name(client)) if known is None and client else known

    def past(self, client: str | None) -> float:
        """Return the seconds that what a client asked before took, the last counting most; endless where unknown."""
        return self._seconds.get(_name(client), math.inf) if client else math.inf

    def learn(self, text: str, seconds: float, *, ended: bool, client: str | None = None) -> None:
        """Take in what a query took; one that was `ended` would have taken longer."""
        shape = shape_of(text)
        for key in (shape, _name(client)) if client else (shape,):
            known, taken = self._seconds.get(key), seconds
            if known is None and ended and seconds < TELLING:
                continue
            if known is not None:
                taken = max(known, seconds) if ended else (known + seconds) / 2
            self._seconds[key] = taken


def _name(client: str | None) -> str:
    return f"client {client}"


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
