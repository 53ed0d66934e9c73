"""What the index holds of one fiche: read out of its document, and out of what the store says of its project.

Knows which properties are searched, listed and filtered; not how an index is laid out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingestion import columns
from ontologie import Iris, context
from sparql_api.fiches.facets import FACETS, TIES
from sparql_api.fiches.things import StoreReader

EXAMPLE: Final = "ProjetExemple"
"""The type of a fiche that is invented."""
LIVING: Final = ""
"""The kind of the two sets of all fiches: projects, and invented examples."""
PROJECTS: Final = (LIVING, "projet")
EXAMPLES: Final = (LIVING, "exemple")
DIRECT: Final = "direct:"
"""What the name of a hierarchical facet follows in the kind of the sets of those that hold a value itself."""

Held = tuple[str, str]
"""A set of fiches, by its kind and its value: (facet, IRI), (kind of evidence, an IRI; IRI of a principle)…"""


@dataclass(frozen=True)
class FicheRow:
    """One fiche on its way into the index."""

    texts: tuple[str, str, str]
    """Title, summary, and all other words."""
    item: Mapping[str, Any]
    """What a list shows of it."""
    date: str
    """Its latest date, by which the list is ordered."""
    sets: Collection[Held]
    """Those that it is in."""

    @property
    def id(self) -> str:
        """Its local id."""
        return str(self.item["id"])

    @property
    def example(self) -> bool:
        """Whether it is invented."""
        return bool(self.item["exemple"])

    @property
    def place(self) -> tuple[Any, ...]:
        """A key that orders the list: projects, then examples, the latest first."""
        return place_of(self.example, self.date, self.id)


def place_of(example: bool, date: str, identifier: str) -> tuple[Any, ...]:
    """Return a fiche's place in the list as a key: what has no date comes last."""
    return (example, not date, tuple(-ord(c) for c in date), identifier)


class Documents:
    """Reads what the index needs out of documents; knows which keys lead to things, and which hold words."""

    def __init__(self, iris: Iris) -> None:
        self.iris = iris
        words = context(iris.base)
        self.links = {key for key, told in words.items() if isinstance(told, dict) and told.get("@type") == "@id"}
        self.dates = [key for key, told in words.items() if isinstance(told, dict) and told.get("@id") == "oia:date"]

    def row(self, document: Mapping[str, Any], derived: Derived, reader: StoreReader) -> FicheRow:
        """Return the row of one fiche; `derived` is what publication says of each project."""
        iri = self.absolute(document["id"])
        values = {f.name: {self.absolute(v) for key in f.properties for v in texts(document.get(key))} for f in FACETS}
        values |= {facet: set(held.get(iri, ())) for facet, held in derived.facets.items()}
        owner = {self.absolute(one) for one in texts(document.get("academie"))}
        title, abstract = first(texts(document.get("titre"))), first(texts(document.get("resume")))
        dates = [date for key in self.dates for date in texts(document.get(key))]
        named = {v for f in ("academie", "region", "niveau", "discipline", "outil", "type_ia") for v in values[f]}
        names = {label for thing in named for label in reader.labels(thing)[0].values()}
        example = EXAMPLE in texts(document.get("type"))
        item = {
            "id": iri.removeprefix(self.iris.entity("projet", "")),
            "iri": iri,
            "titre": title,
            "langue": first(document.get("titre", {})),
            "resume": abstract,
            "date": first(dates),
            "premier_jour": first(derived.first_days.get(iri, ())),
            "etablissement": sorted(texts(document.get("etablissement"))),
            "commune": sorted(texts(document.get("commune"))),
            **{name: sorted(held) for name, held in values.items()},
            "academie": sorted(values["academie"], key=lambda one: (one not in owner, one)),
            "horsVocabulaire": unlisted(document),
            "exemple": example,
        }
        rest = sorted({*self.words(document), *names} - {title, abstract})
        sets = {EXAMPLES if example else PROJECTS, *held_by(values, reader)}
        sets |= {(kind, principle) for kind, held in derived.ties.items() for principle in held.get(iri, ())}
        return FicheRow((title, abstract, "\n".join(rest)), item, max(dates, default=""), sets)

    def words(self, node: Mapping[str, Any]) -> Iterator[str]:
        """Yield the text of every literal of a document."""
        for key, value in node.items():
            if key not in ("id", "type", "@type", "@language"):
                for one in value if isinstance(value, list) else (value,):
                    if isinstance(one, dict):
                        yield from self.words(one)
                    elif key not in self.links:
                        yield one

    def absolute(self, iri: str) -> str:
        """Return the IRI that a document writes, relative to the base where it is ours."""
        return iri if ":" in iri.partition("/")[0] else self.iris.base + iri


def held_by(values: Mapping[str, Collection[str]], reader: StoreReader) -> Iterator[Held]:
    """Yield the sets that a fiche with these values by facet is in: of each value, and of what stands above it."""
    for facet in FACETS:
        for value in values[facet.name]:
            if facet.hierarchical:
                yield DIRECT + facet.name, value
                yield from ((facet.name, broader) for broader in reader.ancestry(value))
            else:
                yield facet.name, value


@dataclass(frozen=True)
class Derived:
    """What publication says of projects, by their IRIs."""

    facets: Mapping[str, Mapping[str, list[str]]]
    """By facet, the values of each project."""
    first_days: Mapping[str, list[str]]
    ties: Mapping[str, Mapping[str, list[str]]]
    """By kind of evidence, an IRI, the principles that it ties each project to."""

    @classmethod
    def read(cls, reader: StoreReader, projects: Iterable[str] | None = None) -> Derived:
        """Read it out of a store: of some projects by their IRIs, else of all."""
        among = None if projects is None else tuple(projects)
        facets = {f.name: reader.said(*f.properties, of=among) for f in FACETS if f.derived}
        kinds = reader.iris.entity("concept/genre-preuve", "")
        ties = {kinds + kind: reader.said(term, of=among) for term, kind in TIES.items()}
        return cls(facets, reader.said("premierJour", of=among), ties)


def unlisted(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the labels of a fiche that no vocabulary knows, under the names that an item of the list has."""
    names = {key: facet.name for facet in FACETS for key in facet.properties}
    found: dict[str, list[str]] = defaultdict(list)
    mentions = document.get("mention", [])
    for mention in mentions if isinstance(mentions, list) else [mentions]:
        column = columns().get(mention.get("champ"))
        if column is not None and column.key in names and not mention.get("resoluEn"):
            found[names[column.key]].append(mention["libelleDepose"])
    return {name: sorted(labels) for name, labels in found.items()}


def texts(value: Any) -> list[str]:
    """Return the values of a key that are written as such, in whatever language: none, one or several."""
    if isinstance(value, dict):
        return [text for said in value.values() for text in texts(said)]
    return [one for one in (value if isinstance(value, list) else (value,)) if isinstance(one, str)]


def first(values: Iterable[str]) -> str:
    """Return the first value in order, or nothing."""
    return min(values, default="")
