"""The words of a text and of a search: how they are cut, folded, and brought to what their inflected forms share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase, digits
from typing import Final

from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

from ontologie import fold_text

WORD: Final = re.compile(r"\w+")
_STEMMER: Final = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("french")).build()
_STOPPED: Final = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stopword("french")).build()
_LONG: Final = 8
"""Letters from which « ent » is taken for an ending: « content » keeps it, and is no « conte »."""
_LETTERS: Final = (*ascii_lowercase, *digits, "é")
"""What a letter may have been: accents count where the stemmer looks at them."""
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
    return _root(found[0] if found else word)


def _root(stemmed: str) -> str:
    root = stemmed if stemmed.isascii() else folded(stemmed)
    return root[:-3] if root.endswith("ent") and len(root) >= _LONG else root


def stems(word: str) -> set[str]:
    """Return every stem that a word typed in a search may have: one typed without accents may stand for another.

    >>> sorted(stems("differenciees"))
    ['differenci', 'differencie']
    """
    return {stem(spelling) for spelling in _spellings(word)}


def _spellings(word: str) -> set[str]:
    if not word.isascii():
        return {word}
    return {word} | {word.removesuffix(plain) + spelt for plain, spelt in _ENDINGS if word.endswith(plain)}


def stems_of_all(some: Iterable[str]) -> set[str]:
    """Return every stem that one of some words, of letters and digits, may have: all at once, as there may be many."""
    spellings = set().union(*map(_spellings, some))
    return {_root(stemmed) for stemmed in _STEMMER.analyze(" ".join(spellings))}


def one_letter_away(word: str) -> set[str]:
    """Return a word and what it is with a letter or digit more, less, another, or two neighbours exchanged.

    These are the strings at an optimal string alignment distance of one at most, over these letters.
    """
    found = {word}
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        found.add(head + tail[1:])
        found.add(head + tail[1:2] + tail[:1] + tail[2:])
        found.update(head + letter + rest for letter in _LETTERS for rest in (tail, tail[1:]))
    return found


def searched_words(text: str) -> list[str]:
    """Return the words that a search looks for, each once: not those of one letter nor those that every text holds.

    Where a search has no other words, those are looked for.
    """
    found = list(dict.fromkeys(word for word in spelt_words(text) if folded(word)))
    telling = [word for word in found if len(word) > 1 and _STOPPED.analyze(word)]
    return telling or found
