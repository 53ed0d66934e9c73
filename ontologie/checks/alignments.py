"""The alignments: each justified, none joining what is held apart, every principle tied to the hub.

Knows SSSOM nodes (`oia:Alignement`), SKOS mapping properties and what is derived from them; the integrity of
SKOS itself is looked at in `skos`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Final

from ontologie.checks.model import (
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
from ontologie.checks.skos import pairs
from ontologie.checks.terms import OWL, RDFS, SKOS, Said
from ontologie.namespaces import BASE, PREFIXES, RDF_TYPE
from ontologie.resources import read_table

INVERSE: Final = {
    SKOS + "exactMatch": SKOS + "exactMatch",
    SKOS + "closeMatch": SKOS + "closeMatch",
    SKOS + "relatedMatch": SKOS + "relatedMatch",
    SKOS + "broadMatch": SKOS + "narrowMatch",
    SKOS + "narrowMatch": SKOS + "broadMatch",
}
HUB: Final = BASE + "instrument/international"
NORMS: Final = tuple(OIA + kind for kind in ("Principe", "Disposition", "RegleDuCadre"))
Link = tuple[str, str, str]


def justified(corpus: Corpus) -> Examined:
    """Each alignment has its node, with reason, kind and confidence, and each node its triple (SSSOM)."""
    direct = set(_stated(corpus))
    found = []
    told: set[Link] = set()
    for iri, said in _nodes(corpus):
        parts = [iris(said, OWL + "annotated" + part) for part in ("Source", "Property", "Target")]
        for fault in _node_faults(corpus, said, parts, direct):
            found.append(Finding("alignments", short(iri), fault))
        if all(len(part) == 1 for part in parts):
            told.add((parts[0][0], parts[1][0], parts[2][0]))
    for a, predicate, b in sorted(direct - told):
        link = f"{short(predicate)} {short(b)}"
        message = phrase("without-justification", link=link)
        found.append(Finding("alignments", short(a), message))
    return Examined(len(direct), tuple(found))


def _node_faults(
    corpus: Corpus, said: Said, parts: list[list[str]], direct: set[Link]
) -> Iterator[Languages]:
    if any(len(part) != 1 for part in parts):
        yield phrase("no-single-subject")
        return
    if (parts[0][0], parts[1][0], parts[2][0]) not in direct:
        link = " ".join(short(part[0]) for part in parts)
        yield phrase("link-not-there", link=link)
    if len(iris(said, PREFIXES["sssom"] + "mapping_justification")) != 1:
        yield phrase("no-kind-of-justification")
    if not iris(said, PREFIXES["sssom"] + "author_id"):
        yield phrase("no-author")
    if len(literals(said, PREFIXES["sssom"] + "mapping_date")) != 1:
        yield phrase("no-date")
    if len(literals(said, PREFIXES["sssom"] + "confidence")) != 1:
        yield phrase("no-confidence")
    if not _reviewer(corpus, said):
        yield phrase("no-reviewer")


def _reviewer(corpus: Corpus, said: Said) -> bool:
    """Tell whether a function of ours, and no person, reviewed an alignment."""
    reviewers = iris(said, PREFIXES["sssom"] + "reviewer_id")
    return bool(reviewers) and all(OIA + "Fonction" in iris(corpus.ours.get(one, {}), RDF_TYPE) for one in reviewers)


def graded(corpus: Corpus) -> Examined:
    """Each confidence is a step of the written scale, and agrees with the kind of tie it grades."""
    steps = {float(row["confiance"]) for row in read_table("donnees", "echelle_alignements.csv")}
    lowest = min(steps)
    nodes = list(_nodes(corpus))
    found = []
    for iri, said in nodes:
        for value in literals(said, PREFIXES["sssom"] + "confidence"):
            confidence = float(value.value)
            close = SKOS + "closeMatch" in iris(said, OWL + "annotatedProperty")
            if confidence not in steps or (close and confidence == lowest):
                found.append(Finding("alignment-scale", short(iri), phrase("off-the-scale", value=value.value)))
    return Examined(len(nodes), tuple(found))


def reasoned(corpus: Corpus) -> Examined:
    """Each reason names both ends, in both languages, by their words, or by the number of what is not ours to quote."""
    nodes = list(_nodes(corpus))
    found = []
    for iri, said in nodes:
        for end in ("Source", "Target"):
            for other in iris(said, OWL + "annotated" + end):
                if not other.startswith(BASE) and not literals(corpus.about.get(other, {}), SKOS + "prefLabel"):
                    continue  # Another's, and its words are not among these files.
                for reason in literals(said, RDFS + "comment"):
                    if not any(word in reason.value for word in _words(corpus, other, reason.language)):
                        unnamed = phrase("does-not-name", end=short(other))
                        found.append(Finding("alignment-reasons", short(iri), unnamed))
    return Examined(len(nodes), tuple(found))


def _words(corpus: Corpus, end: str, language: str | None) -> list[str]:
    """Return what may name an end: its labels in a language, in English where it is another's; its number."""
    about = corpus.about.get(end, {})
    labels = literals(about, SKOS + "prefLabel")
    fit = [text.value for text in labels if text.language == language or not end.startswith(BASE)]
    return [*fit, end.rpartition("/")[2]]


def _nodes(corpus: Corpus) -> Iterator[tuple[str, Said]]:
    for iri, said in corpus.ours.items():
        if OIA + "Alignement" in iris(said, RDF_TYPE):
            yield iri, said


