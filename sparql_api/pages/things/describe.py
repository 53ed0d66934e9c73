"""Asks what an edition says of a thing: its graphs or its triples, its labels, what leads to it.

Knows the queries that a description takes; not how it is shown, nor in which format it goes out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ingestion import EXAMPLE_PREFIX
from ontologie import Iris
from sparql_api.engine.port import Answer
from sparql_api.pages.common.labels import chunks, is_safe
from sparql_api.pages.common.reading import Reading, solutions

MANY: Final = 500
DOCUMENT, PROVENANCE, DERIVED, REST = "document", "provenance", "derive", "reste"


@dataclass(frozen=True)
class Description:
    """What one edition says of a thing: quads by where they come from."""

    iri: str
    edition: int
    parts: Mapping[str, tuple[ox.Quad, ...]]

    @property
    def is_document(self) -> bool:
        """Return whether the thing is a deposited document, with a graph of its own."""
        return bool(self.parts.get(DOCUMENT))

    @property
    def is_graph(self) -> bool:
        """Return whether the thing is itself a named graph."""
        return self.iri.rpartition("/graphe/")[1] != ""

    def path(self, iris: Iris) -> str:
        """Return the thing's path under the base."""
        return self.iri.removeprefix(iris.base)

    def is_fiche(self, iris: Iris) -> bool:
        """Return whether the thing is a project or an invented example, told by a fiche."""
        return self.is_document and self.path(iris).startswith("projet/")

    @property
    def quads(self) -> list[ox.Quad]:
        """Return every quad of every part."""
        return [quad for part in self.parts.values() for quad in part]

    def without(self, restated: Collection[str]) -> list[ox.Quad]:
        """Return every quad but those by which publication says again, in common terms, what the document says."""
        derived = self.parts.get(DERIVED, ())
        again = {quad for quad in derived if quad.predicate.value in restated}
        return [quad for quad in self.quads if quad not in again]

    @property
    def main(self) -> tuple[ox.Quad, ...]:
        """Return what plain triples carry: the document's graph, or all that is said of the thing."""
        return self.parts.get(DOCUMENT) or self.parts.get(REST, ())


@dataclass(frozen=True)
class Incoming:
    """What leads to a thing by one property: how many things, and the first of them."""

    predicate: str
    count: int
    subjects: tuple[str, ...]


async def describe(reading: Reading, iris: Iris, path: str, edition: int | None) -> Description | None:
    """Return what an edition says of the thing at `path` under the base; None where it says nothing.

    A document's description is its graph, its provenance and what is derived from it; a named graph's is
    its content; any other thing's is every triple about it and about its fragments.
    """
    iri = iris.base + path
    if not is_safe(iri):
        return None
    if path.startswith("graphe/"):
        quads, number = await select_quads(reading, [iri], edition)
        part = DOCUMENT if path.count("/") == 2 and not path.startswith("graphe/vocabulaire/") else REST
        return Description(iri, number, {part: quads}) if quads else None
    kind, _, identifier = path.partition("/")
    graphs = {
        iris.graph(kind, identifier): DOCUMENT,
        iris.provenance_graph(kind, identifier): PROVENANCE,
        iris.derived_graph(kind, identifier): DERIVED,
    }
    quads, number = await select_quads(reading, list(graphs), edition)
    homes = {f"<{graph}>": name for graph, name in graphs.items()}
    parts = {name: tuple(q for q in quads if homes[str(q.graph_name)] == name) for name in homes.values()}
    if parts[DOCUMENT]:
        return Description(iri, number, parts)
    said = await select_about(reading, iri, number)
    return Description(iri, number, {REST: said}) if said else None


async def exists(reading: Reading, iris: Iris, path: str, edition: int | None) -> int | None:
    """Return the edition that says something of the thing at `path`; None where it says nothing."""
    iri = iris.base + path
    if not is_safe(iri):
        return None
    kind, _, identifier = path.partition("/")
    graph = iri if kind == "graphe" else iris.graph(kind, identifier)
    text = f"ASK {{ {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} UNION {{ GRAPH ?g {{ <{iri}> ?p ?o }} }} }}"
    answer = await reading.answer(text, edition)
    return answer.edition if answer.json()["boolean"] else None


async def select_quads(reading: Reading, graphs: Sequence[str], edition: int | None) -> tuple[tuple[ox.Quad, ...], int]:
    """Return the quads of some named graphs in canonical order, and the edition they come from."""
    values = " ".join(f"<{graph}>" for graph in graphs if is_safe(graph))
    text = f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    answer = await reading.answer(text, edition)
    return await reading.decoded(answer, as_quads), answer.edition


