"""What OpenAPI says of `/sparql` and of the graph store: parameters, bodies and answers. Data, no behaviour."""

from __future__ import annotations

from typing import Any, Final

from sparql_api.formats.negotiation import GRAPH_ALIASES, GRAPHS, HTML, TABLE_ALIASES, TABLES
from sparql_api.http.openapi import (
    EDITION,
    EXPLAIN,
    LANG,
    OF_EDITION,
    OF_ENGINE,
    TIMEOUT,
    answers,
    format_parameter,
    parameter,
)

_NUMBER: Final = "^(0|[1-9][0-9]{0,8})$"
_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "iri"}}
_GRAPH_MEDIA: Final = [*GRAPHS.values(), *GRAPH_ALIASES]
_MEDIA: Final = dict.fromkeys([*TABLES.values(), *TABLE_ALIASES, *_GRAPH_MEDIA, HTML])
_BOUNDS: Final = [
    TIMEOUT,
    EDITION,
    parameter("download", "Offer the answer as a file of this name."),
    LANG,
]
_COMMON: Final = [
    parameter("default-graph-uri", "Graphs merged as the default graph; they win over FROM.", _IRIS),
    parameter("named-graph-uri", "Graphs that GRAPH can name.", _IRIS),
    format_parameter([*TABLES, *GRAPHS]),
    parameter("version", "The version of SPARQL that the query is written in; all are read alike."),
    EXPLAIN,
    *_BOUNDS,
]
_READ: Final = ("400", "406", "429", *OF_EDITION, *OF_ENGINE)
_ASKED: Final = (*_READ, "403", "413")
_SENT: Final = (*_ASKED, "408", "415")
_SAID: Final = "The whole answer; without a query, the description of the service."
_EXAMPLE: Final = "SELECT ?projet ?principe { ?projet a oia:Projet ; oia:concerne ?principe } LIMIT 10"
_QUERY: Final = {"type": "string", "description": "A SPARQL 1.1 or 1.2 query.", "examples": [_EXAMPLE]}

GET: Final[dict[str, Any]] = {
    "summary": "Ask a SPARQL query",
    "tags": ["SPARQL"],
    "parameters": [
        parameter("query", "Without it, the service describes itself.", {"type": "string", "examples": [_EXAMPLE]}),
        *_COMMON,
    ],
    "responses": answers({name: {} for name in _MEDIA}, _ASKED, said=_SAID),
}
POST: Final[dict[str, Any]] = {
    "summary": "Ask a SPARQL query in the body",
    "description": "The method QUERY (draft-ietf-httpbis-safe-method-w-body) takes the same bodies, and is safe: a "
    "request may be repeated. OpenAPI 3.1 has no place for it.",
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
    "responses": answers({name: {} for name in _MEDIA}, _SENT, said="The whole answer."),
}
GRAPH_STORE: Final[dict[str, Any]] = {
    "summary": "Read one graph",
    "description": "SPARQL 1.1 Graph Store HTTP Protocol, read side: `graph` or `default`, one of the two. "
    "What would change a graph (PUT, POST, DELETE, PATCH) is refused (403).",
    "tags": ["SPARQL"],
    "parameters": [
        parameter("graph", "The IRI of the graph.", {"type": "string", "format": "iri"}),
        parameter("default", "The default graph: the union of all."),
        format_parameter(GRAPHS),
        *_BOUNDS,
    ],
    "responses": answers({name: {} for name in _GRAPH_MEDIA}, (*_READ, "403"), said="The whole graph."),
}


def of_edition(described: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of the endpoint over one edition: as of the other, the edition in the path."""
    number = parameter("number", "The number of an edition.", {"type": "string", "pattern": _NUMBER}, where="path")
    return {**described, "parameters": [number, *(one for one in described["parameters"] if one is not EDITION)]}
