"""What a partner's RDF says of its resources, as records of ours: the table of properties at work.

Knows `donnees/moisson/` (which property of schema.org or LRMI feeds which column, what an organisation is, which
licences are known) and that the terms of our own ontology feed the column of their key. Persons are never taken.
Fetches nothing, and knows no source: it is given triples.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from ingestion.reading.records import Deposit, Record
from ingestion.reading.records import Value as Cell
from ingestion.words.columns import column_of_key, columns
from ingestion.words.examples import PROJECT
from ingestion.words.identifiers import digits
from ingestion.words.languages import AUTHORITY, tag_of
from ingestion.words.messages import Issue, issue
from ingestion.words.terms import terms_by_iri
from ontologie import BASE, PREFIXES, licence_at, read_table

HARVESTED: Final = "h-"
"""What the identifier of a harvested document starts with: a hash of the partner's IRI follows."""

_TYPE: Final = PREFIXES["rdf"] + "type"
_TOPIC: Final = PREFIXES["foaf"] + "primaryTopic"
_SCHEMA: Final = PREFIXES["schema"]
_NAMES: Final = ("name", "targetName", "educationalRole", "alternateName")
_WEB: Final = re.compile(r"https?://\S+")
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})T.*", re.DOTALL)


class ThingValue(NamedTuple):
    """The object of a triple: a text with its language, or what stands under a name (an IRI, `_:` and a label)."""

    text: str
    language: str = ""
    named: bool = False


Triple = tuple[str, str, ThingValue]
"""A subject's name, a property's IRI, an object."""


@dataclass(frozen=True)
class MappedProperty:
    """One row of the table: how a property is read, and the column that it feeds."""

    name: str
    kind: str
    sort: str
    column: str


@cache
def _rows() -> tuple[MappedProperty, ...]:
    return tuple(
        MappedProperty(row["propriete"], row["genre"], row["sorte"], row["colonne"])
        for row in read_table("donnees", "moisson", "proprietes.csv")
    )


@cache
def spaces() -> tuple[str, ...]:
    """Return the namespaces whose terms the table names."""
    return tuple(row["espace"] for row in read_table("donnees", "moisson", "espaces.csv"))


@cache
def _types(role: str) -> frozenset[str]:
    names = {row["type"] for row in read_table("donnees", "moisson", "types.csv") if row["role"] == role}
    return frozenset(_SCHEMA + name for name in names)


def identifier_of(iri: str) -> str:
    """Return the identifier of a partner's resource: the same at each harvest, and no word of its address."""
    return HARVESTED + digits(iri)


_MOST_TOPICS: Final = 20
"""Documents that one graph speaks of."""
_MOST_VALUES: Final = 1_000
"""Values of one property, of one column of a record: what is beyond is left."""


