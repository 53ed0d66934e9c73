"""Makes the Turtle of `genere/` from the CSV of `donnees/` and distils `tiers/`. Not needed at run time."""

from __future__ import annotations

from ontologie.generation.alignments import alignements, worked
from ontologie.generation.law import dates, grilles, instruments, regles, regles_indices
from ontologie.generation.lists import contours, libelles, listes, niveaux, organisations, outils, territoires

FAMILIES = (
    instruments,
    regles,
    regles_indices,
    alignements,
    worked,
    dates,
    grilles,
    contours,
    libelles,
    listes,
    niveaux,
    organisations,
    outils,
    territoires,
)


def generate() -> dict[str, str]:
    """Return every generated file: its path below `ontologie/` and its text. Same tables, same bytes.

    It stands in `genere/`, unless its family names a folder: what is made of share-alike tables stands with them, and
    what shows partners a form with their examples.
    """
    made: dict[str, str] = {}
    for family in FAMILIES:
        for name, rendered in family.generate().items():
            path = name if "/" in name else f"genere/{name}"
            if path in made:
                raise ValueError(f"two families write {path}")
            made[path] = rendered
    return dict(sorted(made.items()))


__all__ = ["generate"]
