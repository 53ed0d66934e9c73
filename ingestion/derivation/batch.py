"""The projects that are derived together: what they rest on, what is concluded of each, and whose a conclusion is.

Knows that conclusions speak of a project, its fiche, its derived graph or the analyses that evaluate it, or of their
fragments. Works on lines of N-Triples: making terms of them costs ten times more. Knows nothing of what is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion.derivation.templates import Conclusions
from ingestion.registry.tables.model import FindingReview
from ontologie import BASE, Iris

_WORKING: Final = "travail#"
"""What a predicate of ours below this serves the steps that follow, and is no part of what is derived."""

_SAYABLE: Final = ("projets", "super-proprietes")
"""The steps whose conclusions a document may state itself; what it states stays its own.

Decided in docs/decisions/iris-and-graphs.md.
"""


_END: Final = b" .\n"


@dataclass(frozen=True, slots=True)
class DepositedGraphs:
    """A project and the graphs that its derivation rests on: its deposit, and the analyses that evaluate it.

    Graphs are canonical N-Quads lines by their IRI. Without its deposit, nothing is derived from a project.
    """

    project: str
    graphs: Mapping[str, Sequence[bytes]]
    reviews: Sequence[FindingReview] = ()
    """What reviewers decided of its findings; each holds on its own facts alone."""

    def deposit(self, base: str) -> Sequence[bytes] | None:
        """Return the lines of its deposit, None where it is not there."""
        return self.graphs.get(deposit_graph(self.project, base))

    def said(self) -> set[bytes]:
        """Return what the graphs that the project rests on state, as lines of N-Triples."""
        ends = ((f" <{graph}> .\n".encode(), lines) for graph, lines in self.graphs.items())
        triples = (b"".join(lines).replace(end, _END) for end, lines in ends)
        return {line for data in triples for line in data.splitlines(keepends=True)}


class Batch:
    """What is concluded of some projects, step after step."""

    def __init__(self, there: Sequence[DepositedGraphs], base: str = BASE) -> None:
        """Begin with projects of which nothing is known but their graphs."""
        self._there = there
        self._base = base
        self._working = f"<{base}{_WORKING}".encode()
        self._owners: dict[bytes, list[int]] = {}
        self._derived: list[set[bytes]] = [set() for _ in there]
        self._served: list[set[bytes]] = [set() for _ in there]
        self._said = [one.said() for one in there]
        self.workings: dict[str, list[bytes]] = {one.project: [] for one in there}
        """By project, the lines that served the steps that followed, each in a graph named after its rule."""
        for rank, one in enumerate(there):
            for document in _documents(one, base):
                self._owners.setdefault(document.encode(), []).append(rank)

    def take(self, found: Conclusions, step: str, rule: str, seen: frozenset[bytes]) -> list[bytes]:
        """Take over what a rule of a step concluded; return what is new and whose predicate is among those `seen`."""
        shown = list[bytes]()
        kept = f" <{working_graph(step, rule, self._base)}> .\n".encode()
        for predicate, about in found.items():
            working = predicate.startswith(self._working)
            known = self._served if working else self._derived
            new = shown if predicate in seen else list[bytes]()
            for document, lines in about.items():
                for rank in self._owners.get(document, ()):
                    new += lines - known[rank]
                    known[rank] |= lines if step not in _SAYABLE else lines - self._said[rank]
                    if working:
                        self.workings[self._there[rank].project] += [line[: -len(_END)] + kept for line in lines]
        return shown

    def about(self, rank: int, subject: bytes) -> Iterator[bytes]:
        """Yield the lines of N-Triples concluded so far of a project by its rank, about a fragment of it."""
        for lines in (self._derived[rank], self._served[rank]):
            yield from (line for line in lines if line.startswith(subject))

    def graphs(self) -> dict[str, list[bytes]]:
        """Return the derived graph of each project, as canonical N-Quads lines: its terms are those of a store."""
        found = {}
        for one, lines in zip(self._there, self._derived, strict=True):
            graph = derived_graph(one.project, self._base)
            found[graph] = sorted(moved(b"".join(lines), graph).splitlines(keepends=True))
        return found


def _documents(one: DepositedGraphs, base: str) -> Iterator[str]:
    """Yield the documents of which something may be derived with a project."""
    yield from (one.project, deposit_graph(one.project, base), derived_graph(one.project, base))
    inside = Iris(base).graph("analyse", "")
    for analysis in one.graphs:
        if analysis.startswith(inside):
            yield Iris(base).entity("analyse", "") + analysis.removeprefix(inside)


def moved(triples: bytes, graph: str) -> bytes:
    """Return lines of N-Triples as those of a graph: only a line's end holds a line end."""
    return triples.replace(_END, f" <{graph}> .\n".encode())


def deposit_graph(project: str, base: str) -> str:
    """Return the graph of a project's deposit."""
    iris = Iris(base)
    return iris.graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


def derived_graph(project: str, base: str) -> str:
    """Return the graph of what is derived from a project."""
    iris = Iris(base)
    return iris.derived_graph("projet", "") + project.removeprefix(iris.entity("projet", ""))


def working_graph(step: str, rule: str, base: str = BASE) -> str:
    """Return the name under which is kept what a rule concluded to serve those that follow: no graph of the store."""
    return f"{base}travail/{step}/{rule}"
