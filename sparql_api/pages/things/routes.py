"""Answers for the IRIs of things: 303 by `Accept` to a page or a data file, and those files.

Knows addresses and formats; what an edition says of a thing is asked by `describe`, shown by `entity_page`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final
from urllib.parse import urlencode

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ingestion import Edition
from ontologie import context, context_iri, document_types, read_table, serialize_lines, to_document
from sparql_api.fiches.things import local_id
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_json, write_quads, write_triples
from sparql_api.http.delivery import deliver, redirect, requested
from sparql_api.http.openapi import format_parameter, parameter
from sparql_api.http.parameters import CARRIED, refuse_unknown
from sparql_api.http.query_strings import bad
from sparql_api.http.responses import content_disposition
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View, send_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.signs.mementos import ACCEPT, asked_moment, nearest
from sparql_api.pages.signs.routes import mementos
from sparql_api.pages.signs.signposts import Signs, memento_stamp, original_links, wants_schema
from sparql_api.pages.things.describe import DERIVED, Description, describe, exists
from sparql_api.pages.things.life import redactions
from sparql_api.pages.things.matches import with_matches
from sparql_api.pages.things.page import entity_page
from sparql_api.pages.things.schema_org import PROFILE, named, schema_view
from sparql_api.pages.things.stated import licences_said, stated
from sparql_api.words.problems import ProblemError, problem

OFFERS: Final = {**MEDIA_TYPES, "html": "text/html"}
"""Formats by suffix, the preferred one first where the caller takes any."""
SUFFIXES: Final = {media_type: name for name, media_type in OFFERS.items()}
ENDINGS: Final = frozenset({*OFFERS, "json", "jsonl", "csv", "tsv", "xlsx", "ods", "geojson", "nq", "gz"})
"""How addresses of this service end, for those who write them in capitals."""
PROFILED: Final = parameter(
    "profil",
    "Of a project as JSON-LD: its view in the terms of schema.org.",
    {"type": "string", "enum": [PROFILE]},
)
PROFILES: Final = ("profil", "_profile")
"""The parameters that name a profile: ours, and that of Content Negotiation by Profile (W3C, section 7.2)."""
VARY: Final = "Accept, Accept-Datetime, Accept-Profile"
GRAPH_OF: Final = re.compile(r"^graphe/(?:provenance/|derive/)?")
WORTH: Final = {MEDIA_TYPES["trig"]: 0.5}
"""TriG has every triple in a named graph, and who reads the default one alone (Comunica, whose `Accept` puts quads
first) sees nothing of the thing: who names both, TriG a little before plain triples, is given the triples."""


def entities_router(service: Service) -> APIRouter:
    """Return the routes of every IRI under the base; mount them last, since fixed routes win."""
    router = APIRouter()

    @get(router, "/{kind}/{rest:path}", openapi_extra={"parameters": [format_parameter(OFFERS), PROFILED]})
    async def entity(request: Request) -> Response:
        return await answer(service, request, asked_path(request))

    @get(router, "/{name}", openapi_extra={"parameters": [format_parameter(OFFERS)]})
    async def file(request: Request) -> Response:
        return elsewhere(request, asked_path(request))

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
    stem, _, suffix = path.rpartition(".")
    if stem and suffix in OFFERS:
        found = await represent(service, request, stem, suffix)
        if found is not None:
            return found
    if at_moment := await memento_asked(service, request, path):
        return at_moment
    edition = await exists(service.reading(request), service.iris, path, service.pinned(request))
    if edition is None:
        refuse_gone(service.edition(request), path)
        return elsewhere(request, path)
    return see_other(service, request, path, edition)


async def memento_asked(service: Service, request: Request, path: str) -> Response | None:
    """Return 302 to the memento of a moment (RFC 7089, section 4.1.2); None where none is asked for, or there is none.

    Raises ProblemError 400 where the moment is none, 410 where the document was erased.
    """
    text = request.headers.get(ACCEPT)
    if text is None or service.pinned(request) is not None:
        return None
    moment, edition = asked_moment(text), service.edition(request)
    if moment is None:
        raise bad(ACCEPT, "no-http-date")
    refuse_gone(edition, path, ("erased",))  # what was withdrawn since has its mementos
    found = nearest(await mementos(service, request, path, edition.number), moment)
    if found is None:
        return None
    name = SUFFIXES[requested(request, OFFERS, WORTH)]
    address = f"/{path}.{name}?" + urlencode({**dict(kept_parameters(request)), "edition": str(found.edition)})
    response = redirect(address, 302, edition=found.edition)
    response.headers["Link"] = original_links(site_of(request), path)
    response.headers["Vary"] = VARY
    return response


def kept_parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of an address that the address of one format takes along."""
    return [(k, v) for k, v in request.query_params.multi_items() if k not in ("format", "_format")]


def refuse_gone(edition: Edition, path: str, why: Iterable[str] = ("erased", "withdrawn")) -> None:
    """Raise ProblemError 410 where a path is that of a document erased since it was public, or of a graph of it.

    So too of a partner's document that was withdrawn, and of the principles of such an instrument.
    """
    name = GRAPH_OF.sub("", path)
    stem, _, suffix = name.rpartition(".")
    whole = stem if suffix in OFFERS else name
    kind, _, rest = whole.partition("/")
    owner = [f"instrument/{rest.partition('/')[0]}"] if kind == "principe" else []
    for code in why:
        gone = edition.manifest.get(code, ())
        for document in (name, whole, *owner):
            if document in gone:
                raise ProblemError(problem(code, document=document))


