"""The organisations and functions of the network, and the project's own team: never persons.

Knows the table `acteurs`. A function is an `oia:Fonction`, disjoint with organisations (W3C ORG).
"""

from __future__ import annotations

from ontologie.generation.tables import sources
from ontologie.generation.tables.common import Row, labels, official_or_doubtful, source, table, unverified
from ontologie.generation.tables.turtle import Statement, Turtle, both, links, text


def generate() -> dict[str, str]:
    """Return `organisations.ttl`."""
    out = Turtle("Les organisations et les fonctions de l'éducation, et l'équipe du projet.")
    for row in (*table("instruments", "acteurs"), *table("acteurs_projet")):
        out.add(f"organisation/{row['id']}", _actor(row))
    return {"organisations.ttl": out.render()}


def _actor(row: Row) -> list[Statement]:
    kinds = ["oia:Fonction"] if row["type"] == "fonction" else ["org:Organization", "oia:Organisation"]
    return [
        *links("rdf:type", kinds),
        *labels(row, "nom"),
        *text("skos:altLabel", row["sigle"]),
        *both("dct:description", row["role_fr"], row["role_en"]),
        *links("dct:type", [f"concept/genre-organisation/{row['type']}"]),
        *links("oia:niveauTerritorial", [f"concept/niveau-territorial/{row['niveau']}"]),
        *(source(row) or sources.own()),
        *unverified(official_or_doubtful(row)),
    ]
