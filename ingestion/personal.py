"""Finds personal data in public text (law 7), and the depositor's own in particular.

Knows the patterns of `ontologie/donnees/motifs_personnels.csv`, which the shapes apply too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from ingestion.folding import fold
from ontologie import read_table

_HINT: Final = re.compile(r"@|[0-9](?:[^\w]?[0-9]){7}|2[AB][^\w]?[0-9]|[ée]l[èe]ve", re.IGNORECASE)
"""What every pattern needs (a test holds it to the table); looked for first, as most text has none of it."""

_SHORTEST: Final = 5


def may_be_personal(text: str) -> bool:
    """Tell quickly whether a text could hold personal data; `find_personal` decides."""
    return _HINT.search(text) is not None


def find_personal(text: str) -> Mapping[str, str] | None:
    """Return what kind of personal data a text holds, in `fr` and `en` ("une adresse électronique")."""
    if not may_be_personal(text):
        return None
    return next((kind for pattern, kind in _patterns() if pattern.search(text)), None)


def holds_private(text: str, private: str) -> bool:
    """Tell whether a public text repeats what was given to stay in the registry, as whole words."""
    wanted = fold(private)
    return len(wanted) >= _SHORTEST and f" {wanted} " in f" {fold(text)} "


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    table = read_table("donnees", "motifs_personnels.csv")
    return tuple((re.compile(row["motif"]), {"fr": row["label_fr"], "en": row["label_en"]}) for row in table)
