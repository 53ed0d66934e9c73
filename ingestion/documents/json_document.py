"""Makes a draft of a JSON document, whose keys are those of the context.

Knows what names a document and what must agree with its name; its nodes and values are read in nodes_json.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ingestion.documents.draft import Draft
from ingestion.documents.nodes import NodeReader
from ingestion.documents.territories import is_academie, owner_elsewhere
from ingestion.partners.applying import complete_statements
from ingestion.reading.records import LanguageKey, Record
from ingestion.words.columns import MOST_ITEMS, column_name, columns, nearest_names
from ingestion.words.examples import PROJECT, is_example, types_of
from ingestion.words.languages import UNDETERMINED, UNKNOWN, is_registered, language_of, valid_tag
from ingestion.words.owned import PARTNERS, owned_by, spaces_of
from ingestion.words.personal import find_personal, find_to_read, holds_private
from ontologie import document_types

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_ACADEMIE: Final = "academie"
_FICHE: Final = "fiche"
MOST_LANGUAGES: Final = 30
"""Languages of what a partner deposits; the European Union has 24."""


def is_document(members: Mapping[str, Any]) -> bool:
    """Tell whether an object has the keys of the context, rather than the names of our columns.

    The id of a row may be an address or hold a slash too: a document without a type would be refused.
    """
    if {"type", "@type", "@id"} & members.keys():
        return True
    name = members.get("id", "")
    return isinstance(name, str) and "/" in name and not all(map(column_name, members))


def read_document(record: Record, base: str, academie: str | None = None, *, examples: bool = False) -> Draft:
    """Make the draft of a JSON document. Raises nothing: what is wrong is in the draft's issues.

    With `examples`, it may be an invented example.
    """
    members = record.members or {}
    draft = Draft(record, PROJECT)
    reader = NodeReader(record, base, draft.context, draft.issues)
    draft.personal = {
        name: members[name]
        for name, column in columns().items()
        if column.kind == "prive" and isinstance(members.get(name), str)
    }
    for name, text in draft.personal.items():
        if len(text) > (most := columns()[name].longest):
            found = str(len(text))
            reader.say("texte-trop-long", (name,), label=columns()[name].label, found=found, most=str(most))
            draft.personal[name] = ""
    named = _name(draft, reader, members)
    reader.document = draft.id if named else ""
    reader.owned = owned_by(draft.id, spaces_of(members)) if named else ()
    if draft.kind in PARTNERS and not _languages_in_bounds(reader, members):
        return draft  # whatever it says costs as many readings as it has languages
    node = reader.node(members, (), draft.id, left_out=draft.personal.keys())
    if not named:
        return draft  # all that is wrong inside is said beside
    if is_example(draft.kind, draft.identifier) and not examples:
        reader.say("identifiant-d-exemple", ("id" if "id" in members else "@id",), draft.identifier)
    draft.types = _types(draft, reader, node)
    _agree(draft, reader, node, academie)
    draft.nodes = {"document": node, _FICHE: _fiche(node)}
    if draft.kind in PARTNERS:
        _complete(draft, reader, node)
        complete_statements(node)
    _say_languages(draft, reader)
    for path, text in reader.texts:
        for private, value in draft.personal.items():
            if holds_private(text, value):
                label = reader.label(path)
                reader.say("deposant-en-clair", path, label=label, private=columns()[private].label)
    return draft


def _name(draft: Draft, reader: NodeReader, members: Mapping[str, Any]) -> bool:
    """Read kind and identifier from the document's id, which is refused where it gives none."""
    key = "id" if "id" in members else "@id"
    given = members.get(key)
    kind, _, name = given.removeprefix(reader.base).partition("/") if isinstance(given, str) else ("", "", "")
    if not _NAME.fullmatch(name):
        reader.say("id-de-document", (key,) if key in members else (), str(given or ""))
        return False
    # A number right after the académie's code would look like a part of a longer one.
    if personal := find_personal(name) or find_personal(name.partition("-")[2]):
        reader.say("donnee-personnelle", (key,), label="id", kind=personal)
        return False
    if to_read := find_to_read(name):
        reader.say("passage-a-lire", (key,), label="id", kind=to_read)
    if any(holds_private(name, value) for value in draft.record.private):
        reader.say("deposant-en-clair", (key,), label="id", private=columns()["deposant_nom"].label)
        return False
    if kind not in document_types():
        reader.say("genre-inconnu", (key,), kind, choices=", ".join(document_types()))
        return False
    draft.kind, draft.identifier = kind, name
    return True


