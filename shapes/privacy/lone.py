"""Finds first names that no list has, by words that go with a person alone: « Swann a tenu à », « la maman de Swann ».

Knows `apres-prenom` and `avant-prenom` of `mots_de_personne.csv`, a pupil's initial, a name written small after
« madame », first names in a row, and what is in the name of a file. Words of our vocabularies are no names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final

from ontologie import concepts, fold_label
from shapes.privacy.classes import DIVISION
from shapes.privacy.words import first_names, known_names, known_surnames, plain, plain_word, role

Span = tuple[int, int]

_NAME: Final = r"[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{1,40}(?:-[A-Z\u00c0-\u00de][a-z\u00df-\u00ff]{1,40}){0,3}"
_FIRST: Final = re.compile(rf"(?<![\w'.-]){_NAME}(?![\w'-])|(?<=[dDlL]'){_NAME}(?![\w'-])")
_INITIAL: Final = re.compile(
    r"(?:\b[Ll]'|\b[Uu]n |\b[Uu]ne |\b[Cc]et |\b[Cc]ette )[ée]l[èe]ve,? (?P<name>[A-Z]\.)(?:,| [a-z\u00df-\u00ff(])"
)
_SMALL: Final = re.compile(
    r"(?<![\w'.-])(?:madame|monsieur|mademoiselle)\s+(?P<of>(?:le|la|de|du|d'|ben|el)\s?)?"
    r"(?P<name>[a-z\u00df-\u00ff][\w'-]{2,})"
)
_ROW: Final = re.compile(rf"{_NAME}(?:(?:, | et | & |/){_NAME})+")
_IN_BRACKETS: Final = re.compile(rf"\((?P<name>{_NAME}),? (?:en )?(?:[1-6]e|CP|CE|CM|[Tt]le|[Tt]erminale|[Ss]econde)")
_FILE: Final = re.compile(
    r"(?P<stem>[\w-]{1,120})\.(?i:pdf|docx?|xlsx?|odt|ods|odp|pptx?|jpe?g|png|mp[34]|csv|txt|zip|mov|wav)(?!\w)"
    r"|(?<!\w)(?P<account>[a-z\u00df-\u00ff]{2,}[._][a-z\u00df-\u00ff]{3,}[0-9]*)(?![\w@])"
)
_PART: Final = re.compile(r"[A-Z\u00c0-\u00de]?[a-z\u00df-\u00ff]+|[A-Z\u00c0-\u00de]+")
_THEN: Final = re.compile(r"[ ,(]{1,3}(?:qui )?")
_SHORTEST: Final = 3
_BEFORE: Final = 40

_HINT: Final = re.compile(
    rf"\b(?:madame|monsieur|mademoiselle)\s|l[èe]ve,? [A-Z]\.|\({_NAME},? |{_NAME}(?:, | et | & |/){_NAME}"
    r"|\w\.(?i:pdf|doc|xls|od|ppt|jp|png|mp|csv|txt|zip|mov|wav)|\w[._][a-z]{3}"
)
_MARK: Final = re.compile(
    r"[(/][A-Z\u00c0-\u00de]|\.[A-Za-z]|_[a-z]|, [A-Z\u00c0-\u00de]| (?:et |& )[A-Z\u00c0-\u00de]| [A-Z]\."
    r"|m(?:adame|onsieur|ademoiselle)\s"
)
"""What each way of the hint has, each beginning with a character by which it is looked for quickly."""


def is_hinted(text: str) -> bool:
    """Tell whether a text has what `lone_names` finds something by without a word of its two roles."""
    return _MARK.search(text) is not None and _HINT.search(text) is not None



def lone_names(text: str) -> Iterator[Span]:
    """Yield (start, end) of what could be a person's name in a folded sentence, by what stands beside it."""
    for found in _FIRST.finditer(text):
        if _may_be_first(found[0]) and (_acts(text, found.end()) or _belongs(text, found.start())):
            yield found.span()
    for found in _IN_BRACKETS.finditer(text):
        if _may_be_first(found["name"]):
            yield found.span("name")
    for found in _INITIAL.finditer(text):
        yield found.span("name")
    for found in _SMALL.finditer(text):
        if _is_surname(found["name"]) and fold_label(found[0]) not in known_names():
            yield found.span()
    for found in _ROW.finditer(text):
        if fold_label(found[0]) in known_names():
            continue
        names = list(_FIRST.finditer(text, *found.span()))
        if any(first_names().get(plain(one[0]), False) for one in names):
            yield from (one.span() for one in names if _may_be_first(one[0]))
    for found in _FILE.finditer(text):
        group = "stem" if found["stem"] else "account"
        if _is_of_person(found[group], _vocabulary if group == "stem" else _titles_and_places):
            yield found.span(group)


def may_act(text: str) -> bool:
    """Tell whether what goes with a person stands beside a word that is written as a name."""
    return any(_acts(text, found.end()) or _belongs(text, found.start()) for found in _FIRST.finditer(text))


def _may_be_first(word: str) -> bool:
    bare = plain(word)
    return len(word) >= _SHORTEST and bare not in _vocabulary() and bare not in known_surnames()


def _is_surname(word: str) -> bool:
    bare = plain(word)
    return bare not in _vocabulary() and not any(bare in role(name) for name in ("sans-nom", "role", "eleve", "eleves"))


def _acts(text: str, end: int) -> bool:
    """Tell whether a person's act, or the class of one, follows a word."""
    after = _THEN.match(text, end)
    if after is None:
        return False
    start = after.end()
    if text[end] in ",(" and DIVISION.match(text, start):
        return True
    return _pattern("apres-prenom").match(plain(text[start : start + _BEFORE])) is not None


def _belongs(text: str, start: int) -> bool:
    """Tell whether what is a person's stands before a word: « le cahier de »."""
    return _pattern("avant-prenom").search(plain(text[max(0, start - _BEFORE) : start])) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Return the pattern of a role's phrases, plain: at the start of a text, or at its end."""
    phrases = "|".join(sorted(map(re.escape, role(name)), key=len, reverse=True))
    joint = r"(?: d'| de | pour | chez | \(| : ?)"
    if name == "apres-prenom":
        return re.compile(rf"(?:{phrases})(?!\w)")
    return re.compile(rf"(?<!\w)(?:(?:{phrases}){joint}|(?:aesh|avs|aed),? )$")


def _titles_and_places() -> frozenset[str]:
    return role("titre") | role("lieu")


def _is_of_person(name: str, common: Callable[[], frozenset[str]]) -> bool:
    """Tell whether the name of a file or an account has a first name beside a word that is no common one.

    `common` gives those: the vocabularies are not read where no first name is.
    """
    parts = [plain(part) for part in _PART.findall(name)]
    pairs = [pair for one, other in pairwise(parts) for pair in ((one, other), (other, one))]
    listed = first_names()
    return any(listed.get(one, False) and len(other) >= _SHORTEST and other not in common() for one, other in pairs)


@cache
def _vocabulary() -> frozenset[str]:
    """Return the words of our vocabularies and of all that is no name, plain."""
    labels = (label for one in concepts().values() for label in one.labels)
    words = {plain_word(word) for label in labels for word in re.findall(r"[^\W\d_]+", label)}
    common = (word for name in ("titre", "lieu", "lien", "role", "eleve", "eleves", "sante") for word in role(name))
    return frozenset(words).union(common) - {name for name, alone in first_names().items() if alone}
