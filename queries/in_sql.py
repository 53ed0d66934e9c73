"""Twins: a saved question asked in SQL over the tables of an edition, one `sql/{name}.sql` file beside its `.rq`.

A file starts with lines `-- …` which, without their `-- `, are a TOML document:

    -- version = 2          the version of the question that it is a twin of; absent: the first
    -- [columns]            the columns of the answer, in order, each with what its values are
    -- niveau = "iri"       iri, string, integer, boolean, decimal (a whole number of 10⁻¹⁸), wkt, or a text in a
    -- nom = "@fr"          language: one written here, or that of the question's parameter of that name (`@langue`)

The rest is one SELECT. Parameters enter as `$name`, a list of texts each, null where nothing is given; never as text.
NULL is what is unbound. The tables are those of `sparql_api/columns/`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from ontologie import BASE, Iris
from queries.versions import catalogue

SUFFIX: Final = ".sql"
HEADING: Final = "-- "
KINDS: Final = frozenset({"iri", "string", "integer", "boolean", "decimal", "wkt"})


@dataclass(frozen=True)
class Twin:
    """A question in SQL: the reference of the version that it answers, its columns and what they hold, its text."""

    question: str
    columns: Mapping[str, str]
    sql: str


@cache
def twins(base: str = BASE) -> Mapping[str, Twin]:
    """Return the twins by the reference of their question, IRIs under `base`.

    Raises ValueError naming the file where a twin is badly described or its question has moved on.
    """
    entries = sorted(files("queries").joinpath("sql").iterdir(), key=lambda one: one.name)
    found = [
        parse_twin(entry.name.removesuffix(SUFFIX), entry.read_text(encoding="utf-8"), base)
        for entry in entries
        if entry.name.endswith(SUFFIX)
    ]
    return MappingProxyType({twin.question: twin for twin in found})


def parse_twin(name: str, source: str, base: str = BASE) -> Twin:
    """Return the twin that a file describes; raises ValueError."""
    lines = source.split("\n")
    end = next((at for at, line in enumerate(lines) if not line.startswith(HEADING)), len(lines))
    told = tomllib.loads("\n".join(line.removeprefix(HEADING) for line in lines[:end]))
    question = catalogue(base).get(name)
    if question is None or question.version != told.get("version", 1):
        raise ValueError(f"sql/{name}.sql: no question has this name and version")
    parameters = {one.name for one in question.parameters}
    columns = {str(column): str(kind) for column, kind in told.get("columns", {}).items()}
    for column, kind in columns.items():
        if kind not in KINDS and not kind.startswith("@"):
            raise ValueError(f"sql/{name}.sql: {column} is one of {sorted(KINDS)} or a text in a language")
    spoken = {kind[1:] for kind in columns.values() if kind.startswith("@")}
    if not columns or any(len(tag) > 2 and tag not in parameters for tag in spoken):
        raise ValueError(f"sql/{name}.sql: it names its columns, and languages that its question knows")
    return Twin(question.reference, columns, Iris(base).rebase("\n".join(lines[end:]).strip()))
