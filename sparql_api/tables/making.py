"""Makes the parts of an edition's tables: all of them from its dump, or what changed since the edition before.

A document that changed is read in the store, its rows put in the place of the former ones in its part. Where more
than documents changed (a vocabulary, whose labels rows hold), or much did, everything is made from the dump.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ingestion import EXAMPLE_PREFIX, Edition
from ontologie import RDF_TYPE, Iris
from sparql_api.fiches.things import StoreReader
from sparql_api.tables.dictionary import expanded, tables
from sparql_api.tables.graphs import GraphReading, Statements, subjects_of, together
from sparql_api.tables.parts import PartSpan, PartWriter, TablePart, begins, has_parts, read_list, spans
from sparql_api.tables.rows import Row, TableRows, iri, predicates

ASIDE: Final = ("publication", "module", "edition")
"""Kinds of things of which no table says anything."""
SMALL: Final = 100
SHARE: Final = 16
"""Up to that many documents changed, or one in so many: beyond, everything is made from the dump."""
EVALUATES: Final = "oia:evalue"
Document = tuple[str, Statements, int]
"""A document: the IRI of what it is about, what its graphs say of it, the rank of an analysis."""


def write_tables(edition: Edition, store: ox.Store, folder: Path) -> None:
    """Write the parts of an edition's tables into a folder, from its dump; `store` says what its vocabularies do."""
    reader = StoreReader(store, Iris(edition.manifest["base"]))
    with PartWriter(folder) as writer:
        _write(writer, TableRows(reader, "analyse"), analyses(edition, ranks_of(reader)))
        _write(writer, TableRows(reader, "projet"), projects(edition))
        _write(writer, TableRows(reader, "alignement"), alignments(reader))
        writer.finish([*tables()])


def change_tables(edition: Edition, store: ox.Store, graphs: Set[str], before: Path) -> bool:
    """Write the parts of an edition by what its graphs differ by from those of the edition in the folder `before`.

    Return whether it did: where it did not, no part stands in the edition's folder.
    """
    iris = Iris(edition.manifest["base"])
    changed = documents_among(graphs, iris)
    if changed is None or not has_parts(before):
        return False
    held = read_list(before)
    uses = sum(part.rows for part in held if part.table == "usages")
    if sum(map(len, changed.values())) > max(SMALL, uses // SHARE):
        return False
    reader = StoreReader(store, iris)
    with PartWriter(edition.path, before) as writer:
        told = _Change(writer, reader, held)
        told.projects(changed["projet"])
        told.analyses(changed["analyse"])
        for part in (one for one in held if tables()[one.table].of == "alignement"):
            writer.link(part)
        writer.finish([*tables()])
    return True


def documents_among(graphs: Iterable[str], iris: Iris) -> dict[str, set[str]] | None:
    """Return the projects and analyses that graphs are of, by their IRIs; None where some are of something else."""
    found: dict[str, set[str]] = {"projet": set(), "analyse": set()}
    prefixes = {
        of(kind, ""): kind
        for kind in (*found, *ASIDE)
        for of in (iris.graph, iris.derived_graph, iris.provenance_graph)
    }
    for graph in graphs:
        prefix, slash, identifier = graph.rpartition("/")
        kind = prefixes.get(prefix + slash)
        if kind is None:
            return None
        if kind in found and not identifier.startswith(EXAMPLE_PREFIX):
            found[kind].add(iris.entity(kind, identifier))
    return found


def projects(edition: Edition) -> Iterator[Document]:
    """Yield every project of an edition's dump but invented examples, with what publication derived of it."""
    iris = Iris(edition.manifest["base"])
    own, derived = iris.graph("projet", ""), iris.derived_graph("projet", "")
    read = GraphReading(predicates("projet"))
    beside = read.of_dump(edition, derived)
    name, more = next(beside, ("", {}))
    for graph, said in read.of_dump(edition, own):
        identifier = graph.removeprefix(own)
        while name and name.removeprefix(derived) < identifier:
            name, more = next(beside, ("", {}))
        if not identifier.startswith(EXAMPLE_PREFIX):
            found = together(said, more) if name.removeprefix(derived) == identifier and name else said
            yield iris.entity("projet", identifier), found, 0


def analyses(edition: Edition, ranks: Mapping[str, int]) -> Iterator[Document]:
    """Yield every analysis of an edition's dump, with its rank among those of the same project."""
    iris = Iris(edition.manifest["base"])
    own = iris.graph("analyse", "")
    for graph, said in GraphReading(predicates("analyse")).of_dump(edition, own):
        subject = iris.entity("analyse", graph.removeprefix(own))
        yield subject, said, ranks[subject]


def alignments(reader: StoreReader) -> Iterator[Document]:
    """Yield every justified match of a store, by its IRI."""
    kind, wanted = ox.NamedNode(expanded("sssom:Mapping")), predicates("alignement")
    found = {q.subject for q in reader.store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), kind, None)}
    for node in sorted((one for one in found if isinstance(one, ox.NamedNode)), key=lambda one: one.value):
        said: dict[bytes, list[bytes]] = defaultdict(list)
        for quad in reader.store.quads_for_pattern(node, None, None):
            if (name := quad.predicate.value) in wanted:
                said[name.encode()].append(str(quad.object).encode())
        yield node.value, {node.value.encode(): {name: sorted(values) for name, values in said.items()}}, 0


