"""What ties the bundled projects to principles, compared line by line with the table a person has read.

A difference means: run `python -m tests.ingestion.derivation.evidence`, read what changed, keep it if you would sign it.
"""

from __future__ import annotations

from collections import defaultdict

import pyoxigraph as ox
import pytest

from ingestion import Edition
from tests.ingestion.derivation.evidence import CONCERNE, CONSTATS, COUNTS, HEADER, ask, counts, evidence, read, short


@pytest.fixture(scope="module")
def store(demo_edition: Edition) -> ox.Store:
    return ox.Store.read_only(str(demo_edition.store_path))


def test_the_evidence_is_the_table_that_was_read(store: ox.Store) -> None:
    header, kept = read(CONCERNE)
    assert header == HEADER
    assert evidence(store) == kept


def test_the_findings_are_counted_as_the_table_says(store: ox.Store) -> None:
    header, kept = read(CONSTATS)
    assert header == COUNTS
    assert counts(store) == kept


def test_concerne_sums_up_the_evidence_and_nothing_else(store: ox.Store) -> None:
    rows = ask(store, "SELECT ?projet ?principe WHERE { ?projet oia:concerne ?principe }")
    stated = [(short(row["projet"]), short(row["principe"])) for row in rows]
    assert len(stated) == len(set(stated))
    assert set(stated) == {(row[0], row[1]) for row in read(CONCERNE)[1]}


def test_no_principle_is_tied_to_more_than_half_of_the_projects_by_rule_alone(store: ox.Store) -> None:
    projects = {short(row["p"]) for row in ask(store, "SELECT ?p WHERE { ?p a oia:Projet }")}
    by_rule: dict[str, set[str]] = defaultdict(set)
    for project, principle, kind, *_ in read(CONCERNE)[1]:
        if not kind.startswith("appréciation"):
            by_rule[principle].add(project)
    assert len(projects) == 103
    assert {principle: len(tied) for principle, tied in by_rule.items() if len(tied) > len(projects) / 2} == {}


def test_the_words_of_each_indice_stand_in_the_deposited_field(store: ox.Store) -> None:
    rows = list(
        ask(
            store,
            """SELECT ?mots ?passage ?depose WHERE {
                 ?projet oia:indice ?indice . ?indice oia:champ ?champ ; oia:extrait ?mots ; oia:passage ?passage .
                 OPTIONAL {
                   GRAPH ?fiche { ?projet ?propriete ?depose . }
                   FILTER(?depose = ?passage && ?propriete = IRI(CONCAT(STR(oia:), STR(?champ))))
                 }
               }""",
        )
    )
    assert len(rows) > 200
    assert all(row["depose"] == row["passage"] and row["mots"].value in row["passage"].value for row in rows)


def test_the_first_queries_of_a_researcher_return_rows(store: ox.Store) -> None:
    unesco = """SELECT ?projet ?principe ?unesco WHERE {
      ?projet a oia:Projet ; oia:concerne ?principe .
      ?principe skos:inScheme <instrument/cadre-usage> ; skos:mappingRelation ?unesco .
      ?unesco skos:inScheme <instrument/unesco-ethique-2021> .
    }"""
    provisions = """SELECT ?projet ?regle ?disposition WHERE {
      ?projet a oia:Projet ; oia:concerne ?principe .
      ?regle oia:decouleDe ?principe ; skos:mappingRelation ?disposition .
      ?disposition skos:inScheme <instrument/ai-act> .
    }"""
    assert len(list(ask(store, unesco))) > 50
    found = {row["disposition"].value.rpartition("/")[2] for row in ask(store, provisions)}
    # Article 14 binds providers and Article 26 is too wide: below the scale, neither is a way from a rule any more.
    assert found <= {"AIA-26-11", "AIA-26-2"} and found
