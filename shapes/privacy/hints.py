"""Tells quickly whether a text could have a name: it has the words that each way of finding one needs.

Most text has none, and each fiche is looked at. What a hint leaves out no search would find: a test holds it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from shapes.privacy.classes import DIVISION
from shapes.privacy.lone import HINT, may_act
from shapes.privacy.words import first_names, plain, plain_word, role

_WORD: Final = re.compile(r"[^\W\d_]+")
_CAPITALS: Final = re.compile("[A-Z\u00c0-\u00de][\\w'-]{0,60} [A-Z\u00c0-\u00de]")
_INITIAL: Final = re.compile(r"[A-Z]\.")
_CLASS: Final = re.compile(r"[1-6]\s?(?:e|è|ème|eme|ième|°|n?de|[eè]?re)\s?[A-HSn0-9]")
"""What a class that begins with a digit has."""

_NEAR: Final = 40
"""Characters before a name in which what announces it stands."""

_PUPILS: Final = frozenset({"eleve", "eleves", "enfant", "enfants", "fils", "fille", "prenom", "prenoms"})
"""Words beside which a first name is one without a capital."""

_ONE_PUPIL: Final = frozenset({"eleve", "fils", "fille", "prenom", "prenoms"})
"""Words beside which any word with a capital is a first name."""

_STUCK: Final = re.compile("(?:[ée]l[èe]ve|enfant|fils|fille|[Pp]r[ée]nom)s?[A-Z\u00c0-\u00de]")
"""A word to which a name is stuck: « l'élèveLisandru »."""

_LEVELS: Final = frozenset(
    spelt
    for word in ("tle", "terminale", "seconde", "première", "sixième", "cinquième", "quatrième", "troisième")
    for spelt in (word, word.capitalize())
) | {"CP", "CE", "CM", "ULIS", "SEGPA", "MS", "GS", "PS"}
"""Words by which other classes are named."""


def words_of(text: str) -> frozenset[str]:
    """Return the words of a folded text, as they are written."""
    return frozenset(_WORD.findall(text))


def may_name(text: str) -> bool:
    """Tell whether a folded text could have a name, or the health of one pupil."""
    words = words_of(text)
    bare = set(map(plain_word, words))
    if not (_civilities().isdisjoint(words) and _ONE_PUPIL.isdisjoint(bare) and _of_health().isdisjoint(bare)):
        return True
    if _STUCK.search(text) is not None or HINT.search(text) is not None:
        return True
    if not _of_acts().isdisjoint(bare) and may_act(text):
        return True
    if not (listed := _of_first_names() & bare):
        return _INITIAL.search(text) is not None or _may_stand_beside(text, words, bare)
    if not _PUPILS.isdisjoint(bare) or any(word[0].isupper() and plain_word(word) in listed for word in words):
        return True
    return _INITIAL.search(text) is not None or _may_stand_beside(text, words, bare)


def _may_stand_beside(text: str, words: frozenset[str], bare: set[str]) -> bool:
    """Tell whether words with a capital could be a name by what stands beside them: a class, a person's role."""
    if (_CLASS.search(text) or not _LEVELS.isdisjoint(words)) and DIVISION.search(text) is not None:
        return True
    if _of_roles().isdisjoint(bare):
        return False
    pairs = (text[max(0, pair.start() - _NEAR) : pair.start()] for pair in _CAPITALS.finditer(text))
    return any(not _of_roles().isdisjoint(map(plain_word, _WORD.findall(before))) for before in pairs)


@cache
def _civilities() -> frozenset[str]:
    """Return the words of civility in the ways they are written."""
    given = {word.rstrip(".") for word in role("civilite")}
    return frozenset(spelt for word in given for spelt in (word, word.upper(), word.capitalize(), word.title()))


@cache
def _of_first_names() -> frozenset[str]:
    """Return the parts of the first names that are looked for, plain."""
    return frozenset(part for name in first_names() for part in _WORD.findall(name))


@cache
def _of_health() -> frozenset[str]:
    return _openings("sante")


@cache
def _of_roles() -> frozenset[str]:
    return _openings("role")


@cache
def _of_acts() -> frozenset[str]:
    """Return the longest word of each phrase that goes with a person, plain."""
    phrases = (_WORD.findall(phrase) for name in ("apres-prenom", "avant-prenom") for phrase in role(name))
    return frozenset(plain(max(words, key=len)) for words in phrases)


def _openings(name: str) -> frozenset[str]:
    """Return of each entry of a role a part of its first word, plain: the longest, which says most."""
    first = (_WORD.findall(word.partition(" ")[0]) for word in role(name))
    return frozenset(plain(max(reversed(parts), key=len)) for parts in first if parts)
