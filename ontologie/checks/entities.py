"""The things our tables mint: instruments, principles, rules, concepts, académies, tools…

Knows `genere/`, by type: what each must say of itself, in which languages, and where it must hang.
"""

from __future__ import annotations

import re
from typing import Final

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, iris, literals, name, phrase, short
from ontologie.checks.terms import DCT, OWL, RDFS, SKOS, Said, in_both
from ontologie.namespaces import BASE, RDF_TYPE
from ontologie.resources import read_table

NAMES: Final = (SKOS + "prefLabel", RDFS + "label", DCT + "title")
"""Where a thing's name may stand, the first that is there being looked at."""

TEXTS: Final = (SKOS + "definition", RDFS + "comment", DCT + "description")
NAMELESS: Final = ("Alignement", "Applicabilite", "Attestation", "IssueDeRegle", "LectureDeChamp")
"""Statements about other things: they have a reason, a date or a page, no name."""

PART: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
SELF_TOLD: Final = ("Academie", "RegionAcademique", "OutilIA", "Grille", "Instrument", "Echelle")
"""Things a name suffices to define, or that a description may define."""


def _minted(corpus: Corpus) -> dict[str, Said]:
    """Return the entities and concepts of ours that state what they are."""
    return {
        iri: said
        for iri, said in corpus.ours.items()
        if iri.startswith(BASE) and not iri.startswith(BASE + "ontologie") and RDF_TYPE in said
    }


def _is(said: Said, *classes: str) -> bool:
    kinds = iris(said, RDF_TYPE)
    return any(OIA + kind in kinds for kind in classes)


def named(corpus: Corpus) -> Examined:
    """Every thing of ours has one name in French and one in English."""
    found: list[Finding] = []
    examined = 0
    for iri, said in _minted(corpus).items():
        if _is(said, *NAMELESS) or not _has_kind(said):
            continue
        examined += 1
        predicate = next((p for p in NAMES if p in said), NAMES[0])
        found += in_both("labels", said, iri, predicate, phrase("label"))
    return Examined(examined, tuple(found))


def defined(corpus: Corpus) -> Examined:
    """Every concept of ours, and every reason of an alignment, is told in both languages."""
    found: list[Finding] = []
    examined = 0
    for iri, said in _minted(corpus).items():
        if iri in corpus.concepts and not _is(said, *SELF_TOLD):
            predicate = next((p for p in TEXTS if p in said), TEXTS[0])
        elif _is(said, "Alignement"):
            predicate = RDFS + "comment"
        elif any(p in said for p in TEXTS):
            predicate = next(p for p in TEXTS if p in said)
        else:
            continue
        examined += 1
        found += in_both("definitions", said, iri, predicate, phrase("definition"))
    return Examined(examined, tuple(found))


def countries(corpus: Corpus) -> Examined:
    """Every country is a code of ISO 3166-1, and every part of one a code of ISO 3166-2 that begins with it."""
    countries = {row["code"] for row in read_table("donnees", "pays.csv")}
    found = []
    examined = 0
    for iri, said in corpus.ours.items():
        codes = [text.value for text in literals(said, OIA + "pays")]
        parts = [text.value for text in literals(said, OIA + "subdivision")]
        examined += len(codes) + len(parts)
        wrong = [code for code in codes if code not in countries]
        wrong += [part for part in parts if not PART.fullmatch(part) or part[:2] not in codes]
        found += [Finding("countries", short(iri), phrase("no-country", value=code)) for code in wrong]
    return Examined(examined, tuple(found))


def orphans(corpus: Corpus) -> Examined:
    """Every concept of ours is in a scheme, and hangs below another or at its top."""
    tops = {value.value for said in corpus.ours.values() for value in said.get(SKOS + "hasTopConcept", ())}
    found = []
    for iri, said in corpus.concepts.items():
        if OWL + "deprecated" in said:
            # What is withdrawn leaves its scheme; its address still answers.
            continue
        if not iris(said, SKOS + "inScheme"):
            found.append(Finding("orphans", short(iri), phrase("in-no-scheme")))
        elif not (iris(said, SKOS + "broader") or iris(said, SKOS + "topConceptOf") or iri in tops):
            message = phrase("neither-top-nor-below-another")
            found.append(Finding("orphans", short(iri), message))
        if _is(said, "RegleDuCadre") and not iris(said, OIA + "decouleDe"):
            found.append(
                Finding("orphans", short(iri), phrase("derives-from-nothing"))
            )
    return Examined(len(corpus.concepts), tuple(found))


def dangling(corpus: Corpus) -> Examined:
    """Every IRI of ours that is used is described somewhere."""
    known = {iri for iri, said in corpus.ours.items() if RDF_TYPE in said}
    used: dict[str, str] = {}
    for path, triples in corpus.files.items():
        for subject, predicate, value in triples:
            if predicate in (OWL + "versionIRI", OWL + "priorVersion"):  # what `profiles` looks at
                continue
            for node in (name(subject), name(value) if not hasattr(value, "language") else ""):
                if node.startswith(BASE) and not node.startswith(OIA):
                    used.setdefault(node, path)
    found = [
        Finding(
            "dangling",
            short(iri),
            phrase("used-in-described-nowhere", path=path),
        )
        for iri, path in sorted(used.items())
        if iri not in known
    ]
    return Examined(len(used), tuple(found))


def criteria(corpus: Corpus) -> Examined:
    """Each criterion bears on principles of at least two instruments, or one for a grid made from it."""
    found: list[Finding] = []
    examined = 0
    for iri, said in corpus.ours.items():
        if not _is(said, "Critere"):
            continue
        examined += 1
        schemes = {
            scheme
            for principle in iris(said, OIA + "porteSur")
            for scheme in iris(corpus.ours.get(principle, {}), SKOS + "inScheme")
        }
        if len(schemes) < 2:
            message = phrase("bears-on-the-principles-of-instrument-instead", count=len(schemes))
            found.append(Finding("criteria", short(iri), message))
        found += in_both("criteria", said, iri, OIA + "question", phrase("question"))
    return Examined(examined, tuple(found))


def _has_kind(said: Said) -> bool:
    """Tell whether a thing is one that people read about: of our classes, a concept or a scheme."""
    kinds = iris(said, RDF_TYPE)
    return any(kind.startswith((OIA, SKOS)) for kind in kinds)


CHECKS: Final = (
    Check(
        "labels",
        phrase("every-thing-of-our-tables-has-a"),
        named,
    ),
    Check(
        "definitions",
        phrase("every-concept-is-defined-in-both-languages"),
        defined,
    ),
    Check("countries", phrase("every-country-is-a-code-of-iso-3166"), countries),
    Check("orphans", phrase("no-orphan-concept"), orphans),
    Check(
        "dangling", phrase("no-iri-of-ours-leads-nowhere"), dangling
    ),
    Check(
        "criteria",
        phrase("every-criterion-bears-on-two-instruments-and"),
        criteria,
    ),
)
