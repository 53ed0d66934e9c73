"""The gate: judges one document, or a batch of them, by the project's shapes.

One document goes to pySHACL. A batch is screened in SQL first, and only who is flagged goes to pySHACL; both
ways find the same (law 5). Knows who belongs to which document; knows nothing of registry or store.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from functools import cache

import pyoxigraph as ox

from ontologie import BASE
from shapes.columns import Unloadable, loadable
from shapes.facts import fact_lines, fact_quads
from shapes.judge import Judge
from shapes.report import Report, Result
from shapes.screening.screen import Screen
from shapes.sources import shapes_graph


class Gate:
    """The shapes under one base IRI, compiled, with the vocabularies' facts loaded once."""

    def __init__(self, base: str = BASE, *, threads: int | None = None) -> None:
        self.judge = Judge(shapes_graph(base), fact_quads(base), base=base)
        self._base = base
        self._threads = threads or os.cpu_count() or 1
        self._screen: Screen | None = None
        self._lock = threading.Lock()

    def validate(self, quads: Iterable[ox.Quad] | bytes) -> Report:
        """Judge quads (or an N-Quads document) by every shape that targets one of their nodes."""
        data = _quads(quads) if isinstance(quads, bytes) else list(quads)
        return Report.of(self.judge.judge(data, self.judge.focus_nodes(data)))

    def validate_batch(self, documents: Mapping[str, bytes]) -> dict[str, Report]:
        """Judge documents, each its canonical N-Quads by its IRI, as `validate` judges each alone."""
        screened = {name: lines for name, lines in documents.items() if self.stands_alone(name, lines)}
        reports = {name: self.validate(documents[name]) for name in documents if name not in screened}
        try:
            reports |= self._screened(screened)
        except Unloadable:
            reports |= {name: self.validate(lines) for name, lines in screened.items()}
        return {name: reports[name] for name in documents}

    def screen(self) -> Screen:
        """Return the screen of these shapes, made when it is first needed."""
        if self._screen is None:
            self._screen = Screen(self.judge.units, fact_lines(self._base), threads=self._threads)
        return self._screen

    def _screened(self, documents: Mapping[str, bytes]) -> dict[str, Report]:
        with self._lock:
            flagged = self.screen().screen(b"".join(documents.values()))
        homes = {self._document(node) for nodes in flagged.focus_nodes.values() for node in nodes}
        names = [name for name in documents if name in homes]
        lines = b"".join(documents[name] for name in names)
        found: dict[str, list[Result]] = {name: [] for name in documents}
        for result in self.judge.judge_graphs(lines, map(self._graph, names), flagged.focus_nodes):
            home = self._document(f"<{result.focus}>")
            if home not in found:
                # A rule that judges what documents point at: only alone can be told whose result it is.
                return {name: self.validate(documents[name]) for name in documents}
            found[home].append(result)
        return {name: Report.of(results) for name, results in found.items()}

    def _document(self, node: str) -> str:
        """Return the document a node belongs to: fragments and the fiche are their document's."""
        name = node[1:-1].partition("#")[0]
        graph = self._base + "graphe/"
        return self._base + name.removeprefix(graph) if name.startswith(graph) else name

    def stands_alone(self, name: str, lines: bytes) -> bool:
        """Whether a document's triples are about itself alone, so that a batch cannot change what is found."""
        if not loadable(lines):
            return False
        graph = self._graph(name)
        starts = (f"\n<{name}>", f"\n<{name}#", f"\n<{graph}>")
        text = b"\n" + lines
        count = lines.count(b"\n")
        alone = count == sum(text.count(start.encode()) for start in starts)
        return alone and count == lines.count(f" <{graph}> .\n".encode())

    def _graph(self, name: str) -> str:
        return f"{self._base}graphe/{name.removeprefix(self._base)}"


@cache
def gate(base: str = BASE) -> Gate:
    """Return the gate of a base IRI, made once."""
    return Gate(base)


def validate(quads: Iterable[ox.Quad] | bytes, *, base: str = BASE) -> Report:
    """Judge quads (or an N-Quads document in UTF-8) by every shape that targets one of their nodes.

    Vocabulary membership is judged against the packaged vocabularies. Raises SyntaxError on bytes that are no
    N-Quads.
    """
    return gate(base).validate(quads)


def validate_batch(documents: Mapping[str, bytes], *, base: str = BASE) -> dict[str, Report]:
    """Judge a batch of documents, each its canonical N-Quads lines by its IRI; the same reports, much faster.

    A batch of 2,000 to 10,000 documents keeps memory flat and the engine busy.
    """
    return gate(base).validate_batch(documents)


def _quads(lines: bytes) -> list[ox.Quad]:
    return list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
