"""The grids: dimensions, criteria, the scale they share, and the rules by which scores are computed.

Knows the tables of the national grid (`dimensions`, `criteres`, `niveaux_echelle`), those of the grid of
trustworthy AI (`grille_hleg_*`), `grilles` and `regles_agregation`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ontologie.generation.tables import sources
from ontologie.generation.tables.common import (
    Row,
    definitions,
    labels,
    order,
    principle,
    scheme,
    several,
    source,
    table,
)
from ontologie.generation.tables.turtle import Statement, Turtle, both, dated, flag, links, text, typed

TABLES: Final = {
    "nationale-1": (("instruments", "dimensions"), ("instruments", "criteres")),
    "hleg-1": (("grille_hleg_dimensions",), ("grille_hleg_criteres",)),
}


def generate() -> dict[str, str]:
    """Return one file a grid, `echelle.ttl` and `regles-agregation.ttl`."""
    grids = {f"grille-{row['id']}.ttl": _grid(row) for row in table("grilles")}
    return {**grids, "echelle.ttl": _scale(), "regles-agregation.ttl": _rules()}


def _grid(row: Row) -> str:
    out = Turtle(f"{row['titre_fr']} : proposition du projet.")
    home = f"grille/{row['id']}"
    dimensions, criteria = (table(*path) for path in TABLES[row["id"]])
    out.add(
        home,
        links("rdf:type", ["oia:Grille", "skos:ConceptScheme"]),
        both("dct:title", row["titre_fr"], row["titre_en"]),
        labels(row, "titre"),
        definitions(row),
        both("skos:scopeNote", row["note_fr"], row["note_en"]),
        text("owl:versionInfo", row["version"]),
        dated("dct:issued", row["date"]),
        links("oia:echelle", ["concept/echelle"]),
        links("prov:wasAttributedTo", ["organisation/equipe-projet"]),
        links("dct:license", ["https://spdx.org/licenses/etalab-2.0.html"]),
        links("skos:hasTopConcept", (f"dimension/{d['id']}" for d in dimensions)),
        sources.own(),
    )
    for dimension in dimensions:
        children = [c for c in criteria if c["dimension"] == dimension["id"]]
        out.section(dimension["label_fr"])
        out.add(f"dimension/{dimension['id']}", _dimension(dimension, home, children))
        for place, criterion in enumerate(children, 1):
            out.add(f"critere/{criterion['id']}", _criterion(criterion, home, place))
    return out.render()


def _dimension(row: Row, home: str, criteria: Iterable[Row]) -> list[Statement]:
    requirement = row.get("exigence", "")
    return [
        *links("rdf:type", ["oia:Dimension", "skos:Concept"]),
        *labels(row),
        *text("skos:notation", row["id"]),
        *order(row["ordre"]),
        *definitions(row),
        *links("skos:inScheme", [home]),
        *links("skos:topConceptOf", [home]),
        *links("oia:dansGrille", [home]),
        *links("skos:narrower", (f"critere/{criterion['id']}" for criterion in criteria)),
        *links("dct:subject", [principle(requirement)] if requirement else []),
        *source(row),
    ]


def _criterion(row: Row, home: str, place: int) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:Critere", "skos:Concept"]),
        *labels(row),
        *text("skos:notation", row["id"]),
        *order(place),
        *definitions(next(one for one in table("definitions_criteres") if one["id"] == row["id"])),
        *both("oia:question", row["question_fr"], row["question_en"]),
        *links("skos:inScheme", [home]),
        *links("skos:broader", [f"dimension/{row['dimension']}"]),
        *links("oia:dansDimension", [f"dimension/{row['dimension']}"]),
        *links("oia:porteSur", map(principle, several(row["principes"]))),
        *flag("oia:eliminatoire", row["eliminatoire"] == "oui"),
        *flag("oia:obligatoire", row["obligatoire"] == "oui"),
        *sources.own(),
    ]


def _scale() -> str:
    out = Turtle("L'échelle des grilles : trois valeurs et deux réponses sans valeur.")
    rows = table("instruments", "niveaux_echelle")
    steps = [f"echelon/{row['id']}" for row in rows]
    home = scheme(out, "echelle", steps, ("oia:Echelle", "skos:ConceptScheme"))
    for row in rows:
        out.add(
            f"echelon/{row['id']}",
            links("rdf:type", ["oia:Echelon", "skos:Concept"]),
            labels(row),
            order(row["ordre"]),
            definitions(row, "descripteur"),
            links("skos:inScheme", [home]),
            links("skos:topConceptOf", [home]),
            typed("oia:valeur", row["valeur"], "integer"),
            flag("oia:calculable", row["calculable"] == "oui"),
            sources.own(),
        )
    return out.render()


def _rules() -> str:
    out = Turtle("Comment se calcule, et quand ne se calcule pas, le score d'une dimension.")
    for row in table("regles_agregation"):
        out.add(
            f"regle/{row['id']}",
            links("rdf:type", ["oia:RegleAgregation"]),
            labels(row),
            order(row["ordre"]),
            definitions(row),
            text("oia:effet", row["effet"]),
            typed("oia:seuil", row["seuil"], "decimal"),
            links("oia:parGrille", (f"grille/{name}" for name in TABLES)),
            sources.own(),
        )
    return out.render()
