"""Judges whether two results are the same: rows up to the names of blank nodes, graphs up to isomorphism.

Results are read by rdflib, which is no part of what is judged. Numbers are compared by value and datatype: a
store of values may write 2.0 as 2.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph as ox
import rdflib
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import BNode, Literal, Node, URIRef

from tests.conformance.suites import BASE

RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
XSD = "http://www.w3.org/2001/XMLSchema#"
NUMERIC = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}
MEDIA_TYPES = {
    ".srx": "application/sparql-results+xml",
    ".srj": "application/sparql-results+json",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".ttl": "text/turtle",
    ".nt": "application/n-triples",
    ".rdf": "application/rdf+xml",
}
PARSERS = {
    "application/sparql-results+xml": "xml",
    "application/sparql-results+json": "json",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
Row = frozenset[tuple[str, Any]]


def expected_media_type(file: Path) -> str:
    """Return the format in which to ask for what a result file holds; RDF result sets are asked as XML."""
    if file.suffix in (".ttl", ".rdf") and b"ResultSet" in file.read_bytes():
        return MEDIA_TYPES[".srx"]
    return MEDIA_TYPES[file.suffix]


def same(file: Path, media_type: str, answer: bytes) -> bool:
    """Tell whether an answer, in the format it was asked in, is what a result file holds."""
    if media_type == "text/csv":  # A lossy format: its text is what is specified, but for order and line ends.
        return csv_rows(file.read_bytes()) == csv_rows(answer)
    if media_type not in PARSERS and (b"<<" in answer or b"<<" in file.read_bytes()):
        return same_graphs_of_triple_terms(file, answer)
    if media_type not in PARSERS:
        return isomorphic(by_value(graph(file.read_bytes(), file.suffix)), by_value(graph(answer, ".ttl")))
    wanted, found = table(file.read_bytes(), file.suffix), table(answer, f".{PARSERS[media_type]}")
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return wanted[0] == found[0] and same_rows(wanted[1], found[1])


def graph(data: bytes, suffix: str) -> rdflib.Graph:
    names = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml"}
    return rdflib.Graph().parse(data=data, format=names[suffix], publicID=BASE)


def csv_rows(data: bytes) -> tuple[str, Counter[str]]:
    header, *rows = data.decode().replace("\r\n", "\n").strip("\n").split("\n")
    return header, Counter(re.sub(r"_:\w+", "_:", row) for row in rows)


def table(data: bytes, suffix: str) -> bool | tuple[frozenset[str], list[Row]]:
    """Return the truth of an ASK, or the variables and rows of a SELECT."""
    if suffix in (".ttl", ".rdf"):
        return result_set(graph(data, suffix))
    if b'"triple"' in data or b"<triple>" in data:
        return table_of_triple_terms(data, suffix)
    names = {".srx": "xml", ".xml": "xml", ".srj": "json", ".json": "json", ".tsv": "tsv"}
    result = Result.parse(io.BytesIO(data), format=names[suffix])
    if result.type == "ASK":
        return bool(result.askAnswer)
    variables = frozenset(str(variable) for variable in result.vars or [])
    return variables, [row({str(k): v for k, v in binding.items()}) for binding in result.bindings]


def table_of_triple_terms(data: bytes, suffix: str) -> tuple[frozenset[str], list[Row]]:
    """Return variables and rows of results that rdflib cannot read: those with triple terms (RDF 1.2)."""
    form = ox.QueryResultsFormat.JSON if suffix in (".srj", ".json") else ox.QueryResultsFormat.XML
    solutions = ox.parse_query_results(data, format=form)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [frozenset(pair for n in names if s[n] is not None for pair in parts(n, s[n])) for s in solutions]
    return frozenset(names), rows


def parts(name: str, term: Any) -> list[tuple[str, Any]]:
    """Return a value as one cell, a triple term as one for each of its terms."""
    if not isinstance(term, ox.Triple):
        return [(name, ox_key(term))]
    return [
        (f"{name} is a triple", ("iri", "")),
        *parts(f"{name}.s", term.subject),
        *parts(f"{name}.p", term.predicate),
        *parts(f"{name}.o", term.object),
    ]


def ox_key(term: Any) -> Any:
    """Return what is compared of a term of pyoxigraph's, as `key` does of rdflib's."""
    if isinstance(term, ox.NamedNode):
        return ("iri", term.value)
    if isinstance(term, ox.BlankNode):
        return ("bnode", term.value)
    datatype = None if term.language else URIRef(term.datatype.value)
    return key(Literal(term.value, lang=term.language, datatype=datatype))


def same_graphs_of_triple_terms(file: Path, answer: bytes) -> bool:
    """Tell whether two graphs are isomorphic, by the canonical form of each (RDFC-1.0)."""
    forms = []
    for data, format in (
        (file.read_bytes(), ox.RdfFormat.from_extension(file.suffix[1:])),
        (answer, ox.RdfFormat.TURTLE),
    ):
        graph = ox.Dataset(ox.parse(data, format=format, base_iri=BASE))
        graph.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        forms.append(set(graph))
    return forms[0] == forms[1]


def result_set(found: rdflib.Graph) -> bool | tuple[frozenset[str], list[Row]]:
    """Return what a result set written in RDF says (the vocabulary of the first SPARQL tests)."""
    (node,) = found.subjects(rdflib.RDF.type, RS.ResultSet)
    truth = found.value(node, RS.boolean)
    if truth is not None:
        return bool(truth.toPython())
    rows = [
        row({str(found.value(b, RS.variable)): found.value(b, RS.value) for b in found.objects(s, RS.binding)})
        for s in found.objects(node, RS.solution)
    ]
    return frozenset(map(str, found.objects(node, RS.resultVariable))), rows


def row(bindings: dict[str, Node | None]) -> Row:
    return frozenset((name, key(value)) for name, value in bindings.items() if value is not None)


def key(term: Any) -> Any:
    """Return what is compared of a term: a number's value, an IRI, a blank node as itself."""
    if isinstance(term, Literal):
        datatype = str(term.datatype or (XSD + "string" if not term.language else ""))
        if datatype in NUMERIC:
            try:
                return ("number", datatype, Decimal(str(term)).normalize())
            except InvalidOperation:
                return ("number", datatype, str(term).upper())
        text = {"1": "true", "0": "false"}.get(str(term), str(term)) if datatype == XSD + "boolean" else str(term)
        return ("literal", text, datatype, (term.language or "").lower())
    return ("bnode", str(term)) if isinstance(term, BNode) else ("iri", str(term))


