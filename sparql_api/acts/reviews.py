"""`/reviews`: what waits, what a deposit says; each act on it and on its findings. The registry decides."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from ingestion import (
    Agent,
    Forbidden,
    ListWanted,
    Matter,
    RefusedAct,
    RefusedTransition,
    Registry,
    UnknownAcademie,
    academie_code,
    as_described,
    decide,
    decide_finding,
    difference_of,
    document_named,
    findings_told,
    listed_as,
    remarked,
    require,
    standing,
)
from ontologie import Language
from sparql_api.acts.agents import Doors, refused
from sparql_api.acts.openapi import ACTS, BULK, FINDING, REVIEW, REVIEWS, VERBS
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.bodies import json_members, read_body, too_long, unprocessable
from sparql_api.http.delivery import deliver
from sparql_api.http.policies import ACT
from sparql_api.http.query_strings import bad
from sparql_api.http.routing import get, post
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import problem
from sparql_api.words.texts import text_of

LONGEST: Final = 64 << 10
"""Bytes of the body of an act."""
LONGEST_TEXT: Final = 4000
"""Characters of one reason, remark or opinion."""
MOST_FIELDS: Final = 60
MOST_AT_ONCE: Final = 500
PER_PAGE, MOST_PER_PAGE = 50, 200
STATES: Final = ("depose", "valide", "publie", "retourne", "retire")
ALL: Final = "toutes"
WAITS: Final = ("passages", "findings")
"""What a document may have that waits for a person: a passage to read, a finding to decide on."""
DERIVED: Final = 20
"""Documents of a page whose findings are looked for: each is derived."""
ON_DOCUMENT: Final = "/reviews/{kind}/{identifier}"
DECISIONS: Final = ("validate", "return", "withdraw", "opinion")
Do = Callable[[Registry, str, str, Agent], None]


def reviews_router(service: Service, doors: Doors) -> APIRouter:
    """Return the routes of review."""
    router = APIRouter(tags=["reviews"])

    @get(router, "/reviews", policy=ACT, **REVIEWS)
    async def reviews(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        wanted = wanted_of(request, service.settings.base_iri)
        findings = service.settings.base_iri if request.query_params.get("waits") == "findings" else None
        said = await doors.run(request, listed, wanted, agent, language(request), findings)
        return deliver(request, write_json({**said, "next": _next(request, wanted, said["total"])}), "application/json")

    @get(router, ON_DOCUMENT, policy=ACT, **REVIEW)
    async def review(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        async def answer() -> Response:
            lang, base = language(request), service.settings.base_iri
            said = await doors.run(request, shown, *_named(request), agent, lang, base)
            return deliver(request, write_json(said), "application/json")

        return await service.computing.answer(request, answer)

    @post(router, "/reviews/validate", policy=ACT, **BULK)
    async def validate_all(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        body = json_members(request, await _body(request), {"documents": list, "passagesRead": bool, "versions": dict})
        names, versions = _names(body), _versions(body)

        async def answer() -> Response:
            lang, base = language(request), service.settings.base_iri
            each = {name: validation_of({**body, "version": versions.get(name)}) for name in names}
            results = [await doors.run(request, one_of_many, name, agent, do, lang, base) for name, do in each.items()]
            return deliver(request, write_json({"results": results}), "application/json")

        return await service.computing.answer(request, answer)

    @post(router, f"{ON_DOCUMENT}/findings/{{finding}}", policy=ACT, **FINDING)
    async def decide_on_finding(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        body = json_members(request, await _body(request), {"decision": str, "reason": str, "version": int})
        finding, lang, base = request.path_params["finding"], language(request), service.settings.base_iri

        def read(body: Mapping[str, Any]) -> Do:
            return decision_on(body, finding, lang, base)

        async def answer() -> Response:
            said = await doors.run(request, done_on, *_named(request), agent, read, body)
            return deliver(request, write_json(said), "application/json")

        return await service.computing.answer(request, answer)

    for action, (members, read) in READ.items():
        _on_document(router, service, doors, action, members, read)
    return router


def _on_document(
    router: APIRouter, service: Service, doors: Doors, action: str, members: Mapping[str, type],
    read: Callable[[Mapping[str, Any]], Do],
) -> None:  # fmt: skip
    """Declare the route of an act on one document."""

    @post(router, f"{ON_DOCUMENT}/{action}", policy=ACT, **ACTS[action])
    async def act(request: Request, agent: Agent = Depends(doors.agent)) -> Response:
        body = json_members(request, await _body(request), members)

        async def answer() -> Response:
            said = await doors.run(request, done_on, *_named(request), agent, read, body)
            return deliver(request, write_json(said), "application/json")

        return await service.computing.answer(request, answer)


async def _body(request: Request) -> bytes:
    return await read_body(request, LONGEST, too_long(LONGEST))


# What a body says


def validation_of(body: Mapping[str, Any]) -> Do:
    """Return what validates a document as a body says."""
    read, version = body.get("passagesRead", False), body.get("version")

    def do(registry: Registry, kind: str, name: str, agent: Agent) -> None:
        found = registry.get(kind, name)
        require(registry.accounts.known(agent.name), "validate", Matter(kind, name, found.academie))
        if version is None and found.version > 1:
            # Who names none may have read another than the latest.
            raise RefusedTransition("version-unnamed", name, found.state)
        registry.validate(kind, name, agent, passages_read=read, version=version or found.version)

    return do


def _return(body: Mapping[str, Any]) -> Do:
    reason, fields = text_member(body, "reason"), body.get("fields", {})
    if len(fields) > MOST_FIELDS:
        raise unprocessable(text_of("too-many", name="fields", most=MOST_FIELDS))
    for name in fields:
        text_member(fields, name)
    told = remarked(fields)
    version = body.get("version")
    return lambda registry, kind, name, agent: registry.send_back(kind, name, agent, reason, told, version)


def _withdrawal(body: Mapping[str, Any]) -> Do:
    reason, version = text_member(body, "reason") if body.get("reason") else "", body.get("version")
    return lambda registry, kind, name, agent: registry.withdraw(kind, name, agent, reason, version)


def _opinion(body: Mapping[str, Any]) -> Do:
    text, version = text_member(body, "text"), body.get("version")
    return lambda registry, kind, name, agent: registry.give_opinion(kind, name, agent, text, version)


def decision_on(body: Mapping[str, Any], finding: str, lang: Language, base: str) -> Do:
    """Return what decides on a finding as a body says; raises ProblemError 422."""
    verb, version = next((one for one in VERBS if one == body.get("decision")), None), body.get("version")
    if verb is None:
        raise unprocessable(text_of("member-choice", name="decision", choices=", ".join(VERBS)))
    if version is None:
        raise unprocessable(text_of("member-missing", name="version"))
    reason = body.get("reason", "")

    def do(registry: Registry, kind: str, name: str, agent: Agent) -> None:
        found = registry.get(kind, name)
        # Who may not decide is told so first: the version of a draft is not everybody's.
        require(registry.accounts.known(agent.name), "finding", Matter(kind, name, found.academie))
        if found.version != version:
            raise RefusedTransition("other-version", name, found.state)
        decide_finding(registry, found, agent, finding, verb, reason, lang, base)

    return do


READ: Final[Mapping[str, tuple[Mapping[str, type], Callable[[Mapping[str, Any]], Do]]]] = {
    "validate": ({"passagesRead": bool, "version": int}, validation_of),
    "return": ({"reason": str, "fields": dict, "version": int}, _return),
    "withdraw": ({"reason": str, "version": int}, _withdrawal),
    "opinion": ({"text": str, "version": int}, _opinion),
}
"""Of each act, the members that its body may have, and what it makes of them."""


def text_member(body: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there; raises ProblemError 422."""
    text = body.get(name)
    if not isinstance(text, str) or not text.strip():
        raise unprocessable(text_of("member-missing", name=name[:64]))
    if len(text) > LONGEST_TEXT:
        raise unprocessable(text_of("member-long", name=name[:64], most=LONGEST_TEXT))
    return text


