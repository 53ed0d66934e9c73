"""The gate: judges one document, or a batch of them, by the project's shapes.

A batch is screened in SQL first, one document is cleared in Python, and only who is left goes to pySHACL; both
ways find what pySHACL finds (law 5). Knows who belongs to which document; knows nothing of registry or store.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ontologie import BASE
from shapes.clearing.clearing import Clearing
from shapes.facts import fact_lines, fact_quads
from shapes.judging.judge import Judge
from shapes.judging.report import Report, Result
from shapes.rules.compiled import rules
from shapes.screening.columns import Unloadable, loadable

if TYPE_CHECKING:
    from shapes.screening.screen import Screen


class Gate:
    """The shapes under one base IRI, compiled, with the vocabularies' facts loaded once."""

    def __init__(self, base: str = BASE) -> None:
        self.judge = Judge(rules(base), fact_quads(base), base=base)
        self.clearing = Clearing(self.judge)
        self._base = base
        self._lock = threading.Lock()
        self._first: Screen | None = None
        self._free: list[Screen] = []

    def validate(self, quads: Iterable[ox.Quad] | bytes) -> Report:
        """Judge quads (or an N-Quads document) by every shape that targets one of their nodes."""
        data = _quads(quads) if isinstance(quads, bytes) else list(quads)
        return Report.of(self.judge.judge(data, self.clearing.left(data, self.judge.focus_nodes(data))))

    def validate_batch(self, documents: Mapping[str, bytes]) -> dict[str, Report]:
        """Judge documents, each its canonical N-Quads by its IRI, as `validate` judges each alone."""
        try:
            reports = self._screened(documents)
        except Unloadable:
            reports = {}
        return {name: reports.get(name) or self.validate(lines) for name, lines in documents.items()}

    def validate_batches(self, batches: Iterable[Mapping[str, bytes]]) -> Iterator[dict[str, Report]]:
        """Do as `validate_batch` for batch after batch, one on each core; few are held at once."""
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as pool:
            under_way: deque[Future[dict[str, Report]]] = deque()
            for batch in batches:
                under_way.append(pool.submit(self.validate_batch, batch))
                if len(under_way) > cores:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()

    @contextmanager
    def screen(self) -> Iterator[Screen]:
        """Lend a screen of these shapes that no other thread has; the first is made when it is first needed."""
        from shapes.screening.screen import Screen  # one document alone is never screened

        with self._lock:
            if self._first is None:
                self._first = Screen(self.judge.units, fact_lines(self._base))
                self._free.append(self._first)
            screen = self._free.pop() if self._free else self._first.sibling()
        try:
            yield screen
        finally:
            self._free.append(screen)

    def _screened(self, documents: Mapping[str, bytes]) -> dict[str, Report]:
        """Judge the documents that need not be judged alone; none where it cannot be told whose a result is."""
        screened: list[str] = []

        def statements() -> Iterator[bytes]:
            for name, lines in documents.items():
                if (own := self.statements(name, lines)) is not None:
                    screened.append(name)
                    yield own

        with self.screen() as screen:
            flagged = screen.screen(statements())
        homes = {self._document(node) for nodes in flagged.focus_nodes.values() for node in nodes}
        names = [name for name in screened if name in homes]
        lines = b"".join(documents[name] for name in names)
        found: dict[str, list[Result]] = {name: [] for name in screened}
        for result in self.judge.judge_graphs(lines, map(self._graph, names), flagged.focus_nodes):
            home = self._document(f"<{result.focus}>")
            if home not in found:
                # A rule that judges what documents point at: only alone can be told whose result it is.
                return {}
            found[home].append(result)
        return {name: Report.of(results) for name, results in found.items()}

    def _document(self, node: str) -> str:
        """Return the document a node belongs to: fragments and the fiche are their document's."""
        name = node[1:-1].partition("#")[0]
        graph = self._base + "graphe/"
        return self._base + name.removeprefix(graph) if name.startswith(graph) else name

    def statements(self, name: str, lines: bytes) -> bytes | None:
        """Return a document's triples, one a line, without graph and full stop; None where it must be judged alone.

        That is where a triple is not about the document itself, so that a batch could change what is found.
        """
        if not loadable(lines):
            return None
        graph = self._graph(name)
        found = lines.split(f" <{graph}> .\n".encode())
        own = (f"<{name}> ".encode(), f"<{name}#".encode(), f"<{graph}> ".encode())
        if found.pop() or not all([line.startswith(own) for line in found]):
            return None
        statements = b"\n".join(found) + b"\n"
        # A line of another graph would stand before or behind one of this one's.
        return statements if statements.count(b"\n") == len(found) else None

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


def validate_batches(batches: Iterable[Mapping[str, bytes]], *, base: str = BASE) -> Iterator[dict[str, Report]]:
    """Do as `validate_batch` for batch after batch, one on each core, in their order; few are held at once."""
    return gate(base).validate_batches(batches)


def _quads(lines: bytes) -> list[ox.Quad]:
    return list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
