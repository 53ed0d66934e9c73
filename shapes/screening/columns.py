"""A batch of N-Quads as columns in DuckDB: a table of terms, and one table a predicate.

The loader of the screening, and of the tables for research: terms(id, kind, lexical, datatype, language),
and for each predicate (s, o). Lines are taken apart by string functions of the engine, never by a Python loop
over triples. Knows N-Quads; knows nothing of shapes.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from ontologie import PREFIXES
from shapes.errors import ShapesError

if TYPE_CHECKING:
    import duckdb

SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"

LONGEST_DOCUMENT = 1 << 24
"""The longest document that is taken apart, in bytes; so no line is longer."""


def loadable(lines: bytes) -> bool:
    """Whether canonical N-Quads can be columns: no escape by number (a control character), no triple term."""
    escaped = b"\\" in lines and (b"\\u" in lines or b"\\U" in lines)
    return not (escaped or b"<<(" in lines or len(lines) > LONGEST_DOCUMENT)


class Unloadable(ShapesError, ValueError):
    """Lines that these columns cannot hold; the batch must be judged another way."""


def table_of(predicate: str) -> str:
    """Return the name of a predicate's table in a batch."""
    return "p_" + hashlib.md5(predicate.encode(), usedforsecurity=False).hexdigest()[:16]


def fact_table_of(predicate: str) -> str:
    """Return the name of a predicate's table in the facts, which outlive batches."""
    return "f" + table_of(predicate)


def _id(text: str) -> str:
    """Return the SQL of a term's id, of the SQL of its N-Triples text."""
    # The engine's hash takes eight bytes at a time and hardly mixes them: names that are numbered clash, two by two.
    # What clashes does not when the bytes are grouped otherwise.
    return f"hash({text}, substring({text}, 2))"


def id_of(text: str) -> int:
    """Return the id of a term by its N-Triples text."""
    if text not in _IDS:
        learn_ids([text])
    return _IDS[text]


def learn_ids(texts: Iterable[str]) -> None:
    """Ask the engine at once for the ids of many terms."""
    import duckdb

    with duckdb.cursor() as own:
        found = own.execute(f"SELECT t, {_id('t')} FROM (SELECT unnest(?::VARCHAR[]) AS t)", [list(texts)])
        _IDS.update(found.fetchall())


_IDS: Final[dict[str, int]] = {}


class Facts:
    """A DuckDB database that holds the vocabularies' facts, loaded once and read by every batch's columns.

    `predicates` are those that get a table; the facts are N-Quads lines of the vocabularies, the constants
    terms (in N-Triples) that queries name and no line may hold.
    """

    def __init__(self, predicates: Iterable[str], lines: Iterable[bytes] = (), constants: Iterable[str] = ()) -> None:
        # One thread a query: reading lines is not shared out, and two batches at once keep two cores busy.
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "preserve_insertion_order": "false",
            "temp_directory": tempfile.gettempdir(),
        }
        import duckdb

        self.connection = duckdb.connect(config=config)
        self.connection.execute("CREATE TABLE fconstants AS SELECT unnest(?::VARCHAR[]) AS t", [list(constants)])
        _load(self.connection, lines, "f")
        self.asked = frozenset({*predicates, SUBCLASS})
        self.predicates = frozenset(_known(self.connection, "f")) & self.asked
        for predicate in self.asked:
            _make_table(self.connection, predicate, "f")
        self.connection.execute(f"CREATE TABLE below AS {_BELOW.format(edges='f' + table_of(SUBCLASS))}")


