"""Law 3. Immutable: an edition never changes, but by erasure, which its manifest states; every answer says which it is of.

That every answer comes from exactly one edition, and says which, is tested with the endpoint.
"""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st

from ingestion import Editions, Options, deposit_file, publish, rebuild
from ingestion.publication.erasure import erase
from tests.laws.lengths import at_two_lengths
from tests.making import TEAM, begun, write_csv

TITLES = st.dictionaries(st.sampled_from(["A0", "A1", "A2"]), st.sampled_from(["Un", "Deux"]), min_size=1)
LIVES = st.lists(st.tuples(TITLES, st.sampled_from([None, "A0", "A1"]), st.booleans()), min_size=1, max_size=3)


def fingerprints(folder: Path) -> dict[str, str]:
    """Return the digest of each file of an edition by its name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("LOCK", "LOG")
    }


@at_two_lengths(3, 15, LIVES, suppress_health_check=[HealthCheck.too_slow])
def test_an_edition_stays_as_it_is_to_the_byte_whatever_comes_after(
    lives: list[tuple[dict[str, str], str | None, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        state, registry = begun(Path(folder))
        kept = {1: fingerprints(state.var / "editions" / "1")}
        for titles, withdrawn, validate in lives:
            rows = [{"id": name, "titre": title} for name, title in titles.items()]
            deposit_file(write_csv(Path(folder) / "rows.csv", rows), registry, TEAM, Options(), validate=validate)
            if withdrawn in titles and registry.get("projet", f"18-{withdrawn}").state != "retire":
                registry.withdraw("projet", f"18-{withdrawn}", TEAM)
            edition = publish(state, registry).edition
            kept.setdefault(edition.number, fingerprints(edition.path))
        assert {number: fingerprints(state.var / "editions" / str(number)) for number in kept} == kept
        assert [edition.number for edition in Editions(state.var).all()] == sorted(kept) == [*range(1, len(kept) + 1)]
        registry.close()


def test_publishing_again_without_a_change_makes_no_edition(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    before = fingerprints(state.var)
    assert not publish(state, registry).changed
    after = fingerprints(state.var)
    assert {name: one for name, one in after.items() if name.startswith("editions")} == {
        name: one for name, one in before.items() if name.startswith("editions")
    }
    assert after["registre.sqlite"] == before["registre.sqlite"]


def test_a_rebuild_cuts_no_new_edition_and_leaves_the_files_of_this_one(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)

    def files() -> dict[str, str]:
        found = fingerprints(state.var / "editions" / "1")
        return {name: one for name, one in found.items() if not name.startswith("store/")}

    before = files()
    assert {"manifest.json", "members.tsv", "statistics.json"} < set(before)
    rebuild(state, registry)
    assert files() == before
    assert [edition.number for edition in Editions(state.var).all()] == [1]


def test_a_withdrawn_project_leaves_the_next_edition_and_stays_in_the_one_before(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    deposit_file(write_csv(tmp_path / "rows.csv", [{"id": "A2"}]), registry, TEAM, Options(), validate=True)
    registry.withdraw("projet", "18-A0", TEAM)
    edition = publish(state, registry).edition
    assert edition.manifest["counts"]["projet"] == 1
    first = Editions(state.var).get(1)
    assert first is not None and first.manifest["counts"]["projet"] == 1


def test_an_edition_is_not_seen_before_the_link_points_to_it(tmp_path: Path) -> None:
    state, _ = begun(tmp_path)
    (state.var / "editions" / "2").mkdir()
    (state.var / "editions" / "2" / "manifest.json").write_text("{}")
    assert Editions(state.var).get(2) is None
    assert [edition.number for edition in Editions(state.var).all()] == [1]


@pytest.mark.long
def test_an_erasure_alone_changes_an_edition_and_its_manifest_states_it(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)
    for name in ("A1", "A2"):
        deposit_file(write_csv(tmp_path / "rows.csv", [{"id": name}]), registry, TEAM, Options(), validate=True)
        publish(state, registry)
    before = {one.number: (fingerprints(one.path), one.manifest) for one in Editions(state.var).all()}
    erase(state, registry, "projet", "18-A1", TEAM)
    editions = Editions(state.var).all()
    assert fingerprints(editions[0].path) == before[1][0], "which never held it"
    for one in editions[1:]:
        files, manifest = before[one.number]
        kept = {name: found for name, found in fingerprints(one.path).items() if files.get(name) == found}
        members = {name for name in files if name.startswith("members/")}
        assert len(members & set(kept)) > len(members) - 9, "what others said is the same to the byte"
        told = {"redactions", "erased", "sha256", "segments", "dumps", "counts"}
        assert {name for name in one.manifest if one.manifest[name] != manifest.get(name)} == told
        assert [said["former"] for said in one.manifest["redactions"]] == [manifest["sha256"]]
    after = {one.number: fingerprints(one.path) for one in editions}
    publish(state, registry)
    rebuilt = rebuild(state, registry).edition
    assert {one.number: fingerprints(one.path) for one in editions if one != rebuilt} == {
        number: found for number, found in after.items() if number != rebuilt.number
    }
    assert rebuilt.manifest == editions[-1].manifest
    registry.close()
