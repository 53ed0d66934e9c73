"""Puts the graphs of an edition together: what changed since the last one, and the working store brought up to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from ingestion.derivation.bearing import Bearing, Held, bearing_of, derivation_digests, resting_on
from ingestion.derivation.rules import derive_vocabularies, is_ours, rests_on
from ingestion.derivation.work import Project, make_projects
from ingestion.graphs.compression import PackedGraph, unpack
from ingestion.graphs.conversion import ConversionError, convert_each
from ingestion.graphs.fiche import framing
from ingestion.graphs.ownership import check_apart, check_document, check_vocabulary
from ingestion.processes import batched, in_order, processes_for
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.files.loading import Loading
from ingestion.publication.lineage import lineage_graph, lineage_lines
from ingestion.publication.partners import derive_partners
from ingestion.publication.provenance import provenance_lines
from ingestion.registry.editions import Content, CutEdition, EditionPlan, Planned
from ingestion.registry.registry import Registry
from ingestion.registry.tables.model import FindingReview
from ontologie import Iris, Vocabulary, vocabularies

Progress = Callable[[str, int, int], None]
"""Called with (step, done, total) as the work goes on."""

BATCH: Final = 500
"""Documents put together at once: enough to spare the cost of a batch, few enough to hold memory flat."""

MANY: Final = 4_000
"""Projects from which processes beside this one are worth their start (two seconds each)."""


@dataclass(frozen=True)
class Change:
    """What differs from the ledger.

    `moment` is the date of what is published now; `rules` tells that others than those which made the ledger derive
    today, `bearing` what of all that changed bears on projects that did not.
    """

    plan: EditionPlan
    moment: str
    vocabularies: tuple[Vocabulary, ...]
    gone: tuple[str, ...]
    rules: bool
    bearing: Bearing

    @property
    def anything(self) -> bool:
        """Whether a new edition may be needed."""
        return bool(self.plan.put or self.plan.remove or self.words)

    @property
    def words(self) -> bool:
        """Whether vocabularies or rules are others."""
        return bool(self.vocabularies or self.gone or self.rules)


def changes_since(ledger: Ledger, plan: EditionPlan, base: str, moment: str) -> Change:
    """Compare what is planned and packaged with what the ledger holds."""
    packaged = vocabularies(base)
    kept = {vocabulary.graph for vocabulary in packaged}
    gone = tuple(graph for graph in ledger.names(Iris(base).vocabulary_graph("")) if graph not in kept)
    changed = tuple(one for one in packaged if ledger.digest(one.graph) != one.digest)
    then, now = json.loads(ledger.fact("rules") or "{}"), dict(derivation_digests(base))
    left = (*gone, *(one.graph for one in changed if is_ours(one)))
    before = (line for graph in left for line in ledger.lines(graph))
    after = (line for one in changed if is_ours(one) for line in one.lines)
    bearing = bearing_of(then, before, after, base) if changed or gone or then != now else Bearing()
    return Change(plan, moment, changed, gone, then != now, bearing)


def apply_changes(
    loading: Loading,
    ledger: Ledger,
    registry: Registry,
    change: Change,
    base: str,
    progress: Progress | None = None,
    *,
    from_payloads: bool = False,
) -> EditionPlan:
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
    if change.words:
        _derive_vocabularies(writer, base)
    partners = [*change.plan.remove, *((one.kind, one.identifier) for one in change.plan.put)]
    derive_partners(ledger, writer.put_lines, partners, base, words=change.words)
    projects.update(project for graph in touched for project in ledger.resting(graph))
    projects.update(_resting(ledger, change.bearing, projects, base))
    _derive(writer, registry, change.plan.last_event, projects, base, say)
    ledger.note("rules", json.dumps(dict(derivation_digests(base)), sort_keys=True))
    ledger.note("changed", str(int(ledger.fact("changed") or 0) + writer.changed))
    return made


def describe_editions(loading: Loading, ledger: Ledger, told: Sequence[CutEdition], base: str) -> None:
    """Say of each edition what it is, in a graph of its own: of those not said yet, and of the last two as they are."""
    prefix = lineage_graph(0, base).removesuffix("0")
    writer, known = _Writer(loading, ledger), {graph.removeprefix(prefix) for graph in ledger.names(prefix)}
    for place, (before, one) in enumerate(zip([None, *told], told, strict=False)):
        if str(one.number) not in known or place >= len(told) - 2:
            writer.put_lines(lineage_graph(one.number, base), lineage_lines(one, before, base))


def _put_vocabularies(writer: _Writer, change: Change, base: str, say: Progress) -> None:
    for done, vocabulary in enumerate(change.vocabularies, 1):
        check_vocabulary(vocabulary.graph, vocabulary.lines, base)
        writer.put_lines(vocabulary.graph, vocabulary.lines)
        say("vocabularies", done, len(change.vocabularies))
    for graph in change.gone:
        writer.put_lines(graph, [])


def _derive_vocabularies(writer: _Writer, base: str) -> None:
    """Replace what follows from the vocabularies."""
    derived = derive_vocabularies(base)
    kept = {*derived, *(vocabulary.graph for vocabulary in vocabularies(base))}
    for graph in writer.ledger.names(Iris(base).derived_graph("vocabulaire", "")):
        if graph not in kept:
            writer.put_lines(graph, [])
    for graph, lines in derived.items():
        check_vocabulary(graph, lines, base)
        writer.put_lines(graph, lines)


def _remove_documents(writer: _Writer, plan: EditionPlan, base: str) -> None:
    iris = Iris(base)
    for name in plan.remove:
        for graph in (iris.graph(*name), iris.provenance_graph(*name), iris.derived_graph(*name)):
            writer.put_lines(graph, [])


def _put_documents(
    writer: _Writer, registry: Registry, change: Change, base: str, say: Progress, from_payloads: bool
) -> EditionPlan:
    iris, plan = Iris(base), change.plan
    held: list[Planned] = []
    for batch in batched(plan.put, BATCH):
        contents = registry.editions.contents(batch)
        kept = [one for one, content in zip(batch, contents, strict=True) if content.payload is not None]
        graphs = _graphs([content for content in contents if content.payload is not None], base, from_payloads)
        facts = registry.editions.facts(kept, plan.last_event, change.moment)
        for one, lines, fact in zip(kept, graphs, facts, strict=True):
            deposit, about = iris.graph(one.kind, one.identifier), iris.provenance_graph(one.kind, one.identifier)
            provenance = provenance_lines(fact, base)
            check_document(deposit, iris.entity(one.kind, one.identifier), lines)
            check_apart(about, provenance, deposit, lines)
            writer.put_lines(deposit, lines, rests_on(deposit, lines, base))
            writer.put_lines(about, provenance)
        held.extend(kept)
        say("documents", len(held), len(plan.put))
    return EditionPlan(plan.last_event, tuple(held), plan.remove)


def _graphs(contents: Sequence[Content], base: str, from_payloads: bool) -> Iterator[list[bytes]]:
    """Yield the canonical lines of each content: as packed at the deposit, or converted from the payload."""
    found = [None if from_payloads else unpack(content.graph, base, content.context) for content in contents]
    missing = [content for content, lines in zip(contents, found, strict=True) if lines is None]
    documents = [json.loads(content.payload or "") for content in missing]
    converted = iter(convert_each(documents, base, [content.context for content in missing]))
    for lines in found:
        if lines is None:
            one = next(converted)
            if isinstance(one, ConversionError):
                raise one
            lines = one.lines
        yield lines


def _derive(
    writer: _Writer, registry: Registry, last_event: int, projects: Collection[str], base: str, say: Progress
) -> None:
    """Derive projects and frame their fiches, in processes beside this one where they are many."""
    ledger, iris, mark = writer.ledger, Iris(base), framing("projet", base)
    of_project = len(iris.entity("projet", ""))
    unframed = set(ledger.unframed(mark, iris.graph("projet", "")))

    def known(project: str, reviews: Mapping[str, Sequence[FindingReview]]) -> Project:
        identifier = project[of_project:]
        own, about = iris.graph("projet", identifier), iris.provenance_graph("projet", identifier)
        unmade, decided = own in unframed, reviews.get(identifier, ())
        return Project(project, ledger.rested_on(project), ledger.data(about), unmade, decided)

    done = 0
    work = partial(make_projects, base=base)

    def batches() -> Iterator[list[Project]]:
        for batch in batched(sorted(projects), BATCH):
            reviews = registry.editions.reviews([project[of_project:] for project in batch], last_event)
            yield [known(project, reviews) for project in batch]

    for batch, found in in_order(work, batches(), processes_for(len(projects), MANY)):
        for one, made in zip(batch, found, strict=True):
            writer.put(made.derived)
            ledger.keep_workings(made.derived.graph, made.workings)
            if made.fiche is not None:
                ledger.keep_fiche(mark, iris.graph("projet", one.iri[of_project:]), made.fiche)
        done += len(batch)
        say("derivation", done, len(projects))


class _Writer:
    """Replaces graphs in the store and the ledger alike."""

    def __init__(self, loading: Loading, ledger: Ledger) -> None:
        self.loading = loading
        self.ledger = ledger
        self.changed = 0

    def put_lines(self, graph: str, lines: Sequence[bytes], resting: Sequence[str] = ()) -> None:
        """Replace a graph, on which the derivation of some projects rests; without lines, remove it."""
        self.put(self.ledger.packed(graph, lines), resting, b"".join(lines))

    def put(self, one: PackedGraph, resting: Sequence[str] = (), data: bytes | None = None) -> None:
        """Replace a packed graph; `data` is what it unpacks to, where that is at hand."""
        data = self.ledger.unpacked(one) if data is None else data
        replaced = self.ledger.put(one, resting, data)
        if replaced is None:
            return
        self.changed += 1
        if replaced:
            self.loading.remove(one.graph)
        self.loading.add(data)


def _deposit_graphs(plan: EditionPlan, base: str) -> list[str]:
    iris = Iris(base)
    return [*(iris.graph(*name) for name in plan.remove), *(iris.graph(one.kind, one.identifier) for one in plan.put)]


def _resting(ledger: Ledger, bearing: Bearing, changed: Collection[str], base: str) -> Iterator[str]:
    """Yield the projects that rest on what bears on them, but those that changed themselves."""
    iris = Iris(base)
    prefix = iris.graph("projet", "")
    identifiers = [graph.removeprefix(prefix) for graph in ledger.names(prefix)] if bearing else []
    if bearing.everything:
        yield from (iris.entity("projet", identifier) for identifier in identifiers)
        return

    def held(identifier: str) -> Held:
        project, derived = iris.entity("projet", identifier), iris.derived_graph("projet", identifier)
        graphs = tuple(ledger.rested_on(project).values())
        return Held(project, graphs, ledger.data(derived), ledger.workings(derived))

    others = [one for one in identifiers if iris.entity("projet", one) not in changed]
    work = partial(resting_on, bearing=bearing, base=base)
    batches = ([held(identifier) for identifier in batch] for batch in batched(others, BATCH))
    for _, found in in_order(work, batches, processes_for(len(others), MANY)):
        yield from found
