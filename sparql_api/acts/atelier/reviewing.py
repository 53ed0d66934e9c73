"""`/atelier/revue`: the queue of who reviews, what to look at in each document; several validated at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Matter, RefusedTransition, Registry, academie_name, decide
from ontologie import read_table, sentence
from sparql_api.acts.atelier.correcting import RETURNED
from sparql_api.acts.atelier.workshop import PLACE, Fields, FormFault, Visitor, Workshop, number_of
from sparql_api.acts.reviews import (
    ALL,
    MOST_AT_ONCE,
    STATES,
    WAITS,
    Do,
    listed,
    one_of_many,
    validation_of,
    wanted_of,
)
from sparql_api.formats.negotiation import language
from sparql_api.http.bodies import unprocessable
from sparql_api.words.i18n import collation
from sparql_api.words.texts import text_of

QUEUE: Final = f"{PLACE}/revue"
UNSURE: Final = "returned-unsure"
"""Why what was sent back is not validated by one click."""
FILTERS: Final = ("state", "academie", "type", "waits")


def sure(read: Callable[[Mapping[str, Any]], Do], *, confirmed: bool = False) -> Callable[[Mapping[str, Any]], Do]:
    """Return what validates as before, but for what somebody sent back: to validate that, one says so."""

    def reading(body: Mapping[str, Any]) -> Do:
        do = read(body)

        def doing(registry: Registry, kind: str, name: str, agent: Agent) -> None:
            if not confirmed and (found := registry.get(kind, name)).state == RETURNED:
                raise RefusedTransition(UNSURE, name, found.state)
            do(registry, kind, name, agent)

        return doing

    return reading


def reviewing_pages(workshop: Workshop) -> None:
    """Declare the pages of the queue."""

    @workshop.page(QUEUE, *FILTERS, "page")
    async def queue(request: Request, visitor: Visitor) -> Response:
        return workshop.draw(request, visitor, "queue.html", await _queue(workshop, request, visitor))

    @workshop.act(f"{QUEUE}/valider")
    async def validate(request: Request, visitor: Visitor, fields: Fields) -> Response:
        chosen = fields.many("document")
        if len(chosen) > MOST_AT_ONCE:
            raise unprocessable(text_of("too-many", name="document", most=MOST_AT_ONCE))
        done, faults = list[str](), list[FormFault]()
        for one in chosen:
            name, _, version = one.rpartition("@")
            do = sure(validation_of)({"version": number_of(version) or 0})
            given = (name, visitor.agent, do, language(request), workshop.base)
            said = await workshop.doors.run(request, one_of_many, *given)
            if said["status"] == 200:
                done.append(name)
            else:
                faults.append(FormFault(f"{name.partition('/')[2]} : {said['problem']['detail']}"))
        if not chosen:
            faults.append(FormFault(sentence("pages", "review.none-chosen", language(request))))
        found = await _queue(workshop, request, visitor)
        status = 409 if faults and chosen else 422 if faults else 200
        return workshop.draw(request, visitor, "queue.html", {**found, "done": done}, faults=faults, status=status)


async def _queue(workshop: Workshop, request: Request, visitor: Visitor) -> dict[str, Any]:
    """Return what the page of the queue shows, by the filters of its address."""
    lang, asked = language(request), request.query_params
    wanted = wanted_of(request, workshop.base)
    findings = workshop.base if asked.get("waits") == WAITS[1] else None
    found = await workshop.doors.run(request, listed, wanted, visitor.agent, lang, findings)
    for one in found["items"]:
        one["whose"] = academie_name(one["academie"], lang)
    return {
        "found": found, "done": (), "chosen": {name: asked.get(name, "") for name in FILTERS}, "states": (*STATES, ALL),
        "state_labels": {state: sentence("relecture", f"state-{state}", lang) for state in STATES},
        "academies": academies_of(visitor.agent, lang), "waits": WAITS,
        "page": wanted.skip // wanted.size + 1, "pages": -(-found["total"] // wanted.size),
        "carried": urlencode([(name, asked[name]) for name in FILTERS if asked.get(name)]),
    }  # fmt: skip


def academies_of(agent: Agent, lang: str) -> list[tuple[str, str]]:
    """Return (code, name) of the académies whose documents an agent may read, in the order of their names."""
    codes = [row["code_academie"] for row in read_table("donnees", "territoires", "academies.csv")]
    theirs = [code for code in codes if decide(agent, "read", Matter(academie=code)).allowed]
    return sorted(((code, academie_name(code, lang)) for code in theirs), key=lambda one: collation(one[1]))
