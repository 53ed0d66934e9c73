"""Publishing to a store by the Graph Store Protocol: what is put, what is left alone, what a failure leaves."""

from __future__ import annotations

import gzip
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from ontologie import canonical_lines
from sparql_api.engine.remote import publication as remote_publication
from sparql_api.engine.remote import seals as remote_seals
from sparql_api.engine.remote.publication import NotPublished, choose, publish_remote
from sparql_api.engine.remote.seals import Seal
from sparql_api.outputs import EDITION_OUTPUTS, fill_store
from sparql_api.settings import RemoteSettings, at
from tests import patient
from tests.making import command, registry_with
from tests.sparql_api.remote.fuseki import Fuseki
from tests.sparql_api.remote.making import announce, cut_edition, iri, numbered, rich


def held(remote: RemoteSettings, slot: str) -> list[bytes]:
    """Return the canonical lines of what a slot holds, asked graph by graph."""
    text = "SELECT ?g ?s ?p ?o { GRAPH ?g { ?s ?p ?o } }"
    headers = {"Accept": "application/sparql-results+json"}
    response = patient.post(at(remote.query_url, slot), data={"query": text}, headers=headers)
    rows = ox.parse_query_results(response.content, format=ox.QueryResultsFormat.JSON)
    assert isinstance(rows, ox.QuerySolutions)
    return canonical_lines(ox.Quad(row["s"], row["p"], row["o"], row["g"]) for row in rows)


def seal(remote: RemoteSettings, slot: str) -> Seal | None:
    return remote_seals.read(patient.get(remote_seals.address(remote, slot), headers=remote_seals.HEADERS))


@pytest.mark.parametrize("by", ["graph store", "update"])
def test_a_slot_holds_the_edition_to_the_character(store: Fuseki, tmp_path: Path, by: str) -> None:
    remote = store.remote() if by == "graph store" else store.updating()
    edition = cut_edition(tmp_path, 1, rich())
    filled = publish_remote(edition, remote)
    with gzip.open(edition.path / "dump.nq.gz") as dump:
        assert held(remote, filled.slot) == sorted(dump)
    assert (filled.put, filled.deleted) == (3, 0)
    found = seal(remote, filled.slot)
    assert found is not None and (found.edition, found.sha256) == (1, edition.manifest["sha256"])


@pytest.mark.parametrize("by", ["graph store", "update"])
def test_only_the_graphs_that_differ_are_put_and_those_that_are_no_more_are_deleted(
    store: Fuseki, tmp_path: Path, by: str
) -> None:
    remote = store.remote() if by == "graph store" else store.updating()
    done = []
    for number, graphs in ((1, 4), (2, 4), (3, 2)):
        edition = cut_edition(tmp_path, number, numbered(number, graphs))
        done.append(publish_remote(edition, remote))
        announce(tmp_path, edition)
    assert [filled.slot for filled in done] == ["a", "b", "a"]
    # The third edition finds the first in its slot: two graphs changed, two gone, and `same` is the same.
    assert [(filled.put, filled.deleted) for filled in done] == [(5, 0), (5, 0), (2, 2)]
    assert held(remote, "a") == canonical_lines(numbered(3, 2))
    assert held(remote, "b") == canonical_lines(numbered(2, 4))


def test_an_edition_that_is_there_is_not_put_again(store: Fuseki, tmp_path: Path) -> None:
    edition = cut_edition(tmp_path, 1, numbered(1))
    first = publish_remote(edition, store.remote())
    before = seal(store.remote(), first.slot)
    again = publish_remote(edition, store.remote())
    assert (again.slot, again.put, again.deleted) == (first.slot, 0, 0)
    assert seal(store.remote(), first.slot) == before


