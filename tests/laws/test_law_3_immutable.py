"""Law 3. Immutable: an edition never changes, whatever is deposited, withdrawn or published after it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ingestion import Agent, Editions, Options, deposit_file, publish, rebuild
from tests.making import TEAM, published, write_csv


def fingerprints(folder: Path) -> dict[str, str]:
    """Return the digest of each file of an edition by its name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("LOCK", "LOG")
    }


def test_an_edition_stays_as_it_is_to_the_byte_after_later_ones(tmp_path: Path) -> None:
    state, registry = published(tmp_path, [{"id": "A1"}, {"id": "A2", "titre": "Un autre"}])
    first = Editions(state.var).current()
    assert first is not None
    before = fingerprints(first.path)
    changed = write_csv(tmp_path / "b.csv", [{"id": "A1", "titre": "Un titre changé"}, {"id": "A3"}])
    deposit_file(changed, registry, TEAM, Options(), validate=True)
    registry.withdraw("projet", "18-A2", Agent("essai"))
    second = publish(state, registry)
    assert second.changed and second.edition.number == 2
    assert fingerprints(first.path) == before
    assert [edition.number for edition in Editions(state.var).all()] == [1, 2]


def test_publishing_again_without_a_change_makes_no_edition(tmp_path: Path) -> None:
    state, registry = published(tmp_path, [{"id": "A1"}])
    before = fingerprints(state.var / "editions" / "1")
    assert not publish(state, registry).changed
    assert fingerprints(state.var / "editions" / "1") == before


def test_a_rebuild_cuts_no_new_edition(tmp_path: Path) -> None:
    state, registry = published(tmp_path, [{"id": "A1"}])
    manifest = (state.var / "editions" / "1" / "manifest.json").read_bytes()
    rebuild(state, registry)
    assert (state.var / "editions" / "1" / "manifest.json").read_bytes() == manifest
    assert [edition.number for edition in Editions(state.var).all()] == [1]


def test_a_withdrawn_project_leaves_the_next_edition(tmp_path: Path) -> None:
    state, registry = published(tmp_path, [{"id": "A1"}, {"id": "A2"}])
    registry.withdraw("projet", "18-A2", Agent("essai"))
    edition = publish(state, registry).edition
    assert edition.manifest["counts"]["projet"] == 1
