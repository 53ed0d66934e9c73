"""Prepares a description for reading: properties named, grouped and ordered, values with labels and links.

Knows the sections of `sections.toml` and how a value is shown; neither the engine nor HTTP.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES, Iris, context, sentence_table
from sparql_api.fiches.facets import FACETS
from sparql_api.fiches.things import local_id
from sparql_api.pages.common.layout import View
from sparql_api.pages.things.unlisted import Unlisted, property_of
from sparql_api.words import i18n

DATES: Final = frozenset(PREFIXES["xsd"] + name for name in ("date", "gYearMonth", "gYear", "dateTime"))
DECIMAL: Final = PREFIXES["xsd"] + "decimal"
BOOLEAN: Final = PREFIXES["xsd"] + "boolean"
STRING: Final = PREFIXES["xsd"] + "string"
PARTS: Final = frozenset(PREFIXES["skos"] + name for name in ("narrower", "hasTopConcept"))
"""What leads from a text, or from a part of it, to its parts."""
NUMBERED: Final = {"validation": "part.validation"}
"""What parts of documents are called whose fragments are a kind and a number."""
LONG: Final = 600
"""Characters beyond which an outline is cut on the page; the data formats carry it whole."""
Words = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Shown:
    """One value as it is read: its text, where it leads, its language, what is nested in it."""

    text: str
    href: str = ""
    language: str = ""
    anchor: str = ""
    nested: tuple[Property, ...] = ()
    external: bool = False
    note: str = ""
    """What tells it from others: a principle's instrument, that no vocabulary has it."""
    iri: str = ""
    """The thing that it is, where its text is but its address and a label may take its place."""


@dataclass(frozen=True)
class Property:
    """One property with its values, in the reader's language."""

    iri: str
    label: str
    values: tuple[Shown, ...]


@dataclass(frozen=True)
class Section:
    """A heading and the properties below it."""

    label: str
    properties: tuple[Property, ...]


