"""How the answer of a twin differs from that of its question: as bags of rows, then by the order that was asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sparql_api.formats.bags import bag_of, difference

SHOWN: Final = 3
"""Rows that differ which are told."""


def differs(theirs: bytes, mine: bytes, ordered: Sequence[str]) -> str:
    """Return how a twin's answer differs from its question's, both SPARQL JSON; nothing where it does not.

    `ordered` are the variables by which the question orders; those that it does not show are passed over.
    """
    first, second = json.loads(theirs), json.loads(mine)
    one, other = bag_of(first), bag_of(second)
    if one.columns != other.columns:
        return f"columns {', '.join(other.columns)} in place of {', '.join(one.columns)}"
    more, less = difference(one, other)
    if more or less:
        shown = [f"{sign} {line}" for sign, lines in (("+", more), ("-", less)) for line in lines[:SHOWN]]
        return f"{len(more)} rows more, {len(less)} less: " + " ; ".join(shown)
    names = [name for name in ordered if name in one.columns]
    if in_order(first, names) != in_order(second, names):
        return "the same rows in another order than " + ", ".join(names)
    return ""


def in_order(answer: Mapping[str, Any], names: Sequence[str]) -> list[list[Any]]:
    """Return what the rows of an answer say in the columns that it is ordered by."""
    return [[row.get(name) for name in names] for row in answer["results"]["bindings"]]
