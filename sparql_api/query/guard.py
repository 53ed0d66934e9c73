"""The guard: judges a query by its tokens before any engine sees it (docs/decisions/engines.md).

Knows what a public query may do: read, and reach out by SERVICE to the addresses of a list. It reads as
the most lenient parser would: Oxigraph's takes `trueSERVICE<…>`, `SERVICE:x` and `FILTER(1<2)SERVICE#>`
for calls, and another may decode `\\u0053ERVICE` first. What it cannot read surely, it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal
from urllib.parse import unquote, urljoin, urlsplit

from queries import Token, tokenize

Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
FORMS: Final[tuple[Form, ...]] = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
UPDATES: Final = (
    "INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH",
)  # fmt: skip
PROLOGUE: Final = ("PREFIX", "BASE", "VERSION")
# What is computed anew at each evaluation: such an answer is not kept.
_VOLATILE: Final = re.compile(r"NOW|RAND|UUID", re.IGNORECASE)
_VARIABLE: Final = re.compile(r"[?$](\w+)")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
MAX_DEPTH: Final = 200


@dataclass(frozen=True)
class Call:
    """A SERVICE call; `address` is None where it is not plainly written out, `start` to `end` is where it is."""

    address: str | None
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Inspection:
    """What a query's tokens say of it."""

    form: Form | None
    """None where no query form opens the text."""
    update: str | None
    """The keyword of an update, or None."""
    names_dataset: bool
    """Whether a FROM clause stands in it."""
    calls: tuple[Call, ...]
    """What may be taken for SERVICE calls."""
    refused: bool
    """Whether a call is hidden in a way that no honest query needs."""
    volatile: bool
    """Whether evaluating it again may give another answer."""
    depth: int
    """The deepest nesting of brackets; 0 where there are too few brackets to matter."""
    star: int | None = None
    """Where the `*` of `SELECT *` stands, None where the query names its columns."""
    variables: tuple[str, ...] = ()
    """The variables of a `SELECT *` query, in the order they appear; perhaps others, from its comments."""


def inspect(text: str, prefixes: Mapping[str, str], base: str = "") -> Inspection:
    """Read a query's tokens; never fails, whatever the text.

    `prefixes` and `base` are what is declared beforehand. Only what cannot be excluded at a glance has all the
    tokens read: a word whose letters are not in the text is not among them.
    """
    reading = _Reading(text)
    lowered = text.casefold()
    calls = service_calls(text, reading.tokens, prefixes, base) if "service" in lowered else ()
    hidden: tuple[Call, ...] = ()
    if "\\" in text and "service" in (decoded := decode_escapes(text)).casefold() and decoded != text:
        hidden = service_calls(decoded, list(tokenize(decoded)), prefixes, base)
    opening = tokenize(text)
    form, update = first_keyword(opening)
    star = star_position(opening) if form == "SELECT" else None
    drawn = _VOLATILE.search(text) and any(_VOLATILE.search(t.text) for t in reading.tokens if t.kind == "word")
    return Inspection(
        form=form,
        update=update,
        names_dataset="from" in lowered and has_from(reading.tokens),
        calls=calls,
        # An escape that spells the keyword out is a call for engines that read it so, and for nobody here.
        refused=len(hidden) > len(calls),
        volatile=bool(calls) or bool(drawn),
        depth=max_depth(reading.tokens) if sum(map(text.count, "({[")) > MAX_DEPTH else 0,
        star=star,
        variables=tuple(dict.fromkeys(_VARIABLE.findall(text))) if star is not None else (),
    )


class _Reading:
    """The tokens of a text, read when first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def tokens(self) -> list[Token]:
        return list(tokenize(self._text))


def allowed(address: str, entries: Sequence[str]) -> bool:
    """Tell whether an address is on the list: an entry's origin, its path or below, by whole segments."""
    target = _location(address)
    return target is not None and any(
        entry is not None and target[:3] == entry[:3] and target[3][: len(entry[3])] == entry[3]
        for entry in map(_location, entries)
    )


def first_keyword(tokens: Iterator[Token]) -> tuple[Form | None, str | None]:
    """Return the form of the query, or the keyword of the update, that follows the prologue: read up to there."""
    for token in tokens:
        if token.kind != "word":
            continue
        word = token.text.upper()
        form = next((form for form in FORMS if word.startswith(form)), None)
        if form:
            return form, None
        if word in UPDATES:
            return None, word
        if word not in PROLOGUE:
            break
    return None, None


def star_position(tokens: Iterator[Token]) -> int | None:
    """Return the offset of the `*` that follows, after SELECT; None where something else does."""
    following = next(tokens, None)
    if following and following.text.upper() in ("DISTINCT", "REDUCED"):
        following = next(tokens, None)
    return following.start if following and following.text == "*" else None


def has_from(tokens: Sequence[Token]) -> bool:
    """Tell whether a dataset clause stands in the query: FROM outside of all brackets."""
    declared = declared_prefixes(tokens)
    depth = 0
    for token in tokens:
        depth += _turn(token)
        if depth:
            continue
        if token.kind == "word" and token.text.upper().startswith("FROM"):
            return True
        name, _, _ = token.text.partition(":")
        if token.kind == "pname" and name.upper() == "FROM" and name not in declared:
            return True
    return False


