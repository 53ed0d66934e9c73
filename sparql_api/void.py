"""The statistics of an edition in VoID, counted in one pass over its store at publication.

W3C Interest Group Note "Describing Linked Datasets with the VoID Vocabulary"
(https://www.w3.org/TR/void/): section 4 statistics and partitions, section 5 linksets.
"""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

import pyoxigraph as ox

from ingestion import DUMPS, Edition
from ontologie import RDF_TYPE, Iris, vocabularies
from sparql_api.statements import Statements, text, typed

VOID_NAME: Final = "void.nt"
LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
FORMATS: Final = ("JSON-LD", "N-Triples", "RDF_XML", "TriG", "Turtle")
TARGETS: Final = {
    "scolomfr": ("http://data.education.fr/voc/scolomfr/", "ScoLOMFR"),
    "eli": ("http://data.europa.eu/eli/", "EUR-Lex (ELI)"),
    "op": ("http://publications.europa.eu/resource/authority/", "EU authority tables"),
    "dpv": ("https://w3id.org/dpv", "Data Privacy Vocabulary"),
    "vair": ("https://w3id.org/vair#", "VAIR"),
    "airo": ("https://w3id.org/airo#", "AIRO"),
    "unesco": ("http://vocabularies.unesco.org/thesaurus/", "UNESCO Thesaurus"),
    "wikidata": ("http://www.wikidata.org/entity/", "Wikidata"),
    "insee": ("http://id.insee.fr/geo/", "INSEE"),
}
"""Datasets of others that the graph links to: where their IRIs begin, what they are called."""


@dataclass
class Counts:
    """What one pass over the lines of an edition counts. Terms are in N-Triples; sets hold their hashes."""

    base: str
    triples: int = 0
    subjects: set[int] = field(default_factory=set)
    objects: set[int] = field(default_factory=set)
    entities: set[int] = field(default_factory=set)
    predicates: Counter[bytes] = field(default_factory=Counter)
    classes: Counter[bytes] = field(default_factory=Counter)
    graphs: Counter[bytes] = field(default_factory=Counter)
    links: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)

    def count(self, lines: Iterable[bytes]) -> Counts:
        """Count N-Quads lines; a triple has one home, so quads are triples."""
        ours, rdf_type = f"<{self.base}".encode(), f"<{RDF_TYPE}>".encode()
        foreign: Counter[tuple[bytes, bytes]] = Counter()
        for line in lines:
            subject, predicate, rest = line.split(b" ", 2)
            value, _, graph = rest.removesuffix(b" .\n").rpartition(b" ")
            self.predicates[predicate] += 1
            self.graphs[graph] += 1
            key = hash(subject)
            self.subjects.add(key)
            self.objects.add(hash(value))
            if subject.startswith(ours):
                self.entities.add(key)
                if value.startswith(b"<") and predicate != rdf_type and not value.startswith(ours):
                    foreign[predicate, value] += 1
            if predicate == rdf_type:
                self.classes[value] += 1
        self.triples = self.predicates.total()
        for (predicate, value), count in foreign.items():
            self.count_link(predicate, value, count)
        return self

    def count_link(self, predicate: bytes, value: bytes, count: int) -> None:
        """Count links to a dataset of others."""
        for name, (space, _) in TARGETS.items():
            if value.startswith(f"<{space}".encode()):
                self.links[name.encode(), predicate] += count


def write_void(edition: Edition, store: ox.Store, folder: Path) -> None:
    """Write the VoID description of an edition into a folder, as sorted N-Triples, whole or not at all."""
    base = edition.manifest["base"]
    with quad_lines(edition, store, folder) as lines:
        counts = Counts(base).count(lines)
    quads = void_statements(edition.number, edition.manifest["date"], counts, Iris(base))
    written = sorted({f"{quad.triple} .\n" for quad in quads})
    partial = folder / f"{VOID_NAME}.{os.getpid()}.partial"
    partial.write_text("".join(written), encoding="utf-8")
    partial.replace(folder / VOID_NAME)


@contextmanager
def quad_lines(edition: Edition, store: ox.Store, folder: Path) -> Iterator[Iterable[bytes]]:
    """Open the N-Quads lines of an edition: its dump, or the store's where the dump does not stand yet."""
    dump = edition.path / "dump.nq.gz"
    if dump.is_file():
        with gzip.open(dump) as packed:
            yield packed
        return
    with TemporaryFile(dir=folder) as plain:
        store.dump(plain, format=ox.RdfFormat.N_QUADS)
        plain.seek(0)
        yield plain


