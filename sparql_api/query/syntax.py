"""Says of a text that is no query what is wrong, where, and what to write instead, in French and English.

Knows how to put it; where the text stops being a query is found by `grammar.py`, and that it is none was said by
the engine, whose own words (terms of its parser's grammar) nobody should have to read.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ontologie import LANGUAGES, character_name, is_invisible, with_names
from queries import Token, tokenize
from sparql_api.query.grammar import AGGREGATES, FUNCTIONS, KEYWORDS, Unexpected, UnknownFunction, read_query
from sparql_api.query.guard import FORMS, declared_prefixes
from sparql_api.words.problems import Problem, problem
from sparql_api.words.texts import Text, text_of

NAMES: Final = {
    "end": text_of("expected-end"),
    "var": text_of("expected-variable"),
    "iri": text_of("expected-iri"),
    "node": text_of("expected-node"),
    "verb": text_of("expected-property"),
    "value": text_of("expected-value"),
    "string": text_of("expected-string"),
    "number": text_of("expected-number"),
    "integer": text_of("expected-integer"),
    "prefix": text_of("expected-prefix"),
    "expression": text_of("expected-expression"),
    "function": text_of("expected-function"),
    "operator": text_of("expected-operator"),
}
# What the engine's parser says in words of its own, by a part of its message.
MEANINGS: Final = {
    "variable that is unbound": text_of("select-outside-group"),
    "SELECT * is not authorized": text_of("select-star-with-group"),
    "IRI parsing failed": text_of("invalid-iri"),
    "should be a non negative integer": text_of("number-too-large"),
    "escape sequence should": text_of("wrong-escape"),
    "language tag parsing failed": text_of("wrong-language-tag"),
}
ELSEWHERE: Final = text_of("meaning-wrong")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where (line and column count characters from 1)."""

    line: int
    column: int
    reason: Text
    suggestion: str | None = None
    start: int = 0


def explain(text: str, message: str, prefixes: Mapping[str, str]) -> Problem:
    """Return the problem document for a text that the engine refused with `message`."""
    return told(find(text, message, prefixes))


def first_problem(text: str, prefixes: Mapping[str, str]) -> Problem | None:
    """Return the problem of a text whose form is no query's, which no engine has seen; None where nothing is found."""
    fault = first_fault(text, list(tokenize(text)), prefixes)
    return told(fault) if fault else None


def told(fault: Fault) -> Problem:
    """Return the problem document of a fault."""
    extra: dict[str, object] = {"line": fault.line, "column": fault.column}
    if fault.suggestion:
        extra["suggestion"] = fault.suggestion
    return problem("syntax", line=fault.line, column=fault.column, reason=fault.reason, extra=extra)


def find(text: str, message: str, prefixes: Mapping[str, str]) -> Fault:
    """Return the first fault of a text."""
    tokens = list(tokenize(text))
    if found := first_fault(text, tokens, prefixes):
        return found
    # The engine's own position is where its parser gave up, which is not where the meaning fails.
    meaning = next((said for part, said in MEANINGS.items() if part in message), ELSEWHERE)
    first = next((token for token in tokens if token.text.upper() in FORMS), tokens[0])
    return at(first, meaning)


def first_fault(text: str, tokens: Sequence[Token], prefixes: Mapping[str, str]) -> Fault | None:
    """Return the first fault of a text's form; None where its form is that of a query."""
    if not tokens:
        return Fault(1, 1, text_of("empty-query"))
    found = [fault for fault in (unreadable(tokens), undeclared(tokens, prefixes)) if fault]
    try:
        read_query(tokens)
    except UnknownFunction as error:
        found.append(unknown_function(error.token))
    except Unexpected as error:
        found.append(unexpected(error, text, tokens))
    return min(found, key=lambda fault: fault.start, default=None)


def unreadable(tokens: Sequence[Token]) -> Fault | None:
    """Return the fault of the first characters that are no token: most often a quote never closed."""
    token = next((token for token in tokens if token.kind == "bad"), None)
    if token is None:
        return None
    if token.text[0] in "\"'":
        reason = text_of("text-never-closed")
    elif token.text[0] == "\\":
        reason = text_of("backslash")
    elif is_invisible(token.text[0]):
        shown = Text(*(character_name(token.text[0], lang) for lang in LANGUAGES))
        reason = text_of("invisible-character", name=shown)
    else:
        seen = token.text[0]
        reason = text_of("character-out-of-place", seen=seen)
    return at(token, reason)


