"""The terms of the ontology, one by one: complete, sourced, declared, tied to the standards.

Knows `termes/`. What concepts and entities say is looked at in `entities`.
"""

from __future__ import annotations

from collections import defaultdict
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
    Value,
    index,
    iris,
    literals,
    phrase,
    short,
)
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.sentences import LANGUAGES

RDFS: Final = PREFIXES["rdfs"]
OWL: Final = PREFIXES["owl"]
SKOS: Final = PREFIXES["skos"]
DCT: Final = PREFIXES["dct"]
STATUS: Final = "http://www.w3.org/2003/06/sw-vocab-status/ns#term_status"
STATUSES: Final = ("unstable", "testing", "stable", "archaic")
TEAM: Final = BASE + "organisation/equipe-projet"
BUILT_IN: Final = (OWL, RDFS, PREFIXES["rdf"], PREFIXES["xsd"])
Said = Mapping[str, list[Value]]


def in_both(check: str, said: Said, iri: str, predicate: str, what: Languages) -> Iterator[Finding]:
    """Yield a finding for each language in which a text does not stand exactly once."""
    texts = literals(said, predicate)
    for tag in LANGUAGES:
        found = [text for text in texts if text.language == tag]
        words = {"what": what, "language": phrase(f"language-{tag}")}
        if not found or any(not text.value.strip() for text in found):
            yield Finding(check, short(iri), phrase("text-missing", **words))
        elif len(found) > 1:
            yield Finding(check, short(iri), phrase("text-twice", **words))


def _text_check(name: str, predicate: str, what: Languages, title: Languages) -> Check:
    def run(corpus: Corpus) -> Examined:
        terms = corpus.terms
        found = [f for iri, said in terms.items() for f in in_both(name, said, iri, predicate, what)]
        return Examined(len(terms), tuple(found))

    return Check(name, title, run)


def sources(corpus: Corpus) -> Examined:
    """Every term names the public page its meaning comes from, or says that it is the project's own: never both."""
    found = [
        Finding("term-sources", short(iri), phrase("no-public-source"))
        for iri, said in corpus.terms.items()
        if _rests_on_a_page(said) == (iris(said, DCT + "creator") == [TEAM])
    ]
    return Examined(len(corpus.terms), tuple(found))


def _rests_on_a_page(said: Said) -> bool:
    return any(source.startswith(("https://", "http://")) for source in iris(said, DCT + "source"))


def history(corpus: Corpus) -> Examined:
    """Every term has one status, one version of first appearance, and the module that defines it."""
    homes: dict[str, set[str]] = defaultdict(set)
    for path, triples in corpus.files.items():
        if path.startswith("termes/"):
            stated = index(triples)
            modules = {iri for iri, said in stated.items() if OWL + "Ontology" in iris(said, RDF_TYPE)}
            for iri, said in stated.items():
                if iri.startswith(OIA) and literals(said, RDFS + "label"):
                    homes[iri] |= modules
    found = []
    for iri, said in corpus.terms.items():
        statuses = [text.value for text in literals(said, STATUS)]
        if len(statuses) != 1 or statuses[0] not in STATUSES:
            found.append(
                Finding("term-history", short(iri), phrase("no-single-status"))
            )
        if len(literals(said, OIA + "depuis")) != 1:
            found.append(
                Finding(
                    "term-history", short(iri), phrase("no-first-version")
                )
            )
        if len(homes[iri]) != 1 or set(iris(said, RDFS + "isDefinedBy")) != homes[iri]:
            message = phrase("is-not-defined-by-its-one-module")
            found.append(Finding("term-history", short(iri), message))
    return Examined(len(corpus.terms), tuple(found))


def domains(corpus: Corpus) -> Examined:
    """Every property says what it is said of and what its values are (OOPS! P11, P19)."""
    properties = {
        iri: said
        for iri, said in corpus.terms.items()
        if {OWL + "ObjectProperty", OWL + "DatatypeProperty"} & set(iris(said, RDF_TYPE))
    }
    found = []
    for iri, said in properties.items():
        for predicate in ("domain", "range"):
            count = len(iris(said, RDFS + predicate))
            if count != 1:
                message = phrase("not-once", count=count, what=phrase(predicate))
                found.append(Finding("term-domains", short(iri), message))
    return Examined(len(properties), tuple(found))


