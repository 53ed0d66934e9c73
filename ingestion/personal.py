"""Finds personal data in public text (law 7), and the depositor's own in particular.

Knows the patterns of `ontologie/donnees/motifs_personnels.csv`, which the shapes apply too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from ingestion.folding import fold
from ontologie import read_table

_HINT: Final = re.compile(r"@|[0-9](?:[^\w]?[0-9]){7}|[ée]l[èe]ve", re.IGNORECASE)
"""Without one of these no pattern can match; it is looked for first, as most text has none."""

_SHORTEST: Final = 5


def find_personal(text: str) -> Mapping[str, str] | None:
    """Return what kind of personal data a text holds, in `fr` and `en` ("une adresse électronique")."""
    if not _HINT.search(text):
        return None
    return next((kind for pattern, kind in _patterns() if pattern.search(text)), None)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    table = read_table("donnees", "motifs_personnels.csv")
    return tuple((re.compile(row["motif"]), {"fr": row["label_fr"], "en": row["label_en"]}) for row in table)


def holds_private(text: str, private: Iterable[str]) -> bool:
    """Tell whether a public text repeats what was given to stay in the registry, as whole words."""
    folded = None
    for value in private:
        wanted = fold(value)
        if len(wanted) < _SHORTEST:
            continue
        if folded is None:
            folded = f" {fold(text)} "
        if f" {wanted} " in folded:
            return True
    return False
