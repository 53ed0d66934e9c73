"""The instruments of the observatory and their principles, articles and provisions; a partner deposits its own.

Knows the tables `instruments`, `principes`, `hors_pivot` and `definitions`; writes each instrument as the
concept scheme of its principles (docs/decisions/evidence.md).
"""

from __future__ import annotations

from typing import Final

from ontologie.generation.law.dates import statements
from ontologie.generation.tables import sources
from ontologie.generation.tables.common import (
    DAGGER,
    Row,
    definitions,
    labels,
    order,
    principle,
    several,
    table,
    unverified,
)
from ontologie.generation.tables.turtle import Statement, Turtle, both, dated, links, text

LAW: Final = ("reglement_ue", "loi", "traite")
"""Kinds of instrument whose articles and provisions are subdivisions of a legal resource."""
PROVISION: Final = ("article", "disposition")
LICENCES: Final = {
    "CC BY-SA 3.0 IGO": "https://creativecommons.org/licenses/by-sa/3.0/igo/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
}
ELI: Final = "http://data.europa.eu/eli/"
EUR_LEX: Final = "https://eur-lex.europa.eu/eli/"


def generate() -> dict[str, str]:
    """Return `instruments.ttl` and `principes.ttl`."""
    return {"instruments.ttl": _instruments(), "principes.ttl": _principles()}


def _instruments() -> str:
    out = Turtle("Les instruments : cadres, règlements, recommandations.")
    principles = table("instruments", "principes")
    for row in table("instruments", "instruments"):
        home = f"instrument/{row['id']}"
        tops = [principle(p["id"]) for p in principles if p["instrument"] == row["id"] and not p["parent"]]
        out.add(home, _instrument(row), links("skos:hasTopConcept", tops))
    out.section("Liens entre instruments et entre textes")
    for subject, said in _instrument_links().items():
        out.add(subject, said)
    return out.render()


def _instrument(row: Row) -> list[Statement]:
    more = next(other for other in table("instruments_complements") if other["id"] == row["id"])
    licence = " ".join(row["licence"].replace(DAGGER, "").split())
    identifiers = [value.replace(DAGGER, "").strip() for value in several(row["other_identifiers"])]
    return [
        *links("rdf:type", ["oia:Instrument", "skos:ConceptScheme"]),
        *both("dct:title", row["label_fr"], row["label_en"]),
        *labels(row),
        *text("dct:identifier", *identifiers),
        *dated("dct:issued", row["date"]),
        *definitions(more),
        *both("oia:organisme", row["organisation"], more["organisme_en"]),
        *links("dct:type", [f"concept/genre-instrument/{row['type'].replace('_', '-')}"]),
        *links("oia:texteOfficiel", several(row["identifier_iri"])),
        *text("oia:pays", more["pays"]),
        *links("dct:license", [LICENCES[licence]] if licence in LICENCES else []),
        *both("dct:rights", licence, more["licence_en"]),
        *sources.official(row["id"]),
        *unverified(_confirmed(row), [*several(row["other_identifiers"]), row["licence"]]),
    ]


def _instrument_links() -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for row in table("instruments_liens"):
        statements = found.setdefault(row["sujet"], [])
        statements += links(row["predicat"], [row["objet"]])
    for statements in found.values():
        statements.sort(key=lambda statement: (statement[0], statement[1].value))
    return found


def _principles() -> str:
    out = Turtle("Les principes, articles et dispositions des instruments.")
    kinds = {row["id"]: row for row in table("instruments", "instruments")}
    outside = {row["id"]: row for row in (*table("instruments", "hors_pivot"), *table("hors_pivot_projet"))}
    defined = {row["id"]: row for row in table("definitions")}
    rows = table("instruments", "principes")
    children: dict[str, list[str]] = {}
    for row in rows:
        children.setdefault(row["parent"], []).append(row["id"])
    section = ""
    for row in rows:
        instrument = kinds[row["instrument"]]
        if row["instrument"] != section:
            section = row["instrument"]
            out.section(instrument["label_fr"])
        out.add(
            principle(row["id"]),
            _principle(row, instrument),
            links("skos:narrower", [principle(child) for child in children.get(row["id"], [])]),
            definitions(defined[row["id"]]),
            both("oia:horsPivot", outside[row["id"]]["raison_fr"], outside[row["id"]]["raison_en"])
            if row["id"] in outside
            else [],
        )
    return out.render()


def _principle(row: Row, instrument: Row) -> list[Statement]:
    home = f"instrument/{row['instrument']}"
    above = principle(row["parent"]) if row["parent"] else ""
    levels = {one["bloc"]: one["niveau"] for one in table("niveaux_des_blocs")}
    return [
        *links("rdf:type", ["skos:Concept", "oia:Principe", *_kind(row)]),
        *(_provision(row, instrument)),
        *labels(row),
        *text("skos:notation", row["id"]),
        *order(row["order"]),
        *links("skos:inScheme", [home]),
        *(links("skos:broader", [above]) if above else links("skos:topConceptOf", [home])),
        *links("dct:isPartOf", [above or home]),
        *links("dct:type", [f"concept/genre-principe/{row['type'].replace('_', '-')}"]),
        *links("oia:niveauDeMaitrise", [f"concept/{levels[row['id']]}"] if row["id"] in levels else []),
        *sources.official(row["id"]),
        *unverified(_confirmed(row)),
    ]


def _kind(row: Row) -> list[str]:
    """Return the class below `oia:Principe` that the row's kind names; none for a kind that names none."""
    kinds = {one["id"]: one["classe"] for one in table("genres") if one["schema"] == "genre-principe"}
    return [f"oia:{kinds[name]}"] if kinds.get(name := row["type"].replace("_", "-")) else []


def _confirmed(row: Row) -> Row:
    """Return a row that says whether a page confirms it."""
    return {**row, "verifie": "oui" if sources.confirmed(row["id"]) else "non"}


def _provision(row: Row, instrument: Row) -> list[Statement]:
    """Return what makes a row an article or provision of a law: its act, and where EUR-Lex shows it."""
    if instrument["type"] not in LAW or row["type"] not in PROVISION:
        return []
    return [
        *links("rdf:type", ["oia:Disposition", "eli:LegalResourceSubdivision"]),
        *links("eli:is_part_of", _acts(row, instrument)),
        *links("rdfs:seeAlso", _eur_lex_pages(row)),
    ]


def _acts(row: Row, instrument: Row) -> list[str]:
    """Return the act that a provision is part of: as adopted, or as consolidated where it came in later."""
    versions = [one for one in statements() if one["id"] == row["id"] and one["version"]]
    adopted = {one["entree_en_vigueur"] for one in statements() if one["id"] == instrument["id"]}
    if versions and not adopted & {one["entree_en_vigueur"] for one in versions}:
        return sorted({one["version"] for one in versions})
    return [act for act in several(instrument["identifier_iri"]) if act.startswith(ELI)]


def _eur_lex_pages(row: Row) -> list[str]:
    """Return where EUR-Lex shows a provision of an act of the Union."""
    found = (term.value for predicate, term in sources.official(row["id"]) if predicate == "dct:source")
    return [page for page in found if page.startswith(EUR_LEX)]
