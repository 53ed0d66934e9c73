"""The catalogue of questions as RDF, in the vocabulary of the sparql-examples of SIB, for editors elsewhere.

SHACL 1.2 names the class `sh:SPARQLSelectExecutable` and the property `sh:select`
(https://www.w3.org/ns/shacl#); keywords are schema:keywords.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE, Iris
from queries import Question, bind
from sparql_api.description.questions import standalone
from sparql_api.description.statements import LICENCE
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_quads, write_triples

SH, DCT, OWL = PREFIXES["sh"], PREFIXES["dct"], PREFIXES["owl"]
RDFS, SCHEMA = PREFIXES["rdfs"], PREFIXES["schema"]
FORMS: Final = {
    "ask": ("SPARQLAskExecutable", "ask"),
    "construct": ("SPARQLConstructExecutable", "construct"),
    "select": ("SPARQLSelectExecutable", "select"),
}


def catalogue_rdf(questions: Mapping[str, Sequence[Question]], iris: Iris, media_type: str) -> bytes:
    """Return every version of every question with its default parameters bound, in one of our RDF media types."""
    quads = [said for versions in questions.values() for said in of_versions(versions, iris)]
    quads.append(quad(ox.NamedNode(iris.base + "queries"), DCT + "license", ox.NamedNode(LICENCE)))
    name = next(name for name, offered in MEDIA_TYPES.items() if offered == media_type)
    if name == "jsonld":
        return write_compacted(quads, iris)
    return write_quads(quads, iris) if name == "trig" else write_triples(quads, name, iris)


def of_versions(versions: Sequence[Question], iris: Iris) -> Iterator[ox.Quad]:
    """Yield what is said of a question, and of its former versions, which it replaces."""
    *former, latest = versions
    node = ox.NamedNode(iris.entity("queries", latest.name))
    yield from triples(latest, node, iris)
    for one in former:
        before = ox.NamedNode(iris.entity("queries", one.reference))
        yield from triples(one, before, iris)
        yield quad(before, OWL + "deprecated", ox.Literal(True))
        yield quad(before, DCT + "isReplacedBy", node)
        yield quad(node, DCT + "replaces", before)


def triples(question: Question, node: ox.NamedNode, iris: Iris) -> Iterator[ox.Quad]:
    """Yield what is said of one version of a question, whose name is `node`."""
    text = standalone(bind(question, {}, iris.base), iris)
    form = next((form for form in FORMS if f"\n{form} " in f"\n{text.lower()}"), "select")
    executable, property_name = FORMS[form]
    endpoint = ox.NamedNode(iris.base + "sparql")
    yield quad(node, RDF_TYPE, ox.NamedNode(SH + "SPARQLExecutable"))
    yield quad(node, RDF_TYPE, ox.NamedNode(SH + executable))
    yield quad(node, SH + property_name, ox.Literal(text))
    yield quad(node, SCHEMA + "target", endpoint)
    yield quad(node, OWL + "versionInfo", ox.Literal(str(question.version)))
    for language in ("fr", "en"):
        yield quad(node, RDFS + "label", ox.Literal(question.title[language], language=language))
        yield quad(node, RDFS + "comment", ox.Literal(question.title[language], language=language))
        yield quad(node, DCT + "description", ox.Literal(question.description[language], language=language))
    for keyword in question.keywords:
        yield quad(node, SCHEMA + "keywords", ox.Literal(keyword))


def quad(subject: ox.NamedNode, predicate: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
    """Return one statement in the default graph."""
    return ox.Quad(subject, ox.NamedNode(predicate), value)
