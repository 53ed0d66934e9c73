"""`/labels`: what nothing knows, what a national agent decides of it or withdraws, what an académie refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, LabelDesk, Registry, document_named
from sparql_api.acts.agents import Doors
from sparql_api.acts.openapi import DECIDE_LABEL, LABELS, REFUSE_LABEL, WITHDRAW_LABEL
from sparql_api.acts.reviews import LONGEST_TEXT, MOST_PER_PAGE, PER_PAGE, known_to, text_member, whole_number
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.bodies import json_members, read_body, too_long, unprocessable
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import Schema
from sparql_api.http.policies import ACT
from sparql_api.http.routing import get, post
from sparql_api.pages.common.service import Service
from sparql_api.words.texts import text_of

LONGEST: Final = 64 << 10
"""Bytes of the body of an act."""
MOST_AT_ONCE: Final = 200
"""Documents that one request changes; the same request again goes on."""
MOST_VALUES: Final = 20
MOST_NAMED: Final = 50


def labels_router(service: Service, doors: Doors) -> APIRouter:
    """Return the routes of labels."""
    router = APIRouter(tags=["labels"])
    base = service.settings.base_iri

    @get(router, "/labels", policy=ACT, **LABELS)
    async def labels(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        page, size = whole_number(request, "page", 1, 10**6), whole_number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
        said = await doors.run(request, listed_labels, agent, base, (page - 1) * size, size, language(request))
        kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
        more = page * size < said["total"]
        following = f"/labels?{urlencode([*kept, ('page', page + 1)])}" if more else None
        return deliver(request, write_json({**said, "page": page, "next": following}), "application/json")

    _on_label(router, service, doors, "", DECIDE_LABEL, {"decision": str, "concept": str, "parts": list}, decided)
    _on_label(router, service, doors, "/withdraw", WITHDRAW_LABEL, {"reason": str}, withdrawn)
    _on_label(router, service, doors, "/refuse", REFUSE_LABEL, {"document": str}, _refused)
    return router


def _on_label(
    router: APIRouter, service: Service, doors: Doors, action: str, described: Schema, members: Mapping[str, type],
    do: Callable[[Registry, str, Agent, dict[str, Any], str], dict[str, Any]],
) -> None:  # fmt: skip
    """Declare the route of an act on one label."""

    @post(router, f"/labels/{{label}}{action}", policy=ACT, **described)
    async def act(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        body = json_members(request, await _body(request), members)

        async def answer() -> Response:
            label, base = request.path_params["label"], service.settings.base_iri
            said = await doors.run(request, do, label, agent, body, base)
            return deliver(request, write_json(said), "application/json")

        return await service.computing.answer(request, answer)


async def _body(request: Request) -> bytes:
    return await read_body(request, LONGEST, too_long(LONGEST))


# What is done, in a thread of the registry's


def listed_labels(
    registry: Registry, agent: Agent, base: str, skip: int, size: int, lang: str, *, field: str = "", holds: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return a page of the labels that wait, of a column and that hold some words where asked; raises Forbidden."""
    found = LabelDesk(registry, base).queue(agent, skip, size, field=field, holds=holds)
    items = [{**one.as_dict(lang), "url": f"/labels/{one.label}"} for one in found.found]
    return {"total": found.total, "hidden": found.hidden, "more": found.more, "items": items}


def decided(registry: Registry, label: str, agent: Agent, body: dict[str, Any], base: str) -> dict[str, Any]:
    """Note a decision and change documents by it; raises LookupError, RefusedAct, ProblemError."""
    values = [text_member(body, "concept")] if "concept" in body else _parts(body)
    choice = str(body.get("decision", ""))
    taken = LabelDesk(registry, base).decide(label, choice, values, agent, most=MOST_AT_ONCE)
    return {"id": label, "decision": choice, "concepts": [*taken.names], **taken.changes.as_dict(MOST_NAMED)}


def withdrawn(registry: Registry, label: str, agent: Agent, body: dict[str, Any], base: str) -> dict[str, Any]:
    """Withdraw a decision, and change documents back; raises LookupError, RefusedAct, ProblemError."""
    reason = text_member(body, "reason")
    done = LabelDesk(registry, base).withdraw(label, reason, agent, most=MOST_AT_ONCE)
    return {"id": label, "decision": None, "concepts": [], **done.as_dict(MOST_NAMED)}


def _parts(body: dict[str, Any]) -> list[str]:
    parts = body.get("parts", [])
    if len(parts) > MOST_VALUES:
        raise unprocessable(text_of("too-many", name="parts", most=MOST_VALUES))
    if not all(isinstance(one, str) and one.strip() and len(one) <= LONGEST_TEXT for one in parts):
        raise unprocessable(text_of("member-missing", name="parts"))
    return list(parts)


def _refused(registry: Registry, label: str, agent: Agent, body: dict[str, Any], base: str) -> dict[str, Any]:
    """Take a decision out of a document that its agent may know of; raises LookupError, RefusedAct, ProblemError."""
    kind, name = document_named(text_member(body, "document"))
    known_to(registry, kind, name, agent)
    LabelDesk(registry, base).refuse(kind, name, label, agent)
    after = registry.get(kind, name)
    return {"type": kind, "id": name, "state": after.state, "version": after.version}