@dataclass(frozen=True)
class Things:
    """The subjects of some triples, by name, with their values by property; both writings of schema.org are one."""

    base: str = BASE
    known: dict[str, dict[str, list[ThingValue]]] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[Triple], base: str = BASE) -> Things:
        """Gather triples; what a graph says of a document's fiche is said of the document."""
        made = cls(base)
        for subject, predicate, value in triples:
            values = made.known.setdefault(subject, {}).setdefault(_one_schema(predicate), [])
            values.append(value._replace(text=_one_schema(value.text)) if predicate == _TYPE else value)
        # One step, from what was read: what is copied is copied no further.
        told = {name: {p: tuple(v) for p, v in said.items()} for name, said in made.known.items() if _TOPIC in said}
        for name, said in told.items():
            for topic in dict.fromkeys(one.text for one in said[_TOPIC][:_MOST_TOPICS] if one.text != name):
                for predicate, more in said.items():
                    if predicate not in (_TYPE, _TOPIC):
                        made.known.setdefault(topic, {}).setdefault(predicate, []).extend(more[:_MOST_VALUES])
        return made

    def resources(self) -> list[str]:
        """Return the subjects that are described as resources, or as projects of our ontology."""
        wanted = _types("ressource") | {f"{BASE}ontologie#Projet", f"{self.base}ontologie#Projet"}
        return [name for name in self.known if not wanted.isdisjoint(self._texts(name, _TYPE))]

    def record(self, name: str, file: str, line: int, licence: str | None = None) -> Record:
        """Return a resource as a record of our columns; `licence` is that of a partner whose data states none."""
        iri = name if _WEB.fullmatch(name) else next(iter(self._addresses(name, "url")), "")
        language = self._language(name)
        values = {column: tuple(found) for column, found in self._cells(name, language).items() if found}
        if language and "langue" not in values:
            values["langue"] = (language,)
        if iri:
            values |= {"id": (identifier_of(iri),), "url_source": (iri,)}
        if licence and "licence" not in values:
            values["licence"] = (licence,)
        cells: dict[str, Cell] = {
            column: found if columns()[column].is_list else found[0] for column, found in values.items()
        }
        record = Record(file, line, cells)
        return Record(file, line, cells, said=tuple(_said(record, iri)))

    def _cells(self, name: str, language: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for column, texts in (*self._of_table(name, language), *self._of_ontology(name, language)):
            held = found.setdefault(column, [])
            if columns()[column].is_list or not held:
                held[:] = dict.fromkeys((*held, *filter(None, texts)))
        return {column: held[:_MOST_VALUES] for column, held in found.items()}

    def _of_table(self, name: str, language: str) -> Iterator[tuple[str, list[str]]]:
        for row in _rows():
            values = self.known[name].get(_SCHEMA + row.name, [])
            texts = [text for value in values for text in self._read(value, row)]
            yield row.column, texts if row.kind != "texte" else self._told(values, language)

    def _of_ontology(self, name: str, language: str) -> Iterator[tuple[str, list[str]]]:
        """Yield what the terms of our ontology say, under the column that feeds their key."""
        known = {**terms_by_iri(BASE), **terms_by_iri(self.base)}
        for predicate, values in self.known[name].items():
            column = column_of_key(known[predicate].key) if predicate in known else None
            if column is not None and column.name not in ("id", "url_source"):
                named = [one.text for one in values if one.named and not one.text.startswith("_:")]
                yield column.name, named + self._told([one for one in values if not one.named], language)

    def _read(self, value: ThingValue, row: MappedProperty) -> list[str]:
        """Return what a value gives by the kind of its property."""
        match row.kind:
            case "adresse":
                return [value.text] if _WEB.fullmatch(value.text) else self._addresses(value.text, "url")
            case "date":
                return [_DAY.sub(r"\1", value.text)]
            case "mots":
                named = self._names(value)
                return [part.strip() for text in named for part in text.split(",")]
            case "organisation":
                is_one = value.named and not _types("organisation").isdisjoint(self._texts(value.text, _TYPE))
                return self._names(value)[:1] if is_one else []
            case "alignement":
                sorts = self._texts(value.text, _SCHEMA + "alignmentType")
                return self._names(value)[:1] if value.named and row.sort in sorts else []
        return []

    def _told(self, values: Sequence[ThingValue], language: str) -> list[str]:
        """Return texts, and the names of what is named, in one language where some are in it."""
        texts = [one for value in values for one in (self._labels(value) if value.named else [value])]
        chosen = [one for one in texts if not one.language or one.language.split("-")[0] == language.split("-")[0]]
        return [one.text.strip() for one in chosen or texts]

    def _labels(self, value: ThingValue) -> list[ThingValue]:
        of = self.known.get(value.text, {})
        labels = next((of[_SCHEMA + name] for name in _NAMES if _SCHEMA + name in of), [])
        return labels or ([value] if _WEB.fullmatch(value.text) else [])

    def _names(self, value: ThingValue) -> list[str]:
        return [one.text.strip() for one in (self._labels(value) if value.named else [value])]

    def _language(self, name: str) -> str:
        """Return the language of a resource: the one that it states, else French where its name is, else its name's."""
        of = self.known[name]
        stated = [text for value in of.get(_SCHEMA + "inLanguage", ()) for text in self._codes(value)]
        tagged = [one.language for one in of.get(_SCHEMA + "name", ()) if one.language]
        french = [one for one in tagged if one.split("-")[0] == "fr"]
        return next(iter([*stated, *french, *tagged]), "").split("-")[0].lower()

    def _codes(self, value: ThingValue) -> list[str]:
        """Return the code of a language: a text, an address of the European Union's table, or how it is named else."""
        if not value.named:
            return [value.text.strip()]
        if value.text.startswith(AUTHORITY):
            return [tag_of([value.text]) or value.text.removeprefix(AUTHORITY)]
        return self._texts(value.text, _SCHEMA + "alternateName")

    def _texts(self, name: str, predicate: str) -> list[str]:
        return [value.text for value in self.known.get(name, {}).get(predicate, ())]

    def _addresses(self, name: str, wanted: str) -> list[str]:
        return [text for text in self._texts(name, _SCHEMA + wanted) if _WEB.fullmatch(text)]


def _one_schema(iri: str) -> str:
    """Return a term of schema.org or LRMI under the one namespace that the table is read by."""
    space = next((one for one in spaces() if iri.startswith(one)), None)
    return _SCHEMA + iri.removeprefix(space) if space else iri


def _said(record: Record, iri: str) -> Iterator[Issue]:
    if not iri:
        yield issue("moisson-sans-adresse", record.place("id"))
    licence = record.values.get("licence", "")
    if not licence:
        yield issue("moisson-sans-licence", record.place("licence"))
    elif isinstance(licence, str) and licence_at(licence) is None:
        yield issue("moisson-licence-inconnue", record.place("licence"), value=licence)


@dataclass(frozen=True)
class Harvested:
    """A part of a harvest: a deposit, what could not be read, and how many pages or rows were gone through."""

    deposit: Deposit
    faults: tuple[Issue, ...] = ()
    through: int = 0


def deposit_of(name: str, records: Sequence[Record]) -> Deposit:
    """Return records as a deposit; its columns are those that they fill."""
    filled = dict.fromkeys(column for record in records for column in record.values)
    return Deposit(name, PROJECT, tuple(filled), records, len(records))
