"""The FAIR indicators that files themselves can show: identifiers, licence, version, provenance, metadata.

Knows ontology headers and the list of vocabularies. Whether the addresses answer is for the server's tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ontologie.checks.model import (
    MODULES,
    OIA,
    Check,
    Corpus,
    Examined,
    Finding,
    Languages,
    index,
    iris,
    literals,
    name,
    phrase,
    short,
)
from ontologie.checks.terms import DCT, OWL, SKOS, Said, in_both
from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import read_table

LABELS: Final = (
    *(SKOS + label for label in ("prefLabel", "altLabel", "hiddenLabel", "definition")),
    OIA + "libelleAffiche",
)
VANN: Final = "http://purl.org/vocab/vann/"


def metadata(corpus: Corpus) -> Examined:
    """Every module has title, description, licence, version, author, date and a home (F2, F3, R1)."""
    found: list[Finding] = []
    headers = _headers(corpus)
    for iri, said in headers.items():
        for predicate in ("title", "description"):
            found += in_both("fair-metadata", said, iri, DCT + predicate, phrase(predicate))
        for fault in _header_faults(iri, said):
            found.append(Finding("fair-metadata", short(iri), fault))
    return Examined(len(headers), tuple(found))


def _headers(corpus: Corpus) -> dict[str, Said]:
    return {iri: said for iri, said in corpus.ours.items() if OWL + "Ontology" in iris(said, RDF_TYPE)}


def _header_faults(iri: str, said: Said) -> Iterator[Languages]:
    if len(iris(said, DCT + "license")) != 1:
        yield phrase("no-licence")
    version = [text.value for text in literals(said, OWL + "versionInfo")]
    if len(version) != 1 or iris(said, OWL + "versionIRI") != [f"{iri}/{version[0]}"]:
        yield phrase("no-version-and-version-iri-that-agree")
    if not iris(said, DCT + "creator") or not literals(said, DCT + "issued"):
        yield phrase("no-author-or-no-date")
    if iri.startswith(MODULES) and iris(said, DCT + "isPartOf") != [OIA.removesuffix("#")]:
        yield phrase("does-not-say-which-ontology-it-is")
    if not iri.startswith(MODULES) and not (
        literals(said, VANN + "preferredNamespacePrefix") and literals(said, VANN + "preferredNamespaceUri")
    ):
        yield phrase("no-preferred-prefix-and-namespace")


def identifiers(corpus: Corpus) -> Examined:
    """Every IRI we mint is an https address under the base, without query or space (F1, A1)."""
    minted = [iri for iri in corpus.ours if iri.startswith(BASE)]
    found = [
        Finding("fair-identifiers", short(iri), phrase("ill-formed-address"))
        for iri in minted
        if not iri.startswith("https://")
        or any(c in iri for c in "? %\\^`{|}")
        or iri.endswith("/")
        or "//" in iri[8:]
    ]
    return Examined(len(minted), tuple(found))


def licences(corpus: Corpus) -> Examined:
    """Every packaged vocabulary has a licence that is an address, and share-alike stays in its own files."""
    rows = read_table("vocabulaires.csv")
    found = []
    for row in rows:
        if not row["licence"].startswith("https://"):
            found.append(
                Finding("fair-licences", row["fichier"], phrase("no-licence-address"))
            )
        if not row["fichier"].startswith("tiers/") and "etalab" not in row["licence"]:
            message = phrase("our-files-are-under-licence-ouverte")
            found.append(Finding("fair-licences", row["fichier"], message))
    theirs = index(corpus.triples("tiers/"))
    for subject, predicate, _ in corpus.triples("genere/", "termes/"):
        if predicate in LABELS and name(subject) in theirs:
            message = phrase("anothers-label-in-a-file-of-ours")
            found.append(Finding("fair-licences", short(name(subject)), message))
    return Examined(len(rows), tuple(found))


CHECKS: Final = (
    Check(
        "fair-identifiers",
        phrase("identifiers-well-formed-resolvable"),
        identifiers,
    ),
    Check(
        "fair-metadata",
        phrase("metadata-version-author-and-date-of-every"),
        metadata,
    ),
    Check(
        "fair-licences",
        phrase("one-licence-a-vocabulary-never-mixed"),
        licences,
    ),
)