def undeclared(tokens: Sequence[Token], prefixes: Mapping[str, str]) -> Fault | None:
    """Return the fault of the first prefix that nothing declares."""
    known = {**prefixes, **declared_prefixes(tokens)}
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is not None and before.text.upper() == "PREFIX":
            continue
        prefix = token.text.partition(":")[0]
        if token.kind != "pname" or prefix in known:
            continue
        close = difflib.get_close_matches(prefix, known, 1)
        line = f"PREFIX {close[0]}: <{known[close[0]]}>" if close else f"PREFIX {prefix}: <http://…>"
        shown = visible(prefix)
        nearest = (
            text_of("did-you-mean-prefix", near=close[0]) if close else Text("", "")
        )
        usual = ", ".join(sorted(prefixes))
        reason = text_of("prefix-undeclared", name=shown, nearest=nearest, usual=usual)
        return at(token, reason, line)
    return None


def unknown_function(token: Token) -> Fault:
    """Return the fault of a word called as a function that is none."""
    close = closest(token.text, FUNCTIONS)
    reason = text_of("no-function", word=token.text)
    return at(token, with_suggestion(reason, close), close)


def unexpected(error: Unexpected, text: str, tokens: Sequence[Token]) -> Fault:
    """Return the fault of a token where another thing was due."""
    token = error.token
    expected = text_of("expected", names=Text(*(listed(error.expected, lang) for lang in LANGUAGES)))
    if token is None:
        opened = unclosed(tokens)
        reason = text_of("stops-too-early")
        if opened:
            where = f"{opened.line}:{opened.column}"
            reason = text_of("never-closed", word=opened.text, where=where)
        line, column = place(text, len(text.rstrip()))
        return Fault(line, column, text_of("stops", reason=reason, expected=expected), start=len(text))
    shown = visible(token.text if len(token.text) <= 40 else token.text[:39] + "…")
    close = closest(token.text, {*KEYWORDS, *(word for word in error.expected if word.isupper())})
    if token.kind != "word" or token.text.upper() in KEYWORDS:
        close = None
    if token.text.upper() in AGGREGATES | FUNCTIONS and "WHERE" in error.expected:
        close = f"({token.text.upper()}(…) AS ?x)"
    reason = text_of("unexpected", name=shown, expected=expected)
    return at(token, with_suggestion(reason, close), close)


def unclosed(tokens: Sequence[Token]) -> Token | None:
    """Return the innermost bracket that is never closed."""
    closing = {"{": "}", "(": ")", "[": "]", "<<": ">>", "<<(": ")>>", "{|": "|}"}
    stack: list[Token] = []
    for token in tokens:
        if token.kind != "punct":
            continue
        if token.text in closing:
            stack.append(token)
        elif stack and token.text == closing[stack[-1].text]:
            stack.pop()
    return stack[-1] if stack else None


def closest(word: str, words: Sequence[str] | set[str] | frozenset[str]) -> str | None:
    """Return the known word that a misspelt one is closest to."""
    found = difflib.get_close_matches(word.upper(), words, 1, 0.7)
    return found[0] if found else None


def with_suggestion(reason: Text, word: str | None) -> Text:
    """Return the reason with what may have been meant."""
    if word is None:
        return reason
    return text_of("did-you-mean-word", reason=reason, word=word)


def listed(expected: Sequence[str], language: str) -> str:
    """Return what was expected, in words."""
    quoted = "« {} »" if language == "fr" else "'{}'"
    words = [
        NAMES[name].get(language) if name in NAMES else name if name.isupper() else quoted.format(name)
        for name in expected
    ]
    last = " ou " if language == "fr" else " or "
    return ", ".join(words[:-1]) + (last if len(words) > 1 else "") + words[-1]


def at(token: Token, reason: Text, suggestion: str | None = None) -> Fault:
    """Return a fault at a token."""
    return Fault(token.line, token.column, reason, suggestion, token.start)


def place(text: str, offset: int) -> tuple[int, int]:
    """Return line and column of an offset."""
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1


def visible(text: str) -> Text:
    """Return a text as a message quotes it, what nobody sees of it named in brackets."""
    return Text(with_names(text, "fr"), with_names(text, "en"))
