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
    short,
)
from ontologie.checks.terms import DCT, OWL, SKOS, Said, in_both
from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import read_table

LABELS: Final = tuple(SKOS + label for label in ("prefLabel", "altLabel", "hiddenLabel", "definition"))
VANN: Final = "http://purl.org/vocab/vann/"


def metadata(corpus: Corpus) -> Examined:
    """Every module has title, description, licence, version, author, date and a home (F2, F3, R1)."""
    found: list[Finding] = []
    headers = _headers(corpus)
    for iri, said in headers.items():
        for predicate, fr, en in (("title", "titre", "title"), ("description", "description", "description")):
            found += in_both("fair-metadata", said, iri, DCT + predicate, {"fr": fr, "en": en})
        for fault in _header_faults(iri, said):
            found.append(Finding("fair-metadata", short(iri), fault))
    return Examined(len(headers), tuple(found))


def _headers(corpus: Corpus) -> dict[str, Said]:
    return {iri: said for iri, said in corpus.ours.items() if OWL + "Ontology" in iris(said, RDF_TYPE)}


def _header_faults(iri: str, said: Said) -> Iterator[Languages]:
    if len(iris(said, DCT + "license")) != 1:
        yield {"fr": "sans licence", "en": "no licence"}
    version = [text.value for text in literals(said, OWL + "versionInfo")]
    if len(version) != 1 or iris(said, OWL + "versionIRI") != [f"{iri}/{version[0]}"]:
        yield {
            "fr": "sans version ni IRI de version qui s'accordent",
            "en": "no version and version IRI that agree",
        }
    if not iris(said, DCT + "creator") or not literals(said, DCT + "issued"):
        yield {"fr": "sans auteur ou sans date", "en": "no author or no date"}
    if iri.startswith(MODULES) and iris(said, DCT + "isPartOf") != [OIA.removesuffix("#")]:
        yield {
            "fr": "ne dit pas de quelle ontologie il fait partie",
            "en": "does not say which ontology it is part of",
        }
    if not iri.startswith(MODULES) and not (
        literals(said, VANN + "preferredNamespacePrefix") and literals(said, VANN + "preferredNamespaceUri")
    ):
        yield {"fr": "sans préfixe ni espace de noms préférés", "en": "no preferred prefix and namespace"}


def identifiers(corpus: Corpus) -> Examined:
    """Every IRI we mint is an https address under the base, without query or space (F1, A1)."""
    minted = [iri for iri in corpus.ours if iri.startswith(BASE)]
    found = [
        Finding("fair-identifiers", short(iri), {"fr": "adresse mal formée", "en": "ill-formed address"})
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
                Finding("fair-licences", row["fichier"], {"fr": "licence sans adresse", "en": "no licence"})
            )
        if not row["fichier"].startswith("tiers/") and "etalab" not in row["licence"]:
            message = {
                "fr": "nos fichiers sont sous Licence Ouverte",
                "en": "our files are under Licence Ouverte",
            }
            found.append(Finding("fair-licences", row["fichier"], message))
    theirs = index(corpus.triples("tiers/"))
    for subject, predicate, _ in corpus.triples("genere/", "termes/"):
        if predicate in LABELS and name(subject) in theirs:
            message = {
                "fr": "libellé d'autrui dans un fichier à nous",
                "en": "another's label in a file of ours",
            }
            found.append(Finding("fair-licences", short(name(subject)), message))
    return Examined(len(rows), tuple(found))


CHECKS: Final = (
    Check(
        "fair-identifiers",
        {"fr": "identifiants bien formés et résolubles", "en": "identifiers well formed, resolvable"},
        identifiers,
    ),
    Check(
        "fair-metadata",
        {
            "fr": "métadonnées, version, auteur et date de chaque module",
            "en": "metadata, version, author and date of every module",
        },
        metadata,
    ),
    Check(
        "fair-licences",
        {"fr": "une licence par vocabulaire, jamais mêlées", "en": "one licence a vocabulary, never mixed"},
        licences,
    ),
)