def declared_prefixes(tokens: Sequence[Token]) -> dict[str, str]:
    """Return the prefixes the query declares, the last declaration of each."""
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.text.upper().endswith("PREFIX") and name.kind == "pname" and iri.kind == "iri"
    }


def max_depth(tokens: Sequence[Token]) -> int:
    """Return the deepest nesting of brackets."""
    depth = deepest = 0
    for token in tokens:
        depth = max(0, depth + _turn(token))
        deepest = max(deepest, depth)
    return deepest


def service_calls(text: str, tokens: Sequence[Token], prefixes: Mapping[str, str], base: str) -> tuple[Call, ...]:
    """Return each thing that some parser could take for a SERVICE call."""
    known = {**prefixes, **declared_prefixes(tokens)}
    if any(t.kind == "pname" and t.text.upper().startswith("PREFIX") for t in tokens):
        known, base = {}, ""  # `PREFIX:<…>` declares for a lenient parser alone: no name is sure any more.
    if any(t.kind == "word" and t.text.upper().endswith("BASE") for t in tokens):
        base = ""
    calls = []
    for i, token in enumerate(tokens):
        if token.kind == "word" and "SERVICE" in token.text.upper():
            after = i + 2 if i + 1 < len(tokens) and _is(tokens[i + 1], "SILENT") else i + 1
            plain = token.text.upper() in ("SERVICE", "SERVICESILENT") and after < len(tokens)
            target = tokens[after] if plain else token
            calls.append(Call(_address(target, known, base) if plain else None, target.start, target.end))
        elif _hides_call(token, tokens, i):
            calls.append(Call(None))
    calls += [Call(None) for start in _doubtful(tokens) if "service" in text[start:].casefold()]
    return tuple(calls)


def decode_escapes(text: str) -> str:
    """Return the text with its codepoint escapes read (SPARQL 1.1 §19.2); impossible ones stay."""

    def read(match: re.Match[str]) -> str:
        code = int(match.group(1) or match.group(2), 16)
        return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else match.group()

    return _ESCAPE.sub(read, text)


def _is(token: Token, word: str) -> bool:
    return token.kind == "word" and token.text.upper() == word


def _turn(token: Token) -> int:
    """Return how a token changes the depth of brackets."""
    if token.kind != "punct":
        return 0
    return (token.text in ("(", "[", "{", "<<(", "{|")) - (token.text in (")", "]", "}", ")>>", "|}"))


def _hides_call(token: Token, tokens: Sequence[Token], i: int) -> bool:
    """Tell whether a lenient parser could read the keyword inside of this token."""
    if token.kind == "bad":
        return "service" in token.text.casefold()
    if token.kind != "pname" or "SERVICE" not in token.text.partition(":")[0].upper():
        return False
    # `SERVICE:x {`: a name that begins with the keyword, then a group.
    opens = i + 1 < len(tokens) and tokens[i + 1].text == "{"
    before = tokens[i - 1].text.upper() if i > 0 and tokens[i - 1].kind == "word" else ""
    return opens and before not in ("GRAPH", "FROM", "NAMED", "DESCRIBE")


def _doubtful(tokens: Sequence[Token]) -> Iterator[int]:
    """Yield where a `<` may open an IRI or compare, in parentheses: `xsd:boolean(?x<'>')`, `?x (?y<<b'c>)`.

    After a name or a variable the parentheses may be a list's or an expression's, so IRIs are looked at too.

    It matters only where what follows, read the other way, hides or shows a string or a comment.
    """
    stack: list[bool] = []
    for i, token in enumerate(tokens):
        if token.text == "(" and token.kind == "punct":
            stack.append(i > 0 and tokens[i - 1].kind in ("pname", "iri", "var"))
        elif token.text == ")" and token.kind == "punct" and stack:
            stack.pop()
        elif stack and token.text[0] == "<" and tokens[i - 1].text not in ("(", ",", "^^"):
            shifts = stack[-1] and token.kind == "iri" and ("'" in token.text or "#" in token.text)
            if shifts or token.text.startswith("<<"):
                yield token.start


def _address(token: Token, prefixes: Mapping[str, str], base: str) -> str | None:
    """Return what a token names; None where that is not plain, or no address at all (`<http://[>`)."""
    if token.kind == "iri":
        try:
            return urljoin(base, decode_escapes(token.text[1:-1]))
        except ValueError:
            return None
    if token.kind == "pname":
        prefix, _, local = token.text.partition(":")
        if prefix in prefixes and "\\" not in local:
            return decode_escapes(prefixes[prefix]) + local
    return None


def _location(address: str) -> tuple[str, str, int | None, list[str]] | None:
    """Return scheme, host, port and path segments; None where the address is not plainly one of the web."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    if "\\" in address or any(unquote(segment) in (".", "..") for segment in segments):
        return None
    port = port or {"http": 80, "https": 443}[parts.scheme]
    return parts.scheme, parts.hostname.rstrip("."), port, segments