def ranks_of(reader: StoreReader, projects: Iterable[str] | None = None) -> dict[str, int]:
    """Return the rank of each analysis among those of its project, in the order of their IRIs, from 1."""
    evaluates = expanded(EVALUATES)
    if projects is None:
        by_project: Mapping[str, list[str]] = defaultdict(list)
        for quad in reader.store.quads_for_pattern(None, ox.NamedNode(evaluates), None, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode):
                by_project[quad.object.value].append(quad.subject.value)
    else:
        by_project = subjects_of(reader.store, evaluates, projects)
    return {one: rank for found in by_project.values() for rank, one in enumerate(sorted(found), 1)}


def _write(writer: PartWriter, rows: TableRows, documents: Iterator[Document]) -> None:
    """Write the parts of documents that come in the order of their IRIs."""
    pending: dict[str, list[Row]] = defaultdict(list)
    start = ""

    def close(end: str | None) -> None:
        for table in rows.tables:
            if pending[table.name]:
                writer.write(table, PartSpan(start, end), pending[table.name])
        pending.clear()

    for subject, said, rank in documents:
        if begins(subject):
            close(subject)
            start = subject
        for table, row in rows.of(subject, said, rank):
            pending[table].append(row)
    close(None)


@dataclass(frozen=True)
class _Change:
    """Puts what changed in the place of what was in the parts of the edition before."""

    writer: PartWriter
    reader: StoreReader
    held: list[TablePart]

    def projects(self, changed: Set[str]) -> None:
        iris, read = self.reader.iris, GraphReading(predicates("projet"))
        found = {}
        for subject in changed:
            name = subject.removeprefix(iris.entity("projet", ""))
            graphs = iris.graph("projet", name), iris.derived_graph("projet", name)
            if own := read.of_store(self.reader.store, graphs[0]):
                found[subject] = (subject, together(own, read.of_store(self.reader.store, graphs[1])), 0)
        self._replace("projet", "usages", changed, found)

    def analyses(self, changed: Set[str]) -> None:
        """Write analyses again, and with them all those of the same projects, whose ranks may be others."""
        iris, read = self.reader.iris, GraphReading(predicates("analyse"))
        own = {one: iris.graph("analyse", one.removeprefix(iris.entity("analyse", ""))) for one in changed}
        said = {one: read.of_store(self.reader.store, graph) for one, graph in own.items()}
        evaluates = expanded(EVALUATES).encode()
        about = {iri(v) for one, held in said.items() for v in held.get(one.encode(), {}).get(evaluates, ())}
        about |= self.writer.column(_of(self.held, "appreciations"), "analyse_iri", changed, "usage")
        ranks = ranks_of(self.reader, sorted(about))
        found = {}
        for one, rank in ranks.items():
            graph = iris.graph("analyse", one.removeprefix(iris.entity("analyse", "")))
            found[one] = (one, said.get(one) or read.of_store(self.reader.store, graph), rank)
        self._replace("analyse", "appreciations", {*changed, *found}, found)

    def _replace(self, kind: str, main: str, changed: Set[str], found: Mapping[str, Document]) -> None:
        """Write the parts of a kind of document again that hold, or held, one that changed; take over the others."""
        starts = {part.start for part in _of(self.held, main)} - {one for one in changed if begins(one)}
        before = {span.start: span for span in spans(part.start for part in _of(self.held, main))}
        rows, held = TableRows(self.reader, kind), defaultdict[str, list[TablePart]](list)
        for part in self.held:
            if tables()[part.table].of == kind:
                held[part.start].append(part)
        for span in spans(starts | {one for one in found if begins(one)}):
            within = [one for one in changed if span.start <= one and (span.end is None or one < span.end)]
            if before.get(span.start) == span and not within:
                for part in held[span.start]:
                    self.writer.link(part)
                continue
            fresh: dict[str, list[Row]] = defaultdict(list)
            for one in sorted(set(within) & found.keys()):
                for table, row in rows.of(*found[one]):
                    fresh[table].append(row)
            for table_ in rows.tables:
                old = [p for p in _of(self.held, table_.name) if _meets(before[p.start], span)]
                self.writer.write(table_, span, fresh[table_.name], old, changed)


def _of(parts: Iterable[TablePart], table: str) -> list[TablePart]:
    return [part for part in parts if part.table == table]


def _meets(one: PartSpan, other: PartSpan) -> bool:
    """Tell whether two spans have documents in common."""
    early = one.end is None or other.start < one.end
    return early and (other.end is None or one.start < other.end)
