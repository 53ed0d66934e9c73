"""Tells a line of totals from a fiche: a table for people ends with one, and it is no project.

Knows the shape of such a line; its words are rows of `ontologie/donnees/grammaire/totaux.csv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ontologie import fold_label, read_table

_ELSE: Final = frozenset(("id", "titre", "academie"))
"""What may stand beside a total; a merged académie reaches down to it."""
_WORD: Final = re.compile(r"\w+")
_LONGEST: Final = 40
"""Characters of a cell that may say "Total"."""


def is_total(values: Mapping[str, str]) -> bool:
    """Tell whether the values of a row, by column, are those of a line of totals.

    >>> is_total({"id": "Total", "titre": "6 projets"})
    True
    >>> is_total({"titre": "Total respect : une charte de l'IA"})
    False
    """
    title = _WORD.findall(fold_label(values.get("titre", "")))
    total, counted = _words()["total"], _words()["compte"]
    known = total | counted | _words()["autour"]
    if any(word not in known and not word.isdigit() for word in title):
        return False
    if any(name != "titre" and _said(value, known) & total for name, value in values.items() if len(value) < _LONGEST):
        return True  # a cell that says "Total" beside a count: whatever else is summed in the line
    if not title or not {name for name, value in values.items() if value} <= _ELSE:
        return False
    words = [*_WORD.findall(fold_label(values.get("id", ""))), *title]
    if any(word not in known and not word.isdigit() for word in words):
        return False
    return bool(total & set(words)) or (title[0].isdigit() and title[-1] in counted)


def _said(value: str, known: frozenset[str]) -> frozenset[str]:
    """Return the words of a cell that has no others than these."""
    words = frozenset(_WORD.findall(fold_label(value)))
    return words if words <= known else frozenset()


@cache
def _words() -> dict[str, frozenset[str]]:
    rows = read_table("donnees", "grammaire", "totaux.csv")
    return {row["classe"]: frozenset(row["mots"].split("|")) for row in rows}
