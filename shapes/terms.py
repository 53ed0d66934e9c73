"""Terms between rdflib and N-Triples, their lexical forms untouched."""

from __future__ import annotations

import pyoxigraph as ox
import rdflib


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
    if text.startswith("_:"):
        return rdflib.BNode(text[2:])
    term = next(ox.parse(f"<x:s> <x:p> {text} .", format=ox.RdfFormat.N_TRIPLES)).object
    if isinstance(term, ox.Literal):
        if term.language:
            return rdflib.Literal(term.value, lang=term.language)
        return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)
    return rdflib.URIRef(term.value if isinstance(term, ox.NamedNode) else str(term))
