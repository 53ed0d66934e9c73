"""The tokens of a query that may be put otherwise, its brackets and its groups; which are read for it at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from queries import Token, tokenize
from sparql_api.query.grammar import Unexpected, UnknownFunction, read_query
from sparql_api.query.groups import around, brackets, is_word

NOT_PLAIN: Final = frozenset({"<", "<<", "<<(", "{|", "~", "$"})
"""Marks that parsers read differently, or that this reading does not know."""
ORDERED: Final = frozenset({"LIMIT", "OFFSET", "SAMPLE", "GROUP_CONCAT"})
"""What makes of the same rows in another order another answer."""
DRAWN: Final = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
REACHING: Final = frozenset({"SERVICE", "SERVICESILENT", "LATERAL"})
STAYING: Final = ORDERED | DRAWN | REACHING
CHOOSING: Final = frozenset({"MIN", "MAX"})
"""Of values that are equal and not the same (1 and 1.0, an instant in two zones) they take the first that comes."""


@dataclass(frozen=True)
class Rewrite:
    """What was put otherwise: the place counts characters in the text as the rewrites before this one left it."""

    rule: str
    start: int
    end: int
    before: str
    after: str


class QueryReading:
    """The tokens of a text and its brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: Sequence[Token] = tuple(tokenize(text))

    @cached_property
    def closes(self) -> Mapping[int, int]:
        """Where each bracket closes."""
        return brackets(self.tokens) or {}

    @cached_property
    def plain(self) -> bool:
        """Tell whether this reading is surely the engine's, and no row depends on order or chance."""
        for token in self.tokens:
            strange = token.kind in ("bad", "bnode") or (token.kind == "punct" and token.text in NOT_PLAIN)
            if strange or is_word(token, *STAYING):
                return False
        try:
            read_query(self.tokens)
        except (Unexpected, UnknownFunction):
            return False
        return bool(self.closes)

    @cached_property
    def settled(self) -> bool:
        """Tell whether the query is plain, and gives the same answer in whatever order its patterns are joined."""
        return self.plain and not any(is_word(token, *CHOOSING) for token in self.tokens)

    def said(self, first: int, last: int, put: Mapping[tuple[int, int], str] | None = None) -> str:
        """Return the text from one token to another, with another text in the place of those between some."""
        at, kept = self.tokens[first].start, []
        for (begin, end), text in sorted((put or {}).items()):
            kept += [self.text[at : self.tokens[begin].start], text]
            at = self.tokens[end].end
        return "".join((*kept, self.text[at : self.tokens[last].end]))

    def outside(self, at: int) -> int | None:
        """Return the brace that opens the group of a token; None where something is around that evaluates otherwise."""
        found = around(self.closes, self.tokens, at)
        return found[0] if found and all(self._is_group(brace) for brace in found) else None

    def _is_group(self, brace: int) -> bool:
        """Tell whether a brace opens a group of its own: of WHERE, of a union, or of nothing."""
        before = self.tokens[brace - 1] if brace else None
        if before is None:
            return False
        if before.kind == "word":
            return is_word(before, "WHERE", "UNION", "ASK")
        if before.kind in ("var", "iri", "pname"):  # `SELECT ?x {`, but not `GRAPH ?x {`.
            return not is_word(self.tokens[brace - 2], "GRAPH")
        return before.text in ("{", "}", ".", "*", ")")
