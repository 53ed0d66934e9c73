"""A région académique: its map, its latest fiches, whom to ask; as a page, and as a part that another site shows.

Knows what is asked of the edition for it; addresses are `routes`' and `oembed`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from ontologie import read_table
from queries import catalogue
from sparql_api.description.questions import bound
from sparql_api.description.statements import LICENCE
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.formats.negotiation import language
from sparql_api.http.policies import EMBED
from sparql_api.http.site import site_of
from sparql_api.pages.common.deposit import deposit_link
from sparql_api.pages.common.layout import View, send_page, write_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.fiches.listing import complete
from sparql_api.pages.maps.drawing import drawn_near
from sparql_api.pages.maps.measure import Figure, figures
from sparql_api.pages.maps.outlines import atlas
from sparql_api.pages.signs.signposts import Signs
from sparql_api.words.i18n import collation
from sparql_api.words.problems import ProblemError, problem

LATEST: Final = 4
QUESTION: Final = "projets-par-academie"
SERVICES: Final = ("drane", "drasi", "cardie", "eafc")
"""The services of a région and of its académies that people turn to, in the order in which they are shown."""
OF_REGION: Final = "regional"


@dataclass(frozen=True)
class Region:
    """A région académique of an edition: its path, its name, the figures of its académies and how they are called."""

    path: str
    name: str
    edition: Edition
    figures: list[Figure]
    labels: Mapping[str, Mapping[str, str]]


async def region_of(service: Service, request: Request, identifier: str) -> Region:
    """Return what an edition says of a région académique; raises ProblemError 404 where there is no such one."""
    path = f"region-academique/{identifier}"
    if path not in atlas().outlines:
        raise ProblemError(problem("not-found", path=f"/{path}"))
    edition = service.edition(request)
    question = catalogue(service.iris.base)[QUESTION]
    assert question.mapped
    reading = service.reading(request)
    rows = await reading.rows(bound(question, {"region": path}, service.iris), edition.number)
    found = figures(rows, question.mapped, 0)
    iri = service.iris.base + path
    labels = await service.labels.of(reading, [iri, *(one.iri for one in found)], edition.number)
    view = View(service, request, language(request), edition.number)
    return Region(path, view.pick(labels.get(iri) or {"fr": identifier}), edition, found, labels)


async def region_page(service: Service, request: Request, identifier: str, *, embedded: bool) -> Response:
    """Return the page of a région académique, or the part of it that another site shows; raises ProblemError."""
    region = await region_of(service, request, identifier)
    view = View(service, request, language(request), region.edition.number)

    def made() -> Response:
        context = told(service, view, region)
        html = write_page(view, "region_embed.html" if embedded else "region.html", context)
        if embedded:
            return send_page(request, html, view, policy=EMBED)
        pinned = service.pinned(request) is not None
        signs = Signs(service.iris, region.path, site_of(request), region.edition, (LICENCE,), pinned)
        return send_page(request, html, view, headers=signs.headers("html", ""))

    return await service.computing.run(request, made)


def told(service: Service, view: View, region: Region) -> dict[str, Any]:
    """Return what the page of a région shows."""
    index = service.index(region.edition)
    title = view.t("region.map", name=region.name)
    latest, total = newest(index, service.iris.base + region.path)
    return {
        "region": region,
        "map": drawn_near(view, title, region.path, region.figures, region.labels),
        "listed": latest,
        "total": total,
        "contacts": contacts(view, region),
        "space": next(
            (row["adresse"] for row in read_table("donnees", "territoires", "espaces_regionaux.csv")
             if row["region"] == region.path), ""
        ),
        "address": site_of(view.request),
        "question": QUESTION,
        "deposit": deposit_link(view),
    }  # fmt: skip


def newest(index: FicheIndex, region: str) -> tuple[list[dict[str, Any]], int]:
    """Return the latest fiches of a région académique, and how many it has."""
    found = index.select(Selection(facets={"region": (region,)}))
    latest = [complete(item, index) for item in index.items(found.page(0, LATEST))]
    return latest, found.total


def contacts(view: View, region: Region) -> list[dict[str, Any]]:
    """Return the services of a région and of each of its académies, with their public address where one is known."""
    rows_known = read_table("donnees", "territoires", "contacts.csv")
    known = {(row["territoire"], row["service"]): row["adresse"] for row in rows_known}
    actors = {row["id"]: row for row in read_table("donnees", "instruments", "acteurs.csv")}
    base = view.service.iris.base
    academies = [(one.iri.removeprefix(base), view.pick(region.labels.get(one.iri) or {})) for one in region.figures]
    rows = []
    for service in SERVICES:
        actor = actors[service]
        regional = actor["niveau"] == OF_REGION
        places = [(region.path, region.name)] if regional else sorted(academies, key=lambda one: collation(one[1]))
        rows += [
            {
                "short": actor["sigle"],
                "name": view.pick({"fr": actor["nom_fr"], "en": actor["nom_en"]}),
                "role": view.pick({"fr": actor["role_fr"], "en": actor["role_en"]}),
                "href": view.url(f"/organisation/{service}"),
                "place": name,
                "address": known.get((path, service), ""),
            }
            for path, name in places
        ]
    return rows
