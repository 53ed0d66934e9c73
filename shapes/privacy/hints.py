"""Tells quickly whether a text could have a name: it has the words that each way of finding one needs.

Most text has none, and each fiche is looked at. What a hint leaves out no search would find: a test holds it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final

from shapes.privacy.classes import DIVISION
from shapes.privacy.lone import is_hinted, may_act
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
_RUN_ON: Final = re.compile("[A-Z\u00c0-\u00de](?<=[elmst][^a-z])")
"""What such a word has: a capital after the last letter of one of those."""

_LEVELS: Final = frozenset(
    spelt
    for word in ("tle", "terminale", "seconde", "première", "sixième", "cinquième", "quatrième", "troisième")
    for spelt in (word, word.capitalize())
) | {"CP", "CE", "CM", "ULIS", "SEGPA", "MS", "GS", "PS"}
"""Words by which other classes are named."""


_CIVILITY, _OF_ONE, _HEALTH, _ACT, _NAMED, _FIRST, _BESIDE, _ROLE, _LEVEL = (1 << bit for bit in range(9))
"""What a word tells: that it stands before a name, or beside one; a first name, with a capital and without one."""


def may_name(text: str) -> bool:
    """Tell whether a folded text could have a name, or the health of one pupil."""
    told = 0
    for word in _WORD.findall(text):
        told |= _told_by(word)
    if told & (_CIVILITY | _OF_ONE | _HEALTH):
        return True
    if (_RUN_ON.search(text) is not None and _STUCK.search(text) is not None) or is_hinted(text):
        return True
    if told & _ACT and may_act(text):
        return True
    if told & _NAMED or (told & _FIRST and told & _BESIDE):
        return True
    return _INITIAL.search(text) is not None or _may_stand_beside(text, told)


@lru_cache(maxsize=50_000)
def _told_by(word: str) -> int:
    """Return what a word tells, as it is written: a text has few, which come again and again."""
    bare, first = plain_word(word), _of_first_names()
    told = {
        _CIVILITY: word in _civilities(), _OF_ONE: bare in _ONE_PUPIL, _HEALTH: bare in _of_health(),
        _ACT: bare in _of_acts(), _NAMED: word[0].isupper() and bare in first, _FIRST: bare in first,
        _BESIDE: bare in _PUPILS, _ROLE: bare in _of_roles(), _LEVEL: word in _LEVELS,
    }  # fmt: skip
    return sum(flag for flag, said in told.items() if said)


def _may_stand_beside(text: str, told: int) -> bool:
    """Tell whether words with a capital could be a name by what stands beside them: a class, a person's role."""
    if (told & _LEVEL or _CLASS.search(text)) and DIVISION.search(text) is not None:
        return True
    if not told & _ROLE:
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
