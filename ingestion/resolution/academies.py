"""The académie that people name in other ways: its service or domain, its department, the code of its territory.

Knows the academic map, the names of departments and the words of `grammaire/mots.csv`. Where a label names one in
several ways ("DIJON (21)"), all must agree.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, reduce
from typing import Final

from ingestion.resolution.grammar import Concepts, grammar, words_of
from ingestion.resolution.labels import labels
from ontologie import BASE, fold_label, read_table

COLUMN: Final = "academie"
_OF_A_DEPARTMENT: Final = frozenset(("departement", "dept", "dpt", "dep", "dsden", "dasen"))
_NUMBER: Final = re.compile(r"\d{1,3}|2[ab]")
_MOST_WORDS: Final = 12


def read_academie(label: str, base: str = BASE) -> Concepts | None:
    """Return the académie that a label names for certain, None where it names none or several."""
    words = fold_label(label).split()
    if not words or len(words) > _MOST_WORDS:
        return None
    bare, code_first = _bare(words), _OF_A_DEPARTMENT.isdisjoint(words)
    names, said, start = _names(base), list[frozenset[str]](), 0
    while start < len(bare):
        size = next((n for n in range(len(bare) - start, 0, -1) if tuple(bare[start : start + n]) in names), 0)
        if size:
            said.append(names[tuple(bare[start : start + size])])
        elif _NUMBER.fullmatch(bare[start]):
            readings = _number(bare[start], code_first, base)
            said.append(frozenset(readings[:1] if len(bare) == 1 else readings))
        else:
            return None
        start += size or 1
    certain = reduce(frozenset.intersection, said) if said else frozenset[str]()
    return ((COLUMN, tuple(certain)),) if len(certain) == 1 else None


def other_reading(label: str, base: str = BASE) -> str | None:
    """Return the académie of the department of a bare number, where its code is that of another, else None."""
    words = _bare(fold_label(label).split())
    if len(words) != 1 or not _NUMBER.fullmatch(words[0]) or read_academie(label, base) is None:
        return None
    readings = _number(words[0], _OF_A_DEPARTMENT.isdisjoint(fold_label(label).split()), base)
    return readings[1] if len(set(readings)) == 2 else None


def _number(text: str, code_first: bool, base: str) -> list[str]:
    """Return the académies that a number may mean: that of its code, before that of its department."""
    entry = labels(COLUMN, base).entries.get(text.zfill(2)) if code_first else None
    department = _departments().get(text.zfill(2).upper())
    return [*(entry.iris if entry else ()), *([department] if department else [])]


def _bare(words: list[str]) -> list[str]:
    left_out = frozenset(words_of(COLUMN, "neutre"))
    text = " ".join(words)
    for phrase in (each for each in words_of(COLUMN, "neutre") if " " in each):
        text = f" {text} ".replace(f" {phrase} ", " ").strip()
    return [word for word in text.split() if word not in left_out]


@cache
def _departments() -> Mapping[str, str]:
    """Return the académie of each department, by its code."""
    return {
        code: f"{COLUMN}/{row['code_academie']}"
        for row in read_table("donnees", "territoires", "academies.csv")
        for code in row["departements"].split("|")
    }


@cache
def _names(base: str) -> Mapping[tuple[str, ...], frozenset[str]]:
    """Return the académies that each name means: of an académie, of a department, of a territory."""
    found: dict[tuple[str, ...], set[str]] = {}
    for folded, entry in labels(COLUMN, base).entries.items():
        if not any(map(str.isdigit, folded)):
            found.setdefault(tuple(_bare(folded.split())), set()).update(entry.iris)
    for row in read_table("donnees", "territoires", "departements.csv"):
        name = tuple(_bare(fold_label(row["nom"]).split()))
        found.setdefault(name, set()).add(_departments()[row["code"]])
    for text, word in grammar(COLUMN).words.items():
        if word.kind == "territoire":
            (trait,) = word.readings[0]
            found.setdefault(tuple(text.split()), set()).add(f"{COLUMN}/{trait.partition('=')[2]}")
    found.pop((), None)
    return {name: frozenset(iris) for name, iris in found.items()}
