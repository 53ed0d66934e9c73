"""A text that is no query is answered with the place of its first fault and words that a person understands."""

from __future__ import annotations

from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from ontologie import PREFIXES
from queries import catalogue, tokenize
from sparql_api.query.grammar import Unexpected, UnknownFunction, read_query
from sparql_api.query.syntax import find
from tests.conformance.suites import query_cases, suites_folder

STORE = ox.Store()

# text, line, column, a part of what is said in French, in English, the suggestion
FAULTS = [
    ("", 1, 1, "vide", "empty", None),
    ("SELEC * {}", 1, 1, "« SELEC »", "'SELEC'", "SELECT"),
    ("SELECT * {\n  ?s skso:prefLabel ?l\n}", 2, 6, "« skos: »", "'skos:'", f"PREFIX skos: <{PREFIXES['skos']}>"),
    ("SELECT * {\n  ?s foo:bar ?l\n}", 2, 6, "n'est pas déclaré", "is not declared", "PREFIX foo: <http://…>"),
    ("SELECT * {\n  ?s ?p 'abc\n}", 2, 9, "ne se ferme pas", "never closed", None),
    ('SELECT * {\n  ?s ?p """abc\n}', 2, 9, "ne se ferme pas", "never closed", None),
    ("SELECT * { ?s ?p ?o ", 1, 20, "ouvert en 1:10", "opened at 1:10", None),
    ("SELECT * { ?s ?p ?o } LIMT 10", 1, 23, "LIMIT", "LIMIT", "LIMIT"),
    ("SELECT * { ?s ?p ?o .\n FILTR(?o > 1) }", 2, 2, "FILTER", "FILTER", "FILTER"),
    ("SELECT * { FILTER(REGX(?o, 'a')) }", 1, 19, "pas de fonction", "no function", "REGEX"),
    ("SELECT ?s COUNT(?x) { ?s ?p ?x }", 1, 11, "(COUNT(…) AS ?x)", "(COUNT(…) AS ?x)", "(COUNT(…) AS ?x)"),
    ("SELECT (COUNT(?x)) { ?s ?p ?x }", 1, 18, "attendu : AS", "expected: AS", None),
    ("SELECT * { ?s ?p 'éé' 😀 }", 1, 23, "caractère", "character", None),
    ("SELECT * { ?s ?p ?o ?x }", 1, 21, "« . »", "'.'", None),
    ("SELECT * { ?s ?p ?o }}", 1, 22, "la fin de la requête", "the end of the query", None),
    ("SELECT * { ?s ?p ?o } OFFSET -1", 1, 30, "nombre entier", "whole number", None),
    ("SELECT ?x { ?s ?p ?o } GROUP BY ?s", 1, 1, "GROUP BY", "GROUP BY", None),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", 1, 1, "nommez les colonnes", "name the columns", None),
    ("SELECT * { BIND(1 AS ?s) BIND(2 AS ?s) }", 1, 1, "définie deux fois", "defined twice", None),
    ("SELECT * { ?s ?p ?o } LIMIT 99999999999999999999", 1, 1, "trop grand", "too large", None),
    ("SELECT * { ?s ?p ?o } OFFSET 99999999999999999999", 1, 1, "trop grand", "too large", None),
    ("SELECT * { ?s ?p '\\uD800' }", 1, 1, "aucun caractère", "no character", None),
    ("SELECT * { ?s ?p 'a'@francaisduquebec }", 1, 1, "étiquette de langue", "language tag", None),
]


@pytest.mark.parametrize(("text", "line", "column", "fr", "en", "suggestion"), FAULTS)
def test_a_fault_is_placed_and_told(
    text: str, line: int, column: int, fr: str, en: str, suggestion: str | None
) -> None:
    with pytest.raises(SyntaxError) as refused:
        STORE.query(text, prefixes=dict(PREFIXES))
    fault = find(text, str(refused.value), PREFIXES)
    assert (fault.line, fault.column) == (line, column)
    assert fr in fault.reason.fr + (fault.suggestion or "")
    assert en in fault.reason.en + (fault.suggestion or "")
    assert fault.suggestion == suggestion


def test_the_problem_document_says_it(client: httpx.Client) -> None:
    query = "SELECT * {\n  ?s skso:prefLabel ?l\n}"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept-Language": "en"})
    assert answer.status_code == 400
    document = answer.json()
    assert (document["line"], document["column"]) == (2, 6)
    assert document["suggestion"].startswith("PREFIX skos:")
    assert document["detail"].startswith("Line 2, column 6: the prefix 'skso:' is not declared.")


def test_no_word_of_the_engines_grammar_reaches_a_person(client: httpx.Client) -> None:
    for text, *_ in FAULTS:
        said = client.get("/sparql", params={"query": text or " "}).text
        assert "expected one of" not in said
        assert "[_]" not in said


def test_every_query_of_the_catalogue_is_read() -> None:
    for question in catalogue().values():
        read_query(list(tokenize(question.text)))


@pytest.mark.parametrize("version", ["sparql11", "sparql12"])
def test_what_the_suites_call_a_query_is_read_as_one(version: str) -> None:
    folder = suites_folder() / "sparql" / version
    read = 0
    for manifest in sorted(Path(folder).glob("*/manifest.ttl")):
        if "entries" not in manifest.read_text(encoding="utf-8") or "protocol" in str(manifest):
            continue
        try:
            cases = query_cases(manifest.parent)
        except (AssertionError, ValueError):  # A folder of updates or of HTTP exchanges.
            continue
        for case in cases:
            if case.query.suffix == ".rq" and not case.kind.startswith("Negative"):
                read_query(list(tokenize(case.query.read_text(encoding="utf-8"))))
                read += 1
    assert read > 100


def test_a_deep_or_endless_text_is_told_in_time() -> None:
    for text in (
        "{" * 30_000,
        "SELECT * {" + "(" * 30_000,
        "SELECT (1" + "+1" * 30_000,
        "ASK {" + "?s ?p ?o ." * 6_000,
    ):
        find(text, "error at 1:1: expected [_]", PREFIXES)
        try:
            read_query(list(tokenize(text)))
        except (Unexpected, UnknownFunction):
            continue