class Columns:
    """The columns of one batch after another, beside the facts; not to be shared between threads.

    Their tables are temporary ones of a connection of its own: several `Columns` of the same facts work at once.
    """

    def __init__(self, facts: Facts) -> None:
        self.connection = facts.connection.cursor()
        self.connection.execute("CREATE TEMP TABLE constants (t VARCHAR)")
        self._predicates = facts.asked
        self.present: frozenset[str] = frozenset()
        self._filled: set[str] = set(facts.asked)

    def __enter__(self) -> Columns:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the memory of the batch's tables."""
        self.connection.close()

    def load(self, lines: Iterable[bytes]) -> None:
        """Replace the batch by these N-Quads lines (UTF-8, canonical terms), in parts that end where lines do.

        A line may end behind its object, without graph and full stop. Raises Unloadable where they are not
        `loadable`, or two of their terms have one hash.
        """
        _load(self.connection, lines, "")
        self.connection.execute(
            "CREATE OR REPLACE TEMP VIEW all_terms AS SELECT * FROM terms UNION ALL SELECT * FROM fterms"
        )
        self.present = frozenset(_known(self.connection, ""))
        for predicate in self._predicates & (self.present | self._filled):
            _make_table(self.connection, predicate, "")
        # A batch that states subclasses has its own table of them, which hides that of the facts.
        self.connection.execute("DROP TABLE IF EXISTS temp.below")
        if SUBCLASS in self.present:
            both = f"(FROM {table_of(SUBCLASS)} UNION ALL FROM {fact_table_of(SUBCLASS)})"
            self.connection.execute(f"CREATE TEMP TABLE below AS {_BELOW.format(edges=both)}")
        self._filled = set(self.present)
        self._check_hashes()

    def rows(self, sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query over the tables."""
        return self.connection.execute(sql, list(parameters)).fetchall()

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


def _load(connection: duckdb.DuckDBPyConnection, lines: Iterable[bytes], prefix: str) -> None:
    """Make the tables of triples, predicates and terms of some lines."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        file = Path(folder) / "batch.nq"
        with file.open("wb") as out:
            out.writelines(lines)
            out.write(b"\n")  # an empty file is no table
        try:
            connection.execute(_TRIPLES.format(prefix=prefix, file=str(file).replace("'", "''"), made=_made(prefix)))
        except duckdb.Error as error:
            raise Unloadable("a line that is too long or not N-Quads") from error
    connection.execute(
        f"{_made(prefix)} {prefix}predicates AS SELECT DISTINCT p AS id, pt AS text FROM {prefix}triples"
    )
    connection.execute(_TERMS.format(prefix=prefix, made=_made(prefix)))


def _made(prefix: str) -> str:
    return "CREATE TABLE" if prefix else "CREATE OR REPLACE TEMP TABLE"


def _known(connection: duckdb.DuckDBPyConnection, prefix: str) -> list[str]:
    return [str(text)[1:-1] for (text,) in connection.execute(f"SELECT text FROM {prefix}predicates").fetchall()]


def _make_table(connection: duckdb.DuckDBPyConnection, predicate: str, prefix: str) -> None:
    """Make the table of a predicate's pairs (s, o)."""
    key = id_of(f"<{predicate}>")
    name = prefix + table_of(predicate)
    connection.execute(f"{_made(prefix)} {name} AS SELECT s, o FROM {prefix}triples WHERE p = {key}")


def _unescaped(text: str) -> str:
    """Return the SQL of a lexical form without the escapes of canonical N-Triples."""
    # A backslash that stands for itself is set aside first, as a control character that no line holds raw.
    sql = f"replace({text}, '\\\\', chr(2))"
    for escape, code in (('\\"', 34), ("\\n", 10), ("\\r", 13), ("\\t", 9), ("\\b", 8), ("\\f", 12)):
        sql = f"replace({sql}, '{escape}', chr({code}))"
    return f"CASE WHEN contains({text}, '\\') THEN replace({sql}, chr(2), '\\') ELSE {text} END"


_BELOW = """WITH RECURSIVE found(c, sub) AS (
    SELECT o, s FROM {edges} UNION SELECT f.c, e.s FROM found f JOIN {edges} e ON e.o = f.sub
) SELECT c, sub FROM found"""
"""Which classes are below which, by any number of steps."""

_INNER = "substr(t, 2, length(t) - length(suffix) - 1)"
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_TRIPLES = rf"""
{{made}} {{prefix}}triples AS
WITH lines AS (
    SELECT line, split_part(line, ' ', 1) AS st, split_part(line, ' ', 2) AS pt
    FROM read_csv('{{file}}', columns = {{{{'line': 'VARCHAR'}}}}, delim = chr(1), quote = '', escape = '',
                  header = false, auto_detect = false, new_line = '\n', max_line_size = 16777216)
    WHERE line <> ''
), parts AS (
    SELECT st, pt, substr(line, length(st) + length(pt) + 3) AS rest FROM lines
), cut AS (
    SELECT st, pt,
           CASE WHEN NOT ends_with(rest, ' .') THEN rest
                WHEN left(rest, 1) = '"' THEN regexp_replace(rest, '( <[^<>" ]*>| _:[^ ]+)? [.]$', '')
                ELSE split_part(rest, ' ', 1) END AS t
    FROM parts
)
SELECT {_id('st')} AS s, {_id('pt')} AS p, {_id('t')} AS o, st, pt, t FROM cut
"""

_TERMS = rf"""
{{made}} {{prefix}}terms AS
WITH named AS (
    SELECT DISTINCT o AS id, t FROM {{prefix}}triples
    UNION SELECT DISTINCT s, st FROM {{prefix}}triples
    UNION SELECT id, text FROM {{prefix}}predicates
    UNION SELECT {_id('t')}, t FROM {{prefix}}constants
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
