"""What the service says of its data to machines: VoID, DCAT-AP and the alignments, at the well-known places.

Knows addresses and formats; what is said is `void`'s, `dcat`'s and `sssom`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from ontologie import PREFIXES
from sparql_api.description.catalogue_parts import CatalogueAround, CataloguedTerritory
from sparql_api.description.dcat import catalogue_statements, territory_statements
from sparql_api.description.sssom import MEDIA_TYPE, SSSOM_NAME
from sparql_api.fiches.search import FicheIndex, Value
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_triples
from sparql_api.http.delivery import deliver, redirect, requested
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, format_parameter, operation, parameter
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.policies import REDIRECT
from sparql_api.http.routing import get
from sparql_api.pages.common.hashing import hashes_of, unhashed
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.made import alignments_file, void_file
from sparql_api.pages.common.service import Service
from sparql_api.pages.feeds.names import feed_name
from sparql_api.pages.things.presentation import Reader, mentioned
from sparql_api.tables.dictionary import tables
from sparql_api.words.problems import ProblemError, problem

OFFERS: Final = {
    "ttl": MEDIA_TYPES["ttl"],
    "jsonld": MEDIA_TYPES["jsonld"],
    "nt": MEDIA_TYPES["nt"],
    "rdf": MEDIA_TYPES["rdf"],
    "html": "text/html",
}

DESCRIBED: Final = operation(
    {media_type: {} for media_type in OFFERS.values()},
    parameters=(EDITION, format_parameter(OFFERS)),
    errors=("406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)


TERRITORIES: Final = ("academie", "region")
"""The facets whose values have a catalogue of their own."""
PLACED: Final = operation(
    {media_type: {} for media_type in OFFERS.values()},
    parameters=(
        parameter("territory", "The path of an académie or région, such as `academie/18`.", where="path"),
        EDITION,
        format_parameter(OFFERS),
    ),
    errors=("404", "406", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)
ALIGNED: Final = operation({MEDIA_TYPE: {}}, parameters=(EDITION,), errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE))


def self_description_router(service: Service) -> APIRouter:
    """Return the routes of VoID and of the catalogue."""
    router = APIRouter(tags=["self-description"])

    @get(router, "/void", summary="The edition's statistics, in VoID", openapi_extra=DESCRIBED)
    async def void(request: Request) -> Response:
        edition = service.edition(request)
        quads = await service.computing.run(request, void_quads, service, edition)
        return await send(service, request, edition, quads, "void")

    @get(
        router,
        "/.well-known/void",
        policy=REDIRECT,
        cheap=True,
        openapi_extra={"parameters": DESCRIBED["parameters"]},
    )
    async def well_known(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        return redirect(f"/void{query}", 302)

    @get(router, "/catalogue", summary="The catalogue, in DCAT-AP 3", openapi_extra=DESCRIBED)
    async def catalogue(request: Request) -> Response:
        edition = service.edition(request)
        lasting = not await service.computing.run(request, unhashed, service, edition)
        quads = await service.computing.run(request, catalogue_quads, service, edition)
        return await send(service, request, edition, quads, "catalogue", lasting=lasting)

    @get(router, "/catalogue/{territory:path}", summary="The catalogue of an académie or région", openapi_extra=PLACED)
    async def of_territory(request: Request) -> Response:
        edition, path = service.edition(request), request.path_params["territory"]
        quads = await service.computing.run(request, territory_quads, service, edition, path)
        if not quads:
            raise ProblemError(problem("not-found", path=request.url.path))
        return await send(service, request, edition, quads, "catalogue", f"/{path}")

    @get(router, f"/{SSSOM_NAME}", summary="The edition's alignments, in SSSOM", openapi_extra=ALIGNED)
    async def alignments(request: Request) -> Response:
        refuse_unknown(request)
        edition = service.edition(request)
        data = await service.computing.run(request, alignments_bytes, service, edition)
        return deliver(request, data, MEDIA_TYPE, edition=edition.number)

    return router


def alignments_bytes(service: Service, edition: Edition) -> bytes:
    """Return the table of an edition's alignments."""
    return alignments_file(edition, service.faces_folder).read_bytes()