def reuse(corpus: Corpus) -> Examined:
    """Every term specialises a standard one, or a note in both languages says why none fits."""
    terms = corpus.terms
    found = []
    for iri, said in terms.items():
        above = {
            parent
            for predicate in ("subClassOf", "subPropertyOf")
            for parent in iris(said, RDFS + predicate)
            if not parent.startswith("_:")
        }
        notes = {text.language for text in literals(said, SKOS + "editorialNote")}
        if not above and not {"fr", "en"} <= notes:
            message = phrase("specialises-no-standard-term-and-does-not")
            found.append(Finding("term-reuse", short(iri), message))
        elif len(notes) == 1:
            message = phrase("note-in-one-language-only")
            found.append(Finding("term-reuse", short(iri), message))
        for parent in above:
            if parent.startswith(OIA) and parent not in terms:
                message = phrase("specialises-unknown", name=short(parent))
                found.append(Finding("term-reuse", short(iri), message))
    return Examined(len(terms), tuple(found))


def alone(corpus: Corpus) -> Examined:
    """Every module declares each class and property it uses, so that it loads alone (OWL 2, section 5.8)."""
    found = []
    modules = [path for path in corpus.files if path.startswith("termes/")]
    for path in modules:
        triples = corpus.files[path]
        said = index(triples)
        declared = {iri for iri, about in said.items() if set(DEFINED_KINDS) & set(iris(about, RDF_TYPE))}
        for used in sorted(_used(said) - declared):
            message = phrase("does-not-declare-there", name=short(used))
            found.append(Finding("modules-alone", path, message))
        if any(predicate == OWL + "imports" for _, predicate, _ in triples):
            found.append(Finding("modules-alone", path, phrase("imports")))
    return Examined(len(modules), tuple(found))


def _used(said: Mapping[str, Said]) -> set[str]:
    """Return the classes and properties that a file uses, but those of RDF, RDFS, OWL and XSD."""
    logical = [RDFS + p for p in ("domain", "range", "subClassOf", "subPropertyOf")]
    logical += [
        OWL + p
        for p in (
            "inverseOf",
            "disjointWith",
            "propertyDisjointWith",
            "onProperty",
            "allValuesFrom",
            "someValuesFrom",
            "onClass",
            "equivalentClass",
        )
    ]
    logical.append(PREFIXES["rdf"] + "first")
    used = {predicate for about in said.values() for predicate in about}
    used |= {value for about in said.values() for predicate in logical for value in iris(about, predicate)}
    used |= {kind for about in said.values() for kind in iris(about, RDF_TYPE)}
    return {iri for iri in used if not iri.startswith(("_:", *BUILT_IN))}


def declared(corpus: Corpus) -> Examined:
    """Every `oia:` name used in any packaged file is a declared term."""
    terms = corpus.terms
    used: dict[str, str] = {}
    for path, triples in corpus.files.items():
        for subject, predicate, value in triples:
            for node in (subject.value, predicate, value.value if isinstance(value, ox.NamedNode) else ""):
                if node.startswith(OIA):
                    used.setdefault(node, path)
    found = [
        Finding(
            "terms-declared",
            short(iri),
            phrase("not-declared-in", path=path),
        )
        for iri, path in sorted(used.items())
        if iri not in terms and iri != OIA
    ]
    return Examined(len(used), tuple(found))


CHECKS: Final = (
    _text_check(
        "term-labels",
        RDFS + "label",
        phrase("label"),
        phrase("every-term-has-one-label-in-french"),
    ),
    _text_check(
        "term-definitions",
        SKOS + "definition",
        phrase("definition"),
        phrase("every-term-has-a-definition-in-both"),
    ),
    _text_check(
        "term-examples",
        SKOS + "example",
        phrase("example"),
        phrase("every-term-has-an-example-in-both"),
    ),
    Check(
        "term-sources", phrase("every-term-names-its-source"), sources
    ),
    Check(
        "term-history",
        phrase("every-term-has-status-version-and-module"),
        history,
    ),
    Check(
        "term-domains",
        phrase("every-property-has-one-domain-and-one"),
        domains,
    ),
    Check(
        "term-reuse",
        phrase("every-term-specialises-a-standard-one-or"),
        reuse,
    ),
    Check(
        "terms-declared",
        phrase("no-oia-name-without-declaration"),
        declared,
    ),
    Check("modules-alone", phrase("every-module-loads-alone"), alone),
)
