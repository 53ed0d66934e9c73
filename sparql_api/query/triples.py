"""Triple patterns read from tokens, where they are written plainly: nodes without brackets, paths of `/` and `^` alone.

Of any other it says nothing (`None`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from queries import Token
from sparql_api.query.groups import is_word, names
from sparql_api.words.errors import ServiceError


@dataclass(frozen=True)
class Triple:
    """A triple pattern; its path is one token where it is a property or a variable."""

    subject: Token
    path: tuple[Token, ...]
    object: Token
    first: int
    """Its subject among the tokens it was read from."""
    verb: int
    """The first token of its path there."""
    last: int
    """The last token of its object there."""

    @property
    def variables(self) -> set[str]:
        """The names of its variables."""
        return names((self.subject, *self.path, self.object))

    @property
    def steps(self) -> int:
        """How many properties its path is made of."""
        return sum(token.kind != "punct" for token in self.path)


def plain_triples(tokens: Sequence[Token]) -> list[Triple] | None:
    """Return the triples that tokens write; None where they are not plain."""
    reading = _TripleReading(tokens)
    try:
        reading.statements()
    except NotPlainTriples:
        return None
    return reading.found


def span_without(tokens: Sequence[Token], triple: Triple) -> tuple[int, int] | None:
    """Return the first and last token to leave out of plain triples for one of them to be gone; None where more goes.

    What is left writes the other triples, and may be nothing.
    """
    before = tokens[triple.verb - 1].text if triple.verb - 1 > triple.first else ""
    after = tokens[triple.last + 1].text if triple.last + 1 < len(tokens) else "."
    if "," in (before, after) or tokens[triple.last - 1].text == ",":
        return None
    if before == ";":
        return triple.verb - 1, triple.last
    if after == ".":
        return triple.first, min(triple.last + 1, len(tokens) - 1)
    following = tokens[triple.last + 2].text if triple.last + 2 < len(tokens) else "."
    return None if following in (".", ";") else (triple.verb, triple.last + 1)


class NotPlainTriples(ServiceError):
    """Something stands there that is not read here."""


class _TripleReading:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self.found: list[Triple] = []

    def statements(self) -> None:
        """TriplesBlock; the dots between parts of a group may stand alone."""
        while self._at < len(self._tokens):
            if self._takes("."):
                continue
            self._statement()
            if self._at < len(self._tokens) and not self._takes("."):
                raise NotPlainTriples

    def _statement(self) -> None:
        first = self._at
        self._node()
        self._properties(first)
        while self._takes(";"):
            if not self._stands(";", "."):
                self._properties(first)

    def _properties(self, first: int) -> None:
        verb = self._at
        path = self._path()
        self._object(first, verb, path)
        while self._takes(","):
            self._object(first, verb, path)

    def _object(self, first: int, verb: int, path: tuple[Token, ...]) -> None:
        node = self._node()
        self.found.append(Triple(self._tokens[first], path, node, first, verb, self._at - 1))

    def _path(self) -> tuple[Token, ...]:
        first = self._at
        if self._next().kind == "var":
            self._at += 1
            return tuple(self._tokens[first : self._at])
        self._step()
        while self._takes("/"):
            self._step()
        return tuple(self._tokens[first : self._at])

    def _step(self) -> None:
        self._takes("^")
        token = self._next()
        if token.kind not in ("iri", "pname") and not is_word(token, "A"):
            raise NotPlainTriples
        self._at += 1

    def _node(self) -> Token:
        token = self._next()
        self._at += 1
        if token.kind == "string":
            self._annotation()
        elif token.kind not in ("var", "iri", "pname", "number") and not is_word(token, "TRUE", "FALSE"):
            raise NotPlainTriples
        return token

    def _annotation(self) -> None:
        """Read the language or the datatype of a text."""
        if self._at < len(self._tokens) and self._tokens[self._at].kind == "lang":
            self._at += 1
        elif self._takes("^^"):
            if self._next().kind not in ("iri", "pname"):
                raise NotPlainTriples
            self._at += 1

    def _next(self) -> Token:
        if self._at >= len(self._tokens):
            raise NotPlainTriples
        return self._tokens[self._at]

    def _stands(self, *texts: str) -> bool:
        """Tell whether one of these marks stands here, or nothing any more."""
        return self._at >= len(self._tokens) or self._next().text in texts

    def _takes(self, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at].text == text:
            self._at += 1
            return True
        return False
