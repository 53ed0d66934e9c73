"""What an edition differs by from the one before it: the names of the graphs that came, changed and went.

Decided in docs/decisions/changes.md.

Names alone are written down (`changes.tsv`), which an erasure leaves as they are; what the graphs say is read in the
edition's own dump, where nothing is left of what was erased. Both cost what changed: two editions share the files of
the segments that did not.
"""

from __future__ import annotations

import gzip
import shutil
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, Literal, cast

from ingestion.publication.files.editions import Edition
from ingestion.publication.files.members import files_of, has_dump

CHANGES: Final = "changes.tsv"
REDACTED: Final = "redacted.tsv"
"""The graphs that went, or were derived otherwise, since the edition was cut: the next one tells of them."""
_DUMP: Final = "dump.nq.gz"
Became = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What became of a graph, by its IRI, since the edition before."""

    graph: str
    became: Became


def note_changes(edition: Edition) -> None:
    """Write what an edition in the making differs by from the one before it, unless its folder says so already.

    Those before it that an older program made come to say it too, so that nothing done to them later moves a place.
    """
    numbers = range(1, edition.number)
    earlier = (Edition(number, edition.path.parent / str(number)) for number in numbers)
    for one in (*(one for one in earlier if has_dump(one, _DUMP)), edition):
        if (one.path / CHANGES).is_file():
            continue
        rows = find_changes(before(one), one)
        text = "".join(f"{row}\n" for row in (str(len(rows)), *(f"{row.became}\t{row.graph}" for row in rows)))
        fresh = one.path / f".{CHANGES}"
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(one.path / CHANGES)


def carry_changes(one: Edition, draft: Path, redacted: Collection[str]) -> None:
    """Take over to a draft what an edition says of its changes, and note which graphs a redaction changes."""
    if (one.path / CHANGES).is_file():
        shutil.copyfile(one.path / CHANGES, draft / CHANGES)
    names = sorted({*_redacted(one), *redacted})
    (draft / REDACTED).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def keep_redacted(one: Edition, draft: Path) -> None:
    """Take over to a draft which graphs redactions of an edition changed: nothing but its folder says so."""
    if (one.path / REDACTED).is_file():
        shutil.copyfile(one.path / REDACTED, draft / REDACTED)


def before(edition: Edition) -> Edition | None:
    """Return the last edition before one whose dump stands; None where there is none."""
    for number in range(edition.number - 1, 0, -1):
        one = Edition(number, edition.path.parent / str(number))
        if has_dump(one, _DUMP):
            return one
    return None


def changes_counted(edition: Edition) -> int:
    """Return how many graphs an edition differs by from the one before."""
    path = edition.path / CHANGES
    if not path.is_file():
        return len(changes_of(edition))
    with path.open(encoding="utf-8") as lines:
        return int(next(lines))


def changes_of(edition: Edition) -> list[GraphChange]:
    """Return what an edition differs by from the one before, in the order of the graphs' IRIs.

    It is found again where an older program made the edition.
    """
    path = edition.path / CHANGES
    if not path.is_file():
        return _found_again(edition.number, edition.path, edition.manifest["sha256"])
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").split("\n")[1:-1])
    return [GraphChange(graph, cast(Became, became)) for became, graph in rows]


def became(edition: Edition, graph: str) -> Became | None:
    """Return what became of a graph in an edition; None where it stayed as it was, or was not there."""
    path = edition.path / CHANGES
    if not path.is_file():
        return next((one.became for one in changes_of(edition) if one.graph == graph), None)
    head, found, _ = path.read_text(encoding="utf-8").partition(f"\t{graph}\n")
    return cast(Became, head.rpartition("\n")[2]) if found else None


@lru_cache(maxsize=8)
def _found_again(number: int, path: Path, _sha256: str) -> list[GraphChange]:
    edition = Edition(number, path)
    return find_changes(before(edition), edition) if has_dump(edition, _DUMP) else []


def find_changes(old: Edition | None, new: Edition) -> list[GraphChange]:
    """Return what an edition differs by from an earlier one, all where there is none, by the order of the graphs' IRIs.

    Only files that the two do not share are read. What was erased of the earlier one since it was cut is among it.
    """
    was, files = {} if old is None else _digests(old), {path.name: path for path in files_of(new, _DUMP)}
    mine = {name for name in files if name not in was}
    before_it = dict(_graphs(path for name, path in was.items() if name not in files))
    found = dict[str, Became]()
    for graph, lines in _graphs(files[name] for name in files if name in mine):
        known = before_it.pop(graph, None)
        if known is None:
            found[graph] = "new"
        elif known != lines:
            found[graph] = "changed"
    found |= dict.fromkeys(before_it, "gone")
    missing = [name for name in (() if old is None else _redacted(old)) if name not in found]
    if missing:
        reader = GraphReader(new)
        found |= {name: "changed" if reader.lines(name) else "gone" for name in missing}
    return [GraphChange(graph, found[graph]) for graph in sorted(found)]


@dataclass
class GraphReader:
    """Reads graphs of an edition out of the files of its dump, few of which it opens for each: they are in order."""

    edition: Edition
    _files: list[Path] = field(init=False)
    _firsts: dict[int, str] = field(default_factory=dict)
    _open: tuple[int, dict[str, bytes]] = (-1, {})

    def __post_init__(self) -> None:
        self._files = files_of(self.edition, _DUMP)

    def lines(self, graph: str) -> bytes:
        """Return the canonical N-Quads of a graph, empty where the edition has none of that name."""
        place = bisect_right(range(len(self._files)), graph, key=self._first) - 1
        if place < 0:
            return b""
        if self._open[0] != place:
            self._open = (place, dict(_graphs([self._files[place]])))
        return self._open[1].get(graph, b"")

    def _first(self, place: int) -> str:
        """Return the name of the first graph of a file."""
        if place not in self._firsts:
            with gzip.open(self._files[place]) as lines:
                self._firsts[place] = _graph_of(next(lines, b" <> .\n"))
        return self._firsts[place]


def _digests(edition: Edition) -> dict[str, Path]:
    return {path.name: path for path in files_of(edition, _DUMP)}


def _graphs(files: Iterator[Path] | Collection[Path]) -> Iterator[tuple[str, bytes]]:
    for path in files:
        lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
        for graph, group in groupby(lines, key=_graph_of):
            yield graph, b"".join(group)


def _graph_of(line: bytes) -> str:
    return line[line.rindex(b" <") + 2 : -4].decode()


def _redacted(one: Edition) -> list[str]:
    path = one.path / REDACTED
    return path.read_text(encoding="utf-8").split("\n")[:-1] if path.is_file() else []
