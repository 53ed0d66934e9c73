"""`/atelier/libelles`: the labels that nothing knows, a form for each decision, and one that withdraws it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, LabelDesk, Registry, columns
from sparql_api.acts.atelier.workshop import PLACE, TOLD, Fields, FormFault, Visitor, Workshop, may
from sparql_api.acts.labels import decided, listed_labels, withdrawn
from sparql_api.acts.reviews import whole_number
from sparql_api.formats.negotiation import language
from sparql_api.words.problems import ProblemError

LABELS: Final = f"{PLACE}/libelles"
PER_PAGE: Final = 20
FILTERS: Final = ("champ", "mots")
MOST_LINKS: Final = 10
"""Documents that a label leads to."""
DECISIONS: Final = ("concept", "alias", "split", "text")
Do = Callable[[Registry, str, Agent, dict[str, Any], str], dict[str, Any]]


def labelling_pages(workshop: Workshop) -> None:
    """Declare the page of labels, and what a decision or its withdrawal is sent to."""

    @workshop.page(LABELS, "page", *FILTERS)
    async def labels(request: Request, visitor: Visitor) -> Response:
        return await _drawn(workshop, request, visitor)

    @workshop.act(LABELS + "/{label}")
    async def decide(request: Request, visitor: Visitor, fields: Fields) -> Response:
        label, choice, value = request.path_params["label"], fields.one("decision"), fields.one("value")
        body: dict[str, Any] = {"decision": choice}
        if choice in ("concept", "alias"):
            body["concept"] = value
        elif choice == "split":
            body["parts"] = [line.strip() for line in value.split("\n") if line.strip()]
        return await _done(workshop, request, visitor, decided, (label, body), value)

    @workshop.act(LABELS + "/{label}/retirer")
    async def withdraw(request: Request, visitor: Visitor, fields: Fields) -> Response:
        label, reason = request.path_params["label"], fields.one("reason")
        return await _done(workshop, request, visitor, withdrawn, (label, {"reason": reason}), reason)


async def _done(
    workshop: Workshop, request: Request, visitor: Visitor, do: Do, on: tuple[str, dict[str, Any]], value: str
) -> Response:
    """Do an act on a label, (its name, what was sent), and return the page with what came of it."""
    label, body = on
    try:
        done = await workshop.doors.run(request, do, label, visitor.agent, body, workshop.base)
    except ProblemError as error:
        if error.problem.status not in TOLD:
            raise
        fault = FormFault(error.problem.detail(language(request)), f"libelle-{label}")
        return await _drawn(workshop, request, visitor, fault, {label: value}, error.problem.status)
    return await _drawn(workshop, request, visitor, done={**done, "reason": value})


def _decisions(registry: Registry, agent: Agent, base: str, lang: str) -> list[dict[str, Any]]:
    return LabelDesk(registry, base).decisions(agent, lang)


def _with_links(registry: Registry, agent: Agent, base: str, asked: tuple[Any, ...], field: str, holds: str) -> Any:
    """Return a page of the labels that wait, each with documents that hold it."""
    found, desk = listed_labels(registry, agent, base, *asked, field=field, holds=holds), LabelDesk(registry, base)
    for one in found["items"]:
        one["held_by"] = desk.held_by(one["id"], agent, MOST_LINKS)
    return found


async def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, fault: FormFault | None = None,
    sent: dict[str, str] | None = None, status: int = 200, done: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    """Return the page of labels, with what came of a decision."""
    page = whole_number(request, "page", 1, 10**6)
    lang, by = language(request), (visitor.agent, workshop.base)
    field, holds = (request.query_params.get(name, "")[:200].strip() for name in FILTERS)
    asked = ((page - 1) * PER_PAGE, PER_PAGE, lang)
    found = await workshop.doors.run(request, _with_links, *by, asked, field, holds)
    decides = may(visitor.agent, "labels")
    decisions = await workshop.doors.run(request, _decisions, *by, lang) if decides else []
    said = {
        "taken": decisions, "found": found, "sent": sent or {}, "done": done, "page": page,
        "pages": -(-found["total"] // PER_PAGE), "decisions": DECISIONS, "decides": decides, "most": MOST_LINKS,
        "fields": [(one.name, one.label[lang]) for one in columns().values() if one.schemes], "field": field,
        "holds": holds,
    }  # fmt: skip
    return workshop.draw(request, visitor, "labels.html", said, faults=[fault] if fault else [], status=status)
