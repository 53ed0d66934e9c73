"""Puts typed values into a question: `VALUES $name { UNDEF }` marks where the value of `name` enters.

A value is never pasted as text: it is made one RDF term first, and the term takes the place of the token
UNDEF, so a value can say nothing but itself. A parameter given several times means any of its values. One without a
value loses its clause: its variable stays free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Self

import pyoxigraph as ox

from ontologie import BASE, LANGUAGES, PREFIXES, Word, in_both
from queries.errors import QuestionError
from queries.questions import Parameter, Question
from queries.tokens import tokenize

XSD: Final = PREFIXES["xsd"]
MOST_VALUES: Final = 100
"""Values of one parameter."""
Values = Mapping[str, str | Sequence[str]]
"""What is given of each parameter: a value, or several of which any may hold."""
LEXICAL: Final = {
    "integer": re.compile(r"[+-]?[0-9]{1,18}"),
    "decimal": re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?"),
    "boolean": re.compile(r"true|false|0|1"),
}


class BadParameter(QuestionError, ValueError):
    """A value that a question cannot take; `messages` says why, in French and English."""

    def __init__(self, parameter: str, code: str, **words: Word) -> None:
        self.parameter, self.messages = parameter, in_both("questions", code, name=parameter, **words)
        super().__init__(self.messages["en"])


class BoundText(str):
    """The SPARQL of a question with its values, which still says which version of which question it is, and of which
    values: what answers questions otherwise than by their text finds them so."""

    __slots__ = ("question", "tried", "values")
    question: str
    values: Mapping[str, Sequence[str]]
    tried: bool

    def __new__(cls, text: str, question: str = "", values: Mapping[str, Sequence[str]] | None = None) -> Self:
        """Return a text; `question` is a reference, `values` the lexical forms and whole IRIs of each parameter."""
        made = super().__new__(cls, text)
        made.question, made.values, made.tried = question, dict(values or {}), False
        return made

    def written(self, text: str) -> BoundText:
        """Return the same question and values with another text that asks the same."""
        return BoundText(text, self.question, self.values)

    def to_try(self) -> BoundText:
        """Return a text of its own that its twin answers or nobody: to compare both."""
        made = self.written(f"{self}# by its twin\n")
        made.tried = True
        return made


def bind(question: Question, values: Values, base: str = BASE) -> BoundText:
    """Return the question's SPARQL with its parameters bound; a value given as "" counts as not given.

    Raises BadParameter for an unknown name, a missing required value, one that does not fit its type, several of what
    takes one, or more than `MOST_VALUES`.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in values:
        if name not in known:
            names = ", ".join(known) or "—"
            raise BadParameter(name, "unknown", names=names)
    terms = {one.name: bound_terms(one, values.get(one.name, ()), base) for one in question.parameters}
    written = {name: " ".join(map(str, found)) or None for name, found in terms.items()}
    plain = {name: [term.value for term in found] for name, found in terms.items()}
    return BoundText(substitute(question.text, written), question.reference, plain)


def bound_terms(parameter: Parameter, given: str | Sequence[str], base: str = BASE) -> list[ox.NamedNode | ox.Literal]:
    """Return the terms of a parameter, each once, none where nothing is given; raises BadParameter."""
    told = [given] if isinstance(given, str) else given
    found = [value for value in told if value] or [value for value in (parameter.default,) if value is not None]
    if not found and parameter.required:
        raise BadParameter(parameter.name, "needed", label=parameter.label)
    terms = dict.fromkeys(to_term(parameter, value, base) for value in found[: MOST_VALUES + 1])
    if len(terms) > (MOST_VALUES if parameter.several else 1):
        raise BadParameter(parameter.name, "too-many" if parameter.several else "one", most=str(MOST_VALUES))
    return list(terms)


def substitute(text: str, terms: Mapping[str, str | None]) -> str:
    """Return the text with `VALUES $name { UNDEF }` filled with serialised terms, or removed for None."""
    tokens = list(tokenize(text))
    parts, at = [], 0
    for i in range(len(tokens) - 4):
        values, variable, opening, undefined, closing = (token.text for token in tokens[i : i + 5])
        marked = (values.upper(), opening, undefined.upper(), closing) == ("VALUES", "{", "UNDEF", "}")
        if not marked or not variable.startswith("$") or variable[1:] not in terms:
            continue
        term = terms[variable[1:]]
        parts += [text[at : tokens[i].start], "" if term is None else f"VALUES {variable} {{ {term} }}"]
        at = tokens[i + 4].end
    parts.append(text[at:])
    return "".join(parts)


def to_term(parameter: Parameter, value: str, base: str = BASE) -> ox.NamedNode | ox.Literal:
    """Return the RDF term of a value; raises BadParameter where it does not fit the parameter's type."""
    kind, words = parameter.type, {"base": base, "languages": ", ".join(LANGUAGES)}
    try:
        if kind == "iri":
            return ox.NamedNode(value if "://" in value or value.startswith("urn:") else base + value)
        if kind in LEXICAL:
            if not LEXICAL[kind].fullmatch(value):
                raise ValueError(value)
            return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))
        if kind == "date":
            return ox.Literal(date.fromisoformat(value).isoformat(), datatype=ox.NamedNode(XSD + "date"))
        if kind == "langue":
            value = value.lower().partition("-")[0]
            if value not in LANGUAGES:  # what is shown has a name in each of these, and no row in another one
                raise ValueError(value)
        return ox.Literal(value)
    except ValueError as error:
        raise BadParameter(parameter.name, "takes", what=in_both("questions", f"type-{kind}", **words)) from error
