"""`/atelier/depots/{n}`: the report of a deposit, the refused rows to take back; a table that is sent from the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Options, Registry, label_of_field, listed_as
from sparql_api.acts.atelier.depositing import FORM
from sparql_api.acts.atelier.workshop import PLACE, Visitor, Workshop, address_of, led, number_of
from sparql_api.acts.deposits import Counter, file_name
from sparql_api.acts.session import held
from sparql_api.formats.negotiation import language
from sparql_api.http.bodies import FORM as MULTIPART
from sparql_api.http.bodies import media_type, unsupported
from sparql_api.http.delivery import deliver
from sparql_api.http.policies import ACT
from sparql_api.http.routing import post
from sparql_api.words.problems import ProblemError, problem

REPORTS: Final = f"{PLACE}/depots"
MOST_SHOWN: Final = 500
"""Entries that the page shows; the refused rows hold all that is to be corrected."""
MOST_NAMED: Final = 100
"""Documents of a deposit that the page names."""
OF_TABLES: Final = frozenset({"depot:identifiant-fait"})
"""What is said of a row of a table: who writes in the form has none, and the form keeps the identifier."""
MEDIA_TYPES: Final = {"csv": "text/csv", "json": "application/json"}
_GRAVEST: Final = ("violation", "warning", "info")


def report_pages(workshop: Workshop, counter: Counter) -> None:
    """Declare the pages of reports, and what a file is sent to."""

    @workshop.page(REPORTS + "/{number}", "brouillon")
    async def report(request: Request, visitor: Visitor) -> Response:
        said = await counter.found(request, visitor.agent)
        number, asked = said["deposit"], number_of(request.query_params.get("brouillon", ""))
        drafts = await workshop.doors.run(request, lambda registry: registry.drafts.of(visitor.agent))
        draft = next((one for one in drafts if one.number == asked), None)
        if draft is not None and said["state"] != "waiting":
            if said["state"] != "done" or said.get("dry_run") or not said["summary"]["accepted"]:
                return led(request, f"{address_of(draft)}&rapport={number}")
            await workshop.doors.run(request, lambda registry: registry.drafts.drop(draft.number, visitor.agent))
        by_form = asked is not None
        given = [one for one in said.get("entries", ()) if not by_form or one["rule"] not in OF_TABLES]
        entries = sorted(given, key=lambda one: _rank(one["severity"]))
        for one in entries[:MOST_SHOWN]:
            one["label"] = label_of_field(one["field"], language(request)) if one["field"] else ""
        shown = {"said": said, "entries": entries[:MOST_SHOWN], "left": max(0, len(entries) - MOST_SHOWN)}
        names = () if said.get("dry_run") else tuple(said.get("documents", ()))[:MOST_NAMED]
        titles = await workshop.doors.run(request, titles_of, names, visitor.agent, language(request))
        shown |= {"by_form": by_form, "titles": titles, "rejects": bool(said.get("rejects"))}
        page = workshop.draw(request, visitor, "report.html", shown)
        if said["state"] == "waiting":
            page.headers["Refresh"] = "2"
        return page

    @workshop.page(REPORTS + "/{number}/refus")
    async def rejects(request: Request, visitor: Visitor) -> Response:
        said = await counter.found(request, visitor.agent)
        if not said.get("rejects"):
            raise ProblemError(problem("not-found", path=request.url.path))
        form = said["rejects_form"]
        name = f"refus-{said['deposit']}.{form}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return deliver(request, said["rejects"].encode(), MEDIA_TYPES[form], headers=headers)

    _upload(workshop, counter)


def _upload(workshop: Workshop, counter: Counter) -> None:
    """Declare what a file is sent to."""

    @post(workshop.router, f"{FORM}/fichier", policy=ACT, include_in_schema=False)
    async def upload(request: Request) -> Response:
        visitor = await workshop.acting(request)
        if media_type(request) != MULTIPART:
            raise unsupported(request, (MULTIPART,))
        async with counter.place(request, visitor.agent) as begin:
            (name, data), fields = await counter.form(request)
            held(request, visitor.session, fields.get("form"))
            options = Options(
                base=workshop.base, memory=workshop.service.settings.var, called=file_name(name), national=False,
                academie=fields.get("academie", "").strip() or None, keep_refused=True,
                kind=fields.get("type") or "projet",
                accept_mapping=bool(fields.get("accepter")),
            )  # fmt: skip

            async def received() -> Response:
                number, _ = await begin(data, options, False, fields.get("act") != "deposer")
                return led(request, f"{REPORTS}/{number}")

            return await workshop.service.computing.answer(request, received)


def titles_of(registry: Registry, names: Sequence[str], agent: Agent, lang: str) -> dict[str, str]:
    """Return the title of each document, given as `type/identifier`, that an agent may read and that has one."""
    found = [registry.get(*name.split("/", 1)) for name in names]
    return {
        f"{one.kind}/{one.identifier}": title
        for one in registry.readable(found, agent)
        if (title := listed_as(one, "", lang)["title"])
    }


def _rank(severity: Any) -> int:
    return _GRAVEST.index(severity) if severity in _GRAVEST else len(_GRAVEST)
