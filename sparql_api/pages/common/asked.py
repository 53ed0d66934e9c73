"""What a request gives of a saved question's parameters, and how the API describes them.

Knows requests and parameters; what a value means, `queries` reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from starlette.requests import Request

from queries import Parameter, Question
from sparql_api.http.openapi import TEXT, Schema, parameter, several
from sparql_api.pages.common.layout import View

SCHEMAS: Final[Mapping[str, Mapping[str, str]]] = {
    "iri": {"type": "string", "format": "iri-reference"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "integer": int,
    "number": float,
    "boolean": lambda text: text in ("true", "1"),
}
"""How a default, which a question's file writes as text, is written in a schema of that type."""


def given_values(request: Request, question: Question) -> dict[str, list[str]]:
    """Return what a request gives of a question's parameters, each with its values, empty ones left out."""
    given = {one.name: request.query_params.getlist(one.name) for one in question.parameters}
    found = {name: [value for value in values if value] for name, values in given.items()}
    return {name: values for name, values in found.items() if values}


def spoken(view: View, question: Question, given: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return the values given; whoever names no language of labels reads them in that of the page."""
    read: dict[str, list[str]] = {one.name: [view.language] for one in question.parameters if one.type == "langue"}
    return read | dict(given)


def as_openapi(one: Parameter) -> Schema:
    """Return a question's parameter as OpenAPI describes it: a list where several values mean any of them."""
    item: Schema = dict(SCHEMAS.get(one.type, TEXT))
    schema = several(item) if one.several else item
    if one.default is not None:
        default = READ.get(item["type"], str)(one.default)
        schema["default"] = [default] if one.several else default
    required = one.required and one.default is None
    said = f"{one.label['en']}; repeated, any of them" if one.several else one.label["en"]
    return {**parameter(one.name, said, schema), "required": required}


def described_together(questions: Iterable[Question]) -> list[Schema]:
    """Return the parameters of several questions that one address asks, by name."""
    return [as_openapi(one) for _, one in sorted({p.name: p for q in questions for p in q.parameters}.items())]
