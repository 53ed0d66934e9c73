"""Documents in JSON: what JSON-LD would lose in silence is refused, with its line and column."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion import build_document, read_deposit
from ingestion.documents.build import BuiltDocument
from ingestion.reading.json_text import DECODER, JsonSource
from ingestion.reading.records import Record
from ingestion.words.terms import terms
from ontologie import BASE, context, document_types, read_text
from tests.ingestion.reading.conftest import Write, built, codes, refusal
from tests.laws.lengths import examples

PROJECT = {
    "id": "projet/18-A",
    "type": "Projet",
    "titre": "Un titre",
    "academie": "academie/18",
    "typeIA": ["concept/type-ia/generative"],
}


def document(write: Write, **changed: Any) -> BuiltDocument:
    given = {key: value for key, value in {**PROJECT, **changed}.items() if value != "absent"}
    (made,) = built(read_deposit(write(json.dumps(given, ensure_ascii=False), "a.json")))
    return made


def said(write: Write, text: str) -> list[tuple[str, int | None, int | None]]:
    (made,) = built(read_deposit(write(text, "a.json")))
    return [(issue.rule.removeprefix("depot:"), issue.line, issue.column) for issue in made.issues]


@pytest.mark.parametrize("kind", document_types())
def test_the_examples_of_the_ontology_are_taken(write: Write, kind: str) -> None:
    text = read_text("exemples", f"{kind}.json")
    (made,) = built(read_deposit(write(text, "a.json")))
    assert [issue.message["fr"] for issue in made.issues] == []
    assert made.kind == kind


@pytest.mark.parametrize(
    "wrap",
    [
        lambda one: json.dumps(one),
        lambda one: json.dumps([one]),
        lambda one: json.dumps({"@graph": [one]}),
        lambda one: json.dumps({"@graph": one}),
        lambda one: json.dumps({"@context": context(), **one}),
        lambda one: json.dumps({"@context": f"{BASE}contexte.jsonld", "@graph": [one]}),
        lambda one: json.dumps({"@context": [f"{BASE}contexte.jsonld"], **one}),
        lambda one: json.dumps(one) + "\n\n" + json.dumps({**one, "id": "projet/18-B"}) + "\n",
    ],
)
def test_a_document_comes_alone_in_a_list_in_a_graph_or_one_a_line(write: Write, wrap: Any) -> None:
    deposit = read_deposit(write(wrap({**PROJECT, "titre": {"fr": "Un titre"}}), "a.jsonl"))
    first, *_ = built(deposit)
    assert not first.issues and first.identifier == "18-A" and first.academie == "18"
    assert deposit.notes[0].message["fr"] == "Fichier JSON lu en UTF-8."


def test_each_object_keeps_the_line_where_it_starts(write: Write) -> None:
    deposit = read_deposit(write('[\n\n {"id":\n "1"},\n {"id": "2"}\n]', "a.json"))
    assert [record.line for record in deposit.records] == [3, 5]


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"id": "1", "titre": "a", }', "json-invalide", 1, 27),
        ('{\n "id": tru }', "json-invalide", 2, 8),
        ('{"id": "1"} {"id": "2"}', "json-invalide", 1, 13),
        ('[{"id": "1"}, ]', "json-invalide", 1, 15),
        ('[{"id": "1"} {"id": "2"}]', "json-invalide", 1, 14),
        ('[{"id": "1"}] x', "json-invalide", 1, 15),
        ('{"id": "a\nb"}', "json-invalide", 1, 10),
        ('[\n "texte"]', "json-pas-objet", 2, 2),
        ("[[]]", "json-pas-objet", 1, 2),
        ("[" * 100_000, "json-profond", 1, 2),
        ('{"@context": "https://schema.org/", "id": "1"}', "contexte-refuse", 1, 2),
        ('{"@context": {"@vocab": "http://x/"}, "@graph": []}', "contexte-refuse", 1, 2),
        ('{"@graph": [], "nom": 1}', "cle-inconnue", 1, 16),
        ('{"@graph": [], "@graph": []}', "cle-double", 1, 16),
        ("[]", "aucune-fiche", 1, None),
    ],
)
def test_json_that_cannot_be_used_says_where(write: Write, text: str, code: str, line: int, column: int) -> None:
    error = refusal(write(text, "a.json"))
    assert (error.issue.rule, error.line, error.column) == (f"depot:{code}", line, column)


def test_nothing_is_fetched_for_a_context(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr("socket.socket.connect", closed)
    refusal(write('{"@context": "http://127.0.0.1:9/c.jsonld", "id": "1"}', "a.json"))


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"titr": "x"}, "cle-inconnue", "titr"),
        ({"@nest": {}}, "cle-inconnue", "@nest"),
        ({"effectif": 24}, "nombre-json", "effectif"),
        ({"effectif": [1.5]}, "nombre-json", "effectif"),
        ({"academie": 18}, "nombre-json", "academie"),
        ({"duree": None}, "null-json", "duree"),
        ({"titre": True}, "booleen-json", "titre"),
        ({"titre": {"@value": "x", "@language": "en"}}, "carte-de-langues", "titre"),
        ({"objectif": [["a"]]}, "liste-imbriquee", "objectif"),
        ({"niveau": ["4e"]}, "iri-invalide", "niveau"),
        ({"niveau": "http://exemple.fr/a b"}, "iri-invalide", "niveau"),
        ({"niveau": "mailto:x"}, "iri-invalide", "niveau"),
        ({"niveau": "concept/../../x"}, "iri-invalide", "niveau"),
        ({"niveau": f"{BASE}/exemple.fr/x"}, "iri-invalide", "niveau"),
        ({"niveau": "concept/%2e%2E/x"}, "iri-invalide", "niveau"),
        ({"niveau": {"@value": "4e"}}, "noeud-sans-id", "niveau"),
        ({"mention": {"champ": "niveaux"}}, "noeud-sans-id", "mention"),
        ({"mention": {"id": "projet/18-B#m", "champ": "niveaux"}}, "hors-document", "mention"),
        ({"academie": {"id": "academie/18", "titre": "x"}}, "hors-document", "academie"),
        ({"fiche": {"id": "graphe/projet/18-B", "type": "Fiche"}}, "hors-document", "fiche"),
        ({"dct:title": {"@value": "x", "@language": "a b"}}, "valeur-inattendue", "dct:title"),
        ({"dct:title": {"@value": "x", "@language": "a"}}, "valeur-inattendue", "dct:title"),
        ({"dct:title": {"@value": "x", "@direction": "ltr"}}, "valeur-inattendue", "dct:title"),
        ({"dct:title": {"@list": ["x"]}}, "valeur-inattendue", "dct:title"),
        ({"dct:title": {"fr": "x"}}, "valeur-inattendue", "dct:title"),
        ({"date": {"@value": "x", "@type": "jour"}}, "valeur-inattendue", "date"),
        ({"type": "Project"}, "type-inconnu", "type"),
        ({"type": "Analyse"}, "type-inconnu", "type"),
        ({"type": "absent"}, "type-absent", ""),
        ({"id": "projet/é"}, "id-de-document", "id"),
        ({"id": "recette/1"}, "genre-inconnu", "id"),
        ({"id": "projet/18-0612345678"}, "donnee-personnelle", "id"),
        ({"identifiant": "18-B"}, "identifiant-discordant", "identifiant"),
        ({"id": "projet/24-A"}, "academie-discordante", "id"),
        ({"academie": "absent"}, "academie-discordante", "id"),
        ({"titre": "x" * 301}, "texte-trop-long", "titre"),
        ({"description": "x" * 20_001}, "texte-trop-long", "description"),
        ({"titre": "a\u0000b"}, "caractere-interdit", "titre"),
        ({"titre": "a\ud800b"}, "caractere-interdit", "titre"),
        ({"resume": "voir jean.dupont@ac-lyon.fr"}, "donnee-personnelle", "resume"),
        ({"niveau": "https://x.fr/?de=jean.dupont@ac-lyon.fr"}, "donnee-personnelle", "niveau"),
        ({"titre": "Jeanne Martin en classe", "deposant_nom": "Jeanne Martin"}, "deposant-en-clair", "titre"),
    ],
)
def test_these_documents_are_refused(write: Write, changed: dict[str, Any], code: str, field: str) -> None:
    given = {key: value for key, value in {**PROJECT, **changed}.items() if value != "absent"}
    (made,) = built(read_deposit(write(json.dumps(given), "a.json")))
    assert made.refused
    assert codes(made).get(code) == field, made.issues


def test_a_repeated_key_is_refused_at_its_second_place(write: Write) -> None:
    text = '{"id": "projet/n-A", "type": "Projet",\n "titre": "a",\n "titre": "b"}'
    assert said(write, text) == [("cle-double", 3, 2)]


def test_faults_deep_in_a_document_keep_their_place(write: Write) -> None:
    text = (
        '{"id": "analyse/A", "type": "Analyse",\n "comporte": [{"id": "analyse/A#1",\n'
        '   "critere": "critere/C-D1-1", "preuve": {"id": "analyse/A#p", "extrai": "x"}}]}'
    )
    assert said(write, text) == [("cle-inconnue", 3, 65)]


def test_an_unknown_key_is_answered_with_the_nearest(write: Write) -> None:
    (issue,) = document(write, titr="x").issues
    assert issue.suggestions[0] == "titre"


@pytest.mark.parametrize(
    ("written", "suggested"),
    [("schoolPhase", ()), ("xyz", ()), ("title", ("titre",)), ("levels", ("niveau",)), ("dateFinMoi", ("dateFinMois",))],
)
def test_a_key_is_suggested_by_its_name_or_its_label_where_it_was_surely_meant(
    write: Write, written: str, suggested: tuple[str, ...]
) -> None:
    (issue,) = document(write, **{written: "x"}).issues
    assert issue.suggestions[:1] == suggested


@pytest.mark.parametrize("name", ["projet/é", "https://example.org/project/1", "projet/jean.dupont@ac-lyon.fr", 7])
def test_what_is_wrong_beside_the_id_is_said_with_it(write: Write, name: object) -> None:
    phase = {"id": "projet/n-A#p", "type": "Phase", "titre": "z"}
    given = {"id": name, "type": "Projet", "titre": "Un titre", "titr": "x", "effectif": None, "phase": phase}
    (made,) = built(read_deposit(write(json.dumps(given), "a.json")))
    assert made.refused and not made.document
    assert [issue.rule for issue in made.issues] == [
        "depot:id-de-document", "depot:cle-inconnue", "depot:null-json",
    ]  # fmt: skip
    assert "jean.dupont" not in "".join(issue.message["fr"] + issue.value for issue in made.issues)


def test_a_label_where_a_concept_is_due_is_answered_with_its_iri(write: Write) -> None:
    (issue,) = document(write, niveau="4e").issues
    assert issue.suggestions == ("http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021",)


def test_full_iris_keywords_and_prefixes_come_to_the_same_document(write: Write) -> None:
    spelt = {
        "@id": f"{BASE}projet/18-A",
        "@type": ["oia:Projet"],
        "dct:title": {"@value": "Un titre", "@language": "FR"},
        "academie": {"id": f"{BASE}academie/18"},
        "oia:typeIA": {"@id": "concept/type-ia/generative"},
    }
    (made,) = built(read_deposit(write(json.dumps(spelt), "a.json")))
    assert made.document == document(write).document


def test_other_languages_and_datatypes_are_kept(write: Write) -> None:
    made = document(
        write,
        objectif={"fr": "Un texte", "EN-gb": ["A text", "Another"]},
        **{"oia:objectif": ["Sans langue", {"@value": "Ein Text", "@language": "de"}]},
        date={"@value": "2025-03-26T10:00:00", "@type": "xsd:dateTime"},
        delegueConsulte=True,
    )
    assert not made.issues
    assert made.document["objectif"] == {"de": ["Ein Text"], "en-gb": ["A text", "Another"], "fr": ["Un texte"]}
    assert made.document["oia:objectif"] == [{"@value": "Sans langue"}]
    assert made.document["delegueConsulte"] == "true"


def test_a_document_without_fiche_gets_one(write: Write) -> None:
    assert document(write).document["fiche"]["id"] == "graphe/projet/18-A"


def test_private_keys_are_set_apart(write: Write) -> None:
    made = document(write, deposant_nom="Jeanne Martin", deposant_courriel="j@example.org")
    assert not made.issues
    assert made.personal == {"deposant_nom": "Jeanne Martin", "deposant_courriel": "j@example.org"}
    assert "Jeanne" not in json.dumps(made.document)


def test_a_deposit_for_an_académie_refuses_the_documents_of_another(write: Write) -> None:
    (record,) = read_deposit(write(json.dumps(PROJECT), "a.json")).records
    assert codes(build_document(record, academie="24")) == {"academie-autre": "academie"}
    assert not build_document(record, academie="18").issues


def test_rows_may_come_as_json_with_the_names_of_columns(write: Write) -> None:
    rows = [
        {"id": "A", "titre": "t", "type_ia": ["generative", "traduction"], "niveaux": "4e|3e", "analyse_impact": True},
        {"id": "B", "titre": "t", "type_ia": "autre", "objectifs": ["a | b", "c"], "Académie": "Lyon"},
    ]
    first, second = built(read_deposit(write(json.dumps(rows), "a.json")))
    assert not first.issues and not second.issues
    assert len(first.document["typeIA"]) == 2 and len(first.document["niveau"]) == 2
    assert second.document["objectif"] == {"fr": ["a | b", "c"]}
    assert second.identifier == "10-B"


@pytest.mark.parametrize(
    ("member", "code"),
    [
        ('"effectif": 24', "nombre-json"),
        ('"effectif": null', "null-json"),
        ('"titre": {}', "texte-attendu"),
        ('"titre": ["a", "b"]', "texte-attendu"),
        ('"resume": true', "booleen-json"),
        ('"niveaux": [["4e"]]', "liste-imbriquee"),
        ('"niveau": "4e"', "cle-inconnue"),
        ('"id": "B"', "cle-double"),
    ],
)
def test_rows_in_json_are_held_to_the_same_rules(write: Write, member: str, code: str) -> None:
    text = f'{{"id": "A",\n {member}, "type_ia": "autre"}}'
    found = [(rule, line) for rule, line, _ in said(write, text) if rule != "champ-absent"]
    assert found == [(code, 2)]


KEYS = st.sampled_from(
    [*terms(), "id", "type", "@id", "@type", "@value", "@language", "@context", "dct:title", "titr", "type_ia", ""]
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=8),
    st.sampled_from(["projet/n-A", "projet/n-A#1", "graphe/projet/n-A", "academie/18", "Projet", "Mention"]),
)  # fmt: skip
ANYTHING = st.recursive(
    LEAVES,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=4)),
    max_leaves=12,
)


@settings(max_examples=examples(300), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, ANYTHING, max_size=6), st.sampled_from(["projet/n-A", "analyse/A", "publication/A", "A"]))
def test_whatever_a_json_object_holds_it_is_answered(members: dict[str, Any], name: str) -> None:
    text = json.dumps({"id": name, "type": "Projet", **members}, indent=1)
    record = Record("a.json", 1, {}, members=DECODER.decode(text), source=JsonSource(text, 0))
    document = build_document(record)
    assert document.document or document.refused
    for issue in document.issues:
        assert issue.line is not None and 1 <= issue.line <= text.count("\n") + 1
