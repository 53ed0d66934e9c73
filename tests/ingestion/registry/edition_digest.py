"""Says whether an edition of the demonstration is what it was before a change of code: moves must leave it as it is.

    python -m tests.ingestion.registry.edition_digest VAR/editions/1

prints the digest of the data that the edition was made of, and that of its canonical dump without the graphs of
provenance, which hold the dates of deposit, validation and publication. All else in the dump is a function of that
data.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import sys
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from pathlib import Path

from ontologie import BASE
from tests.making import dump_of

_DATED = f" <{BASE}graphe/provenance/".encode()
_SUFFIXES = (".ttl", ".csv", ".tsv", ".rq", ".json", ".jsonld", ".toml", ".nq")
_NOT_OF_THE_EDITION = ("phrases", "exemples", "unites.json")


def dump_digest(edition: Path) -> str:
    """Return the SHA-256 of the canonical dump of an edition's folder, but for the graphs of provenance."""
    hashed = hashlib.sha256()
    for line in io.BytesIO(dump_of(edition)):
        if _DATED not in line[line.rindex(b" <") :]:
            hashed.update(line)
    return hashed.hexdigest()


def edition_hash(dump: bytes) -> str:
    """Return the hash that an edition says of itself, worked out from its canonical dump alone.

    A segment begins where CRC-32 of a graph's IRI is a multiple of 32 (docs/decisions/segments.md).
    """
    segments: list[list[str]] = []
    by_graph = groupby(io.BytesIO(dump), key=lambda line: line[line.rindex(b" <") + 2 : -4].decode())
    for graph, lines in by_graph:
        if not segments or binascii.crc32(graph.encode()) % 32 == 0:
            segments.append([])
        segments[-1].append(f"{graph} {hashlib.sha256(b''.join(lines)).hexdigest()}\n")
    digests = [hashlib.sha256("".join(segment).encode()).hexdigest() for segment in segments]
    return hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()


def data_digest() -> str:
    """Return the SHA-256 of the packaged data that decides the graphs: vocabularies, tables, rules, demonstration."""
    hashed = hashlib.sha256()
    for folder in (files("ontologie"), files("shapes"), files("ingestion").joinpath("demo")):
        for data in sorted(hashlib.sha256(one.read_bytes()).digest() for one in _data(folder)):
            hashed.update(data)
    return hashed.hexdigest()


def _data(folder: Traversable) -> Iterator[Traversable]:
    for entry in folder.iterdir():
        if entry.name in _NOT_OF_THE_EDITION:
            continue
        if entry.is_dir():
            yield from _data(entry)
        elif entry.name.endswith(_SUFFIXES):
            yield entry


if __name__ == "__main__":
    print(data_digest(), dump_digest(Path(sys.argv[1])))
