"""What crawlers ask for: `robots.txt`, and the map of the site (https://www.sitemaps.org/protocol.html), part by part.

Knows which addresses are worth a visit: the pages, the things that an edition names, its fiches. A part is bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from sparql_api.formats.xml_text import element, xml_document
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, OF_COMPUTING, OF_EDITION, OF_ENGINE, operation, parameter
from sparql_api.http.parameters import refuse_unknown
from sparql_api.http.policies import DOCUMENT
from sparql_api.http.routing import get
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import SAFE_IN_PATH
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import ProblemError, problem

PART: Final = 50_000
"""Addresses in one part, the most that the protocol allows; as many parts may stand in the index."""
XML: Final = "application/xml"
NAMESPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES: Final = (
    "/", "/fiches", "/carte", "/comparer", "/manques", "/queries", "/publications", "/editions", "/ontologie",
    "/shapes", "/catalogue", "/void", "/mentions-legales", "/confidentialite", "/accessibilite",
)  # fmt: skip
NOT_FOR_CRAWLERS: Final = (
    "/sparql?*", "/fiches?*", "/carte?*", "/comparer?*", "/fiches.", "/queries/*?*", "/rdf-graph-store", "/editions/*/",
    "/graphe/", "/signaler", "/metrics", "/*?*edition=",
)  # fmt: skip
"""A star stands after `?`: to some readers a last `?` is nothing, and they would keep out of the page itself.

What has no end, what costs much, what is for programs, and the same pages again for each edition."""
KINDS: Final = (
    "Instrument", "Principe", "RegleDuCadre", "OutilIA", "Academie", "RegionAcademique", "Organisation", "Grille",
    "Critere", "Analyse", "DossierThematique", "FicheSynthetique", "RetourExperience", "ModuleFormation",
)  # fmt: skip
DESCRIBED: Final = operation({XML: {}}, parameters=(EDITION,), errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE))
PART_NAME: Final = parameter("part", "`pages`, or `fiches-1` and on.", where="path")


def crawlers_router(service: Service) -> APIRouter:
    """Return the routes of `robots.txt` and of the map of the site."""
    router = APIRouter()

    @get(router, "/robots.txt", policy=DOCUMENT, cheap=True, openapi_extra=operation({"text/plain": {}}))
    async def robots(request: Request) -> Response:
        refused = "".join(f"Disallow: {path}\n" for path in NOT_FOR_CRAWLERS)
        text = f"User-agent: *\n{refused}\nSitemap: {site_of(request)}/sitemap.xml\n"
        return deliver(request, text.encode(), "text/plain; charset=utf-8")

    @get(router, "/sitemap.xml", openapi_extra=DESCRIBED)
    async def index(request: Request) -> Response:
        refuse_unknown(request)
        edition = service.edition(request)
        names = await service.computing.run(request, lambda: [*parts(service.index(edition).size)])
        return deliver(request, index_of_parts(request, edition, names), XML, edition=edition.number)

    @get(router, "/sitemap/{part}.xml", openapi_extra=DESCRIBED | {"parameters": [*DESCRIBED["parameters"], PART_NAME]})
    async def part(request: Request) -> Response:
        refuse_unknown(request)
        edition, name = service.edition(request), request.path_params["part"]
        if name == "pages":
            paths = [*PAGES, *await things(service.reading(request), service, edition)][:PART]
        else:
            paths = await service.computing.run(request, fiches, service, edition, name, request.url.path)
        return deliver(request, addresses(site_of(request), paths), XML, edition=edition.number)

    return router


def parts(fiches: int) -> Iterator[str]:
    """Yield the name of each part."""
    yield "pages"
    yield from (f"fiches-{number}" for number in range(1, -(-fiches // PART) + 1))


def index_of_parts(request: Request, edition: Edition, names: Iterable[str]) -> bytes:
    """Return the index of a map of the site."""
    changed = element("lastmod", edition.manifest["date"])
    held = (element("sitemap", element("loc", f"{site_of(request)}/sitemap/{name}.xml"), changed) for name in names)
    return xml_document(element("sitemapindex", *held, xmlns=NAMESPACE))


def addresses(site: str, paths: Iterable[str]) -> bytes:
    """Return a part of the map of the site."""
    held = (element("url", element("loc", site + quote(path, safe=SAFE_IN_PATH))) for path in paths)
    return xml_document(element("urlset", *held, xmlns=NAMESPACE))


async def things(reading: Reading, service: Service, edition: Edition) -> list[str]:
    """Return the pages of the things of ours that an edition describes, fiches aside."""
    base, term = service.iris.base, service.iris.term
    kinds = " ".join(f"<{term(kind)}>" for kind in KINDS)
    text = f"""SELECT DISTINCT ?s WHERE {{ VALUES ?kind {{ {kinds} }} ?s a ?kind
  FILTER(STRSTARTS(STR(?s), "{base}") && !CONTAINS(STR(?s), "#")) }} ORDER BY ?s LIMIT {PART}"""
    return [f"/{row['s'].value.removeprefix(base)}.html" for row in await reading.rows(text, edition.number)]


def fiches(service: Service, edition: Edition, name: str, asked: str) -> list[str]:
    """Return the pages of a part's fiches; raises ProblemError 404 where there is no such part."""
    index = service.index(edition)
    names = [*parts(index.size)]
    if name not in names:
        raise ProblemError(problem("not-found", path=asked))
    first = (names.index(name) - 1) * PART
    return [f"/projet/{identifier}.html" for identifier in index.ids(index.first(first + PART)[first:])]
