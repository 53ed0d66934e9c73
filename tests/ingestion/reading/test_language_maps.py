"""Prose by its language: what a language map would drop in silence is refused, and no fiche is called French that is not.

Expected graphs are those that PyLD makes, or are spelt out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import build_document, convert, read_deposit
from ingestion.documents.build import BuiltDocument
from ingestion.reading.records import Header, Record
from ingestion.words.languages import AUTHORITY, language_of, tag_of, valid_tag
from ingestion.words.terms import terms
from ontologie import BASE, context_iri, newest_context, read_table
from tests.ingestion.reading.conftest import Write, built
from tests.laws.lengths import examples

NEWEST = f'"@context": "{context_iri()}", '
EARLIER = f'"@context": "{context_iri(version="1.1.0")}", '
HEAD = '"id": "projet/n-A", "type": "Projet"'
OBJECTIVE = f"{BASE}ontologie#objectif"


def said(write: Write, text: str) -> list[tuple[str, int | None, int | None]]:
    """Return what is said of a document: rule, line, column."""
    (made,) = built(read_deposit(write(text, "a.json")))
    return [(issue.rule.removeprefix("depot:"), issue.line, issue.column) for issue in made.issues]


def made(write: Write, document: Mapping[str, Any]) -> BuiltDocument:
    (found,) = built(read_deposit(write(json.dumps(document, ensure_ascii=False), "a.json")))
    return found


def objectives(found: BuiltDocument) -> set[tuple[str, str | None]]:
    """Return the objectives that the graph of a document states, each with its language."""
    (converted,) = convert([found.document], context=found.context)
    quads = ox.parse(b"".join(converted.lines), format=ox.RdfFormat.N_QUADS)
    return {(q.object.value, q.object.language) for q in quads if q.predicate.value == OBJECTIVE}


@pytest.mark.parametrize("naming", [NEWEST, ""])
@pytest.mark.parametrize(
    ("value", "code", "column"),
    [
        ('{"@none": "x"}', "balise-de-langue", 15),
        ('{"f r": "x"}', "balise-de-langue", 15),
        ('{"a": "x"}', "balise-de-langue", 15),
        ('{"": "x"}', "balise-de-langue", 15),
        ('{"français": "x"}', "balise-de-langue", 15),
        ('{"fr": "x", "fr_FR": "y"}', "balise-de-langue", 26),
        ('{"@value": "x"}', "carte-de-langues", 15),
        ('{"fr": {"@value": "x"}}', "carte-de-langues", 15),
        ('{"fr": ["x", {"@value": "y"}]}', "carte-de-langues", 27),
        ('[{"fr": "x"}]', "carte-de-langues", 15),
        ('["x", {"@value": "y", "@language": "en"}]', "carte-de-langues", 20),
        ('{"fr": null}', "null-json", 15),
        ('{"fr": 3}', "nombre-json", 15),
        ('{"fr": true}', "booleen-json", 15),
        ('{"fr": [["x"]]}', "liste-imbriquee", 22),
        ('{"fr": "x", "fr": "y"}', "cle-double", 26),
    ],
)
def test_what_a_language_map_would_lose_is_refused_at_its_place(
    write: Write, naming: str, value: str, code: str, column: int
) -> None:
    found = said(write, f'{{{naming}{HEAD},\n "objectif": {value}}}')
    assert (code, 2, column) in found, found


@pytest.mark.parametrize(("value", "column"), [('"x"', 2), ('["x"]', 15), ('["x", "y"]', 15)])
def test_a_plain_text_is_refused_where_its_document_names_the_context(write: Write, value: str, column: int) -> None:
    found = said(write, f'{{{NEWEST}{HEAD},\n "objectif": {value}}}')
    assert found[0] == ("texte-sans-langue", 2, column)


def test_a_plain_text_deep_in_a_document_is_refused_at_its_place(write: Write) -> None:
    text = f'{{{NEWEST}{HEAD}, "phase": [\n {{"id": "projet/n-A#p", "type": "Phase",\n  "description": "x"}}]}}'
    assert said(write, text) == [("texte-sans-langue", 3, 3)]


@pytest.mark.parametrize(
    ("fiche", "tag"),
    [
        ({}, "fr"),
        ({"langue": AUTHORITY + "FRA"}, "fr"),
        ({"langue": AUTHORITY + "ENG"}, "en"),
        ({"langue": [AUTHORITY + "DEU"]}, "de"),
        ({"dct:language": {"@id": AUTHORITY + "GSW"}}, "gsw"),
    ],
)
def test_without_a_context_a_plain_text_takes_the_language_of_its_fiche(
    write: Write, fiche: dict[str, Any], tag: str
) -> None:
    about = {"id": "graphe/projet/n-A", "type": "Fiche", **fiche}
    phase = {"id": "projet/n-A#p", "type": "Phase", "description": "z"}
    document = {"id": "projet/n-A", "type": "Projet", "objectif": ["x", "y"], "phase": phase, "fiche": about}
    found = made(write, document)
    assert not found.issues and found.context == newest_context()
    assert found.document["objectif"] == {tag: ["x", "y"]}
    assert found.document["phase"][0]["description"] == {tag: ["z"]}
    assert objectives(found) == {("x", tag), ("y", tag)}


@pytest.mark.parametrize("languages", [[AUTHORITY + "FRA", AUTHORITY + "ENG"], ["https://example.org/langue"]])
def test_a_plain_text_whose_language_is_not_known_is_refused(write: Write, languages: list[str]) -> None:
    fiche = {"id": "graphe/projet/n-A", "type": "Fiche", "langue": languages}
    text = f'{{{HEAD},\n "objectif": "x",\n "notion": {{"fr": "y"}}, "fiche": {json.dumps(fiche)}}}'
    assert said(write, text) == [("langue-du-texte", 2, 2)]


def test_words_that_say_their_language_keep_it_whatever_the_fiche_says(write: Write) -> None:
    fiche = {"id": "graphe/projet/n-A", "type": "Fiche", "langue": AUTHORITY + "ENG"}
    for naming in ({}, {"@context": context_iri()}):
        document = {
            **naming,
            "id": "projet/n-A",
            "type": "Projet",
            "objectif": {"fr": "x", "oc": ["y"]},
            "fiche": fiche,
        }
        assert objectives(made(write, document)) == {("x", "fr"), ("y", "oc")}


def test_a_document_that_names_an_earlier_context_is_read_as_before(write: Write) -> None:
    fiche = {"id": "graphe/projet/n-A", "type": "Fiche", "langue": AUTHORITY + "ENG"}
    texts = ["x", {"@value": "y", "@language": "en"}, {"@value": "z"}]
    found = made(write, {"@context": context_iri(version="1.1.0"), "id": "projet/n-A", "type": "Projet",
                         "objectif": texts, "fiche": fiche})  # fmt: skip
    assert not found.issues and found.document["objectif"] == texts
    assert objectives(found) == {("x", "fr"), ("y", "en"), ("z", None)}
    assert said(write, f'{{{EARLIER}{HEAD},\n "objectif": {{"fr": "x"}}}}') == [("valeur-inattendue", 2, 2)]


@pytest.mark.parametrize("naming", [{}, {"@context": context_iri(version="1.1.0")}])
def test_a_tag_that_names_the_depositor_is_refused(write: Write, naming: dict[str, str]) -> None:
    depositor = {"deposant_nom": "Jeanne Martin"}
    value = {"@value": "x", "@language": "jeanne-martin"} if naming else {"jeanne-martin": "x"}
    found = made(write, {**naming, "id": "projet/n-A", "type": "Projet", "objectif": value, **depositor})
    assert "depot:deposant-en-clair" in [issue.rule for issue in found.issues] and found.refused


def row(**cells: str) -> BuiltDocument:
    given = {"id": "A", "titre": "t", "type_ia": "generative", "objectifs": "x|y", "phases": "z", **cells}
    header = Header({name: (position, name) for position, name in enumerate(given, 1)})
    return build_document(Record("a.csv", 2, given, header))


@pytest.mark.parametrize(
    ("cell", "tag"), [("", "fr"), ("en", "en"), ("EN", "en"), ("deu", "de"), (AUTHORITY + "BRE", "br"), ("gsw", "gsw")]
)
def test_the_words_of_a_row_take_the_language_of_its_cell(cell: str, tag: str) -> None:
    found = row(**({"langue": cell} if cell else {}))
    assert not found.refused and found.context == newest_context()
    assert objectives(found) == {("x", tag), ("y", tag)}
    assert found.document["phase"][0]["description"] == {tag: ["z"]}
    assert tag_of(found.document["fiche"]["langue"]) == tag


@pytest.mark.parametrize(
    "cell", ["anglais et français", "x", "english", "oui", "non", "https://example.org/fr", AUTHORITY + "fra"]
)
def test_a_row_in_a_language_that_is_not_understood_is_refused_at_its_cell(cell: str) -> None:
    (issue,) = row(langue=cell).issues
    assert (issue.rule, issue.field, issue.line, issue.column) == ("depot:langue-inconnue", "langue", 2, 6)


def test_every_language_of_the_table_leads_to_its_tag_and_back() -> None:
    rows = read_table("donnees", "langues.csv")
    assert len(rows) == len({row["code"] for row in rows}) == len({row["balise"] for row in rows}) == 193
    for one in rows:
        assert language_of(one["balise"]) == AUTHORITY + one["code"]
        assert tag_of([AUTHORITY + one["code"]]) == valid_tag(one["balise"]) == one["balise"]


@settings(max_examples=examples(300), deadline=None)
@given(st.one_of(st.text(max_size=12), st.from_regex(r"[A-Za-z]{1,9}([-_][A-Za-z0-9]{1,9}){0,3}", fullmatch=True)))
def test_a_tag_that_is_taken_reaches_the_graph(tag: str) -> None:
    taken = valid_tag(tag)
    if taken is not None:
        (found,) = convert([{"id": "projet/n-A", "type": ["Projet"], "objectif": {tag: ["x"]}}])
        assert f'"x"@{taken} '.encode() in b"".join(found.lines)


def test_prose_is_what_has_a_language_map_and_nothing_else_has_one() -> None:
    before = terms(version="1.1.0")
    by_language = {key for key, term in terms().items() if term.by_language}
    assert by_language & before.keys() == {key for key, term in before.items() if term.language}
    assert not any(term.language for term in terms().values())
