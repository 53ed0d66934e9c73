"""The integrity conditions of SKOS, and what alignments may not join.

Knows https://www.w3.org/TR/skos-reference/ by its statements S9 to S46; looks at every packaged file, ours
and others'.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Final

from ontologie.checks.model import Check, Corpus, Examined, Finding, closure, iris, literals, phrase, short
from ontologie.namespaces import PREFIXES, RDF_TYPE

SKOS: Final = PREFIXES["skos"]
OWL: Final = PREFIXES["owl"]
LABELS: Final = tuple(SKOS + label for label in ("prefLabel", "altLabel", "hiddenLabel"))
Pair = tuple[str, str]


def kinds(corpus: Corpus) -> Examined:
    """S9, S37: nothing is at once a concept, a scheme or a collection."""
    names = ("Concept", "ConceptScheme", "Collection")
    below = {kind: corpus.below(SKOS + kind) for kind in names}
    found = []
    for iri, said in corpus.about.items():
        types = set(iris(said, RDF_TYPE))
        held = [kind for kind in names if types & below[kind]]
        if len(held) > 1:
            message = phrase("at-once", names=', '.join(held))
            found.append(Finding("skos-s9", short(iri), message))
    return Examined(len(corpus.about), tuple(found))


def one_preferred(corpus: Corpus) -> Examined:
    """S14: no more than one preferred label a language."""
    found = []
    examined = 0
    for iri, said in corpus.about.items():
        tags = [text.language for text in literals(said, LABELS[0])]
        examined += bool(tags)
        for tag in sorted({tag or "" for tag in tags if tags.count(tag) > 1}):
            message = phrase("several-preferred-labels-in", tag=tag)
            found.append(Finding("skos-s14", short(iri), message))
    return Examined(examined, tuple(found))


def distinct_labels(corpus: Corpus) -> Examined:
    """S13: preferred, alternative and hidden labels have nothing in common."""
    found = []
    examined = 0
    for iri, said in corpus.about.items():
        sets = [{(text.value, text.language) for text in literals(said, label)} for label in LABELS]
        examined += any(sets)
        for one, other in combinations(sets, 2):
            for text, _ in sorted(one & other, key=str):
                message = phrase("is-two-kinds-of-label", text=text)
                found.append(Finding("skos-s13", short(iri), message))
    return Examined(examined, tuple(found))


def related_or_broader(corpus: Corpus) -> Examined:
    """S27: related concepts are not above one another, even through a chain."""
    up = hierarchy(corpus, ("broader", "broadMatch"), ("narrower", "narrowMatch"))
    links = set(pairs(corpus, ("related", "relatedMatch")))
    above = {
        concept: closure(concept, up) - {concept} for concept in {side for pair in links for side in pair}
    }
    found = [
        Finding(
            "skos-s27",
            short(a),
            phrase("both-related-to-and-below-or-above", other=short(b)),
        )
        for a, b in sorted(links)
        if b in above[a] or a in above[b]
    ]
    return Examined(len(links), tuple(found))


def no_loop(corpus: Corpus) -> Examined:
    """No concept is above itself, alignments included."""
    up = hierarchy(corpus, ("broader", "broadMatch"), ("narrower", "narrowMatch"))
    found = [
        Finding(
            "skos-loops", short(concept), phrase("is-above-itself")
        )
        for concept in sorted(up)
        if any(concept in closure(parent, up) for parent in up[concept])
    ]
    return Examined(len(up), tuple(found))


def exact_match(corpus: Corpus) -> Examined:
    """S46: what matches exactly is neither broader, narrower nor merely related; ours never match exactly."""
    exact = set(pairs(corpus, ("exactMatch",)))
    other = set(pairs(corpus, ("broadMatch", "narrowMatch", "relatedMatch")))
    both = exact & (other | {(b, a) for a, b in other})
    found = [
        Finding(
            "skos-s46",
            short(a),
            phrase("matches-and-does-not", other=short(b)),
        )
        for a, b in sorted(both)
    ]
    return Examined(len(exact | other), tuple(found))


def inverses(corpus: Corpus) -> Examined:
    """S8, S25, S26 within our own schemes: what one side says of the hierarchy, the other says too."""
    said = {(kind, pair) for kind in ("broader", "narrower") for pair in pairs(corpus, (kind,), ours=True)}
    said |= {
        (kind, pair)
        for kind in ("topConceptOf", "hasTopConcept")
        for pair in pairs(corpus, (kind,), ours=True)
    }
    opposite = {
        "broader": "narrower",
        "narrower": "broader",
        "topConceptOf": "hasTopConcept",
        "hasTopConcept": "topConceptOf",
    }
    found = [
        Finding(
            "skos-inverses",
            short(a),
            phrase("skos-without-its-inverse", kind=kind, other=short(b)),
        )
        for kind, (a, b) in sorted(said)
        if (opposite[kind], (b, a)) not in said
    ]
    return Examined(len(said), tuple(found))


def hierarchy(corpus: Corpus, up: Iterable[str], down: Iterable[str]) -> dict[str, set[str]]:
    """Return concept → those directly above it, from both ways of saying it."""
    above: dict[str, set[str]] = defaultdict(set)
    for a, b in pairs(corpus, up):
        above[a].add(b)
    for a, b in pairs(corpus, down):
        above[b].add(a)
    return above


def pairs(corpus: Corpus, names: Iterable[str], *, ours: bool = False) -> Iterator[Pair]:
    """Yield (subject, object) of each statement of some SKOS properties."""
    wanted = {SKOS + name for name in names}
    for triple in corpus.triples("genere/", "termes/") if ours else corpus.triples():
        if triple[1] in wanted:
            yield triple[0].value, triple[2].value


CHECKS: Final = (
    Check(
        "skos-s9",
        phrase("s9-s37-not-concept-scheme-and-collection"),
        kinds,
    ),
    Check(
        "skos-s13",
        phrase("s13-no-label-of-two-kinds"),
        distinct_labels,
    ),
    Check(
        "skos-s14",
        phrase("s14-one-preferred-label-a-language"),
        one_preferred,
    ),
    Check(
        "skos-s27",
        phrase("s27-related-is-neither-above-nor-below"),
        related_or_broader,
    ),
    Check(
        "skos-s46",
        phrase("s46-exact-is-neither-broader-nor-related"),
        exact_match,
    ),
    Check(
        "skos-inverses",
        phrase("s8-s25-hierarchy-is-said-both-ways"),
        inverses,
    ),
    Check(
        "skos-loops",
        phrase("no-loop-in-hierarchy-or-alignments"),
        no_loop,
    ),
)
