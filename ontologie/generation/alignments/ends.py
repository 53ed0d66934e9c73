"""The two ends of an alignment, named in a reason: the words of each, and where they stand.

A reason that says on which words of each end it rests names them itself, at `{s}` and `{o}` (subject, object); before
any other, both are named. Knows the labels of principles, rules, concepts and of the vocabularies that we link to, and
how an article is cited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import pyoxigraph as ox

from ontologie.generation.alignments.ponts import target_of, targets
from ontologie.generation.law.instruments import LAW
from ontologie.generation.tables.common import instruments_of_principles, table
from ontologie.generation.tables.turtle import iri
from ontologie.namespaces import PREFIXES
from ontologie.packaged import packaged, read_quads
from ontologie.sentences import sentence

SUBJECT: Final = "{s}"
OBJECT: Final = "{o}"
"""Where a reason of the tables names its two ends itself."""
HUB: Final = "international"
DPV: Final = "https://w3id.org/dpv/"
SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/concept/"
"""Its labels are shared alike and stay in their own files: a reason of ours names its concepts by their numbers."""
LISTS: Final = (
    ("type-ia", ("instruments", "types_ia")), ("finalite", ("instruments", "finalites")),
    ("discipline", ("disciplines",)), ("public", ("publics",)), ("verdict", ("verdicts",)), ("digcomp", ("digcomp",)),
)  # fmt: skip
"""The schemes of ours that alignments join, and their tables."""
_ARTICLE: Final = re.compile(r"[A-Z]+-(?P<article>[0-9]+[a-z]?|[IVX]+)(?P<parts>(?:-[0-9a-z]+)*)")


def reasoned(subject: str, target: str, reason: str, language: str) -> str:
    """Return a reason that names both ends: the words of each, its instrument, and its article.

    Raises ValueError where a reason written out names one end alone.
    """
    one, other = _named(subject, language), _named(target, language)
    if written_out(reason):
        return reason.replace(SUBJECT, one).replace(OBJECT, other)
    return sentence("contenus", "reason-of-two-ends", language, one=one, other=other, reason=_continued(reason))


def written_out(reason: str) -> bool:
    """Tell whether a reason names its ends itself. Raises ValueError where it names one alone."""
    named = [end in reason for end in (SUBJECT, OBJECT)]
    if any(named) and not all(named):
        raise ValueError(f"a reason names one end alone: {reason}")
    return all(named)


def words(reference: str, language: str) -> str:
    """Return the words of an end: its label in a language, else in the one there is. Raises KeyError where unknown."""
    about = _labels()[iri(reference).value]
    return about.get(language) or next(iter(about.values()))


def _named(reference: str, language: str) -> str:
    if reference.startswith(SCOLOMFR):
        return f"ScoLOMFR ({reference.removeprefix(SCOLOMFR)})"
    quoted, place = words(reference, language), _place(reference, language)
    return sentence("contenus", "end-quoted", language, words=quoted, place=place)


def _place(reference: str, language: str) -> str:
    if target := target_of(reference):
        return target[f"nom_{language}"]
    if reference.startswith(DPV):
        return "DPV"
    kind, *_, local = reference.split("/")
    if kind == "principe":
        instrument = instruments_of_principles()[local]
        short = _instruments()[instrument][f"sigle_{language}"]
        return short if instrument == HUB else f"{short}, {_article(instrument, local, language)}"
    if kind == "regle":
        return f"{_instruments()['cadre-usage'][f'sigle_{language}']}, {local}"
    return sentence("contenus", "end-of-our-lists", language)


def _article(instrument: str, local: str, language: str) -> str:
    """Return how a provision of a law is cited, `art. 5(1)(f)`; of another text, its notation."""
    found = _ARTICLE.fullmatch(local)
    if _instruments()[instrument]["type"] not in LAW or found is None:
        return local
    parts = "".join(f"({part})" for part in found["parts"].split("-") if part)
    code = "end-annex" if found["article"].isupper() else "end-article"
    return sentence("contenus", code, language, number=found["article"] + parts)


def _continued(sentence: str) -> str:
    """Return a sentence as it goes on after a colon: its first letter small, unless it begins an acronym."""
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


@cache
def _instruments() -> dict[str, Mapping[str, str]]:
    more = {row["id"]: row for row in table("instruments_complements")}
    return {row["id"]: {**more[row["id"]], "type": row["type"]} for row in table("instruments", "instruments")}


@cache
def _labels() -> dict[str, dict[str, str]]:
    """Return the labels of what an alignment may join, by language: those of DPV, and of our tables."""
    found: dict[str, dict[str, str]] = {}
    ours = {f"principe/{row['instrument']}/{row['id']}": row for row in table("instruments", "principes")}
    ours |= {f"regle/{row['id']}": row for row in table("libelles_regles")}
    ours |= {f"concept/{scheme}/{row['id']}": row for scheme, path in LISTS for row in table(*path)}
    ours |= {f"concept/crcn/{row['code']}": row for row in table("instruments", "crcn")}
    ours |= {f"concept/{row['schema']}/{row['id']}": row for row in table("listes")}
    folders = tuple({f"tiers/{row['dossier']}/" for row in targets().values()})
    for path in (path for path in packaged() if path.startswith(folders)):
        for quad in read_quads(path):
            label = quad.object
            if quad.predicate.value == PREFIXES["skos"] + "prefLabel" and isinstance(label, ox.Literal):
                found.setdefault(str(quad.subject).strip("<>"), {})[label.language or "en"] = label.value
    return found | {iri(name).value: {tag: row[f"label_{tag}"] for tag in ("fr", "en")} for name, row in ours.items()}
