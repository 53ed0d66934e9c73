"""The parts of tables on the disk: Parquet files that never change, named by SHA-256, in a list.

Documents stand in the order of their IRIs. A part begins at one where CRC-32 of its IRI is a multiple of 512: a
function of names alone, so that a build from nothing and any history cut alike. Rows are in order, so that the same
rows make the same bytes. Knows rows and files; not what a table says.
"""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from zlib import crc32

from sparql_api.tables.dictionary import Table, layout
from sparql_api.tables.rows import Row

if TYPE_CHECKING:
    import duckdb

FOLDER: Final = "tables"
"""The folder of an edition's parts."""
LIST: Final = "parts.tsv"
MADE_BY: Final = "layout"
"""The file that names the dictionary by which parts were made: the last to be written."""
EACH: Final = 512
"""Documents of a part, on average."""
FIRST: Final = ""
_HEADER: Final = ("table", "start", "rows", "sha256", "bytes")
_SQL_TYPES: Final[Mapping[str, str]] = {
    "string": "VARCHAR", "iri": "VARCHAR", "integer": "INTEGER", "decimal": "DOUBLE", "boolean": "BOOLEAN",
    "date": "DATE",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TablePart:
    """A part of a table: the IRI where it starts, how many rows, SHA-256 and length of its file."""

    table: str
    start: str
    rows: int
    sha256: str
    bytes: int

    @property
    def name(self) -> str:
        """The name of its file."""
        return f"{self.sha256}.parquet"


@dataclass(frozen=True)
class PartSpan:
    """The rows of documents from a start to before an end, None for the last."""

    start: str
    end: str | None


def begins(iri: str) -> bool:
    """Tell whether a part begins at a document."""
    return crc32(iri.encode()) % EACH == 0


def spans(starts: Iterable[str]) -> list[PartSpan]:
    """Return the spans that begin at some documents, and at the first of all."""
    ordered = sorted({FIRST, *starts})
    return [PartSpan(start, end) for start, end in pairwise([*ordered, None]) if start is not None]


def has_parts(folder: Path) -> bool:
    """Tell whether a folder holds an edition's parts, made by the dictionary of today."""
    try:
        return (folder / FOLDER / MADE_BY).read_text(encoding="utf-8") == layout()
    except FileNotFoundError:
        return False


def read_list(folder: Path) -> list[TablePart]:
    """Return the parts of an edition's folder, by table, in the order of their starts."""
    with (folder / FOLDER / LIST).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t")
        next(rows)
        return [TablePart(table, start, int(count), sha, int(size)) for table, start, count, sha, size in rows]


def empty_of(table: Table) -> str:
    """Return the SQL of no row of a table."""
    typed = ", ".join(f"NULL::{_SQL_TYPES[one.type]} AS {one.name}" for one in table.columns)
    return f"SELECT {typed} WHERE false"


class PartWriter:
    """Writes parts into the folder of an edition; to be closed by `finish`, else nothing stands there."""

    def __init__(self, folder: Path, before: Path | None = None) -> None:
        """Write into a folder; `before` is that of an edition whose parts may be taken over."""
        import duckdb

        self._to, self._before = folder / FOLDER, before
        self._to.mkdir()
        self._scratch = tempfile.TemporaryDirectory(prefix="observatoire-")
        self._database: duckdb.DuckDBPyConnection = duckdb.connect(
            config={"threads": 1, "memory_limit": "1GB", "temp_directory": self._scratch.name}
        )
        self.parts: list[TablePart] = []
        self._fresh: list[Path] = []

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free what it works with; parts that are not all there are removed."""
        self._database.close()
        self._scratch.cleanup()
        if error is not None:
            shutil.rmtree(self._to, ignore_errors=True)

    def write(
        self, table: Table, span: PartSpan, rows: Sequence[Row], old: Sequence[TablePart] = (),
        gone: Collection[str] = (),
    ) -> None:  # fmt: skip
        """Write the part of a table: new rows, and of old parts the rows of the span but of documents that are gone."""
        sources = [self._from_rows(table, rows)] if rows else []
        parameters: list[str | list[str]] = []
        if old and self._before is not None:
            files = ", ".join(f"'{_quoted(self._before / FOLDER / one.name)}'" for one in old)
            key = table.cut_by
            ended = f" AND {key} < ?" if span.end is not None else ""
            kept = f"{key} >= ?{ended} AND NOT list_contains(?::VARCHAR[], {key})"
            sources.append(f"SELECT * FROM read_parquet([{files}]) WHERE {kept}")
            parameters = [span.start, *([span.end] if span.end is not None else []), sorted(gone)]
        if not sources:
            return
        made = Path(self._scratch.name) / "part.parquet"
        asked = " UNION ALL ".join(sources)
        # A table of its own in between: what a file says of its rows depends on where they came from otherwise.
        ordered = f"CREATE OR REPLACE TEMP TABLE part AS SELECT * FROM ({asked}) ORDER BY {', '.join(table.order)}"
        self._database.execute(ordered, parameters or None)
        counted = self._database.execute(
            f"COPY part TO '{_quoted(made)}' (FORMAT parquet, COMPRESSION zstd)"
        ).fetchone()
        count = int(counted[0]) if counted else 0
        if count:
            self._keep(table.name, span.start, count, made)

    def link(self, part: TablePart) -> bool:
        """Take over a part as it stands; return whether its file was there."""
        if self._before is None:
            return False
        old, new = self._before / FOLDER / part.name, self._to / part.name
        try:
            with suppress(FileExistsError):
                os.link(old, new)
        except FileNotFoundError:
            return False
        except OSError:  # A file system without hard links, or with too many of one file.
            shutil.copyfile(old, new)
        self.parts.append(part)
        return True

    def column(self, parts: Sequence[TablePart], key: str, among: Collection[str], wanted: str) -> set[str]:
        """Return what a column of some old parts says where another has one of some values."""
        if not parts or not among or self._before is None:
            return set()
        files = ", ".join(f"'{_quoted(self._before / FOLDER / one.name)}'" for one in parts)
        asked = f"SELECT DISTINCT {wanted} FROM read_parquet([{files}]) WHERE list_contains(?::VARCHAR[], {key})"
        return {str(value) for (value,) in self._database.execute(asked, [sorted(among)]).fetchall()}

    def finish(self, order: Sequence[str]) -> None:
        """Write the list, tables in this order; all is on the disk for good when this returns."""
        ordered = sorted(self.parts, key=lambda one: (order.index(one.table), one.start))
        with (self._to / LIST).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t", lineterminator="\n")
            table.writerow(_HEADER)
            table.writerows((one.table, one.start, one.rows, one.sha256, one.bytes) for one in ordered)
        if self._fresh:
            os.sync()
        (self._to / MADE_BY).write_text(layout(), encoding="utf-8")

    def _from_rows(self, table: Table, rows: Sequence[Row]) -> str:
        """Return the SQL of rows, which stand in a file meanwhile."""
        path = Path(self._scratch.name) / "rows.csv"
        path.write_text("\n".join([*rows, ""]), encoding="utf-8", newline="")
        typed = ", ".join(f"'{one.name}': '{_SQL_TYPES[one.type]}'" for one in table.columns)
        return (
            f"SELECT * FROM read_csv('{_quoted(path)}', columns = {{{typed}}}, header = false, auto_detect = false, "
            "delim = ',', quote = '\"', escape = '\"', new_line = '\\n', parallel = false, "
            f"max_line_size = {max(map(len, rows)) * 4 + 4})"
        )

    def _keep(self, table: str, start: str, count: int, made: Path) -> None:
        data = made.read_bytes()
        part = TablePart(table, start, count, hashlib.sha256(data).hexdigest(), len(data))
        with suppress(FileExistsError), (self._to / part.name).open("xb") as file:
            file.write(data)
        self._fresh.append(self._to / part.name)
        self.parts.append(part)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
