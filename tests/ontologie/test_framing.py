"""Law 1 at its root: a document's graph, framed, is the document; the context goes both ways."""

from __future__ import annotations

import json
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from ontologie import BASE, containers, context, document_types, frame, read_text, serialize_lines, to_document
from ontologie.framing import expanded
from tests.laws.lengths import examples

KINDS = ("analyse", "instrument", "linkset", "module", "projet", "publication")
WORDS = context()
TEXT_KEYS = sorted(
    key for key, term in WORDS.items() if containers(term) == {"@language", "@set"} and term["@id"].startswith("oia:")
)
LINK_KEYS = ("niveau", "discipline", "typeIA", "outil", "finalite", "acces", "competenceIA")


def to_quads(document: dict[str, Any]) -> list[ox.Quad]:
    text = json.dumps({"@context": WORDS, **document}, ensure_ascii=False)
    return list(ox.parse(text, format=ox.RdfFormat.JSON_LD))


def framed(quads: list[ox.Quad], kind: str) -> dict[str, Any]:
    result: dict[str, Any] = jsonld.frame(expanded(quads), frame(kind), {"base": BASE, "omitGraph": True})
    return {key: value for key, value in result.items() if key != "@context"}


def ordered(value: Any) -> Any:
    """Return a document with lists sorted, which RDF does not keep; a list of one stays a list."""
    if isinstance(value, dict):
        return {key: ordered(inner) for key, inner in sorted(value.items())}
    return sorted(map(ordered, value), key=json.dumps) if isinstance(value, list) else value


def example(kind: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(read_text("exemples", f"{kind}.json"))
    return document


def test_every_type_of_document_has_a_frame() -> None:
    assert document_types() == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_framing_the_graph_of_an_example_gives_the_example(kind: str) -> None:
    document = example(kind)
    found = framed(to_quads(document), kind)
    if kind == "linkset":  # PyLD writes others' IRIs below w3id.org relative to our base
        assert set(to_quads(found)) == set(to_quads(document))
    else:
        assert ordered(found) == ordered(document)


@pytest.mark.parametrize("kind", KINDS)
def test_the_framed_document_has_exactly_the_graph(kind: str) -> None:
    quads = to_quads(example(kind))
    assert set(to_quads(framed(quads, kind))) == set(quads)


def test_evidence_shared_by_two_appraisals_is_embedded_once() -> None:
    document = example("analyse")
    first, second = document["comporte"]
    first["preuve"] = [second["preuve"][0]["id"]]
    quads = to_quads(document)
    assert set(to_quads(framed(quads, "analyse"))) == set(quads)
    assert json.dumps(framed(quads, "analyse")).count('"extrait"') == 1


def test_an_unknown_type_has_no_frame() -> None:
    with pytest.raises(KeyError, match="grille"):
        frame("grille")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=30)
DATES = ({}, {"date": "2025-03-26"}, {"dateMois": "2025-03"}, {"dateAnnee": "2025"})


@st.composite
def projects(draw: st.DrawFn) -> dict[str, Any]:
    by_language = st.dictionaries(
        st.sampled_from(["fr", "en", "pt-br", "ar"]), st.lists(TEXT, min_size=1, max_size=3, unique=True), min_size=1
    )
    texts = st.dictionaries(st.sampled_from(TEXT_KEYS), by_language, max_size=6)
    numbers = st.lists(st.integers(1, 9), min_size=1, max_size=3, unique=True)
    links = draw(st.dictionaries(st.sampled_from(LINK_KEYS), numbers, max_size=4))
    labels = draw(st.lists(TEXT, max_size=3, unique=True))
    document: dict[str, Any] = {
        "id": "projet/n-1",
        "type": ["Projet"],
        "titre": {draw(st.sampled_from(["fr", "en"])): draw(TEXT)},
        **draw(texts),
        **{key: [f"concept/essai/{number}" for number in drawn] for key, drawn in links.items()},
        **draw(st.sampled_from(DATES)),
        "fiche": {"id": "graphe/projet/n-1", "type": ["Fiche"], "sourcePage": ["https://example.org/page"]},
    }
    if labels:
        document["mention"] = [
            {"id": f"projet/n-1#mention-{i}", "type": ["Mention"], "champ": "niveaux", "libelleDepose": label}
            for i, label in enumerate(labels)
        ]
    return document


@settings(max_examples=examples(40), deadline=None)
@given(projects())
def test_any_project_comes_back_as_it_was(document: dict[str, Any]) -> None:
    assert ordered(framed(to_quads(document), "projet")) == ordered(document)


@settings(max_examples=examples(60), deadline=None)
@given(projects())
def test_the_fast_way_gives_what_the_frame_gives(document: dict[str, Any]) -> None:
    quads = to_quads(document)
    assert ordered(to_document(serialize_lines(quads), "projet")) == ordered(framed(quads, "projet"))
    assert set(to_quads(to_document(serialize_lines(quads), "projet"))) == set(quads)


@pytest.mark.parametrize("kind", KINDS)
def test_the_fast_way_gives_the_examples(kind: str) -> None:
    document = example(kind)
    again = to_document(serialize_lines(to_quads(document)), kind)
    assert ordered(again) == ordered(document)
    assert list(again)[:2] == ["id", "type"]


def test_the_fast_way_keeps_values_that_no_key_writes() -> None:
    document = {**example("projet"), "dct:title": {"@value": "A title", "@language": "en"}}
    document["oia:niveau"] = {"@value": "CM2"}
    document["foaf:page"] = {"id": "https://example.org/"}
    quads = to_quads(document)
    assert set(to_quads(to_document(serialize_lines(quads), "projet"))) == set(quads)


def test_a_graph_without_its_root_is_no_document() -> None:
    quads = to_quads(example("projet"))
    with pytest.raises(ValueError, match="0 roots"):
        to_document(serialize_lines(quads), "module")
    with pytest.raises(KeyError, match="grille"):
        to_document(serialize_lines(quads), "grille")
