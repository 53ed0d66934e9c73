"""What stands directly in a group of a query: its triples, its filters, its other patterns; over tokens.

Knows how patterns are told apart (SPARQL 1.1, section 19.8, GroupGraphPatternSub), for texts whose form is a query's.
Of what is not plain to read it says nothing (`None`): who asks leaves the query as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from queries import Token

CLOSING: Final = {"{": "}", "(": ")", "[": "]"}
TRIPLES: Final = "TRIPLES"
KEYWORDS: Final = ("FILTER", "OPTIONAL", "MINUS", "GRAPH", "BIND", "VALUES", "UNION")


@dataclass(frozen=True)
class GroupPart:
    """What stands directly in a group."""

    kind: str
    """The keyword that opens it, `{` for a group; TRIPLES for one token, or a bracket and what it holds, of triples."""
    first: int
    """Its first token."""
    last: int
    """Its last token, which belongs to it."""


def names(tokens: Iterable[Token]) -> set[str]:
    """Return the names of the variables among tokens, without their sign."""
    return {token.text[1:] for token in tokens if token.kind == "var"}


def is_word(token: Token, *words: str) -> bool:
    """Tell whether a token is one of these keywords (in capitals)."""
    return token.kind == "word" and token.text.upper() in words


def brackets(tokens: Sequence[Token]) -> dict[int, int] | None:
    """Return where each bracket closes, by where it opens; None where they do not match."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind != "punct":
            continue
        if token.text in CLOSING:
            stack.append(i)
        elif token.text in CLOSING.values():
            if not stack or CLOSING[tokens[stack[-1]].text] != token.text:
                return None
            found[stack.pop()] = i
    return None if stack else found


def around(closes: Mapping[int, int], tokens: Sequence[Token], at: int) -> list[int]:
    """Return where the braces open that a token stands in, the innermost first."""
    return sorted((i for i, end in closes.items() if i < at < end and tokens[i].text == "{"), reverse=True)


def parts(tokens: Sequence[Token], closes: Mapping[int, int], opening: int) -> list[GroupPart] | None:
    """Return what stands directly in the group that a brace opens; None where it is not plain to read."""
    found: list[GroupPart] = []
    at, end = opening + 1, closes[opening]
    while at < end:
        last = _last(tokens, closes, at)
        if last is None or last >= end:
            return None
        word = tokens[at].text.upper()
        opens = tokens[at].text == "{" or is_word(tokens[at], *KEYWORDS)
        found.append(GroupPart(word if opens else TRIPLES, at, last))
        at = last + 1
    return found


def tokens_of(tokens: Sequence[Token], some: Iterable[GroupPart]) -> Iterator[Token]:
    """Yield the tokens of parts."""
    for part in some:
        yield from tokens[part.first : part.last + 1]


def _last(tokens: Sequence[Token], closes: Mapping[int, int], at: int) -> int | None:
    """Return the last token of the part that begins at one; None where it is not plain to read."""
    token = tokens[at]
    if is_word(token, "FILTER"):
        opens = at + 1
        while opens < len(tokens) and tokens[opens].kind in ("iri", "pname", "word"):
            opens += 1
        return closes.get(opens)
    if is_word(token, "OPTIONAL", "MINUS", "UNION", "BIND"):
        return closes.get(at + 1)
    if is_word(token, "GRAPH"):
        return closes.get(at + 2)
    if is_word(token, "VALUES"):
        return closes.get(closes.get(at + 1, at + 1) + 1)
    if token.kind == "word" and not is_word(token, "A", "TRUE", "FALSE"):
        return None
    return closes.get(at) if token.text in CLOSING else at
