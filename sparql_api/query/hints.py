"""What a query may have meant: words of the vocabulary that do not exist, joins of IRIs and means that give nothing.

Such a query is valid and its answer right; who asked it may wait for another. Knows texts; a hint costs a search for
names in them, and the tokens are read only where something is to be said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from ontologie import PREFIXES, RDF_TYPE, Iris, read_text, vocabularies
from queries import Token, tokenize
from sparql_api.query.guard import declared_prefixes
from sparql_api.words.texts import Text, text_of

MOST: Final = 5
"""Hints that an answer carries."""
NAME_LENGTH: Final = 64
NEAR: Final = 60.0
EMPTIED: Final = ("AVG", "SUM", "MIN", "MAX")
"""Aggregates that one row without a value leaves empty (SPARQL 1.1, section 18.5.1)."""
LINKS: Final = (
    "inScheme", "topConceptOf", "hasTopConcept", "broader", "narrower", "related", "member", "mappingRelation",
    "closeMatch", "exactMatch", "broadMatch", "narrowMatch", "relatedMatch",
)  # fmt: skip
"""Properties of SKOS whose values are things."""
_NAME: Final = r"([\w-]+)"


@dataclass(frozen=True)
class Words:
    """The vocabulary that queries are written with."""

    namespace: str
    names: frozenset[str]
    """What stands in the namespace, without it."""
    links: frozenset[str]
    """IRIs of properties whose values are things."""
    near: re.Pattern[str]
    """What is in angle brackets and almost one of our addresses: of another scheme, with www, in capitals."""
    base: str
    short: tuple[str, ...]
    """The prefixes that are known for the namespace without being declared."""


@cache
def words(base: str) -> Words:
    """Return the words of the ontology and of the shapes of a base IRI."""
    namespace = Iris(base).term("")
    names, links = set(), {PREFIXES["skos"] + name for name in LINKS}
    objects = ox.NamedNode(PREFIXES["owl"] + "ObjectProperty")
    for vocabulary in vocabularies(base):
        for quad in ox.parse(read_text(*vocabulary.path.split("/"), base=base), format=ox.RdfFormat.TURTLE):
            subject = quad.subject
            if isinstance(subject, ox.NamedNode) and subject.value.startswith(namespace):
                names.add(subject.value.removeprefix(namespace))
                if quad.predicate.value == RDF_TYPE and quad.object == objects:
                    links.add(subject.value)
    short = tuple(name for name, iri in Iris(base).prefixes().items() if iri == namespace)
    return Words(namespace, frozenset(names), frozenset(links), near_misses(base), base, short)


def near_misses(base: str) -> re.Pattern[str]:
    """Return what finds an IRI that was meant to start with the base, and does not; its end is the group."""
    place = re.escape(base.partition("://")[2].rstrip("/"))
    return re.compile(rf"<(?!{re.escape(base)})(?i:https?://(?:www\.)?{place}/)([^<>\s]*)>")


def hints(text: str, prefixes: Mapping[str, str], known: Words) -> tuple[Text, ...]:
    """Return what is to be said of a valid query; most often nothing."""
    small = text.casefold()
    joins, misses = "group_concat" in small, known.near.search(text) is not None
    means = "optional" in small and any(name.casefold() in small for name in EMPTIED)
    if not joins and not misses and not means and not set(names_in(text, known)) - known.names:
        return ()
    tokens = list(tokenize(text))
    declared = {**prefixes, **declared_prefixes(tokens)}
    found = dict.fromkeys(unknown_terms(tokens, declared, known))
    said = [unknown(name, known) for name in found]
    if misses:
        iris = dict.fromkeys(token.text for token in tokens if token.kind == "iri")
        said += [missed(near, known) for near in map(known.near.fullmatch, iris) if near]
    if joins:
        said += [joined(name) for name in dict.fromkeys(joined_things(tokens, declared, known))]
    if means:
        said += [text_of("mean-of-optional", name=name) for name in dict.fromkeys(emptied(tokens))]
    return tuple(said[:MOST])


def names_in(text: str, known: Words) -> Iterator[str]:
    """Yield what looks like a name of the namespace, in comments and strings too: found fast, not surely."""
    short = list(known.short)
    if known.namespace in text:
        namespace = re.escape(known.namespace)
        short += re.findall(rf"([\w.-]*):\s*<{namespace}>", text)
        yield from re.findall(rf"<{namespace}{_NAME}>", text)
    for prefix in dict.fromkeys(short[:MOST]):
        if prefix + ":" in text:
            yield from re.findall(rf"{re.escape(prefix)}:{_NAME}", text)


def iri_of(token: Token, declared: Mapping[str, str]) -> str:
    """Return the IRI that a token names, or nothing."""
    if token.kind == "iri":
        return token.text[1:-1]
    prefix, _, local = token.text.partition(":")
    return declared[prefix] + local if token.kind == "pname" and prefix in declared else ""


def unknown_terms(tokens: Sequence[Token], declared: Mapping[str, str], known: Words) -> Iterator[str]:
    """Yield the names of the namespace that the vocabulary lacks."""
    for token in tokens:
        iri = iri_of(token, declared)
        name = iri.removeprefix(known.namespace)
        if iri.startswith(known.namespace) and name and name not in known.names:
            yield name


def unknown(name: str, known: Words) -> Text:
    """Return what is said of a name that the vocabulary lacks."""
    shown = name[:NAME_LENGTH]
    near = process.extractOne(shown, known.names, scorer=fuzz.ratio, score_cutoff=NEAR)
    if near is None:
        return text_of("unknown-term", name=shown)
    return text_of("unknown-term-near", name=shown, near=near[0])


def missed(found: re.Match[str], known: Words) -> Text:
    """Return what is said of an IRI that is almost one of ours."""
    end = found[1][:NAME_LENGTH]
    return text_of("near-address", name=found[0][1:-1].removesuffix(found[1]) + end, near=known.base + end)


def joined_things(tokens: Sequence[Token], declared: Mapping[str, str], known: Words) -> Iterator[str]:
    """Yield the variables that GROUP_CONCAT joins as they are and that stand for things: subjects, ends of links."""
    joined = set(arguments(tokens, ("GROUP_CONCAT",)))
    for before, token in pairwise(tokens):
        if token.text in joined and (before.text in ("{", ".", "}") or iri_of(before, declared) in known.links):
            yield token.text


def arguments(tokens: Iterable[Token], names: Collection[str]) -> Iterator[str]:
    """Yield the variables that stand first in a function of these names."""
    last = ("", "", "")
    for token in tokens:
        if token.kind == "word" and token.text.upper() == "DISTINCT":
            continue
        last = (*last[1:], token.text)
        if last[0].upper() in names and last[1] == "(" and token.kind == "var":
            yield token.text


def emptied(tokens: Sequence[Token]) -> Iterator[str]:
    """Yield the variables of aggregates that a pattern binds within OPTIONAL alone, where nothing sees to the rest."""
    inside, outside = bound_where(tokens)
    seen_to = set(arguments(tokens, ("BOUND", "COALESCE")))
    for name in arguments(tokens, EMPTIED):
        if name in inside - outside - seen_to:
            yield name


def bound_where(tokens: Sequence[Token]) -> tuple[set[str], set[str]]:
    """Return the variables that patterns and AS bind within an OPTIONAL group, and those bound elsewhere."""
    found: tuple[set[str], set[str]] = set(), set()
    groups, depth, before = [False], 0, ""
    for token in tokens:
        if token.text == "{":
            groups.append(groups[-1] or before == "OPTIONAL")
        elif token.text == "}" and len(groups) > 1:
            groups.pop()
        elif token.text in ("(", ")"):
            depth += 1 if token.text == "(" else -1
        elif token.kind == "var" and len(groups) > 1 and (depth == 0 or before == "AS"):
            found[0 if groups[-1] else 1].add(token.text)
        before = token.text.upper()
    return found


def joined(name: str) -> Text:
    """Return what is said of things that GROUP_CONCAT is to join: it joins texts, and has no value for an IRI."""
    return text_of("joins-things", name=name)