def both_ways(corpus: Corpus) -> Examined:
    """What follows from an alignment is stated: its inverse, and skos:mappingRelation in both directions."""
    relation = SKOS + "mappingRelation"
    held = {(name(s), p, name(v)) for s, p, v in corpus.triples("genere/")}
    due: set[Link] = set()
    for a, predicate, b in _stated(corpus):
        due |= {(b, INVERSE[predicate], a), (a, relation, b), (b, relation, a)}
    found = [
        Finding(
            "alignments-derived",
            short(a),
            phrase("is-not-stated", relation=short(p), other=short(b)),
        )
        for a, p, b in sorted(due - held)
    ]
    return Examined(len(due), tuple(found))


def hub(corpus: Corpus) -> Examined:
    """Every principle meets a principle of the hub, or says why it meets none."""
    met = {a for a, _, b in _stated(corpus) if b.startswith(BASE + "principe/international/")}
    principles = {
        iri: said
        for iri, said in corpus.ours.items()
        if set(NORMS[:2]) & set(iris(said, RDF_TYPE)) and HUB not in iris(said, SKOS + "inScheme")
    }
    found = []
    for iri, said in principles.items():
        outside = bool(literals(said, OIA + "horsPivot"))
        if outside and iri in met:
            message = phrase("said-outside-the-hub-yet-tied-to")
        elif not outside and iri not in met and not _above(said, met, principles):
            message = phrase("meets-no-principle-of-the-hub-and")
        else:
            continue
        found.append(Finding("hub", short(iri), message))
    return Examined(len(principles), tuple(found))


def _above(said: Said, met: set[str], principles: Mapping[str, Said]) -> bool:
    """Tell whether a principle above meets the hub, or says why not."""
    above = iris(said, SKOS + "broader")
    return any(
        parent in met
        or literals(principles.get(parent, {}), OIA + "horsPivot")
        or _above(principles.get(parent, {}), met, principles)
        for parent in above
    )


def chains(corpus: Corpus) -> Examined:
    """No chain of equivalences joins what the ontology holds apart.

    A chain of `exactMatch` joins neither two concepts of one scheme nor two things of disjoint classes; one
    that also runs through `closeMatch` (which is not transitive: S45 speaks of exact ones) joins no two
    principles of the hub, and nothing of disjoint classes but a rule and the principle it words.
    """
    apart = _disjoint(corpus)
    found = []
    exact = list(pairs(corpus, ("exactMatch",)))
    close = list(pairs(corpus, ("exactMatch", "closeMatch")))
    for links, whole in ((exact, True), (close, False)):
        for group in _groups(links):
            for a, b in combinations(sorted(group), 2):
                shared = _schemes(corpus, a) & _schemes(corpus, b)
                if (shared if whole else HUB in shared) or _held_apart(corpus, a, b, apart, whole):
                    message = phrase("is-joined-to-by-equivalences", other=short(b))
                    found.append(Finding("alignment-chains", short(a), message))
    return Examined(len(close), tuple(found))


def within(corpus: Corpus) -> Examined:
    """No alignment inside one scheme: there, skos:broader and skos:related say it."""
    links = sorted(set(_stated(corpus)))
    found = [
        Finding(
            "alignment-within",
            short(a),
            phrase("aligned-to-of-the-same-scheme", other=short(b)),
        )
        for a, _, b in links
        if _schemes(corpus, a) & _schemes(corpus, b)
    ]
    return Examined(len(links), tuple(found))


def _stated(corpus: Corpus) -> Iterator[Link]:
    """Yield the alignments our files state; those that follow from them stand in `genere/derive-*`."""
    for path, triples in corpus.files.items():
        if path.startswith("genere/") and not path.startswith("genere/derive-"):
            for subject, predicate, value in triples:
                if predicate in INVERSE:
                    yield name(subject), predicate, name(value)


def _schemes(corpus: Corpus, concept: str) -> set[str]:
    return set(iris(corpus.about.get(concept, {}), SKOS + "inScheme"))


def _groups(links: Iterable[tuple[str, str]]) -> Iterator[set[str]]:
    steps: dict[str, set[str]] = defaultdict(set)
    for a, b in links:
        steps[a].add(b)
        steps[b].add(a)
    left = set(steps)
    while left:
        group = closure(left.pop(), steps)
        left -= group
        yield group


def _disjoint(corpus: Corpus) -> set[frozenset[str]]:
    """Return the pairs of classes declared disjoint."""
    said = index(corpus.triples("termes/"))
    found = set()
    for iri, about in said.items():
        found |= {frozenset((iri, other)) for other in iris(about, OWL + "disjointWith")}
        for head in iris(about, OWL + "members"):
            found |= {frozenset(pair) for pair in combinations(members(said, head), 2)}
    return found


def _held_apart(corpus: Corpus, a: str, b: str, apart: set[frozenset[str]], whole: bool) -> bool:
    steps = {iri: iris(said, RDFS + "subClassOf") for iri, said in corpus.terms.items()}
    one, other = (
        {above for kind in iris(corpus.about.get(node, {}), RDF_TYPE) for above in closure(kind, steps)}
        for node in (a, b)
    )
    if not whole and one & set(NORMS) and other & set(NORMS):
        return False
    return any(frozenset((x, y)) in apart for x in one for y in other if x != y)


CHECKS: Final = (
    Check(
        "alignments",
        phrase("every-alignment-is-justified"),
        justified,
    ),
    Check("alignment-scale", phrase("every-confidence-is-on-the-scale"), graded),
    Check("alignment-reasons", phrase("every-reason-names-both-ends"), reasoned),
    Check(
        "alignments-derived",
        phrase("every-alignment-is-stated-both-ways"),
        both_ways,
    ),
    Check(
        "hub",
        phrase("every-principle-meets-the-hub-or-says"),
        hub,
    ),
    Check(
        "alignment-chains",
        phrase("no-chain-of-alignments-joins-what-is"),
        chains,
    ),
    Check(
        "alignment-within",
        phrase("no-alignment-inside-one-scheme"),
        within,
    ),
)
