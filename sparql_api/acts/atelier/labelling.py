"""`/atelier/libelles`: the labels that nothing knows, what each holds up, and a form for each of the four decisions."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.acts.atelier.workshop import PLACE, TOLD, Fields, FormFault, Visitor, Workshop, may, spoken
from sparql_api.acts.labels import decided, listed_labels
from sparql_api.acts.reviews import whole_number
from sparql_api.words.problems import ProblemError

LABELS: Final = f"{PLACE}/libelles"
PER_PAGE: Final = 20
DECISIONS: Final = ("concept", "alias", "split", "text")


def labelling_pages(workshop: Workshop) -> None:
    """Declare the page of labels, and what a decision is sent to."""

    @workshop.page(LABELS, "page")
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
        try:
            done = await workshop.doors.run(request, decided, label, visitor.agent, body, workshop.base)
        except ProblemError as error:
            if error.problem.status not in TOLD:
                raise
            fault = FormFault(error.problem.detail(spoken(request)), f"libelle-{label}")
            return await _drawn(workshop, request, visitor, fault, {label: value}, error.problem.status)
        return await _drawn(workshop, request, visitor, done=done)


async def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, fault: FormFault | None = None,
    sent: dict[str, str] | None = None, status: int = 200, done: dict[str, Any] | None = None,
) -> Response:  # fmt: skip
    """Return the page of labels, with what came of a decision."""
    page = whole_number(request, "page", 1, 10**6)
    given = (visitor.agent, workshop.base, (page - 1) * PER_PAGE, PER_PAGE, spoken(request))
    found = await workshop.doors.run(request, listed_labels, *given)
    said = {
        "found": found, "sent": sent or {}, "done": done, "page": page, "pages": -(-found["total"] // PER_PAGE),
        "decisions": DECISIONS, "decides": may(visitor.agent, "labels"),
    }  # fmt: skip
    return workshop.draw(request, visitor, "labels.html", said, faults=[fault] if fault else [], status=status)
