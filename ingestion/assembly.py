"""Puts the graphs of an edition together: what changed since the last one, and the working store brought up to it.

Every triple has one home (DESIGN §5): a document's three graphs must share none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from ingestion.conversion import convert_stream
from ingestion.derivation_rules import derive_batch, projects_to_derive, rules_digest
from ingestion.ledger import Ledger
from ingestion.provenance import provenance_lines
from ingestion.registry import Registered, Registry
from ontologie import Iris, Vocabulary, serialize_lines, vocabularies

Progress = Callable[[str, int, int], None]
"""Called with (step, done, total) as the work goes on."""

BATCH: Final = 500


class DoubleTriple(Exception):
    """A triple that would stand in two graphs; its text is in the message."""


@dataclass
class Change:
    """What differs from the ledger: documents to put and to remove, vocabularies, and whether all is derived again."""

    put: list[Registered] = field(default_factory=list)
    remove: list[tuple[str, str]] = field(default_factory=list)
    vocabularies: list[Vocabulary] = field(default_factory=list)
    gone_vocabularies: list[str] = field(default_factory=list)
    rules: bool = False
    documents: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    warned: int = 0

    @property
    def anything(self) -> bool:
        """Whether a new edition may be needed."""
        return bool(self.put or self.remove or self.vocabularies or self.gone_vocabularies or self.rules)


def changes_since(ledger: Ledger, registry: Registry, base: str) -> Change:
    """Compare what is validated and packaged with what the ledger holds."""
    change = Change()
    known = ledger.stamps()
    for found in registry.publishable():
        change.documents += 1
        change.kinds[found.kind] = change.kinds.get(found.kind, 0) + 1
        change.warned += any(entry.get("severity") == "warning" for entry in found.entries)
        if known.pop((found.kind, found.identifier), None) != stamp_of(found):
            change.put.append(found)
    change.remove = sorted(known)
    packaged = vocabularies(base)
    change.vocabularies = [v for v in packaged if ledger.digest(v.graph) != v.digest]
    kept = {v.graph for v in packaged}
    inside = tuple(Iris(base).entity(part, "") for part in ("graphe/vocabulaire", "graphe/derive/vocabulaire"))
    change.gone_vocabularies = [
        graph for graph, _ in ledger.digests() if graph.startswith(inside) and graph not in kept
    ]
    change.rules = ledger.fact("rules") != rules_digest(base)
    return change


def stamp_of(found: Registered) -> str:
    """Return what tells one publication of a document from another."""
    return f"{found.validated_version} {found.deposited_at} {found.validated_at}"


def apply_changes(store: ox.Store, ledger: Ledger, change: Change, base: str, progress: Progress | None) -> int:
    """Bring store and ledger up to what is validated; return how many graphs changed."""
    say = progress or (lambda *_: None)
    iris = Iris(base)
    writer = _Writer(store, ledger)
    for done, vocabulary in enumerate(change.vocabularies, 1):
        writer.put(vocabulary.graph, vocabulary.lines)
        say("vocabularies", done, len(change.vocabularies))
    for graph in change.gone_vocabularies:
        writer.put(graph, [])
    deposits = [iris.graph(*name) for name in change.remove]
    deposits += [iris.graph(found.kind, found.identifier) for found in change.put]
    before = projects_to_derive(store, deposits, base)
    for kind, identifier in change.remove:
        for graph in _graphs(iris, kind, identifier):
            writer.put(graph, [])
        ledger.forget(kind, identifier)
    _put_documents(writer, ledger, change.put, base, say)
    writer.flush()
    everything = change.rules or bool(change.vocabularies)
    projects = _all_projects(store, base) if everything else projects_to_derive(store, deposits, base)
    _derive(store, writer, sorted({*before, *projects}), base, say)
    ledger.note("rules", rules_digest(base))
    return writer.changed


def _put_documents(
    writer: _Writer, ledger: Ledger, found: Sequence[Registered], base: str, say: Progress
) -> None:
    iris = Iris(base)
    documents = (_payload(one) for one in found)
    for done, (one, converted) in enumerate(zip(found, convert_stream(documents, base), strict=True), 1):
        provenance = provenance_lines(one, base)
        _refuse_doubles(iris, one.kind, one.identifier, converted.lines, provenance)
        writer.put(converted.graph_iri, converted.lines)
        writer.put(iris.provenance_graph(one.kind, one.identifier), provenance)
        if done % BATCH == 0 or done == len(found):
            say("documents", done, len(found))
    ledger.stamp((one.kind, one.identifier, stamp_of(one)) for one in found)


def _derive(store: ox.Store, writer: _Writer, projects: Sequence[str], base: str, say: Progress) -> None:
    iris = Iris(base)
    done = 0
    for batch in _batches(projects):
        for graph, quads in sorted(derive_batch(store, batch, base).items()):
            lines = sorted(serialize_lines(quads)) if quads else []
            kind, identifier = graph.removeprefix(iris.entity("graphe/derive", "")).split("/", 1)
            deposit = writer.ledger.lines(iris.graph(kind, identifier)).splitlines(keepends=True)
            _refuse_doubles(iris, kind, identifier, deposit, lines)
            writer.put(graph, lines)
        done += len(batch)
        say("derivation", done, len(projects))
    writer.flush()


class _Writer:
    """Replaces graphs in the store and the ledger alike; new graphs are loaded together, which is much faster."""

    def __init__(self, store: ox.Store, ledger: Ledger) -> None:
        self.store = store
        self.ledger = ledger
        self.changed = 0
        self._waiting: list[bytes] = []
        self._size = 0

    def put(self, graph: str, lines: Sequence[bytes]) -> None:
        before = self.ledger.digest(graph)
        if not self.ledger.put(graph, lines):
            return
        self.changed += 1
        if before is not None:
            self.store.remove_graph(ox.NamedNode(graph))
        self._waiting.extend(lines)
        self._size += sum(map(len, lines))
        if self._size > 64 << 20:
            self.flush()

    def flush(self) -> None:
        if self._waiting:
            self.store.bulk_load(b"".join(self._waiting), format=ox.RdfFormat.N_QUADS)
        self._waiting, self._size = [], 0


def _payload(found: Registered) -> dict[str, Any]:
    if found.document is None:
        raise LookupError(f"{found.kind}/{found.identifier}: a validated version without payload")
    return dict(found.document)


def _graphs(iris: Iris, kind: str, identifier: str) -> tuple[str, str, str]:
    return (
        iris.graph(kind, identifier),
        iris.provenance_graph(kind, identifier),
        iris.derived_graph(kind, identifier),
    )


def _refuse_doubles(
    iris: Iris, kind: str, identifier: str, deposit: Iterable[bytes], other: Iterable[bytes]
) -> None:
    """Raise DoubleTriple where another graph of a document repeats a triple of its deposit."""
    triples = {line.rpartition(b" <")[0] for line in deposit}
    for line in other:
        if line.rpartition(b" <")[0] in triples:
            raise DoubleTriple(f"{iris.entity(kind, identifier)}: {line.decode(errors='replace').strip()}")


def _all_projects(store: ox.Store, base: str) -> list[str]:
    iris = Iris(base)
    prefix = iris.graph("projet", "")
    return [
        iris.entity("projet", graph.value.removeprefix(prefix))
        for graph in store.named_graphs()
        if isinstance(graph, ox.NamedNode) and graph.value.startswith(prefix)
    ]


def _batches(items: Sequence[str]) -> Iterator[list[str]]:
    pending = iter(items)
    while batch := list(islice(pending, BATCH)):
        yield batch
