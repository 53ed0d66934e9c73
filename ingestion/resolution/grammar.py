"""A small grammar of labels: classes of words, and what certain words say together ("2nde Bac Pro MELEC", "4e B").

Knows `grammaire/mots.csv` (classes of words, the traits each word says) and `grammaire/formes.csv` (traits → concepts).
A label is read only if each of its words is known, nothing contradicts, and one form alone says the most of it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from ontologie import read_table

Traits = frozenset[str]
"""What words say: `rang=seconde`, `voie=pro`. One name has one value."""

Concepts = tuple[tuple[str, tuple[str, ...]], ...]
"""Concepts by key of the document; empty where the label says that there is none."""

_FOLDER: Final = ("donnees", "grammaire")
_SILENT: Final = frozenset(("neutre", "marque", "division", "option"))
_NEVER_ALONE: Final = _SILENT | {"specialite", "annee", "voie", "geste"}
"""Classes whose words name nothing by themselves."""

_ONCE: Final = frozenset(("classe", "etape", "cycle", "diplome", "fait"))
"""Classes of which one label has one word: with two of them, it is two labels ("Terminale, Terminale techno")."""

_APART: Final = ("public=",)
"""Traits that stand beside any others: whom a class is for does not change which class it is."""

_MOST_WORDS: Final = 16
_MOST_READINGS: Final = 64
_GLUED: Final = re.compile(r"(.*[a-z])(\d{1,2})|(\d[a-z]*e)([a-f])")
"""A class and its number, or its letter, written together: "4e1", "6eA"."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase: its class, and the alternatives of what it says."""

    kind: str
    readings: tuple[Traits, ...]


@dataclass(frozen=True)
class Grammar:
    """The words and the forms of one column. `divisions` are (what a division looks like, after which traits)."""

    words: Mapping[str, Word]
    longest: int
    divisions: tuple[tuple[re.Pattern[str], Traits], ...]
    forms: Mapping[Traits, Concepts]

    def read(self, folded: str) -> Concepts | None:
        """Return what a folded label says for certain, None where it says nothing certain."""
        words = self._words(folded.split())
        if not words or all(word.kind in _NEVER_ALONE for word in words):
            return None
        heads = [word.kind for word in words if word.kind in _ONCE]
        if len(heads) != len(set(heads)):
            return None
        found: dict[Concepts, int] = {}
        for traits in _together(words):
            said = self._concepts(traits)
            if said is not None:
                found[said] = max(len(traits), found.get(said, 0))
        most = max(found.values(), default=0)
        certain = [said for said, size in found.items() if size == most]
        return certain[0] if len(certain) == 1 else None

    def _concepts(self, traits: Traits) -> Concepts | None:
        """Return the concepts of traits; those that stand apart are looked up apart."""
        apart = frozenset(trait for trait in traits if trait.startswith(_APART))
        groups = [group for group in (traits - apart, *({trait} for trait in sorted(apart))) if group]
        said = [self.forms.get(frozenset(group)) for group in groups]
        if not said or None in said:
            return None
        return tuple(concepts for form in said if form for concepts in form)

    def _words(self, tokens: list[str]) -> list[Word]:
        """Return the words of a label, longest first; nothing where one is unknown."""
        found: list[Word] = []
        start = 0
        while start < len(tokens):
            if (size := self._division(tokens, start, found)) or (size := self._known(tokens, start, found)):
                start += size
            elif glued := self._unglued(tokens[start]):
                tokens = [*tokens[:start], *glued, *tokens[start + 1 :]]
            else:
                return []
        return found if len(tokens) <= _MOST_WORDS else []

    def _known(self, tokens: list[str], start: int, found: list[Word]) -> int:
        for size in range(min(self.longest, len(tokens) - start), 0, -1):
            word = self.words.get(" ".join(tokens[start : start + size]))
            if word is not None:
                found.append(word)
                return size
        return 0

    def _division(self, tokens: list[str], start: int, found: list[Word]) -> int:
        """Return how many tokens name divisions of the class that stands before them ("4es B et C")."""
        before = next((word for word in reversed(found) if word.kind not in _SILENT), None)
        said = frozenset[str]().union(*before.readings) if before else frozenset[str]()
        if not any(trait.startswith("rang=") for trait in said) or (found and found[-1].kind == "neutre"):
            return 0
        for size in range(len(tokens) - start, 0, -1):
            text = " ".join(tokens[start : start + size])
            for form, after in self.divisions:
                if form.fullmatch(text) and (not after or said & after):
                    found.append(Word("division", (frozenset(),)))
                    return size
        return 0

    def _unglued(self, token: str) -> list[str]:
        match = _GLUED.fullmatch(token) if self.divisions else None
        parts = [part for part in match.groups() if part] if match else []
        return parts if parts and parts[0] in self.words and parts[0] != token else []


@cache
def grammar(column: str) -> Grammar:
    """Return the grammar of a column, empty where it has none."""
    words: dict[str, Word] = {}
    divisions = []
    for row in read_table(*_FOLDER, "mots.csv"):
        if row["champ"] != column:
            continue
        readings = tuple(frozenset(alternative.split()) for alternative in row["traits"].split("|"))
        if row["classe"] == "division":
            divisions.append((re.compile(row["mots"]), frozenset[str]().union(*readings)))
            continue
        for text in row["mots"].split("|"):
            known = words.get(text)
            words[text] = Word(row["classe"], (*known.readings, *readings) if known else readings)
    forms: dict[Traits, Concepts] = {}
    for row in read_table(*_FOLDER, "formes.csv"):
        if row["champ"] == column:
            iris = tuple(row["concepts"].split("|")) if row["concepts"] else ()
            forms[frozenset(row["traits"].split())] = ((row["cle"], iris),) if iris else ()
    longest = max((len(text.split()) for text in words), default=0)
    return Grammar(words, longest, tuple(divisions), forms)


@cache
def words_of(column: str, kind: str) -> tuple[str, ...]:
    """Return the words of one class of a column, longest first; where they are patterns, as they stand."""
    rows = (row for row in read_table(*_FOLDER, "mots.csv") if row["champ"] == column and row["classe"] == kind)
    return tuple(sorted((word for row in rows for word in row["mots"].split("|")), key=len, reverse=True))


@cache
def spelt(column: str) -> Mapping[str, str]:
    """Return what each abbreviation of a column stands for."""
    rows = (row for row in read_table(*_FOLDER, "mots.csv") if row["champ"] == column)
    return {row["mots"]: row["traits"] for row in rows if row["classe"] == "abreviation"}


def _together(words: list[Word]) -> Iterator[Traits]:
    """Yield what words may say together, where it does not contradict itself."""
    for readings in itertools.islice(itertools.product(*(word.readings for word in words)), _MOST_READINGS):
        traits = frozenset[str]().union(*readings)
        if len({trait.partition("=")[0] for trait in traits if not trait.startswith(_APART)}) == sum(
            not trait.startswith(_APART) for trait in traits
        ):
            yield traits
