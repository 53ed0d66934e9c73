"""The words of a text and of a search: how they are cut, folded, and brought to what their inflected forms share."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from ontologie import fold_text

WORD: Final = re.compile(r"\w+")
_STEMMER: Final = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("french")).build()
_STOPPED: Final = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stopword("french")).build()
_LONG: Final = 8
"""Letters from which « ent » is taken for an ending: « content » keeps it, and is no « conte »."""
_ENDINGS: Final = (("ees", "ées"), ("ee", "ée"), ("es", "és"), ("e", "é"))
"""What an ending typed without its accent may stand for: the stemmer takes « ées » off, and leaves « ees »."""


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order: letters and digits, without punctuation."""
    return WORD.findall(fold_text(text))


def spelt_words(text: str) -> list[str]:
    """Return the words of a text in lower case, with their accents, in order."""
    return WORD.findall(unicodedata.normalize("NFC", text).casefold())


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """Return a word without accents or ligatures; nothing where no letter or digit is left."""
    return "".join(words(word))


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return what the inflected forms of a French word share, without accents.

    By Snowball's stemmer, which leaves the ending of « elles évaluent » to long words: it is taken off here.

    >>> stem("différenciées"), stem("différencient"), stem("différenciation"), stem("journaux")
    ('differenci', 'differenci', 'differenci', 'journal')
    """
    found = _STEMMER.analyze(word)
    root = folded(found[0]) if found else folded(word)
    return root[:-3] if root.endswith("ent") and len(root) >= _LONG else root


def stems(word: str) -> set[str]:
    """Return every stem that a word typed in a search may have: one typed without accents may stand for another.

    >>> sorted(stems("differenciees"))
    ['differenci', 'differencie']
    """
    spellings = {word}
    if word.isascii():
        spellings |= {word.removesuffix(plain) + spelt for plain, spelt in _ENDINGS if word.endswith(plain)}
    return {stem(spelling) for spelling in spellings}


def searched_words(text: str) -> list[str]:
    """Return the words that a search looks for, each once: not those of one letter nor those that every text holds.

    Where a search has no other words, those are looked for.
    """
    found = list(dict.fromkeys(word for word in spelt_words(text) if folded(word)))
    telling = [word for word in found if len(word) > 1 and _STOPPED.analyze(word)]
    return telling or found
