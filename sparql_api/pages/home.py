"""The first page: what this is, what the current edition holds, where each kind of reader starts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from sparql_api.fiches.search import Selection, Value
from sparql_api.formats.negotiation import language
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.duties.site_data import site_data
from sparql_api.pages.fiches.listing import complete
from sparql_api.pages.maps.drawing import Map, drawn
from sparql_api.pages.maps.measure import Figure, territories
from sparql_api.words.problems import ProblemError

LATEST: Final = 5
BROWSED: Final = ("niveau", "discipline", "outil", "academie")
FULLEST: Final = 8
"""For each facet of the first page, the values that most projects hold; the list has them all."""
AUDIENCES: Final = (
    ("academies", (("/fiches", "home.academies.fiches"), ("/shapes", "home.academies.shapes"))),
    ("researchers", (("/sparql", "home.researchers.sparql"), ("/editions", "home.researchers.editions"))),
    ("partners", (("/ontologie", "home.partners.ontology"), ("/catalogue", "home.partners.catalogue"))),
    ("tools", (("/queries", "home.tools.queries"), ("/openapi.json", "home.tools.api"))),
)
"""For each kind of reader, the addresses to start from."""
EXAMPLE: Final = """PREFIX oia: <{base}ontologie#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?projet ?principe ?unesco WHERE {{
  ?projet a oia:Projet ; oia:concerne ?principe .
  ?principe skos:inScheme <{base}instrument/cadre-usage> ;
            skos:mappingRelation ?unesco .
  ?unesco skos:inScheme <{base}instrument/unesco-ethique-2021> .
}}
LIMIT 100"""


COUNTED: Final = {
    "academies": """SELECT DISTINCT ?academie WHERE {{
  ?projet a <{oia}Projet> ; <{oia}academie>|<{oia}academieAssociee> ?academie .
}} ORDER BY ?academie""",
    "principles": """SELECT DISTINCT ?principe WHERE {{
  ?projet a <{oia}Projet> ; <{oia}concerne> ?principe .
}} ORDER BY ?principe""",
    "quads": "SELECT (COUNT(*) AS ?enonces) WHERE {{ GRAPH ?graphe {{ ?sujet ?predicat ?objet }} }}",
}
"""What each number of the first page counts, but for fiches, which their list counts."""


def home_router(service: Service) -> APIRouter:
    """Return the route of the first page."""
    router = APIRouter()

    @get(router, "/")
    async def home(request: Request) -> Response:
        edition = published(service, request)
        context: dict[str, Any] = {"edition": edition, "audiences": AUDIENCES}
        if edition is not None:
            context |= await service.computing.run(request, overview, service, edition)
            context["map"] = await academies(View(service, request, language(request), edition.number), edition)
            context["linked_data"] = site_data(service, request, edition)
            context["example"] = EXAMPLE.format(base=service.iris.base)
        number = edition.number if edition else None
        return render(service, request, "home.html", context, edition=number)

    return router


def published(service: Service, request: Request) -> Edition | None:
    """Return the edition to show; None where nothing is published yet, which the page explains."""
    try:
        return service.edition(request)
    except ProblemError as error:
        if error.problem.name == "no-edition":
            return None
        raise


def overview(service: Service, edition: Edition) -> dict[str, Any]:
    """Return the figures of an edition and its latest fiches."""
    index = service.index(edition)
    academies = [value for value in index.values["academie"] if value.bits]
    numbers = {
        "fiches": index.size,
        "academies": len(academies),
        "principles": len(index.values["principe"]),
        "quads": int(edition.manifest["counts"]["quads"]),
    }
    oia = service.iris.term("")
    figures = [(key, number, COUNTED[key].format(oia=oia) if key in COUNTED else "") for key, number in numbers.items()]
    latest = [complete(item, index) for item in index.items(index.first(LATEST))]
    counts = index.select(Selection()).counts
    browse = [(facet, in_order(counts[facet][:FULLEST])) for facet in BROWSED if counts[facet]]
    return {"figures": figures, "listed": latest, "total": index.size, "browse": browse}


async def academies(view: View, edition: Edition) -> Map:
    """Return how many fiches each académie has, as a map; raises EngineError."""
    service, request = view.service, view.request
    wanted = territories("academie", service.iris.base)
    labels = await service.labels.of(service.reading(request), wanted, edition.number)

    def made() -> Map:
        held = {value.iri: value.bits.bit_count() for value in service.index(edition).values["academie"]}
        figures = [Figure(iri, Decimal(held.get(iri, 0)), held.get(iri, 0)) for iri in sorted(labels)]
        return drawn(view, view.t("home.map"), figures, labels, "academie")

    return await service.computing.run(request, made)


def in_order(counts: Sequence[tuple[Value, int]]) -> list[tuple[Value, int]]:
    """Return counted values in the order of their vocabulary, where it has one, else as they come."""
    return sorted(counts, key=lambda pair: (pair[0].rank is None, pair[0].rank or 0))
