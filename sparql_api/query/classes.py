"""A class pattern dropped, where the edition tells that another pattern beside it implies it.

`?x a C` beside `?x p ?o` keeps all rows and adds none where each subject of p has the class C and the union of the
graphs holds `?x a C` once, as the edition tells (`told.py`): then each row of `?x p ?o` is joined with exactly one. So
a basic graph pattern (SPARQL 1.1, section 5.1) has the same bag of rows without it, over the same variables, whatever
stands around it, but:

- GRAPH around: what is told is told of all graphs together;
- FROM, which the plan knows: the same;
- CONSTRUCT WHERE, and the template of CONSTRUCT: there the pattern says what is written;
- OPTIONAL, MINUS, BIND or a group between the two: the pattern that is left must bind ?x where the class pattern did.

Of paths, one that begins with p forwards binds ?x to subjects of p. What depends on the order of rows stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

from ontologie import RDF_TYPE
from queries import Token
from sparql_api.query.groups import TRIPLES, GroupPart, around, is_word, parts
from sparql_api.query.guard import declared_prefixes
from sparql_api.query.hints import iri_of
from sparql_api.query.reading import QueryReading, Rewrite
from sparql_api.query.told import EditionTold
from sparql_api.query.triples import Triple, plain_triples, span_without

MOST: Final = 8
"""Class patterns dropped from one query."""
_LIKELY: Final = re.compile(r"\sa\s|type")

Run = list[tuple[int, list[Triple], Sequence[Token]]]
"""The triples of a basic graph pattern, piece by piece between filters: where each begins, what it says, its tokens."""


def without_implied_classes(text: str, told: EditionTold, prefixes: Mapping[str, str]) -> tuple[str, list[Rewrite]]:
    """Return a text without the class patterns that are implied, and what was left out, one after the other."""
    done: list[Rewrite] = []
    if not told.implied or "\\" in text or not _LIKELY.search(text):
        return text, done
    while len(done) < MOST:
        reading = QueryReading(text)
        if not reading.settled:
            break
        span = next(_implied(reading, told, {**prefixes, **declared_prefixes(reading.tokens)}), None)
        if span is None:
            break
        start, end = reading.tokens[span[0]].start, reading.tokens[span[1]].end
        done.append(Rewrite("implied-class-dropped", start, end, text[start:end], ""))
        text = text[:start] + text[end:]
    return text, done


def _implied(reading: QueryReading, told: EditionTold, declared: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last tokens of class patterns that are implied, each with what joins it to the others."""
    tokens = reading.tokens
    if any(is_word(one, "CONSTRUCT") and other.text != "{" for one, other in pairwise(tokens)):
        return
    for opening in (i for i in reading.closes if tokens[i].text == "{" and _asks_all(reading, i)):
        for run in runs(reading, opening):
            implied = _classes_by_variable(run, told, declared)
            for first, triples, said in run:
                for triple in triples:
                    kind = class_of(triple, declared)
                    span = span_without(said, triple) if kind in implied.get(triple.subject.text[1:], ()) else None
                    if span is not None:
                        yield first + span[0], first + span[1]


def _asks_all(reading: QueryReading, opening: int) -> bool:
    """Tell whether a brace opens a group that asks all graphs together, and no template."""
    tokens = reading.tokens
    openings = [*around(reading.closes, tokens, opening), opening]
    return not any(is_word(tokens[i - 2], "GRAPH") for i in openings if i > 1) and not (
        opening and is_word(tokens[opening - 1], "CONSTRUCT")
    )


def runs(reading: QueryReading, opening: int) -> Iterator[Run]:
    """Yield the basic graph patterns that stand directly in a group, of those whose triples are all plain."""
    found = parts(reading.tokens, reading.closes, opening) or []
    for within, some in groupby(found, key=lambda part: part.kind in (TRIPLES, "FILTER")):
        run = [_piece(reading.tokens, list(one)) for kind, one in groupby(some, key=_kind) if kind == TRIPLES]
        if within and run and all(triples for _, triples, _ in run):
            yield run


def _kind(part: GroupPart) -> str:
    return part.kind


def _piece(tokens: Sequence[Token], some: Sequence[GroupPart]) -> tuple[int, list[Triple], Sequence[Token]]:
    first, last = some[0].first, some[-1].last
    said = tokens[first : last + 1]
    return first, plain_triples(said) or [], said


def _classes_by_variable(run: Run, told: EditionTold, declared: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the classes that the triples of a pattern imply, by the name of the variable that has them."""
    implied: dict[str, set[str]] = {}
    for _, triples, _ in run:
        for triple in triples:
            classes = told.implied.get(iri_of(triple.path[0], declared))
            if triple.subject.kind == "var" and classes and class_of(triple, declared) is None:
                implied.setdefault(triple.subject.text[1:], set()).update(classes)
    return implied


def class_of(triple: Triple, declared: Mapping[str, str]) -> str | None:
    """Return the class that a triple pattern says a variable to have; None where it says another thing."""
    verb, kind = triple.path[0], triple.object
    if len(triple.path) > 1 or triple.subject.kind != "var" or kind.kind not in ("iri", "pname"):
        return None
    return iri_of(kind, declared) if verb.text == "a" or iri_of(verb, declared) == RDF_TYPE else None
