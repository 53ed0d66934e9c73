"""The shapes themselves: standard, named, explained in two languages, and complete for what can be deposited."""

from __future__ import annotations

from pathlib import Path

import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from ontologie import BASE, PREFIXES, context
from shapes import shapes_digest, shapes_graph

FORMES = BASE + "shapes#"
GRAPH = shapes_graph()
PROPERTY_SHAPES = sorted(set(GRAPH.objects(None, SH.property)) | set(GRAPH.subjects(RDF.type, SH.PropertyShape)))


def reported() -> list[rdflib.term.Node]:
    """Shapes that a report can name: targeted ones with constraints of their own, and their property shapes."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf)
    nodes = {shape for target in targets for shape in GRAPH.subjects(target, None)}
    silent = {RDF.type, SH.property, SH.message, *targets}
    own = {s for s in nodes if {p for p in GRAPH.predicates(s) if str(p).startswith(str(SH))} - silent}
    return sorted(own | {part for shape in nodes for part in GRAPH.objects(shape, SH.property)})


@pytest.mark.long
def test_the_shapes_are_standard_shacl() -> None:
    rules = Path(pyshacl.__file__).parent / "assets" / "shacl-shacl.ttl"
    conforms, _, text = pyshacl.validate(GRAPH, shacl_graph=str(rules), max_validation_depth=60)
    assert conforms, text


@pytest.mark.parametrize("shape", reported(), ids=str)
def test_a_rule_has_a_name_and_says_what_to_do_in_french_and_english(shape: rdflib.term.Node) -> None:
    assert str(shape).startswith(FORMES)
    own = list(GRAPH.objects(shape, SH.message))
    constraints = list(GRAPH.objects(shape, SH.sparql))
    texts = own or [text for one in constraints for text in GRAPH.objects(one, SH.message)]
    languages = sorted(text.language for text in texts)
    assert set(languages) == {"fr", "en"}
    assert all(str(text).strip().endswith((".", "…")) for text in texts)


def test_severities_are_the_three_of_shacl() -> None:
    assert set(GRAPH.objects(None, SH.severity)) <= {SH.Violation, SH.Warning, SH.Info}


def test_every_key_of_a_document_is_known_to_a_closed_shape() -> None:
    known = {str(path) for path in GRAPH.objects(None, SH.path)}
    for key, term in context().items():
        name = term.get("@id") if isinstance(term, dict) else None
        if name is None or str(name).startswith("@"):
            continue
        prefix, _, local = str(name).partition(":")
        assert PREFIXES[prefix] + local in known, key


def test_the_shapes_move_with_the_base() -> None:
    moved = shapes_graph("https://exemple.org/ia/")
    assert len(moved) == len(GRAPH)
    assert not any(str(node).startswith(BASE) for triple in moved for node in triple)


def test_the_digest_of_the_shapes_is_the_same_twice_and_differs_by_base() -> None:
    assert shapes_digest() == shapes_digest()
    assert len(shapes_digest()) == 64
