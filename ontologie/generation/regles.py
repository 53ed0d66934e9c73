"""The rules of the framework, and from when each provision applies.

Knows the tables `regles_cadre`, `libelles_regles` and `applicabilite`. A rule is no principle: it reaches
principles by `oia:decouleDe`. A date is a statement about a version of a text, never a constant.
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
from ontologie.generation.turtle import Statement, Turtle, both, links, text, typed

STATED_ELSEWHERE: Final = {"CU-R08": "note-pix-ia-2026", "CU-R33": "faq-cnil-2025"}
"""The rules that another instrument than the cadre states (README of the shared data)."""


def generate() -> dict[str, str]:
    """Return `regles-cadre.ttl` and `applicabilite.ttl`."""
    return {"regles-cadre.ttl": _rules(), "applicabilite.ttl": _dates()}


def subject(identifier: str) -> str:
    """Return the IRI of a rule or of a principle, relative to the base. Raises KeyError where unknown."""
    if any(row["id"] == identifier for row in table("instruments", "regles_cadre")):
        return f"regle/{identifier}"
    return principle(identifier)


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


def _dates() -> str:
    out = Turtle("À partir de quand s'applique chaque disposition, selon chaque version du texte.")
    rows = table("instruments", "applicabilite")
    for identifier in dict.fromkeys(row["provision"] for row in rows):
        about = subject(identifier)
        dates = [row for row in rows if row["provision"] == identifier]
        out.add(about, links("oia:applicabilite", (_name(about, row) for row in dates)))
        for row in dates:
            out.add(_name(about, row), _date(row))
    return out.render()


def _name(about: str, row: Row) -> str:
    """Return the IRI of a dated statement: a fragment made of the version and the date.

    Decided in docs/decisions/iris-and-graphs.md.
    """
    version = row["version"].removeprefix("http://data.europa.eu/eli/reg/").replace("/", "-")
    return "-".join(filter(None, (f"{about}#applicabilite", version, row["applies_from"])))


def _date(row: Row) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:Applicabilite"]),
        *typed("oia:appliqueAPartirDu", row["applies_from"], "date"),
        *links("oia:selonVersion", [row["version"]] if row["version"] else []),
        *both("oia:condition", row["condition_fr"], row["condition_en"]),
        *source(row),
        *unverified(row),
    ]
