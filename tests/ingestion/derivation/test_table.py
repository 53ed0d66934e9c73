"""What ties the bundled projects to principles, compared line by line with the table a person has read.

A difference means: run `python -m tests.ingestion.derivation.evidence`, read what changed, keep it if you would sign it.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pyoxigraph as ox
import pytest

from ingestion import Edition
from ontologie import read_table
from tests.ingestion.derivation.evidence import (
    CONCERNE,
    CONSTATS,
    COUNTS,
    DISPOSITIONS,
    HEADER,
    ask,
    counts,
    evidence,
    read,
    short,
    ties,
)


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
    assert set(stated) == {(row[0], row[1]) for row in read(CONCERNE)[1] if ties(row)}


def test_no_principle_is_tied_to_more_than_half_of_the_projects_by_rule_alone(store: ox.Store) -> None:
    projects = {short(row["p"]) for row in ask(store, "SELECT ?p WHERE { ?p a oia:Projet }")}
    by_rule: dict[str, set[str]] = defaultdict(set)
    for row in filter(ties, read(CONCERNE)[1]):
        if not row[2].startswith("appréciation"):
            by_rule[row[1]].add(row[0])
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
    assert len(rows) > 150
    assert all(row["depose"] == row["passage"] and row["mots"].value in row["passage"].value for row in rows)


def test_the_first_query_of_a_researcher_returns_the_ties_through_the_correspondences(store: ox.Store) -> None:
    """The rows are those of the table that a person read, joined to the correspondences as their table states them."""
    rows = ask(
        store,
        """SELECT ?projet ?principe ?unesco WHERE {
          ?projet a oia:Projet ; oia:concerne ?principe .
          ?principe skos:inScheme <instrument/cadre-usage> ; skos:mappingRelation ?unesco .
          ?unesco skos:inScheme <instrument/unesco-ethique-2021> .
        }""",
    )
    stated = [(row["subject"], row["object"]) for row in read_table("donnees", "instruments", "correspondances.csv")]
    pairs = {*stated, *((target, subject) for subject, target in stated)}
    unesco = re.compile("UN[DPV][0-9]+")
    tied = {(row[0], row[1]) for row in read(CONCERNE)[1] if ties(row) and row[1].startswith("CU-")}
    due = {(project, mine, other) for project, mine in tied for one, other in pairs
           if one == mine and unesco.fullmatch(other)}  # fmt: skip
    found = [(short(row["projet"]), short(row["principe"]), short(row["unesco"])) for row in rows]
    assert len(found) > 50 and sorted(found) == sorted(due)


def test_the_second_query_of_a_researcher_returns_the_rows_worked_out_by_hand(store: ox.Store) -> None:
    """By hand: who is in 4e, in any 2de or in first year of CAP, before 5 February 2026 or undated; no other rule that
    concludes here has a provision of the AI Act that a jurist would put beside it."""
    rows = ask(
        store,
        """SELECT ?projet ?regle ?verdict ?disposition WHERE {
          ?projet a oia:Projet ; oia:constat ?constat .
          ?constat oia:applique ?regle ; oia:verdict ?verdict .
          ?regle skos:mappingRelation ?disposition .
          ?disposition skos:inScheme <instrument/ai-act> .
        }""",
    )
    found = [tuple(short(row[name]) for name in ("projet", "regle", "verdict", "disposition")) for row in rows]
    assert sorted(found) == [row[:4] for row in read(DISPOSITIONS)[1]]


def test_a_rule_meets_the_provisions_that_say_what_it_says_and_no_other(store: ox.Store) -> None:
    """Articles 14 (providers) and 26 (too wide), 50(4), 53 and Annex III 3(d) were weighed for rules, and set aside."""
    ways = (
        "SELECT ?r ?d WHERE { ?r a oia:RegleDuCadre ; skos:mappingRelation ?d . ?d skos:inScheme <instrument/ai-act> }"
    )
    assert sorted((short(row["r"]), short(row["d"])) for row in ask(store, ways)) == [
        ("CU-R08", "AIA-3-56"), ("CU-R12", "AIA-26-11"), ("CU-R12", "AIA-86"), ("CU-R13", "AIA-26-2"),
        ("CU-R29", "AIA-26-2"), ("CU-R30", "AIA-3-56"),
    ]  # fmt: skip


def test_no_bundled_fiche_says_that_the_academie_it_quotes_validated_it(store: ox.Store) -> None:
    assert not list(ask(store, "SELECT ?v WHERE { ?v a oia:ValidationAcademique }"))
    assert len(list(ask(store, "SELECT ?v WHERE { ?v a oia:Validation }"))) == 136 + 20, "those of examples too"


def test_no_tie_rests_on_an_illustration(store: ox.Store) -> None:
    alone = """SELECT ?projet ?principe WHERE {
      ?projet oia:concerne ?principe .
      MINUS { ?projet oia:indice ?indice . ?indice oia:evoque ?principe ; oia:polarite <concept/polarite/aborde> }
      MINUS { ?projet oia:constat/oia:applique ?texte . { ?texte oia:decouleDe ?principe } UNION { BIND(?texte AS ?principe) } }
    }"""
    assert not list(ask(store, alone))
