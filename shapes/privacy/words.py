"""The words by which a name is known for one: first names, civilities, what stands before the name of a school.

Knows the tables of `ontologie/donnees/personnes/`. Words are compared in their plain form: lower case, no accents, each
character in its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final

from ontologie import fold_label, read_table


def _bare(code: int) -> str:
    lowered = chr(code).lower()[:1]
    return unicodedata.normalize("NFD", lowered)[:1] if lowered.isalpha() else lowered


_BARE: Final = {code: _bare(code) for code in (*range(ord("A"), ord("Z") + 1), *range(0xC0, 0x250))}


@lru_cache(maxsize=50_000)
def plain_word(word: str) -> str:
    """Return the plain form of a word: a text has few, which come again and again."""
    return plain(word)


def plain(text: str) -> str:
    """Return a text in lower case and without accents, as long as it was.

    >>> plain("L'Élève Léa")
    "l'eleve lea"
    """
    return text.translate(_BARE)


@cache
def first_names() -> Mapping[str, bool]:
    """Return the first names that are looked for, plain: whether one stands for a person by itself.

    Those that do not are also a tool's, a word's or a town's: they need a surname beside them.
    """
    return {plain(row["prenom"]): row["seul"] == "oui" for row in _table("prenoms")}


@cache
def known_names() -> frozenset[str]:
    """Return the names that everybody knows, as labels are folded: of the curriculum, of characters."""
    return frozenset(fold_label(row["nom"]) for row in _table("noms_connus"))


@cache
def known_openings() -> frozenset[str]:
    """Return the first words of the names that everybody knows."""
    return frozenset(name.partition(" ")[0] for name in known_names())


@cache
def known_surnames() -> frozenset[str]:
    """Return the last words of the names that everybody knows."""
    return frozenset(name.rpartition(" ")[2] for name in known_names())


@cache
def role(name: str) -> frozenset[str]:
    """Return the words of a role in `mots_de_personne.csv`, plain."""
    return frozenset(plain(row["mot"]) for row in _table("mots_de_personne") if row["role"] == name)


def _table(name: str) -> tuple[dict[str, str], ...]:
    return read_table("donnees", "personnes", f"{name}.csv")
