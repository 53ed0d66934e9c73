"""Folds text for searching: case, accents and ligatures play no part.

Knows how words are compared; not what is searched, nor where.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})
WORD: Final = re.compile(r"\w+")


def fold(text: str) -> str:
    """Return the text without case, accents, ligatures or repeated white space: `L'Élève` → `l'eleve`."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order: letters and digits, without punctuation."""
    return WORD.findall(fold(text))


def search_expression(text: str) -> str | None:
    """Return the FTS5 expression that finds texts holding every word of `text`; None where it has no word.

    A plural finds its singular, and a word of three letters or more finds those that it begins. Each word
    stands quoted, so that nothing a reader types is an operator.
    """
    found = words(text)
    longer = [word for word in found if len(word) > 1] or found
    return " AND ".join(map(word_expression, longer)) or None


def word_expression(word: str) -> str:
    """Return the FTS5 phrase of one folded word."""
    stem = word[:-1] if len(word) > 3 and word[-1] in "sx" and not word.isdigit() else word
    return f'"{stem}"*' if len(stem) >= 3 else f'"{stem}"'
