"""Writes the dumps of an edition again, some of its graphs gone or other: from its own files, no registry and no rules.

What did not change is the same file under a second name, and what did is cut as a build from nothing cuts it
(`segments`). Each fiche of `dump.jsonl.gz` is a line as it stands: its graph and it come in one order.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ingestion.publication.files.dumps import without_graph
from ingestion.publication.files.editions import DUMPS, STATISTICS, Edition
from ingestion.publication.files.members import (
    MEMBERS,
    MEMBERS_LIST,
    Member,
    dump_lines,
    graphs_named,
    graphs_of,
    members_of,
    said_of,
    write_list,
)
from ingestion.publication.files.segments import begins, digest_of, make_last, root_of, write_member
from ingestion.publication.files.statistics import Difference, count_lines, write_statistics
from ontologie import Iris, digest, document_types

_FICHES: Final = "dump.jsonl.gz"


@dataclass(frozen=True)
class Rewritten:
    """What came of it: what the manifest says of the dumps, the graphs and quads left, the graphs that went."""

    written: dict[str, Any]
    graphs: int
    quads: int
    gone: tuple[str, ...]


def rewrite(edition: Edition, folder: Path, changed: Mapping[str, bytes]) -> Rewritten:
    """Write an edition's members, their list and statistics into a folder, some graphs changed.

    `changed` gives the canonical N-Quads of each such graph, empty for one that goes. Raises ValueError where the
    edition's dumps do not belong together, and OSError where a file of theirs is missing or damaged.
    """
    base = edition.manifest["base"]
    (folder / MEMBERS).mkdir()
    members = _Members(folder / MEMBERS, edition)
    counts, gone, vocabularies = Counter[str](), list[str](), dict[str, int]()
    vocabulary = Iris(base).vocabulary_graph("")

    told = _told(edition)
    difference = Difference(base, _before_and_after(edition, changed) if told else ())

    def left() -> Iterator[tuple[str, bytes]]:
        for graph, before, fiche in _with_fiches(edition, changed):
            lines = changed.get(graph, before)
            if not lines:
                gone.extend([graph] if before else [])
                continue
            members.add(graph, lines, fiche)
            quads = lines.count(b"\n")
            counts.update(graphs=1, quads=quads)
            if graph.startswith(vocabulary):
                vocabularies[graph] = quads
            yield graph, lines

    numbers = _numbers(left(), changed, difference, told) if told else count_lines(left(), base, folder)
    members.finish()
    write_statistics(folder, numbers | {"vocabularies": vocabularies})
    listed = {"count": len(members.digests), "list": MEMBERS_LIST, "sha256": write_list(folder, members.found)}
    dumps = {name: said_of(members.found, name) for name in DUMPS}
    written = {"sha256": root_of(members.digests), "segments": listed, "dumps": dumps}
    return Rewritten(written, counts["graphs"], counts["quads"], tuple(gone))


def _told(edition: Edition) -> dict[str, Any]:
    """Return the statistics that an edition has, nothing where an older program made it."""
    path = edition.path / STATISTICS
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _before_and_after(edition: Edition, changed: Mapping[str, bytes]) -> list[tuple[str, bytes, bytes]]:
    before = graphs_named(edition, changed)
    return [(graph, before.get(graph, b""), after) for graph, after in changed.items()]


def _numbers(
    graphs: Iterable[tuple[str, bytes]], changed: Mapping[str, bytes], difference: Difference, told: Mapping[str, Any]
) -> dict[str, Any]:
    for graph, lines in graphs:
        if graph not in changed:
            difference.look_at(graph, lines)
    return difference.numbers(told)


def _with_fiches(edition: Edition, changed: Mapping[str, bytes]) -> Iterator[tuple[str, bytes, bytes]]:
    """Yield (graph, its N-Quads, its line of the fiches' dump), also for changed graphs that are not there."""
    iris = Iris(edition.manifest["base"])
    documents = tuple(iris.graph(kind, "") for kind in document_types())
    fiches = dump_lines(edition, _FICHES)
    names = ((graph, b"") for graph in sorted(changed))
    merged = heapq.merge(graphs_of(edition), names, key=lambda one: one[0])
    for graph, found in groupby(merged, key=lambda one: one[0]):
        lines = b"".join(part for _, part in found)
        fiche = b""
        if lines and graph.startswith(documents):
            fiche = next(fiches, b"")
            if not fiche:
                raise ValueError("there are fewer fiches than documents")
        yield graph, lines, fiche
    if next(fiches, b""):
        raise ValueError("there are more fiches than documents")


@dataclass
class _Members:
    """Members in the making: graphs are added in the order of their IRIs."""

    folder: Path
    edition: Edition
    found: list[Member] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)
    _known: dict[str, dict[str, Member]] = field(default_factory=dict)
    _segment: list[tuple[str, bytes, bytes]] = field(default_factory=list)
    _fresh: list[Path] = field(default_factory=list)

    def __post_init__(self) -> None:
        for dump in DUMPS:
            for one in members_of(self.edition, dump):
                self._known.setdefault(one.form, {})[one.unpacked] = one

    def add(self, graph: str, lines: bytes, fiche: bytes) -> None:
        """Take a graph, and write the segment before it where one begins."""
        if self._segment and begins(graph):
            self._write()
        self._segment.append((graph, lines, fiche))

    def finish(self) -> None:
        """Write the last segment; all is on the disk for good when this returns."""
        if self._segment:
            self._write()
        make_last(self._fresh, self.folder)

    def _write(self) -> None:
        segment, self._segment = self._segment, []
        self.digests.append(digest_of((graph, digest(lines)) for graph, lines, _ in segment))
        self._put("nq", b"".join(lines for _, lines, _ in segment))
        self._put("ttl", b"".join(without_graph(graph, lines) for graph, lines, _ in segment))
        if fiches := b"".join(fiche for *_, fiche in segment):
            self._put("jsonl", fiches)

    def _put(self, form: str, content: bytes) -> None:
        one, fresh = write_member(self.folder, self.edition.path / MEMBERS, self._known.get(form, {}), form, content)
        self.found.append(one)
        if fresh:
            self._fresh.append(self.folder / one.name)
