"""The pitfalls of OOPS! that a program can find (https://oops.linkeddata.es/catalogue.jsp), one check each.

Knows `termes/` as OWL. Missing annotations, domains and licence (P08, P11, P41) are checks of `terms` and
`fair`; what needs a reader's judgement (P01, P03, P09…) is not looked at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
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
    closure,
    index,
    iris,
    literals,
    members,
    name,
    phrase,
    short,
)
from ontologie.checks.terms import BUILT_IN, OWL, RDFS, SKOS
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.sentences import LANGUAGES

Found = Iterator[tuple[str, Languages]]
DATATYPES: Final = (
    OWL + "Thing",
    RDFS + "Literal",
    PREFIXES["rdf"] + "PlainLiteral",
    *(PREFIXES["xsd"] + name for name in ("string", "boolean", "integer", "decimal", "dateTime", "anyURI")),
)
"""What a range of ours may be, of the reserved names: OWL 2 knows neither xsd:date nor xsd:gYear."""

ABOVE: Final = (RDFS + "subClassOf", RDFS + "subPropertyOf")


def synonyms(corpus: Corpus) -> Found:
    """P02, P31: no class or property of ours is declared equivalent to another of ours."""
    for iri, said in corpus.terms.items():
        for predicate in ("equivalentClass", "equivalentProperty"):
            for other in iris(said, OWL + predicate):
                if other.startswith(OIA):
                    yield iri, phrase("is-equivalent-to", other=short(other))


def wrong_inverse(corpus: Corpus) -> Found:
    """P05, P25, P26: an inverse swaps domain and range, and is neither itself nor that of a symmetric one."""
    for iri, said in corpus.terms.items():
        for other in iris(said, OWL + "inverseOf"):
            about = corpus.terms.get(other, {})
            swapped = iris(said, RDFS + "domain") == iris(about, RDFS + "range") and iris(
                said, RDFS + "range"
            ) == iris(about, RDFS + "domain")
            if other == iri or not swapped or OWL + "SymmetricProperty" in iris(said, RDF_TYPE):
                yield (
                    iri,
                    phrase("is-no-inverse-of", other=short(other)),
                )


def unconnected(corpus: Corpus) -> Found:
    """P04: every class of ours takes part in some property or hierarchy."""
    used = set()
    for subject, predicate, value in corpus.triples("termes/"):
        if predicate in (RDFS + "domain", RDFS + "range", PREFIXES["rdf"] + "first", OWL + "someValuesFrom"):
            used.add(name(value))
        if predicate == RDFS + "subClassOf":
            used |= {name(subject), name(value)}
    for iri, said in corpus.terms.items():
        if OWL + "Class" in iris(said, RDF_TYPE) and iri not in used:
            yield iri, phrase("is-connected-to-nothing")


def cycles(corpus: Corpus) -> Found:
    """P06: no class or property is above itself."""
    up = {iri: [p for above in ABOVE for p in iris(said, above)] for iri, said in corpus.terms.items()}
    for iri, parents in up.items():
        if any(iri in closure(parent, up) for parent in parents):
            yield iri, phrase("is-above-itself")


ONE_NOTION: Final = (OIA + "raisonMedicaleOuSecurite",)
"""Names with an "or" that a text of law has as one: the exception of Article 5(1)(f) of the AI Act."""


def merged(corpus: Corpus) -> Found:
    """P07: no name merges two concepts."""
    for iri in corpus.terms:
        if iri not in ONE_NOTION and re.search(r"[a-z](Et|Ou|And|Or)[A-Z]", iri.removeprefix(OIA)):
            yield iri, phrase("merges-two-notions-in-one-name")


def no_disjointness(corpus: Corpus) -> Found:
    """P10: every class of ours, or one above it, is declared disjoint with another."""
    said = index(corpus.triples("termes/"))
    disjoint = {iri for iri, about in said.items() if OWL + "disjointWith" in about}
    for about in said.values():
        for head in iris(about, OWL + "members"):
            disjoint |= set(members(said, head))
    up = {iri: iris(about, RDFS + "subClassOf") for iri, about in said.items()}
    for iri, about in corpus.terms.items():
        if OWL + "Class" in iris(about, RDF_TYPE) and not closure(iri, up) & disjoint:
            yield iri, phrase("is-disjoint-with-nothing")


def repeated_text(corpus: Corpus) -> Found:
    """P20: definition and example of a term say more than its label, each in its own words."""
    for iri, said in corpus.terms.items():
        definitions = [text.value for text in literals(said, SKOS + "definition")]
        others = [label.value for p in (RDFS + "label", SKOS + "example") for label in literals(said, p)]
        if set(definitions) & set(others) or len(set(definitions)) < len(definitions):
            yield iri, phrase("repeats-one-text")
        if any(len(text.split()) < 4 for text in definitions):
            yield iri, phrase("definition-too-short")


def miscellaneous(corpus: Corpus) -> Found:
    """P21: no class gathers what is left."""
    for iri, said in corpus.terms.items():
        if OWL + "Class" in iris(said, RDF_TYPE) and re.match(
            r"(Autre|Divers|Other|Misc)", iri.removeprefix(OIA)
        ):
            yield iri, phrase("catch-all-class")


def naming(corpus: Corpus) -> Found:
    """P22: classes are named `UpperCamel`, properties `lowerCamel`, without accent."""
    for iri, said in corpus.terms.items():
        pattern = r"[A-Z][A-Za-z]*" if OWL + "Class" in iris(said, RDF_TYPE) else r"[a-z][A-Za-z]*"
        if not re.fullmatch(pattern, iri.removeprefix(OIA)):
            yield iri, phrase("name-against-the-convention")


def recursive(corpus: Corpus) -> Found:
    """P24: no restriction defines a class by itself."""
    about = corpus.about
    for iri, said in corpus.terms.items():
        for blank in iris(said, RDFS + "subClassOf"):
            if blank.startswith("_:") and iri in iris(about.get(blank, {}), OWL + "someValuesFrom"):
                yield iri, phrase("is-defined-by-itself")


def wrong_symmetry(corpus: Corpus) -> Found:
    """P28, P29: what is symmetric or transitive has one class as domain and range."""
    for iri, said in corpus.terms.items():
        both = {OWL + "SymmetricProperty", OWL + "TransitiveProperty"} & set(iris(said, RDF_TYPE))
        if both and iris(said, RDFS + "domain") != iris(said, RDFS + "range"):
            yield (
                iri,
                phrase("symmetric-or-transitive-across-classes"),
            )


def same_label(corpus: Corpus) -> Found:
    """P32: no two classes, and no two properties, have the same label in a language."""
    held: dict[tuple[bool, str, str], list[str]] = defaultdict(list)
    for iri, said in corpus.terms.items():
        is_class = OWL + "Class" in iris(said, RDF_TYPE)
        for text in literals(said, RDFS + "label"):
            held[is_class, text.value.casefold(), text.language or ""].append(iri)
    for (_, label, _), terms in held.items():
        if len(terms) > 1:
            yield (
                terms[0],
                phrase("is-also-the-label-of", label=label, other=short(terms[1])),
            )


def untyped(corpus: Corpus) -> Found:
    """P34, P35: every class and property of ours used in data of ours is declared as one."""
    properties = {iri for iri, said in corpus.terms.items() if OWL + "Class" not in iris(said, RDF_TYPE)}
    classes = set(corpus.terms) - properties
    for subject, predicate, value in corpus.triples("genere/"):
        if predicate.startswith(OIA) and predicate not in properties:
            yield (
                name(subject),
                phrase("is-no-property", name=short(predicate)),
            )
        if predicate == RDF_TYPE and name(value).startswith(OIA) and name(value) not in classes:
            yield (
                name(subject),
                phrase("is-no-class", name=short(name(value))),
            )


def file_extension(corpus: Corpus) -> Found:
    """P36: no IRI of ours ends as a file does."""
    for iri in corpus.ours:
        if iri.startswith(BASE) and re.search(r"\.(owl|rdf|ttl|nt|n3|jsonld)$", iri):
            yield iri, phrase("iri-that-ends-as-a-file-does")


def no_declaration(corpus: Corpus) -> Found:
    """P38: every module declares itself an ontology, once."""
    for path, triples in corpus.files.items():
        declared = [s for s, p, v in triples if p == RDF_TYPE and name(v) == OWL + "Ontology"]
        if path.startswith("termes/") and len(declared) != 1:
            yield path, phrase("no-single-owl-ontology")


def hijacking(corpus: Corpus) -> Found:
    """P40: our modules name and define nothing in the namespaces of others."""
    told = (RDFS + "label", RDFS + "comment", SKOS + "definition", SKOS + "prefLabel", RDFS + "isDefinedBy")
    for subject, predicate, _ in corpus.triples("termes/"):
        foreign = isinstance(subject, ox.NamedNode) and not subject.value.startswith(BASE)
        if foreign and predicate in told:
            yield (
                name(subject),
                phrase("defined-outside-its-namespace"),
            )


def two_kinds(corpus: Corpus) -> Found:
    """OWL 2 DL, 5.8 and 11.2: one kind of property a name, reserved names left alone, known datatypes."""
    said = index(corpus.triples("termes/"))
    for iri, about in said.items():
        kinds = [kind for kind in iris(about, RDF_TYPE) if kind in DEFINED_KINDS]
        if len(set(kinds)) > 1:
            yield iri, phrase("declared-of-two-kinds")
        if iri.startswith(BUILT_IN) and RDF_TYPE in about:
            yield iri, phrase("reserved-term-declared-again")
        for datatype in iris(about, RDFS + "range"):
            if datatype.startswith(BUILT_IN) and datatype not in DATATYPES:
                text = short(datatype)
                yield iri, phrase("not-owl-2", text=text)


def _check(name: str, look: Callable[[Corpus], Found]) -> Check:
    def run(corpus: Corpus) -> Examined:
        found = sorted({(short(iri), *(text[lang] for lang in LANGUAGES)) for iri, text in look(corpus)})
        findings = (Finding(name, iri, dict(zip(LANGUAGES, texts, strict=True))) for iri, *texts in found)
        return Examined(len(corpus.terms), tuple(findings))

    return Check(name, phrase(name), run)


CHECKS: Final = (
    _check("oops-p02", synonyms),
    _check("oops-p04", unconnected),
    _check("oops-p05", wrong_inverse),
    _check("oops-p06", cycles),
    _check("oops-p07", merged),
    _check("oops-p10", no_disjointness),
    _check("oops-p20", repeated_text),
    _check("oops-p21", miscellaneous),
    _check("oops-p22", naming),
    _check("oops-p24", recursive),
    _check("oops-p28", wrong_symmetry),
    _check("oops-p32", same_label),
    _check("oops-p34", untyped),
    _check("oops-p36", file_extension),
    _check("oops-p38", no_declaration),
    _check("oops-p40", hijacking),
    _check("oops-dl", two_kinds),
)
