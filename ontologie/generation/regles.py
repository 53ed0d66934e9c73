"""The rules of the framework.

Knows the tables `regles_cadre` and `libelles_regles`. A rule is no principle: it reaches principles by
`oia:decouleDe`.
"""

from __future__ import annotations

from typing import Final

from ontologie.generation.common import (
    Row,
    definitions,
    labels,
    principle,
    scheme,
    several,
    source,
    table,
    unverified,
)
from ontologie.generation.turtle import Statement, Turtle, links, text

STATED_ELSEWHERE: Final = {"CU-R08": "note-pix-ia-2026", "CU-R33": "faq-cnil-2025"}
"""The rules that another instrument than the cadre states (README of the shared data)."""


def generate() -> dict[str, str]:
    """Return `regles-cadre.ttl`."""
    return {"regles-cadre.ttl": _rules()}


def _rules() -> str:
    out = Turtle("Les règles du cadre d'usage et des textes qui le complètent.")
    rows = table("instruments", "regles_cadre")
    short = {row["id"]: row for row in table("libelles_regles")}
    home = scheme(out, "regle-cadre", [f"regle/{row['id']}" for row in rows])
    for row in rows:
        out.add(f"regle/{row['id']}", labels(short[row["id"]]), _rule(row, home))
    return out.render()


def _rule(row: Row, home: str) -> list[Statement]:
    return [
        *links("rdf:type", ["skos:Concept", "oia:RegleDuCadre"]),
        *text("skos:notation", row["id"]),
        *definitions(row, "resume"),
        *links("skos:inScheme", [home]),
        *links("skos:topConceptOf", [home]),
        *links("oia:decouleDe", map(principle, several(row["principe"]))),
        *links("oia:enonceePar", [f"instrument/{STATED_ELSEWHERE.get(row['id'], 'cadre-usage')}"]),
        *links("oia:force", [f"concept/force/{row['modalite'].replace('_', '-')}"]),
        *links("oia:publicVise", (f"concept/audience/{name}" for name in several(row["audience"]))),
        *links("oia:niveauVise", several(row["niveaux"])),
        *source(row),
        *unverified(row),
    ]
