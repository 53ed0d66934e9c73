"""Loads the shapes: the Turtle files beside this one, and the privacy shapes made from the table of patterns.

Knows where shapes come from and which node shapes speak of which focus nodes; judges nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from ontologie import BASE, Iris, read_table, vocabularies

SOURCES = (
    *("projet.ttl", "analyse.ttl", "publication.ttl"),
    *("vocabulaires.ttl", "confidentialite.ttl", "referentiel.ttl"),
)
"""The shape files, in the order a reader should take them."""

TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)


@cache
def shapes_graph(base: str = BASE) -> rdflib.Graph:
    """Return every shape of the project under a base IRI, as standard SHACL (do not modify it)."""
    graph = rdflib.Graph()
    for name in SOURCES:
        if name == "vocabulaires.ttl" and not any(v.path.startswith("genere/") for v in vocabularies(base)):
            continue
        text = files("shapes").joinpath(name).read_text(encoding="utf-8")
        graph.parse(data=Iris(base).rebase(text), format="turtle")
    _add_privacy_shapes(graph, base)
    return graph


def shapes_namespace(base: str = BASE) -> rdflib.Namespace:
    """Return the namespace of the shapes: `…/shapes#`."""
    return rdflib.Namespace(base + "shapes#")


def _add_privacy_shapes(graph: rdflib.Graph, base: str) -> None:
    """Add one property shape for each property of public text and each row of `motifs_personnels.csv`."""
    formes = shapes_namespace(base)
    head = graph.value(formes.TextePublic, formes.proprietes)
    properties = [] if head is None else [str(path) for path in Collection(graph, head)]
    for row in read_table("donnees", "motifs_personnels.csv", base=base):
        pattern = formes[f"Motif-{row['code']}"]
        graph.add((pattern, RDF.type, SH.NodeShape))
        graph.add((pattern, SH.pattern, rdflib.Literal(row["motif"])))
        for path in properties:
            rule = formes[f"{re.split('[#/]', path)[-1]}-sans-{row['code']}"]
            graph.add((rule, RDF.type, SH.PropertyShape))
            graph.add((rule, SH.targetSubjectsOf, rdflib.URIRef(path)))
            graph.add((rule, SH.path, rdflib.URIRef(path)))
            graph.add((rule, SH["not"], pattern))
            for language, text in _PERSONAL.items():
                label = row[f"label_{language}"]
                graph.add((rule, SH.message, rdflib.Literal(text.format(label), lang=language)))


_PERSONAL = {
    "fr": "Ce texte est public et semble contenir {} : retirez cette donnée, "
    "ou nommez à la place une fonction ou un service.",
    "en": "This text is public and seems to hold {}: remove it, or name a function or a service instead.",
}


@dataclass(frozen=True)
class Targets:
    """Which shapes each node of the data is a focus node of (SHACL §2.1.3), as tables to look up."""

    by_class: dict[str, tuple[str, ...]]
    by_subject_of: dict[str, tuple[str, ...]]
    by_object_of: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, graph: rdflib.Graph, subclasses: dict[str, set[str]]) -> Targets:
        """Read the targets of a shapes graph; `subclasses` gives every subclass of a class."""
        by_class: dict[str, list[str]] = {}
        for shape, target in graph.subject_objects(SH.targetClass):
            for name in {str(target), *subclasses.get(str(target), ())}:
                by_class.setdefault(name, []).append(str(shape))
        return cls(
            {name: tuple(sorted(set(shapes))) for name, shapes in by_class.items()},
            _inverted(graph, SH.targetSubjectsOf),
            _inverted(graph, SH.targetObjectsOf),
        )


def _inverted(graph: rdflib.Graph, predicate: rdflib.URIRef) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for shape, target in graph.subject_objects(predicate):
        found.setdefault(str(target), set()).add(str(shape))
    return {name: tuple(sorted(shapes)) for name, shapes in found.items()}
