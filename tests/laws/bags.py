"""Answers as something to be compared: rows without their order, each as often as it comes."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from typing import Any

from sparql_api.engine.port import Answer

DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


def bag(answer: Answer) -> object:
    """Return an answer without its order: columns and rows, the lines of a graph, or the boolean."""
    if answer.form in ("CONSTRUCT", "DESCRIBE"):
        return lines(answer.read())
    found = table(answer.read())
    assert answer.form == "ASK" or answer.rows == found[1].total()
    return found


def lines(data: bytes) -> frozenset[bytes]:
    """Return the lines of a graph as N-Triples."""
    return frozenset(data.split(b"\n"))


def table(data: bytes) -> Any:
    """Return (columns, rows as a bag) of a SPARQL JSON answer, or its boolean."""
    found = json.loads(data)
    if "boolean" in found:
        return found["boolean"]
    rows = (frozenset((name, term(value)) for name, value in row.items()) for row in found["results"]["bindings"])
    return tuple(found["head"]["vars"]), Counter(rows)


def term(value: dict[str, Any]) -> tuple[object, ...]:
    """Return a term of SPARQL JSON; decimals by value, to the digits that both carry through a division.

    How many digits a quotient has is the implementation's to choose (XPath and XQuery Functions §4.2).
    """
    datatype, lexical = value.get("datatype"), value["value"]
    if datatype == DECIMAL:
        lexical = round(Decimal(lexical), 12)
    return value["type"], lexical, datatype, value.get("xml:lang")


def without_languages(answer: Any) -> object:
    columns, rows = answer
    plain: Counter[object] = Counter()
    for row, count in rows.items():
        plain[frozenset((name, value[:3]) for name, value in row)] += count
    return columns, plain
