"""`/atelier/depot`: a deposit by a form that the shapes make, kept as a draft, judged as any deposit is.

What is sent is a row with the names of our columns; its report stands at the fields that it is about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Options, Record, Registry, academie_name, build_document, columns
from ontologie import sentence
from shapes import FormField, FormGroup, form_groups
from sparql_api.acts.atelier.correcting import PROJECT, Corrected, corrected
from sparql_api.acts.atelier.fields import MORE, ShownField, control_of, packaged_shapes, values_of
from sparql_api.acts.atelier.reviewing import QUEUE
from sparql_api.acts.atelier.workshop import OWN_FORM, PLACE, Fields, FormFault, Visitor, Workshop, led, number_of
from sparql_api.acts.deposits import Counter
from sparql_api.formats.negotiation import language
from sparql_api.http.site import site_of

FORM: Final = f"{PLACE}/depot"
PRIVATE: Final = "contact"
AS_WRITTEN: Final = "tel-quel"
"""The field that holds the dates that are kept as they were written, each after the name of its field."""
UNREAD: Final = "depot:date-non-reconnue"
"""What is said of a date that nothing understands."""


def groups() -> tuple[FormGroup, ...]:
    """Return the groups of the form: those of the shapes, then how to reach who deposits, which no shape sees."""
    private = [
        FormField(one.name, one.label, one.help, order, several=False, longest=one.longest)
        for order, one in enumerate(columns().values())
        if one.kind == "prive"
    ]
    label = {lang: sentence("pages", "form.private", lang) for lang in ("fr", "en")}
    return (*form_groups(packaged_shapes()), FormGroup(PRIVATE, label, 1e9, tuple(private)))


def depositing_pages(workshop: Workshop, counter: Counter) -> None:
    """Declare the page of the form, and what it is sent to."""

    @workshop.page(FORM, "brouillon", "rapport", "garde", "corrige")
    async def form(request: Request, visitor: Visitor) -> Response:
        number, report = (number_of(request.query_params.get(name, "")) for name in ("brouillon", "rapport"))
        content, about = await workshop.doors.run(request, _draft, visitor.agent, number)
        of = await _corrected(workshop, request, visitor, about or request.query_params.get("corrige", ""))
        content = content or (of.content if of else _begun(visitor.agent, language(request)))
        told = None
        if report is not None:
            told = await counter.told(request, visitor.agent, report)
        return _drawn(workshop, request, visitor, _Written(content, number, of), told)

    @workshop.act(FORM)
    async def send(request: Request, visitor: Visitor, fields: Fields) -> Response:
        content = {one.name: values for group in groups() for one in group.fields if (values := values_of(one, fields))}
        content |= {AS_WRITTEN: kept} if (kept := fields.many(AS_WRITTEN)) else {}
        number = number_of(fields.one("brouillon"))
        of = await _corrected(workshop, request, visitor, fields.one("corrige"))
        if of is not None or "id" in content:
            content["id"] = [of.address if of else address_in(content["id"][0], request, workshop.base)]
        try:
            about = f"{PROJECT}/{of.identifier}" if of else ""
            number = await workshop.doors.run(request, _kept, visitor.agent, content, number, about)
        except ValueError:
            fault = FormFault(sentence("pages", "form.too-long", language(request)))
            return _drawn(workshop, request, visitor, _Written(content, number, of), None, [fault], 422)
        act = fields.one("act")
        if act not in ("verifier", "deposer"):
            return led(request, f"{FORM}?brouillon={number}&garde=oui")
        if unread := await workshop.service.computing.run(request, unread_dates, content, workshop.base):
            faults = [_of_date(*one, language(request)) for one in unread.items()]
            return _drawn(workshop, request, visitor, _Written(content, number, of, unread), None, faults, 422)
        options = Options(base=workshop.base, memory=workshop.service.settings.var, called="formulaire.json",
                          national=bool(fields.one("national")) or (of is not None and of.national))  # fmt: skip
        async with counter.place(request, visitor.agent, options.national) as begin:
            report, _ = await begin(row_of(content), options, False, act == "verifier")
        return led(request, f"{PLACE}/depots/{report}?brouillon={number}")


def unread_dates(content: Mapping[str, Sequence[str]], base: str) -> dict[str, str]:
    """Return the dates that nothing understands, by field, but for those that who writes wants as they are.

    A table is taken with them, and told so; somebody who is there is asked first.
    """
    if not any(name in content for name, column in columns().items() if column.kind == "date"):
        return {}
    record = Record("", 1, {}, members=json.loads(row_of(content)))
    said = [one for one in build_document(record, base=base).issues if one.rule == UNREAD]
    found = {name: content[name][0] for one in said if (name := column_of(one.field or "")) in content}
    return {name: text for name, text in found.items() if f"{name}:{text}" not in content.get(AS_WRITTEN, ())}


def _of_date(name: str, text: str, lang: Any) -> FormFault:
    label = columns()[name].label[lang]
    return FormFault(sentence("pages", "form.no-date", lang, label=label, value=text), f"champ-{name}")


def row_of(content: Mapping[str, Sequence[str]]) -> bytes:
    """Return the row of a deposit as JSON: lists of the columns that are lists, one text of the others."""
    known = columns()
    row = {
        name: list(values) if name not in known or known[name].is_list else values[0]
        for name, values in content.items()
        if name != AS_WRITTEN
    }  # fmt: skip
    return json.dumps(row, ensure_ascii=False).encode()


def _begun(agent: Agent, lang: str) -> dict[str, list[str]]:
    """Return what a new form holds: the académie of who deposits, where it has one."""
    scopes = {one.scope.partition("/")[2] for one in agent.grants if one.scope.startswith("academie/")}
    return {"academie": [academie_name(scopes.pop(), lang)]} if len(scopes) == 1 else {}


def address_in(text: str, request: Request, base: str) -> str:
    """Return the address of a page of ours as the IRI of what it shows; another text as it stands."""
    site = f"{site_of(request)}/"
    return base + text.removeprefix(site).removeprefix(f"{QUEUE[1:]}/") if text.startswith(site) else text


def _draft(registry: Registry, agent: Agent, number: int | None) -> tuple[Mapping[str, Any], str]:
    """Return what is in a draft, and the identifier of the document that it corrects, if it does."""
    if number is None:
        return {}, ""
    draft = registry.drafts.get(number, agent, PROJECT)
    return draft.content, draft.about.removeprefix(f"{PROJECT}/")


def _kept(registry: Registry, agent: Agent, content: Mapping[str, Any], number: int | None, about: str) -> int:
    return registry.drafts.keep(agent, PROJECT, content, about, number)


async def _corrected(workshop: Workshop, request: Request, visitor: Visitor, identifier: str) -> Corrected | None:
    """Return the document that is corrected, None where none is; raises ProblemError."""
    if not identifier:
        return None
    return await workshop.doors.run(
        request, corrected, visitor.agent, identifier, language(request), workshop.base
    )  # fmt: skip


@dataclass(frozen=True)
class _Written:
    """What is in the form: its fields, the number of its draft, the document that it corrects."""

    content: Mapping[str, Any]
    number: int | None
    of: Corrected | None
    unread: Mapping[str, str] = field(default_factory=dict)


def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, written: _Written, told: Mapping[str, Any] | None,
    faults: Sequence[FormFault] = (), status: int = 200,
) -> Response:  # fmt: skip
    """Return the page of the form with what is in it, and its report at its fields; before it, why it was sent back."""
    content, number, of = written.content, written.number, written.of
    if told is None and of is not None:
        faults = [*faults, *of.reasons]
    entries = [{**one, "field": column_of(one["field"])} for one in (told.get("entries", ()) if told else ())]
    known = {one.name for group in groups() for one in group.fields}
    refused = [_fault(one, known) for one in entries if one["severity"] == "violation"]
    advice: dict[str, list[str]] = {}
    for one in entries:
        if one["severity"] != "violation":
            advice.setdefault(one["field"] if one["field"] in known else "", []).append(said_of(one))
    kept = dict(one.split(":", 1) for one in content.get(AS_WRITTEN, ()) if ":" in one)
    dates = kept | dict(written.unread)
    shown = [(group, [_shown(one, content, dates.get(one.name, "")) for one in group.fields]) for group in groups()]
    said = {
        "kind": PROJECT, "place": FORM, "groups": shown, "number": number, "of": of, "advice": advice,
        "kept": request.query_params.get("garde") == "oui",
        "checked": told is not None and not refused and told.get("state") == "done",
        "filled": {group.name for group, fields in shown if any(one.values for one in fields)},
        "failed": told.get("reason", "") if told else "", "more": MORE, "written": OWN_FORM,
    }  # fmt: skip
    return workshop.draw(request, visitor, "form.html", said, faults=[*faults, *refused], status=status)


def _shown(asked: FormField, content: Mapping[str, Any], unread: str) -> ShownField:
    column, (control, names) = columns().get(asked.name), control_of(asked)
    needed = column.required or asked.name == "academie" if column else asked.required
    values = [str(value) for value in content.get(asked.name, ())]
    kept = f"{asked.name}:{unread}" in content.get(AS_WRITTEN, ())
    as_written = unread if unread in values else ""
    return ShownField(
        asked.name, asked.label, asked.help, control, names, values, needed, as_written=as_written, kept=kept
    )


def column_of(name: str) -> str:
    """Return the name of the column that a key of documents feeds: a field bears it; another name as it stands."""
    return name if name in columns() else next((one.name for one in columns().values() if one.key == name), name)


def _fault(entry: Mapping[str, Any], known: set[str]) -> FormFault:
    return FormFault(said_of(entry), f"champ-{entry['field']}" if entry["field"] in known else "")


def said_of(entry: Mapping[str, Any]) -> str:
    """Return what is said of a field: what is wrong, what to do, what was perhaps meant."""
    near, column = ", ".join(entry.get("suggestions", ())), columns().get(entry["field"])
    # What a cell should hold, its field says already.
    repeated = {entry["message"], *(column.help.values() if column else ())}
    parts = (entry["message"], entry["remedy"] if entry["remedy"] not in repeated else "", near)
    return " ".join(part for part in parts if part)
