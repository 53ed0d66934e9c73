"""What the depositor gave for the registry alone, wherever public text repeats it; personal data of any kind (law 7).

Knows the private columns of a record. What is personal in itself, `shapes` says. One search says where a text repeats a
private value: public text that does is refused, and a message shows a mask there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Final

from ontologie import LANGUAGES, fold_label, fold_text, read_table, sentence
from shapes import MASK, passages

_OF_A_PERSON: Final = re.compile(r"@|%|&|linkedin|facebook|instagram|tiktok|twitter|//x\.com|//t\.me|snapchat", re.I)

READ_AT_MOST: Final = 10_000
"""Characters of a cell looked at beyond what it may have: what it is refused for, and what no message quotes."""

AUTHOR: Final = "auteur_institutionnel"
"""The column whose name is an institution's: a person's name alone in it is a passage."""

_SHORTEST: Final = 5
"""Letters of a private value from which public text that repeats it is refused: fewer are found in any text."""

_SHORTEST_MASKED: Final = 3
"""Letters from which a message masks it: a mask too many does no harm."""

_MOST_WORDS: Final = 40
"""Words of a private value looked for: a longer one is no name, and no message quotes it whole."""

_WORD: Final = re.compile("(?:[^\\W_]|[+°\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff])+")
"""A word with the marks and the invisible characters inside it."""

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FEWEST_DIGITS: Final = 6
_CIVILITIES: Final = frozenset({"dr", "m", "madame", "mademoiselle", "mlle", "mme", "monsieur", "mr", "mrs", "ms"})


def find_personal(text: str, *, author: bool = False) -> Mapping[str, str] | None:
    """Return what kinds of personal data refuse a text, all of them, in `fr` and `en` ("une adresse électronique")."""
    return _kinds(one.kind for one in passages(text, author=author) if one.refuses)


def find_to_read(text: str, *, author: bool = False) -> Mapping[str, str] | None:
    """Return what kinds of passages a person must read before a text is public, None where there is none."""
    return _kinds(one.kind for one in passages(text, author=author) if not one.refuses)


def _kinds(found: Iterable[Mapping[str, str]]) -> Mapping[str, str] | None:
    """Return kinds one after the other, each once; None without any."""
    kinds = list({one["fr"]: one for one in found}.values())
    if not kinds:
        return None
    return {lang: _and(lang).join([", ".join(one[lang] for one in kinds[:-1]), kinds[-1][lang]]) if kinds[1:]
            else kinds[0][lang] for lang in LANGUAGES}  # fmt: skip


def _and(lang: str) -> str:
    return f" {sentence('contenus', 'and', lang)} "


def is_of_a_person(address: str) -> bool:
    """Tell whether an address of the web could lead to a person; the names of pages and their numbers do not."""
    return _OF_A_PERSON.search(address) is not None


def holds_private(text: str, private: str) -> bool:
    """Tell whether a public text repeats what was given to stay in the registry: see `private_spans`."""
    return next(private_spans(text, private, _SHORTEST), None) is not None


def mask_private(text: str, private: Sequence[str]) -> str:
    """Return the text with every private value masked, however it is written there: see `private_spans`."""
    spans = [span for value in private for span in private_spans(text, value, _SHORTEST_MASKED)]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + MASK + text[end:]
    return text


def private_spans(text: str, private: str, shortest: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) where a text repeats a private value of `shortest` letters at least.

    As whole words one after the other, in any order (name and first name), whatever their case, accents, hyphens
    and invisible characters, with or without Mr or Mme; of a number, the digits however they are grouped.
    """
    digits = re.findall("[0-9]", private)
    if len(digits) >= _FEWEST_DIGITS and not any(map(str.isalpha, private)):
        yield from (found.span() for found in re.finditer("[^A-Za-z0-9]{0,2}".join(digits), text))
        return
    wanted = _private_words(private)
    size, folded = len(wanted), _folded(text)
    if not size or sum(map(len, wanted)) < shortest or any(word not in folded for word in wanted):
        return
    words = [(word, found.span()) for found in _WORD.finditer(text) for word in _words(found[0])]
    taken = 0
    for first in range(len(words) - size + 1):
        start, end = words[first][1][0], words[first + size - 1][1][1]
        if start >= taken and sorted(word for word, _ in words[first : first + size]) == wanted:
            yield start, end
            taken = end


@lru_cache(maxsize=1_000)
def _private_words(private: str) -> list[str]:
    """Return the words of a private value in the order of letters, none where it is no name."""
    words = _words(private)
    named = [word for word in words if word not in _CIVILITIES]
    return sorted(named) if len(words) <= _MOST_WORDS else []


def _words(text: str) -> list[str]:
    return _folded(text).split()


def _folded(text: str) -> str:
    # Both foldings: who writes Søren or Wałęsa in one column writes Soren or Walesa in another.
    return fold_label(fold_text(_INVISIBLE.sub("", text)))


def private_values(values: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a record gives in its private columns, by the names of a table or the keys of a JSON object."""
    names = _private_names()
    given = (value for name, value in values.items() if fold_label(name) in names)
    return tuple(text for value in given for text in _texts(value) if text.strip())


def found_in_cells(values: Mapping[str, str | tuple[str, ...]]) -> tuple[str, ...]:
    """Return the passages of each cell of text, which its items, read alone, do not show; by our columns."""
    given = ((name, value) for name, value in values.items() if name in _columns_of_text())
    cells = ((name, "\n".join(_texts(value))[:READ_AT_MOST]) for name, value in given)
    return tuple(text[one.start : one.end] for name, text in cells for one in passages(text, author=name == AUTHOR))


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value, whatever JSON has made of it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for below in value.values() for text in _texts(below))
    elif isinstance(value, list | tuple):
        yield from (text for below in value for text in _texts(below))


@cache
def _columns_of_text() -> frozenset[str]:
    table = read_table("donnees", "colonnes.csv")
    return frozenset(row["colonne"] for row in table if row["genre"] in {"concept", "etapes", "texte"})


@cache
def _private_names() -> frozenset[str]:
    table = read_table("donnees", "colonnes.csv")
    return frozenset(fold_label(row["colonne"]) for row in table if row["genre"] == "prive")
