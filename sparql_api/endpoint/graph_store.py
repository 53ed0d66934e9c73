"""The graph store, read side: one graph a request (https://www.w3.org/TR/sparql11-http-rdf-update/).

Indirect identification (§4.2) is `/rdf-graph-store?graph=IRI` or `?default`, the name that the recommendation's own
examples bear. Direct identification (§4.1) is the graph's IRI itself: `/graphe/…` answers as every IRI does, here
only what would change it is refused. A read is the CONSTRUCT that §5.2 gives for it, so that it goes the way of all
queries: same guard, workers, limits, memory and editions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter, Request, Response

from sparql_api.endpoint import openapi
from sparql_api.endpoint.answering import Answering, not_allowed
from sparql_api.endpoint.protocol import SparqlRequest, graphs, interpret
from sparql_api.formats.negotiation import TABLES
from sparql_api.http.parameters import known_names, unknown_among
from sparql_api.http.policies import ANSWER, under
from sparql_api.http.query_strings import bad, decode
from sparql_api.http.responses import options
from sparql_api.query.dataset import Dataset
from sparql_api.words.problems import Problem, ProblemError, problem

PATH: Final = "/rdf-graph-store"
DIRECT: Final = "/graphe/{rest:path}"
METHODS: Final = "GET, HEAD, OPTIONS"
CHANGES: Final = ["PUT", "POST", "DELETE", "PATCH"]
CONTENT: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
HELD: Final = "ASK { ?s ?p ?o }"
KNOWN: Final = known_names(openapi.GRAPH_STORE)


def graph_store_router(answering: Answering) -> APIRouter:
    """Return the routes of the graph store."""
    store = GraphStore(answering)
    router = APIRouter()
    described = openapi.GRAPH_STORE
    router.add_api_route(PATH, store.answer, methods=["GET"], response_class=Response, openapi_extra=described)
    router.add_api_route(PATH, store.answer, methods=["HEAD"], include_in_schema=False)
    router.add_api_route(PATH, store.refuse, methods=["TRACE"], include_in_schema=False)
    for path in (PATH, DIRECT):
        router.add_api_route(path, store.options, methods=["OPTIONS"], include_in_schema=False)
        router.add_api_route(path, store.refuse_change, methods=CHANGES, include_in_schema=False)
    return router


@dataclass(frozen=True)
class GraphStore:
    """The graphs of one engine's editions."""

    answering: Answering

    @under(ANSWER)
    async def answer(self, request: Request) -> Response:
        """Answer GET and HEAD."""
        return await self.answering.sparing(request, self.read)

    async def read(self, request: Request) -> Response:
        """Return the graph, 404 where the edition has none of that name (§5.2); raises ProblemError, ClientGone."""
        asked = read_graph_request(request)
        plan = await self.answering.prepare(request, asked, CONTENT)
        if asked.dataset is not None:
            # No edition holds an empty graph. The same plan, so the same edition, whatever is published meanwhile.
            held = replace(plan, text=HELD, form="ASK", media_type=TABLES["json"])
            found = await self.answering.run(request, asked, held)
            if not found.json()["boolean"]:
                graph = asked.dataset.default[0]
                raise ProblemError(problem("graph-not-found", graph=graph, edition=found.edition))
        return await self.answering.respond(request, asked, plan)

    async def options(self, request: Request) -> Response:
        """Answer OPTIONS."""
        return options(request, METHODS)

    async def refuse(self, request: Request) -> Response:
        """Refuse a method that the protocol does not know."""
        raise not_allowed(request, METHODS)

    async def refuse_change(self, request: Request) -> Response:
        """Refuse what would change a graph, as updates are."""
        raise ProblemError(Problem("update-refused", headers={"Allow": METHODS}))


def read_graph_request(request: Request) -> SparqlRequest:
    """Return what a request asks; `dataset` is the graph it names, None for the default graph.

    Raises ProblemError (400) where it names no graph, several, or one by a relative IRI (§4.2).
    """
    given = decode(request.scope["query_string"])
    # What is a query's at the endpoint is nobody's here.
    asked = replace(
        interpret([pair for pair in given if pair[0] in KNOWN]),
        ignored=unknown_among((name for name, _ in given), KNOWN),
    )
    names = [name for name, _ in given if name in ("graph", "default")]
    if not names:
        raise bad("graph", "graph-missing")
    if len(names) > 1:
        raise bad("graph", "graph-more-than-once")
    if names == ["default"]:
        return asked
    return replace(asked, dataset=Dataset(default=graphs("graph", given)))