def _types(draft: Draft, reader: NodeReader, node: dict[str, Any]) -> list[str]:
    """Return the types of a document, which must be of its kind."""
    choices = types_of(draft.kind, draft.identifier, reader.base)
    given: list[str] = node.pop("type", [])
    if not given and not reader.issues:
        reader.say("type-absent", (), example=choices[0])
    for name in given:
        if name not in choices:
            near = nearest_names(name, choices)
            reader.say("type-inconnu", ("type",), name, suggestions=near, choices=", ".join(choices))
    return given


def _agree(draft: Draft, reader: NodeReader, node: dict[str, list[Any]], deposited_for: str | None) -> None:
    """Hold id, identifier and académie together; fill in what the id already says."""
    name = draft.identifier
    given = node.get("identifiant") or [name]
    node["identifiant"] = given
    if given != [name]:
        shown = given[0] if isinstance(given[0], str) else ""
        reader.say("identifiant-discordant", ("identifiant",), shown, expected=name)
    if deposited_for and draft.kind == PROJECT:
        node.setdefault(_ACADEMIE, [f"{_ACADEMIE}/{deposited_for}"])
    owners = [iri.removeprefix(f"{_ACADEMIE}/") for iri in node.get(_ACADEMIE, ()) if isinstance(iri, str)]
    draft.academie = owners[0] if owners and is_academie(owners[0], reader.base) else None
    if draft.kind != PROJECT:
        draft.academie = owner_elsewhere(draft.kind, node, reader.base)
    if deposited_for and owners and owners[0] != deposited_for:
        reader.say("academie-autre", (_ACADEMIE,), owners[0], code=deposited_for)
    prefix = f"{owners[0] if owners else 'n'}-"
    if draft.kind == PROJECT and not name.startswith(prefix) and not is_example(draft.kind, name):
        reader.say("academie-discordante", ("id",), name, expected=prefix)


def _fiche(node: dict[str, Any]) -> dict[str, list[Any]]:
    """Take the fiche out of a document's values."""
    described = [item for item in node.pop(_FICHE, ()) if isinstance(item, dict)]
    return {key: values for item in described for key, values in item.items() if key not in ("id", "type")}


def _languages_in_bounds(reader: NodeReader, members: Mapping[str, Any]) -> bool:
    """Tell whether what a partner says is in few languages, each of the registry; the first that is not is said."""
    found = set[str]()
    parts = [(key, value if isinstance(value, list) else [value]) for key, value in members.items()]
    inside = (((key, rank), part) for key, value in parts for rank, part in enumerate(value[:MOST_ITEMS]))
    for start, node in (((), members), *inside):
        for key, texts in node.items() if isinstance(node, Mapping) else ():
            for tag in texts if isinstance(texts, Mapping) and key not in (_FICHE, "id") else ():
                path = (*start, key, LanguageKey(tag))
                if not is_registered(tag) and valid_tag(tag) and tag != UNKNOWN:
                    reader.say("langue-non-enregistree", path, tag)
                    return False
                found.add(tag.lower())
                if len(found) > MOST_LANGUAGES:
                    reader.say("langues-trop-nombreuses", path, tag, most=str(MOST_LANGUAGES))
                    return False
    return True


def _complete(draft: Draft, reader: NodeReader, node: Mapping[str, list[Any]]) -> None:
    """Hold what a partner deposits to a licence; fill in the languages of its words, and its page."""
    fiche = draft.nodes[_FICHE]
    if not fiche.get("licence"):
        reader.say("licence-absente", (_FICHE, "licence"))
    tags = {one["@language"] for key in ("libelle", "titre") for one in node.get(key, ()) if isinstance(one, dict)}
    languages = [found for tag in sorted(tags) if (found := language_of(tag.partition("-")[0]))]
    fiche.setdefault("langue", languages or [UNDETERMINED])
    if pages := node.get("sourcePage"):
        fiche.setdefault("sourcePage", pages[:1])


def _say_languages(draft: Draft, reader: NodeReader) -> None:
    """Refuse texts that say no language of their own where their fiche is in several, or in none that we know."""
    if draft.language is None:
        for path in reader.plain:
            reader.say("langue-du-texte", path)