def void_quads(service: Service, edition: Edition) -> list[ox.Quad]:
    """Return the statistics of an edition."""
    data = void_file(edition, service.faces_folder).read_bytes()
    return list(ox.parse(data, format=ox.RdfFormat.N_TRIPLES))


def catalogue_quads(service: Service, edition: Edition) -> list[ox.Quad]:
    """Return the catalogue of an edition."""
    index = service.index(edition)
    before = [one.manifest for one in service.editions.all() if one.number < edition.number]
    told = [(name, table.title, table.about) for name, table in tables().items()]
    places = [territory_of(index, value, service.iris.base) for facet in TERRITORIES for value in index.values[facet]]
    before.sort(key=lambda one: int(one["number"]))
    around = CatalogueAround(before, index.span(), told, places, hashes_of(service, edition))
    return catalogue_statements(edition, service.iris, around)


def territory_quads(service: Service, edition: Edition, path: str) -> list[ox.Quad]:
    """Return the catalogue of an académie or région by its path, `academie/18`; nothing where no fiche is of it."""
    index, iri = service.index(edition), service.iris.base + path
    found = next((value for facet in TERRITORIES if (value := index.value(facet, iri))), None)
    if found is None:
        return []
    return territory_statements(edition, service.iris, territory_of(index, found, service.iris.base))


def territory_of(index: FicheIndex, value: Value, base: str) -> CataloguedTerritory:
    """Return what a catalogue says of a territory."""
    count = value.bits.bit_count()
    return CataloguedTerritory(value.facet, value.iri, value.labels, feed_name(value, base), index.span(value), count)


async def send(
    service: Service, request: Request, edition: Edition, quads: Sequence[ox.Quad], key: str, below: str = "",
    *, lasting: bool = True,
) -> Response:  # fmt: skip
    """Return statements in the format asked; `below` is what their address has after the key."""
    media_type = requested(request, OFFERS)
    if media_type == OFFERS["html"]:
        return await page(service, request, edition, quads, key, below)
    name = next(name for name, offered in MEDIA_TYPES.items() if offered == media_type)
    write = write_compacted if name == "jsonld" else lambda q, iris: write_triples(q, name, iris)
    data = await service.computing.run(request, write, quads, service.iris)
    return deliver(request, data, media_type, edition=edition.number, lasting=lasting)


async def page(
    service: Service, request: Request, edition: Edition, quads: Sequence[ox.Quad], key: str, below: str
) -> Response:
    """Return statements as a page, subject by subject, the edition first."""
    view = View(service, request, language(request), edition.number)
    labels = await service.labels.of(service.reading(request), mentioned(quads), edition.number)
    labels = {**named_by(quads), **{iri: words for iri, words in labels.items() if words}}
    return await service.computing.run(request, shown, view, edition, Reader.of(view, "", quads, labels), key, below)


def named_by(quads: Sequence[ox.Quad]) -> dict[str, dict[str, str]]:
    """Return what statements call things themselves, by language."""
    names = {PREFIXES["dct"] + "title", PREFIXES["foaf"] + "name", PREFIXES["skos"] + "prefLabel"}
    found = dict[str, dict[str, str]]()
    for quad in quads:
        if quad.predicate.value in names and isinstance(quad.object, ox.Literal):
            found.setdefault(str(quad.subject)[1:-1], {})[quad.object.language or ""] = quad.object.value
    return found


def shown(view: View, edition: Edition, reader: Reader, key: str, below: str) -> Response:
    """Return the page of what a reader holds."""
    service, request = view.service, view.request
    first = service.iris.entity("edition", str(edition.number))
    subjects = sorted(reader.statements, key=lambda iri: (iri != first, iri))
    ours = [iri for iri in subjects if view.is_ours(iri)]
    sections = [section for subject in ours for section in reader.about(subject)]
    formats = [name for name in OFFERS if name != "html"]
    context = {"key": key, "sections": sections, "formats": formats, "path": f"/{key}{below}"}
    return render(service, request, "statements.html", context, edition=edition.number)
