"""Folds text so that two ways of writing a label meet: case, accents, ligatures, punctuation, spaces."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ı": "i"})
_NO_WORD: Final = re.compile(r"[^\w+]|_")


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Return the text in lower case, without accents, its words apart by one space.

    "L'Éducation  aux médias" → "l education aux medias"; "6°" → "6e"; "REP+" → "rep+".
    """
    plain = unicodedata.normalize("NFKD", text.replace("°", "e").casefold().translate(_LIGATURES))
    letters = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(_NO_WORD.sub(" ", letters).split())
