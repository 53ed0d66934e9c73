"""The bundled invented examples: between them, every outcome that a rule may reach today is seen once.

What they are is worked out by the tables of rules and of concepts; what is derived, by the rules themselves.
"""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import read_deposit
from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.rules import Derivation
from ingestion.documents.build import build_document
from ingestion.graphs.conversion import convert
from ontologie import BASE, read_table
from tests.ingestion.derivation.findings import Found, findings

EXAMPLES = Path(str(files("ingestion"))) / "demo" / "exemples.csv"
NOT_YET = {
    *("constat-aia-27", "constat-aia-iii-3-a", "constat-aia-iii-3-b", "constat-aia-iii-3-c", "constat-aia-iii-3-d"),
    # Applies to systems already on the market later than an example of 2026 can be.
    "constat-aia-50-2",
}
"""Rules of the AI Act whose day comes after those of the examples: they say "before the text" or "cannot be concluded"."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with EXAMPLES.open(encoding="utf-8", newline="") as table:
        return list(csv.DictReader(table))


@pytest.fixture(scope="module")
def built() -> list[Any]:
    return [build_document(record, examples=True) for record in read_deposit(EXAMPLES).records]


@pytest.fixture(scope="module")
def derived(built: list[Any]) -> dict[str, list[bytes]]:
    """Return the derived graph of each example, by its id."""
    documents = [one.document for one in built]
    graphs = [
        DepositedGraphs(BASE + document["id"], {f"{BASE}graphe/{document['id']}": converted.lines})
        for document, converted in zip(documents, convert(documents), strict=True)
    ]
    return {graph.rpartition("/")[2]: lines for graph, lines in Derivation().derive(graphs).items()}


@pytest.fixture(scope="module")
def found(derived: dict[str, list[bytes]]) -> dict[str, dict[str, Found]]:
    """Return the findings of each example, by its id and by rule."""
    return {
        name: findings(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS), f"{BASE}projet/{name}")
        for name, lines in derived.items()
    }


def test_an_example_has_findings_and_indices_and_is_tied_to_nothing(derived: dict[str, list[bytes]]) -> None:
    text = b"".join(line for lines in derived.values() for line in lines)
    said = {term for term in re.findall(rb"ontologie#(\w+)> ", text)}
    assert {b"constat", b"indice", b"Usage"} <= said
    assert not {term for term in said if term.startswith((b"concerne", b"genreDePreuve"))} and b"Projet" not in said
    # Nor is it said to have taken place, or restated in the common terms of what did.
    assert b"prov#Activity" not in text and b"prov#used" not in text and b"purl.org/dc/terms/subject" not in text


def test_an_example_is_invented_cites_no_page_and_is_of_no_academie(rows: list[dict[str, str]]) -> None:
    assert 15 <= len(rows) <= 20
    assert all(row["id"].startswith("ex-") and row["titre"] and row["resume"] for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    sourced = {
        "url_source",
        "academie",
        "region_academique",
        "etablissement",
        "commune",
        "auteur_institutionnel",
        "uai",
    }
    assert not sourced & set(rows[0])


def test_every_label_of_an_example_is_understood(built: list[Any]) -> None:
    assert [issue for one in built for issue in one.issues] == []
    assert all(one.document for one in built)


def test_every_verdict_is_seen(found: dict[str, dict[str, Found]]) -> None:
    seen = {finding.verdict for of_one in found.values() for finding in of_one.values()}
    # No rule dismisses a finding: a person does.
    assert seen == {row["id"] for row in read_table("donnees", "verdicts.csv")} - {"ecarte"}


def test_every_outcome_of_every_rule_in_force_is_seen(found: dict[str, dict[str, Found]]) -> None:
    seen = {(rule, finding.verdict) for of_one in found.values() for rule, finding in of_one.items()}
    suspended = {row["id"] for row in read_table("donnees", "regles_constats.csv") if row["suspendue"] == "oui"}
    possible = {(row["regle"], row["verdict"]) for row in read_table("donnees", "issues_constats.csv")}
    lacking = {pair for pair in possible - seen if pair[0] not in suspended | {"clause-date", "relecture"}}
    assert {rule for rule, _ in lacking} == NOT_YET
    assert not {rule for rule, _ in seen} & suspended
    # The date clause speaks through the rules that it holds back.
    assert {verdict for _, verdict in seen - possible} == {"anterieur-au-texte", "non-conclu"}


@pytest.mark.parametrize(("column", "table"), [
    ("manipulateur", "listes.csv"), ("encadrement", "listes.csv"), ("acces", "instruments/acces_outil.csv"),
])  # fmt: skip
def test_every_handler_supervision_and_access_is_seen(rows: list[dict[str, str]], column: str, table: str) -> None:
    known = {row["id"] for row in read_table("donnees", *table.split("/")) if row.get("schema", column) == column}
    assert {value for row in rows for value in row[column].split("|") if value} == known - {"non-precise"}


def test_every_degree_of_personal_data_and_every_kind_of_purpose_is_seen(rows: list[dict[str, str]]) -> None:
    degrees = {row["id"] for row in read_table("donnees", "instruments", "donnees_personnelles.csv")}
    assert {row["donnees_personnelles"] for row in rows} - {""} == degrees
    kinds = {row["id"]: row["parent"] for row in read_table("donnees", "instruments", "finalites.csv")}
    used = {kinds[value] for row in rows for value in row["finalites"].split("|") if value}
    assert used == set(kinds.values()) - {""}
