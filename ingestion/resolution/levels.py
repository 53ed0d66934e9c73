"""The order of school levels: which ones lie between two others.

Knows the ranks of `niveaux_rangs.csv` and `niveaux.csv` (PS is 1, terminale 15); one class a rank makes the
scale: those that the four cycles cover, then ours for the lycée.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from ontologie import BASE, read_table

Span = tuple[int, int]
"""The lowest and the highest rank of a level."""

LAST_OF_SCHOOL: Final = 15


@cache
def spans(base: str = BASE) -> Mapping[str, Span]:
    """Return the ranks of each level, by its IRI (relative where it is ours)."""
    found = {row["iri"]: (int(row["rang_min"]), int(row["rang_max"])) for row in _foreign()}
    for row in read_table("donnees", "niveaux.csv"):
        found[f"concept/niveau/{row['id']}"] = (int(row["rang_min"]), int(row["rang_max"]))
    return found


@cache
def _scale(base: str = BASE) -> Mapping[int, str]:
    """Return the class of each rank."""
    ranks = spans(base)
    covered = [iri for row in _foreign() for iri in row["couvre"].split("|") if iri]
    ours = [f"concept/niveau/{row['id']}" for row in read_table("donnees", "niveaux.csv")]
    return {ranks[iri][0]: iri for iri in (*covered, *ours) if ranks[iri][0] == ranks[iri][1]}


def between(first: Span, last: Span, base: str = BASE) -> tuple[str, ...]:
    """Return the classes from one level to another, both included; nothing where they are out of order."""
    scale = _scale(base)
    if first[0] > last[0] or first[1] > last[1]:
        return ()
    return tuple(scale[rank] for rank in range(first[0], last[1] + 1) if rank in scale)


def upwards(first: Span, base: str = BASE) -> tuple[str, ...]:
    """Return the classes from a level to the end of the lycée."""
    return between(first, (LAST_OF_SCHOOL, LAST_OF_SCHOOL), base)


def _foreign() -> tuple[dict[str, str], ...]:
    return read_table("donnees", "niveaux_rangs.csv")