def iri(term: bytes) -> str:
    """Return the IRI of a term `<…>`."""
    return term[1:-1].decode()


def void_statements(number: int, date: str, counts: Counts, iris: Iris) -> list[ox.Quad]:
    """Return the description: the dataset, its statistics, its partitions, its links, its parts."""
    said = Statements(
        iris.prefixes() | {"void": "http://rdfs.org/ns/void#", "formats": "http://www.w3.org/ns/formats/"}
    )
    dataset = iris.entity("edition", str(number))
    describe_dataset(said, dataset, number, date, iris)
    for name, count in (
        ("triples", counts.triples),
        ("entities", len(counts.entities)),
        ("distinctSubjects", len(counts.subjects)),
        ("distinctObjects", len(counts.objects)),
        ("properties", len(counts.predicates)),
        ("classes", len(counts.classes)),
        ("documents", sum(1 for graph in counts.graphs if is_document(iri(graph), iris))),
    ):
        said.say(dataset, f"void:{name}", count)
    for kind, key, total, found in (
        ("class", "void:class", "void:entities", counts.classes),
        ("property", "void:property", "void:triples", counts.predicates),
    ):
        for term, count in sorted(found.items()):
            part = f"{dataset}#{kind}-{short(iri(term))}"
            said.say(dataset, f"void:{kind}Partition", part)
            said.say(part, key, iri(term))
            said.say(part, total, count)
    for space in sorted({namespace(iri(term)) for term in (*counts.classes, *counts.predicates)}):
        said.say(dataset, "void:vocabulary", space)
    describe_links(said, dataset, counts)
    describe_vocabularies(said, dataset, counts, iris)
    return said.quads


def describe_dataset(said: Statements, dataset: str, number: int, date: str, iris: Iris) -> None:
    """Say what the dataset is, where it answers and where it can be taken whole."""
    document = iris.base + "void"
    said.type(document, "void:DatasetDescription")
    said.both(document, "dct:title", {"fr": "Description VoID de l'édition", "en": "VoID description of the edition"})
    said.say(document, "foaf:primaryTopic", dataset)
    said.type(dataset, "void:Dataset")
    said.both(dataset, "dct:title", title(number))
    said.say(dataset, "dct:license", LICENCE)
    said.say(dataset, "dct:issued", typed(date, "dateTime"))
    said.say(dataset, "dct:publisher", iris.entity("organisation", "equipe-projet"))
    said.say(dataset, "foaf:homepage", iris.base)
    said.say(dataset, "void:sparqlEndpoint", iris.base + "sparql")
    said.say(dataset, "void:uriSpace", text(iris.base))
    said.say(dataset, "void:dataDump", *(f"{iris.base}editions/{number}/{name}" for name in DUMPS))
    said.say(dataset, "void:feature", *(f"formats:{name}" for name in FORMATS))


def describe_links(said: Statements, dataset: str, counts: Counts) -> None:
    """Say how many links go to which dataset of others, by property."""
    for (target_name, predicate_term), count in sorted(counts.links.items()):
        name, predicate = target_name.decode(), iri(predicate_term)
        space, label = TARGETS[name]
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
        held = counts.graphs[f"<{vocabulary.graph}>".encode()]
        if held:
            said.type(vocabulary.graph, "void:Dataset")
            said.say(dataset, "void:subset", vocabulary.graph)
            said.both(vocabulary.graph, "dct:title", vocabulary.title)
            said.say(vocabulary.graph, "dct:license", vocabulary.licence)
            said.say(vocabulary.graph, "void:triples", held)


def title(number: int) -> dict[str, str]:
    """Return what an edition is called."""
    return {
        "fr": f"Observatoire des usages pédagogiques de l'IA, édition {number}",
        "en": f"Observatory of the pedagogical uses of AI, edition {number}",
    }


def is_document(graph: str, iris: Iris) -> bool:
    """Return whether a named graph is a deposited document's: `graphe/{type}/{id}`, and no vocabulary."""
    path = graph.removeprefix(iris.base + "graphe/")
    return path.count("/") == 1 and not path.startswith("vocabulaire/")


def namespace(term: str) -> str:
    """Return the namespace of a term: up to its `#`, or its last `/`."""
    head, mark, _ = term.rpartition("#" if "#" in term else "/")
    return head + mark


def short(term: str) -> str:
    """Return a name for a term that is readable and its own: `prefLabel-1a2b3c4d`."""
    local = term.removeprefix(namespace(term))
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in local)
    return f"{kept}-{sha256(term.encode()).hexdigest()[:8]}"
