"""The addresses of reconciliation: the manifest, batches, what completes an input, a preview, more about things."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Candidate, candidates_of, completions, label_types
from ontologie import Language, fold_label
from sparql_api.computing.cancellation import checked
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.bodies import json_members, media_type, read_body
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import EDITION, parameter
from sparql_api.http.parameters import ignored_header, unknown_of
from sparql_api.http.policies import EMBED, LIVE
from sparql_api.http.query_strings import bad, decode
from sparql_api.http.routing import BOUNDED, get, post
from sparql_api.http.site import site_of
from sparql_api.pages.common.labels import is_safe
from sparql_api.pages.common.layout import View, send_page, write_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.reconciliation.batches import LabelQuery, batch_02, batch_10, text
from sparql_api.pages.reconciliation.extension import cells, extended_02, extended_10, iris_in, values_of, wanted
from sparql_api.pages.reconciliation.manifest import VERSIONS, manifest, properties, types
from sparql_api.words.i18n import message
from sparql_api.words.problems import ProblemError, problem

PATH: Final = "/reconcile"
LONGEST: Final = 1 << 20
"""Bytes of a batch."""
SUGGESTIONS: Final = 20
FORM: Final = "application/x-www-form-urlencoded"
OPENED: Final = "GET, HEAD, OPTIONS, POST"
PREFIX: Final = parameter("prefix", "How the name begins.")
ASKED: Final = {
    "parameters": [
        parameter("queries", "A batch of queries, in JSON."),
        parameter("extend", "What is asked of things, in JSON."),
        EDITION,
    ]
}


def reconciliation_router(service: Service) -> APIRouter:
    """Return the routes of reconciliation."""
    router = APIRouter()
    reconciling = Reconciling(service)

    def posted(path: str, opened: str, form: bool) -> None:
        async def answer(request: Request) -> Response:
            over = problem("body-too-long", limit=LONGEST >> 10)
            body = await read_body(request, LONGEST, over)
            given = form_of(request, body) if form else json_of(request, body)
            return await service.computing.answer(request, lambda: reconciling.act(request, path, given))

        setattr(answer, BOUNDED, True)
        post(router, path, policy=LIVE, opened=opened, include_in_schema=False)(answer)

    posted(PATH, OPENED, form=True)
    posted(f"{PATH}/match", "OPTIONS, POST", form=False)
    posted(f"{PATH}/extend", "OPTIONS, POST", form=False)

    @get(router, PATH, openapi_extra=ASKED)
    async def endpoint(request: Request) -> Response:
        return await reconciling.act(request, PATH, dict(request.query_params))

    for kind, complete in reconciling.suggesting.items():
        declare = get(router, f"{PATH}/suggest/{kind}", openapi_extra={"parameters": [PREFIX, EDITION]})
        declare(reconciling.completing(complete))

    @get(router, f"{PATH}/extend/propose", openapi_extra={"parameters": [parameter("type", "A type."), EDITION]})
    async def propose(request: Request) -> Response:
        asked, spoken = request.query_params.get("type", ""), language(request)
        listed = [{"id": one.id, "name": one.name[spoken]} for one in properties().values()]
        return reconciling.send(request, {"type": asked, "properties": listed})

    @get(router, f"{PATH}/preview", policy=EMBED, openapi_extra={"parameters": [parameter("id", "An IRI."), EDITION]})
    async def preview(request: Request) -> Response:
        return await reconciling.preview(request, request.query_params.get("id", ""))

    return router


Suggest = Callable[[Request, str], Awaitable[list[dict[str, str]]]]


class Reconciling:
    """What each address answers, from the edition asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.suggesting: Mapping[str, Suggest] = {
            "entity": self._entities, "type": self._types, "property": self._properties,
        }  # fmt: skip

    async def act(self, request: Request, path: str, given: Mapping[str, Any]) -> Response:
        """Answer a batch, a question about things, or with the manifest; raises ProblemError."""
        if path.endswith("/match"):
            results = await self._results(request, batch_10(given.get("queries")))
            return self.send(request, {"results": [{"candidates": one} for one in results]})
        if path.endswith("/extend"):
            return self.send(request, await self._extended(request, given, version=VERSIONS[1]))
        if given.get("queries"):
            batch = batch_02(parsed(given["queries"], "queries"))
            results = await self._results(request, [*batch.values()])
            return self.send(request, {key: {"result": one} for key, one in zip(batch, results, strict=True)})
        if given.get("extend"):
            asked = parsed(given["extend"], "extend")
            return self.send(request, await self._extended(request, asked, version=VERSIONS[0]))
        draft = VERSIONS[1] in request.headers.get("accept", "")
        said = manifest(VERSIONS[draft], site_of(request), self._service.iris.base, language(request))
        return self.send(request, said)

    def completing(self, complete: Suggest) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler that answers with what completes an input."""

        async def suggest(request: Request) -> Response:
            return self.send(request, {"result": await complete(request, request.query_params.get("prefix", ""))})

        return suggest

    def send(self, request: Request, said: Mapping[str, Any]) -> Response:
        """Send an answer in JSON, with the parameters that were left aside named in a header."""
        headers = ignored_header(unknown_of(request))
        number = self._service.edition(request).number
        return deliver(request, write_json(said), "application/json", edition=number, headers=headers)

    async def _results(self, request: Request, batch: list[LabelQuery]) -> list[list[dict[str, Any]]]:
        base = self._service.iris.base
        found = await self._service.computing.run(request, looked_up, batch, base, kind="search")
        named = await self._names(request, (one.iri for several in found for one in several))
        return [[told(one, named, language(request)) for one in several] for several in found]

    async def _names(self, request: Request, iris: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """Return {IRI: {language: name}} of things, as the edition names them."""
        reading = self._service.reading(request)
        return await self._service.labels.of(reading, iris, self._service.edition(request).number)

    async def _extended(self, request: Request, asked: Any, version: str) -> dict[str, Any]:
        iris, settings = wanted(asked)
        spoken, number = language(request), self._service.edition(request).number
        reading = self._service.reading(request)
        values = await values_of(reading, iris, settings, number)
        named = await self._names(request, iris_in(values))
        write = extended_02 if version == VERSIONS[0] else extended_10
        return write(iris, settings, values, named, spoken)

    async def _entities(self, request: Request, prefix: str) -> list[dict[str, str]]:
        base, spoken = self._service.iris.base, language(request)
        run = self._service.computing.run
        found = await run(request, completions, prefix, tuple(label_types()), base, SUGGESTIONS, kind="search")
        named = await self._names(request, (iri for iri, _ in found))
        columns = label_types()
        return [
            {"id": iri, "name": name_of(iri, named, spoken), "description": columns[type_].label[spoken]}
            for iri, type_ in found
        ]

    async def _types(self, request: Request, prefix: str) -> list[dict[str, str]]:
        return begun(prefix, types(language(request)))

    async def _properties(self, request: Request, prefix: str) -> list[dict[str, str]]:
        spoken = language(request)
        return begun(prefix, [{"id": one.id, "name": one.name[spoken]} for one in properties().values()])

    async def preview(self, request: Request, iri: str) -> Response:
        """Return a small page that shows a thing; raises ProblemError 404 where the edition names none so."""
        number, spoken = self._service.edition(request).number, language(request)
        names = (await self._names(request, [iri])).get(iri) if is_safe(iri) and len(iri) <= LONGEST_IRI else None
        if not names:
            raise ProblemError(problem("not-found", path=iri[:LONGEST_IRI]))
        found = await values_of(self._service.reading(request), (iri,), {"definition": 0}, number)
        definitions = cells(found[iri]["definition"], {}, spoken)
        view = View(self._service, request, spoken, number)
        shown = {"iri": iri, "name": view.pick(names), "definition": definitions[0].get("str") if definitions else ""}
        html = write_page(view, "preview.html", shown)
        return send_page(request, html, view, policy=EMBED, headers=ignored_header(unknown_of(request)))


LONGEST_IRI: Final = 2_000


def looked_up(batch: list[LabelQuery], base: str) -> list[list[Candidate]]:
    """Return the candidates of each query."""
    known = label_types()
    found = []
    for one in checked(batch):
        # A type that is none of ours restricts nothing: the query is answered as without it.
        among = [name for name in one.types if name in known] or list(known)
        found.append(candidates_of(one.label, among, base)[: one.limit])
    return found


def told(one: Candidate, named: Mapping[str, Mapping[str, str]], spoken: Language) -> dict[str, Any]:
    """Return a candidate as both versions write it."""
    type_ = label_types()[one.type]
    return {
        "id": one.iri,
        "name": name_of(one.iri, named, spoken),
        "score": one.score,
        "match": one.match,
        "type": [{"id": one.type, "name": type_.label[spoken]}],
        "features": [
            {"id": "ratio", "name": message("reconcile.ratio", spoken), "value": one.ratio},
            {"id": "contained", "name": message("reconcile.contained", spoken), "value": one.contained},
        ],
    }


def name_of(iri: str, named: Mapping[str, Mapping[str, str]], spoken: Language) -> str:
    """Return the name of a thing in a language, or the one it has, or its IRI."""
    names = named.get(iri) or {}
    return names.get(spoken) or next(iter(names.values()), iri)


def begun(prefix: str, among: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return what has a word that begins so."""
    folded = fold_label(prefix)
    return [one for one in among if f" {folded}" in f" {fold_label(one['name'])} {fold_label(one['id'])}"][:SUGGESTIONS]


def form_of(request: Request, body: bytes) -> dict[str, str]:
    """Return the members of a form, and those of the query string; raises ProblemError 400 where it is none."""
    sent = dict(decode(body)) if media_type(request) in (FORM, "") else {}
    return {**dict(request.query_params), **sent}


def json_of(request: Request, body: bytes) -> dict[str, Any]:
    """Return the members of a body in JSON; raises ProblemError 415, 422."""
    return json_members(request, body, {"queries": list, "ids": list, "properties": list})


def parsed(value: Any, name: str) -> Any:
    """Return what a parameter in JSON says; raises ProblemError 400."""
    try:
        found = json.loads(text(value))
        json.dumps(found, ensure_ascii=False).encode()  # half a pair of UTF-16 is no text
    except (ValueError, RecursionError):
        raise bad(name, "no-batch") from None
    return found
