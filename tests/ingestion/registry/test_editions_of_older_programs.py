"""Editions cut before dumps had members: one file a dump, another hash; they are read, kept and rebuilt as they are."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import sqlite3
from contextlib import closing
from itertools import groupby
from pathlib import Path

import pytest

from ingestion import Edition, Editions, Options, Settings, deposit_file, files_of, publish, read_fiches, rebuild
from ingestion import read_statistics as statistics_of
from tests.making import TEAM, begun, dump_of, write_csv

DUMPS = ("nq", "ttl", "jsonl")


def as_it_was(state: Settings) -> Path:
    """Give edition 1 the form that programs before members gave it; the registry too. Return its folder."""
    folder = state.var / "editions" / "1"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    listed = "".join(
        f"{graph} {hashlib.sha256(b''.join(lines)).hexdigest()}\n"
        for graph, lines in groupby(io.BytesIO(dump_of(folder)), key=lambda line: line[line.rindex(b" <") + 2 : -4].decode())
    )
    manifest["sha256"] = hashlib.sha256(listed.encode()).hexdigest()
    del manifest["segments"]
    for form in DUMPS:
        data, packed = dump_of(folder, form), io.BytesIO()
        with gzip.GzipFile("", "wb", 3, packed, mtime=0) as out:
            out.write(data)
        (folder / f"dump.{form}.gz").write_bytes(packed.getvalue())
        unpacked, file = (
            {"sha256": hashlib.sha256(one).hexdigest(), "bytes": len(one)} for one in (data, packed.getvalue())
        )
        told = {"file": file, "unpacked": unpacked, **unpacked, "date": manifest["date"]}
        manifest["dumps"][f"dump.{form}.gz"] = told
    shutil.rmtree(folder / "members")
    (folder / "members.tsv").unlink()
    (folder / "statistics.json").unlink()
    (state.var / "graphes.sqlite").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n", "utf-8")
    with closing(sqlite3.connect(state.registry_path)) as database, database:
        database.execute("DROP TRIGGER editions_only_grow_update")
        row = (manifest["sha256"], json.dumps(manifest, ensure_ascii=False, sort_keys=True))
        database.execute("UPDATE editions SET sha256 = ?, manifest = ?", row)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != "statistics.json"}


@pytest.mark.long
def test_it_stays_as_it_is_whatever_this_program_does(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    counted = statistics_of(Edition(1, state.var / "editions" / "1"), tmp_path)
    folder = as_it_was(state)
    before, edition = files(folder), Edition(1, folder)
    assert [path.name for path in files_of(edition, "dump.nq.gz")] == ["dump.nq.gz"]
    assert len(list(read_fiches(edition))) == 1
    assert statistics_of(edition, tmp_path) == counted
    assert not publish(state, registry).changed, "the same graphs, another way of saying their hash"
    assert files(folder) == before
    assert rebuild(state, registry).changed == ()
    assert files(folder) == before and not (folder / "members").exists()
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "A2"}]), registry, TEAM, Options(), validate=True)
    done = publish(state, registry).edition
    assert done.number == 2 and "segments" in done.manifest and b"18-A2" in dump_of(done.path)
    assert files(folder) == before
    assert [one.number for one in Editions(state.var).all()] == [1, 2]
    registry.close()
