"""A batch of N-Quads as columns in DuckDB: a table of terms, and one table a predicate.

The loader of the screening, and of the tables for research: terms(id, kind, lexical, datatype, language),
and for each predicate (s, o). Lines are taken apart by string functions of the engine, never by a Python loop
over triples. Knows N-Quads; knows nothing of shapes.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

LONGEST_DOCUMENT = 1 << 24
"""The longest document that is taken apart, in bytes; so no line is longer."""


def loadable(lines: bytes) -> bool:
    """Whether canonical N-Quads can be columns: no escape by number (a control character), no triple term."""
    return not (b"\\u" in lines or b"\\U" in lines or b"<<(" in lines or len(lines) > LONGEST_DOCUMENT)


class Unloadable(ValueError):
    """Lines that these columns cannot hold; the batch must be judged another way."""


def table_of(predicate: str) -> str:
    """Return the name of a predicate's table in a batch."""
    return "p_" + hashlib.md5(predicate.encode(), usedforsecurity=False).hexdigest()[:16]


def fact_table_of(predicate: str) -> str:
    """Return the name of a predicate's table in the facts, which outlive batches."""
    return "f" + table_of(predicate)


@cache
def id_of(text: str) -> int:
    """Return the id of a term by its N-Triples text: the engine's own hash."""
    (number,) = duckdb.execute("SELECT hash(?::VARCHAR)", [text]).fetchall()[0]
    return int(number)


