"""Labels looked up after what is counted by the things they name, where the rows are provably the same.

The engine joins a label to each row before it groups by both: as often as a thing is named, not once. Of

    SELECT ?x ?l (COUNT(*) AS ?n) WHERE { B . ?x p ?l FILTER(lang(?l) = "fr") } GROUP BY ?x ?l

the groups are those of `B` by ?x, each once for each label of its ?x: with ?l and without it they hold the same rows,
so an aggregate that does not name ?l has one value, and `{ SELECT ?x (COUNT(*) AS ?n) WHERE { B } GROUP BY ?x }` joined
with the pattern has the same bag of rows. OPTIONAL is the same, of the one group whose label is unbound. It holds where

- ?x is surely bound in B, by a triple directly in the group before what could read it (OPTIONAL, MINUS, BIND), and is
  grouped by: a row that lacked ?x would be joined with every label;
- p is one property and the pattern stands directly in the group, over the union of all graphs, which holds each triple
  once (`told.py`): in GRAPH ?g, or by a path, a label could come twice and count double;
- ?l is named in the pattern and its filters, GROUP BY, ORDER BY, and bare in SELECT, and nowhere else: then B, HAVING
  and the aggregates are the same without it, and the pattern may stand after them (section 18.5: Join and LeftJoin with
  what shares only a bound ?x commute);
- all else that is grouped by or selected bare is a variable that is grouped by.

What depends on the order of rows stays as it is, MIN and MAX among it. So do filters of labels on more than their
language: a name that is asked for finds its thing, and counting all of them first would cost more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from queries import Token
from sparql_api.query.groups import TRIPLES, GroupPart, is_word, names, parts, tokens_of
from sparql_api.query.reading import QueryReading, Rewrite
from sparql_api.query.selection import GroupedSelect, Span, selection_of
from sparql_api.query.triples import Triple, plain_triples, span_without

BY_LANGUAGE: Final = frozenset({"FILTER", "LANG", "LANGMATCHES", "IN", "NOT"})
SIGNS: Final = frozenset({"(", ")", "=", "!=", "||", "&&", "!", ","})
NOTHING: Final = "FILTER(true)"
"""What keeps the triples before and after it apart, and the dots that may follow."""
JOINING: Final = (TRIPLES, "FILTER")


@dataclass(frozen=True)
class Label:
    """A pattern that names a thing, directly in a group."""

    thing: str
    label: str
    asked: str
    """The pattern and its filters as they are written after."""
    spans: Mapping[Span, str]
    """The tokens that are left out of the group for it, and what stands there then."""
    parts: Span
    """The first and the last of the group's parts that it stands among."""
    optional: bool


def labels_after(text: str) -> tuple[str, list[Rewrite]]:
    """Return a text that looks its labels up after it has counted, and what of it is other than in the text given."""
    lowered = text.casefold()
    if "\\" in text or "group" not in lowered or not any(word in lowered for word in ("count", "sum", "avg")):
        return text, []
    reading = QueryReading(text)
    asked = selection_of(reading) if reading.settled else None
    beside = parts(reading.tokens, reading.closes, asked.opening) if asked else None
    labels = _moved(reading, asked, beside) if asked and beside else []
    if asked is None or not labels:
        return text, []
    start, end = reading.tokens[asked.first].start, reading.tokens[-1].end
    after = _written(reading, asked, labels)
    return text[:start] + after + text[end:], [Rewrite("labels-after-counting", start, end, text[start:end], after)]


def _moved(reading: QueryReading, asked: GroupedSelect, beside: Sequence[GroupPart]) -> list[Label]:
    """Return the labels that may be looked up after."""
    tokens, apart = reading.tokens, []
    for one in (*_in_triples(reading, beside), *_in_options(reading, beside)):
        named = {i for i, token in enumerate(tokens) if token.kind == "var" and token.text[1:] == one.label}
        if {one.label, one.thing} <= set(asked.keys) and one.label != one.thing and named <= _within(one) | asked.bare:
            apart.append(one)
    gone = set().union(*map(_within, apart))
    return [one for one in apart if one.thing in _bound(tokens, beside, one, gone)]


def _within(label: Label) -> set[int]:
    return {i for first, last in label.spans for i in range(first, last + 1)}


