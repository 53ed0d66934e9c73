"""`/atelier/revue/{type}/{id}`: a document in words, all that its reviewer must look at, and a form for each act on it.

Each form says which version was seen: where another came meanwhile nothing is done, and the page shows the new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import (
    Agent,
    Matter,
    Registry,
    alike_to,
    columns,
    findings_in_words,
    label_of_field,
    told_to_reviewer,
)
from ontologie import sentence
from sparql_api.acts.atelier.correcting import RETURNED, form_of, reasons_of
from sparql_api.acts.atelier.reviewing import QUEUE, UNSURE, sure
from sparql_api.acts.atelier.workshop import OWN_FORM, Fields, FormFault, Visitor, Workshop, allowed, led, number_of
from sparql_api.acts.reviews import READ, decision_on, done_on, known_to, shown
from sparql_api.formats.negotiation import language
from sparql_api.pages.publications.writing import to_html
from sparql_api.words.problems import ProblemError

ON: Final = QUEUE + "/{kind}/{identifier}"
ACTS: Final[Mapping[str, str]] = {
    "valider": "validate", "renvoyer": "return", "retirer": "withdraw", "avis": "opinion", "constat": "finding",
}  # fmt: skip
"""The last part of the address of each form, and the act that it asks for."""
REMARK: Final = "champ."
"""Begins the name of the field that says what is wrong with a field."""


def document_pages(workshop: Workshop) -> None:
    """Declare the page of a document and its forms."""

    @workshop.page(ON, "fait")
    async def document(request: Request, visitor: Visitor) -> Response:
        return await _drawn(workshop, request, visitor)

    for path, act in ACTS.items():
        _form(workshop, path, act)


def _form(workshop: Workshop, path: str, act: str) -> None:
    """Declare the form of an act."""

    @workshop.act(f"{ON}/{path}")
    async def acted(request: Request, visitor: Visitor, fields: Fields) -> Response:
        kind, name = request.path_params["kind"], request.path_params["identifier"]
        body, read = _body(act, fields), READ[act][1] if act in READ else None
        if read is None:
            given = fields.one("finding"), language(request), workshop.base
            read = lambda said: decision_on(said, *given)  # noqa: E731 - the form of its neighbours
        try:
            if act == "validate":
                read = sure(read, confirmed=bool(fields.one("confirm")))
            await workshop.doors.run(request, done_on, kind, name, visitor.agent, read, body)
        except ProblemError as error:
            fault = _fault(act, error, fields, language(request), kind)
            if fault is None:
                raise
            return await _drawn(workshop, request, visitor, fault, fields, error.problem.status)
        return led(request, f"{request.url.path.rpartition('/')[0]}?fait={act}")


def _body(act: str, fields: Fields) -> dict[str, Any]:
    """Return the members of the same act over HTTP."""
    version = fields.one("version")
    body: dict[str, Any] = {"version": number_of(version) or 0}
    match act:
        case "validate":
            body["passagesRead"] = bool(fields.one("read"))
        case "return":
            told = {name.removeprefix(REMARK): fields.one(name) for name in fields.sent if name.startswith(REMARK)}
            body |= {"reason": fields.one("reason"), "fields": {name: text for name, text in told.items() if text}}
        case "withdraw":
            body["reason"] = fields.one("reason")
        case "opinion":
            body["text"] = fields.one("text")
        case "finding":
            body |= {"decision": fields.one("decision"), "reason": fields.one("reason")}
    return body


def _fault(act: str, error: ProblemError, fields: Fields, lang: Any, kind: str) -> FormFault | None:
    """Return what is told of an act that was refused, at its field; None where it is no matter of this page."""
    if error.problem.status not in (403, 409, 422):
        return None
    said, what = error.problem.detail(lang), sentence("pages", f"what.{kind}", lang)
    if error.problem.extra.get("reason") == "other-version":
        return FormFault(sentence("pages", "review.moved", lang))
    if error.problem.extra.get("reason") == UNSURE:
        return FormFault(said, "valider-confirm")
    if error.problem.extra.get("reason") == "passages-unread":
        return FormFault(sentence("pages", "review.unread", lang, what=what), "valider-read")
    where = {"return": "renvoyer-reason", "opinion": "avis-text"}.get(act, "")
    if act == "finding":
        where = f"constat-{fields.one('finding')}-reason"
    empty = act in ("return", "opinion") and not fields.one("reason" if act == "return" else "text")
    return FormFault(sentence("pages", f"review.empty.{act}", lang, what=what) if empty else said, where)


async def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, fault: FormFault | None = None, sent: Fields | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    """Return the page of a document, with what was sent to it where that was refused."""
    kind, name, lang = request.path_params["kind"], request.path_params["identifier"], language(request)
    look = _looked(workshop)
    said = await workshop.doors.run(request, look, kind, name, visitor.agent, lang)
    kept = sent or Fields({})
    done = request.query_params.get("fait", "")
    more = {"kind": kind, "name": name, "sent": kept, "done": done if done in ACTS.values() else "", "remark": REMARK}
    faults = [] if fault is None else [fault]
    return workshop.draw(request, visitor, "document.html", {**said, **more}, faults=faults, status=status)


def _looked(workshop: Workshop) -> Callable[[Registry, str, str, Agent, str], dict[str, Any]]:
    """Return what reads a document as its page shows it: what programs are told, and the same in words."""
    base, folder = workshop.base, workshop.service.settings.var

    def look(registry: Registry, kind: str, name: str, agent: Agent, lang: str) -> dict[str, Any]:
        said = shown(registry, kind, name, agent, lang, base)
        found = known_to(registry, kind, name, agent)
        words = told_to_reviewer(found, said["history"], lang, base)
        alike = [
            {"name": other, "why": sentence("contenus", f"alike-{why}", lang)}
            for other, why in alike_to(registry, found, agent, folder).items()
        ]
        contact = [(label_of_field(field, lang), text) for field, text in said["contact"].items()]
        for one in said["passages"]:
            one["label"] = label_of_field(one["field"], lang)
            one["before"], _, one["after"] = one["context"].partition(one["passage"])
        findings = findings_in_words(said["findings"], lang)
        labels = {one.name: one.label for one in words["fields"] if one.name in columns() or kind in OWN_FORM}
        matter = Matter(kind, name, found.academie)
        return {
            "said": said, "words": words, "alike": alike, "contact": contact, "findings": findings, "labels": labels,
            "reasons": reasons_of(said["history"], lang) if found.state == RETURNED else (),
            "analyses": allowed(registry, agent, "deposit", Matter("analyse", name, found.academie)),
            "corrects": form_of(kind, found.document) if allowed(registry, agent, "deposit", matter) else "",
            "written": [] if kind not in OWN_FORM else list(_laid_out(found.document or {})),
        }  # fmt: skip

    return look


def _laid_out(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (language, HTML) of what a publication or a module writes in Markdown, its phases last."""
    for one in (document, *document.get("phase", ())):
        for spoken, texts in one.get("description", {}).items():
            yield from ((spoken, to_html(text, str, 2)) for text in ([texts] if isinstance(texts, str) else texts))
