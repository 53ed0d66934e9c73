"""Answers for the IRIs of things: 303 by `Accept` to a page or a data file, and those files.

Knows addresses and formats; what an edition says of a thing is asked by `describe`, shown by `entity_page`.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ontologie import context, document_types, to_document
from sparql_api.delivery import deliver, requested
from sparql_api.describe import DERIVED, Description, describe
from sparql_api.entity_page import entity_page
from sparql_api.fiches_index import local_id
from sparql_api.problems import ProblemError, problem
from sparql_api.rdf_formats import MEDIA_TYPES, write_compacted, write_json, write_quads, write_triples
from sparql_api.routing import get
from sparql_api.service import Service

OFFERS: Final = {**MEDIA_TYPES, "html": "text/html"}
"""Formats by suffix, the preferred one first where the caller takes any."""
BY_ACCEPT: Final = {**OFFERS, "json": "application/json"}
SUFFIXES: Final = {media_type: name for name, media_type in OFFERS.items()} | {"application/json": "jsonld"}


def entities_router(service: Service) -> APIRouter:
    """Return the routes of every IRI under the base; mount them last, since fixed routes win."""
    router = APIRouter()

    @get(router, "/{kind}/{rest:path}")
    async def entity(request: Request) -> Response:
        return await answer(service, request, asked_path(request))

    return router


def asked_path(request: Request) -> str:
    """Return the path as it was sent, percent-encoded as IRIs are written, without its first slash."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    path: str = raw.decode("ascii", "replace").partition("?")[0]
    return path.lstrip("/")


async def answer(service: Service, request: Request, path: str) -> Response:
    """Return a format of the thing at `path`, or the redirection to one; raises ProblemError 404.

    Ids may hold dots: a suffix is a format only where what stands before it names a thing.
    """
    pinned = service.pinned(request)
    stem, _, suffix = path.rpartition(".")
    if stem and suffix in OFFERS:
        found = await describe(service.engine, service.iris, stem, pinned)
        if found is not None:
            return await represent(service, request, found, suffix)
    found = await describe(service.engine, service.iris, path, pinned)
    if found is None:
        raise ProblemError(problem("not-found", path="/" + path))
    return redirect(request, path, found)


def redirect(request: Request, path: str, found: Description) -> Response:
    """Return 303 See Other to the format that the caller takes (W3C Cool URIs, section 4.2)."""
    name = SUFFIXES[requested(request, BY_ACCEPT)]
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in ("format", "_format")]
    address = f"/{path}.{name}" + (f"?{urlencode(kept)}" if kept else "")
    headers = {"Vary": "Accept", "Observatoire-Edition": str(found.edition), "Cache-Control": "no-cache"}
    return RedirectResponse(address, status_code=303, headers=headers)


async def represent(service: Service, request: Request, found: Description, name: str) -> Response:
    """Return one format of a description."""
    if name == "html":
        return await entity_page(service, request, found)
    data = await run_in_threadpool(write, service, found, name)
    headers = {
        "Content-Disposition": f'inline; filename="{local_id(found.iri)}.{name}"',
        "Link": f'<{found.iri}>; rel="describes"',
    }
    return deliver(request, data, MEDIA_TYPES[name], edition=found.edition, headers=headers)


def write(service: Service, found: Description, name: str) -> bytes:
    """Return a description in a data format: plain triples, or with its graph and provenance in TriG."""
    if name == "trig":
        deposited = (quad for part, quads in found.parts.items() if part != DERIVED for quad in quads)
        return write_quads(deposited, service.iris)
    if name != "jsonld":
        return write_triples(found.main, name, service.iris)
    kind = found.path(service.iris).partition("/")[0]
    if found.is_document and kind in document_types():
        words = {"@context": context(service.iris.base)}
        return write_json(words | to_document(found.main, kind, service.iris.base))
    return write_compacted(found.main, service.iris)
