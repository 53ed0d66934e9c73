"""Makes the file of an edition's columns: its tables, uses numbered, without texts; what vocabularies say beside them.

A relation is a property of vocabularies (`relations.csv`), read out of the edition's store: `sujet` and `objet` of
things, `sujet`, `texte` and `langue` of texts, `sujet` of a class. Knows files and DuckDB; not what is asked of them.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from ontologie import RDF_TYPE, table_beside
from sparql_api.computing.cancellation import checked
from sparql_api.tables.dictionary import Table, expanded, layout, tables
from sparql_api.tables.parts import FOLDER, empty_of, read_list

if TYPE_CHECKING:
    import duckdb

USE: Final = "usage"
TEXTS: Final = frozenset({"titre", "resume"})
FORMS: Final = {"texts": ("sujet", "texte", "langue"), "things": ("sujet", "objet"), "class": ("sujet",)}
"""By the form of a relation, its columns."""
FURTHER: Final = """
CREATE MACRO quotient(somme, n) AS
  CASE WHEN n > 0 THEN (round(somme * 1000000)::HUGEINT * 1000000000000) // n::HUGEINT END;
CREATE TABLE usages_academies AS
  SELECT usage, academie FROM usages WHERE academie IS NOT NULL
  UNION SELECT u.usage, a.objet FROM associees a JOIN usages u ON u.iri = a.sujet;
CREATE TABLE usages_competences AS
  SELECT u.usage, c.objet AS competence FROM competences c JOIN usages u ON u.iri = c.sujet;
CREATE TABLE nommes AS
  SELECT niveau AS concept FROM usages_niveaux UNION SELECT discipline FROM usages_disciplines
  UNION SELECT type_ia FROM usages_types_ia UNION SELECT finalite FROM usages_finalites;
CREATE TABLE pas AS
  SELECT sujet AS precis, objet AS large FROM larges UNION SELECT objet, sujet FROM etroits
  UNION SELECT objet, sujet FROM couvre;
CREATE TABLE etages AS
  WITH RECURSIVE montee(precis, large) AS (
    SELECT concept, concept FROM nommes
    UNION SELECT m.precis, p.large FROM montee m JOIN pas p ON p.precis = m.large
  )
  SELECT precis, large FROM montee;
DROP TABLE nommes;
DROP TABLE pas;
"""
"""`quotient` is a mean as SPARQL has it: a whole number of 10⁻¹⁸, cut. `etages` leads from each concept that a use
names to itself and to all above it."""


def relations() -> tuple[dict[str, str], ...]:
    """Return the relations: name, form, property or class."""
    return table_beside("sparql_api.columns", "relations.csv")


@cache
def made_by() -> str:
    """Return what changes with how the file is made."""
    told = repr((layout(), relations(), FORMS, FURTHER, sorted(TEXTS)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def columns_file(folder: Path) -> Path:
    """Return where the file of columns of an edition is, in the folder of what is made of it."""
    return folder / f"columns-{made_by()}.duckdb"


def make_columns(parts: Path, store: ox.Store, place: Path) -> None:
    """Write the file of the columns of the tables whose parts stand in a folder; whoever finds it finds it whole."""
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".columns-") as scratch:
        made = Path(scratch) / "columns.duckdb"
        _write(parts, store, made, Path(scratch))
        made.replace(place)


def _write(parts: Path, store: ox.Store, made: Path, scratch: Path) -> None:
    import duckdb

    with duckdb.connect(
        str(made), config={"threads": 1, "memory_limit": "512MB", "temp_directory": str(scratch)}
    ) as database:
        for table in checked(tables().values()):
            database.execute(_table(parts, table))
        for relation in checked(relations()):
            _write_relation(database, store, relation, scratch / "relation.csv")
        database.execute(FURTHER)


def _table(parts: Path, table: Table) -> str:
    """Return the SQL that makes a table: every column that is no text nor label, the use by its number."""
    files = [parts / FOLDER / part.name for part in read_list(parts) if part.table == table.name]
    listed = ", ".join(_quoted(path) for path in files)
    rows = f"read_parquet([{listed}])" if files else f"({empty_of(table)})"
    kept = [one.name for one in table.columns if one.part == "" and one.name not in TEXTS]
    if table.name == "usages":
        named = ", ".join(name for name in kept if name != USE)
        return (
            f"CREATE TABLE usages AS SELECT (row_number() OVER (ORDER BY {USE}))::INTEGER AS {USE}, {USE} AS iri, "
            f"{named} FROM {rows} ORDER BY 1"
        )
    if USE not in kept:
        return f"CREATE TABLE {table.name} AS SELECT {', '.join(kept)} FROM {rows}"
    named = ", ".join(f"t.{name}" for name in kept if name != USE)
    return (
        f"CREATE TABLE {table.name} AS SELECT u.{USE}, {named} FROM {rows} t LEFT JOIN usages u ON u.iri = t.{USE} "
        "ORDER BY 1"
    )


def _write_relation(database: duckdb.DuckDBPyConnection, store: ox.Store, relation: dict[str, str], path: Path) -> None:
    """Write what a store says by a property, or which things are of a class."""
    columns = FORMS[relation["form"]]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(_rows(store, relation))
    typed = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    database.execute(
        f"CREATE TABLE {relation['relation']} AS SELECT DISTINCT * FROM read_csv({_quoted(path)}, "
        f"columns = {{{typed}}}, header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
        "new_line = '\\n', nullstr = '\\N', max_line_size = 16777216, parallel = false)"
    )


def _rows(store: ox.Store, relation: dict[str, str]) -> Iterator[tuple[str, ...]]:
    name = ox.NamedNode(expanded(relation["property"]))
    if relation["form"] == "class":
        for quad in checked(store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), name, None)):
            if isinstance(quad.subject, ox.NamedNode):
                yield (quad.subject.value,)
        return
    texts = relation["form"] == "texts"
    for quad in checked(store.quads_for_pattern(None, name, None, None)):
        if not isinstance(quad.subject, ox.NamedNode):
            continue
        if texts and isinstance(quad.object, ox.Literal):
            yield quad.subject.value, quad.object.value, quad.object.language or ""
        elif not texts and isinstance(quad.object, ox.NamedNode):
            yield quad.subject.value, quad.object.value


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
