"""Erasing a document: no byte of it is left under the state folder, whatever held it, and the service says that it was."""

from __future__ import annotations

import gzip
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard

from ingestion import Editions, Options, Registry, Settings, deposit_file, publish
from ingestion.publication.erasure import erase
from ingestion.registry.transitions import RefusedTransition
from sparql_api.outputs import EDITION_OUTPUTS
from tests.making import TEAM, begun, command, write_csv

WORD = "Zanzibarine"
"""Stands in the erased fiche alone; words of one letter more are indexed in small letters, without accents."""
PLANTED = {"id": "B1", "titre": f"La {WORD}", "resume": f"Des élèves lisent une histoire de la {WORD} avec une IA."}


def holding(var: Path) -> set[str]:
    """Return the files that hold the word: as they are, unpacked, in the cells of databases, in stores."""
    return {str(path.relative_to(var)) for path in sorted(var.rglob("*")) if path.is_file() and any(map(held, forms(path)))}


def held(data: bytes) -> bool:
    return WORD.lower().encode() in data.lower()


def forms(path: Path) -> Iterator[bytes]:
    data = path.read_bytes()
    yield data
    if path.suffix == ".gz":
        yield gzip.decompress(data)
    if path.suffix == ".sqlite":
        yield from unpacked_cells(path)
    # Whatever is packed inside a file, free pages of a database among it, begins with a mark of its own.
    for mark in (b"\x28\xb5\x2f\xfd",):
        start = data.find(mark)
        while start >= 0:
            yield zstd(data[start:])
            start = data.find(mark, start + 1)


def zstd(data: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(data)
    except zstandard.ZstdError:
        return b""


def unpacked_cells(path: Path) -> Iterator[bytes]:
    """Yield each packed value of a database: large ones lie in pieces over several pages."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, bytes):
                        yield zstd(value[value.find(b"\x28\xb5\x2f\xfd") :])
                        with_zlib = zlib.decompressobj()
                        try:
                            yield with_zlib.decompress(value)
                        except zlib.error:
                            continue


@pytest.fixture
def state(tmp_path: Path) -> Iterator[tuple[Settings, Registry]]:
    """Edition 2 holds the planted fiche, and so does 3, which has another one more."""
    settings, registry = begun(tmp_path)
    for row in (PLANTED, {"id": "B2"}):
        deposit_file(write_csv(tmp_path / "rows.csv", [row]), registry, TEAM, Options(), validate=True)
        publish(settings, registry, EDITION_OUTPUTS)
    (tmp_path / "rows.csv").unlink()
    yield settings, registry
    registry.close()


def test_no_byte_of_an_erased_fiche_is_left(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    before = holding(settings.var)
    parts = {name.split("/")[0] for name in before} | {name.split("/")[2] for name in before if name.count("/") > 1}
    assert {"registre.sqlite", "graphes.sqlite", "store", "editions", "members", "fiches.sqlite"} <= parts, before
    done = erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS)
    assert holding(settings.var) == set()
    assert done.publication is not None and done.publication.edition.number == 4
    assert done.emptied == (2, 3)
    editions = Editions(settings.var)
    assert [path.name for path in (editions.folder / "2").iterdir()] == ["manifest.json"]
    assert [editions.is_gone(number) for number in (1, 2, 3, 4)] == [False, True, True, False]
    manifest = done.publication.edition.manifest
    assert manifest["erased"] == ["projet/18-B1"] and manifest["counts"]["projet"] == 2
    assert [event["event"] for event in registry.history("projet", "18-B1")][-2:] == ["erased", "unpublished"]
    store = ox.Store.read_only(str(done.publication.edition.store_path))
    assert len(store) == manifest["counts"]["quads"]
    again = erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS)
    assert again.publication is not None and not again.publication.changed and again.emptied == ()


def test_what_was_never_public_leaves_without_an_edition(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [PLANTED]), registry, TEAM, Options())
    (tmp_path / "rows.csv").unlink()
    assert "registre.sqlite" in str(holding(settings.var))
    assert erase(settings, registry, "projet", "18-B1", TEAM).publication is None
    assert holding(settings.var) == set()
    registry.close()


def test_the_command_asks_first_and_says_what_it_did(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [PLANTED]), registry, TEAM, Options())
    registry.close()
    refused = command(settings.var, "erase", "18-B1")
    assert refused.exit_code == 1 and "pour toujours" in refused.stderr
    unknown = command(settings.var, "erase", "18-Z9", "--yes")
    assert unknown.exit_code == 1 and "18-Z9" in unknown.stderr
    done = command(settings.var, "erase", "18-B1", "--yes", "--lang", "en")
    assert done.exit_code == 0 and "18-B1 is erased" in done.stderr and done.stdout == ""
    assert WORD not in command(settings.var, "review", "show", "18-B1").stdout


def test_what_was_erased_is_not_validated_and_comes_back_as_a_new_version(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    file = write_csv(tmp_path / "rows.csv", [PLANTED])
    deposit_file(file, registry, TEAM, Options())
    erase(settings, registry, "projet", "18-B1", TEAM)
    with pytest.raises(RefusedTransition, match="was erased"):
        registry.validate("projet", "18-B1", TEAM)
    again = deposit_file(file, registry, TEAM, Options())
    assert again.registered == {"created": 0, "new-version": 1, "unchanged": 0}
    found = registry.get("projet", "18-B1")
    assert (found.state, found.version) == ("depose", 2) and found.document is not None
    registry.validate("projet", "18-B1", TEAM)
    registry.close()


def test_what_a_service_or_a_killed_publication_left_goes_too(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [PLANTED]), registry, TEAM, Options())
    (tmp_path / "rows.csv").unlink()
    for left in ("kept/1-a.sqlite", "editions/.2.tmp/members/a.nq", "store/a.sst", "graphes.sqlite-wal"):
        path = settings.var / left
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WORD.encode())
    erase(settings, registry, "projet", "18-B1", TEAM)
    assert holding(settings.var) == set()
    registry.close()
