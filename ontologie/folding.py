"""Folds text so that two ways of writing one thing meet: case, accents and ligatures play no part.

Two foldings, unlike on purpose. That of labels decides which concept a deposit means: punctuation is no part of a
name, a degree sign is the « e » of an ordinal, « + » tells REP from REP+. That of texts is for searching and sorting:
punctuation stays, since the index cuts words itself, and letters with a bar meet the plain ones, which readers type.
The rules of evidence fold characters one by one, to quote the text as it stands (`ingestion/derivation/indices.py`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LIGATURES: Final = {"œ": "oe", "æ": "ae", "ß": "ss"}
_OF_LABELS: Final = str.maketrans({**_LIGATURES, "ı": "i"})
_OF_TEXTS: Final = {**_LIGATURES, "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ŧ": "t", "ı": "i"}
_NO_WORD: Final = re.compile(r"[^\w+]|_")
_ACCENTS: Final = re.compile("[\u0300-\u034e\u0350-\u036f]+")
"""The combining marks of European letters, which leave plain ones behind."""

_KEPT: Final = 500
"""Letters of a label whose folded form is kept."""

_MARKS: Final = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+")
"""Combining marks, what is left of an accent once a letter is decomposed."""


def fold_label(text: str) -> str:
    """Return a label in lower case, without accents, its words apart by one space.

    >>> fold_label("L'Éducation  aux médias")
    'l education aux medias'
    >>> fold_label("6°"), fold_label("REP+")
    ('6e', 'rep+')
    """
    # What is kept of strangers' texts has a bound in letters, too.
    return (_folded if len(text) <= _KEPT else _folded.__wrapped__)(text)


@lru_cache(maxsize=100_000)
def _folded(text: str) -> str:
    if text.isascii():
        return " ".join(_NO_WORD.sub(" ", text.lower()).split())
    plain = unicodedata.normalize("NFKD", text.replace("°", "e").casefold().translate(_OF_LABELS))
    letters = _ACCENTS.sub("", plain)
    if not letters.isascii():
        letters = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(_NO_WORD.sub(" ", letters).split())


def fold_text(text: str) -> str:
    """Return a text without case, accents, ligatures or repeated white space.

    >>> fold_text("L'Élève  au cœur")
    "l'eleve au coeur"
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = text.casefold()
    # Not `str.translate`, which looks every character up: few texts hold any of these.
    for letter, spelt in _OF_TEXTS.items():
        plain = plain.replace(letter, spelt)
    return " ".join(_MARKS.sub("", unicodedata.normalize("NFKD", plain)).split())
