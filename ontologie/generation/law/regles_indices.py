"""The rules that publication derives by: indication rules, finding rules, and what a finding may conclude.

Knows the tables `regles_indices`, `verdicts`, `regles_constats`, `issues_constats` and `dates_des_regles`, and
the SPARQL of `regles/`. How a rule is run is the business of whoever runs it.
"""

from __future__ import annotations

from typing import Final

from ontologie.generation.law import dates
from ontologie.generation.tables import sources
from ontologie.generation.tables.common import Row, concepts, definitions, labels, principle, several, source, table
from ontologie.generation.tables.turtle import Statement, Turtle, both, flag, links, tagged, text, typed
from ontologie.rules import rule_files

FIELDS: Final = ("objectif", "competence", "plusValue", "pointVigilance")
"""The columns of `regles_indices` that say the polarity of words found in a field."""


def generate() -> dict[str, str]:
    """Return `regles-indices.ttl`."""
    out = Turtle("Les règles d'indice et de constat, et ce qu'un constat peut conclure.")
    out.section("ce qu'un constat conclut")
    concepts(out, "verdict", table("verdicts"), _conclusive)
    out.section("règles d'indice")
    for row in table("regles_indices"):
        name = f"regle/{row['id']}"
        if row["statut"] == "retiree":
            out.add(name, labels(row), _withdrawn(row), sources.own())
            continue
        read = [field for field in FIELDS if row[field]]
        lecture = links("oia:lecture", (f"{name}#{field}" for field in read))
        out.add(name, labels(row), _indication(row), lecture, sources.own())
        for field in read:
            out.add(f"{name}#{field}", _reading(row, field))
    out.section("règles de constat")
    for row in table("regles_constats"):
        out.add(f"regle/{row['id']}", labels(row), definitions(row), _finding(row), source(row))
    out.section("ce que chaque règle peut conclure")
    for row in table("issues_constats"):
        out.add(_outcome_name(row), _outcome(row))
    return {"regles-indices.ttl": out.render()}


def _conclusive(row: Row) -> list[Statement]:
    return flag("oia:concluant", row["concluant"] == "oui")


def _withdrawn(row: Row) -> list[Statement]:
    """Return what stays of a rule that no longer reads fiches: its address answers, and says why."""
    return [
        *links("rdf:type", ["oia:RegleIndice"]),
        *definitions(row, "raison"),
        *flag("owl:deprecated", True),
    ]


def _reading(row: Row, field: str) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:LectureDeChamp"]),
        *text("oia:champ", field),
        *links("oia:polarite", [f"concept/polarite/{row[field]}"]),
    ]


def _indication(row: Row) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:RegleIndice"]),
        *definitions(row, "raison"),
        *links("oia:evoque", map(principle, several(row["principe"]))),
        *text("oia:motif", row["motif"]),
        *text("oia:sauf", row["sauf"]),
        *text("oia:motifManque", row["manque"]),
        *text("oia:motifAborde", row["aborde"]),
        *text("oia:conditionDeFiche", *several(row["fiche"])),
        *links("oia:cedeA", (f"regle/{name}" for name in several(row["cede_a"]))),
        *(said for example in several(row["exemple"]) for said in tagged("skos:example", example, "fr")),
    ]


def _finding(row: Row) -> list[Statement]:
    folder, _, name = row["requete"].partition("/")
    query = next(rule for rule in rule_files(folder) if rule.name == name)
    outcomes = [one for one in table("issues_constats") if one["regle"] == row["id"]]
    first, second = _dated_by(row["id"])
    return [
        *links("rdf:type", ["oia:RegleConstat"]),
        *links("oia:metEnOeuvre", several(row["applique"])),
        *flag("oia:rattache", row["rattache"] == "oui"),
        *flag("oia:suspendue", row["suspendue"] == "oui"),
        *links("oia:debiteur", (f"concept/debiteur/{name}" for name in several(row["debiteurs"]))),
        *links("oia:premisseLue", (f"oia:{name}" for name in several(row["premisses"]))),
        *links("oia:premisseDOutil", (f"oia:{name}" for name in several(row["premisses_outil"]))),
        *links("oia:dateePar", first),
        *links("oia:dateeEnsuitePar", second),
        *links("oia:issuePossible", map(_outcome_name, outcomes)),
        *text("oia:texteRegle", query.text),
    ]


def _dated_by(rule: str) -> tuple[list[str], list[str]]:
    """Return the statements that date a rule's text, first case and second, among those no later wording replaced."""
    row = next(row for row in table("corrections", "dates_des_regles") if _rule(row["regle"]) == rule)
    cases = (row["cas"], row["second_cas"])
    about = [one for one in dates.statements() if one["id"] == row["disposition_ou_regle"] and not one["fin"]]
    first, second = ([dates.name(one) for one in about if one["cas"] == case] for case in cases)
    return first, second


def _rule(name: str) -> str:
    """Return the finding rule that a name of the table of dates means: `CU-R29` is that of `constat-cu-r29`."""
    return name if name.startswith("constat-") else f"constat-{name.lower()}"


def _outcome_name(row: Row) -> str:
    return f"regle/{row['regle']}#{row['cas']}"


def _outcome(row: Row) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:IssueDeRegle"]),
        *links("oia:verdict", [f"concept/verdict/{row['verdict']}"]),
        *typed("oia:confiance", row["confiance"], "decimal"),
        *links("oia:classeRisque", several(row["classe"])),
        *links("oia:premisseManquante", several(row["manque"])),
        *both("rdfs:comment", row["raison_fr"], row["raison_en"]),
    ]
