"""Every RDF face of a thing says the same graph, whatever its texts hold (law 1); what a face cannot say, it refuses."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ontologie import BASE, Iris
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_quads, write_triples
from sparql_api.words.problems import ProblemError
from tests.laws.lengths import examples

IRIS = Iris(BASE)
SUBJECT = ox.NamedNode(BASE + "projet/18-X")
ABSTRACT = ox.NamedNode(IRIS.term("resume"))
TITLE = ox.NamedNode("http://purl.org/dc/terms/title")
HARD = "CR\r, CRLF\r\n, LF\n, tab\t, U+2028\u2028, U+0085\u0085, 'single', \"double\", ]]>, <b>&amp;</b>, \\r &#xD; \u202e"
TEXTS = st.text(st.sampled_from("\r\n\t\u2028\u0085'\"]><&;#x\\ é\ufeff\U0001f600") | st.characters(exclude_categories=("Cc", "Cs", "Cn")))


def graph(data: bytes, name: str) -> set[ox.Triple]:
    found = ox.parse(data, format=ox.RdfFormat.from_media_type(MEDIA_TYPES[name]), base_iri=BASE)
    return {ox.Triple(q.subject, q.predicate, q.object) for q in found}


def written(quads: list[ox.Quad], name: str) -> bytes:
    if name == "trig":
        return write_quads(quads, IRIS)
    return write_compacted(quads, IRIS) if name == "jsonld" else write_triples(quads, name, IRIS)


@given(TEXTS, st.none() | st.sampled_from(["fr", "en", "ar"]))
@example(HARD, "fr")
@example("\r", None)
@example(" \r\n ", "fr")
@settings(max_examples=examples(60), deadline=None, database=None)
def test_every_face_says_the_same_graph(text: str, language: str | None) -> None:
    literal = ox.Literal(text, language=language)
    quads = [ox.Quad(SUBJECT, predicate, literal) for predicate in (TITLE, ABSTRACT)]
    meant = {ox.Triple(q.subject, q.predicate, q.object) for q in quads}
    for name in MEDIA_TYPES:
        if name == "rdf" and set(text) & {"\ufffe", "\uffff"}:
            continue
        assert graph(written(quads, name), name) == meant, name


@pytest.mark.parametrize("character", ["\x01", "\x08", "\x1f", "\ufffe", "\uffff"])
def test_what_xml_cannot_say_is_refused_in_rdf_xml_alone(character: str) -> None:
    quads = [ox.Quad(SUBJECT, TITLE, ox.Literal(f"a{character}b"))]
    with pytest.raises(ProblemError) as refused:
        written(quads, "rdf")
    assert (refused.value.problem.name, refused.value.problem.status) == ("not-acceptable", 406)
    assert graph(written(quads, "ttl"), "ttl") == {ox.Triple(SUBJECT, TITLE, quads[0].object)}
