"""What a SELECT that groups says around its pattern: its columns, what it groups by, keeps and sorts by; over tokens.

Of what is not plain to read it says nothing (`None`): expressions to group by, REDUCED, VALUES at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from queries import Token
from sparql_api.query.groups import is_word, names
from sparql_api.query.guard import FORMS
from sparql_api.query.reading import QueryReading

ADDING: Final = ("COUNT", "SUM", "AVG")

Span = tuple[int, int]
"""The first and the last of some tokens."""


@dataclass(frozen=True)
class Projected:
    """A column: a variable as it is, or an expression in brackets under a name."""

    name: str
    span: Span

    @property
    def bare(self) -> bool:
        """Tell whether it is a variable as it is."""
        return self.span[0] == self.span[1]


@dataclass(frozen=True)
class GroupedSelect:
    """A SELECT that groups by variables and counts or adds up."""

    first: int
    """Its first token."""
    distinct: bool
    columns: tuple[Projected, ...]
    opening: int
    """The brace that opens its pattern."""
    keys: tuple[str, ...]
    """The variables that it groups by."""
    bare: frozenset[int]
    """Where its columns, GROUP BY and ORDER BY name variables of which only the value in a row counts."""
    having: Span | None
    order: Span | None


def selection_of(reading: QueryReading) -> GroupedSelect | None:
    """Return what the SELECT that is the whole query says; None where it is another query, or not plain."""
    tokens, closes = reading.tokens, reading.closes
    first = next((i for i, token in enumerate(tokens) if is_word(token, *FORMS)), None)
    if first is None or not is_word(tokens[first], "SELECT"):
        return None
    distinct = is_word(tokens[first + 1], "DISTINCT")
    columns, at = _columns(tokens, closes, first + 1 + distinct)
    at += at < len(tokens) and is_word(tokens[at], "WHERE")
    if not columns or at >= len(tokens) or tokens[at].text != "{":
        return None
    opening, at = at, closes[at] + 1
    if at + 1 >= len(tokens) or not is_word(tokens[at], "GROUP"):
        return None
    begin = at = at + 2
    while at < len(tokens) and tokens[at].kind == "var":
        at += 1
    keys = tuple(dict.fromkeys(token.text[1:] for token in tokens[begin:at]))
    tail = _tail(tokens, closes, at)
    counted = any(is_word(token, *ADDING) for one in columns for token in tokens[one.span[0] : one.span[1] + 1])
    if tail is None or not counted or not {one.name for one in columns if one.bare} <= set(keys):
        return None
    having, order = tail
    sorted_by = range(order[0], order[1] + 1) if order else range(0)
    if not names(tokens[i] for i in sorted_by) <= {*keys, *(one.name for one in columns)}:
        return None
    bare = {*range(begin, at), *sorted_by, *(one.span[0] for one in columns if one.bare)}
    return GroupedSelect(first, distinct, tuple(columns), opening, keys, frozenset(bare), having, order)


def _columns(tokens: Sequence[Token], closes: Mapping[int, int], at: int) -> tuple[list[Projected], int]:
    """Return the columns from a token on, and the token after them."""
    columns = []
    while at < len(tokens):
        last = closes[at] if tokens[at].text == "(" else at
        named = tokens[last - 1 if last > at else at]
        if named.kind != "var":
            break
        columns.append(Projected(named.text[1:], (at, last)))
        at = last + 1
    return columns, at


def _tail(tokens: Sequence[Token], closes: Mapping[int, int], at: int) -> tuple[Span | None, Span | None] | None:
    """Return where HAVING and ORDER BY stand after what is grouped by; None where something else does."""
    starts, end = {}, len(tokens)
    begin = at
    while at < end:
        if is_word(tokens[at], "HAVING", "ORDER"):
            starts[tokens[at].text.upper()] = at
        elif at == begin or is_word(tokens[at], "VALUES"):
            return None
        at = closes.get(at, at) + 1
    order = (starts["ORDER"], end - 1) if "ORDER" in starts else None
    if order and any(token.text == "{" or is_word(token, *ADDING) for token in tokens[order[0] :]):
        return None
    having = (starts["HAVING"], (order[0] if order else end) - 1) if "HAVING" in starts else None
    return having, order
