"""What an edition differs by from the one before it: the names of the graphs that came, changed and went.

Decided in docs/decisions/changes.md.

Names alone are written down (`changes.tsv`), which an erasure leaves as they are; what the graphs say is read in the
edition's own dump, where nothing is left of what was erased. Both cost what changed: two editions share the files of
the segments that did not.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

from ingestion.publication.changelist import (
    CHANGES,
    CHANGES_INDEX,
    Became,
    ChangeList,
    GraphChange,
    write_changes,
)
from ingestion.publication.files.editions import Edition
from ingestion.publication.files.members import MemberFinder, files_of, has_dump

REDACTED: Final = "redacted.tsv"
"""The graphs that went, or were derived otherwise, since the edition was cut: the next one tells of them."""
_DUMP: Final = "dump.nq.gz"


def note_changes(edition: Edition) -> None:
    """Write what an edition in the making differs by from the one before it, unless its folder says so already.

    Those before it that an older program made come to say it too, so that nothing done to them later moves a place.
    """
    numbers = range(1, edition.number)
    earlier = (Edition(number, edition.path.parent / str(number)) for number in numbers)
    for one in (*(one for one in earlier if not ChangeList(one.path) and has_dump(one, _DUMP)), edition):
        if not ChangeList(one.path):
            write_changes(one.path, _told_changes(one))


def _told_changes(edition: Edition) -> list[GraphChange]:
    """Return what an edition differs by from the one before; of one whose making says what changed, this is read."""
    old, since = before(edition), edition.since
    if since is None or old is None or since.before.number != old.number:
        return find_changes(old, edition)
    was, now, redacted = GraphReader(old), GraphReader(edition), frozenset(_redacted(old))
    found = list[GraphChange]()
    for graph in sorted({*since.graphs, *redacted}):
        former, lines = was.lines(graph), now.lines(graph)
        if former != lines or graph in redacted:
            became: Became = "gone" if not lines else "changed" if former else "new"
            found.append(GraphChange(graph, became, len(lines)))
    return found


def carry_changes(one: Edition, draft: Path, redacted: Collection[str]) -> None:
    """Take over to a draft what an edition says of its changes, and note which graphs a redaction changes."""
    keep_changes(one, draft)
    names = sorted({*_redacted(one), *redacted})
    (draft / REDACTED).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")


def keep_changes(one: Edition, draft: Path) -> None:
    """Take over to a draft what an edition says of its changes: once told, no place moves."""
    if ChangeList(one.path):
        for name in (CHANGES_INDEX, CHANGES):
            (draft / name).unlink(missing_ok=True)
            if (one.path / name).is_file():
                shutil.copyfile(one.path / name, draft / name)


def keep_redacted(one: Edition, draft: Path) -> None:
    """Take over to a draft which graphs redactions of an edition changed: nothing but its folder says so.

    What it told of its changes stands too: what is erased since has a place there, which nobody would find again.
    """
    if (one.path / REDACTED).is_file():
        keep_changes(one, draft)
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
    told = ChangeList(edition.path)
    return len(told) if told else len(_found_again(edition))


def changes_of(edition: Edition, first: int = 0, stop: int | None = None) -> list[GraphChange]:
    """Return what an edition differs by from the one before, in the order of the graphs' IRIs: all, or some places.

    It is found again where an older program made the edition.
    """
    told = ChangeList(edition.path)
    if not told:
        return _found_again(edition)[first:stop]
    return told.rows(first, len(told) if stop is None else stop)


def changes_beginning(edition: Edition, prefix: str) -> Iterator[GraphChange]:
    """Yield the changes of graphs whose names begin so, in the order of their IRIs, read as far as they are asked."""
    told = ChangeList(edition.path)
    return told.beginning(prefix) if told else (one for one in _found_again(edition) if one.graph.startswith(prefix))


def sizes_of(edition: Edition, first: int, stop: int) -> list[int]:
    """Return the bytes of the graphs that an edition changed, from one place to another, as it was cut.

    Zeros where an older program noted none.
    """
    told = ChangeList(edition.path)
    return told.sizes(first, stop) if told else [0] * (stop - first)


def became(edition: Edition, graph: str) -> Became | None:
    """Return what became of a graph in an edition; None where it stayed as it was, or was not there."""
    told = ChangeList(edition.path)
    if told:
        return told.became(graph)
    return next((one.became for one in _found_again(edition) if one.graph == graph), None)


def _found_again(edition: Edition) -> list[GraphChange]:
    return _found(edition.number, edition.path, edition.manifest["sha256"])


@lru_cache(maxsize=8)
def _found(number: int, path: Path, _sha256: str) -> list[GraphChange]:
    edition = Edition(number, path)
    return find_changes(before(edition), edition) if has_dump(edition, _DUMP) else []


def find_changes(old: Edition | None, new: Edition) -> list[GraphChange]:
    """Return what an edition differs by from an earlier one, all where there is none, by the order of the graphs' IRIs.

    Only files that the two do not share are read. What was erased of the earlier one since it was cut is among it.
    """
    was, files = {} if old is None else _digests(old), {path.name: path for path in files_of(new, _DUMP)}
    mine = {name for name in files if name not in was}
    before_it = dict(_graphs(path for name, path in was.items() if name not in files))
    found = dict[str, GraphChange]()
    for graph, lines in _graphs(files[name] for name in files if name in mine):
        known = before_it.pop(graph, None)
        if known is None:
            found[graph] = GraphChange(graph, "new", len(lines))
        elif known != lines:
            found[graph] = GraphChange(graph, "changed", len(lines))
    found |= {graph: GraphChange(graph, "gone") for graph in before_it}
    missing = [name for name in (() if old is None else _redacted(old)) if name not in found]
    reader = GraphReader(new)
    for name in missing:
        lines = reader.lines(name)
        found[name] = GraphChange(name, "changed" if lines else "gone", len(lines))
    return [found[graph] for graph in sorted(found)]


@dataclass
class GraphReader:
    """Reads graphs of an edition out of the files of its dump, each found by halving the list of them."""

    edition: Edition
    _finder: MemberFinder = field(init=False)
    _firsts: dict[Path, str] = field(default_factory=dict)
    _open: tuple[Path | None, dict[str, bytes]] = (None, {})

    def __post_init__(self) -> None:
        self._finder = MemberFinder(self.edition, _DUMP)

    def lines(self, graph: str) -> bytes:
        """Return the canonical N-Quads of a graph, empty where the edition has none of that name."""
        path = self._finder.last(lambda one: self._first(one) <= graph)
        if path is None:
            return b""
        if self._open[0] != path:
            self._open = (path, dict(_graphs([path])))
        return self._open[1].get(graph, b"")

    def _first(self, path: Path) -> str:
        """Return the name of the first graph of a file."""
        if path not in self._firsts:
            with gzip.open(path) as lines:
                self._firsts[path] = _graph_of(next(lines, b" <> .\n"))
        return self._firsts[path]


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
