"""Reads what a store says of things: labels, vocabularies, hierarchies, outlines; each is looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE, Iris, fold_text, name_properties
from sparql_api.fiches.geometry import representative_point

SKOS, GEO = PREFIXES["skos"], PREFIXES["geo"]
RANKS: Final = 100
"""More than the ranks of any country's schooling."""
OTHER_NAMES: Final = (SKOS + "altLabel", SKOS + "hiddenLabel", SKOS + "notation", PREFIXES["dct"] + "identifier")


class StoreReader:
    """Reads labels and hierarchies out of a store; each label and ancestry is looked up once."""

    def __init__(self, store: ox.Store, iris: Iris) -> None:
        self.store = store
        self.iris = iris
        self._labels: dict[str, tuple[dict[str, str], set[str]]] = {}
        self._broader: dict[str, frozenset[str]] = {}

    def said(self, *terms: str, of: Sequence[str] | None = None) -> Mapping[str, list[str]]:
        """Return the values of some of our properties by what they are said of: IRIs, and literals as they stand.

        `of` are the subjects asked for, all where it is not given.
        """
        found: dict[str, list[str]] = defaultdict(list)
        known: dict[str, str] = {}
        subjects = (None,) if of is None else tuple(map(ox.NamedNode, of))
        for term, subject in product(terms, subjects):
            for quad in self.store.quads_for_pattern(subject, ox.NamedNode(self.iris.term(term)), None):
                if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
                    value = quad.object.value
                    found[quad.subject.value].append(known.setdefault(value, value))
        return found

    def labels(self, iri: str) -> tuple[dict[str, str], set[str]]:
        """Return (label by language, every folded name) of a thing; its local id where it has no label.

        A value that is no thing is its own name.
        """
        if not is_thing(iri):
            return {"fr": iri, "en": iri}, {fold_text(iri)}
        if iri not in self._labels:
            naming = name_properties(self.iris.base)
            shown: dict[str, str] = {}
            names: set[str] = set()
            for predicate in (*naming, *OTHER_NAMES):
                for quad in self.store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(predicate), None):
                    if isinstance(quad.object, ox.Literal):
                        names.add(fold_text(quad.object.value))
                        if predicate in naming:
                            shown.setdefault((quad.object.language or "fr")[:2], quad.object.value)
            kept: dict[str, str] = {tag: text for tag, text in shown.items() if tag in ("fr", "en")}
            self._labels[iri] = (kept or {"fr": local_id(iri)}, names)
        return self._labels[iri]

    def shown(self, iri: str) -> dict[str, str]:
        """Return the labels of a thing as `labels` does, without its other names."""
        if iri in self._labels or not is_thing(iri):
            return self.labels(iri)[0]
        found: dict[str, str] = {}
        for predicate in name_properties(self.iris.base):
            for value in self.objects(ox.NamedNode(iri), predicate):
                if isinstance(value, ox.Literal):
                    found.setdefault((value.language or "fr")[:2], value.value)
        return {tag: text for tag, text in found.items() if tag in ("fr", "en")} or {"fr": local_id(iri)}

    def scheme(self, iri: str) -> dict[str, str]:
        """Return the labels of the vocabulary that a concept is in; none where it is in none."""
        if not is_thing(iri):
            return {}
        schemes = sorted(str(o)[1:-1] for o in self.objects(ox.NamedNode(iri), SKOS + "inScheme"))
        return self.labels(schemes[0])[0] if schemes else {}

    def ancestry(self, value: str) -> frozenset[str]:
        """Return a concept and its ancestors; a cycle ends the climb."""
        if value not in self._broader:
            seen, waiting = {value}, [value]
            while waiting:
                new = self.parents(waiting.pop()) - seen
                seen |= new
                waiting.extend(new)
            self._broader[value] = frozenset(seen)
        return self._broader[value]

    def rank(self, iri: str) -> int | None:
        """Return a level's place in the order of schooling as a key, the wider first; None for what has no rank."""
        if not is_thing(iri):
            return None
        lowest, highest = (
            [int(o.value) for o in self.objects(ox.NamedNode(iri), self.iris.term(term)) if isinstance(o, ox.Literal)]
            for term in ("rangMin", "rangMax")
        )
        return min(lowest) * RANKS + RANKS - 1 - max(highest) if lowest and highest else None

    def parents(self, value: str) -> set[str]:
        """Return what stands one step above: `skos:broader`, and our own levels that cover this one."""
        node = ox.NamedNode(value)
        above = {q.object for q in self.store.quads_for_pattern(node, ox.NamedNode(SKOS + "broader"), None)}
        for predicate in (SKOS + "narrower", self.iris.term("couvre")):
            above |= {q.subject for q in self.store.quads_for_pattern(None, ox.NamedNode(predicate), node)}
        return {term.value for term in above if isinstance(term, ox.NamedNode)}

    def points(self) -> Iterator[tuple[str, float, float]]:
        """Yield (académie, longitude, latitude) for each académie with an outline."""
        kind = ox.NamedNode(self.iris.term("Academie"))
        for quad in self.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind):
            for geometry in self.objects(quad.subject, GEO + "hasGeometry"):
                for outline in self.objects(geometry, GEO + "asWKT"):
                    point = representative_point(outline.value) if isinstance(outline, ox.Literal) else None
                    if point and isinstance(quad.subject, ox.NamedNode):
                        yield quad.subject.value, *point

    def objects(self, subject: object, predicate: str) -> Iterator[object]:
        """Yield the values of a property, whatever the graph."""
        if isinstance(subject, ox.NamedNode):
            for quad in self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None):
                yield quad.object


def is_thing(value: str) -> bool:
    """Return whether a facet's value is an IRI; a school year is its own text."""
    return ":" in value


def local_id(iri: str) -> str:
    """Return the last segment of an IRI, by which people know the thing."""
    return iri.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1]
