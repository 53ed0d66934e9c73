"""The list of what an edition changed, as it stands in its folder: read at places, never whole.

`changes.tsv` holds how many, then a line a graph, in the order of their IRIs; `changes.idx`, for each line, where it
ends and how many bytes the graphs up to it were when the edition was cut (two unsigned 64-bit numbers, little-endian).
Names and lengths alone: an erasure leaves both as they are. An older program wrote no index: its lists are read whole,
and tell of no length.
"""

from __future__ import annotations

import struct
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal, cast

CHANGES: Final = "changes.tsv"
CHANGES_INDEX: Final = "changes.idx"
_ENTRY: Final = struct.Struct("<QQ")
Became = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What became of a graph, by its IRI, since the edition before; how many bytes its canonical N-Quads then were."""

    graph: str
    became: Became
    size: int = field(default=0, compare=False)


def write_changes(folder: Path, rows: Sequence[GraphChange]) -> None:
    """Write the list of an edition's changes into its folder, the index first: with the list, both stand."""
    lines = [f"{len(rows)}\n".encode(), *(f"{row.became}\t{row.graph}\n".encode() for row in rows)]
    index, end, size = bytearray(), len(lines[0]), 0
    for row, line in zip(rows, lines[1:], strict=True):
        end, size = end + len(line), size + row.size
        index += _ENTRY.pack(end, size)
    for name, data in ((CHANGES_INDEX, bytes(index)), (CHANGES, b"".join(lines))):
        fresh = folder / f".{name}"
        fresh.write_bytes(data)
        fresh.replace(folder / name)


@dataclass(frozen=True)
class ChangeList:
    """The list of changes in an edition's folder."""

    folder: Path

    def __bool__(self) -> bool:
        """Tell whether the folder holds one."""
        return (self.folder / CHANGES).is_file()

    def __len__(self) -> int:
        """Return how many graphs changed."""
        with (self.folder / CHANGES).open("rb") as lines:
            return int(next(lines))

    def rows(self, first: int, stop: int) -> list[GraphChange]:
        """Return the changes from one place up to another."""
        first, stop = max(first, 0), min(stop, len(self))
        if first >= stop:
            return []
        if not self._indexed:
            return [_row(line, 0) for line in self._lines[first:stop]]
        ends, sizes = self._entries(first, stop)
        with (self.folder / CHANGES).open("rb") as lines:
            lines.seek(ends[0])
            text = lines.read(ends[-1] - ends[0]).split(b"\n")[:-1]
        return [_row(line, size) for line, size in zip(text, sizes, strict=True)]

    def sizes(self, first: int, stop: int) -> list[int]:
        """Return the length of each changed graph from one place up to another; zeros where it was not noted."""
        return self._entries(first, stop)[1] if self._indexed else [0] * (stop - first)

    def find(self, graph: str) -> int:
        """Return the place of a graph, or the one that it would have, by halving."""
        return bisect_left(range(len(self)), graph, key=lambda place: self.rows(place, place + 1)[0].graph)

    def became(self, graph: str) -> Became | None:
        """Return what became of a graph; None where it is not among them."""
        place = self.find(graph)
        return next((row.became for row in self.rows(place, place + 1) if row.graph == graph), None)

    def beginning(self, prefix: str) -> Iterator[GraphChange]:
        """Yield the changes of graphs whose names begin so, in their order, read as far as they are asked for."""
        place = self.find(prefix)
        while rows := self.rows(place, place + 100):
            for row in rows:
                if not row.graph.startswith(prefix):
                    return
                yield row
            place += 100

    def _entries(self, first: int, stop: int) -> tuple[list[int], list[int]]:
        """Return where the lines end, beginning with where the first begins, and how long each graph was."""
        with (self.folder / CHANGES_INDEX).open("rb") as index:
            index.seek(max(first - 1, 0) * _ENTRY.size)
            found = list(_ENTRY.iter_unpack(index.read((stop - max(first - 1, 0)) * _ENTRY.size)))
        if first == 0:
            with (self.folder / CHANGES).open("rb") as lines:
                found.insert(0, (len(next(lines)), 0))
        totals = [size for _, size in found]
        return [end for end, _ in found], [b - a for a, b in pairwise(totals)]

    @cached_property
    def _indexed(self) -> bool:
        return (self.folder / CHANGES_INDEX).is_file()

    @cached_property
    def _lines(self) -> list[bytes]:
        return (self.folder / CHANGES).read_bytes().split(b"\n")[1:-1]


def _row(line: bytes, size: int) -> GraphChange:
    became, _, graph = line.decode().partition("\t")
    return GraphChange(graph, cast(Became, became), size)