@cache
def layout(iris: Iris) -> dict[str, Any]:
    """Return `sections.toml` with the IRIs of its properties."""
    text = files("sparql_api").joinpath("pages", "things", "sections.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)
    return {
        "hidden": {expand(term, iris) for term in read["hidden"]},
        "hidden_links": {expand(term, iris) for term in read["hidden_links"]},
        "bounds": {
            expand(date, iris): {expand(bound, iris) for bound in bounds} for date, bounds in read["bounds"].items()
        },
        "restated": frozenset(expand(term, iris) for term in read["restated"]),
        "section": [
            (sentence_table("pages")[f"section.{part['label']}"], [expand(term, iris) for term in part["terms"]])
            for part in read["section"]
        ],
        "rest": sentence_table("pages")["section.rest"],
        "names": {expand(term, iris): label for term, label in _labels("name.")},
        "things": dict(_labels("thing.")),
        "codes": dict(_codes(iris)),
    }


def _codes(iris: Iris) -> Iterator[tuple[tuple[str, str], Mapping[str, str]]]:
    """Yield ((property, text), words in each language) of texts that the tables write as codes, or in French alone."""
    for code, words in _labels("code."):
        term, _, text = code.partition(" ")
        yield (expand(term, iris), text), words


def _labels(kind: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (name, label in each language) of the sentences whose code begins so."""
    return ((code.removeprefix(kind), row) for code, row in sentence_table("pages").items() if code.startswith(kind))


def expand(term: str, iris: Iris) -> str:
    """Return the IRI of a key of the context, or of a prefixed name; an IRI as it stands."""
    if "://" in term:
        return term
    if term in context(iris.base):
        return property_of(term, iris)
    prefix, _, name = term.partition(":")
    return iris.prefixes()[prefix] + name


@dataclass(frozen=True)
class Reader:
    """Reads a description's statements for one page: in its language, with the labels at hand."""

    view: View
    root: str
    statements: Mapping[str, Mapping[str, tuple[ox.NamedNode | ox.Literal, ...]]]
    labels: Words

    @classmethod
    def of(cls, view: View, root: str, quads: Iterable[ox.Quad], labels: Words) -> Reader:
        """Return a reader of these quads, whatever their graph."""
        gathered: dict[str, dict[str, list[Any]]] = {}
        for quad in quads:
            gathered.setdefault(str(quad.subject)[1:-1], {}).setdefault(quad.predicate.value, []).append(quad.object)
        statements = {
            subject: {predicate: tuple(values) for predicate, values in said.items()}
            for subject, said in gathered.items()
        }
        return cls(view, root, statements, labels)

    def values(self, subject: str, predicate: str) -> tuple[ox.NamedNode | ox.Literal, ...]:
        """Return the values of a property, none where there are none."""
        return self.statements.get(subject, {}).get(predicate, ())

    def texts(self, subject: str, *predicates: str) -> list[str]:
        """Return the literals of the first property that has some: those in the page's language, or all."""
        for predicate in predicates:
            literals = [v for v in self.values(subject, predicate) if isinstance(v, ox.Literal)]
            ours = [v.value for v in literals if (v.language or "")[:2] == self.view.language]
            if literals:
                return ours or [v.value for v in literals]
        return []

    def text(self, subject: str, *predicates: str) -> str:
        """Return the first of `texts`, or nothing."""
        return next(iter(self.texts(subject, *predicates)), "")

    def label(self, iri: str) -> str:
        """Return what a thing is called: its label, else the last segment of its IRI, or others' address."""
        known = self.names(iri)
        if known or self.view.is_ours(iri):
            return self.view.pick(known) or self.part(iri) or local_id(iri)
        return re.sub(r"^https?://(www\.)?|/$", "", iri)

    def part(self, iri: str) -> str:
        """Return what a part of a document is called that its fragment names and numbers: `#validation-1`."""
        kind, _, number = iri.rpartition("#")[2].partition("-")
        return self.view.t(NUMBERED[kind], number=number) if kind in NUMBERED else ""

    def names(self, iri: str) -> Mapping[str, str]:
        """Return what a thing is called by language; a part of a document as that where it has no name of its own."""
        known = self.labels.get(iri) or self.labels.get(iri.partition("#")[0])
        plan = layout(self.view.service.iris)
        return known or plan["things"].get(iri) or plan["names"].get(iri, {})

    def spoken(self, iri: str) -> str:
        """Return the language of a thing's label where it is not the page's (WCAG 3.1.2), nothing where it is."""
        known = self.names(iri)
        return "" if self.view.language in known else next(iter(known), "")

    def property_name(self, iri: str) -> str:
        """Return what a property is called."""
        names = layout(self.view.service.iris)["names"]
        return self.view.pick(names.get(iri, {}) or self.labels.get(iri, {})) or local_id(iri)

    def sections(
        self, subject: str, besides: Collection[str] = (), words: Unlisted = MappingProxyType({})
    ) -> list[Section]:
        """Return every property of a thing that the page does not say elsewhere or `besides`, by section.

        `words` are those that a deposit gave for a property and that led to nothing: shown with its values, marked.
        """
        plan = layout(self.view.service.iris)
        hidden = plan["hidden"] | set(besides)
        about = {p: values for p, values in self.statements.get(subject, {}).items() if p not in hidden}
        named = {term for _, terms in plan["section"] for term in terms}
        about |= {p: () for p in words if p not in about}
        rest = sorted(set(about) - named, key=self.property_name)
        found = []
        for label, terms in (*plan["section"], (plan["rest"], rest)):
            told = [self.property(p, about[p], subject) for p in terms if p in about]
            shown = tuple(replace(one, values=(*one.values, *self.marked(words.get(one.iri, ())))) for one in told)
            if shown:
                found.append(Section(self.view.pick(label), shown))
        return found

    def marked(self, words: Iterable[tuple[str, str]]) -> list[Shown]:
        """Return words as they were deposited, each with what tells it from the values of a vocabulary."""
        return [Shown(text, note=self.view.t(mark)) for text, mark in words]

    def about(self, subject: str) -> list[Section]:
        """Return everything said of one subject, under its name."""
        statements = self.statements[subject]
        ordered = sorted(statements, key=self.property_name)
        shown = tuple(self.property(p, statements[p], subject, depth=3) for p in ordered)
        return [Section(self.label(subject), shown)]

    def property(
        self, predicate: str, values: Sequence[ox.NamedNode | ox.Literal], subject: str, depth: int = 0
    ) -> Property:
        """Return a property with its values: literals of the page's language where there are some."""
        tagged = {(v.language or "")[:2] for v in values if isinstance(v, ox.Literal)}
        if self.view.language in tagged:
            values = [
                v
                for v in values
                if not isinstance(v, ox.Literal) or (v.language or "")[:2] == self.view.language
            ]
        shown = [(self.shown(value, predicate, subject, depth), value) for value in values]
        ordered = sorted(shown, key=lambda pair: self.place(pair[0], pair[1], predicate))
        return Property(predicate, self.property_name(predicate), tuple(one for one, _ in ordered))

    def place(self, shown: Shown, value: object, predicate: str) -> tuple[tuple[int, int | str], ...]:
        """Return where a value stands among others: parts of a text by their number in it, the rest by their name."""
        numbered = predicate in PARTS and instrument_of(str(value)[1:-1], self.view.service.iris.base)
        return i18n.collation(local_id(str(value)[1:-1]) if numbered else shown.text)

    def shown(self, value: object, predicate: str, subject: str, depth: int) -> Shown:
        """Return one value; a node inside the document is shown where it stands, to a depth of three."""
        if isinstance(value, ox.Literal):
            known = layout(self.view.service.iris)["codes"].get((predicate, value.value))
            words = self.view.pick(known) if known else self.twin(value, subject)
            return Shown(words or self.literal(value), language="" if known else value.language or "")
        iri = str(value)[1:-1]
        if iri.startswith(self.root + "#") and iri in self.statements and depth < 3:
            return Shown("", anchor=iri.partition("#")[2], nested=self.nested(iri, depth + 1))
        return self.thing(iri, predicate)

    def twin(self, value: ox.Literal, subject: str) -> str:
        """Return a text without language in the page's language, where it is the French of a statement in both."""
        if value.language or value.datatype.value != STRING:
            return ""
        for values in self.statements.get(subject, {}).values():
            tagged = [one for one in values if isinstance(one, ox.Literal) and one.language]
            if len(tagged) == 2 and any(one.language == "fr" and one.value == value.value for one in tagged):
                return next(one.value for one in tagged if (one.language or "")[:2] == self.view.language)
        return ""

    def thing(self, iri: str, predicate: str = "") -> Shown:
        """Return a thing as a link, with the instrument of a principle beside it."""
        instrument = instrument_of(iri, self.view.service.iris.base)
        note = self.label(instrument) if instrument and instrument != self.root else ""
        ours = self.view.is_ours(iri)
        language = self.spoken(iri)
        return Shown(self.label(iri), self.link(iri, predicate), language=language, external=not ours, note=note)

    def nested(self, iri: str, depth: int) -> tuple[Property, ...]:
        """Return the properties of a node inside the document."""
        about, bounds = self.statements[iri], layout(self.view.service.iris)["bounds"]
        hidden = {PREFIXES["rdf"] + "type"}.union(*(bounds[date] for date in bounds if date in about))
        shown = (p for p in sorted(about, key=self.property_name) if p not in hidden)
        return same_dates([self.property(p, about[p], iri, depth) for p in shown], about)

    def link(self, iri: str, predicate: str) -> str:
        """Return where a value leads: others' facet concepts lead to the fiches that have them."""
        if not self.view.is_ours(iri):
            for facet in FACETS:
                if predicate in {self.view.service.iris.term(name) for name in facet.properties}:
                    return self.view.url("/fiches", {facet.name: iri})
        return self.view.href(iri)

    def literal(self, value: ox.Literal) -> str:
        """Return a literal in words: dates, decimals and booleans in the page's language, the rest as it stands."""
        if value.datatype.value in DATES:
            return self.view.date(value.value)
        if value.datatype.value == DECIMAL:
            return self.view.decimal(value.value)
        if value.datatype.value == BOOLEAN:
            return self.view.t("value." + ("true" if value.value in ("true", "1") else "false"))
        if not value.language and len(value.value) > LONG and value.value[:7].isupper():
            return value.value[:80] + "…"
        return value.value


def same_dates(
    found: Sequence[Property], about: Mapping[str, Sequence[ox.NamedNode | ox.Literal]]
) -> tuple[Property, ...]:
    """Return properties, those that say the same date told together, where the first of them stands."""
    told: dict[object, Property] = {}
    for one in found:
        values = about[one.iri]
        dated = all(isinstance(v, ox.Literal) and v.datatype.value in DATES for v in values)
        key = one.values if dated else one.iri
        before = told.get(key)
        told[key] = one if before is None else replace(before, label=f"{before.label}, {one.label}")
    return tuple(told.values())


def instrument_of(iri: str, base: str) -> str:
    """Return the instrument that a principle's IRI names, `principe/{instrument}/{id}`, or nothing."""
    kind, _, rest = iri.removeprefix(base).partition("/")
    return f"{base}instrument/{rest.partition('/')[0]}" if kind == "principe" else ""


def mentioned(quads: Iterable[ox.Quad]) -> set[str]:
    """Return every IRI that a page of these quads may name: properties, values, types."""
    found = {quad.predicate.value for quad in quads}
    return found | {quad.object.value for quad in quads if isinstance(quad.object, ox.NamedNode)}
