"""A publication or a module as its form writes it: its fields by its shapes, the document they make, and back.

A text is asked for in each language; things that a document holds (the steps of a module) are numbered. Knows no page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from ingestion import columns, language_of, name_of, read_dates, resolve
from ontologie import BASE, LANGUAGES, concepts, context, fold_label, leads_out, read_table
from queries import catalogue
from shapes import FormField, FormGroup, Shapes, classes_of, form_groups
from sparql_api.acts.atelier.fields import control_of, values_of
from sparql_api.acts.atelier.workshop import Fields

SHAPES: Final = {"publication": "Publication", "module": "ModuleFormation"}
"""The node shape of each type of document that has a form of its own."""
TYPE, CORRECTS, SELECTION, QUESTION, GIVEN = "genre", "corrige", "selection", "question", "avec"
"""Fields that no shape has: the class, what is corrected; a saved question, and what it is given."""
MOST_PARTS: Final = 30
DATES: Final = ("date", "dateMois", "dateAnnee")
Content = Mapping[str, Sequence[str]]
Fault = tuple[str, str, str]
"""The name of a field, the code of what is said of it, the value that it is about."""


@dataclass(frozen=True)
class DocumentForm:
    """The form of a type of document: its groups, the fields of what it holds by field, its classes but the widest."""

    kind: str
    shape: str
    groups: tuple[FormGroup, ...]
    parts: Mapping[str, tuple[FormField, ...]]
    types: tuple[str, ...]

    @classmethod
    def of(cls, kind: str, shapes: Shapes) -> DocumentForm:
        """Return the form that shapes make for a type of document."""
        classes = classes_of(shapes, f"{BASE}shapes#{SHAPES[kind]}")
        groups = form_groups(shapes, classes)
        held = [field for group in groups for field in group.fields if field.node]
        inside = {field.name: form_groups(shapes, (field.node,)) for field in held}
        parts = {name: tuple(one for group in found for one in group.fields) for name, found in inside.items()}
        names = tuple(one.rpartition("#")[2] for one in classes)
        return cls(kind, SHAPES[kind], groups, parts, names[1:] or names)

    @property
    def fields(self) -> Iterator[FormField]:
        """Yield the fields, in their order."""
        return (field for group in self.groups for field in group.fields)

    def read(self, fields: Fields) -> dict[str, list[str]]:
        """Return what was written, by the names of fields; what is held is numbered from 1 without a gap."""
        found = dict(_leaves(self.fields, "", fields))
        for name, inside in self.parts.items():
            found |= _numbered(name, fields, partial(_part, inside, fields))
        found |= _numbered(SELECTION, fields, partial(_selected, fields))
        found |= {name: [text] for name in (TYPE, CORRECTS) if (text := fields.one(name))}
        return {name: values for name, values in found.items() if values}


def _leaves(inside: Iterable[FormField], start: str, fields: Fields) -> Iterator[tuple[str, list[str]]]:
    for field in inside:
        for name in names_of(field, start):
            yield name, values_of(field, fields, name)


def _part(inside: Sequence[FormField], fields: Fields, start: str) -> dict[str, list[str]]:
    return dict(_leaves(inside, start, fields))


def names_of(field: FormField, start: str = "") -> list[str]:
    """Return the names under which a field is sent: one for each language of words."""
    if field.node:
        return []
    return [f"{start}{field.name}.{lang}" for lang in LANGUAGES] if field.worded else [start + field.name]


def _numbered(
    name: str, fields: Fields, read: Callable[[str], Mapping[str, list[str]]]
) -> dict[str, list[str]]:
    sent = {int(one[1]) for key in fields.sent if (one := re.match(rf"{name}\.([0-9]{{1,2}})\.", key))}
    found: dict[str, list[str]] = {}
    kept = 0
    for rank in sorted(sent)[:MOST_PARTS]:
        start = f"{name}.{rank}."
        if held := {key: values for key, values in read(start).items() if values}:
            kept += 1
            found |= {f"{name}.{kept}.{key.removeprefix(start)}": values for key, values in held.items()}
    return found


def _selected(fields: Fields, start: str) -> dict[str, list[str]]:
    names = [name for name in fields.sent if name.startswith(f"{start}{GIVEN}.")]
    given = {name: [one for text in fields.many(name) for one in text.split("\n") if one.strip()] for name in names}
    chosen = fields.many(start + QUESTION)
    return {start + QUESTION: chosen, **given} if chosen else {}


def count_of(content: Content, name: str) -> int:
    """Return how many things a field holds."""
    return max((int(one[1]) for key in content if (one := re.match(rf"{name}\.([0-9]+)\.", key))), default=0)


# What a field's values are in a document


@cache
def spaces(shape: str, key: str) -> tuple[str, ...]:
    """Return under which paths the things are that an address of a field names: `principe/`, `regle/`."""
    rows = [row for row in read_table("donnees", "champs_formulaire.csv") if row["cle"] == key]
    return tuple(one for row in rows if shape in row["forme"].split() for one in row["valeurs"].split())


@cache
def named(paths: tuple[str, ...]) -> Mapping[str, str]:
    """Return the IRI of each thing of our vocabularies under some paths, by the name under which a form offers it."""
    found = [one for one in concepts().values() if one.current and one.iri.startswith(paths)]
    return {_named(one.iri): one.iri for one in sorted(found, key=lambda one: fold_label(one.displayed))}


def _named(iri: str) -> str:
    return f"{name_of(iri)} ({iri.rpartition('/')[2]})"


def iris_in(field: FormField, shape: str, text: str, base: str) -> tuple[str, ...]:
    """Return the IRIs, under our base, that a value of a field names; nothing where it names none."""
    given = text.removeprefix(base)
    if field.name in columns():
        return (given,) if given in concepts() else resolve(field.name, text, base).iris
    paths = spaces(shape, field.key)
    if known := named(paths) if paths else {}:
        return (known[text],) if text in known else (given,) if given in concepts() else ()
    if paths and "/" not in given:
        given = paths[0] + given
    ours = re.match(r"[a-z][a-z-]*/", given) and not leads_out(given)
    return (given,) if ours or given.startswith(("http://", "https://")) else ()


@dataclass(frozen=True)
class WrittenDocument:
    """Makes a document of what was written, and says what of it cannot be read."""

    form: DocumentForm
    content: Content
    base: str
    faults: list[Fault]

    def document(self, name: str, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return the document of an identifier; what the form does not hold is as it was before."""
        shown = {field.key for field in self.form.fields} | {*DATES, "id", "type", "identifiant", "fiche"}
        about, types = f"{self.form.kind}/{name}", list(self.content.get(TYPE, self.form.types[:1]))
        made: dict[str, Any] = {"id": about, "type": types, "identifiant": name}
        for field in self.form.fields:
            made |= self._held(field, about) if field.node else self._said(field, "", before)
        return {key: value for key, value in before.items() if key not in shown} | made

    def _held(self, field: FormField, about: str) -> dict[str, Any]:
        inside = self.form.parts[field.name]
        found = []
        for rank in range(1, count_of(self.content, field.name) + 1):
            part: dict[str, Any] = {
                "id": f"{about}#{field.key}-{rank}", "type": [field.node.rpartition("#")[2]], "ordre": str(rank)
            }
            for one in inside:
                part |= self._said(one, f"{field.name}.{rank}.", {})
            found.append(part)
        return {field.key: found} if found else {}

    def _said(self, field: FormField, start: str, before: Mapping[str, Any]) -> dict[str, Any]:
        if field.worded:
            said = before.get(field.key)
            said = said if isinstance(said, Mapping) else {}
            texts = {lang: self.content.get(f"{start}{field.name}.{lang}", ()) for lang in LANGUAGES}
            told = {lang: _one_or_all(field.key, values) for lang, values in texts.items() if values}
            told |= {lang: text for lang, text in said.items() if lang not in LANGUAGES}
            return {field.key: told} if told else {}
        name = start + field.name
        values = list(self.content.get(name, ()))
        if field.key == DATES[0]:
            return self._dated(name, values)
        if field.is_address:
            for text in values:
                if not iris_in(field, self.form.shape, text, self.base):
                    self.faults.append((name, "form.not-listed" if control_of(field)[1] else "form.no-address", text))
            values = [iri for text in values for iri in iris_in(field, self.form.shape, text, self.base)]
        return {field.key: _one_or_all(field.key, list(dict.fromkeys(values)))} if values else {}

    def _dated(self, name: str, values: Sequence[str]) -> dict[str, Any]:
        for text in values[:1]:
            read = read_dates(text)
            if len(read) == 1 and read[0][0] in DATES:
                return dict(read)
            self.faults.append((name, "form.no-date", text))
        return {}

    def fiche(self, name: str, before: Mapping[str, Any], edition: int) -> dict[str, Any]:
        """Return the fiche of the document: its languages, the edition and the selections that it was made from."""
        old = before.get("fiche", {})
        texts = {key.rpartition(".")[2] for key in self.content} & set(LANGUAGES)
        pages = [str(one) for one in old.get("sourcePage", ())]
        editions = [one for one in pages if one.removeprefix(self.base).startswith("edition/")]
        kept = [one for one in pages if not one.removeprefix(self.base).startswith(("edition/", "queries/"))]
        made = (editions or [f"{self.base}edition/{edition}"]) + self._selections() + kept
        spoken = [language_of(lang) for lang in LANGUAGES if lang in texts]
        return {
            **old, "id": f"graphe/{self.form.kind}/{name}", "type": ["Fiche"], "sourcePage": made,
            "langue": list(dict.fromkeys([*spoken, *old.get("langue", ())])),
        }  # fmt: skip

    def _selections(self) -> list[str]:
        found = []
        for rank in range(1, count_of(self.content, SELECTION) + 1):
            start = f"{SELECTION}.{rank}."
            question = catalogue(self.base).get("".join(self.content.get(start + QUESTION, ())))
            if question is not None:
                names = [one.name for one in question.parameters]
                given = {name: list(self.content.get(f"{start}{GIVEN}.{name}", ())) for name in names}
                told = urlencode({name: values for name, values in given.items() if values}, doseq=True, safe="/:")
                found.append(f"{self.base}queries/{question.name}{'?' if told else ''}{told}")
        return found


