"""Levels, subjects and audiences: our own schemes over ScoLOMFR, and the order of levels it lacks.

Knows the tables `niveaux`, `niveaux_rangs`, `disciplines` and `publics`. What it says of ScoLOMFR concepts
(rank, what they cover) is ours; their labels never enter these files (ScoLOMFR is share-alike).
"""

from __future__ import annotations

from ontologie.generation.tables.common import Row, concepts, several, table
from ontologie.generation.tables.turtle import Statement, Turtle, links, text, typed


def generate() -> dict[str, str]:
    """Return `niveaux.ttl`, `disciplines.ttl` and `publics.ttl`."""
    return {"niveaux.ttl": _levels(), "disciplines.ttl": _subjects(), "publics.ttl": _audiences()}


def matches(row: Row) -> list[tuple[str, str]]:
    """Return a subject's or an audience's correspondences: predicate and ScoLOMFR concept."""
    if "predicat" in row:
        return [(row["predicat"], target) for target in several(row["cible"])]
    pairs = (cell.split(" ", 1) for cell in several(row["correspondances"]))
    return [(predicate, target) for predicate, target in pairs]


def _levels() -> str:
    out = Turtle("Les niveaux qui en couvrent plusieurs, et le rang de chaque niveau dans la scolarité.")
    concepts(out, "niveau", table("niveaux"), _rank)
    out.section("Rang des niveaux de ScoLOMFR : petite section 1, CM2 8, 6e 9, 3e 12, terminale 15, BTS 16 et 17")
    for row in table("niveaux_rangs"):
        out.add(row["iri"], _rank(row))
    return out.render()


def _rank(row: Row) -> list[Statement]:
    return (
        typed("oia:rangMin", row["rang_min"], "integer")
        + typed("oia:rangMax", row["rang_max"], "integer")
        + [said for level in several(row["cite"]) for said in typed("oia:niveauCITE", level, "integer")]
        + links("oia:couvre", several(row["couvre"]))
    )


def _subjects() -> str:
    out = Turtle("Les disciplines qui manquent à ScoLOMFR 3.2.0.")
    rows = table("disciplines")
    concepts(out, "discipline", rows, _of_subject)
    for wider in sorted({one for row in rows for one in several(row["plus_large"])}):
        parts = [f"concept/discipline/{row['id']}" for row in rows if wider in several(row["plus_large"])]
        out.add(wider, links("skos:narrower", parts))
    return out.render()


def _audiences() -> str:
    out = Turtle("Les publics qui manquent à ScoLOMFR 3.2.0.")
    concepts(out, "public", table("publics"))
    return out.render()


def _of_subject(row: Row) -> list[Statement]:
    """Return the other names of a subject, and the subject of ScoLOMFR that it is a part of."""
    return text("skos:altLabel", *several(row["alias"])) + links("skos:broader", several(row["plus_large"]))
