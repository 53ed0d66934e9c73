"""The words of a search: cut from folded texts, and put as an expression of the index of words (FTS5)."""

from __future__ import annotations

import re
from typing import Final

from ontologie import fold_text

WORD: Final = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order: letters and digits, without punctuation."""
    return WORD.findall(fold_text(text))


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