def _one_or_all(key: str, values: Sequence[str]) -> Any:
    """Return values as the context has them under a key: a list, or one text."""
    said = context().get(key)
    several = isinstance(said, Mapping) and "@set" in (said.get("@container") or ())
    return list(values) if several else "\n\n".join(values)


# A document as its form holds it


def content_of(form: DocumentForm, document: Mapping[str, Any], base: str) -> dict[str, list[str]]:
    """Return what the form of a document holds of it, by the names of its fields: `WrittenDocument` the other way."""
    found: dict[str, list[str]] = {CORRECTS: [str(document["identifiant"])]}
    found[TYPE] = [one for one in _list(document.get("type")) if one in form.types][:1]
    for field in form.fields:
        if field.node:
            for rank, part in enumerate(sorted(_list(document.get(field.key)), key=_order), 1):
                for one in form.parts[field.name]:
                    found |= _written(form, one, part, base, f"{field.name}.{rank}.")
        else:
            found |= _written(form, field, document, base)
    pages = [str(one).removeprefix(base) for one in _list(document.get("fiche", {}).get("sourcePage"))]
    for rank, page in enumerate((one for one in pages if one.startswith("queries/")), 1):
        name, _, asked = page.removeprefix("queries/").partition("?")
        found[f"{SELECTION}.{rank}.{QUESTION}"] = [name]
        found |= {f"{SELECTION}.{rank}.{GIVEN}.{key}": values for key, values in parse_qs(asked).items()}
    return {name: values for name, values in found.items() if values}