def _bound(tokens: Sequence[Token], beside: Sequence[GroupPart], label: Label, gone: set[int]) -> set[str]:
    """Return what triples directly in the group surely bind where a label stands, but for those of labels."""
    until, last = label.parts
    if not label.optional:  # A triple is joined with those that follow it, as far as another pattern.
        following = (i for i in range(last + 1, len(beside)) if beside[i].kind not in JOINING)
        until = next(following, len(beside))
    held = [part for part in beside[:until] if part.kind == TRIPLES]
    return names(tokens[i] for part in held for i in range(part.first, part.last + 1) if i not in gone)


def _in_triples(reading: QueryReading, beside: Sequence[GroupPart]) -> Iterator[Label]:
    """Yield the labels that triples directly in the group ask for, each with its filters."""
    tokens = reading.tokens
    filters = [part for part in beside if part.kind == "FILTER"]
    for kind, some in groupby(range(len(beside)), key=lambda at: beside[at].kind):
        run = list(some) if kind == TRIPLES else []
        said = tokens[beside[run[0]].first : beside[run[-1]].last + 1] if run else ()
        taken: set[int] = set()
        for triple in plain_triples(said) or ():
            span = span_without(said, triple) if _names(triple) else None
            own = [part for part in filters if _only(tokens, part, triple.object)]
            if span is None or triple.first in taken or not all(_by_language(tokens, part) for part in own):
                continue
            taken.add(triple.first)  # One of each statement: of two, the mark between them would be left out twice.
            first = beside[run[0]].first
            written = " ".join(token.text for token in (triple.subject, *triple.path, triple.object))
            asked = " ".join([f"{written} .", *(reading.said(part.first, part.last) for part in own)])
            spans = {(first + span[0], first + span[1]): "", **{(part.first, part.last): NOTHING for part in own}}
            yield Label(*_variables(triple), asked, spans, (run[0], run[-1]), optional=False)


def _in_options(reading: QueryReading, beside: Sequence[GroupPart]) -> Iterator[Label]:
    """Yield the labels that OPTIONAL directly in the group asks for."""
    tokens = reading.tokens
    for at, part in enumerate(beside):
        inside = parts(tokens, reading.closes, part.first + 1) if part.kind == "OPTIONAL" else None
        if not inside or any(one.kind not in JOINING for one in inside):
            continue
        triples = plain_triples(list(tokens_of(tokens, (one for one in inside if one.kind == TRIPLES))))
        filters = [one for one in inside if one.kind == "FILTER"]
        if not triples or len(triples) != 1 or not _names(triples[0]):
            continue
        if all(_only(tokens, one, triples[0].object) and _by_language(tokens, one) for one in filters):
            span = part.first, part.last
            yield Label(*_variables(triples[0]), reading.said(*span), {span: NOTHING}, (at, at), optional=True)


def _names(triple: Triple) -> bool:
    """Tell whether a triple gives a thing's value of one property."""
    return len(triple.path) == 1 and triple.path[0].kind != "var" and triple.subject.kind == triple.object.kind == "var"


def _variables(triple: Triple) -> tuple[str, str]:
    return triple.subject.text[1:], triple.object.text[1:]


def _only(tokens: Sequence[Token], part: GroupPart, variable: Token) -> bool:
    """Tell whether a part names one variable alone."""
    return names(tokens_of(tokens, [part])) == names([variable])


def _by_language(tokens: Sequence[Token], part: GroupPart) -> bool:
    """Tell whether a filter chooses by language alone."""
    said = tokens[part.first : part.last + 1]
    asks = any(is_word(token, "LANG") for token in said)
    return asks and all(
        token.kind in ("var", "string") or is_word(token, *BY_LANGUAGE) or token.text in SIGNS for token in said
    )


def _written(reading: QueryReading, asked: GroupedSelect, labels: Sequence[Label]) -> str:
    """Return the SELECT that counts first and looks its labels up after."""
    looked_up = {one.label for one in labels}
    keys = " ".join(f"?{name}" for name in asked.keys if name not in looked_up)
    made = " ".join(reading.said(*one.span) for one in asked.columns if not one.bare)
    gone = dict(item for one in labels for item in one.spans.items())
    body = reading.said(asked.opening, reading.closes[asked.opening], gone)
    having = f" {reading.said(*asked.having)}" if asked.having else ""
    after = " ".join(one.asked for one in sorted(labels, key=lambda one: one.optional))
    columns = " ".join(f"?{one.name}" for one in asked.columns)
    order = f" {reading.said(*asked.order)}" if asked.order else ""
    counted = f"{{ SELECT {keys} {made} WHERE {body} GROUP BY {keys}{having} }}"
    return f"SELECT {'DISTINCT ' if asked.distinct else ''}{columns} WHERE {{ {counted} {after} }}{order}"
