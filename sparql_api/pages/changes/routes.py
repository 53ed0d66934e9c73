"""The addresses of what changed: `/ldes` and its pages, `/editions/{n}/changes`, `/editions/{n}/delta.{nq,ru}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from sparql_api.description.licences import licences_of
from sparql_api.engine.port import Answer
from sparql_api.formats.body import Body
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, serialize, write_json, write_quads
from sparql_api.http.delivery import by_accept, deliver, names_edition, requested
from sparql_api.http.openapi import (
    EDITION,
    OF_COMPUTING,
    OF_EDITION,
    Schema,
    format_parameter,
    maybe,
    operation,
    parameter,
    structure,
)
from sparql_api.http.parameters import EDITION as WHOLE_NUMBER
from sparql_api.http.policies import ANSWER, FOREVER
from sparql_api.http.query_strings import bad
from sparql_api.http.responses import answer_response, content_disposition, digest_header, unchanged_response
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.changes.deltas import FORMS, WRITERS, Delta, delta_between, delta_told, hashed, passing
from sparql_api.pages.changes.ldes import PREFIXES, StreamPlace, node_statements, page_lines, stream_statements
from sparql_api.pages.changes.stream import Stream, StreamPage, stream_of
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.editions import NUMBERED, by_number
from sparql_api.words.problems import ProblemError, problem

OFFERS: Final = {"nq": "application/n-quads", "trig": MEDIA_TYPES["trig"]}
TOLD: Final = {"json": "application/json", "html": "text/html"}
SHOWN: Final = 200
"""Documents of each kind of change that a page lists."""
_PAGE: Final = re.compile(r"(0|[1-9][0-9]{0,11})-([1-9][0-9]{0,11})")
_NAME: Final = parameter(
    "places", "The places of the stream that a page holds, such as `0-999`.", {"type": "string"}, where="path"
)
_SINCE: Final = parameter(
    "depuis", "The edition to compare with, 0 for none; the one before by default.", {"type": "integer", "minimum": 0}
)
_FORM: Final = parameter("suffix", "The format.", {"type": "string", "enum": [*FORMS]}, where="path")
_ERRORS: Final = (*OF_COMPUTING, *OF_EDITION)


def _of_stream(*parameters: Schema) -> Schema:
    return operation(
        {media_type: {} for media_type in OFFERS.values()},
        parameters=(*parameters, EDITION, format_parameter(OFFERS)),
        errors=("406", *_ERRORS),
    )


_CHANGES: Final = {"from": maybe({"type": "object"}), "to": {"type": "object"}, "documents": {"type": "object"}}
CHANGED: Final = operation(
    {TOLD["json"]: structure(**_CHANGES), TOLD["html"]: {}},
    parameters=(NUMBERED, _SINCE, format_parameter(TOLD)),
    errors=("406", *_ERRORS),
)
DELTA: Final = operation({one: {} for one in FORMS.values()}, parameters=(NUMBERED, _FORM, _SINCE), errors=_ERRORS)


def changes_router(service: Service) -> APIRouter:
    """Return the routes of the stream and of what editions differ by."""
    router = APIRouter(tags=["changes"])

    @get(router, "/ldes", policy=ANSWER, summary="The versions of documents, a stream", openapi_extra=_of_stream())
    async def stream(request: Request) -> Response:
        media_type, edition = form_asked(request), service.edition(request)
        place = place_of(service, request)
        data = await service.computing.run(request, first_node, service, place, edition, media_type)
        return deliver(request, data, media_type, edition=edition.number)

    @get(router, "/ldes/{places}", policy=ANSWER, summary="A page of the stream", openapi_extra=_of_stream(_NAME))
    async def page(request: Request) -> Response:
        media_type, edition = form_asked(request), service.edition(request)
        return await service.computing.run(request, send_page, service, request, edition, media_type, kind="file")

    root: Final = "/editions/{number}"

    @get(router, f"{root}/changes", summary="What an edition differs by from another", openapi_extra=CHANGED)
    async def changes(request: Request) -> Response:
        media_type, (old, new) = requested(request, TOLD), compared(service, request)
        return await service.computing.run(request, send_changes, service, request, old, new, media_type)

    @get(router, root + "/delta.{suffix}", policy=ANSWER, summary="The same as data", openapi_extra=DELTA)
    async def delta(request: Request) -> Response:
        old, new = compared(service, request)
        return await service.computing.run(request, send_delta, service, request, old, new, kind="file")

    return router


def form_asked(request: Request) -> str:
    """Return the media type to answer in: by name or by `Accept`, else N-Quads, since there is no page to show.

    Raises ProblemError 406 for a name of no format.
    """
    if request.query_params.get("_format") or request.query_params.get("format"):
        return requested(request, OFFERS)
    return by_accept(request.headers.get("accept"), list(OFFERS.values()), None) or OFFERS["nq"]


def place_of(service: Service, request: Request) -> StreamPlace:
    """Return where the stream is told to a request: its links keep the edition that it names."""
    pinned = service.pinned(request)
    return StreamPlace(service.iris, f"{site_of(request)}/ldes", "" if pinned is None else f"?edition={pinned}")


def first_node(service: Service, place: StreamPlace, edition: Edition, media_type: str) -> bytes:
    """Return the first node of the stream."""
    stream, licences = stream_of(service.editions, edition.number), licences_of(edition).of()
    return written(stream_statements(stream, place, edition.number, licences), media_type)


def written(quads: Sequence[ox.Quad], media_type: str) -> bytes:
    """Return what a node says in the format asked."""
    if media_type == OFFERS["nq"]:
        return "".join(f"{quad} .\n" for quad in quads).encode()
    return serialize(quads, ox.RdfFormat.TRIG, PREFIXES)


def send_page(service: Service, request: Request, edition: Edition, media_type: str) -> Response:
    """Return a part of the stream, kept for good once it is full; raises ProblemError 404 where there is none."""
    stream = stream_of(service.editions, edition.number)
    part, place = part_asked(stream, request.path_params["places"]), place_of(service, request)
    if part is None:
        raise ProblemError(problem("not-found", path=request.url.path))
    if part.leads:
        data = written(node_statements(stream.parts_of(part), part, place), media_type)
    else:
        limit, client = service.settings.limits().answer_bytes, service.computing.client(request)
        data = service.spool.keep(page_lines(part, stream.versions(part), place), limit, client).read()
        if media_type == OFFERS["trig"]:
            data = write_quads(ox.parse(data, format=ox.RdfFormat.N_QUADS), service.iris)
    kept = {"Cache-Control": FOREVER} if part.full else {}
    return deliver(request, data, media_type, edition=edition.number, headers=kept)


def part_asked(stream: Stream, places: str) -> StreamPage | None:
    """Return the part of the stream that an address names; None where there is none."""
    found = _PAGE.fullmatch(places)
    return stream.part(int(found[1]), int(found[2])) if found else None


def compared(service: Service, request: Request) -> tuple[Edition | None, Edition]:
    """Return the editions that a request compares, the older first; raises ProblemError 400, 404, 410, 503."""
    new = by_number(service, request.path_params["number"])
    text = request.query_params.get("depuis", "")
    if text and not WHOLE_NUMBER.fullmatch(text):
        raise bad("depuis", "no-edition-number")
    number = int(text) if text else new.number - 1
    return (service.edition_number(number) if number else None), new


def send_changes(service: Service, request: Request, old: Edition | None, new: Edition, media_type: str) -> Response:
    """Return what differs between two editions, as JSON or as a page."""
    delta = delta_between(old, new)
    told = delta_told(delta)
    if media_type == TOLD["html"]:
        return render(service, request, "changes.html", shown(service, request, delta, told), edition=new.number)
    address, since = f"{site_of(request)}/editions/{new.number}/delta", f"?depuis={old.number if old else 0}"
    links = {form: {"url": f"{address}.{form}{since}"} | hashed(WRITERS[form](delta)) for form in FORMS}
    return deliver(request, write_json(told | {"downloads": links}), media_type, edition=new.number)


def shown(service: Service, request: Request, delta: Delta, told: dict[str, Any]) -> dict[str, Any]:
    """Return what the page of a difference shows: the first documents of each kind of change, how many there are."""
    view = View(service, request, language(request), delta.new.number)
    rows = []
    for became, names in told["documents"].items():
        held = delta.old if became == "gone" else delta.new
        named = [(name, _address(view, name, held, told["erased"])) for name in names[:SHOWN]]
        rows += [(became, len(names), named)] if names else []
    since = {"depuis": str(delta.old.number if delta.old else 0)}
    files = [(form, view.url(f"/editions/{delta.new.number}/delta.{form}", since)) for form in FORMS]
    return {"old": delta.old, "new": delta.new, "rows": rows, "graphs": len(delta.rows), "files": files}


def _address(view: View, name: str, edition: Edition | None, erased: Sequence[str]) -> str:
    """Return the address of a document in an edition that holds it; empty where it was erased."""
    if edition is None or name in erased:
        return ""
    return view.url(f"/{name}.html", {"edition": str(edition.number)})


def send_delta(service: Service, request: Request, old: Edition | None, new: Edition) -> Response:
    """Return what leads from one edition to another, whole, with its hash (`Repr-Digest`, RFC 9530) where it is sent
    uncoded; `/editions/{n}/changes` tells it of both forms.

    Raises ProblemError 404 for a form that there is not, 503 where it is larger than answers may be.
    """
    form = request.path_params["suffix"]
    if form not in FORMS:
        raise ProblemError(problem("not-found", path=request.url.path))
    of = [(one.number, one.redaction) for one in (old, new) if one]
    key = blake2b(repr((form, of)).encode(), digest_size=16).hexdigest()
    pinned = request.path_params["number"] != "current" or names_edition(request)
    if unchanged := unchanged_response(request, key, new.number, pinned=pinned):
        return unchanged
    limit, client = service.settings.limits().answer_bytes, service.computing.client(request)
    found = sha256()
    body: Body = service.spool.keep(passing(WRITERS[form](delta_between(old, new)), found.update), limit, client)
    name = f"observatoire-ia-{old.number if old else 0}-{new.number}.{form}"
    answer = Answer(FORMS[form], body, new.number, 0.0, 0, "CONSTRUCT")
    headers = {"Content-Disposition": content_disposition(name)}
    compress = service.settings.compress
    sent = answer_response(request, answer, key=key, pinned=pinned, headers=headers, compress=compress)
    if "content-encoding" not in sent.headers:
        sent.headers["Repr-Digest"] = digest_header(found.digest())
    return sent
