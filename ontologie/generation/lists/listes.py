"""The small concept schemes: kinds of AI, purposes, access, maturity, CRCN, audiences, kinds of things.

Knows which table holds which list; how a list becomes a scheme is in `common`.
"""

from __future__ import annotations

from typing import Final

from ontologie.generation.tables.common import (
    Row,
    concepts,
    definitions,
    official_or_doubtful,
    order,
    principle,
    several,
    source,
    table,
    unverified,
)
from ontologie.generation.tables.turtle import Statement, Turtle, both, flag, links, text

PERSONAL_DATA: Final = "http://data.education.fr/voc/scolomfr/scolomfr-voc-044"
FACETS: Final = (
    ("type-ia", "types_ia", "Les genres d'IA."),
    ("acces", "acces_outil", "Les voies d'accès à un outil."),
    ("maturite", "maturite", "Les paliers de maturité d'un accompagnement CARDIE."),
)


def generate() -> dict[str, str]:
    """Return one file a list of the tables, `listes.ttl` and `genres.ttl`."""
    made = {f"{name}.ttl": _plain(name, rows, about) for name, rows, about in FACETS}
    return {
        **made,
        "finalite.ttl": _purposes(),
        "crcn.ttl": _crcn(),
        "digcomp.ttl": _digcomp(),
        "dispositif.ttl": _schemes(),
        "donnees-personnelles.ttl": _personal_data(),
        "listes.ttl": _grouped("listes", "Les petites listes : manipulateur, publics et forces des règles."),
        "genres.ttl": _grouped(
            "genres", "Les genres d'instrument, de principe, d'organisation, de dispositif."
        ),
    }


def _plain(name: str, rows: str, about: str) -> str:
    out = Turtle(about)
    concepts(out, name, table("instruments", rows))
    return out.render()


def _grouped(rows: str, about: str) -> str:
    out = Turtle(about)
    for name in dict.fromkeys(row["schema"] for row in table(rows)):
        out.section(name)
        concepts(out, name, [row for row in table(rows) if row["schema"] == name])
    return out.render()


def _purposes() -> str:
    out = Turtle("Les finalités de l'IA dans un projet, et les dispositions à examiner pour chacune.")

    def extra(row: Row) -> list[Statement]:
        return links("oia:aExaminer", map(principle, several(row["dispositions_a_examiner"])))

    concepts(out, "finalite", table("instruments", "finalites"), extra)
    return out.render()


def _crcn() -> str:
    out = Turtle("Le cadre de référence des compétences numériques (CRCN).")

    def extra(row: Row) -> list[Statement]:
        digcomp = several(row["digcomp"])
        doubtful = [f"DigComp {code} (†)" for code in digcomp if row["digcomp_verifie"] != "oui"]
        notations = text("skos:notation", row["id"]) + text("oia:codeDigComp", *digcomp)
        return notations + links("oia:pageLue", several(row["page"])) + unverified(row, doubtful)

    concepts(out, "crcn", map(_crcn_row, table("instruments", "crcn")), extra)
    return out.render()


def _digcomp() -> str:
    out = Turtle("Les vingt et une compétences de DigComp 3.0, dont le fichier publié n'a pas d'IRI.")

    def extra(row: Row) -> list[Statement]:
        # Its own file names a competence below no base: the name is kept, and a reader can tell the two apart.
        return text("skos:notation", row["id"]) + text("dct:identifier", f"Competence/{row['id']}")

    concepts(out, "digcomp", table("digcomp"), extra)
    return out.render()


def _crcn_row(row: Row) -> dict[str, str]:
    """Return a row of the CRCN with the identifier and definition that a concept needs; its source is the scheme's."""
    kind = ("Domaine du CRCN", "Domain of the CRCN")
    if row["parent"]:
        kind = ("Compétence du CRCN", "Competence of the CRCN")
    return {
        **row,
        "id": row["code"],
        "source_url": "",
        "page": row["source_url"],
        "definition_fr": f"{kind[0]} : {row['label_fr'][0].lower()}{row['label_fr'][1:]}.",
        "definition_en": f"{kind[1]}: {row['label_en'][0].lower()}{row['label_en'][1:]}.",
    }


def _schemes() -> str:
    out = Turtle("Les dispositifs, plateformes et communautés.")

    def extra(row: Row) -> list[Statement]:
        return [
            *links("rdf:type", ["oia:Dispositif"]),
            *text("skos:altLabel", row["sigle"] if row["sigle"] != row["nom_fr"] else ""),
            *links("dct:type", [f"concept/genre-dispositif/{row['genre'].replace('_', '-')}"]),
            *links("oia:porteur", (f"organisation/{actor}" for actor in several(row["porteur"]))),
        ]

    rows = (_named(official_or_doubtful(row)) for row in table("instruments", "dispositifs"))
    concepts(out, "dispositif", rows, extra)
    return out.render()


def _named(row: Row) -> dict[str, str]:
    """Return a row with the column names that a concept needs."""
    renamed = {"label": "nom", "definition": "description"}
    return {
        **row,
        **{f"{to}_{tag}": row[f"{name}_{tag}"] for to, name in renamed.items() for tag in ("fr", "en")},
    }


def _personal_data() -> str:
    """Say, in our own words, what we state of the four concepts of ScoLOMFR 044."""
    out = Turtle("Les quatre niveaux de données personnelles de ScoLOMFR 044, dans nos mots.")
    rows = table("instruments", "donnees_personnelles")
    out.add(
        PERSONAL_DATA,
        links("rdf:type", ["skos:ConceptScheme"]),
        both("dct:title", "Personnalisation et données personnelles (ScoLOMFR 044)",
             "Personalisation and personal data (ScoLOMFR 044)"),
        both("skos:prefLabel", "Personnalisation et données personnelles (ScoLOMFR 044)",
             "Personalisation and personal data (ScoLOMFR 044)"),
        links("skos:hasTopConcept", (row["scolomfr_iri"] for row in rows)),
    )  # fmt: skip
    for row in rows:
        out.add(
            row["scolomfr_iri"],
            links("rdf:type", ["skos:Concept"]),
            both("skos:prefLabel", row["label_fr"], row["label_en"]),
            text("skos:notation", row["id"]),
            order(row["ordre"]),
            definitions(row),
            links("skos:inScheme", [PERSONAL_DATA]),
            links("skos:topConceptOf", [PERSONAL_DATA]),
            flag("oia:traitementDonneesPersonnelles", row["traitement_de_donnees_personnelles"] == "oui"),
            source(row),
            unverified(row),
        )
    return out.render()
