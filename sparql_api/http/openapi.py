"""What OpenAPI says of the addresses: parameters, and each answer with its media types and its form. Data.

The service decides by its own code; `tests/sparql_api/endpoint/test_openapi.py` holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

Schema = dict[str, Any]
Answers = Mapping[str, Schema]
"""{media type: what its body is}; an empty schema says nothing of it."""

TEXT: Final[Schema] = {"type": "string"}
WHOLE: Final[Schema] = {"type": "integer"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NUMBER: Final[Schema] = {"type": "integer", "minimum": 1}
TEXTS: Final[Schema] = {"type": "object", "additionalProperties": {"type": "string"}}
"""A text by language."""


def structure(**members: Schema) -> Schema:
    """Return the schema of an object all of whose members are there."""
    return {"type": "object", "required": list(members), "properties": members}


def several(items: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """Return the schema of what may be null."""
    return {"anyOf": [schema, {"type": "null"}]}


def parameter(name: str, description: str, schema: Schema | None = None, *, where: str = "query") -> Schema:
    """Return a parameter; one of the path is required."""
    found = {"name": name, "in": where, "description": description, "schema": schema or TEXT}
    return found | ({"required": True} if where == "path" else {})


def format_parameter(names: Iterable[str]) -> Schema:
    """Return the parameter that wins over the Accept header."""
    return parameter("format", "A format by its short name; wins over Accept.", {"type": "string", "enum": [*names]})


LANG: Final = parameter(
    "lang", "Language of texts and messages; wins over Accept-Language.", {"type": "string", "enum": ["fr", "en"]}
)
EDITION: Final = parameter(
    "edition",
    "The number of the edition to answer from; the current one by default.",
    {"type": "string", "pattern": "^(current|0|[1-9][0-9]{0,8})$"},
)
TIMEOUT: Final = parameter(
    "timeout", "A deadline in seconds, shorter than the service's; 0 wishes none.", {"type": "number", "minimum": 0}
)
TABLEUR: Final = {
    **parameter("tableur", "For a spreadsheet: the CSV has a byte order mark and semicolons."),
    "allowEmptyValue": True,
}
EXPLAIN: Final = {
    **parameter("explain", "In place of the answer, which engine answers and by what, as JSON."),
    "allowEmptyValue": True,
}
SAID_OF_EDITION: Final = "The edition that answers; `redacted` says how often it was made anew without what was erased."
EDITION_SAID: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]*(; redacted=[1-9][0-9]*)?$"}
PROBLEM: Final = structure(type=TEXT, title=TEXT, status=WHOLE, detail=TEXT)
"""RFC 9457."""
ERRORS: Final = {
    "400": "A parameter that cannot be used.",
    "403": "Refused, with the reason.",
    "404": "No such thing, or no such edition.",
    "405": "A method that this address does not know.",
    "406": "None of the formats accepted.",
    "408": "The body did not arrive in time.",
    "410": "The document was erased, or the edition held it and could not be made anew without it.",
    "413": "The query is too long.",
    "415": "The body is no query.",
    "429": "The client's share of engine time is used up.",
    "500": "The engine stopped on this query; others are not affected.",
    "502": "A service or the store behind this one did not answer as it should.",
    "503": "A bound was reached, the queue is full, nothing is published or yet made anew; `type` names which.",
    "504": "The deadline was reached.",
}
OF_EDITION: Final = ("404", "410", "503")
"""What an address that answers from an edition may also say."""
OF_COMPUTING: Final = ("429", "503", "504")
"""What an address that computes may also say."""
OF_ENGINE: Final = ("500", "502", "503", "504")
"""What an address that asks the engine may also say."""
_SAID: Final[Answers] = {"application/problem+json": PROBLEM, "text/html": {}}


def answers(found: Answers, errors: Iterable[str] = (), *, said: str = "As asked.", tagged: bool = True) -> Schema:
    """Return the responses of an operation: the answer, 304 where it is `tagged`, and problem documents."""
    edition = {"Observatoire-Edition": {"description": SAID_OF_EDITION, "schema": EDITION_SAID}}
    responses: Schema = {
        "200": {"description": said, "headers": edition, "content": {m: {"schema": s} for m, s in found.items()}}
    }
    if tagged:
        responses["304"] = {"description": "What the client has is still right."}
    for status in sorted({"405", *errors}):
        responses[status] = {"description": ERRORS[status], "content": {m: {"schema": s} for m, s in _SAID.items()}}
    return responses


def operation(
    found: Answers, *, parameters: Iterable[Schema] = (), errors: Iterable[str] = (), tagged: bool = True
) -> Schema:
    """Return what `openapi_extra` says of a GET; any may have a parameter that the address does not know."""
    return {"parameters": [*parameters, LANG], "responses": answers(found, {"400", *errors}, tagged=tagged)}
