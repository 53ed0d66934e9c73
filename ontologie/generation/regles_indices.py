"""The rules that publication derives by: indication rules, finding rules, and what a finding may conclude.

Knows the tables `regles_indices` and `verdicts` and the cards of `regles/constats/*.rq`. How a rule is run
is the business of whoever runs it.
"""

from __future__ import annotations

from ontologie.generation.common import Row, concepts, definitions, labels, principle, several, table
from ontologie.generation.turtle import Statement, Turtle, both, flag, links, tagged, text
from ontologie.rules import RuleFile, rule_files


def generate() -> dict[str, str]:
    """Return `regles-indices.ttl`."""
    out = Turtle("Les règles d'indice et de constat, et ce qu'un constat peut conclure.")
    out.section("ce qu'un constat conclut")
    concepts(out, "verdict", table("verdicts"), _conclusive)
    out.section("règles d'indice")
    for row in table("regles_indices"):
        out.add(f"regle/{row['id']}", labels(row), _indication(row))
    out.section("règles de constat")
    for rule in rule_files("constats"):
        out.add(f"regle/{rule.name}", _finding(rule))
    return {"regles-indices.ttl": out.render()}


def _conclusive(row: Row) -> list[Statement]:
    return flag("oia:concluant", row["concluant"] == "oui")


def _indication(row: Row) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:RegleIndice"]),
        *definitions(row, "raison"),
        *links("oia:evoque", [principle(row["principe"])]),
        *text("oia:champ", *several(row["champs"])),
        *text("oia:motif", row["motif"]),
        *text("oia:sauf", row["sauf"]),
        *(said for example in several(row["exemple"]) for said in tagged("skos:example", example, "fr")),
    ]


def _finding(rule: RuleFile) -> list[Statement]:
    card = rule.card
    return [
        *links("rdf:type", ["oia:RegleConstat"]),
        *both("skos:prefLabel", card["label"]["fr"], card["label"]["en"]),
        *both("skos:definition", card["definition"]["fr"], card["definition"]["en"]),
        *links("oia:metEnOeuvre", card["applique"]),
        *flag("oia:rattache", card["rattache"]),
        *text("oia:texteRegle", rule.text),
        *links("dct:source", [card["source"]]),
    ]
