"""The statistics of an edition in VoID, from the numbers that publication keeps.

W3C Interest Group Note "Describing Linked Datasets with the VoID Vocabulary"
(https://www.w3.org/TR/void/): section 4 statistics and partitions, section 5 linksets.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from ingestion import Edition, read_statistics
from ontologie import Iris, in_both, table_beside, vocabularies
from sparql_api.description.licences import Licences, licences_of
from sparql_api.description.statements import Statements, always, text, typed

VOID_NAME: Final = "void.nt"
VOID: Final = "http://rdfs.org/ns/void#"
PARTITIONS: Final = frozenset(VOID + name for name in ("class", "property", "propertyPartition"))
"""The properties that say which classes and properties there are."""


@cache
def linked_datasets() -> dict[str, tuple[str, str]]:
    """Return the datasets of others that the graph links to: {name: (where their IRIs begin, what they are called)}."""
    rows = table_beside("sparql_api.description", "linked_datasets.csv")
    return {row["name"]: (row["namespace"], row["label"]) for row in rows}


@dataclass
class Counts:
    """What is counted of an edition, by IRI; a triple has one home, so quads are triples."""

    subjects: int
    entities: int
    objects: int
    predicates: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    uses: dict[str, set[str]] = field(default_factory=dict)
    """The predicates of each class's own things, where a graph says the class and the rest together."""
    links: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By (dataset of others, predicate)."""
    vocabularies: Mapping[str, int] = field(default_factory=dict)
    """Triples of each vocabulary's graph."""


def counted(edition: Edition, scratch: Path) -> Counts:
    """Return what is counted of an edition; `scratch` takes what memory should not hold, where it is counted again."""
    told = read_statistics(edition, scratch)
    counts = Counts(told["subjects"], told["entities"], told["objects"], vocabularies=told["vocabularies"])
    counts.predicates.update(told["predicates"])
    counts.classes.update(told["classes"])
    for kind, predicate, _ in told.get("uses", ()):  # An edition of an older program says none.
        counts.uses.setdefault(kind, set()).add(predicate)
    spaces = [(space, name) for name, (space, _) in linked_datasets().items()]
    for predicate, place, count in told["links"]:
        name = next((name for space, name in spaces if place.startswith(space)), None)
        if name:
            counts.links[name, predicate] += count
    return counts


def write_void(edition: Edition, folder: Path) -> None:
    """Write the VoID description of an edition into a folder, as sorted N-Triples, whole or not at all."""
    base = edition.manifest["base"]
    counts, licences = counted(edition, folder), licences_of(edition)
    quads = void_statements(edition.number, edition.manifest, counts, Iris(base), licences)
    written = sorted({f"{quad.triple} .\n" for quad in quads})
    partial = folder / f"{VOID_NAME}.{os.getpid()}.partial"
    partial.write_text("".join(written), encoding="utf-8")
    partial.replace(folder / VOID_NAME)


def void_statements(
    number: int, manifest: Mapping[str, Any], counts: Counts, iris: Iris, licences: Licences
) -> list[ox.Quad]:
    """Return the description: the dataset, its statistics, its partitions, its links, its parts."""
    said = Statements(iris.prefixes() | {"void": VOID})
    dataset = iris.entity("edition", str(number))
    describe_dataset(said, dataset, number, manifest["date"], iris)
    for name, count in (
        ("triples", counts.predicates.total()),
        ("entities", counts.entities),
        ("distinctSubjects", counts.subjects),
        ("distinctObjects", counts.objects),
        ("properties", len(counts.predicates)),
        ("classes", len(counts.classes)),
        ("documents", manifest["counts"]["documents"]),
    ):
        said.say(dataset, f"void:{name}", count)
    for kind, key, total, found in (
        ("class", "void:class", "void:entities", counts.classes),
        ("property", "void:property", "void:triples", counts.predicates),
    ):
        for term, count in sorted(found.items()):
            part = f"{dataset}#{kind}-{short(term)}"
            said.say(dataset, f"void:{kind}Partition", part)
            said.say(part, key, term)
            said.say(part, total, count)
    describe_uses(said, dataset, counts)
    for space in sorted({namespace(term) for term in (*counts.classes, *counts.predicates)}):
        said.say(dataset, "void:vocabulary", space)
    describe_links(said, dataset, counts)
    said.say(dataset, "dct:license", *licences.of())
    describe_vocabularies(said, dataset, counts, iris)
    describe_open_dump(said, dataset, number, licences, iris)
    describe_partners(said, dataset, manifest.get("partners", {}), iris)
    return said.quads


