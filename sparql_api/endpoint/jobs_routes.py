"""The addresses of jobs: `POST /jobs` takes a query as `/sparql` does; the job is where it says, its answer below."""

from __future__ import annotations

import time
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from sparql_api.acts.session import from_us
from sparql_api.computing.disconnection import client_of
from sparql_api.computing.limiter import Computing
from sparql_api.endpoint import openapi
from sparql_api.endpoint.answering import Answering
from sparql_api.endpoint.jobs import Jobs
from sparql_api.endpoint.protocol import read_request
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import NUMBER, TEXT, answers, operation, parameter, structure
from sparql_api.http.parameters import known_names
from sparql_api.http.policies import LIVE
from sparql_api.http.query_strings import bad
from sparql_api.http.routing import BOUNDED, get, post
from sparql_api.words.problems import ProblemError, problem

PATH: Final = "/jobs"
JSON: Final = "application/json"
KNOWN: Final = known_names(openapi.POST)
JOB: Final = structure(state=TEXT, edition=NUMBER, until=TEXT)
ID: Final = parameter("identifier", "What `POST /jobs` gave.", where="path")
ASKED: Final = {
    **{name: openapi.POST[name] for name in ("parameters", "requestBody")},
    "responses": {
        **{c: a for c, a in openapi.POST["responses"].items() if c not in ("200", "304", "502", "504")},
        "202": {"description": "Taken on: its address is in Location.", "content": {JSON: {"schema": JOB}}},
    },
}


def jobs_router(answering: Answering, jobs: Jobs) -> APIRouter:
    """Return the routes of jobs."""
    router = APIRouter(tags=["jobs"])

    summary = "Ask a query to be answered later"
    declare = post(router, PATH, policy=LIVE, status_code=202, summary=summary, openapi_extra=ASKED)
    declare(asking(answering, jobs))

    described = operation({JSON: JOB}, parameters=(ID,), errors=("404",), tagged=False)

    @get(router, PATH + "/{identifier}", policy=LIVE, cheap=True, summary="How a job is doing", openapi_extra=described)
    async def look(request: Request) -> Response:
        identifier = request.path_params["identifier"]
        return said(request, identifier, found(jobs, identifier))

    data = {"parameters": [ID], "responses": answers({"*/*": {}}, ("400", "404"), tagged=False)}

    summary = "The answer of a job"

    @get(router, PATH + "/{identifier}/answer", policy=LIVE, cheap=True, summary=summary, openapi_extra=data)
    async def answer(request: Request) -> Response:
        identifier = request.path_params["identifier"]
        told = found(jobs, identifier)
        if told["state"] != "done":
            raise ProblemError(problem("job-open", state=told["state"]))
        headers = {**LIVE.headers(), "Observatoire-Edition": str(told["edition"])}
        return FileResponse(jobs.answer_file(identifier), media_type=told["media_type"], headers=headers)

    async def drop(request: Request) -> Response:
        from_us(request)
        if not jobs.drop(request.path_params["identifier"]):
            raise ProblemError(problem("job-not-found"))
        return Response(None, 204, LIVE.headers())

    router.add_api_route(PATH + "/{identifier}", drop, methods=["DELETE"], include_in_schema=False)
    return router


def asking(answering: Answering, jobs: Jobs) -> Any:
    """Return the handler that takes a query on."""

    async def ask(request: Request) -> Response:
        from_us(request)
        asked = await read_request(request, answering.settings.body_bytes, KNOWN)
        text = asked.query
        if text is None:
            raise bad("query", "missing")

        async def taken() -> Response:
            plan = await answering.prepare(request, asked, text)
            identifier = jobs.add(plan, client_of(answering.fair_use, request))
            response = said(request, identifier, jobs.told(identifier))
            response.status_code = 202
            response.headers["Location"] = f"{PATH}/{identifier}"
            return response

        computing: Computing = request.app.state.computing
        return await computing.answer(request, taken)

    setattr(ask, BOUNDED, True)
    return ask


def found(jobs: Jobs, identifier: str) -> dict[str, Any]:
    """Return what is known of a job; raises ProblemError 404."""
    told = jobs.told(identifier)
    if told is None:
        raise ProblemError(problem("job-not-found"))
    return told


def said(request: Request, identifier: str, told: dict[str, Any] | None) -> Response:
    """Return what is said of a job: its state, until when it is kept, where its answer is or why there is none."""
    told = told or {}
    shown: dict[str, Any] = {name: told[name] for name in ("state", "edition", "rows", "seconds") if name in told}
    shown["until"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(told["until"]))
    if told["state"] == "done":
        shown["answer"] = f"{PATH}/{identifier}/answer"
    if "problem" in told:
        shown["problem"] = told["problem"][language(request)]
    return deliver(request, write_json(shown), JSON, edition=told["edition"])
