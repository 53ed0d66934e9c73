"""Puts typed values into a question: `VALUES $name { UNDEF }` marks where the value of `name` enters.

A value is never pasted as text: it is made one RDF term first, and the term takes the place of the token
UNDEF, so a value can say nothing but itself. A parameter without a value loses its clause: its variable stays free.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, Word, in_both
from queries.errors import QuestionError
from queries.questions import Parameter, Question
from queries.tokens import tokenize

XSD: Final = PREFIXES["xsd"]
LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
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


def bind(question: Question, values: Mapping[str, str], base: str = BASE) -> str:
    """Return the question's SPARQL with its parameters bound; a parameter given as "" counts as not given.

    Raises BadParameter for an unknown name, a missing required value, or one that does not fit its type.
    """
    known = {parameter.name: parameter for parameter in question.parameters}
    for name in values:
        if name not in known:
            names = ", ".join(known) or "—"
            raise BadParameter(name, "unknown", names=names)
    terms: dict[str, str | None] = {}
    for parameter in question.parameters:
        value = values.get(parameter.name) or parameter.default
        terms[parameter.name] = None if value is None else str(to_term(parameter, value, base))
        if value is None and parameter.required:
            raise BadParameter(parameter.name, "needed", label=parameter.label)
    return substitute(question.text, terms)


def substitute(text: str, terms: Mapping[str, str | None]) -> str:
    """Return the text with `VALUES $name { UNDEF }` filled with each serialised term, or removed for None."""
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
    kind = parameter.type
    try:
        if kind == "iri":
            return ox.NamedNode(value if "://" in value or value.startswith("urn:") else base + value)
        if kind in LEXICAL:
            if not LEXICAL[kind].fullmatch(value):
                raise ValueError(value)
            return ox.Literal(value, datatype=ox.NamedNode(XSD + kind))
        if kind == "date":
            return ox.Literal(date.fromisoformat(value).isoformat(), datatype=ox.NamedNode(XSD + "date"))
        if kind == "langue" and not LANGUAGE_TAG.fullmatch(value):
            raise ValueError(value)
        return ox.Literal(value.lower() if kind == "langue" else value)
    except ValueError as error:
        raise BadParameter(parameter.name, "takes", what=in_both("questions", f"type-{kind}", base=base)) from error
