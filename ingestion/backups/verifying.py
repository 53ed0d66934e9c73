"""The editions of a backup, compared with what their own manifests say: sizes, hashes, and the root that is cited.

The list of a backup says that its files are those that were written; an edition damaged on the disk before then is in
it as it was. Knows how a root is made of members (docs/decisions/segments.md); reads one member at a time, and none for
longer than the list says.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from ingestion.publication.assembly import Progress
from ingestion.publication.files.editions import DUMPS, MANIFEST, Edition, Editions
from ingestion.publication.files.members import MEMBERS, MEMBERS_LIST, Member, form_of, members_of, said_of
from ingestion.publication.files.segments import digest_of, root_of
from ingestion.registry.registry import Registry
from ingestion.words.errors import IngestionError

_DUMP: Final = DUMPS[0]
"""The canonical dump, each of whose members is a segment."""
_BLOCK: Final = 1 << 20

_Read = dict[tuple[Member, int], str]
"""The digests of the files that were read already, by the row and the file's own number: editions share files."""


class DamagedEdition(IngestionError):
    """An edition is not the one that its manifest says: its number, and the file where that shows."""

    def __init__(self, number: int, file: str) -> None:
        super().__init__(number, file)
        self.number, self.file = number, file


def verify_editions(editions: Editions, progress: Progress | None = None) -> None:
    """Compare the files of each edition of a folder with its manifest; what editions share is read once.

    Raises DamagedEdition.
    """
    found, known = _served(editions), _Read()
    for done, edition in enumerate(found, 1):
        try:
            _verify(edition, known)
        except (KeyError, TypeError, ValueError, OSError) as error:
            raise DamagedEdition(edition.number, MANIFEST) from error
        if progress is not None:
            progress("verification", done, len(found))


def verify_roots(editions: Editions, registry: Registry) -> None:
    """Compare the root of each edition of a folder with the one that the registry noted. Raises DamagedEdition."""
    for edition in _served(editions):
        if registry.editions.get(edition.number).sha256 != edition.manifest["sha256"]:
            raise DamagedEdition(edition.number, MANIFEST)


def _served(editions: Editions) -> list[Edition]:
    return [one for one in editions.on_disk() if not editions.is_gone(one.number)]


def _verify(edition: Edition, known: _Read) -> None:
    """Compare an edition with its manifest; `known` are the digests of the members that were read."""
    manifest, number = edition.manifest, edition.number
    if "segments" not in manifest:
        return _verify_whole(edition)
    listed = edition.path / MEMBERS_LIST
    if not listed.is_file() or hashlib.sha256(listed.read_bytes()).hexdigest() != manifest["segments"]["sha256"]:
        raise DamagedEdition(number, MEMBERS_LIST)
    segments = list[str]()
    for dump in DUMPS:
        members = members_of(edition, dump)
        if not said_of(members, dump).items() <= manifest["dumps"][dump].items():
            raise DamagedEdition(number, MANIFEST)
        for one in members:
            segments.append(_digest(edition, one, known))
    if root_of(filter(None, segments)) != manifest["sha256"]:
        raise DamagedEdition(number, MANIFEST)
    return None


def _digest(edition: Edition, one: Member, known: _Read) -> str:
    """Return the digest of the segment that a member is, none where its form is not canonical; it is what its row says.

    Raises DamagedEdition.
    """
    path, damaged = edition.path / MEMBERS / one.name, DamagedEdition(edition.number, f"{MEMBERS}/{one.name}")
    if not path.is_file() or path.stat().st_size != one.file_bytes:
        raise damaged
    read = (one, path.stat().st_ino)
    if read not in known:
        packed = path.read_bytes()
        unpacked = _unpacked(packed, one.unpacked_bytes)
        if unpacked is None or (_hashed(packed), _hashed(unpacked)) != (one.file, one.unpacked):
            raise damaged
        known[read] = digest_of(_graphs(unpacked)) if one.form == form_of(_DUMP) else ""
    return known[read]


def _unpacked(packed: bytes, size: int) -> bytes | None:
    """Return what a member holds; None where it is not of that size, or cannot be unpacked."""
    try:
        found = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, size + 1)
    except zlib.error:
        return None
    return found if len(found) == size else None


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _graphs(lines: bytes) -> Iterator[tuple[str, str]]:
    """Yield (graph IRI, SHA-256 of its canonical N-Quads) of a member of the canonical dump."""
    each = (line + b"\n" for line in lines.split(b"\n")[:-1])
    for graph, group in groupby(each, key=lambda line: line[line.rindex(b" <") + 2 : -4]):
        yield graph.decode(), hashlib.sha256(b"".join(group)).hexdigest()


def _verify_whole(edition: Edition) -> None:
    """Compare the dumps of an edition of an older program, each one file."""
    for dump, said in edition.manifest["dumps"].items():
        path = edition.path / dump
        if not path.is_file() or _of_file(path, said["file"]["bytes"]) != said["file"]["sha256"]:
            raise DamagedEdition(edition.number, dump)
        if _of_packed(path, said["unpacked"]["bytes"]) != said["unpacked"]["sha256"]:
            raise DamagedEdition(edition.number, dump)


def _of_file(path: Path, size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() if path.stat().st_size == size else ""


def _of_packed(path: Path, size: int) -> str:
    """Return the SHA-256 of what a packed file holds, none where it is not of that size."""
    told, left = hashlib.sha256(), size
    try:
        with gzip.open(path) as lines:
            while left >= 0 and (block := lines.read(_BLOCK)):
                left -= len(block)
                told.update(block)
    except (OSError, EOFError, zlib.error):
        return ""
    return told.hexdigest() if left == 0 else ""
