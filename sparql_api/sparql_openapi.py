"""What OpenAPI says of `/sparql` and of the graph store: parameters, bodies and answers. Data, no behaviour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sparql_api.negotiation import GRAPHS, TABLES


def _parameter(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema or {"type": "string"}}


_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "iri"}}
_DATASET: Final = [
    _parameter("default-graph-uri", "Graphs merged as the default graph; they win over FROM.", _IRIS),
    _parameter("named-graph-uri", "Graphs that GRAPH can name.", _IRIS),
]
_BOUNDS: Final = [
    _parameter("timeout", "A deadline in seconds, shorter than the service's.", {"type": "number"}),
    _parameter("edition", "The number of the edition to ask; the current one by default.", {"type": "integer"}),
    _parameter("download", "Offer the answer as a file of this name."),
]
_COMMON: Final = [
    *_DATASET,
    _parameter("format", f"A short name, winning over Accept: {', '.join([*TABLES, *GRAPHS])}."),
    *_BOUNDS,
]
_PROBLEM: Final = {"application/problem+json": {"schema": {"type": "object", "required": ["type", "title", "status"]}}}
_ERRORS: Final = {
    "400": "No query, or a parameter that cannot be used; with line and column where there is one.",
    "403": "SERVICE off the list, or an update.",
    "404": "No such edition.",
    "406": "None of the formats accepted.",
    "413": "The query is too long.",
    "415": "The body is no query.",
    "429": "The client's share of engine time is used up.",
    "500": "The engine stopped on this query.",
    "502": "A service called by SERVICE did not answer.",
    "503": "A bound was reached, the queue is full, or nothing is published.",
    "504": "The deadline was reached.",
}


def _whole(description: str, media_types: Iterable[str]) -> dict[str, Any]:
    return {
        "description": description,
        "headers": {"Observatoire-Edition": {"schema": {"type": "integer"}}},
        "content": {media_type: {} for media_type in media_types},
    }


_RESPONSES: Final[dict[str, Any]] = {
    "200": _whole(
        "The whole answer; without a query, the description of the service.",
        [*TABLES.values(), *GRAPHS.values(), "text/html"],
    ),
    "304": {"description": "What the client has is still right."},
    **{status: {"description": said, "content": _PROBLEM} for status, said in _ERRORS.items()},
}
_QUERY: Final = {"type": "string", "description": "A SPARQL 1.1 or 1.2 query."}

GET: Final[dict[str, Any]] = {
    "summary": "Ask a SPARQL query",
    "tags": ["SPARQL"],
    "parameters": [_parameter("query", "A SPARQL query; without it, the service describes itself."), *_COMMON],
    "responses": _RESPONSES,
}
POST: Final[dict[str, Any]] = {
    "summary": "Ask a SPARQL query in the body",
    "tags": ["SPARQL"],
    "parameters": _COMMON,
    "requestBody": {
        "required": True,
        "content": {
            "application/sparql-query": {"schema": _QUERY},
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["query"], "properties": {"query": _QUERY}}
            },
        },
    },
    "responses": _RESPONSES,
}

GRAPH_STORE: Final[dict[str, Any]] = {
    "summary": "Read one graph",
    "description": "SPARQL 1.1 Graph Store HTTP Protocol, read side: `graph` or `default`, one of the two.",
    "tags": ["SPARQL"],
    "parameters": [
        _parameter("graph", "The IRI of the graph.", {"type": "string", "format": "iri"}),
        _parameter("default", "The default graph: the union of all."),
        _parameter("format", f"A short name, winning over Accept: {', '.join(GRAPHS)}."),
        *_BOUNDS,
    ],
    "responses": {
        "200": _whole("The whole graph.", GRAPHS.values()),
        **{status: said for status, said in _RESPONSES.items() if status not in ("200", "403", "413", "415", "502")},
    },
}