def elsewhere(request: Request, path: str) -> Response:
    """Return 308 to where a thing of ours went, or to a path with its format in small letters; else raises 404."""
    whole, _, suffix = path.rpartition(".")
    if suffix not in OFFERS:
        whole, suffix = path, ""
    if moved := _moved().get(whole):
        document, _, fragment = moved.partition("#")
        return RedirectResponse(f"/{document}{suffix and '.' + suffix}#{fragment}", 308)
    stem, *ends = path.rsplit(".", 2)
    small = ".".join([stem, *(end.lower() if end.lower() in ENDINGS else end for end in ends)])
    if small == path:
        raise ProblemError(problem("not-found", path="/" + path))
    query = request.url.query
    return RedirectResponse(f"/{small}" + (f"?{query}" if query else ""), 308)


@cache
def _moved() -> Mapping[str, str]:
    """Return where things of ours went whose address was another: what partners deposit now, we no longer say."""
    return {row["ancienne"]: row["nouvelle"] for row in read_table("donnees", "anciennes_adresses.csv")}


def see_other(service: Service, request: Request, path: str, edition: int) -> Response:
    """Return 303 See Other to the format that the caller takes (W3C Cool URIs, section 4.2)."""
    name = SUFFIXES[requested(request, OFFERS, WORTH)]
    kept = kept_parameters(request)
    wanted = wants_schema(request.headers.get("accept-profile", "")) and not any(k in PROFILES for k, _ in kept)
    if name == "jsonld" and path.startswith("projet/") and wanted:
        kept.append(("profil", PROFILE))
    response = redirect(f"/{path}.{name}" + (f"?{urlencode(kept)}" if kept else ""), edition=edition)
    response.headers["Link"] = original_links(site_of(request), path)
    response.headers["Vary"] = VARY
    if service.pinned(request) is not None:
        response.headers["Memento-Datetime"] = memento_stamp(service.edition_number(edition))
    return response


async def represent(service: Service, request: Request, path: str, name: str) -> Response | None:
    """Return one format of the thing at `path`; None where the edition says nothing of it."""
    if name != "html":
        refuse_unknown(request)
    edition = service.edition(request)
    number = edition.number
    view = View(service, request, language(request), number)
    # A page is another in another language, and with links that take other parameters along.
    # It also says what earlier editions said, which holds until one of them is redacted.
    carried = (request.query_params.get(part) for part in CARRIED)
    of_page = (view.language, redactions(view, number), *carried) if name == "html" else ()
    profile = asked_profile(request, path, name)
    key = (number, edition.redaction, path, name, profile, *of_page)
    data = service.memory.get(key)
    if data is None:
        found = await describe(service.reading(request), service.iris, path, number)
        if found is None:
            return None
        run = service.computing.run
        said = await run(request, licences_said, found, edition)
        service.memory.put((*key, "licence"), "\n".join(said).encode())
        if profile:
            data = await profiled(service, request, found)
        elif name == "html":
            data = await entity_page(view, found)
        else:
            whole = await with_matches(service.reading(request), found)
            data = await run(request, write, service, whole, name, stated(whole, edition, name, service.iris))
        service.memory.put(key, data)
    licences = (service.memory.get((*key, "licence")) or b"").decode().split()
    pinned = service.pinned(request) is not None
    signs = Signs(service.iris, path, site_of(request), edition, licences, pinned).headers(name, profile)
    if name == "html":
        return send_page(request, data, view, headers=signs)
    signs["Content-Disposition"] = content_disposition(f"{local_id(path)}.{name}", inline=True)
    signs["Link"] += context_link(service) if name == "jsonld" and not profile else ""
    return deliver(request, data, MEDIA_TYPES[name], edition=number, headers=signs)


def asked_profile(request: Request, path: str, name: str) -> str:
    """Return the profile asked for, empty for none; raises ProblemError 400 where nothing has it."""
    profile = next((one for key in PROFILES if (one := request.query_params.get(key))), "")
    if not profile or name == "html":
        return ""
    if wants_schema(f"<{profile}>"):
        profile = PROFILE
    if profile != PROFILE or name != "jsonld" or not path.startswith("projet/"):
        raise bad("profil", "no-profile")
    return profile


async def profiled(service: Service, request: Request, found: Description) -> bytes:
    """Return the schema.org view of a project."""
    labels = await service.labels.of(service.reading(request), named(found, service.iris), found.edition)
    run = service.computing.run
    return await run(request, lambda: write_json(schema_view(found, labels, service.iris)))


def context_link(service: Service) -> str:
    """Return which version of the context a JSON-LD file is written with; it holds that context itself."""
    context = context_iri(service.iris.base)
    return f', <{context}>; rel="http://www.w3.org/ns/json-ld#context"; type="{MEDIA_TYPES["jsonld"]}"'


def write(service: Service, found: Description, name: str, more: Sequence[ox.Quad]) -> bytes:
    """Return a description in a data format, and what is said of the file: plain triples, or quads in TriG."""
    if name == "trig":
        deposited = (quad for part, quads in found.parts.items() if part != DERIVED for quad in quads)
        return write_quads([*deposited, *more], service.iris)
    if name != "jsonld":
        return write_triples([*found.main, *more], name, service.iris)
    kind = found.path(service.iris).partition("/")[0]
    if found.is_document and kind in document_types():
        words = {"@context": context(service.iris.base)}
        return write_json(words | to_document(serialize_lines(found.main), kind, service.iris.base))
    return write_compacted([*found.main, *more], service.iris)
