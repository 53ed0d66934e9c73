"""What is made of one project after another, in whichever process: its derived graph, checked and packed, its fiche.

Takes and gives what is packed, so that little travels between processes. Looks at no ledger and no store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.rules import Derivation
from ingestion.graphs.compression import PackedGraph, Packer
from ingestion.graphs.fiche import framed_fiche
from ingestion.graphs.ownership import check_apart, check_home
from ingestion.registry.tables.model import FindingReview
from ontologie import Iris


@dataclass(frozen=True, slots=True)
class Project:
    """A project, and what is known of it, packed.

    `graphs` are those that its derivation rests on, by their IRIs; `provenance` is what review knows of its fiche;
    `unframed` tells that the fiche is to be made too; `reviews` what was decided of its findings.
    """

    iri: str
    graphs: Mapping[str, bytes]
    provenance: bytes
    unframed: bool
    reviews: Sequence[FindingReview] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a project: its derived graph, its workings packed; no fiche where none was asked for."""

    derived: PackedGraph
    workings: bytes
    fiche: bytes | None


def make_projects(projects: list[Project], base: str) -> list[Made]:
    """Derive and frame projects. Raises MisplacedTriple."""
    packer = Packer()
    read = [{graph: packer.lines(data) for graph, data in one.graphs.items()} for one in projects]
    deposits = [DepositedGraphs(one.iri, graphs, one.reviews) for one, graphs in zip(projects, read, strict=True)]
    workings: dict[str, list[bytes]] = {}
    derived = derivation_of(base).derive(deposits, workings)
    made = []
    for one, deposit, (graph, lines) in zip(projects, deposits, derived.items(), strict=True):
        _check(graph, lines, deposit, packer.lines(one.provenance), base)
        fiche = None
        if one.unframed:
            own = Iris(base).graph("projet", one.iri.removeprefix(Iris(base).entity("projet", "")))
            fiche = framed_fiche(deposit.graphs[own], "projet", base)
        worked = b"".join(sorted(workings.get(one.iri, ())))
        made.append(Made(packer.graph(graph, lines), packer.pack(worked) if worked else b"", fiche))
    return made


@lru_cache(maxsize=1)
def derivation_of(base: str) -> Derivation:
    """Return the derivation of this process: loading the vocabularies costs as much as some hundred projects."""
    return Derivation(base)


def _check(graph: str, lines: Sequence[bytes], one: DepositedGraphs, provenance: Sequence[bytes], base: str) -> None:
    """Raise MisplacedTriple where what is derived from a project is not about it, its fiche or its analyses.

    Nor may it repeat what the graphs of any of these say.
    """
    iris = Iris(base)
    about = iris.provenance_graph("projet", graph.removeprefix(iris.derived_graph("projet", "")))
    analyses = [base + name.removeprefix(base + "graphe/") for name in one.graphs]
    check_home(graph, lines, (one.project, graph, *one.graphs, *analyses))
    for other, said in (*one.graphs.items(), (about, provenance)):
        check_apart(graph, lines, other, said)
