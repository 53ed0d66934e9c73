"""What the tests of the questions share: an answer as rows of text, and the source rows that expected answers are made of."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, read_table
from queries import bind, catalogue

Row = dict[str, str]
FIXTURES = Path(__file__).parent / "fixtures"
DEMO = files("ingestion").joinpath("demo")
SCALE = {row["id"]: int(row["valeur"]) for row in read_table("donnees", "instruments", "niveaux_echelle.csv") if row["valeur"]}
"""The values of the steps that have one."""


def ask(store: ox.Store, name: str, **values: str | Sequence[str]) -> list[Row]:
    """Return the rows of a question's answer: IRIs below the base, lexical forms; what is unbound is left out."""
    solutions = store.query(bind(catalogue()[name], values), prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    return [{name: text(row[name]) for name in names if row[name] is not None} for row in solutions]


def datatypes(store: ox.Store, name: str) -> dict[str, set[str]]:
    """Return the kinds of literals in each column of a question's answer: the local names of their datatypes."""
    solutions = store.query(bind(catalogue()[name], {}), prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    found: dict[str, set[str]] = {}
    for row in solutions:
        for variable in solutions.variables:
            term = row[variable.value]
            if isinstance(term, ox.Literal):
                found.setdefault(variable.value, set()).add(term.datatype.value.rpartition("#")[2])
    return found


def text(term: Any) -> str:
    """Return a literal's text, an IRI without our base."""
    return str(term.value).removeprefix(BASE)


def columns(name: str) -> list[str]:
    """Return the columns of a question's answer."""
    solutions = ox.Store().query(bind(catalogue()[name], {}), prefixes=PREFIXES)
    assert isinstance(solutions, ox.QuerySolutions)
    return [variable.value for variable in solutions.variables]


def table(*path: str) -> list[Row]:
    """Return the rows of a table of `ontologie/donnees`."""
    return read_table("donnees", *path)


@cache
def frameworks() -> tuple[Row, ...]:
    """Return the rows of the bundled tables of partners' frameworks; the row without `id` is the framework itself."""
    tables = [one for one in DEMO.joinpath("partenaires").iterdir() if one.name.endswith(".csv")]
    return tuple(row for one in tables for row in csv.DictReader(io.StringIO(one.read_text("utf-8"), newline="")))


@cache
def partner_matches() -> tuple[Row, ...]:
    """Return the matches of the bundled linksets under the names of our own table's columns, ends by their last part."""
    named = {"confidence": "confidence", "comment_fr": "justification_fr", "comment": "justification_en"}
    found = list[Row]()
    for one in DEMO.joinpath("partenaires").iterdir():
        if one.name.endswith(".sssom.tsv"):
            lines = [line for line in one.read_text("utf-8").splitlines() if not line.startswith("#")]
            for row in csv.DictReader(lines, delimiter="\t"):
                ends = {end: row[f"{end}_id"].rpartition("/")[2] for end in ("subject", "object")}
                found.append(ends | {ours: row[theirs] for theirs, ours in named.items()})
    return tuple(found)


@cache
def usages() -> tuple[Row, ...]:
    """Return the rows of the bundled usages."""
    return tuple(csv.DictReader(io.StringIO(DEMO.joinpath("usages.csv").read_text("utf-8"), newline="")))


@cache
def illustrative_analyses() -> tuple[Any, ...]:
    """Return the bundled analyses, as deposited."""
    return tuple(json.loads(DEMO.joinpath("analyses.json").read_text("utf-8")))
