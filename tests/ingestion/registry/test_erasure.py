"""Erasing a document: no byte of it is left under the state folder, whatever held it, and the service says that it was."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard

from ingestion import (
    Agent,
    Edition,
    Editions,
    Forbidden,
    Options,
    Registry,
    Settings,
    deposit_file,
    publish,
    read_statistics,
    rebuild,
)
from ingestion.publication.deltas import REDACTED
from ingestion.publication.erasure import erase
from ingestion.publication.files.members import graphs_of
from ingestion.publication.redaction import Redacted
from ingestion.registry.transitions import RefusedTransition
from sparql_api.outputs import EDITION_OUTPUTS
from tests.ingestion.registry.edition_digest import edition_hash
from tests.laws.test_law_2_derivable import written
from tests.making import TEAM, begun, command, dump_of, write_csv

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


def test_no_byte_of_an_erased_fiche_is_left_and_every_edition_that_held_it_says_so(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    before = holding(settings.var)
    parts = {name.split("/")[0] for name in before} | {name.split("/")[2] for name in before if name.count("/") > 1}
    assert {"registre.sqlite", "graphes.sqlite", "store", "editions", "members", "fiches.sqlite"} <= parts, before
    editions = Editions(settings.var)
    as_cut = {one.number: (one.manifest, inodes(one)) for one in editions.all()}
    assert erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS) == Redacted((2, 3))
    assert holding(settings.var) == set()
    assert [(one.number, one.redaction) for one in editions.all()] == [(1, 0), (2, 1), (3, 1)]
    current = editions.current()
    assert current is not None and current.number == 3, "no edition is cut"
    for one in editions.all()[1:]:
        was, files = as_cut[one.number]
        manifest, dump = one.manifest, dump_of(one.path)
        assert manifest["erased"] == ["projet/18-B1"] and manifest["counts"]["projet"] == was["counts"]["projet"] - 1
        (said,) = manifest["redactions"]
        assert (said["count"], said["former"], said["root"]) == (1, was["sha256"], manifest["sha256"])
        assert edition_hash(dump) == manifest["sha256"] == registry.editions.get(one.number).sha256
        assert dump.count(b"\n") == manifest["counts"]["quads"] and b"18-B1" not in dump
        left = {path: path.read_bytes() for path in (one.path / "members").iterdir()}
        assert len(set(inodes(one).values()) & set(files.values())) > len(left) - 9, "what did not change is the same file"
        assert read_statistics(one, one.path)["triples"] == manifest["counts"]["quads"]
    assert len(ox.Store.read_only(str(current.store_path))) == current.manifest["counts"]["quads"]
    assert not (settings.var / "editions" / "2" / "store").exists(), "made when it is asked for"
    assert erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS) == Redacted(), "done already"
    assert not publish(settings, registry, EDITION_OUTPUTS).changed


@pytest.mark.long
def test_the_registry_makes_a_redacted_edition_again_and_the_next_one_lays_a_tombstone(
    state: tuple[Settings, Registry],
) -> None:
    settings, registry = state
    erase(settings, registry, "projet", "18-B1", TEAM)
    assert rebuild(settings, registry).changed == ()
    assert not publish(settings, registry).changed
    deposit_file(write_csv(settings.var.parent / "rows.csv", [{"id": "B3"}]), registry, TEAM, Options(), validate=True)
    after = publish(settings, registry).edition
    assert (after.number, after.redaction, after.manifest["erased"]) == (4, 0, ["projet/18-B1"])
    assert [event["event"] for event in registry.history("projet", "18-B1")][-1] == "unpublished"
    assert holding(settings.var) == set()


def inodes(edition: Edition) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (edition.path / "members").iterdir()}


@pytest.mark.long
def test_an_analysis_that_is_erased_takes_with_it_what_was_derived_from_it(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    for name in ("sur-A0", "encore-A0"):
        path = tmp_path / "document.json"
        path.write_text(json.dumps(written("analyse", name, "atteint")), encoding="utf-8")
        deposit_file(path, registry, TEAM, Options(), validate=True)
    publish(state, registry)
    graph = f"{state.base_iri}graphe/derive/projet/18-A0"
    before = dict(graphs_of(Edition(2, state.var / "editions" / "2")))[graph]
    assert erase(state, registry, "analyse", "sur-A0", TEAM) == Redacted((2,))
    edition = Edition(2, state.var / "editions" / "2")
    after = dict(graphs_of(edition))[graph]
    assert b"sur-A0" in before and b"sur-A0" not in after and b"encore-A0" in after
    assert erase(state, registry, "projet", "18-A0", TEAM) == Redacted((1, 2)), "what is said of it stays"
    assert [one.redaction for one in Editions(state.var).all()] == [1, 2]
    assert [said["count"] for said in Editions(state.var).all()[1].manifest["redactions"]] == [1, 1]
    note = (edition.path / REDACTED).read_text(encoding="utf-8").split("\n")
    assert {graph, f"{state.base_iri}graphe/analyse/sur-A0"} <= {*note}, "what the next edition must tell of"
    assert rebuild(state, registry).changed == (), "derived anew as a build from nothing derives"
    assert (edition.path / REDACTED).read_text(encoding="utf-8").split("\n") == note
    registry.close()


@pytest.mark.long
def test_an_edition_that_cannot_be_made_anew_is_gone(state: tuple[Settings, Registry]) -> None:
    settings, registry = state
    editions = Editions(settings.var)
    # Of the members that two editions share, that of one of them alone is damaged.
    member = next((editions.folder / "2" / "members").glob("*.nq.gz"))
    data = member.read_bytes()
    member.unlink()
    member.write_bytes(data[:-9])
    assert erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS) == Redacted((3,), (2,))
    assert holding(settings.var) == set()
    left = {path.name for path in (editions.folder / "2").iterdir()}
    assert editions.is_gone(2) and left == {"manifest.json", "changes.tsv", "changes.idx"}, "what says that it is, and names"
    assert erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS) == Redacted()


@pytest.mark.long
def test_a_fiche_withdrawn_before_it_is_erased_leaves_the_stores_of_later_editions_too(
    state: tuple[Settings, Registry], tmp_path: Path
) -> None:
    settings, registry = state
    registry.withdraw("projet", "18-B1", TEAM)
    publish(settings, registry, EDITION_OUTPUTS)
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "B3"}]), registry, TEAM, Options(), validate=True)
    publish(settings, registry, EDITION_OUTPUTS)
    editions = Editions(settings.var)
    assert any(name.startswith("editions/5/store/") for name in holding(settings.var)), "stores keep removed strings"
    assert erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS) == Redacted((2, 3))
    assert holding(settings.var) == set()
    current = editions.current()
    assert current is not None and [(one.number, one.redaction) for one in editions.all()][3:] == [(4, 0), (5, 0)]
    assert len(ox.Store.read_only(str(current.store_path))) == current.manifest["counts"]["quads"]


def test_what_was_never_public_leaves_without_an_edition(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [PLANTED]), registry, TEAM, Options())
    (tmp_path / "rows.csv").unlink()
    assert "registre.sqlite" in str(holding(settings.var))
    assert erase(settings, registry, "projet", "18-B1", TEAM) == Redacted()
    assert holding(settings.var) == set()
    erase(settings, registry, "projet", "18-B1", TEAM)  # as after an interruption
    assert [one["event"] for one in registry.history("projet", "18-B1")] == ["deposited", "erased"]
    with pytest.raises(Forbidden):
        registry.erase("projet", "18-B1", Agent("Personne"))
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
    (warning,) = (entry for entry in again.entries if entry.rule == "depot:deja-efface")
    erased = next(event["at"] for event in registry.history("projet", "18-B1") if event["event"] == "erased")
    assert warning.severity == "warning" and again.summary.warned == 1 and again.exit_code == 0
    assert all(erased[:10] in warning.message[lang] and "18-B1" in warning.message[lang] for lang in ("fr", "en"))
    assert not deposit_file(file, registry, TEAM, Options()).entries, "it is there again"
    assert again.registered == {"created": 0, "new-version": 1, "unchanged": 0}
    found = registry.get("projet", "18-B1")
    assert (found.state, found.version) == ("depose", 2) and found.document is not None
    registry.validate("projet", "18-B1", TEAM)
    registry.close()


def test_what_a_service_or_a_killed_publication_left_goes_too(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [PLANTED]), registry, TEAM, Options())
    (tmp_path / "rows.csv").unlink()
    for left in ("kept/1-a.sqlite", "jobs/a.answer", "editions/.2.tmp/members/a.nq", "store/a.sst", "graphes.sqlite-wal"):
        path = settings.var / left
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WORD.encode())
    erase(settings, registry, "projet", "18-B1", TEAM)
    assert holding(settings.var) == set()
    registry.close()
