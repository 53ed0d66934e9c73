"""Sends bytes made from one edition: validators, caching, compression, the edition's number.

Knows HTTP headers; not what the bytes say. An answer of the engine goes out by `responses.answer_response`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.negotiation import GRAPH_ALIASES, HTML, TABLE_ALIASES, choose, short_format
from sparql_api.parameters import refuse_unknown
from sparql_api.problems import ProblemError, problem
from sparql_api.responses import compressed, content_disposition, not_modified

CURRENT: Final = "public, max-age=60, stale-while-revalidate=600"
"""An address without an edition: it changes when one is published."""
PINNED: Final = "public, max-age=86400, s-maxage=3600"
VARY: Final = "Accept, Accept-Language, Accept-Encoding"


def deliver(
    request: Request,
    data: bytes,
    media_type: str,
    *,
    edition: int | None = None,
    status: int = 200,
    filename: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a response of these bytes, or 304 where the caller holds them already.

    `edition` is the number that the bytes were made from; None where they come from no edition.
    """
    pinned = request.query_params.get("edition", "") not in ("", "current")
    tag = f'W/"{blake2b(data, digest_size=12).hexdigest()}"'
    sent = {
        "Cache-Control": (PINNED if pinned else CURRENT) if status == 200 else "no-store",
        "Vary": VARY,
        **({"Observatoire-Edition": str(edition)} if edition is not None else {}),
        **({"Content-Disposition": content_disposition(filename)} if filename else {}),
        **(headers or {}),
    }
    if status == 200:
        sent["ETag"] = tag
        if not_modified(request, tag):
            return Response(status_code=304, headers=sent)
    body, encoding = compressed(data, request)
    return Response(body, status, {**sent, **encoding, "Vary": VARY}, media_type=media_type)


def requested(request: Request, offers: Mapping[str, str], worth: Mapping[str, float] | None = None) -> str:
    """Return the media type to answer in: `format=` or `_format=`, else `Accept`, the first offer of equals.

    `offers` are {short name: media type}, `worth` as in `choose`. Raises ProblemError 406 where none is accepted, and
    400 for a parameter that the address does not know, where the answer is no page.
    """
    asked = request.query_params.get("_format") or request.query_params.get("format")
    accept = request.headers.get("accept")
    found = by_name(asked, offers) if asked else by_accept(accept, list(offers.values()), worth)
    if found is None:
        raise ProblemError(problem("not-acceptable", available=", ".join(offers.values())))
    if found != HTML:
        refuse_unknown(request)
    return found


def by_name(name: str, offers: Mapping[str, str]) -> str | None:
    """Return the offer of a short name; `json` and `xml` are what of their kind is offered."""
    other = {"json": offers.get("jsonld"), "xml": offers.get("rdf")}.get(name.strip().lower())
    return short_format(name, offers) or other


def by_accept(accept: str | None, offers: Sequence[str], worth: Mapping[str, float] | None) -> str | None:
    """Return the offer that an Accept header wants; a media type that says less is answered by what it stands for."""
    aliases = {
        alias: stands_for
        for table in (GRAPH_ALIASES, TABLE_ALIASES)
        for alias, stands_for in table.items()
        if stands_for in offers and alias not in offers
    }
    found = choose(accept, [*offers, *aliases], worth)
    return None if found is None else aliases.get(found, found)
