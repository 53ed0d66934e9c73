"""The newest context, the shapes and the columns say the same: what repeats, and what is prose.

Bounds are read from the shapes as they are written, by rdflib.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import rdflib
from pyld import jsonld
from rdflib import RDF, SH, Literal, URIRef

from ingestion.words.columns import SIBLINGS, Column, columns
from ingestion.words.terms import Term, terms
from ontologie import BASE, containers, context, document_types, read_text, repeated_keys
from shapes import shapes_graph

GRAPH = shapes_graph()


def shapes_of(term: Term) -> list[rdflib.term.Node]:
    """Return the property shapes of the property of a key, in the direction that the key follows it."""
    paths: list[rdflib.term.Node] = [URIRef(term.iri)]
    if term.reverse:
        paths = list(GRAPH.subjects(SH.inversePath, URIRef(term.iri)))
    return [shape for path in paths for shape in GRAPH.subjects(SH.path, path)]


def test_sets_are_exactly_the_keys_that_no_shape_bounds_by_one() -> None:
    bounded = {
        key for key, term in terms().items()
        if any((shape, SH.maxCount, Literal(1)) in GRAPH for shape in shapes_of(term))
        or any((shape, SH.uniqueLang, Literal(True)) in GRAPH for shape in shapes_of(term))  # one a language
    }  # fmt: skip
    assert all(shapes_of(term) for term in terms().values())
    assert repeated_keys() == {*terms(), "type"} - bounded
    assert not list(GRAPH.subjects(SH.path, RDF.type))


def test_language_maps_are_exactly_the_keys_whose_values_the_shapes_want_in_a_language() -> None:
    prose = {
        key for key, term in terms().items()
        if {RDF.langString} == {kind for shape in shapes_of(term) for kind in GRAPH.objects(shape, SH.datatype)}
    }  # fmt: skip
    assert {key for key, term in terms().items() if term.by_language} == prose
    assert not any("@language" in said for said in context().values() if isinstance(said, dict))


@pytest.mark.parametrize("column", [c for c in columns().values() if c.is_list], ids=lambda column: column.name)
def test_a_column_that_is_a_list_feeds_a_set(column: Column) -> None:
    assert repeated_keys() & {column.key, *SIBLINGS.get(column.key, ())}


def test_only_containers_tell_this_context_from_the_one_before() -> None:
    def plain(said: Any) -> dict[str, Any]:
        full = {"@id": said} if not isinstance(said, dict) else said
        return {key: value for key, value in full.items() if key not in ("@container", "@language")}

    before, now = context(version="1.1.0"), context(version="2.0.0")
    assert now.keys() - before.keys() == {"@protected"} and not before.keys() - now.keys()
    assert {key: plain(said) for key, said in before.items()} == {key: plain(now[key]) for key in before}
    assert not any(containers(said) for said in before.values())


def test_the_newest_context_only_adds_to_the_one_before_and_carries_the_fields_of_any_country() -> None:
    before, now = context(version="2.0.0"), context(version="2.1.0")
    assert {key: now[key] for key in before} == before
    added = {key: now[key] for key in now.keys() - before.keys()}
    links = {key for key, said in added.items() if isinstance(said, dict) and said.get("@type") == "@id"}
    assert {"territoire", "territoireAssocie", "competenceNumerique"} <= links
    assert {"pays", "subdivision", "codeEtablissement"} <= added.keys() - links


@pytest.mark.parametrize("key", ["titre", "niveau", "Projet", "oia", "type"])
def test_no_context_beside_it_changes_a_term(key: str) -> None:
    other = {key: "https://example.org/other"}
    with pytest.raises(jsonld.JsonLdError) as refused:
        jsonld.expand({"@context": [context(), other], "@id": "https://example.org/x"})
    assert "protected" in str(refused.value)
    added = {"@context": [context(), {"autre": "https://example.org/other"}], "@id": "x:y", "autre": "z"}
    assert "https://example.org/other" in jsonld.expand(added)[0]


@pytest.mark.parametrize("kind", document_types())
def test_examples_are_written_as_the_newest_context_writes(kind: str) -> None:
    def look(node: dict[str, Any]) -> None:
        for key, value in node.items():
            said = containers(context()[key])
            assert isinstance(value, dict) is ("@language" in said) or "id" in value, key
            assert isinstance(value, list) is (said == {"@set"}), key
            for below in value if isinstance(value, list) else [value]:
                if isinstance(below, dict) and "id" in below:
                    look(below)

    look(json.loads(read_text("exemples", f"{kind}.json", base=BASE)))
