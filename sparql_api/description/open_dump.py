"""The dump of what is free of any condition but to name the source: the whole dump without the graphs that are not.

Its members are those of the whole dump, but for the few in which such a graph stands: those are cut again without it,
so that a publication costs what changed. Which graphs they are, `licences` says.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Final

from ingestion import MEMBERS, Edition, members_of
from sparql_api.description.licences import licences_of

OPEN_DUMP: Final = "dump-ouvert.nq.gz"
OPEN_LIST: Final = "members-ouvert.tsv"
OPEN_FOLDER: Final = "ouvert"
"""Where the members stand that the whole dump does not have."""
_WHOLE: Final = "dump.nq.gz"
_LEVEL: Final = 3
_LAST: Final = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class OpenMember:
    """One file of the dump, as its list says; `cut_from` is the hash of what the member it was cut from holds."""

    dump: str
    unpacked_sha256: str
    unpacked_bytes: int
    file_sha256: str
    file_bytes: int
    cut_from: str

    @property
    def name(self) -> str:
        """The name of its file, which says what it holds."""
        return f"{self.unpacked_sha256}.nq.gz"


def write_open_dump(edition: Edition, folder: Path) -> None:
    """Write the list of the members of an edition's open dump into a folder, and those that were cut."""
    shutil.rmtree(folder / OPEN_FOLDER, ignore_errors=True)
    (folder / OPEN_FOLDER).mkdir()
    rows = [astuple(one) for one in _members(edition, folder)]
    partial = folder / f"{OPEN_LIST}.partial"
    with partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerows([[field.name for field in fields(OpenMember)], *rows])
    partial.replace(folder / OPEN_LIST)


def open_members(folder: Path) -> list[OpenMember]:
    """Return the members of an open dump whose list stands in a folder, in their order."""
    with (folder / OPEN_LIST).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        return [OpenMember(one, held, int(size), file, int(length), cut) for one, held, size, file, length, cut in rows]


def root_of_files(members: Iterable[OpenMember]) -> str:
    """Return the hash of the hashes of members, as the manifest has it of the whole dumps."""
    return hashlib.sha256("".join(f"{one.unpacked_sha256} {one.file_sha256}\n" for one in members).encode()).hexdigest()


def open_file(edition: Edition, folder: Path, name: str) -> Path | None:
    """Return where a member stands: with the list in its folder, else with the whole dump's; None where nowhere."""
    places = (folder / OPEN_FOLDER / name, edition.path / MEMBERS / name)
    return next((path for path in places if path.is_file()), None)


def _members(edition: Edition, folder: Path) -> Iterator[OpenMember]:
    whole, closed = members_of(edition, _WHOLE), licences_of(edition).closed
    known = _known(edition, closed)
    starts = _Starts([edition.path / MEMBERS / one.name for one in whole])
    for place, one in enumerate(whole):
        same = OpenMember("nq", one.unpacked, one.unpacked_bytes, one.file, one.file_bytes, "")
        made = known.get(one.unpacked)
        if made is not None and (not made.cut_from or _taken_over(made, edition, folder)):
            yield made
            continue
        here = closed[bisect_left(closed, starts.at(place)) : bisect_left(closed, starts.at(place + 1))]
        cut = _cut(edition.path / MEMBERS / one.name, here, one.unpacked, folder) if here else same
        if cut.unpacked_bytes:
            yield cut


def _known(edition: Edition, closed: Sequence[str]) -> dict[str, OpenMember]:
    """Return what the edition before made of members, by what they held, where it left the same graphs out."""
    before = None if edition.since is None else edition.since.before
    if before is None or not (before.path / OPEN_LIST).is_file() or licences_of(before).closed != closed:
        return {}
    return {one.cut_from or one.unpacked_sha256: one for one in open_members(before.path)}


def _taken_over(one: OpenMember, edition: Edition, folder: Path) -> bool:
    """Give a cut member of the edition before a second name in a folder; return whether it was there."""
    assert edition.since is not None
    with suppress(OSError):
        os.link(edition.since.before.path / OPEN_FOLDER / one.name, folder / OPEN_FOLDER / one.name)
    return (folder / OPEN_FOLDER / one.name).is_file()


def _cut(path: Path, closed: Sequence[str], cut_from: str, folder: Path) -> OpenMember:
    """Write a member without some graphs; return it."""
    ends = tuple(f" <{graph}> .\n".encode() for graph in closed)
    with gzip.open(path) as lines:
        content = b"".join(line for line in lines if not line.endswith(ends))
    packed = gzip.compress(content, _LEVEL, mtime=0)
    held, file = (hashlib.sha256(data).hexdigest() for data in (content, packed))
    one = OpenMember("nq", held, len(content), file, len(packed), cut_from)
    if content:
        (folder / OPEN_FOLDER / one.name).write_bytes(packed)
    return one


@dataclass(frozen=True)
class _Starts:
    """The graphs that packed members begin at, each read when it is asked for."""

    paths: Sequence[Path]

    def at(self, place: int) -> str:
        if place == len(self.paths):
            return _LAST
        with gzip.open(self.paths[place]) as lines:
            line = lines.readline()
        return line[line.rindex(b" <") + 2 : -4].decode()
