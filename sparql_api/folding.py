"""Folds text for searching: case, accents and ligatures play no part.

Knows how words are compared; not what is searched, nor where.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LIGATURES: Final = {"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"}
MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Combining marks, what is left of an accent once a letter is decomposed."""
WORD: Final = re.compile(r"\w+")


def fold(text: str) -> str:
    """Return the text without case, accents, ligatures or repeated white space: `L'Élève` → `l'eleve`."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = text.casefold()
    # Not `str.translate`, which looks every character up: few texts hold any of these.
    for letter, spelt in LIGATURES.items():
        plain = plain.replace(letter, spelt)
    decomposed = unicodedata.normalize("NFKD", plain)
    return " ".join(MARKS.sub("", decomposed).split())


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order: letters and digits, without punctuation."""
    return WORD.findall(fold(text))


def search_expression(text: str) -> str | None:
    """Return the FTS5 expression that finds texts holding every word of `text`; None where it has no word.

    A plural finds its singular, and a word of three letters or more finds those that it begins. Each word
    stands quoted, so that nothing a reader types is an operator, and stands once: each is looked for in every text.
    """
    found = words(text)
    longer = [word for word in found if len(word) > 1] or found
    return " AND ".join(dict.fromkeys(map(word_expression, longer))) or None


def word_expression(word: str) -> str:
    """Return the FTS5 phrase of one folded word."""
    stem = word[:-1] if len(word) > 3 and word[-1] in "sx" and not word.isdigit() else word
    return f'"{stem}"*' if len(stem) >= 3 else f'"{stem}"'
