"""`/atelier/depot/publication`, `/atelier/depot/module`: a form that the shapes make, as that of a fiche is.

What is sent is a JSON document, judged and reviewed as any deposit; what its report says stands at its field.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Matter, Options, Registry, require
from ontologie import fold_text, sentence
from queries import catalogue
from shapes import FormField
from sparql_api.acts.atelier.correcting import RETURNED, reasons_of
from sparql_api.acts.atelier.depositing import FORM, address_in, column_of, said_of
from sparql_api.acts.atelier.fields import MORE, ShownField, control_of, id_of, packaged_shapes
from sparql_api.acts.atelier.workshop import PLACE, Fields, FormFault, Visitor, Workshop, led, may, number_of
from sparql_api.acts.atelier.written import (
    CORRECTS,
    GIVEN,
    MOST_PARTS,
    QUESTION,
    SELECTION,
    SHAPES,
    TYPE,
    DocumentForm,
    WrittenDocument,
    content_of,
    count_of,
    laid_out,
    named,
    names_of,
    spaces,
)
from sparql_api.acts.deposits import Counter
from sparql_api.acts.reviews import known_to
from sparql_api.formats.negotiation import language
from sparql_api.words.i18n import collation

ADDS: Final = "ajouter"
"""What the button sends that keeps what was written and shows further places."""
LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class _Shown:
    """What is in the form, the number of its draft, what is corrected by it and why that was sent back."""

    content: Mapping[str, Any]
    number: int | None = None
    before: Mapping[str, Any] = field(default_factory=dict)
    reasons: Sequence[FormFault] = ()


def publishing_pages(workshop: Workshop, counter: Counter) -> None:
    """Declare the form of each type of document that has one of its own, and what it is sent to."""
    for kind in SHAPES:
        _pages(workshop, counter, kind)


def _pages(workshop: Workshop, counter: Counter, kind: str) -> None:
    @workshop.page(f"{FORM}/{kind}", "brouillon", "rapport", "garde", CORRECTS)
    async def page(request: Request, visitor: Visitor) -> Response:
        asked, form = request.query_params, DocumentForm.of(kind, packaged_shapes())
        number, report = (number_of(asked.get(name, "")) for name in ("brouillon", "rapport"))
        content = await workshop.doors.run(request, _draft, visitor.agent, kind, number)
        name = "".join(content.get(CORRECTS, ())) or asked.get(CORRECTS, "")
        before, reasons = await _before(workshop, request, visitor, kind, name)
        content = content or (content_of(form, before, workshop.base) if before else _begun(visitor.agent))
        told = None if report is None else await counter.told(request, visitor.agent, report)
        shown = _Shown(content, number, before, () if told else reasons)
        return _drawn(workshop, request, visitor, form, shown, told)

    @workshop.act(f"{FORM}/{kind}")
    async def send(request: Request, visitor: Visitor, fields: Fields) -> Response:
        form = DocumentForm.of(kind, packaged_shapes())
        content = _as_addresses(form, form.read(fields), request, workshop.base)
        before, reasons = await _before(workshop, request, visitor, kind, fields.one(CORRECTS))
        number = number_of(fields.one("brouillon"))
        if not may(visitor.agent, "deposit", kind):
            await workshop.doors.run(request, lambda registry: _allowed(registry, visitor.agent, kind))
        try:
            about = f"{kind}/{before['identifiant']}" if before else ""
            number = await workshop.doors.run(
                request, lambda registry: registry.drafts.keep(visitor.agent, kind, content, about, number)
            )
        except ValueError:
            fault = FormFault(sentence("pages", "form.too-long", language(request)))
            return _drawn(workshop, request, visitor, form, _Shown(content, number, before), None, [fault], 422)
        act = fields.one("act")
        if act not in ("verifier", "deposer"):
            place = f"{FORM}/{kind}?brouillon={number}&garde=oui"
            answer = led(request, place)
            if act.startswith(f"{ADDS}."):
                answer.headers["Location"] += f"#{id_of(act.removeprefix(f'{ADDS}.'))}"
            return answer
        written = _Shown(content, number, before, reasons)
        data, faults = await _made(workshop, request, form, written)
        if faults:
            return _drawn(workshop, request, visitor, form, written, None, faults, 422)
        options = Options(kind=kind, base=workshop.base, memory=workshop.service.settings.var,
                          called=f"{kind}.json", national=False)  # fmt: skip
        async with counter.place(request, visitor.agent) as begin:
            report, _ = await begin(data, options, False, act == "verifier")
        return led(request, f"{PLACE}/depots/{report}?brouillon={number}")


def _allowed(registry: Registry, agent: Agent, kind: str) -> None:
    require(registry.accounts.known(agent.name), "deposit", Matter(kind))


def _draft(registry: Registry, agent: Agent, kind: str, number: int | None) -> Mapping[str, Any]:
    return {} if number is None else registry.drafts.get(number, agent, kind).content


def _begun(agent: Agent) -> dict[str, list[str]]:
    """Return what a new form holds: the académie or the organisation of who writes, where there is one."""
    scopes = {one.scope for one in agent.grants if one.scope.startswith("academie/")}
    own = scopes.pop() if len(scopes) == 1 else agent.organisation
    known = {iri: name for name, iri in named(("organisation/", "academie/")).items()}
    return {"auteur": [known[own]]} if own in known else {}


def _as_addresses(
    form: DocumentForm, content: Mapping[str, list[str]], request: Request, base: str
) -> dict[str, list[str]]:
    """Return what was written with the addresses of our pages as the IRIs of what they show."""
    ours = {one.name for one in form.fields if one.is_address}
    return {
        name: [address_in(text, request, base).partition("?")[0].removeprefix(base) for text in values]
        if name in ours else values
        for name, values in content.items()
    }  # fmt: skip


async def _before(
    workshop: Workshop, request: Request, visitor: Visitor, kind: str, name: str
) -> tuple[Mapping[str, Any], Sequence[FormFault]]:
    """Return a document to correct, and why it was sent back; raises ProblemError where it may not be corrected."""
    if not name:
        return {}, ()

    def read(registry: Registry) -> tuple[Mapping[str, Any], Sequence[FormFault]]:
        found = known_to(registry, kind, name, visitor.agent)
        require(registry.accounts.known(visitor.agent.name), "deposit", Matter(kind, name, found.academie))
        if found.document is None or not registry.readable([found], visitor.agent):
            raise LookupError(name)
        history = registry.history(kind, name) if found.state == RETURNED else []
        return found.document, reasons_of(history, language(request))

    return await workshop.doors.run(request, read)


async def _made(
    workshop: Workshop, request: Request, form: DocumentForm, written: _Shown
) -> tuple[bytes, list[FormFault]]:
    """Return the document that was written, as JSON, and what keeps it from being sent."""
    lang, making = language(request), WrittenDocument(form, written.content, workshop.base, [])
    name = written.before.get("identifiant") or name_for(written.content)
    document = making.document(name, written.before)
    document["fiche"] = making.fiche(name, written.before, workshop.service.engine.current_edition() or 0)
    faults = [
        FormFault(sentence("pages", code, lang, value=text, label=_label(form, name, lang)), id_of(name))
        for name, code, text in making.faults
    ]
    if not name:
        faults.insert(0, FormFault(sentence("pages", "form.no-title", lang), id_of(f"titre.{lang}")))
    elif not written.before and await workshop.doors.run(request, _is_taken, form.kind, name):
        faults.append(FormFault(sentence("pages", "form.taken", lang, name=name), id_of(f"titre.{lang}")))
    return laid_out(form, document)[0], faults


def _is_taken(registry: Registry, kind: str, name: str) -> bool:
    try:
        registry.get(kind, name)
    except LookupError:
        return False
    return True


def name_for(content: Mapping[str, Sequence[str]]) -> str:
    """Return the identifier that a document is given after its title, which its address has; nothing without title."""
    title = next((text for lang in ("fr", "en") for text in content.get(f"titre.{lang}", ())), "")
    words = re.findall(r"[a-z0-9]+", fold_text(title)) or ([_hashed(title)] if title.strip() else [])
    kept = "-".join(words)
    return kept if len(kept) <= LONGEST_NAME else kept[:LONGEST_NAME].rpartition("-")[0] or kept[:LONGEST_NAME]


def _hashed(title: str) -> str:
    """Return the name of a document whose title has no letter that an address takes."""
    return f"t{sha256(title.encode()).hexdigest()[:10]}"


def _label(form: DocumentForm, name: str, lang: str) -> str:
    return next((one.label.get(lang, name) for one in form.fields if one.name == name), name)


# How it is drawn


def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, form: DocumentForm, written: _Shown,
    told: Mapping[str, Any] | None, faults: Sequence[FormFault] = (), status: int = 200,
) -> Response:  # fmt: skip
    """Return the page of the form with what is in it, and its report at its fields; before it, why it was sent back."""
    lang, content = language(request), written.content
    groups = [(group, [one for held in group.fields for one in _shown(form, held, content, lang)])
              for group in form.groups]  # fmt: skip
    groups[0][1][:0] = _type(form, content, lang)
    if len(form.types) > 1:
        groups[1][1].append(_selections(content, workshop.base, lang))
    ids = {one for _, fields in groups for one in _ids(fields)}
    places = laid_out(form, WrittenDocument(form, content, workshop.base, []).document("x", written.before))[1]
    advice: dict[str, list[str]] = {}
    found = list(faults) or [_at(one, ids, lang) for one in written.reasons]
    for entry in told.get("entries", ()) if told else ():
        name = _place(entry, places)
        if entry["severity"] == "violation":
            found.append(_at(FormFault(said_of(entry), id_of(name)), ids, lang))
        else:
            advice.setdefault(name if id_of(name) in ids else "", []).append(said_of(entry))
    of = {"identifier": written.before.get("identifiant"), "title": _titled(written.before, lang), "left": ()}
    said = {
        "kind": form.kind, "place": f"{FORM}/{form.kind}", "groups": groups, "number": written.number,
        "of": of if written.before else None, "advice": advice, "kept": request.query_params.get("garde") == "oui",
        "checked": told is not None and not found and told.get("state") == "done", "more": MORE,
        "filled": {group.name for group, fields in groups if any(one.values or one.parts for one in fields)},
        "failed": told.get("reason", "") if told else "", "written": (),
    }  # fmt: skip
    return workshop.draw(request, visitor, "form.html", said, faults=found, status=status)


def _shown(
    form: DocumentForm, held: FormField, content: Mapping[str, Any], lang: str, start: str = ""
) -> Iterator[ShownField]:
    """Yield a field as it is drawn: words once a language, the page's first; what it holds, with empty places."""
    if held.node:
        count = count_of(content, held.name)
        parts = [
            [one for inside in form.parts[held.name]
             for one in _shown(form, inside, content, lang, f"{held.name}.{rank}.")]
            for rank in range(1, min(count + MORE, MOST_PARTS) + 1)
        ]  # fmt: skip
        yield ShownField(held.name, held.label, held.help, "parts", parts=parts)
        return
    (control, names), paths = control_of(held), spaces(form.shape, held.key)
    if held.is_address and not names and paths and (offered := tuple(named(paths))):
        control, names = "list", offered
    for name in sorted(names_of(held, start), key=lambda one: not one.endswith(f".{lang}")):
        values, spoken = [str(one) for one in content.get(name, ())], name.rpartition(".")[2] if held.worded else ""
        required = held.required and spoken in ("", lang)
        yield ShownField(name, held.label, held.help, control, names, values, required, spoken)