def describe_dataset(said: Statements, dataset: str, number: int, date: str, iris: Iris) -> None:
    """Say what the dataset is, where it answers and where it can be taken whole."""
    said.quads += always("void.ttl", iris.base, number)
    said.both(iris.base + "void", "dct:title", in_both("catalogue", "void-title"))
    said.both(dataset, "dct:title", title(number))
    said.say(dataset, "dct:issued", typed(date, "dateTime"))
    said.say(dataset, "void:uriSpace", text(iris.base))


def describe_uses(said: Statements, dataset: str, counts: Counts) -> None:
    """Say which properties the things of each class have (section 4.3: a partition of a partition).

    Without a number: a derived graph may say more of a thing whose class another graph says.
    """
    for kind, predicates in sorted(counts.uses.items()):
        part = f"{dataset}#class-{short(kind)}"
        for predicate in sorted(predicates):
            inner = f"{part}-{short(predicate)}"
            said.say(part, "void:propertyPartition", inner)
            said.say(inner, "void:property", predicate)


def describe_links(said: Statements, dataset: str, counts: Counts) -> None:
    """Say how many links go to which dataset of others, by property."""
    for (name, predicate), count in sorted(counts.links.items()):
        space, label = linked_datasets()[name]
        linkset, target = f"{dataset}#liens-{name}-{short(predicate)}", f"{dataset}#cible-{name}"
        said.type(linkset, "void:Linkset")
        said.say(dataset, "void:subset", linkset)
        said.say(linkset, "void:subjectsTarget", dataset)
        said.say(linkset, "void:objectsTarget", target)
        said.say(linkset, "void:linkPredicate", predicate)
        said.say(linkset, "void:triples", count)
        said.type(target, "void:Dataset")
        said.say(target, "void:uriSpace", text(space))
        said.say(target, "dct:title", (label, "en"))


def describe_vocabularies(said: Statements, dataset: str, counts: Counts, iris: Iris) -> None:
    """Say which vocabularies are in the edition, each with its own licence."""
    for vocabulary in vocabularies(iris.base):
        held = counts.vocabularies.get(vocabulary.graph)
        if held:
            said.type(vocabulary.graph, "void:Dataset")
            said.say(dataset, "void:subset", vocabulary.graph)
            said.both(vocabulary.graph, "dct:title", vocabulary.title)
            said.say(vocabulary.graph, "dct:license", vocabulary.licence)
            said.say(vocabulary.graph, "void:triples", held)


def describe_open_dump(said: Statements, dataset: str, number: int, licences: Licences, iris: Iris) -> None:
    """Say which part of the edition is free of any condition but to name the source, and where it can be taken."""
    part = f"{dataset}#ouvert"
    said.type(part, "void:Dataset")
    said.say(dataset, "void:subset", part)
    said.both(part, "dct:title", in_both("catalogue", "open-part", number=number))
    said.say(part, "dct:license", *licences.of("free"))
    said.say(part, "void:dataDump", f"{iris.base}editions/{number}/dump-ouvert.nq.gz")


def describe_partners(said: Statements, dataset: str, partners: Mapping[str, Mapping[str, Any]], iris: Iris) -> None:
    """Say what partners deposited: each framework as a dataset, each set of matches as a linkset, under its licence."""
    for document, told in sorted(partners.items()):
        thing, linkset = iris.base + document, document.startswith("linkset/")
        said.type(thing, "void:Linkset" if linkset else "void:Dataset")
        said.say(dataset, "void:subset", thing)
        said.both(thing, "dct:title", {tag: text for tag, text in told["title"].items() if isinstance(text, str)})
        said.say(thing, "dct:license", told["licence"])
        if linkset:
            said.say(thing, "void:target", dataset)
            said.say(thing, "void:triples", told["count"])
        else:
            said.say(thing, "void:entities", told["count"])


def title(number: int) -> dict[str, str]:
    """Return what an edition is called."""
    return in_both("catalogue", "edition-title", number=number)


def namespace(term: str) -> str:
    """Return the namespace of a term: up to its `#`, or its last `/`."""
    head, mark, _ = term.rpartition("#" if "#" in term else "/")
    return head + mark


def short(term: str) -> str:
    """Return a name for a term that is readable and its own: `prefLabel-1a2b3c4d`."""
    local = term.removeprefix(namespace(term))
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in local)
    return f"{kept}-{sha256(term.encode()).hexdigest()[:8]}"
