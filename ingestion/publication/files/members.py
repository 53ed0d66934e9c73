"""The files that an edition's dumps are made of: members that say their content by name, in the dump's order.

A member is a whole gzip file, and so are several one after the other (RFC 1952 §2.2): a dump is its members joined.
Editions of older programs have one file a dump, which is read as its one member.
"""

from __future__ import annotations

import gzip
import hashlib
import mmap
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ingestion.publication.files.editions import DUMPS, Edition

MEMBERS: Final = "members"
"""The folder of an edition's members."""
MEMBERS_LIST: Final = "members.tsv"
_HEADER: Final = ("dump", "unpacked_sha256", "unpacked_bytes", "file_sha256", "file_bytes")


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a dump: SHA-256 and length of what it holds, and of itself as it is downloaded."""

    form: str
    unpacked: str
    unpacked_bytes: int
    file: str
    file_bytes: int

    @property
    def name(self) -> str:
        """The name of its file, which says what it holds."""
        return f"{self.unpacked}.{self.form}.gz"


def form_of(dump: str) -> str:
    """Return the form of a dump by its name: `nq` of `dump.nq.gz`."""
    return dump.removeprefix("dump.").removesuffix(".gz")


def write_list(folder: Path, members: Iterable[Member]) -> str:
    """Write the list of an edition's members, each dump's in their order; return its SHA-256."""
    order = {form_of(dump): place for place, dump in enumerate(DUMPS)}
    ordered = sorted(members, key=lambda one: order[one.form])
    rows = [_HEADER, *(_row(one) for one in ordered)]
    text = "".join("\t".join(row) + "\n" for row in rows).encode()
    (folder / MEMBERS_LIST).write_bytes(text)
    return hashlib.sha256(text).hexdigest()


def members_of(edition: Edition, dump: str) -> list[Member]:
    """Return the members of a dump, in their order; none where the edition is of an older program."""
    form, path = form_of(dump), edition.path / MEMBERS_LIST
    if not path.is_file():
        return []
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()[1:])
    return [Member(one, held, int(size), file, int(length)) for one, held, size, file, length in rows if one == form]


def files_of(edition: Edition, dump: str) -> list[Path]:
    """Return the files which joined are a dump; none where the edition has no such dump."""
    if (edition.path / MEMBERS_LIST).is_file():
        return [edition.path / MEMBERS / one.name for one in members_of(edition, dump)]
    whole = edition.path / dump
    return [whole] if whole.is_file() else []


class MemberFinder:
    """Finds one file among those of a dump, by halving the list of them: a large edition has thousands."""

    def __init__(self, edition: Edition, dump: str) -> None:
        self._folder, self._form = edition.path / MEMBERS, f"{form_of(dump)}\t".encode()
        self._list: mmap.mmap | None = None
        path = edition.path / MEMBERS_LIST
        if path.is_file():
            with path.open("rb") as file:
                self._list = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._whole = [] if self._list else files_of(edition, dump)

    def last(self, holds: Callable[[Path], bool]) -> Path | None:
        """Return the last file of which something holds that holds of all before it; None where of none."""
        found = next((path for path in self._whole if holds(path)), None)
        if self._list is None:
            return found
        # Lists hold each dump's files one after the other: from its first row on, other forms come after its own.
        low, high = self._list.find(b"\n" + self._form) + 1, len(self._list)
        while 0 < low < high:
            begin = self._list.rfind(b"\n", 0, (low + high) // 2) + 1
            row = self._list[begin : self._list.find(b"\n", begin)]
            if row.startswith(self._form) and holds(path := self._folder / _file_of(row)):
                found, low = path, begin + len(row) + 1
            else:
                high = begin
        return found


def _file_of(row: bytes) -> str:
    """Return the name of a member's file by its row."""
    form, unpacked, *_ = row.decode().split("\t")
    return f"{unpacked}.{form}.gz"


def has_dump(edition: Edition, dump: str) -> bool:
    """Tell whether an edition has a dump, without reading the list of its members."""
    if (edition.path / MEMBERS_LIST).is_file():
        return dump in edition.manifest["dumps"]
    return (edition.path / dump).is_file()


def packed_bytes(edition: Edition, dump: str) -> int:
    """Return the length of a dump that the edition has, packed, as it is downloaded."""
    if (edition.path / MEMBERS_LIST).is_file():
        return int(edition.manifest["dumps"][dump]["file"]["bytes"])
    return (edition.path / dump).stat().st_size


def dump_lines(edition: Edition, dump: str) -> Iterator[bytes]:
    """Yield the lines of a dump, unpacked."""
    return lines_of(files_of(edition, dump))


def graphs_of(edition: Edition) -> Iterator[tuple[str, bytes]]:
    """Yield (graph IRI, canonical N-Quads) of an edition's dump, in the order of the IRIs' bytes."""
    lines = dump_lines(edition, "dump.nq.gz")
    for graph, group in groupby(lines, key=lambda line: line[line.rindex(b" <") + 2 : -4]):
        yield graph.decode(), b"".join(group)


def graphs_named(edition: Edition, names: Collection[str]) -> dict[str, bytes]:
    """Return the canonical N-Quads of some graphs of an edition, those that it has; other files are but unpacked."""
    found, ends = dict[str, bytes](), {name: f" <{name}> .\n".encode() for name in names}
    for path in files_of(edition, "dump.nq.gz"):
        data = gzip.decompress(path.read_bytes())
        for name, end in ends.items():
            if end in data:
                found[name] = b"".join(line for line in data.splitlines(keepends=True) if line.endswith(end))
    return found


def lines_of(files: Iterable[Path]) -> Iterator[bytes]:
    """Yield the lines of packed files, one after the other."""
    for path in files:
        with gzip.open(path) as lines:
            yield from lines


def said_of(members: Iterable[Member], dump: str) -> dict[str, Any]:
    """Return what a manifest says of a dump: how many members, their lengths together, the hash of their hashes."""
    own = [one for one in members if one.form == form_of(dump)]
    root = hashlib.sha256("".join(f"{one.unpacked} {one.file}\n" for one in own).encode()).hexdigest()
    unpacked, packed = sum(one.unpacked_bytes for one in own), sum(one.file_bytes for one in own)
    return {
        "members": len(own), "root": root, "bytes": unpacked, "unpacked": {"bytes": unpacked}, "file": {"bytes": packed}
    }  # fmt: skip


def _row(one: Member) -> tuple[str, ...]:
    return one.form, one.unpacked, str(one.unpacked_bytes), one.file, str(one.file_bytes)
