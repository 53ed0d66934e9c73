"""No question is written in a form whose columns stay empty; and those forms are found where they are."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from ontologie import PREFIXES
from queries import bind, catalogue
from tests.queries.forms import empty_columns

DATA = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX oia: <https://w3id.org/observatoire-ia/ontologie#>
INSERT DATA {
  <urn:a> oia:echelon <urn:two> . <urn:two> oia:valeur 2 ; skos:prefLabel "deux"@fr .
  <urn:b> oia:echelon <urn:none> . <urn:none> skos:prefLabel "rien"@fr .
}
"""
EMPTY = [
    "SELECT (AVG(?v) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } }",
    "SELECT (SUM(?v) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?w } BIND(?w + 1 AS ?v) }",
    "SELECT (SUM(?v) AS ?n) { ?s oia:echelon ?e { ?e skos:prefLabel ?l } UNION { ?e oia:valeur ?v } }",
    "SELECT (SUM(?v + 1) AS ?n) { { SELECT ?s ?v { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } } } }",
    "SELECT (SUM(IF(?v = 2, 1, 0)) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } }",
    'SELECT (GROUP_CONCAT(?l; separator=" ") AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur/^oia:valeur/skos:prefLabel ?l FILTER(lang(?l) = "fr") } }',
    "SELECT (GROUP_CONCAT(?e) AS ?n) { ?s oia:echelon ?e }",
]  # fmt: skip
FULL = [
    "SELECT (AVG(?v) AS ?n) { ?s oia:echelon ?e . ?e oia:valeur ?v }",
    "SELECT (SUM(COALESCE(?v, 0)) / COUNT(?v) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } }",
    "SELECT (COUNT(?v) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } }",
    "SELECT (SUM(IF(BOUND(?v), 1, 0)) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } }",
    "SELECT (AVG(?v) AS ?n) { ?s oia:echelon ?e OPTIONAL { ?e oia:valeur ?v } FILTER(BOUND(?v)) }",
    "SELECT (MAX(?b) AS ?n) { ?s oia:echelon ?e BIND(EXISTS { ?e oia:valeur ?v } AS ?b) }",
    "SELECT (GROUP_CONCAT(STR(?e)) AS ?n) { ?s oia:echelon ?e }",
    'SELECT (GROUP_CONCAT(?l) AS ?n) { ?s oia:echelon/skos:prefLabel ?l FILTER(lang(?l) = "fr") }',
]


@pytest.mark.parametrize("name", catalogue())
def test_no_aggregate_of_a_question_may_leave_its_column_empty(name: str) -> None:
    assert empty_columns(bind(catalogue()[name], {})) == []


@pytest.mark.parametrize("query", EMPTY)
def test_a_form_whose_column_stays_empty_is_found(query: str) -> None:
    assert answered(query) is None
    assert len(empty_columns(query)) == 1


@pytest.mark.parametrize("query", FULL)
def test_a_form_that_answers_is_left_alone(query: str) -> None:
    assert answered(query) is not None
    assert empty_columns(query) == []


def answered(query: str) -> str | None:
    """Return what the engine gives where one row has a value and another none."""
    store = ox.Store()
    store.update(DATA)
    (row,) = store.query(query, prefixes=PREFIXES)  # type: ignore[misc]
    return None if row["n"] is None else row["n"].value