class Columns:
    """One DuckDB connection: facts loaded once, then one batch after another.

    `predicates` are those that get a table; the facts are N-Quads lines of the vocabularies, the constants
    terms (in N-Triples) that queries name and no line may hold.
    """

    def __init__(
        self,
        predicates: Iterable[str],
        facts: Iterable[bytes] = (),
        constants: Iterable[str] = (),
        *,
        threads: int = 2,
    ) -> None:
        self.predicates = frozenset(predicates)
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "preserve_insertion_order": "false",
            "temp_directory": tempfile.gettempdir(),
        }
        self.connection = duckdb.connect(config=config)
        self.connection.execute("CREATE TABLE constants AS SELECT unnest(?::VARCHAR[]) AS t", [list(constants)])
        self.connection.execute("CREATE TABLE fconstants AS FROM constants")
        self._load(b"".join(facts), "f")
        self.connection.execute("DELETE FROM constants")
        self.fact_predicates = frozenset(self._known("f")) & self.predicates
        for predicate in self.predicates:
            self._make_table(predicate, "f")
        self.present: frozenset[str] = frozenset()
        self._filled: set[str] = set(self.predicates)

    def __enter__(self) -> Columns:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the tables."""
        self.connection.close()

    def load(self, lines: bytes) -> None:
        """Replace the batch by these N-Quads lines (UTF-8, canonical terms, with or without a graph).

        Raises Unloadable where they are not `loadable`, or two of their terms have one hash.
        """
        self._load(lines, "")
        self.present = frozenset(self._known(""))
        for predicate in self.predicates & (self.present | self._filled):
            self._make_table(predicate, "")
        self._filled = set(self.present)
        self._check_hashes()

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the tables."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def _load(self, lines: bytes, prefix: str) -> None:
        with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
            file = Path(folder) / "batch.nq"
            file.write_bytes(lines or b"\n")
            try:
                self.connection.execute(_TRIPLES.format(prefix=prefix, file=str(file).replace("'", "''")))
            except duckdb.Error as error:
                raise Unloadable("a line that is too long or not N-Quads") from error
        self.connection.execute(
            f"CREATE OR REPLACE TABLE {prefix}predicates AS SELECT DISTINCT p AS id, pt AS text FROM {prefix}triples"
        )
        self.connection.execute(_TERMS.format(prefix=prefix))
        if prefix == "":
            self.connection.execute(
                "CREATE OR REPLACE TEMP VIEW all_terms AS SELECT * FROM terms UNION ALL SELECT * FROM fterms"
            )

    def _known(self, prefix: str) -> list[str]:
        return [str(text)[1:-1] for (text,) in self.rows(f"SELECT text FROM {prefix}predicates")]

    def _make_table(self, predicate: str, prefix: str) -> None:
        name = prefix + table_of(predicate)
        key = id_of(f"<{predicate}>")
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT s, o FROM {prefix}triples WHERE p = {key}")

    def texts(self, ids: Iterable[int]) -> dict[int, str]:
        """Return the N-Triples text of some terms by their ids."""
        found = self.rows("SELECT id, text FROM all_terms WHERE id IN (SELECT unnest(?::UBIGINT[]))", [list(ids)])
        return dict(found)

    def _check_hashes(self) -> None:
        clashes = self.rows(
            "SELECT count(*) - count(DISTINCT id) FROM (SELECT id, text FROM terms UNION SELECT id, text FROM fterms)"
        )
        if clashes[0][0]:
            raise Unloadable("two terms with one hash")


def _unescaped(text: str) -> str:
    """Return the SQL of a lexical form without the escapes of canonical N-Triples."""
    # A backslash that stands for itself is set aside first, as a control character that no line holds raw.
    sql = f"replace({text}, '\\\\', chr(2))"
    for escape, code in (('\\"', 34), ("\\n", 10), ("\\r", 13), ("\\t", 9), ("\\b", 8), ("\\f", 12)):
        sql = f"replace({sql}, '{escape}', chr({code}))"
    return f"CASE WHEN contains({text}, '\\') THEN replace({sql}, chr(2), '\\') ELSE {text} END"


_INNER = "substr(t, 2, length(t) - length(suffix) - 1)"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_TRIPLES = r"""
CREATE OR REPLACE TABLE {prefix}triples AS
WITH lines AS (
    SELECT line, split_part(line, ' ', 1) AS st, split_part(line, ' ', 2) AS pt
    FROM read_csv('{file}', columns = {{'line': 'VARCHAR'}}, delim = chr(1), quote = '', escape = '',
                  header = false, auto_detect = false, new_line = '\n', max_line_size = 16777216)
    WHERE line <> ''
), parts AS (
    SELECT st, pt, substr(line, length(st) + length(pt) + 3) AS rest FROM lines
), cut AS (
    SELECT st, pt,
           CASE WHEN left(rest, 1) = '"' THEN regexp_replace(rest, '( <[^<>" ]*>| _:[^ ]+)? [.]$', '')
                ELSE split_part(rest, ' ', 1) END AS t
    FROM parts
)
SELECT hash(st) AS s, hash(pt) AS p, hash(t) AS o, st, pt, t FROM cut
"""

_TERMS = rf"""
CREATE OR REPLACE TABLE {{prefix}}terms AS
WITH named AS (
    SELECT DISTINCT o AS id, t FROM {{prefix}}triples
    UNION SELECT DISTINCT s, st FROM {{prefix}}triples
    UNION SELECT id, text FROM {{prefix}}predicates
    UNION SELECT hash(t), t FROM {{prefix}}constants
), cut AS (
    SELECT id, t, left(t, 1) AS first,
           CASE WHEN left(t, 1) = '"' THEN regexp_extract(t, '"(@[A-Za-z0-9-]+|\^\^<[^>]*>)?$')
                ELSE '' END AS suffix
    FROM named
)
SELECT id, t AS text,
       CASE first WHEN '<' THEN 'iri' WHEN '"' THEN 'literal' ELSE 'blank' END AS kind,
       CASE first WHEN '<' THEN substr(t, 2, length(t) - 2) WHEN '"' THEN {_unescaped(_INNER)}
            ELSE t END AS lexical,
       CASE WHEN first <> '"' THEN '' WHEN suffix = '"' THEN '{_XSD_STRING}'
            WHEN suffix[2] = '@' THEN '{_LANG_STRING}'
            ELSE substr(suffix, 5, length(suffix) - 5) END AS datatype,
       CASE WHEN suffix[2] = '@' THEN lower(substr(suffix, 3)) ELSE '' END AS language
FROM cut
"""
