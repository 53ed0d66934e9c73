"""Puts the graphs of an edition together: what changed since the last one, and the working store brought up to it.

Every triple has one home (DESIGN §5): a document's graphs speak of nothing but the document and share no triple,
and no vocabulary speaks of a document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from ingestion.conversion import convert
from ingestion.derivation_rules import Deposited, Derivation, derive_vocabularies, rests_on, rules_digest
from ingestion.ledger import Ledger
from ingestion.loading import Loading
from ingestion.packing import unpack
from ingestion.provenance import provenance_lines
from ingestion.registry import Registry
from ingestion.registry_editions import Content, Plan, Planned, in_batches
from ontologie import Iris, Vocabulary, document_types, vocabularies

Progress = Callable[[str, int, int], None]
"""Called with (step, done, total) as the work goes on."""

BATCH: Final = 500
"""Documents put together at once: enough to spare the cost of a batch, few enough to hold memory flat."""


class MisplacedTriple(Exception):
    """A triple that would stand in two graphs, or in one that is not its own; the message shows it."""


@dataclass(frozen=True)
class Change:
    """What differs from the ledger.

    `moment` is the date of what is published now; `everything` tells to derive every project again.
    """

    plan: Plan
    moment: str
    vocabularies: tuple[Vocabulary, ...]
    gone: tuple[str, ...]
    everything: bool

    @property
    def anything(self) -> bool:
        """Whether a new edition may be needed."""
        return bool(self.plan.put or self.plan.remove or self.vocabularies or self.gone or self.everything)


def changes_since(ledger: Ledger, plan: Plan, base: str, moment: str) -> Change:
    """Compare what is planned and packaged with what the ledger holds."""
    packaged = vocabularies(base)
    kept = {vocabulary.graph for vocabulary in packaged}
    gone = tuple(graph for graph in ledger.names(Iris(base).vocabulary_graph("")) if graph not in kept)
    changed = tuple(one for one in packaged if ledger.digest(one.graph) != one.digest)
    other_rules = ledger.fact("rules") != rules_digest(base)
    return Change(plan, moment, changed, gone, bool(changed or gone or other_rules))


def apply_changes(
    loading: Loading,
    ledger: Ledger,
    registry: Registry,
    change: Change,
    base: str,
    progress: Progress | None = None,
    *,
    from_payloads: bool = False,
) -> Plan:
    """Bring store and ledger up to the plan; return the plan without what was erased meanwhile.

    The ledger is up to it when this returns, the store once `loading` has come to its end. With `from_payloads`,
    every document is converted again. Raises MisplacedTriple.
    """
    say = progress or (lambda *_: None)
    writer = _Writer(loading, ledger)
    _put_vocabularies(writer, change, base, say)
    touched = _deposit_graphs(change.plan, base)
    projects = {project for graph in touched for project in ledger.resting(graph)}
    _remove_documents(writer, change.plan, base)
    made = _put_documents(writer, registry, change, base, say, from_payloads)
    if change.everything:
        _derive_vocabularies(writer, base)
        projects.update(_projects(ledger, base))
    projects.update(project for graph in touched for project in ledger.resting(graph))
    _derive(writer, sorted(projects), base, say)
    ledger.note("rules", rules_digest(base))
    ledger.note("changed", str(writer.changed))
    return made


def _put_vocabularies(writer: _Writer, change: Change, base: str, say: Progress) -> None:
    for done, vocabulary in enumerate(change.vocabularies, 1):
        _check_vocabulary(vocabulary.graph, vocabulary.lines, base)
        writer.put(vocabulary.graph, vocabulary.lines)
        say("vocabularies", done, len(change.vocabularies))
    for graph in change.gone:
        writer.put(graph, [])


def _derive_vocabularies(writer: _Writer, base: str) -> None:
    """Replace what follows from the vocabularies."""
    derived = derive_vocabularies(base)
    kept = {*derived, *(vocabulary.graph for vocabulary in vocabularies(base))}
    for graph in writer.ledger.names(Iris(base).derived_graph("vocabulaire", "")):
        if graph not in kept:
            writer.put(graph, [])
    for graph, lines in derived.items():
        _check_vocabulary(graph, lines, base)
        writer.put(graph, lines)


def _remove_documents(writer: _Writer, plan: Plan, base: str) -> None:
    iris = Iris(base)
    for name in plan.remove:
        for graph in (iris.graph(*name), iris.provenance_graph(*name), iris.derived_graph(*name)):
            writer.put(graph, [])


def _put_documents(
    writer: _Writer, registry: Registry, change: Change, base: str, say: Progress, from_payloads: bool
) -> Plan:
    iris, plan = Iris(base), change.plan
    held: list[Planned] = []
    for batch in in_batches(plan.put, BATCH):
        contents = registry.contents(batch)
        kept = [one for one, content in zip(batch, contents, strict=True) if content.payload is not None]
        graphs = _graphs([content for content in contents if content.payload is not None], base, from_payloads)
        for one, lines, fact in zip(kept, graphs, registry.facts(kept, plan.last_event, change.moment), strict=True):
            deposit, about = iris.graph(one.kind, one.identifier), iris.provenance_graph(one.kind, one.identifier)
            provenance = provenance_lines(fact, base)
            _check_home(deposit, lines, (iris.entity(one.kind, one.identifier), deposit))
            _check_apart(about, provenance, deposit, lines)
            writer.put(deposit, lines, rests_on(deposit, lines, base))
            writer.put(about, provenance)
        held.extend(kept)
        say("documents", len(held), len(plan.put))
    return Plan(plan.last_event, tuple(held), plan.remove)


def _graphs(contents: Sequence[Content], base: str, from_payloads: bool) -> Iterator[list[bytes]]:
    """Yield the canonical lines of each content: as packed at the deposit, or converted from the payload."""
    found = [None if from_payloads else unpack(content.graph, base) for content in contents]
    missing = [content for content, lines in zip(contents, found, strict=True) if lines is None]
    converted = iter(convert([json.loads(content.payload or "") for content in missing], base))
    for lines in found:
        yield next(converted).lines if lines is None else lines


def _derive(writer: _Writer, projects: Sequence[str], base: str, say: Progress) -> None:
    derivation = Derivation(base)
    done = 0
    for batch in _batches(projects):
        deposits = [_deposited(writer.ledger, project) for project in batch]
        for one, (graph, lines) in zip(deposits, derivation.derive(deposits).items(), strict=True):
            _check_derived(writer.ledger, graph, one, lines, base)
            writer.put(graph, lines)
        done += len(batch)
        say("derivation", done, len(projects))


def _deposited(ledger: Ledger, project: str) -> Deposited:
    graphs = {graph: ledger.lines(graph).splitlines(keepends=True) for graph in ledger.rested_on(project)}
    return Deposited(project, graphs)


def _check_derived(ledger: Ledger, graph: str, one: Deposited, lines: Sequence[bytes], base: str) -> None:
    """Raise MisplacedTriple where what is derived from a project is not about it, its fiche or its analyses.

    Nor may it repeat what the graphs of any of these say.
    """
    iris = Iris(base)
    about = iris.provenance_graph("projet", graph.removeprefix(iris.derived_graph("projet", "")))
    analyses = [base + name.removeprefix(base + "graphe/") for name in one.graphs]
    _check_home(graph, lines, (one.project, graph, *one.graphs, *analyses))
    for other, said in (*one.graphs.items(), (about, ledger.lines(about).splitlines(keepends=True))):
        _check_apart(graph, lines, other, said)


class _Writer:
    """Replaces graphs in the store and the ledger alike."""

    def __init__(self, loading: Loading, ledger: Ledger) -> None:
        self.loading = loading
        self.ledger = ledger
        self.changed = 0

    def put(self, graph: str, lines: Sequence[bytes], resting: Sequence[str] = ()) -> None:
        """Replace a graph, on which the derivation of some projects rests; without lines, remove it."""
        known = self.ledger.digest(graph) is not None
        if not self.ledger.put(graph, lines, resting):
            return
        self.changed += 1
        if known:
            self.loading.remove(graph)
        self.loading.add(lines)


def _check_home(graph: str, lines: Iterable[bytes], subjects: Sequence[str]) -> None:
    """Raise MisplacedTriple where a line is about something else than these, or stands in another graph."""
    own = tuple(f"<{subject}{end}".encode() for subject in subjects for end in ("> ", "#"))
    end = _end(graph)
    for line in lines:
        if not (line.startswith(own) and line.endswith(end)):
            raise _misplaced(graph, line)


def _check_vocabulary(graph: str, lines: Iterable[bytes], base: str) -> None:
    """Raise MisplacedTriple where a vocabulary speaks of a document."""
    documents = tuple(f"<{base}{kind}/".encode() for kind in (*document_types(), "graphe"))
    for line in lines:
        if line.startswith(documents):
            raise _misplaced(graph, line)


def _check_apart(graph: str, lines: Iterable[bytes], other: str, said: Iterable[bytes]) -> None:
    """Raise MisplacedTriple where a graph repeats a triple of another one."""
    end, other_end = len(_end(graph)), len(_end(other))
    triples = {line[:-other_end] for line in said}
    for line in lines:
        if line[:-end] in triples:
            raise _misplaced(graph, line)


def _end(graph: str) -> bytes:
    """Return the end of a graph's lines."""
    return f" <{graph}> .\n".encode()


def _misplaced(graph: str, line: bytes) -> MisplacedTriple:
    return MisplacedTriple(f"{graph}: {line.decode(errors='replace').strip()}")


def _deposit_graphs(plan: Plan, base: str) -> list[str]:
    iris = Iris(base)
    return [*(iris.graph(*name) for name in plan.remove), *(iris.graph(one.kind, one.identifier) for one in plan.put)]


def _projects(ledger: Ledger, base: str) -> Iterator[str]:
    iris = Iris(base)
    prefix = iris.graph("projet", "")
    return (iris.entity("projet", "") + graph.removeprefix(prefix) for graph in ledger.names(prefix))


def _batches(items: Sequence[str]) -> Iterator[list[str]]:
    pending = iter(items)
    while batch := list(islice(pending, BATCH)):
        yield batch
