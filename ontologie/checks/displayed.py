"""The names under which things are shown: each in both languages, one a language, told apart, as people say them.

Knows which concepts a fiche may use: the columns of the deposit say from which schemes, and the reviewed table of
labels which subjects. ScoLOMFR's 015 holds the points of the curriculum beside the subjects: what nobody calls a
subject keeps ScoLOMFR's own label.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ontologie.checks.model import OIA, Check, Corpus, Examined, Finding, closure, iris, literals, phrase, short
from ontologie.checks.skos import SKOS, hierarchy
from ontologie.checks.terms import Said
from ontologie.namespaces import BASE
from ontologie.resources import read_table
from ontologie.sentences import LANGUAGES

DISPLAYED: Final = OIA + "libelleAffiche"
SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/"
CURRICULUM: Final = "scolomfr-voc-015"
STATUS: Final = "http://purl.org/iso25964/skos-thes#status"
CODED: Final = re.compile(r"\([^()]*\b(?:1[89]|20)\d\d\b[^()]*\)|\([A-Z0-9][A-Z0-9.-]+\)")
"""A year, or a code, in brackets."""


def shown(corpus: Corpus) -> Examined:
    """A concept that a fiche may use has one displayed label a language, without a year or a code in brackets."""
    found = []
    usable = dict(_usable(corpus))
    for iri, said in usable.items():
        for language in LANGUAGES:
            names = _names(iri, said, language)
            if len(names) != 1:
                said_of = phrase("displayed-labels-in", count=len(names), tag=language)
                found.append(Finding("displayed", short(iri), said_of))
            found += [
                Finding("displayed", short(iri), phrase("displayed-label-with-code", name=name))
                for name in names
                if CODED.search(name)
            ]
    return Examined(len(usable), tuple(found))


def told_apart(corpus: Corpus) -> Examined:
    """No two concepts of one scheme that a fiche may use have the same displayed label."""
    bearers: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for iri, said in _usable(corpus):
        for scheme in _schemes(iri, said):
            for language in LANGUAGES:
                for name in _names(iri, said, language):
                    bearers[scheme, language, name].append(iri)
    found = [
        Finding("displayed-apart", short(second), phrase("shown-as-another", name=name, other=short(first)))
        for (_, _, name), (first, *others) in bearers.items()
        for second in others
    ]
    return Examined(len(bearers), tuple(found))


def _usable(corpus: Corpus) -> Iterator[tuple[str, Said]]:
    """Yield the things that a fiche may use with what is said of them: of the columns' schemes, and of all ours."""
    accepted = {scheme for row in read_table("donnees", "colonnes.csv") for scheme in row["schema"].split()}
    subjects = _subjects(corpus)
    for iri, said in corpus.about.items():
        schemes = _schemes(iri, said)
        wanted = schemes & accepted or any(scheme.startswith("concept/") for scheme in schemes)
        if wanted and (CURRICULUM not in schemes or iri in subjects) and SKOS + "prefLabel" in said and _current(said):
            yield iri, said


def _subjects(corpus: Corpus) -> set[str]:
    """Return what the reviewed table of labels leads to, and what stands above it."""
    up = hierarchy(corpus, ("broader",), ("narrower",))
    named = {iri for row in read_table("donnees", "libelles.csv") for iri in row["concepts"].split("|") if iri}
    return {above for iri in named for above in closure(iri, up)}


def _schemes(iri: str, said: Said) -> set[str]:
    """Return the schemes of a thing as the columns name them; of ours, the path that its IRI starts with too."""
    told = {one.removeprefix(SCOLOMFR).removeprefix(BASE) for one in iris(said, SKOS + "inScheme")}
    own = {iri.removeprefix(BASE).rpartition("/")[0]} if iri.startswith(BASE) else set()
    return told | own


def _current(said: Said) -> bool:
    """Tell whether a source still holds to a concept."""
    return [text.value for text in literals(said, STATUS)] in ([], ["Actuel"])


def _names(iri: str, said: Said, language: str) -> list[str]:
    """Return the names under which a thing is shown in a language; of ours, its preferred label where none is said."""
    displayed = literals(said, DISPLAYED)
    if not displayed and iri.startswith(BASE):
        displayed = literals(said, SKOS + "prefLabel")
    return [text.value for text in displayed if text.language == language]


CHECKS: Final = (
    Check("displayed", phrase("one-displayed-label-a-language"), shown),
    Check("displayed-apart", phrase("displayed-labels-tell-apart"), told_apart),
)
