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
Files = Mapping[str, Mapping[str, Said]]
"""What is said of each subject in each file."""


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
    """Frozen versions are whole and named by their folders, none of their terms is lost, and none joins them later."""
    frozen = {version: _frozen(version) for version in released_versions()}
    found = [finding for version, files in frozen.items() for finding in _faults(corpus, version, files)]
    stand = {
        iri
        for files in frozen.values()
        for said in files.values()
        for about in said.values()
        for iri in iris(about, OWL + "versionIRI")
    }
    for iri, about in corpus.ours.items():
        for prior in iris(about, OWL + "priorVersion"):
            if prior not in stand:
                found.append(Finding("releases", short(iri), phrase("prior-version-not-frozen", name=short(prior))))
    return Examined(sum(len(said) for files in frozen.values() for said in files.values()), tuple(found))


def _frozen(version: str) -> Files:
    texts = released_files(version).items()
    return {path: index(as_triples(ox.parse(text, format=ox.RdfFormat.TURTLE))) for path, text in texts}


def _faults(corpus: Corpus, version: str, files: Files) -> Iterator[Finding]:
    held: set[str] = set()
    for path, said in files.items():
        held |= {iri for iri, about in said.items() if _is_term(iri, about)}
        for iri, about in said.items():
            if OWL + "Ontology" in iris(about, RDF_TYPE):
                stated = [text.value for text in literals(about, OWL + "versionInfo")]
                if stated != [version] or iris(about, OWL + "versionIRI") != [f"{iri}/{version}"]:
                    yield Finding("releases", path, phrase("frozen-under-another-version", name=short(iri)))
    for iri in sorted(held - corpus.terms.keys()):
        yield Finding("releases", short(iri), phrase("released-term-lost", version=version))
    for iri, about in corpus.terms.items():
        told = [text.value for text in literals(about, OIA + "depuis")]
        if told == [version] and iri not in held:
            yield Finding("releases", short(iri), phrase("not-in-the-version-it-names", version=version))


def _is_core(path: str) -> bool:
    return path.startswith("termes/") and not path.startswith(PROFILE)


def _is_term(iri: str, said: Said) -> bool:
    return iri.startswith(OIA) and bool(set(iris(said, RDF_TYPE)) & set(DEFINED_KINDS))


CHECKS: Final = (
    Check("core-neutral", phrase("the-core-names-no-institution-of-one-country"), neutral),
    Check("releases", phrase("released-versions-stand-and-no-term-is-lost"), kept),
)
