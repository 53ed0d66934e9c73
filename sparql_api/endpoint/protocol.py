"""SPARQL 1.1 Protocol, query side: what an HTTP request asks (https://www.w3.org/TR/sparql11-protocol/).

Knows requests; runs nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from fastapi import Request

from sparql_api.http.bodies import read_body
from sparql_api.http.parameters import BYTE_ORDER_MARK, edition_number, is_wanted, timeout_seconds, unknown_among
from sparql_api.http.query_strings import bad, decode
from sparql_api.query.dataset import Dataset
from sparql_api.query.reader_process import WAITING, Crowded, in_reader_process
from sparql_api.words.problems import Problem, ProblemError

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
SINGLE: Final = ("query", "edition", "timeout", "version", "download", "explain")
REPEATED: Final = ("format", "_format")
"""SPARQLWrapper gives its format twice, a short name first, sometimes an empty one next: the first counts."""
WITH_BODY: Final = ("POST", "QUERY")
"""QUERY is a safe POST: it may be repeated and kept (draft-ietf-httpbis-safe-method-w-body)."""
MAX_GRAPHS: Final = 1000


@dataclass(frozen=True)
class SparqlRequest:
    """What a client asks of the endpoint; `query` is None where it asks for the service itself."""

    query: str | None
    dataset: Dataset | None = None
    format: str | None = None
    edition: int | None = None
    timeout: float | None = None
    download: str | None = None
    """The name of the file under which the answer is to be saved, without its extension."""
    explain: bool = False
    """Whether to say what the engine is asked, in place of the answer."""
    ignored: tuple[str, ...] = ()
    """Parameters that mean nothing here."""


async def read_request(request: Request, max_bytes: int, known: Collection[str] = ()) -> SparqlRequest:
    """Return what a GET, HEAD, POST or QUERY asks; raises ProblemError (400, 403, 413, 415).

    Of a body, no more than `max_bytes` are read. `known` are the names of parameters.
    """
    parameters = decode(request.scope["query_string"])
    if request.method in WITH_BODY:
        media_type, charset = content_type(request)
        if media_type not in (FORM, QUERY, UPDATE) or charset not in ("", "utf-8", "utf8", "us-ascii"):
            sent = request.headers.get("content-type", "—")
            raise ProblemError(Problem("media-type", {"media_type": sent}))
        if media_type == UPDATE:
            raise ProblemError(Problem("update-refused"))
        body = await read_body(request, max_bytes, too_long(max_bytes))
        if media_type == FORM:
            try:
                parameters += await in_reader_process(len(body), decode, body)
            except Crowded:
                raise ProblemError(crowded()) from None
        else:
            refuse_second_query(parameters)
            parameters.append(("query", text(body)))
    return interpret(parameters, known)


def interpret(parameters: Sequence[tuple[str, str]], known: Collection[str] = ()) -> SparqlRequest:
    """Return what decoded parameters ask; raises ProblemError (400, 403)."""
    values: dict[str, str] = {}
    for name, value in parameters:
        if name in SINGLE:
            if name in values:
                raise bad(name, "more-than-once")
            values[name] = value
        elif name in REPEATED and value:
            values.setdefault("format", value)
        elif name in ("update", "using-graph-uri", "using-named-graph-uri"):
            raise ProblemError(Problem("update-refused"))
    default = graphs("default-graph-uri", parameters)
    named = graphs("named-graph-uri", parameters)
    return SparqlRequest(
        query=None if "query" not in values else values["query"].removeprefix(BYTE_ORDER_MARK),
        dataset=Dataset(default, named) if default or named else None,
        format=values.get("format"),
        edition=edition_number(values.get("edition", "")),
        timeout=timeout_seconds(values.get("timeout", "")),
        download=file_name(values),
        explain=is_wanted(values.get("explain", "non")),
        ignored=unknown_among((name for name, _ in parameters), known),
    )


def content_type(request: Request) -> tuple[str, str]:
    """Return the media type of the body and its charset, both in lower case, "" where none is given."""
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    pairs = (parameter.partition("=") for parameter in parameters)
    charset = next((value.strip(' "') for name, _, value in pairs if name.strip() == "charset"), "")
    return media_type.strip(), charset


def too_long(max_bytes: int) -> Problem:
    """Return the problem of a body over the bound; what is left of it is not read."""
    return Problem("query-too-long", {"limit": max_bytes >> 10}, {"bound": "query"}, {"Connection": "close"})


def crowded() -> Problem:
    """Return the problem of a long query that comes when too many others are being read."""
    return Problem("queue", {"limit": WAITING, "retry_after": 5}, {"bound": "queue"}, {"Retry-After": "5"})


def text(data: bytes) -> str:
    """Return UTF-8 text, its byte order mark left out; raises ProblemError (400)."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProblemError(Problem("encoding")) from None


def refuse_second_query(parameters: Sequence[tuple[str, str]]) -> None:
    """Raise ProblemError where the query string holds a query beside the one in the body."""
    if any(name == "query" for name, _ in parameters):
        raise bad("query", "more-than-once")


def graphs(name: str, parameters: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Return the graph IRIs given under a name; raises ProblemError where one is no absolute IRI."""
    found = tuple(dict.fromkeys(value for key, value in parameters if key == name))
    if len(found) > MAX_GRAPHS:
        raise bad(name, "too-often")
    for value in found:
        if not absolute(value):
            raise bad(name, "not-absolute")
    return found


def absolute(value: str) -> bool:
    """Tell whether a value is an absolute IRI."""
    try:
        ox.NamedNode(value)
    except ValueError:
        return False
    return True


def file_name(values: Mapping[str, str]) -> str | None:
    """Return the file name asked for by `download`, harmless in a header."""
    value = values.get("download")
    if value is None:
        return None
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in value)[:80].strip("-.")
    return kept if kept and kept not in ("1", "true") else "sparql"