def by_value(found: rdflib.Graph) -> rdflib.Graph:
    """Return the graph with each literal written as what is compared of it."""
    copy = rdflib.Graph()
    for s, p, o in found:
        copy.add((s, p, URIRef("urn:" + quote(repr(key(o)))) if isinstance(o, Literal) else o))
    return copy


def same_rows(wanted: list[Row], found: list[Row]) -> bool:
    """Tell whether two bags of rows are equal under some renaming of blank nodes."""
    if len(wanted) != len(found):
        return False
    ground = [(Counter(r for r in rows if not blanks(r))) for rows in (wanted, found)]
    if ground[0] != ground[1]:
        return False
    return match([r for r in wanted if blanks(r)], [r for r in found if blanks(r)], {}, {})


def blanks(found: Row) -> list[str]:
    return [value[1] for _, value in found if value[0] == "bnode"]


def match(wanted: list[Row], found: list[Row], there: dict[str, str], back: dict[str, str]) -> bool:
    if not wanted:
        return True
    first, *rest = wanted
    for i, candidate in enumerate(found):
        pairs = pairing(first, candidate, there, back)
        if pairs is not None and match(rest, found[:i] + found[i + 1 :], *pairs):
            return True
    return False


def pairing(
    a: Row, b: Row, there: dict[str, str], back: dict[str, str]
) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return the renaming that makes two rows equal, extended from a given one, or None."""
    left, right = dict(a), dict(b)
    if left.keys() != right.keys():
        return None
    there, back = dict(there), dict(back)
    for name, value in left.items():
        other = right[name]
        if value[0] != "bnode" or other[0] != "bnode":
            if value != other:
                return None
        elif there.setdefault(value[1], other[1]) != other[1] or back.setdefault(other[1], value[1]) != value[1]:
            return None
    return there, back
