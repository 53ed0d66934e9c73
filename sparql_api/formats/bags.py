"""The rows of an answer as a bag of lines: hashed without regard to their order, and compared with those of another.

A line is a row's terms as N-Triples 1.2 writes them, a tab between, in the order of the answer's columns; the first
line names these. Two answers have the same hash exactly where they have the same columns and the same bag of rows.

Algorithm 1 left the base direction of a text out (`"…"@ar--rtl`), and so gave two answers one hash where they differed
by it alone; 2 writes it. They agree wherever no text has one, and what was cited by the first is verified by it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

ALGORITHM: Final = 2
"""The algorithm of hashes that are given today."""
ALGORITHMS: Final = (1, ALGORITHM)
ESCAPED: Final = {
    **{chr(code): f"\\u{code:04X}" for code in (*range(0x20), 0x7F, 0xFFFE, 0xFFFF)},
    **{"\t": "\\t", "\b": "\\b", "\n": "\\n", "\r": "\\r", "\f": "\\f", '"': '\\"', "\\": "\\\\"},
}
_TO_ESCAPE: Final = re.compile("[" + re.escape("".join(ESCAPED)) + "]")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"


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
        lines = ("\t".join(self.columns), *sorted(self.lines.elements(), key=str.encode))
        return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True)
class BagsCompared:
    """What two answers to one query say of each other: few words, whatever their rows."""

    columns: tuple[str, ...]
    rows: int
    sha256: str
    former: str
    """The hash of the first by another algorithm, where one was asked for; else empty."""
    other_rows: int
    other_sha256: str
    added: int
    removed: int
    added_rows: tuple[str, ...]
    removed_rows: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both have the same rows."""
        return self.sha256 == self.other_sha256


def compared(one: bytes, other: bytes | None, shown: int, algorithm: int = ALGORITHM) -> BagsCompared:
    """Return what two SPARQL JSON answers say of each other, `shown` rows of each difference at most.

    Without the other, the first is compared with itself; `algorithm` is that of a hash to verify.
    """
    said = json.loads(one)
    mine = bag_of(said)
    latest = mine if other is None else bag_of(json.loads(other))
    came, went = ([], []) if other is None else difference(mine, latest)
    former = "" if algorithm == ALGORITHM else bag_of(said, algorithm).sha256
    return BagsCompared(
        columns=mine.columns,
        rows=mine.rows,
        sha256=mine.sha256,
        former=former,
        other_rows=latest.rows,
        other_sha256=latest.sha256,
        added=len(came),
        removed=len(went),
        added_rows=tuple(came[:shown]),
        removed_rows=tuple(went[:shown]),
    )


def bag_of(answer: Mapping[str, Any], algorithm: int = ALGORITHM) -> Bag:
    """Return the bag of a SPARQL JSON answer, its lines written as an algorithm has them."""
    if "boolean" in answer:
        return Bag((), Counter(["true" if answer["boolean"] else "false"]))
    columns = tuple(answer["head"]["vars"])
    rows = answer["results"]["bindings"]
    return Bag(columns, Counter(line_of(columns, row, directed=algorithm > 1) for row in rows))


def line_of(columns: Iterable[str], row: Mapping[str, Any], *, directed: bool = True) -> str:
    """Return a row as a line, what is unbound left empty."""
    return "\t".join(term_text(row[name], directed=directed) if name in row else "" for name in columns)


def term_text(term: Mapping[str, Any], *, directed: bool = True) -> str:
    """Return a term of SPARQL JSON as N-Triples writes it; `directed` with the base direction of a text."""
    kind, value = term["type"], term["value"]
    if kind == "uri":
        return f"<{value}>"
    if kind == "bnode":
        return f"_:{value}"
    if kind == "triple":
        parts = (term_text(value[name], directed=directed) for name in ("subject", "predicate", "object"))
        return f"<<( {' '.join(parts)} )>>"
    text = f'"{_TO_ESCAPE.sub(_escape, value)}"'
    if "xml:lang" in term:
        direction = term.get("its:dir") if directed else None
        return f"{text}@{term['xml:lang'].lower()}" + (f"--{direction}" if direction else "")
    datatype = term.get("datatype", _STRING)
    return text if datatype == _STRING else f"{text}^^<{datatype}>"


def difference(one: Bag, other: Bag) -> tuple[list[str], list[str]]:
    """Return the rows that only the second bag has, and those that only the first has, in order, as often."""
    return sorted((other.lines - one.lines).elements()), sorted((one.lines - other.lines).elements())


def _escape(found: re.Match[str]) -> str:
    return ESCAPED[found[0]]
