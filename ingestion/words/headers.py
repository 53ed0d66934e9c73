"""What a header of theirs names: our columns by name, label or usual name, or by the words that a question holds.

Knows the table `ontologie/donnees/entetes.csv`; which header wins where several name one column, the reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ingestion.words.columns import IGNORED, columns, is_our_own
from ontologie import fold_label, read_table

NAMED, USUAL, HELD = 0, 1, 2
"""How a header names a column, surest first: by the column's own name, by a usual one, by words that it holds."""

LONGEST_HEADER: Final = 400
"""Characters of a header that is worth reading: a longer cell is no header."""

_NEAR: Final = 78
"""How much of a header, in hundredths, a name must share with it to be proposed."""

_PLURAL: Final = re.compile(r"\((?:e?s|x|ne?s)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """What a header names: our column, or `IGNORED` where it is known to say nothing of a project; and how surely."""

    column: str
    how: int


@lru_cache(maxsize=5_000)
def named(header: str) -> Named | None:
    """Return what a header names, None where nothing does.

    >>> named("Intitulé du projet"), named("Avec quel(s) niveau(x) ?"), named("Horodateur"), named("Météo")
    (Named(column='titre', how=1), Named(column='niveaux', how=2), Named(column='', how=1), None)
    """
    if len(header) > LONGEST_HEADER:
        return None
    folded = fold_label(header)
    if is_our_own(header):
        return Named(IGNORED, NAMED)
    if (own := _own_names().get(folded)) is not None:
        return Named(own, NAMED)
    words = _words(header)
    if (usual := _table("tout").get(words)) is not None:
        return Named(usual, USUAL)
    return _held(words)


def likely(header: str, free: Sequence[str]) -> str:
    """Return the column of `free` whose names a header looks like, misspelt; empty where none is near enough."""
    if len(header) > LONGEST_HEADER or any((word,) in _table("personne") for word in _words(header)):
        return ""  # what names a person is never proposed
    from rapidfuzz import fuzz, process  # headers that are all known never load it

    usual = {" ".join(words): name for words, name in _table("tout").items() if name in free}
    candidates = {**usual, **{fold_label(name): name for name in free}}
    near = process.extractOne(" ".join(_words(header)), list(candidates), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return candidates[near[0]] if near else ""


def _held(words: tuple[str, ...]) -> Named | None:
    """Return the column of the longest phrase that a header holds, the first of them: its subject stands first.

    A header that asks for a person holds none.
    """
    phrases, persons = _table("mots"), _table("personne")
    most = max(map(len, phrases), default=0)
    for length in range(min(most, len(words)), 0, -1):
        part = next((part for part in _parts(words, length) if part in phrases), None)
        if part is not None:
            person = any((word,) in persons for word in words if word not in part)
            return None if person else Named(phrases[part], HELD)
    return None


def _parts(words: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    return (words[start : start + length] for start in range(len(words) - length + 1))


@cache
def _own_names() -> Mapping[str, str]:
    return {fold_label(name): name for name in columns()}


@cache
def _table(form: str) -> Mapping[tuple[str, ...], str]:
    """Return the words of a form of the table → column; with the usual names, the labels of the columns."""
    found = {_words(row["entete"]): row["colonne"] for row in _rows(form)}
    if form == "tout":
        for name, column in columns().items():
            for label in column.label.values():
                found.setdefault(_words(label), name)
    return found


@cache
def _empty() -> frozenset[str]:
    """Return the words that say nothing of what a header asks for."""
    return frozenset(row["entete"] for row in _rows("vide"))


def _rows(form: str) -> Sequence[Mapping[str, str]]:
    return [row for row in read_table("donnees", "entetes.csv") if row["forme"] == form]


def _words(header: str) -> tuple[str, ...]:
    """Return the words of a header that mean something, in the singular; all of them where none does."""
    words = fold_label(_PLURAL.sub("", header)).split()
    empty = _empty()
    telling = [_singular(word) for word in words if word not in empty]
    return tuple(telling or map(_singular, words))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word[-1] in "sx" and word != "acces" else word
