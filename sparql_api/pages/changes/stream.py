"""The stream of versions: each change of a graph in each edition, in order, and the pages that it is cut into.

Knows places in the stream; what a version says is read in its edition (`versions`), how it is written is `ldes`'s. A
place never moves: editions say for good how many graphs they changed, whatever was erased since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion import Edition, Editions, GraphChange, GraphReader, changes_counted, changes_of
from sparql_api.computing.cancellation import checked

LARGE: Final = 1000
"""Versions of a page of what is old."""
SMALL: Final = 100
"""Versions of a page of what is new; the last one is not full."""


@dataclass(frozen=True)
class Span:
    """What an edition adds to the stream: its first place, and how many."""

    edition: Edition
    first: int
    count: int


@dataclass(frozen=True)
class GraphVersion:
    """A graph as an edition made it: its canonical N-Quads, empty where it went or its document was erased."""

    graph: str
    edition: Edition
    became: str
    lines: bytes

    @property
    def iri(self) -> str:
        """The address of this version: the graph's, pinned to the edition."""
        return f"{self.graph}?edition={self.edition.number}"


@dataclass(frozen=True)
class StreamPage:
    """A page of the stream: places `first` to `last`, whether all of them are taken, when they begin and end."""

    first: int
    last: int
    full: bool
    begins: str
    ends: str


@dataclass(frozen=True)
class Stream:
    """The stream up to an edition; editions that are no longer served keep their places, and say nothing."""

    spans: Sequence[Span]
    gone: frozenset[int]

    @property
    def total(self) -> int:
        """How many places are taken."""
        return self.spans[-1].first + self.spans[-1].count if self.spans else 0

    def pages(self) -> list[StreamPage]:
        """Return the pages: large ones while they are full, then small ones, the last of which may not be full."""
        old = self.total // LARGE * LARGE
        large = [self._page(first, LARGE) for first in range(0, old, LARGE)]
        return large + [self._page(first, SMALL) for first in range(old, self.total, SMALL)]

    def page(self, first: int, last: int) -> StreamPage | None:
        """Return a page by its places; None where there is no such page."""
        size = last - first + 1
        if size not in (LARGE, SMALL) or first % size or first >= self.total:
            return None
        page = self._page(first, size)
        return page if page.full or size == SMALL else None

    def versions(self, page: StreamPage) -> Iterator[GraphVersion]:
        """Yield what a page holds, in order: of what was erased the fact alone."""
        for span in self._within(page.first, page.last):
            if span.edition.number in self.gone:
                continue
            rows = changes_of(span.edition)[max(0, page.first - span.first) : page.last - span.first + 1]
            for row, lines in read_graphs(span.edition, rows):
                yield GraphVersion(row.graph, span.edition, row.became if lines else "gone", lines)

    def starts(self) -> str:
        """Return the moment from which on everything is kept: that of the first edition that is served."""
        return next((moment(span.edition) for span in self.spans if span.edition.number not in self.gone), "")

    def _within(self, first: int, last: int) -> list[Span]:
        return [span for span in self.spans if span.first <= last and first < span.first + span.count]

    def _page(self, first: int, size: int) -> StreamPage:
        within = self._within(first, first + size - 1)
        full = first + size <= self.total
        return StreamPage(first, first + size - 1, full, moment(within[0].edition), moment(within[-1].edition))


def stream_of(editions: Editions, number: int) -> Stream:
    """Return the stream up to an edition."""
    spans, first = list[Span](), 0
    for one in checked(editions.all()):
        if one.number <= number:
            spans.append(Span(one, first, changes_counted(one)))
            first += spans[-1].count
    return Stream(spans, frozenset(span.edition.number for span in spans if editions.is_gone(span.edition.number)))


def read_graphs(edition: Edition, rows: Sequence[GraphChange]) -> Iterator[tuple[GraphChange, bytes]]:
    """Yield each change with the canonical N-Quads of its graph in an edition, empty where it has none."""
    reader = GraphReader(edition)
    for row in checked(rows):
        yield row, b"" if row.became == "gone" else reader.lines(row.graph)


def moment(edition: Edition) -> str:
    """Return when an edition was cut."""
    return str(edition.manifest["date"])
