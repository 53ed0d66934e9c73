"""The tables of a state: shared by publications, made anew by an erasure and for who asks, written by the command."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingestion import Options, Registry, Settings, deposit_file, publish
from ingestion.publication.erasure import erase
from ontologie import BASE
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.pages.common.made import tables_file, tables_folder
from sparql_api.tables.descriptions import described
from sparql_api.tables.files import names
from sparql_api.tables.parts import TablePart, read_list
from tests.making import TEAM, begun, command, write_csv

WORD = "chrysalide"
State = tuple[Settings, Registry]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[State]:
    """Editions 2 to 4: 18-A1 alone said, 18-B1 comes with a word of its own, then 18-B2."""
    folder = tmp_path_factory.mktemp("state")
    settings, registry = begun(folder)
    for number, row in enumerate(({"id": "A1"}, {"id": "B1", "titre": f"La {WORD}"}, {"id": "B2", "titre": "Une autre"}), 2):
        deposit_file(write_csv(folder / "rows.csv", [row]), registry, TEAM, Options(), validate=True)
        assert publish(settings, registry, EDITION_OUTPUTS).edition.number == number
    yield settings, registry
    registry.close()


def parts(settings: Settings, number: int) -> list[TablePart]:
    return read_list(settings.var / "editions" / str(number))


def words_in(folder: Path) -> list[str]:
    """The Parquet files below a folder that hold the word."""
    files = [str(path) for path in folder.rglob("*.parquet")]
    return [file for file in files if WORD in str(duckdb.sql(f"SELECT * FROM read_parquet('{file}')").fetchall())]


def test_a_publication_shares_what_did_not_change_and_is_as_if_made_from_nothing(state: State, tmp_path: Path) -> None:
    settings, _ = state
    one, other = ({part.sha256 for part in parts(settings, number)} for number in (3, 4))
    shared = one & other
    assert shared, "the alignments at least"
    for name in shared:
        two = [settings.var / "editions" / str(n) / "tables" / f"{name}.parquet" for n in (3, 4)]
        assert two[0].stat().st_ino == two[1].stat().st_ino
    from ingestion import Editions

    edition = Editions(settings.var).current()
    assert edition is not None
    listed = read_list(edition.path)
    shutil.copytree(edition.path, tmp_path / "4", symlinks=True)
    shutil.rmtree(tmp_path / "4" / "tables")
    alone = type(edition)(4, tmp_path / "4")
    made = tables_folder(alone, tmp_path / "faces")
    assert made != alone.path and read_list(made) == listed
    file = tables_file(alone, tmp_path / "faces", "usages.csv", described(alone))
    assert file.read_text("utf-8").count(f"{BASE}projet/18-") == 4


@pytest.mark.usefixtures("state")
def test_the_command_writes_every_file_and_again(state: State, tmp_path: Path) -> None:
    for _ in range(2):
        done = command(state[0].var, "export", "tables", "--out", str(tmp_path / "out"))
        assert done.exit_code == 0, done.stderr
        assert {path.name for path in (tmp_path / "out").iterdir()} == set(names())
    assert WORD in (tmp_path / "out" / "usages.csv").read_text("utf-8")
    empty = command(tmp_path / "empty", "export", "tables", "--out", str(tmp_path / "out"))
    assert empty.exit_code == 2


def test_nothing_of_what_is_erased_is_left_in_any_part(state: State) -> None:
    settings, registry = state
    assert len(words_in(settings.var)) >= 2
    erase(settings, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS)
    assert words_in(settings.var) == []
    assert {part.table for part in parts(settings, 4)} >= {"usages", "usages_niveaux", "alignements"}
