"""What a state folder holds as the next command finds it, and whether a kill left it as it may be.

An act that was acknowledged is there. One that was not is there or not, never by half: each document with its events
is as before or as after, deposits batch by batch. The edition that answers is the one that its manifest says. The same
command, run again, ends the work; the store that is derived again is the store.
"""

from __future__ import annotations

import binascii
import gzip
import hashlib
import io
import sqlite3
from contextlib import closing
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from bench.durability.acts import FACES
from ingestion import Edition, Editions, Registry, Settings, rebuild
from ingestion.commands.failures import opened
from ontologie import serialize_lines
from ontologie.console import Lang

Found = dict[str, Any]


def observe(var: Path) -> Found:
    """Return the documents with their events, what the registry and the link call the last edition, and if it is sound."""
    with opened(Settings(var=var), Lang.EN) as registry:
        documents = {
            one.identifier: [
                one.state, one.version, one.document is not None,
                noted([event["event"] for event in registry.history(one.kind, one.identifier)]),
            ]
            for one in registry.listed()
        }  # fmt: skip
        last = registry.editions.last()
    current = Editions(var).current()
    return {
        "documents": documents,
        "last": 0 if last is None else last.number,
        "current": 0 if current is None else current.number,
        "redacted": [one.redaction for one in Editions(var).all()],
        "sound": current is None or sound(current),
        "swept": not [*(var / "editions").glob(".*.tmp"), *var.glob(".*.tmp")] and not (var / "restauration").exists(),
    }


def noted(events: list[str]) -> list[str]:
    """Return events, without an erasure that was asked for again: the registry notes each time that it is."""
    return [one for before, one in pairwise(["", *events]) if not before == one == "erased"]


def observe_old(var: Path) -> Found:
    """Return how far a registry of the first release was brought, without opening it as the program does."""
    with closing(sqlite3.connect(var / "registre.sqlite")) as database:
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = None
        if "alembic_version" in tables:
            version = database.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        columns = [row[1] for row in database.execute("PRAGMA table_info(versions)")]
        counted = [database.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in ("documents", "events")]
        whole = database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    found = {"tables": sorted(tables), "version": version, "columns": columns, "counted": counted}
    return {"documents": found, "last": 0, "current": 0, "redacted": [], "sound": whole, "swept": True}


def sound(edition: Edition) -> bool:
    """Tell whether an edition's store, dump, root and face say the same."""
    store = ox.Store.read_only(str(edition.store_path))
    graphs = sorted((one for one in store.named_graphs() if isinstance(one, ox.NamedNode)), key=lambda one: one.value.encode())
    held = b"".join(
        line for graph in graphs for line in sorted(serialize_lines(store.quads_for_pattern(None, None, None, graph)))
    )
    rows = [line.split("\t") for line in (edition.path / "members.tsv").read_text("utf-8").split("\n")[1:-1]]
    files = [edition.path / "members" / f"{row[1]}.nq.gz" for row in rows if row[0] == "nq"]
    dump = gzip.decompress(b"".join(file.read_bytes() for file in files))
    return held == dump and root_of_dump(dump) == edition.manifest["sha256"] and (edition.path / "index").is_file()


def root_of_dump(dump: bytes) -> str:
    """Return the root that an edition says of itself, worked out from its canonical dump alone.

    A segment begins where CRC-32 of a graph's IRI is a multiple of 32 (docs/decisions/segments.md).
    """
    segments: list[list[str]] = []
    for graph, lines in groupby(io.BytesIO(dump), key=lambda line: line[line.rindex(b" <") + 2 : -4].decode()):
        if not segments or binascii.crc32(graph.encode()) % 32 == 0:
            segments.append([])
        segments[-1].append(f"{graph} {hashlib.sha256(b''.join(lines)).hexdigest()}\n")
    digests = [hashlib.sha256("".join(segment).encode()).hexdigest() for segment in segments]
    return hashlib.sha256("".join(f"{one}\n" for one in digests).encode()).hexdigest()


def rebuilt(var: Path) -> bool:
    """Derive the current edition again: raises RebuildDiffers where it is another."""
    with Registry(Settings(var=var)) as registry:
        return rebuild(Settings(var=var), registry, FACES).changed == ()


def left_of(var: Path, word: str) -> list[str]:
    """Return the files of a state folder that hold a word, packed or not."""
    found = []
    for path in var.rglob("*"):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            if word.encode() in (gzip.decompress(data) if path.suffix == ".gz" else data):
                found.append(str(path.relative_to(var)))
    return found


def faults(found: Found, before: Found, after: Found, between: list[Any], *, acknowledged: bool) -> list[str]:
    """Return what a kill may not leave; `between` are states of the documents that lie between before and after."""
    told = [] if found["sound"] else ["the edition that answers is not what its manifest says"]
    if acknowledged:
        return told + [f"acknowledged and not there: {name}" for name in after if found[name] != after[name]]
    ends = {(str(one["documents"]), one["last"]) for one in (before, after)}
    if (str(found["documents"]), found["last"]) not in ends and found["documents"] not in between:
        told.append("half there")
    if found["current"] not in (before["current"], after["current"]) or found["current"] > found["last"]:
        told.append("another edition answers")
    return told


def batches_between(before: Found, after: Found, size: int) -> list[Any]:
    """Return the states of a deposit between its batches: the documents that came, so many at a time, in their order."""
    came = [name for name in after["documents"] if name not in before["documents"]]
    return [
        {name: one for name, one in after["documents"].items() if name not in came[taken:]}
        for taken in range(size, len(came), size)
    ]