def _written(
    form: DocumentForm, field: FormField, node: Mapping[str, Any], base: str, start: str = ""
) -> dict[str, list[str]]:
    name, value = start + field.name, node.get(field.key)
    if field.worded:
        said = value if isinstance(value, Mapping) else {LANGUAGES[0]: value} if value else {}
        prose = control_of(field)[0] == "prose"
        texts = {lang: [str(one) for one in _list(said.get(lang))] for lang in LANGUAGES}
        return {f"{name}.{lang}": ["\n\n".join(held)] if prose else held for lang, held in texts.items() if held}
    if field.key == DATES[0]:
        return {name: [str(node[key]) for key in DATES if key in node][:1]}
    values = [str(one).removeprefix(base) for one in _list(value)]
    return {name: [_shown(form, field, one, base) for one in values] if field.is_address else values}


def _shown(form: DocumentForm, field: FormField, iri: str, base: str) -> str:
    """Return an IRI by the name that leads back to it, else as it is."""
    if field.name in columns():
        name = name_of(iri, base)
        return name if resolve(field.name, name, base).iris == (iri,) else iri
    paths = spaces(form.shape, field.key)
    return _named(iri) if paths and iri in named(paths).values() else iri


def _order(part: Mapping[str, Any]) -> int:
    return int(str(part.get("ordre", "0")) or 0)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def laid_out(form: DocumentForm, document: Mapping[str, Any]) -> tuple[bytes, list[str]]:
    """Return a document as JSON, and of each of its lines the name of the field that it says: faults name a line."""
    names = {field.key: field.name for field in form.fields}
    lines, places = list[str](), list[str]()
    for key, value in document.items():
        start = f"{',' if lines else '{'}{json.dumps(key)}: "
        if key in names and names[key] in form.parts:
            for rank, part in enumerate(value, 1):
                opened = f"{start}[" if rank == 1 else ","
                lines.append(opened + json.dumps(part, ensure_ascii=False) + ("]" if rank == len(value) else ""))
                places.append(f"{names[key]}.{rank}")
        else:
            lines.append(start + json.dumps(value, ensure_ascii=False))
            places.append(names.get(key, ""))
    return ("\n".join(lines) + "}").encode(), places