def _type(form: DocumentForm, content: Mapping[str, Any], lang: str) -> list[ShownField]:
    """Return the field of the class of a document, where there are several."""
    if not form.types[1:]:
        return []
    label = {lang: sentence("pages", "form.type", lang)}
    chosen = list(content.get(TYPE, form.types[:1]))
    labels = {one: sentence("pages", f"form.type.{one}", lang) for one in form.types}
    return [ShownField(TYPE, label, {}, "named", form.types, chosen, labels=labels)]


def _selections(content: Mapping[str, Any], base: str, lang: str) -> ShownField:
    """Return the saved questions that a document is a selection by, each with what it is given, and one more place."""
    asked = catalogue(base)
    codes = ("form.question", "form.selection", "form.selection.why")
    said = {code: {lang: sentence("pages", code, lang)} for code in codes}
    titles = {name: one.title[lang] for name, one in asked.items()}
    ordered = tuple(sorted(titles, key=lambda name: collation(titles[name])))
    parts = []
    for rank in range(1, min(count_of(content, SELECTION) + 1, MOST_PARTS) + 1):
        start = f"{SELECTION}.{rank}."
        chosen = list(content.get(start + QUESTION, ()))
        shown = [ShownField(start + QUESTION, said["form.question"], {}, "named", ordered, chosen, labels=titles)]
        for given in asked[chosen[0]].parameters if chosen and chosen[0] in asked else ():
            name = f"{start}{GIVEN}.{given.name}"
            control = "lines" if given.several else "line"
            shown.append(ShownField(name, given.label, {}, control, (), list(content.get(name, ())), given.required))
        parts.append(shown)
    return ShownField(SELECTION, said["form.selection"], said["form.selection.why"], "parts", parts=parts)


def _ids(fields: Sequence[ShownField]) -> Iterator[str]:
    """Yield the ids of fields, of each thing that one holds, and of its fields."""
    for one in fields:
        yield one.id
        for rank, part in enumerate(one.parts, 1):
            yield f"{one.id}-{rank}"
            yield from _ids(part)


def _place(entry: Mapping[str, Any], places: Sequence[str]) -> str:
    """Return the name of the field that an entry of a report is about, by its line, else as it names it."""
    line = entry.get("line") or 0
    by_line = places[line - 1] if 0 < line <= len(places) else ""
    named_so = column_of(str(entry.get("field") or ""))
    return f"{by_line}.{named_so}" if "." in by_line else by_line or named_so


def _at(fault: FormFault, ids: Collection[str], lang: str) -> FormFault:
    """Return a fault at the control that shows its field: of words, those of the page's language; else at its part."""
    near = (fault.field, f"{fault.field}-{lang}", fault.field.rpartition("-")[0])
    found = next((one for one in near if one in ids), "")
    return FormFault(fault.text, found)


def _titled(document: Mapping[str, Any], lang: str) -> str:
    said = document.get("titre", {})
    return str(said.get(lang) or next(iter(said.values()), "")) if isinstance(said, Mapping) else str(said)
