"""The rows of an answer as a bag of lines: hashed without regard to their order, and compared with those of another.

A line is a row's terms as N-Triples writes them, a tab between, in the order of the answer's columns; the first line
names these. Two answers have the same hash exactly where they have the same columns and the same bag of rows.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyoxigraph as ox


@dataclass(frozen=True)
class Bag:
    """The columns of an answer and its rows; of yes or no, no column and one line."""

    columns: tuple[str, ...]
    lines: Counter[str]

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return self.lines.total()

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over the columns and the lines in the order of their bytes, each ended by a line feed."""
        held = hashlib.sha256(("\t".join(self.columns) + "\n").encode())
        for line in sorted(self.lines.elements(), key=str.encode):
            held.update((line + "\n").encode())
        return held.hexdigest()


def bag_of(answer: Mapping[str, Any]) -> Bag:
    """Return the bag of a SPARQL JSON answer."""
    if "boolean" in answer:
        return Bag((), Counter(["true" if answer["boolean"] else "false"]))
    columns = tuple(answer["head"]["vars"])
    return Bag(columns, Counter(line_of(columns, row) for row in answer["results"]["bindings"]))


def line_of(columns: Iterable[str], row: Mapping[str, Any]) -> str:
    """Return a row as a line, what is unbound left empty."""
    return "\t".join(term_text(row[name]) if name in row else "" for name in columns)


def term_text(term: Mapping[str, Any]) -> str:
    """Return a term of SPARQL JSON as N-Triples writes it; a tab in a text is escaped, as there."""
    kind, value = term["type"], term["value"]
    if kind == "uri":
        return f"<{value}>"
    if kind == "bnode":
        return f"_:{value}"
    if kind == "triple":
        return "<<( " + " ".join(term_text(value[name]) for name in ("subject", "predicate", "object")) + " )>>"
    if "xml:lang" in term:
        return str(ox.Literal(value, language=term["xml:lang"])).replace("\t", "\\t")
    datatype = ox.NamedNode(term["datatype"]) if "datatype" in term else None
    return str(ox.Literal(value, datatype=datatype)).replace("\t", "\\t")


def difference(one: Bag, other: Bag) -> tuple[list[str], list[str]]:
    """Return the rows that only the second bag has, and those that only the first has, in order, as often."""
    return sorted((other.lines - one.lines).elements()), sorted((one.lines - other.lines).elements())
