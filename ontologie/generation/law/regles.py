"""The rules of the framework.

Knows the tables `regles_cadre`, `libelles_regles` and `regles_statuts`. A rule is no principle: it reaches
principles by `oia:decouleDe`.
"""

from __future__ import annotations

from typing import Final

from ontologie.generation.tables import sources
from ontologie.generation.tables.common import (
    Row,
    definitions,
    labels,
    principle,
    scheme,
    several,
    table,
)
from ontologie.generation.tables.turtle import Statement, Turtle, both, flag, links, text

STATED_ELSEWHERE: Final = {"CU-R08": "note-pix-ia-2026", "CU-R33": "faq-cnil-2025"}
"""The rules that another instrument than the cadre states (README of the shared data)."""


def generate() -> dict[str, str]:
    """Return `regles-cadre.ttl`."""
    return {"regles-cadre.ttl": _rules()}


def _rules() -> str:
    out = Turtle("Les règles du cadre d'usage et des textes qui le complètent.")
    rows = table("instruments", "regles_cadre")
    short = {row["id"]: row for row in table("libelles_regles")}
    states = {row["regle"]: row for row in table("regles_statuts")}
    withdrawn = {row["id"] for row in rows if sources.state(row["id"]) == "retiree"}
    home = scheme(out, "regle-cadre", [f"regle/{row['id']}" for row in rows if row["id"] not in withdrawn])
    for row in rows:
        said = _withdrawn(row) if row["id"] in withdrawn else _rule(row, home)
        out.add(f"regle/{row['id']}", labels(short[row["id"]]), said, _state(states.get(row["id"])))
    return out.render()


def _state(row: Row | None) -> list[Statement]:
    """Return why a rule is suspended, withdrawn, or has no finding; nothing of a rule that stands."""
    if row is None:
        return []
    predicate = "oia:sansConstat" if row["statut"] == "sans-constat" else "skos:historyNote"
    return [
        *(flag("oia:suspendue", True) if sources.state(row["regle"]) == "suspendue" else []),
        *both(predicate, row["raison_fr"], row["raison_en"]),
    ]


def _withdrawn(row: Row) -> list[Statement]:
    """Return what stays of a rule that is no longer published: its address answers, and says that it is withdrawn."""
    return [
        *links("rdf:type", ["skos:Concept"]),
        *flag("owl:deprecated", True),
        *text("skos:notation", row["id"]),
        *definitions(row, "resume"),
        *sources.official(row["id"]),
        *sources.to_verify(),
    ]


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
        *sources.official(row["id"]),
        *([] if sources.confirmed(row["id"]) else sources.to_verify()),
    ]
