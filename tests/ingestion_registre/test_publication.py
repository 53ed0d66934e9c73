"""Publication: one publisher at a time, whole or nothing whatever kills it, nothing refused leaves a trace."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Editions, Options, PublicationBusy, Registry, Settings, deposit_file, publish
from ingestion.publication import publication_lock
from tests.making import TEAM, command, published, registry_with, write_csv


def test_the_dump_unpacked_is_canonical_and_its_hash_is_in_the_manifest(tmp_path: Path) -> None:
    state, _ = published(tmp_path, [{"id": "A1"}, {"id": "A2"}])
    edition = Editions(state.var).current()
    assert edition is not None
    dump = gzip.decompress((edition.path / "dump.nq.gz").read_bytes())
    lines = dump.split(b"\n")[:-1]
    graphs = [line.rpartition(b" <")[2] for line in lines]
    assert graphs == sorted(graphs, key=lambda graph: graph.removesuffix(b"> ."))
    for graph in (b"https://w3id.org/observatoire-ia/graphe/projet/18-A1> .",):
        own = [line for line, name in zip(lines, graphs, strict=True) if name == graph]
        assert own and own == sorted(own)
    assert hashlib.sha256(dump).hexdigest() == edition.manifest["dumps"]["dump.nq.gz"]["sha256"]
    assert len(lines) == len(set(lines)) == edition.manifest["counts"]["quads"]
    assert len({line.rpartition(b" <")[0] for line in lines}) == len(lines), "a triple stands in two graphs"
    ttl = gzip.decompress((edition.path / "dump.ttl.gz").read_bytes())
    assert sum(1 for _ in ox.parse(ttl, format=ox.RdfFormat.TURTLE)) == len(lines)


def test_a_second_publisher_is_told_to_wait(tmp_path: Path) -> None:
    state, registry = registry_with(tmp_path, [{"id": "A1"}])
    with publication_lock(state.var), pytest.raises(PublicationBusy):
        publish(state, registry)
    assert publish(state, registry).changed


def test_what_is_refused_leaves_registry_and_edition_as_they_were(tmp_path: Path) -> None:
    state, _ = published(tmp_path, [{"id": "A1"}])

    def bytes_of_everything() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in sorted(state.var.rglob("*")) if path.is_file()}

    before = bytes_of_everything()
    bad = write_csv(tmp_path / "bad.csv", [{"id": "Z1", "niveaux": "classe inconnue"}])
    assert command(state.var, "ingest", str(bad), "--validated-by", "essai").exit_code == 1
    (tmp_path / "vide.csv").write_bytes(b"")
    assert command(state.var, "ingest", str(tmp_path / "vide.csv")).exit_code == 2
    assert bytes_of_everything() == before


def test_strict_takes_all_or_nothing_and_a_dry_run_takes_nothing(tmp_path: Path) -> None:
    rows = write_csv(tmp_path / "mixed.csv", [{"id": "A1"}, {"id": "A2", "titre": ""}])
    registry = Registry(Settings(var=tmp_path / "var"))
    assert deposit_file(rows, registry, TEAM, Options(), strict=True).exit_code == 1
    assert deposit_file(rows, None, TEAM, Options()).summary.accepted == 1
    assert not (tmp_path / "var" / "registre.sqlite").exists()
    deposit_file(rows, registry, TEAM, Options())
    assert [found.identifier for found in registry.listed()] == ["18-A1"]


def killed(var: Path, turns: int, seed: int) -> list[dict[str, object]]:
    """Kill publishers turn after turn; return what each death left."""
    module = [sys.executable, "-m", "tests.ingestion_registre.killing", str(var), str(turns), str(seed)]
    root = Path(__file__).parents[2]
    done = subprocess.run(module, capture_output=True, text=True, cwd=root, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_publisher_killed_leaves_a_state_that_works(tmp_path: Path) -> None:
    found = killed(tmp_path / "var", 5, 11)
    assert all(turn["sound"] for turn in found), found


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_a_publisher_killed_at_any_of_many_moments_leaves_a_state_that_works(tmp_path: Path, seed: int) -> None:
    found = killed(tmp_path / "var", 30, seed)
    assert all(turn["sound"] for turn in found), found
    assert sum(bool(turn.get("killed")) for turn in found) > 10
