"""The shapes compiled into rules: their units, what components they declare, what a shape without a path is about.

Knows the table `genere/unites.json`, which carries the digest of the shapes it was made of; where they are others it
is made again, slowly, so that what is judged is never by rules of yesterday. Judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyoxigraph as ox
import rdflib
from rdflib.namespace import DCTERMS, RDF, RDFS, SH

from ontologie import BASE, Iris
from shapes.rules.sources import shapes_digest, shapes_graph
from shapes.rules.terms import read_terms, term_text
from shapes.rules.units import Target, Triple, Unit, closure, split, typed_literals

TABLE: Final = "unites.json"
"""The name of the table in `genere/`."""


@dataclass(frozen=True)
class CompiledShapes:
    """Shapes made ready for judging.

    `components` are the triples of the components that the shapes declare themselves (SHACL §6.2); `subjects` are
    the properties that shapes are about (`dct:subject`), by shape.
    """

    units: tuple[Unit, ...]
    components: tuple[Triple, ...]
    subjects: Mapping[str, str]


@cache
def rules(base: str = BASE) -> CompiledShapes:
    """Return the rules of the project under a base IRI: read from their table, or compiled where it is of others."""
    place = files("shapes").joinpath("genere", TABLE)
    if place.is_file():
        table = json.loads(Iris(base).rebase(place.read_text(encoding="utf-8")))
        if table["digest"] == shapes_digest():
            return _read(table)
    return rules_of(shapes_graph(base))


def rules_of(graph: rdflib.Graph) -> CompiledShapes:
    """Return the rules of a shapes graph."""
    typed = typed_literals(graph)
    # pySHACL finds components by their class.
    kinds = set(typed.transitive_subjects(RDFS.subClassOf, SH.ConstraintComponent))
    declared = {node for kind in kinds for node in typed.subjects(RDF.type, kind)}
    about = {str(shape): str(name) for shape, name in typed.subject_objects(DCTERMS.subject)}
    return CompiledShapes(split(typed), tuple(closure(typed, *filter(None, kinds), *declared)), about)


def subject_of(shape: str, base: str = BASE) -> str:
    """Return the property that a shape without a path is about (`dct:subject`), "" where it names none."""
    return rules(base).subjects.get(shape, "")


def made_table() -> str:
    """Return the table as the shapes give it: JSON, a unit a line; terms are N-Triples, named by their place."""
    found = rules_of(_named(shapes_graph()))
    triples = [*found.components, *(triple for unit in found.units for triple in unit.triples)]
    texts = sorted({term_text(term) for triple in triples for term in triple}
                   | {term_text(target.value) for unit in found.units for target in unit.targets}
                   | {term_text(unit.shape) for unit in found.units})  # fmt: skip
    places = {text: place for place, text in enumerate(texts)}

    def written(terms: Iterable[Triple]) -> list[int]:
        ordered = sorted(tuple(places[term_text(term)] for term in triple) for triple in terms)
        return [place for triple in ordered for place in triple]

    lines = (
        _json([places[term_text(unit.shape)], [(one.kind, places[term_text(one.value)]) for one in unit.targets],
               written(unit.triples), sorted(unit.idle_without), unit.forbids])
        for unit in found.units
    )  # fmt: skip
    head = {
        "digest": shapes_digest(),
        "terms": texts,
        "components": written(found.components),
        "subjects": dict(sorted(found.subjects.items())),
    }
    parts = [f'"{key}": {_json(value)}' for key, value in head.items()]
    return "{" + ",\n".join(parts) + ',\n"units": [\n' + ",\n".join(lines) + "\n]}\n"


def _read(table: Mapping[str, Any]) -> CompiledShapes:
    terms = read_terms(table["terms"])
    units = (
        Unit(
            terms[shape],
            tuple(Target(kind, terms[place]) for kind, place in targets),
            _triples(triples, terms),
            frozenset(idle_without),
            forbids,
        )
        for shape, targets, triples, idle_without, forbids in table["units"]
    )
    return CompiledShapes(tuple(units), _triples(table["components"], terms), table["subjects"])


def _triples(places: Sequence[int], terms: Sequence[rdflib.term.Node]) -> tuple[Triple, ...]:
    named = iter([terms[place] for place in places])
    return tuple(zip(named, named, named, strict=True))


def _named(graph: rdflib.Graph) -> rdflib.Graph:
    """Return a graph whose blank nodes are named by what is said of them (RDFC-1.0): the same at each reading."""
    lines = "".join(" ".join(map(term_text, triple)) + " .\n" for triple in graph)
    dataset = ox.Dataset(ox.parse(lines, format=ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    quads = list(dataset)
    texts = [str(term) for quad in quads for term in (quad.subject, quad.predicate, quad.object)]
    named = rdflib.Graph()
    for triple in _triples(range(len(texts)), read_terms(texts)):
        named.add(triple)
    return named


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
