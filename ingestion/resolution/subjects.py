"""The subject that people name in short or with what it is taken as: "Arts pl.", "Espagnol LV2", "LLCER anglais".

Knows the abbreviations and the words of `grammaire/mots.csv`; the names of subjects are those of the labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ingestion.resolution.grammar import Concepts, spelt, words_of
from ingestion.resolution.labels import Entry, labels
from ontologie import BASE, fold_label

COLUMN: Final = "disciplines"
_ASIDE: Final = re.compile(r"(.+?)\s*[(\[]([^()\[\]]+)[)\]]\s*")
_AND: Final = re.compile(r"[&+]")
_MOST_WORDS: Final = 16
_SHORTEST_INITIALS: Final = 3
_SMALL_WORDS: Final = frozenset(("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"))


def read_subject(label: str, base: str = BASE) -> Concepts | None:
    """Return the subjects that a label names for certain, None where it names none."""
    if aside := _ASIDE.fullmatch(label):
        said, repeated = (_subject(part, base) for part in aside.groups())
        return _all((said, repeated)) if said and repeated else None
    entry = _subject(label, base)
    if entry is not None:
        return entry.concepts
    return _composed(_words(label), base)


def _subject(label: str, base: str) -> Entry | None:
    """Return the subject of a label as it stands, spelt out, or without what it is taken as."""
    words = _words(label)
    if not words or len(words) > _MOST_WORDS:
        return None
    return _found(fold_label(label).split(), base) or _found(words, base) or _found(_bare(words), base)


def _composed(words: list[str], base: str) -> Concepts | None:
    """Return a subject taught in a language or in another subject, and that one ("DNL maths")."""
    for first, rest in ((words[:1], words[1:]), (words[-1:], words[:-1])):
        if first and first[0] in words_of(COLUMN, "compose"):
            both = _found(first, base), _found(_bare(rest), base)
            if both[0] and both[1]:
                return _all((both[0], both[1]))
    return None


def _words(label: str) -> list[str]:
    """Return the words of a label, abbreviations spelt out."""
    full = spelt(COLUMN)
    return [full.get(word, word) for word in fold_label(_AND.sub(" et ", label)).split()]


def _bare(words: list[str]) -> list[str]:
    """Return words without those that say what a subject is taken as."""
    text = f" {' '.join(words)} "
    for kind in ("rang de langue", "marque"):
        for phrase in words_of(COLUMN, kind):
            text = text.replace(f" {phrase} ", " ")
    return text.split()


def _found(words: list[str], base: str) -> Entry | None:
    folded = " ".join(words)
    entry = labels(COLUMN, base).entries.get(folded) or _others(base).get(folded)
    return entry if entry and entry.concepts else None


@cache
def _others(base: str) -> Mapping[str, Entry]:
    """Return other names of subjects that one alone has: initials ("SVT"), names without what tells them apart.

    A vocabulary adds to some names a mark that people leave out ("créole (LVER)").
    """
    entries = labels(COLUMN, base).entries
    marks = tuple(f" {mark}" for mark in words_of(COLUMN, "precision"))
    found: dict[str, dict[tuple[str, ...], Entry]] = {}
    for folded, entry in entries.items():
        if entry.reviewed and len(initials := _initials(folded)) >= _SHORTEST_INITIALS:
            found.setdefault(initials, {})[entry.iris] = entry
        for mark in marks:
            if folded.endswith(mark) and entry.label.endswith(")"):
                found.setdefault(folded.removesuffix(mark), {})[entry.iris] = entry
    return {name: next(iter(same.values())) for name, same in found.items() if len(same) == 1 and name not in entries}


def _initials(folded: str) -> str:
    return "".join(word[0] for word in folded.split() if word not in _SMALL_WORDS)


def _all(entries: tuple[Entry, ...]) -> Concepts:
    merged: dict[str, dict[str, None]] = {}
    for entry in entries:
        for key, iris in entry.concepts:
            merged.setdefault(key, {}).update(dict.fromkeys(iris))
    return tuple((key, tuple(iris)) for key, iris in merged.items())
