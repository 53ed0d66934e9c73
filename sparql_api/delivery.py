"""Sends bytes made from one edition: validators, caching, compression, the edition's number.

Knows HTTP headers; not what the bytes say. An answer of the engine goes out by `responses.answer_response`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.negotiation import choose, short_format
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

    `offers` are {short name: media type}, `worth` as in `choose`. Raises ProblemError 406 where none is accepted.
    """
    asked = request.query_params.get("_format") or request.query_params.get("format")
    accept = request.headers.get("accept")
    found = short_format(asked, offers) if asked else choose(accept, list(offers.values()), worth)
    if found is None:
        raise ProblemError(problem("not-acceptable", available=", ".join(offers.values())))
    return found
