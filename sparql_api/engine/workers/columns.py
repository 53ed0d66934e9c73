"""Answers a question's twin in a query worker: SQL over the columns of an edition, rows as SPARQL gives them.

Imported by `worker.py` when the first twin is asked. The file of columns is opened to be read; DuckDB reaches no other
file, loads nothing, and takes one thread and a part of the worker's memory. What ends a query ends the worker.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

import duckdb
import pyoxigraph as ox

from sparql_api.formats.sinks import PastBound

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
WKT: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
OPEN: Final = 2
DIGITS: Final = 18
"""Digits after the point of SPARQL's decimals, as the engine has them: a quotient is cut there, not rounded."""
ROWS: Final = 1000
SHARE: Final = 4
"""What DuckDB may take of the address space of its worker, as a part of it."""
WALLS: Final = (
    "temp_directory = ''",
    "autoinstall_known_extensions = false",
    "autoload_known_extensions = false",
    "allow_community_extensions = false",
    "enable_external_access = false",
    "lock_configuration = true",
)
"""Nothing is written beside the file, no other file or address is reached, nothing is loaded; and that stays so."""
Json = dict[str, Any]


class ColumnsFailed(Exception):
    """What was asked of the columns has no answer: they are not there, or the SQL does not go."""


class OpenColumns:
    """The few files of columns kept open, the least recently used closed first; one made again is another one."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._open: OrderedDict[tuple[str, int], duckdb.DuckDBPyConnection] = OrderedDict()

    def results(self, asked: Json, most: int) -> Callable[[], ox.QuerySolutions]:
        """Return what gives the solutions of a twin, as often as it is called; raises ColumnsFailed.

        `asked` names the file, the SQL, the values and the columns; raises PastBound beyond `most` bytes.
        """
        try:
            found = self._get(asked["file"]).execute(asked["sql"], asked["values"])
            data = written(found, asked["columns"], most)
        except (duckdb.Error, OSError) as error:
            raise ColumnsFailed(str(error)) from error
        return lambda: solutions(data)

    def _get(self, path: str) -> duckdb.DuckDBPyConnection:
        key = (path, os.stat(path).st_ino)  # noqa: PTH116 (lean start)
        if key not in self._open:
            self._open[key] = connect(path, self._memory // SHARE)
            if len(self._open) > OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(key)
        return self._open[key]


def connect(path: str, memory: int) -> duckdb.DuckDBPyConnection:
    """Return a connection to a file of columns that reads it and nothing else; `memory` in bytes."""
    opened = duckdb.connect(path, read_only=True, config={"threads": 1, "memory_limit": f"{memory >> 20}MiB"})
    for setting in WALLS:
        opened.execute(f"SET {setting}")
    return opened


def written(found: duckdb.DuckDBPyConnection, columns: Mapping[str, str], most: int) -> bytes:
    """Return rows as SPARQL JSON (SPARQL 1.1 Query Results JSON, section 3); raises PastBound."""
    names = list(columns)
    makers = [maker(kind) for kind in columns.values()]
    pieces, size = [], 0
    while rows := found.fetchmany(ROWS):
        for row in rows:
            told = {name: make(v) for name, make, v in zip(names, makers, row, strict=True) if v is not None}
            pieces.append(json.dumps(told))
            size += len(pieces[-1])
        if size > 4 * most:  # The largest of the formats is not so much larger than the smallest.
            raise PastBound
    head = json.dumps({"vars": names})
    return f'{{"head":{head},"results":{{"bindings":[{",".join(pieces)}]}}}}'.encode()


def solutions(data: bytes) -> ox.QuerySolutions:
    """Return SPARQL JSON as solutions, which go out of the same writers as those of a query."""
    parsed = ox.parse_query_results(data, format=ox.QueryResultsFormat.JSON)
    assert isinstance(parsed, ox.QuerySolutions)
    return parsed


def maker(kind: str) -> Callable[[Any], dict[str, str]]:
    """Return what makes the term of a value: by its kind, a language after `@`."""
    if kind.startswith("@"):
        return lambda value: {"type": "literal", "xml:lang": kind[1:], "value": str(value)}
    if kind == "iri":
        return lambda value: {"type": "uri", "value": str(value)}
    if kind == "string":
        return lambda value: {"type": "literal", "value": str(value)}
    if kind == "wkt":
        return lambda value: {"type": "literal", "datatype": WKT, "value": str(value)}
    shown = {"integer": lambda value: str(int(value)), "boolean": lambda value: str(value).lower(), "decimal": decimal}
    datatype, show = XSD + kind, shown[kind]
    return lambda value: {"type": "literal", "datatype": datatype, "value": show(value)}


def decimal(value: int) -> str:
    """Return a whole number of 10⁻¹⁸ as a decimal, without zeros at its end."""
    whole, part = divmod(abs(value), 10**DIGITS)
    digits = f".{part:0{DIGITS}d}".rstrip("0").rstrip(".")
    return f"{'-' if value < 0 else ''}{whole}{digits}"
