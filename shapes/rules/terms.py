"""Terms between rdflib and N-Triples, their lexical forms untouched."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox
import rdflib

# rdflib would rewrite dates and times; terms stay as they were deposited.
rdflib.NORMALIZE_LITERALS = False


def term_text(node: rdflib.term.Node) -> str:
    """Return a term as N-Triples writes it."""
    if isinstance(node, rdflib.URIRef):
        return f"<{node}>"
    if isinstance(node, rdflib.Literal):
        if node.language:
            return str(ox.Literal(str(node), language=node.language))
        datatype = ox.NamedNode(str(node.datatype)) if node.datatype else None
        return str(ox.Literal(str(node), datatype=datatype))
    return f"_:{node}"


def read_term(text: str) -> rdflib.term.Node:
    """Return the term of an N-Triples text. Raises SyntaxError on anything else."""
    return read_terms((text,))[0]


def read_terms(texts: Sequence[str]) -> list[rdflib.term.Node]:
    """Return the terms of N-Triples texts, in their order, read at once. Raises SyntaxError on anything else."""
    named = ("<x:n>" if text.startswith("_:") else text for text in texts)
    lines = "".join(f"<x:s> <x:p> {text} .\n" for text in named)
    quads = ox.parse(lines, format=ox.RdfFormat.N_TRIPLES)
    return [
        rdflib.BNode(text[2:]) if text.startswith("_:") else _of_rdflib(quad.object)
        for text, quad in zip(texts, quads, strict=True)
    ]


def _of_rdflib(term: object) -> rdflib.term.Node:
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    return rdflib.URIRef(term.value if isinstance(term, ox.NamedNode) else str(term))
