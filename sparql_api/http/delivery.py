"""Sends bytes made from one edition: validators, caching, compression, the edition's number.

Knows HTTP headers; not what the bytes say. An answer of the engine goes out by `responses.answer_response`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sparql_api.formats.negotiation import (
    GRAPH_ALIASES,
    HTML,
    TABLE_ALIASES,
    TURTLE_ALIASES,
    choose,
    short_format,
)
from sparql_api.http.kept import offer
from sparql_api.http.parameters import edition_number, refuse_unknown
from sparql_api.http.policies import EMBED, LIVE, MADE, PROBLEM, REDIRECT, Policy
from sparql_api.http.responses import compressed, content_disposition, entity_tag, licence_link, not_modified
from sparql_api.words.problems import ProblemError, problem

OF_PAGES: Final = (EMBED, LIVE)
"""Policies that pages keep where their route declares them."""


def deliver(
    request: Request,
    data: bytes,
    media_type: str,
    *,
    policy: Policy | None = None,
    edition: int | None = None,
    status: int = 200,
    filename: str | None = None,
    headers: Mapping[str, str] | None = None,
    lasting: bool = True,
) -> Response:
    """Return a response of these bytes, or 304 where the caller holds them already.

    Without `policy`, that of the route; a page is one that this program made, but where its route is of the moment, and
    what is wrong a problem.
    `edition` is the number that the bytes were made from; None where they come from no edition. What is not `lasting`
    comes to say more of the same edition: it is not kept here for the next who asks.
    """
    kept = PROBLEM if status != 200 else policy or of_route(request, page=media_type == HTML)
    sent = {
        **kept.headers(pinned=status == 200 and names_edition(request)),
        **({"Observatoire-Edition": str(edition), "Link": licence_link(edition)} if edition is not None else {}),
        **({"Content-Disposition": content_disposition(filename)} if filename else {}),
        **(headers or {}),
    }
    if kept.shared and lasting:
        offer(request, edition)
    if kept.tag:
        sent["ETag"] = entity_tag(blake2b(data, digest_size=12).hexdigest())
        if not_modified(request, sent["ETag"]):
            return Response(status_code=304, headers=sent)
    body, encoding = compressed(data, request)
    return Response(body, status, {**sent, **encoding}, media_type=media_type)


def of_route(request: Request, *, page: bool) -> Policy:
    """Return the policy of an answer: its route's; pages have one of their own, but where the route's is for pages."""
    route: Policy = getattr(request.state, "policy", MADE)
    return MADE if page and route not in OF_PAGES else route


def names_edition(request: Request) -> bool:
    """Return whether a request names by number the edition that it is answered from."""
    return edition_number(request.query_params.get("edition", "")) is not None


def redirect(address: str, status: int = 303, *, edition: int | None = None) -> Response:
    """Return the redirection to an address that depends on what is asked, or published, now."""
    said = {} if edition is None else {"Observatoire-Edition": str(edition)}
    return RedirectResponse(address, status, {**REDIRECT.headers(), **said})


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
        for table in (GRAPH_ALIASES, TABLE_ALIASES, TURTLE_ALIASES)
        for alias, stands_for in table.items()
        if stands_for in offers and alias not in offers
    }
    found = choose(accept, [*offers, *aliases], worth)
    return None if found is None else aliases.get(found, found)
