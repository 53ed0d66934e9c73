"""What leaves an edition with some documents: their graphs; and what is derived otherwise without them.

Knows ledgers and editions as graphs; when something is erased, and what becomes of the edition, is `redaction`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from ingestion.derivation.rules import rests_on
from ingestion.derivation.work import Project, make_projects
from ingestion.graphs.compression import Packer
from ingestion.publication.files.editions import Edition
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.files.members import graphs_of
from ingestion.publication.partners import alignments_without, forget_alignments
from ingestion.registry.tables.model import FindingReview
from ontologie import Iris

Names = Mapping[tuple[str, str], int]
"""Documents that an edition held and that are erased since, by (kind, identifier), each with its warnings."""


Reviewed = Callable[[Collection[str]], Mapping[str, Sequence[FindingReview]]]
"""Returns what an edition knew of decisions on the findings of projects, by identifier."""


def forget(ledger: Ledger, names: Iterable[tuple[str, str]], base: str, reviewed: Reviewed) -> None:
    """Take documents out of a ledger, and derive again what rested on them."""
    found = {graph: ledger.lines(graph) for name in names if ledger.digest(graph := Iris(base).graph(*name))}
    projects = {project for graph in found for project in ledger.resting(graph)}
    for graph in _graphs_of(names, base):
        ledger.put(ledger.packed(graph, []))
    forget_alignments(ledger, list(names), base)
    rested = {project: ledger.rested_on(project) for project in projects}
    provenance = {project: ledger.data(_about(project, base)) for project in projects}
    for graph, (lines, workings) in _derived(rested, provenance, base, reviewed).items():
        ledger.put(ledger.packed(graph, lines.splitlines(keepends=True)))
        ledger.keep_workings(graph, workings)


def changed_without(one: Edition, names: Names, reviewed: Reviewed) -> dict[str, bytes]:
    """Return the graphs of an edition that go with some documents, empty, and those derived otherwise without them."""
    base = one.manifest["base"]
    gone = set(_graphs_of(names, base))
    projects = _resting(one, names)
    rested: dict[str, dict[str, bytes]] = {project: {} for project in projects}
    provenance = dict.fromkeys(projects, b"")
    about = {_about(project, base): project for project in projects}
    own = {Iris(base).graph("projet", _name(project, base)) for project in projects}
    packer = Packer()
    for graph, lines in _first_graphs(one, {*about, *own} - gone):
        if graph in about:
            provenance[about[graph]] = packer.pack(lines)
            continue
        theirs = () if graph in gone else rests_on(graph, lines.splitlines(keepends=True), base)
        for project in projects.intersection(theirs):
            rested[project][graph] = packer.pack(lines)
    derived = {graph: lines for graph, (lines, _) in _derived(rested, provenance, base, reviewed).items()}
    return dict.fromkeys(gone, b"") | derived | alignments_without(one, list(names))


def _resting(one: Edition, names: Names) -> set[str]:
    """Return the projects whose derivation rests on some documents of an edition."""
    base = one.manifest["base"]
    wanted = {Iris(base).graph(*name) for name in names if name[0] == "analyse"}
    found = {Iris(base).entity(*name) for name in names if name[0] == "projet"}
    for graph, lines in _first_graphs(one, wanted) if wanted else ():
        if graph in wanted:
            found.update(rests_on(graph, lines.splitlines(keepends=True), base))
    return found


def _first_graphs(one: Edition, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield every analysis of an edition, and the others that are wanted; no more is read of it than that takes."""
    analyses = Iris(one.manifest["base"]).graph("analyse", "")
    last = max((*wanted, analyses + "\U0010ffff"))
    for graph, lines in graphs_of(one):
        if graph > last:
            return
        if graph in wanted or graph.startswith(analyses):
            yield graph, lines


def _derived(
    rested: Mapping[str, Mapping[str, bytes]], provenance: Mapping[str, bytes], base: str, reviewed: Reviewed
) -> dict[str, tuple[bytes, bytes]]:
    """Return the derived graph of each project, with its packed workings, from the packed graphs that it rests on.

    Both are empty where none of those is left.
    """
    iris, packer = Iris(base), Packer()
    found = {iris.derived_graph("projet", _name(project, base)): (b"", b"") for project in rested}
    reviews = reviewed([_name(project, base) for project in rested]) if rested else {}
    left = [
        Project(one, graphs, provenance[one], False, reviews.get(_name(one, base), ()))
        for one, graphs in rested.items() if graphs
    ]  # fmt: skip
    for made in make_projects(left, base) if left else ():
        lines = packer.unpack(made.derived.data) if made.derived.data else b""
        found[made.derived.graph] = lines, made.workings
    return found


def _graphs_of(names: Iterable[tuple[str, str]], base: str) -> list[str]:
    """Return the graphs of documents: as deposited, what review knows of them, what is derived from them."""
    iris = Iris(base)
    return [
        graph(*name) for name in names for graph in (iris.graph, iris.provenance_graph, iris.derived_graph)
    ]


def _about(project: str, base: str) -> str:
    return Iris(base).provenance_graph("projet", _name(project, base))


def _name(project: str, base: str) -> str:
    return project.removeprefix(Iris(base).entity("projet", ""))