async def select_about(reading: Reading, iri: str, edition: int) -> tuple[ox.Quad, ...]:
    """Return every triple about a thing, and about the fragments of its IRI that it leads to."""
    text = f"""SELECT DISTINCT ?g ?s ?p ?o WHERE {{
  {{ GRAPH ?g {{ <{iri}> ?p ?o }} BIND(<{iri}> AS ?s) }} UNION
  {{ GRAPH ?h {{ <{iri}> ?link ?s }} FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{iri}#"))
     GRAPH ?g {{ ?s ?p ?o }} }}
}}"""
    return await reading.decoded(await reading.answer(text, edition), as_quads)


async def incoming(
    reading: Reading, iris: Iris, found: Description, restated: Collection[str], shown: int = 12
) -> list[Incoming]:
    """Return what leads to a thing from outside itself, by property, the fullest first.

    What publication derives of projects by a property of `restated` is left out: it leads there by another too.
    So is what invented examples say: no number counts it.
    Where more than `MANY` things lead there by one property none is named: a list does that better.
    """
    iri, edition = found.iri, found.edition
    own = ", ".join(sorted({str(quad.graph_name) for quad in found.quads})) if found.is_document else "<>"
    common, derived = ", ".join(f"<{p}>" for p in sorted(restated)), iris.derived_graph("projet", "")
    again = f'?p IN ({common}) && STRSTARTS(STR(?g), "{derived}")'
    real = not_of_an_example("?s", iris)
    outside = f'FILTER(!STRSTARTS(STR(?s), "{iri}#") && ?g NOT IN ({own}) && !({again}) && {real})'
    text = f"SELECT ?p (COUNT(*) AS ?n) WHERE {{ GRAPH ?g {{ ?s ?p <{iri}> }} {outside} }} GROUP BY ?p"
    counts = {row["p"].value: int(row["n"].value) for row in await reading.rows(text, edition)}
    if not counts:
        return []
    subjects: dict[str, list[str]] = {predicate: [] for predicate in counts}
    parts = " UNION ".join(
        f"{{ SELECT ?s ?p WHERE {{ BIND(<{p}> AS ?p) GRAPH ?g {{ ?s <{p}> <{iri}> }} {outside} }}"
        f" ORDER BY ?s LIMIT {shown} }}"
        for p in sorted(counts)
        if counts[p] <= MANY
    )
    rows = f"SELECT ?s ?p WHERE {{ {parts} }}"
    for row in await reading.rows(rows, edition) if parts else ():
        if isinstance(row["s"], ox.NamedNode):
            subjects[row["p"].value].append(row["s"].value)
    links = [Incoming(p, n, tuple(sorted(subjects[p]))) for p, n in counts.items()]
    return sorted(links, key=lambda link: (-link.count, link.predicate))


def not_of_an_example(variable: str, iris: Iris) -> str:
    """Return the condition that a thing is no invented example, nor its fiche, nor a part of one of them."""
    homes = (iris.entity("projet", EXAMPLE_PREFIX), iris.graph("projet", EXAMPLE_PREFIX))
    return " && ".join(f'!STRSTARTS(STR({variable}), "{home}")' for home in homes)


async def pairs(reading: Reading, subjects: Iterable[str], predicate: str, edition: int) -> dict[str, tuple[str, ...]]:
    """Return {subject: values} of one property for many subjects."""
    found: dict[str, list[str]] = {}
    for chunk in chunks(sorted({iri for iri in subjects if is_safe(iri)})):
        values = " ".join(f"<{iri}>" for iri in chunk)
        text = f"SELECT ?s ?o WHERE {{ VALUES ?s {{ {values} }} ?s <{predicate}> ?o }}"
        for row in await reading.rows(text, edition):
            found.setdefault(row["s"].value, []).append(row["o"].value)
    return {subject: tuple(values) for subject, values in found.items()}


async def statements(
    reading: Reading, subjects: Iterable[str], predicates: Iterable[str], edition: int
) -> list[ox.Quad]:
    """Return what some properties say of many subjects, whatever the graph."""
    found: list[ox.Quad] = []
    asked = ", ".join(f"<{iri}>" for iri in predicates)
    for chunk in chunks(sorted({iri for iri in subjects if is_safe(iri)})):
        values = " ".join(f"<{iri}>" for iri in chunk)
        text = f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o FILTER(?p IN ({asked})) }}"
        found += [ox.Quad(row["s"], row["p"], row["o"]) for row in await reading.rows(text, edition)]
    return found


def as_quads(answer: Answer) -> tuple[ox.Quad, ...]:
    """Return the rows ?g ?s ?p ?o of an answer as quads, in canonical order."""
    quads = [ox.Quad(row["s"], row["p"], row["o"], row["g"]) for row in solutions(answer)]
    return tuple(sorted(quads, key=str))
