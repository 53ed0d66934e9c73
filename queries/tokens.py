"""The tokens of SPARQL 1.1 and 1.2: tells strings, IRIs, comments and names apart, and where each stands.

Knows the terminals of the grammar (https://www.w3.org/TR/sparql12-query/#sparqlGrammar) and nothing of what a
query means: it never fails, what fits no terminal comes out as a token of kind `bad`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Kind = Literal[
    "iri", "pname", "bnode", "var", "string", "lang", "number", "word", "punct", "space", "comment", "bad"
]
TRIVIA: Final = frozenset({"space", "comment"})


class Token(NamedTuple):
    """One terminal; `start` and `end` are offsets in the text, `line` and `column` count from 1."""

    kind: Kind
    text: str
    start: int
    end: int
    line: int
    column: int


# PN_CHARS_BASE, PN_CHARS_U, PN_CHARS, PLX of the grammar.
_BASE: Final = (
    r"A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F"
    r"\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF"
)
_START: Final = _BASE + "_"
_CHAR: Final = _START + r"0-9\-\u00B7\u0300-\u036F\u203F-\u2040"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# A name may hold dots but not end with one: `\.+(?=…)` takes dots only where the name goes on. Quantifiers
# are possessive, a prefix is bounded, an unclosed string is one bad token: linear time whatever the text.
_PREFIX: Final = rf"(?:[{_BASE}](?:[{_CHAR}]|\.+(?=[{_CHAR}])){{0,255}}+)?:"
_LOCAL: Final = rf"(?:[{_START}:0-9]|{_ESCAPED})(?:[{_CHAR}:]|{_ESCAPED}|\.+(?=[{_CHAR}:%\\]))*+"
_STRING: Final = (
    r'"""(?:"{0,2}+(?!")(?:[^"\\]|\\.))*+"{3}'
    r"|'''(?:'{0,2}+(?!')(?:[^'\\]|\\.))*+'{3}"
    r'|(?!""")"(?:[^"\\\n\r]|\\[^\n\r])*+"'
    r"|(?!''')'(?:[^'\\\n\r]|\\[^\n\r])*+'"
)
_UNCLOSED: Final = r"\"{3}.*+|'{3}.*+|[\"'][^\n\r]*+"
_PUNCTUATION: Final = r"<<\(|\)>>|<<|>>|\{\||\|\}|\^\^|&&|\|\||!=|<=|>=|[{}()\[\];,.=<>!+\-*/|^?~$]"
_TERMINALS: Final = {
    "space": r"[ \t\r\n]+",
    "comment": r"#[^\n\r]*",
    "iri": r'<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>',
    "var": rf"[?$][{_START}0-9](?:[{_START}0-9\u00B7\u0300-\u036F\u203F-\u2040])*",
    "string": _STRING,
    "bnode": rf"_:[{_START}0-9](?:[{_CHAR}]|\.+(?=[{_CHAR}]))*",
    "pname": rf"{_PREFIX}(?:{_LOCAL})?",
    "lang": r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?",
    "number": r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++",
    "word": r"[A-Za-z_][A-Za-z0-9_]*",
    "punct": _PUNCTUATION,
    "bad": rf"{_UNCLOSED}|.",
}
_TOKEN: Final = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _TERMINALS.items()), re.DOTALL
)


# Words after which parentheses hold data in a pattern, not an expression: `VALUES (?a ?b)`, `?s a (1 2)`.
_BEFORE_DATA: Final = re.compile(r"a|\w*VALUES", re.IGNORECASE)
_BEFORE_CALL: Final = re.compile(r"\w*(?:FILTER|HAVING|BY|ASC|DESC)", re.IGNORECASE)
_OPERANDS: Final = frozenset({"iri", "pname", "bnode", "var", "string", "lang", "number"})


def tokenize(text: str, *, trivia: bool = False) -> Iterator[Token]:
    """Yield the tokens of a query, in order; with `trivia`, spaces and comments too (joined: the text).

    `<` is the one terminal that needs context: where an operand has just ended inside the parentheses of an
    expression it compares, as in `?a<?b && ?c>?d`; anywhere else it opens an IRI where it can.
    """
    scope = _Scope()
    line, line_start, counted, at = 1, 0, 0, 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match is not None  # The last terminal takes any character.
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        found = match.group()
        if found[0] == "<" and scope.compares():
            kind, found = "punct", "<=" if found.startswith("<=") else "<"
        start, at = at, at + len(found)
        if kind in TRIVIA and not trivia:
            continue
        newlines = text.count("\n", counted, start)
        if newlines:
            line += newlines
            line_start = text.rfind("\n", counted, start) + 1
        counted = start
        yield Token(kind, found, start, at, line, start - line_start + 1)
        if kind not in TRIVIA:
            scope.take(kind, found)


_CONDITIONS: Final = re.compile("group|having|order", re.IGNORECASE)
"""Parsers take `ORDERBY`, and what comes before or after in the same word."""


class _Scope:
    """What the open brackets hold: "e" an expression, "p" a pattern, "d" data; and the last two tokens."""

    def __init__(self) -> None:
        self.open: list[str] = []
        self.conditions = False
        """Whether conditions of GROUP BY, HAVING or ORDER BY are read: there every parenthesis holds an expression."""
        self._outside: list[bool] = []
        self.last: tuple[str, str] = ("", "")
        self.before: tuple[str, str] = ("", "")

    def compares(self) -> bool:
        """Tell whether `<` compares here."""
        return bool(self.open) and self.open[-1] == "e" and self.operand_ended()

    def operand_ended(self) -> bool:
        kind, found = self.last
        return kind in _OPERANDS or found == ")" or (kind == "word" and found.lower() in ("true", "false"))

    def take(self, kind: str, found: str) -> None:
        if kind == "punct":
            if found in ("{", "{|"):
                self._enter("p")
                self.conditions = False
            elif found in ("[", "<<(", "<<"):
                self._enter("d")
            elif found == "(":
                self._enter("e" if self._opens_expression() else "d")
            elif found in ("}", "|}", ")", "]", ")>>", ">>") and self.open:
                self.open.pop()
                self.conditions = self._outside.pop()
        elif kind == "word" and _CONDITIONS.search(found):
            self.conditions = True
        elif kind == "word" and found.upper() == "VALUES":
            self.conditions = False
        self.before, self.last = self.last, (kind, found)

    def _enter(self, holds: str) -> None:
        self.open.append(holds)
        self._outside.append(self.conditions)

    def _opens_expression(self) -> bool:
        if not self.open or self.open[-1] == "e" or self.conditions:
            return True
        kind, found = self.last
        if kind == "word":
            return not _BEFORE_DATA.fullmatch(found)
        called = kind in ("iri", "pname") and self.before[0] == "word"
        return called and _BEFORE_CALL.fullmatch(self.before[1]) is not None
