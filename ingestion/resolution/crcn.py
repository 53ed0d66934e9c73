"""Recognises competences of the CRCN in what people write: "CRCN 1.1", "CRCN 2.2 et 3.1", "2.3 Collaborer".

Knows the codes and labels of the scheme `concept/crcn`. A bare number is no code unless "CRCN" says so: other
frameworks number theirs the same way. The bare word "CRCN" names no competence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from ontologie import BASE, concepts, fold_label

SCHEME: Final = "concept/crcn"
_CODE: Final = re.compile(r"(?<![\w.])\d\.\d(?![\w]|\.\d)")
_AREA: Final = re.compile(r"(?i)\W*domaine (\d)\W*")
_LED: Final = re.compile(r"(?i)\W*crcn\b[\s:–—-]*(.*)", re.DOTALL)
_NUMBERED: Final = re.compile(r"(\d\.\d)[\s.:)–—-]+(\D.*)", re.DOTALL)
_SMALL_WORDS: Final = frozenset(
    ("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "un", "une")
)


@dataclass(frozen=True, slots=True)
class Competences:
    """What a text says of the CRCN.

    `codes` are known ones; `unknown` those that do not exist. `disagreement` is (code written, code whose
    label was written), where the two differ.
    """

    codes: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    disagreement: tuple[str, str] | None = None

    @property
    def iris(self) -> tuple[str, ...]:
        """Return the concepts, relative to the base."""
        return tuple(f"{SCHEME}/{code}" for code in self.codes)


@lru_cache(maxsize=10_000)
def read_competences(text: str, *, bare: bool = False, base: str = BASE) -> Competences | None:
    """Return what a text says of the CRCN, None where it says nothing of it.

    With `bare`, codes need no "CRCN" before them: the column is about the CRCN alone.
    """
    known = _labels(base)
    led = _LED.fullmatch(text)
    rest = led[1] if led else text
    if numbered := _NUMBERED.fullmatch(rest.strip()):
        code, label = numbered[1], _words(numbered[2])
        other = next((each for each, words in known.items() if words == label), None)
        if other is not None:
            codes = tuple(dict.fromkeys(each for each in (code, other) if each in known))
            return Competences(codes, disagreement=None if code == other else (code, other))
    if not (led or bare):
        return None
    area = _AREA.fullmatch(rest)
    codes = (area[1],) if area else tuple(dict.fromkeys(_CODE.findall(rest)))
    if not codes:
        named = [code for code, words in known.items() if words == _words(rest)]
        return Competences(tuple(named)) if len(named) == 1 and (bare or led) else None
    return Competences(
        tuple(code for code in codes if code in known), tuple(code for code in codes if code not in known)
    )


def label_of(code: str, base: str = BASE) -> str:
    """Return the French label of a code, or the code where there is no such one."""
    concept = concepts(base).get(f"{SCHEME}/{code}")
    return concept.displayed if concept else code


@cache
def _labels(base: str) -> Mapping[str, frozenset[str]]:
    """Return the words of each label, by code, small words left out."""
    return {
        concept.iri.rpartition("/")[2]: _words(concept.displayed)
        for concept in concepts(base).values()
        if SCHEME in concept.schemes
    }


def _words(text: str) -> frozenset[str]:
    return frozenset(fold_label(text).split()) - _SMALL_WORDS
