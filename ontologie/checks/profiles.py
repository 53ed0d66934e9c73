"""The core and the profiles of countries: what each may name, and what the released versions still hold.

Knows `termes/` as core and profiles (`termes/profil-*.ttl`), and the frozen versions; what a term must say is `terms`'.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import pyoxigraph as ox

from ontologie.checks.model import (
    DEFINED_KINDS,
    OIA,
    Check,
    Corpus,
    Examined,
    Finding,
    Languages,
    as_triples,
    index,
    iris,
    literals,
    name,
    phrase,
    short,
)
from ontologie.checks.terms import OWL, RDFS, Said
from ontologie.namespaces import RDF_TYPE
from ontologie.releases import released_files, released_versions
from ontologie.resources import read_table

PROFILE: Final = "termes/profil-"


def core(corpus: Corpus) -> Corpus:
    """Return the modules of the core alone."""
    return Corpus(
        {path: triples for path, triples in corpus.files.items() if _is_core(path)},
        {path: text for path, text in corpus.texts.items() if _is_core(path)},
    )


def neutral(corpus: Corpus) -> Examined:
    """No text and no term of the core names an institution of one country."""
    modules = core(corpus)
    words = re.compile("|".join(f"(?:{row['motif']})" for row in read_table("donnees", "mots_des_profils.csv")))
    found = []
    for path, triples in modules.files.items():
        for subject, _, value in triples:
            if isinstance(value, ox.Literal) and (met := words.search(value.value)):
                message = phrase("core-names-an-institution", path=path, word=met[0])
                found.append(Finding("core-neutral", short(name(subject)), message))
    defined = {iri for iri, said in modules.terms.items() if literals(said, RDFS + "label")}
    for iri in sorted(modules.terms.keys() - defined):
        found.append(Finding("core-neutral", short(iri), phrase("core-uses-a-term-of-a-profile")))
    return Examined(len(modules.terms), tuple(found))


def kept(corpus: Corpus) -> Examined:
    """Each frozen version is named by its folder, its predecessor stands, and every term of it still stands."""
    found: list[Finding] = []
    terms = 0
    since = {iri: text.value for iri, said in corpus.terms.items() for text in literals(said, OIA + "depuis")}
    for version in released_versions():
        held: set[str] = set()
        for path, text in released_files(version).items():
            frozen = index(as_triples(ox.parse(text, format=ox.RdfFormat.TURTLE)))
            terms += len(frozen)
            found += (Finding("releases", path, fault) for fault in _frozen_faults(version, frozen))
            held |= set(frozen)
            lost = [iri for iri, about in frozen.items() if _is_term(iri, about) and iri not in corpus.terms]
            found += (Finding("releases", short(iri), phrase("released-term-lost", version=version)) for iri in lost)
        late = sorted(iri for iri, told in since.items() if told == version and iri not in held)
        found += (Finding("releases", short(iri), phrase("not-in-the-version-it-names", version=version)) for iri in late)
    present = {iri: said for iri, said in corpus.ours.items() if OWL + "Ontology" in iris(said, RDF_TYPE)}
    stand = {iri for version in released_versions() for iri in _version_iris(version)}
    for iri, said in present.items():
        for prior in iris(said, OWL + "priorVersion"):
            if prior not in stand:
                found.append(Finding("releases", short(iri), phrase("prior-version-not-frozen", name=short(prior))))
    return Examined(terms, tuple(found))


def _is_core(path: str) -> bool:
    return path.startswith("termes/") and not path.startswith(PROFILE)


def _is_term(iri: str, said: Said) -> bool:
    return iri.startswith(OIA) and bool(set(iris(said, RDF_TYPE)) & set(DEFINED_KINDS))


def _frozen_faults(version: str, said: Mapping[str, Said]) -> Iterator[Languages]:
    for iri, about in said.items():
        if OWL + "Ontology" in iris(about, RDF_TYPE):
            stated = [text.value for text in literals(about, OWL + "versionInfo")]
            if stated != [version] or iris(about, OWL + "versionIRI") != [f"{iri}/{version}"]:
                yield phrase("frozen-under-another-version", name=short(iri))


def _version_iris(version: str) -> Iterator[str]:
    for text in released_files(version).values():
        for quad in ox.parse(text, format=ox.RdfFormat.TURTLE):
            if quad.predicate.value == OWL + "versionIRI" and isinstance(quad.object, ox.NamedNode):
                yield quad.object.value


CHECKS: Final = (
    Check("core-neutral", phrase("the-core-names-no-institution-of-one-country"), neutral),
    Check("releases", phrase("released-versions-stand-and-no-term-is-lost"), kept),
)
