"""Publication: one publisher at a time, whole or nothing whatever kills it, nothing refused leaves a trace."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import (
    Edition,
    Editions,
    Options,
    Registry,
    Settings,
    deposit_file,
    publish,
    rebuild,
)
from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.rules import Derivation
from ingestion.graphs.ownership import MisplacedTriple
from ingestion.publication import cut
from ingestion.publication.erasure import erase
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.locking import PublicationBusy, publication_lock
from ingestion.rights.model import OPERATOR
from tests.ingestion.registry.edition_digest import edition_hash
from tests.making import TEAM, begun, command, declared, dump_of, published, registry_with, write_csv


def test_the_dump_unpacked_is_canonical_and_its_hash_is_in_the_manifest(tmp_path: Path) -> None:
    state, _ = published(tmp_path, [{"id": "A1"}, {"id": "A2"}])
    edition = Editions(state.var).current()
    assert edition is not None
    dump = dump_of(edition.path)
    lines = dump.split(b"\n")[:-1]
    graphs = [line.rpartition(b" <")[2] for line in lines]
    assert graphs == sorted(graphs, key=lambda graph: graph.removesuffix(b"> ."))
    for graph in (b"https://w3id.org/observatoire-ia/graphe/projet/18-A1> .",):
        own = [line for line, name in zip(lines, graphs, strict=True) if name == graph]
        assert own and own == sorted(own)
    members = (edition.path / "members.tsv").read_bytes()
    assert hashlib.sha256(members).hexdigest() == edition.manifest["segments"]["sha256"]
    assert len(dump) == edition.manifest["dumps"]["dump.nq.gz"]["unpacked"]["bytes"]
    assert edition_hash(dump) == edition.manifest["sha256"]
    assert len(lines) == len(set(lines)) == edition.manifest["counts"]["quads"]
    assert len({line.rpartition(b" <")[0] for line in lines}) == len(lines), "a triple stands in two graphs"
    ttl = dump_of(edition.path, "ttl")
    assert sum(1 for _ in ox.parse(ttl, format=ox.RdfFormat.TURTLE)) == len(lines)


def test_a_second_publisher_is_told_to_wait(tmp_path: Path) -> None:
    state, registry = registry_with(tmp_path, [{"id": "A1"}])
    with publication_lock(state.var), pytest.raises(PublicationBusy):
        publish(state, registry)
    assert publish(state, registry).changed


def test_what_is_refused_leaves_registry_and_edition_as_they_were(tmp_path: Path) -> None:
    state, _ = published(tmp_path, [{"id": "A1"}])

    def bytes_of_everything() -> dict[str, bytes]:
        files = (path for path in sorted(state.var.rglob("*")) if path.is_file())
        # What SQLite shares between processes holds who reads as well.
        return {str(path): path.read_bytes() for path in files if not path.name.endswith("-shm")}

    before = bytes_of_everything()
    bad = write_csv(tmp_path / "bad.csv", [{"id": "Z1", "academie": "Atlantide"}])
    assert command(state.var, "ingest", str(bad), "--validated-by", "equipe-projet").exit_code == 1
    (tmp_path / "vide.csv").write_bytes(b"")
    assert command(state.var, "ingest", str(tmp_path / "vide.csv")).exit_code == 2
    assert (bytes_of_everything() == before) is True, "files differ"


def test_strict_takes_all_or_nothing_and_a_dry_run_takes_nothing(tmp_path: Path) -> None:
    rows = write_csv(tmp_path / "mixed.csv", [{"id": "A1"}, {"id": "A2", "titre": ""}])
    registry = Registry(Settings(var=tmp_path / "var"))
    assert deposit_file(rows, registry, OPERATOR, Options(), strict=True).exit_code == 1
    assert deposit_file(rows, None, TEAM, Options()).summary.accepted == 1
    assert not (tmp_path / "var" / "registre.sqlite").exists()
    deposit_file(rows, registry, OPERATOR, Options())
    assert [found.identifier for found in registry.listed()] == ["18-A1"]


def killed(var: Path, *how: object) -> list[dict[str, Any]]:
    """Kill publishers turn after turn; return what each death left."""
    module = [sys.executable, "-m", "tests.ingestion.registry.killing", str(var), *map(str, how)]
    root = Path(__file__).parents[3]
    done = subprocess.run(module, capture_output=True, text=True, cwd=root, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.long
def test_a_publisher_killed_at_any_of_many_moments_leaves_a_state_that_works(tmp_path: Path) -> None:
    found = killed(tmp_path / "var", 20, 0)
    assert all(turn["sound"] for turn in found), found
    assert sum(bool(turn.get("killed")) for turn in found) > 6


@pytest.mark.long
def test_a_registry_on_postgresql_publishes_and_rebuilds_as_well(tmp_path: Path, postgresql: str) -> None:
    state = Settings(var=tmp_path / "var", database_url=postgresql)
    with declared(Registry(state)) as registry:
        rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}, {"id": "A2"}])
        deposit_file(rows, registry, TEAM, Options(), validate=True)
        assert publish(state, registry).changed
        assert not publish(state, registry).changed
        deposit_file(rows, registry, TEAM, Options(), validate=True)
        registry.withdraw("projet", "18-A2", TEAM)
        shutil.rmtree(state.var)
        edition = rebuild(state, registry).edition
        assert (edition.number, edition.manifest["counts"]["projet"]) == (1, 2)
        assert publish(state, registry).edition.manifest["counts"]["projet"] == 1
        assert {one.identifier: one.state for one in registry.listed()} == {"18-A1": "publie", "18-A2": "retire"}
        done = erase(state, registry, "projet", "18-A2", TEAM)
        assert done.editions == (1,) and registry.get("projet", "18-A2").document is None


def test_a_face_is_made_with_each_edition_and_again_by_a_rebuild(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "A1"}]), registry, TEAM, Options(), validate=True)

    def face(edition: Edition, store: ox.Store) -> None:
        (edition.path / "face").write_text(f"{edition.number} {edition.manifest['counts']['projet']} {len(store)}")

    edition = publish(state, registry, [face]).edition
    made = (edition.path / "face").read_text()
    assert made.startswith("2 2 ")
    rebuild(state, registry, [face])
    assert (edition.path / "face").read_text() == made


def test_a_face_that_fails_leaves_the_edition_before_and_what_waits(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "A1"}]), registry, TEAM, Options(), validate=True)

    def broken(edition: Edition, store: ox.Store) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        publish(state, registry, [broken])
    assert [edition.number for edition in Editions(state.var).all()] == [1]
    assert publish(state, registry).edition.manifest["counts"]["projet"] == 2


def test_a_triple_in_two_graphs_is_refused_and_nothing_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "A1"}]), registry, TEAM, Options(), validate=True)
    graph = "https://w3id.org/observatoire-ia/graphe/derive/projet/18-A1"

    def repeating(_: Derivation, batch: Sequence[DepositedGraphs], _kept: object) -> dict[str, list[bytes]]:
        deposit = graph.replace("derive/", "")
        lines = batch[0].graphs[deposit]
        return {graph: [line.replace(f" <{deposit}> .".encode(), f" <{graph}> .".encode()) for line in lines]}

    def elsewhere(_: Derivation, batch: Sequence[DepositedGraphs], _kept: object) -> dict[str, list[bytes]]:
        other = graph.replace("graphe/derive/", "").replace("A1", "A0")
        return {graph: [f"<{other}> <{other}> <{other}> <{graph}> .\n".encode()]}

    for derive in (repeating, elsewhere):
        with monkeypatch.context() as patched:
            patched.setattr("ingestion.derivation.work.Derivation.derive", derive)
            with pytest.raises(MisplacedTriple):
                publish(state, registry)
        assert [edition.number for edition in Editions(state.var).all()] == [1]
    assert publish(state, registry).edition.number == 2


@pytest.mark.long
def test_processes_beside_make_the_same_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, registry = published(tmp_path, [{"id": "A1"}, {"id": "A2", "niveaux": "4e"}, {"id": "A3"}])
    edition = Editions(state.var).current()
    assert edition is not None
    names = [path.relative_to(edition.path) for path in edition.path.rglob("*") if "store" not in path.parts]
    before = {name: (edition.path / name).read_bytes() for name in names if (edition.path / name).is_file()}
    shutil.rmtree(edition.path)
    monkeypatch.setattr("ingestion.publication.assembly.MANY", 1)
    monkeypatch.setattr("ingestion.publication.assembly.BATCH", 2)
    assert rebuild(state, registry).changed == ()
    assert {name: (edition.path / name).read_bytes() for name in before} == before


def test_a_store_is_compacted_for_what_changed_since_it_last_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "OPTIMIZE_FROM", 10)
    state, registry = begun(tmp_path)
    waiting, files = list[int](), list[int]()
    for title in ("Un", "Deux", "Trois", "Quatre", "Cinq"):
        rows = write_csv(tmp_path / "rows.csv", [{"id": "A0", "titre": title}])
        deposit_file(rows, registry, TEAM, Options(), validate=True)
        edition = publish(state, registry).edition
        with Ledger(state.var / "graphes.sqlite", state.base_iri) as ledger:
            assert ledger.segments.count() < cut.OPTIMIZE_FROM
            waiting.append(int(ledger.fact("changed") or 0))
        files.append(len(list(edition.store_path.glob("*.sst"))))
    compacted = [turn for turn, count in enumerate(waiting) if count == 0]
    assert compacted and compacted[0] > 0, f"what changed adds up: {waiting}"
    for turn in compacted:
        assert files[turn] < files[turn - 1], f"compacted: {files}"
    assert all(count < cut.OPTIMIZE_FROM for count in waiting)
