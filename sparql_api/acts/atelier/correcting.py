"""A document to correct: its last version as the form holds it, and what who sent it back said, field by field.

It keeps its own address while it is corrected, whatever else is written: what comes of it is a version of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ingestion import Agent, ListWanted, Matter, Registry, label_of_field, listed_as, refilled, require
from ontologie import sentence
from sparql_api.acts.atelier.workshop import OWN_FORM, PLACE, FormFault, allowed
from sparql_api.acts.reviews import known_to

PROJECT: Final = "projet"
WITH_A_FORM: Final = (PROJECT, "analyse", *OWN_FORM)
"""Types of document that the first page shows when they are sent back."""
RETURNED: Final = "retourne"
MOST_SHOWN: Final = 20
"""Documents sent back that the first page shows."""


@dataclass(frozen=True)
class Corrected:
    """A document that is corrected: its identifier, address and title, whether it is of no académie.

    `content` are its fields, `left` the labels of what no field holds, `reasons` what who sent it back said, each at
    its field.
    """

    identifier: str
    address: str
    title: str
    national: bool
    content: Mapping[str, list[str]]
    left: tuple[str, ...]
    reasons: tuple[FormFault, ...]


def corrected(registry: Registry, agent: Agent, identifier: str, lang: str, base: str) -> Corrected:
    """Return a document to correct; raises LookupError where an agent may not know it, Forbidden, not deposit it."""
    found = known_to(registry, PROJECT, identifier, agent)
    acting, matter = registry.accounts.known(agent.name), Matter(PROJECT, identifier, found.academie)
    require(acting, "deposit", matter)
    if found.document is None or not registry.readable([found], agent):
        raise LookupError(identifier)
    held, address = refilled(found.document, lang, base), f"{base}{PROJECT}/{identifier}"
    content = {**held.values, "id": [address]}
    content |= {name: [text] for name, text in registry.contact(PROJECT, identifier, agent).items() if text}
    title = next(iter(held.values.get("titre", ())), identifier)
    history = registry.history(PROJECT, identifier) if found.state == RETURNED else []
    reasons = reasons_of(history, lang)
    return Corrected(identifier, address, title, found.academie is None, content, held.left, reasons)


def reasons_of(history: Sequence[Mapping[str, Any]], lang: str) -> tuple[FormFault, ...]:
    """Return what was said when a document was sent back last: of the whole, then field by field."""
    events = [one for one in history if one["event"] == "returned"]
    if not events:
        return ()
    fields: Mapping[str, str] = events[-1].get("fields", {})
    whole = [FormFault(events[-1]["remark"])] if events[-1].get("remark") else []
    return (*whole, *(FormFault(remark_on(name, text, lang), f"champ-{name}") for name, text in fields.items()))


def remark_on(name: str, text: str, lang: str) -> str:
    """Return what a reviewer said of a field, after the field's label."""
    return sentence("relecture", "field-remark", lang, label=label_of_field(name, lang), text=text)


def form_of(kind: str, document: Mapping[str, Any] | None) -> str:
    """Return the path of the form that corrects a document, by its `corrige`; nothing where no form does."""
    if document is None or kind not in WITH_A_FORM:
        return ""
    if kind == PROJECT:
        return f"{PLACE}/depot"
    if kind in OWN_FORM:
        return f"{PLACE}/depot/{kind}"
    return f"{PLACE}/analyse/{str(document['evalue']).rpartition('/')[2]}"


def sent_back(registry: Registry, agent: Agent, lang: str) -> list[dict[str, Any]]:
    """Return the documents sent back that an agent may correct, those that have waited for longest first by type."""
    return [
        {**listed_as(one, since, lang), "form": form_of(kind, one.document)}
        for kind in WITH_A_FORM
        for one, since in registry.page(ListWanted(RETURNED, kind=kind, size=MOST_SHOWN), agent).found
        if one.document is not None and allowed(registry, agent, "deposit", Matter(kind, one.identifier, one.academie))
    ]
