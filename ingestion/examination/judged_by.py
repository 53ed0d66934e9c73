"""By what documents are judged today: a digest of the shapes, and of the words by which labels are understood."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

from ontologie import BASE, digest_of_vocabularies, read_text
from shapes import shapes_digest

_TABLES: Final = (
    ("libelles.csv",), ("libelles_ecartes.csv",), ("colonnes.csv",), ("niveaux.csv",), ("niveaux_rangs.csv",),
    ("grammaire", "mots.csv"), ("grammaire", "formes.csv"),
    ("territoires", "academies.csv"), ("territoires", "departements.csv"),
)  # fmt: skip
"""What labels are understood by, beside the vocabularies."""

_DIGITS: Final = 16


@cache
def judged_by(base: str = BASE) -> str:
    """Return the digest of the shapes, and of the words, by which documents are judged today: `shapes-words`."""
    words = digest_of_vocabularies()
    tables = "\0".join(read_text("donnees", *path) for path in _TABLES)
    parts = (f"{shapes_digest(base)} {words}", f"{tables} {words}")
    return "-".join(hashlib.sha256(part.encode()).hexdigest()[:_DIGITS] for part in parts)
