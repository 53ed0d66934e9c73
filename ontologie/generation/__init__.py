"""Makes the Turtle of `genere/` from the CSV of `donnees/` and distils `tiers/`. Not needed at run time."""

from __future__ import annotations

from ontologie.generation import (
    alignements,
    dates,
    grilles,
    instruments,
    listes,
    niveaux,
    organisations,
    outils,
    regles,
    regles_indices,
    territoires,
)

FAMILIES = (
    instruments,
    regles,
    regles_indices,
    alignements,
    dates,
    grilles,
    listes,
    niveaux,
    organisations,
    outils,
    territoires,
)


def generate() -> dict[str, str]:
    """Return every generated Turtle file: its name in `genere/` and its text. Same tables, same bytes."""
    made: dict[str, str] = {}
    for family in FAMILIES:
        for name, rendered in family.generate().items():
            if name in made:
                raise ValueError(f"two families write {name}")
            made[name] = rendered
    return dict(sorted(made.items()))


__all__ = ["generate"]