def test_a_killed_publication_leaves_a_slot_without_a_seal_and_the_next_fills_it_whole(
    store: Fuseki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = store.remote()
    first = cut_edition(tmp_path, 1, numbered(1))
    publish_remote(first, remote)
    announce(tmp_path, first)
    real, calls = remote_publication._Store._write, []

    def dying(self: object, slot: str, name: str, data: bytes) -> None:
        calls.append(name)
        if len(calls) > 3:
            raise KeyboardInterrupt
        real(self, slot, name, data)  # type: ignore[arg-type]

    second = cut_edition(tmp_path, 2, numbered(2))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(remote_publication._Store, "_write", dying)
        publish_remote(second, remote)
    assert seal(remote, "b") is None
    assert seal(remote, "a") is not None and held(remote, "a") == canonical_lines(numbered(1))
    # What is cut in its place has other graphs: nothing of the half one stays.
    other = cut_edition(tmp_path / "again", 2, numbered(2, graphs=1))
    filled = publish_remote(other, remote)
    assert (filled.slot, filled.put, filled.deleted) == ("b", 2, 2)
    assert held(remote, "b") == canonical_lines(numbered(2, graphs=1))


def test_an_edition_that_never_came_to_be_loses_its_seal(store: Fuseki, tmp_path: Path) -> None:
    remote = store.remote()
    publish_remote(cut_edition(tmp_path, 1, numbered(1)), remote)
    publish_remote(cut_edition(tmp_path, 2, numbered(2)), remote)
    instead = cut_edition(tmp_path / "other", 2, numbered(20))
    filled = publish_remote(instead, remote)
    found = seal(remote, "b")
    assert filled.slot == "b" and found is not None and found.sha256 == instead.manifest["sha256"]
    assert seal(remote, "a") is not None


def test_a_slot_changed_by_another_hand_is_found_out_and_filled_anew(store: Fuseki, tmp_path: Path) -> None:
    remote = store.remote()
    edition = cut_edition(tmp_path, 1, numbered(1))
    announce(tmp_path, edition)
    publish_remote(edition, remote)
    meddled = httpx.URL(at(remote.store_url, "a")).copy_merge_params({"graph": iri("g1").value})
    patient.delete(meddled).raise_for_status()
    assert publish_remote(edition, remote).put == 7
    assert held(remote, "a") == canonical_lines(numbered(1))
    # The same where the slot is filled with another edition: what its seal says is not believed twice.
    publish_remote(cut_edition(tmp_path, 2, numbered(2)), remote)
    announce(tmp_path, cut_edition(tmp_path, 3, numbered(1, graphs=7)))
    patient.delete(meddled).raise_for_status()
    filled = publish_remote(cut_edition(tmp_path, 4, numbered(1, graphs=8)), remote)
    assert filled.slot == "a" and held(remote, "a") == canonical_lines(numbered(1, graphs=8))


def test_a_store_whose_default_graph_is_not_the_union_is_refused(store: Fuseki, tmp_path: Path) -> None:
    # The dataset of the seals has no union; a single address without a slot's name is one slot.
    url = f"{store.url}/obs-seals"
    patient.post(f"{url}/update", data={"update": "DROP ALL"}).raise_for_status()
    remote = RemoteSettings(
        query_url=f"{store.url}/obs-a/sparql", store_url=f"{store.url}/obs-b/data", seals_url=f"{url}/data"
    )
    with pytest.raises(NotPublished, match="does not hold what was put"):
        publish_remote(cut_edition(tmp_path, 1, numbered(1)), remote)
    assert seal(remote, "") is None


def test_slots_are_taken_in_turn_and_never_the_last_edition_s() -> None:
    def sealed(edition: int) -> Seal:
        return Seal.fresh(edition, "0" * 64)

    assert choose({"a": None, "b": None}, 1) == "a"
    assert choose({"a": sealed(1), "b": None}, 2) == "b"
    assert choose({"a": sealed(1), "b": sealed(2)}, 3) == "a"
    assert choose({"a": sealed(3), "b": sealed(2)}, 4) == "b"
    assert choose({"a": sealed(3), "b": sealed(4)}, 4) == "b"  # A fourth that never was: the third answers.
    assert choose({"a": sealed(3), "b": sealed(1), "c": sealed(2)}, 4) == "b"


def test_publication_fails_whole_where_the_store_cannot_be_reached(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, registry = registry_with(tmp_path, [{"id": "A1"}])
    registry.close()
    monkeypatch.setenv("OBSERVATOIRE_REMOTE_QUERY_URL", "http://user:secret@127.0.0.1:9/obs-{slot}/sparql")
    monkeypatch.setenv("OBSERVATOIRE_REMOTE_STORE_URL", "http://user:secret@127.0.0.1:9/obs-{slot}/data")
    done = command(settings.var, "publish")
    assert done.exit_code == 1
    assert "n'est pas publiée" in done.stderr and "is not published" in done.stderr
    assert "secret" not in done.stderr and "Traceback" not in done.stderr
    assert not (settings.var / "editions" / "current").exists()


def test_publication_fills_the_store_that_the_settings_name(
    store: Fuseki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = cut_edition(tmp_path, 1, rich())
    assert fill_store in EDITION_OUTPUTS
    fill_store(edition, ox.Store())
    assert seal(store.remote(), "a") is None
    for name in ("query_url", "store_url"):
        monkeypatch.setenv(f"OBSERVATOIRE_REMOTE_{name.upper()}", getattr(store.remote(), name))
    fill_store(edition, ox.Store())
    found = seal(store.remote(), "a")
    assert found is not None and found.edition == 1
    announce(tmp_path, edition)
    asked = command(tmp_path, "query", str(write_query(tmp_path)), "--format", "csv")
    assert (asked.exit_code, asked.stdout) == (0, "n\n24\n")
    # A store lost and started anew says so, until the edition is made again (`observatoire rebuild`).
    store.empty()
    asked = command(tmp_path, "query", str(write_query(tmp_path)))
    assert asked.exit_code == 1 and "observatoire rebuild" in asked.stderr


def write_query(folder: Path) -> Path:
    path = folder / "count.rq"
    path.write_text("SELECT (COUNT(*) AS ?n) { ?s <http://example.org/kind> ?o }", encoding="utf-8")
    return path
