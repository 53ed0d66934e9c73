"""What stands around some words of a text: whole words, and signs that more was left out."""

from __future__ import annotations

import re
from typing import Final

_SPACE: Final = re.compile(r"\s")


def excerpt(text: str, start: int, end: int, before: int, after: int) -> str:
    """Return text[start:end] with the whole words around it, at most so many characters on each side.

    >>> excerpt("Une classe de troisième avec Élise Martin, hier", 29, 41, 20, 3)
    '… de troisième avec Élise Martin, …'
    >>> excerpt("Élise", 0, 5, 40, 40)
    'Élise'
    """
    first, last = max(0, start - before), min(len(text), end + after)
    if first and not text[first - 1].isspace():
        found = _SPACE.search(text, first, start)
        first = found.end() if found else _edge(text, start, -1)
    if last < len(text) and not text[last].isspace():
        spaces = [found.start() for found in _SPACE.finditer(text, end, last)]
        last = spaces[-1] if spaces else _edge(text, end, 1)
    shown = text[first:last].strip()
    return ("… " if first else "") + shown + (" …" if last < len(text) else "")


def _edge(text: str, place: int, step: int) -> int:
    """Return where the word at a place begins, by the step -1, or ends, by 1."""
    while 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum():
        place += step
    return place
