"""The files of an edition's tables as people take them: each table whole, as Parquet and as CSV (RFC 4180), and all of
them as one database of DuckDB, made of the parts after the edition appeared, and kept; the Data Cube of those that have
measures.

Knows files and DuckDB, which is loaded when one is made; where they are kept is the caller's business.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sparql_api.computing.cancellation import checked
from sparql_api.tables.cube import cube_lines
from sparql_api.tables.descriptions import DESCRIPTIONS, FileFacts, TabledEdition
from sparql_api.tables.dictionary import Table, layout, tables
from sparql_api.tables.parts import FOLDER, LIST, TablePart, empty_of, read_list

if TYPE_CHECKING:
    import duckdb

MEDIA_TYPES: Final[Mapping[str, str]] = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
CUBE: Final = "cube.ttl"
DATABASE: Final = "tables.duckdb"
"""Every table in one file, in the form that DuckDB 1.0 and whatever came after it read."""
_FETCHED: Final = 2_000


def names() -> Iterator[str]:
    """Yield the name of every file of an edition's tables."""
    for table in tables():
        yield from (f"{table}.{suffix}" for suffix in MEDIA_TYPES)
    yield from (*DESCRIPTIONS, CUBE, DATABASE)


def media_type(name: str) -> str:
    """Return the media type of a file by its name."""
    if name == CUBE:
        return "text/turtle"
    if name == DATABASE:
        return "application/octet-stream"
    return DESCRIPTIONS[name].media_type if name in DESCRIPTIONS else MEDIA_TYPES[name.rpartition(".")[2]]


def tag_of(parts: list[TablePart], name: str, place: Path | None = None) -> str:
    """Return what changes with the bytes of a file: a digest of its name and of the parts that it is made of.

    The same parts make another database each time: when it was made counts as well, which its `place` tells.
    """
    table = name.rpartition(".")[0]
    held = "".join(f"{part.sha256}\n" for part in parts if table not in tables() or part.table == table)
    made = place.stat().st_mtime_ns if place and name == DATABASE else ""
    return hashlib.sha256(f"{name} {layout()}{made}\n{held}".encode()).hexdigest()[:32]


def make_file(edition: Path, folder: Path, name: str, described: TabledEdition) -> Path:
    """Return a file of the tables whose parts stand in `edition`, made in `folder` where it is not there yet."""
    place = folder / name
    if place.is_file():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    stem, _, suffix = name.rpartition(".")
    if name == CUBE:
        _written(place, lambda path: _write_cube(edition, path, described))
    elif name == DATABASE:
        _written(place, lambda path: _write_database(edition, path))
    elif name in DESCRIPTIONS:
        facts = {one: facts_of(edition, make_file(edition, folder, f"{one}.csv", described), one) for one in tables()}
        text = DESCRIPTIONS[name].write(described, facts)
        _written(place, lambda path: path.write_text(text, encoding="utf-8"))
    else:
        _written(place, lambda path: _write_table(edition, path, tables()[stem], suffix))
    return place


def facts_of(edition: Path, path: Path, table: str) -> FileFacts:
    """Return what descriptions say of a CSV: its rows, bytes, SHA-256."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    rows = sum(part.rows for part in read_list(edition) if part.table == table)
    return FileFacts(rows, path.stat().st_size, sha256)


def list_file(edition: Path) -> Path:
    """Return the list of parts."""
    return edition / FOLDER / LIST


def _written(place: Path, write: Callable[[Path], Any]) -> None:
    """Write a file beside its place, then put it there at once: whoever finds it finds it whole."""
    descriptor, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    os.close(descriptor)
    try:
        write(Path(name))
        Path(name).replace(place)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    import duckdb

    with tempfile.TemporaryDirectory(prefix="observatoire-") as scratch:
        database = duckdb.connect(config={"threads": 1, "memory_limit": "512MB", "temp_directory": scratch})
        try:
            yield database
        finally:
            database.close()


def _selected(edition: Path, table: Table) -> str:
    """Return the SQL of a table's rows, in the order of its parts."""
    files = [edition / FOLDER / part.name for part in read_list(edition) if part.table == table.name]
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
    return f"SELECT * FROM read_parquet([{listed}])" if files else ""


def _write_table(edition: Path, path: Path, table: Table, suffix: str) -> None:
    """Write a whole table; one without rows is a header, or a Parquet file of no rows."""
    asked = _selected(edition, table) or empty_of(table)
    form = "FORMAT parquet, COMPRESSION zstd" if suffix == "parquet" else "FORMAT csv, HEADER"
    with _database() as database:
        database.execute(f"COPY ({asked}) TO '{str(path).replace(chr(39), chr(39) * 2)}' ({form})")


def _write_database(edition: Path, path: Path) -> None:
    """Write every table into a database. DuckDB makes other bytes of the same rows each time."""
    path.unlink()
    with _database() as database:
        database.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS made (STORAGE_VERSION 'v1.0.0')")
        for name, table in checked(tables().items()):
            database.execute(f"CREATE TABLE made.{name} AS {_selected(edition, table) or empty_of(table)}")
        database.execute("DETACH made")


def _write_cube(edition: Path, path: Path, described: TabledEdition) -> None:
    def rows(table: Table) -> Iterator[Mapping[str, Any]]:
        asked = _selected(edition, table)
        if not asked:
            return
        named = [column.name for column in table.columns]
        with _database() as database:
            found = database.execute(asked)
            while fetched := found.fetchmany(_FETCHED):
                yield from (dict(zip(named, row, strict=True)) for row in checked(fetched))

    with path.open("w", encoding="utf-8") as file:
        file.writelines(cube_lines(described, rows))

