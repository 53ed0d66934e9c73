"""How one value, or one fiche, stood in an edition: read out of its index without opening that whole.

Knows the tables of an index; not which editions are looked at, nor why.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import zstandard

from sparql_api.computing.cancellation import watched
from sparql_api.fiches.rows import EXAMPLES, PROJECTS
from sparql_api.fiches.stored import open_index, read_set

ONE_OF: Final = " UNION ALL ".join(
    f"SELECT {{columns}} FROM {schema}.{{table}} WHERE {{key}} = ?1" for schema in ("changes", "main")
)
"""The row of a thing: as it changed, else as it was written."""


def value_in(folder: Path, facet: str, iri: str) -> tuple[Mapping[str, str], int]:
    """Return how a facet's value is called in an index, by language, and how many projects hold it."""
    with closing(open_index(folder)) as database:
        watched(database)
        held = read_set(database, (facet, iri)) & read_set(database, PROJECTS)
        row = _first(database, "labels", "chose", "iri", iri)
        return (json.loads(row[0]) if row else {}), held.bit_count()


def document_in(folder: Path, identifier: str) -> Mapping[str, Any] | None:
    """Return the document of a fiche in an index, by its local id; None where the index has no such fiche."""
    with closing(open_index(folder)) as database:
        watched(database)
        row = _first(database, "n, document", "fiche", "id", identifier)
        if row is None or not (read_set(database, PROJECTS) | read_set(database, EXAMPLES)) >> row[0] & 1:
            return None
        document: Mapping[str, Any] = json.loads(zstandard.ZstdDecompressor().decompress(row[1]))
        return document


def _first(database: sqlite3.Connection, columns: str, table: str, key: str, value: str) -> tuple[Any, ...] | None:
    row: tuple[Any, ...] | None = database.execute(
        ONE_OF.format(columns=columns, table=table, key=key), (value,)
    ).fetchone()
    return row
