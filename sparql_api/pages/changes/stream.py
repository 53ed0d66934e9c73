"""The stream of versions: each change of a graph in each edition, in order, and the pages that it is cut into.

Knows places in the stream; what a version says is read in its edition (`versions`), how it is written is `ldes`'s. A
place never moves: editions say for good how many graphs they changed, and how long these were, whatever was erased
since. So are pages cut for good: blocks of places, each by the bytes of what it then held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion import Edition, Editions, GraphChange, GraphReader, changes_counted, changes_of, sizes_of
from sparql_api.computing.cancellation import checked

LARGE: Final = 1000
"""Versions of a block of what is old."""
SMALL: Final = 100
"""Versions of a block of what is new; the last one is not full."""
HEAVY: Final = 4 << 20
"""Bytes of N-Quads, as they were when their editions were cut, that end a page before its block: one version alone may
have more. Those of which an older program noted no length weigh nothing, so that what it published stays as it is."""
NODE: Final = 10_000
"""Places told by one node that leads to the pages; ten of them by one that leads to these, and so on."""
FAN: Final = 10


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
    """A part of the stream: a page, which begins at the place `first` of a block and tells as much as a page may, up to
    the block's `last`; or, of more places than a block, a node that leads to pages. `end` is the last place told."""

    first: int
    last: int
    end: int
    full: bool
    begins: str
    ends: str

    @property
    def leads(self) -> bool:
        """Tell whether it leads to pages, and tells no version itself."""
        return leads(self.first, self.last)


def leads(first: int, last: int) -> bool:
    """Tell whether the address of these places is that of a node that leads to pages."""
    return last - first + 1 >= NODE


@dataclass(frozen=True)
class Stream:
    """The stream up to an edition; editions that are no longer served keep their places, and say nothing."""

    spans: Sequence[Span]
    gone: frozenset[int]

    @property
    def total(self) -> int:
        """How many places are taken."""
        return self.spans[-1].first + self.spans[-1].count if self.spans else 0

    def parts(self) -> Iterator[StreamPage]:
        """Yield what the first node leads to: nodes, then pages. How many they are grows as the logarithm of places."""
        place, size = 0, NODE
        while size * FAN <= self.total:
            size *= FAN
        while size >= NODE:
            while place + size <= self.total:
                yield self._part(place, place + size - 1, place + size - 1)
                place += size
            size //= FAN
        yield from self._pages(place, self.total)

    def parts_of(self, node: StreamPage) -> Iterator[StreamPage]:
        """Yield what a node leads to."""
        size = (node.last - node.first + 1) // FAN
        if size < NODE:
            yield from self._pages(node.first, node.last + 1)
        else:
            for first in range(node.first, node.last, size):
                yield self._part(first, first + size - 1, first + size - 1)

    def part(self, first: int, last: int) -> StreamPage | None:
        """Return a node or a page by its places; None where there is no such part."""
        if leads(first, last):
            size = NODE
            while size < last - first + 1:
                size *= FAN
            known = last - first + 1 == size and first % size == 0 and last < self.total
            return self._part(first, last, last) if known else None
        for size in (LARGE, SMALL):
            begin = last + 1 - size
            if begin % size == 0 and begin <= first < self.total and (size == SMALL or last < self.total):
                found = next((page for page in self._cut(begin, last) if page.first == first), None)
                if found:
                    return found
        return None

    def versions(self, page: StreamPage) -> Iterator[GraphVersion]:
        """Yield what a page holds, in order: of what was erased the fact alone."""
        for span in self._within(page.first, page.end):
            if span.edition.number in self.gone:
                continue
            rows = changes_of(span.edition, max(0, page.first - span.first), page.end - span.first + 1)
            for row, lines in read_graphs(span.edition, rows):
                yield GraphVersion(row.graph, span.edition, row.became if lines else "gone", lines)

    def starts(self) -> str:
        """Return the moment from which on everything is kept: that of the first edition that is served."""
        return next((moment(span.edition) for span in self.spans if span.edition.number not in self.gone), "")

    def _pages(self, first: int, stop: int) -> Iterator[StreamPage]:
        """Yield the pages of some places, from the beginning of a block on: large blocks while they are full."""
        old = stop // LARGE * LARGE
        for block in checked(range(first, old, LARGE)):
            yield from self._cut(block, block + LARGE - 1)
        for block in range(max(first, old), stop, SMALL):
            yield from self._cut(block, block + SMALL - 1)

    def _cut(self, first: int, last: int) -> Iterator[StreamPage]:
        """Yield the pages of a block: each tells as many versions as are not heavy together, one at least."""
        taken = min(last, self.total - 1)
        begin = sum_ = 0
        sizes = [size for span in self._within(first, taken) for size in _sizes(span, first, taken)]
        for place, size in enumerate(sizes):
            if sum_ + size > HEAVY and place > begin:
                yield self._part(first + begin, last, first + place - 1, full=True)
                begin, sum_ = place, 0
            sum_ += size
        yield self._part(first + begin, last, taken)

    def _within(self, first: int, last: int) -> list[Span]:
        return [span for span in self.spans if span.first <= last and first < span.first + span.count]

    def _part(self, first: int, last: int, end: int, *, full: bool = False) -> StreamPage:
        begins, ends = (moment(self._within(place, place)[0].edition) for place in (first, end))
        return StreamPage(first, last, end, full or end == last, begins, ends)


def _sizes(span: Span, first: int, last: int) -> list[int]:
    start = max(0, first - span.first)
    return sizes_of(span.edition, start, min(span.count, last - span.first + 1))


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
