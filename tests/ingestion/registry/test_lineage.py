"""What an edition says of itself and of those before it: dates and roots when cut, by the registry's own rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Editions, Options, Registry, Settings, deposit_file, publish, rebuild
from ingestion.publication.erasure import erase
from ingestion.publication.lineage import lineage_lines
from ingestion.registry.editions import CutEdition
from ontologie import BASE
from tests.making import TEAM, begun, dump_of, write_csv

SAID = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX spdx: <http://spdx.org/rdf/terms#>
SELECT ?version ?issued ?before ?root WHERE {
  ?edition dcat:inSeries ?series ; dcat:version ?version ; <http://purl.org/dc/terms/issued> ?issued
  OPTIONAL { ?edition dcat:prev/dcat:version ?before }
  OPTIONAL { ?edition spdx:checksum/spdx:checksumValue ?root }
} ORDER BY ?version
"""


@pytest.fixture(scope="module")
def thrice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Registry, list[str]]:
    """Three editions, of which the second and third are redacted; and the root of each as it was cut."""
    state, registry = begun(tmp_path_factory.mktemp("thrice"))
    for title in ("Une carte", "Une carte à deux"):
        path = write_csv(state.var.parent / "rows.csv", [{"id": "B1", "titre": title}])
        deposit_file(path, registry, TEAM, Options(), validate=True)
        publish(state, registry)
    with closing(sqlite3.connect(state.var / "registre.sqlite")) as database:
        roots = [row[0] for row in database.execute("SELECT sha256 FROM editions ORDER BY number")]
    erase(state, registry, "projet", "18-B1", TEAM)
    return state, registry, roots


def told(state: Settings, number: int) -> list[tuple[str | None, ...]]:
    """Return what the dump of an edition says of editions: number, date, the one before, root."""
    store = ox.Store()
    store.load(dump_of(state.var / "editions" / str(number)), format=ox.RdfFormat.N_QUADS)
    rows = store.query(SAID, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return [tuple(None if one is None else one.value for one in row) for row in rows]  # type: ignore[union-attr]


def test_each_edition_tells_of_those_before_it_and_of_itself(thrice: tuple[Settings, Registry, list[str]]) -> None:
    state, _, roots = thrice
    with closing(sqlite3.connect(state.var / "registre.sqlite")) as database:
        dates = [row[0] for row in database.execute("SELECT at FROM editions ORDER BY number")]
    for number in (1, 2, 3):
        before = [None, "1", "2"]
        expected = [(str(one), dates[one - 1], before[one - 1], roots[one - 1]) for one in range(1, number)]
        assert told(state, number) == [*expected, (str(number), dates[number - 1], before[number - 1], None)]


def test_the_roots_are_those_of_when_they_were_cut(thrice: tuple[Settings, Registry, list[str]]) -> None:
    state, registry, roots = thrice
    now = [Editions(state.var).at(number) for number in (1, 2, 3)]
    held = [one.manifest["sha256"] for one in now if one is not None]
    assert held[0] == roots[0] and held[1:] != roots[1:], "two were redacted"
    assert [one.sha256 for one in registry.editions.cut()] == roots


def test_what_is_said_of_editions_changes_nothing_by_itself(thrice: tuple[Settings, Registry, list[str]]) -> None:
    state, registry, _ = thrice
    first = publish(state, registry)
    again = publish(state, registry)
    assert not again.changed and again.edition.number == first.edition.number
    (state.var / "graphes.sqlite").unlink()
    assert not publish(state, registry).changed
    dump = dump_of(again.edition.path)
    assert rebuild(state, registry).changed == ()
    assert dump_of(again.edition.path) == dump


def test_an_edition_is_said_in_a_few_quads() -> None:
    first, second = (CutEdition(number, "2026-01-01T00:00:00Z", f"{number:064x}") for number in (1, 2))
    lines = lineage_lines(second, first, BASE)
    assert len(lines) == 9 and lines == sorted(lines)
    assert all(line.endswith(f"<{BASE}graphe/provenance/edition/2> .\n".encode()) for line in lines)


def test_nothing_is_told_of_editions_before_any(tmp_path: Path) -> None:
    with Registry(Settings(var=tmp_path / "var")) as registry:
        assert registry.editions.cut() == []