def _names(body: Mapping[str, Any]) -> list[str]:
    names = body.get("documents")
    if not names or not all(isinstance(name, str) for name in names):
        raise unprocessable(text_of("member-missing", name="documents"))
    if len(names) > MOST_AT_ONCE:
        raise unprocessable(text_of("too-many", name="documents", most=MOST_AT_ONCE))
    return list(dict.fromkeys(names))


def _versions(body: Mapping[str, Any]) -> Mapping[str, int]:
    """Return which version of each document was read, where that is said; raises ProblemError 422."""
    versions: Mapping[str, int] = body.get("versions", {})
    if not all(type(number) is int for number in versions.values()):
        raise unprocessable(text_of("member-type", name="versions", kind="number"))
    if unnamed := next((name for name in versions if name not in body["documents"]), None):
        raise unprocessable(text_of("version-of-none", name=unnamed[:64]))
    return versions


# What is done, in a thread of the registry's


def done_on(
    registry: Registry, kind: str, name: str, agent: Agent, read: Callable[[Mapping[str, Any]], Do],
    body: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Do an act on a document that its agent may know of; raises LookupError, RefusedAct, ProblemError."""
    known = known_to(registry, kind, name, agent)
    read(body)(registry, kind, name, agent)
    after = registry.get(known.kind, known.identifier)
    return {"type": after.kind, "id": after.identifier, "state": after.state, "version": after.version}


def one_of_many(
    registry: Registry, document: str, agent: Agent, do: Do, lang: Language, base: str
) -> dict[str, Any]:
    """Return what came of one of several; a bare name is a project's."""
    kind, name = document_named(document)
    try:
        said = done_on(registry, kind, name, agent, lambda _: do, {})
    except LookupError:
        found = problem("not-found", path=f"/reviews/{kind}/{name}")
    except RefusedAct as error:
        found = refused(error).problem
    else:
        return {"document": document, "status": 200, **said}
    return {"document": document, "status": found.status, "problem": found.document(lang, base)}


def shown(registry: Registry, kind: str, name: str, agent: Agent, lang: str, base: str) -> dict[str, Any]:
    """Return all that a reviewer is to know of a document; raises LookupError, Forbidden."""
    found, acting = known_to(registry, kind, name, agent), registry.accounts.known(agent.name)
    matter = Matter(kind, name, found.academie)
    require(acting, "read", matter)
    return {
        "type": kind, "id": name, **as_described(found, registry.history(kind, name), lang),
        "difference": difference_of(registry, found, lang, base),
        "findings": findings_told(registry, found, base),
        "contact": registry.contact(kind, name, agent),
        "may": [action for action in (*DECISIONS, "finding") if decide(acting, action, matter).allowed],
    }  # fmt: skip


def known_to(registry: Registry, kind: str, name: str, agent: Agent) -> Any:
    """Return a document that an agent may know of: what is or was public, or what it may read. Raises LookupError."""
    found = registry.get(kind, name)
    if found.published_version is None and not registry.readable([found], agent):
        raise LookupError(f"{kind}/{name}")
    return found


def listed(
    registry: Registry, wanted: ListWanted, agent: Agent, lang: str, findings: str | None = None
) -> dict[str, Any]:
    """Return a page of documents; with the base IRI as `findings`, those of it with one that nobody decided on."""
    acting = registry.accounts.known(agent.name)
    if why := standing(acting, "read"):
        raise Forbidden(why, acting, "read")
    page = registry.page(wanted, agent)
    items = [
        {**listed_as(one, since, lang), "url": f"/reviews/{one.kind}/{one.identifier}"} for one, since in page.found
        if findings is None or any(told["decision"] is None for told in findings_told(registry, one, findings))
    ]
    return {"total": page.total, "page": wanted.skip // wanted.size + 1, "items": items}


# What an address says


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["kind"], request.path_params["identifier"]


def wanted_of(request: Request, base: str) -> ListWanted:
    """Return which documents a request asks for; raises ProblemError 400."""
    asked = request.query_params
    state = asked.get("state") or STATES[0]
    if state not in (*STATES, ALL):
        raise bad("state", "no-state")
    waits = asked.get("waits") or ""
    if waits not in ("", *WAITS):
        raise bad("waits", "no-waits")
    try:
        academie = academie_code(asked.get("academie"), base)
    except UnknownAcademie:
        raise bad("academie", "no-academie") from None
    page, size = whole_number(request, "page", 1, 10**6), whole_number(request, "per_page", PER_PAGE, MOST_PER_PAGE)
    size, held = min(size, DERIVED) if waits == WAITS[1] else size, True if waits == WAITS[0] else None
    kind = asked.get("type") or None
    return ListWanted(None if state == ALL else state, academie, kind, (page - 1) * size, size, held)


def whole_number(request: Request, name: str, default: int, most: int) -> int:
    """Return a parameter that is a whole number from 1; raises ProblemError 400."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text) or int(text) > most:
        raise bad(name, "no-whole-number")
    return int(text)


def _next(request: Request, wanted: ListWanted, total: int) -> str | None:
    if wanted.skip + wanted.size >= total:
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "page"]
    return f"/reviews?{urlencode([*kept, ('page', wanted.skip // wanted.size + 2)])}"
