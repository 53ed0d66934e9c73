"""SHACL Core in Python: one function a constraint component, in the order of the recommendation.

A component that is not here leaves its shape to pySHACL, and so does a form that it does not know for sure.
https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import rdflib
from rdflib.namespace import RDFS, SH

from shapes.clearing.logic import Check, Rule, Verdict, all_of, any_of, each, opposite
from shapes.clearing.told import TYPE, Told
from shapes.rules.terms import term_text
from shapes.screening.lexical import WELL_TYPED
from shapes.screening.parameters import Shape, Uncompilable

Compile = Callable[[Shape], Check]
"""Makes the check of a shape that another one names."""

_KINDS: Final = {
    str(SH.IRI): "<", str(SH.BlankNode): "_", str(SH.Literal): '"', str(SH.BlankNodeOrIRI): "_<",
    str(SH.BlankNodeOrLiteral): '_"', str(SH.IRIOrLiteral): '<"',
}  # fmt: skip


def has_class(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.1.1 `sh:class`."""
    return map(each, map(_instance_of, map(str, shape.values(SH["class"]))))


def _instance_of(name: str) -> Check:
    return lambda value, told: told.is_a(value, name)


def datatype(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.1.2 `sh:datatype`: a literal of that datatype, well-typed."""
    wanted = str(shape.one(SH.datatype))
    if wanted not in WELL_TYPED:
        raise Uncompilable("a datatype whose forms are not known")
    form = re.compile(WELL_TYPED[wanted] or ".*", re.S)

    def check(value: str, told: Told) -> bool | None:
        literal = told.literal(value)
        if literal is None or literal.datatype.value != wanted:
            return False
        return True if form.fullmatch(literal.value) else None

    yield each(check)


def node_kind(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.1.3 `sh:nodeKind`."""
    kinds = _KINDS.get(str(shape.one(SH.nodeKind)))
    if kinds is None:
        raise Uncompilable("a node kind that does not exist")
    yield each(lambda value, _: value[0] in kinds)


def min_count(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.2.1 `sh:minCount`."""
    least = shape.whole_number(SH.minCount)
    yield lambda _, values, __: len(values) >= least


def max_count(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.2.2 `sh:maxCount`."""
    most = shape.whole_number(SH.maxCount)
    yield lambda _, values, __: len(values) <= most


def _text(value: str, told: Told) -> str:
    literal = told.literal(value)
    return value[1:-1] if literal is None else literal.value


def min_length(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.4.1 `sh:minLength`, in code points."""
    least = shape.whole_number(SH.minLength)
    yield each(lambda value, told: len(_text(value, told)) >= least)


def max_length(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.4.2 `sh:maxLength`, in code points."""
    most = shape.whole_number(SH.maxLength)
    yield each(lambda value, told: len(_text(value, told)) <= most)


def pattern(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.4.3 `sh:pattern`: found somewhere in the text. Of the flags, pySHACL heeds i and m."""
    given = shape.values(SH.flags)
    if len(given) > 1:
        raise Uncompilable("several values of sh:flags")
    asked = "".join(map(str, given)).lower()
    flags = (re.I if "i" in asked else 0) | (re.M if "m" in asked else 0)
    for one in shape.values(SH.pattern):
        try:
            yield each(_found(re.compile(str(one), flags)))
        except re.error as error:
            raise Uncompilable("no pattern") from error


def _found(form: re.Pattern[str]) -> Check:
    return lambda value, told: form.search(_text(value, told)) is not None


def language_in(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.4.4 `sh:languageIn`: a tag of the list, or a longer one that starts with it."""
    tags = {str(tag).lower() for tag in shape.list_of(SH.languageIn)}
    if "*" in tags:
        raise Uncompilable("any language")

    def check(value: str, told: Told) -> bool:
        language = _language(value, told)
        return language in tags or language.partition("-")[0] in tags

    yield each(check)


def _language(value: str, told: Told) -> str:
    literal = told.literal(value)
    return "" if literal is None else (literal.language or "").lower()


def unique_lang(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.4.5 `sh:uniqueLang`."""

    def rule(_: str, values: frozenset[str], told: Told) -> bool:
        tags = [tag for value in values if (tag := _language(value, told))]
        return len(tags) == len(set(tags))

    if shape.flag(SH.uniqueLang):
        yield rule


def negated(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.6.1 `sh:not`."""
    for member in shape.values(SH["not"]):
        yield each(_opposite(compiled(shape.other(member))))


def _opposite(check: Check) -> Check:
    return lambda value, told: opposite(check(value, told))


def _members(
    shape: Shape, parameter: rdflib.URIRef, compiled: Compile, joined: Callable[[Iterable[Verdict]], Verdict]
) -> Iterator[Rule]:
    for head in shape.values(parameter):
        checks = [compiled(shape.other(member)) for member in shape.members(head)]
        if not checks:
            raise Uncompilable("an empty list of shapes")
        yield each(_joined(checks, joined))


def _joined(checks: Sequence[Check], joined: Callable[[Iterable[Verdict]], Verdict]) -> Check:
    return lambda value, told: joined(check(value, told) for check in checks)


def conjunction(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.6.2 `sh:and`."""
    return _members(shape, SH["and"], compiled, all_of)


def disjunction(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.6.3 `sh:or`."""
    return _members(shape, SH["or"], compiled, any_of)


def node(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.7.1 `sh:node`."""
    for member in map(shape.other, shape.values(SH.node)):
        if member.path is not None:
            raise Uncompilable("sh:node with a property shape")
        yield each(compiled(member))


def nested(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.7.2 `sh:property`."""
    for member in map(shape.other, shape.values(SH.property)):
        if member.parameters:
            yield each(compiled(member))


def qualified(shape: Shape, compiled: Compile) -> Iterator[Rule]:
    """§4.7.3 `sh:qualifiedValueShape`: how many values conform to it."""
    if shape.flag(SH.qualifiedValueShapesDisjoint):
        raise Uncompilable("sibling shapes")
    check = compiled(shape.other(shape.one(SH.qualifiedValueShape)))
    least = shape.whole_number(SH.qualifiedMinCount) if shape.values(SH.qualifiedMinCount) else 0
    most = shape.whole_number(SH.qualifiedMaxCount) if shape.values(SH.qualifiedMaxCount) else None

    def rule(_: str, values: frozenset[str], told: Told) -> bool | None:
        verdicts = [check(value, told) for value in values]
        if None in verdicts:
            return None
        return least <= sum(map(bool, verdicts)) and (most is None or sum(map(bool, verdicts)) <= most)

    yield rule


def closed(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.8.1 `sh:closed`: no property but the paths of its property shapes and the ignored ones."""
    if not shape.flag(SH.closed):
        return
    paths = (path for part in shape.values(SH.property) for path in shape.graph.objects(part, SH.path))
    ignored = (item for head in shape.values(SH.ignoredProperties) for item in shape.members(head))
    allowed = {str(name) for name in chain(paths, ignored) if isinstance(name, rdflib.URIRef)}
    free = f"<{RDFS.Resource}>"

    def check(value: str, told: Told) -> bool:
        astray = told.predicates(value) - allowed
        return not astray or (astray == {TYPE} and told.objects(value, TYPE) == {free})

    yield each(check)


def has_value(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.8.2 `sh:hasValue`."""
    wanted = frozenset(map(term_text, shape.values(SH.hasValue)))
    yield lambda _, values, __: wanted <= values


def listed(shape: Shape, _: Compile) -> Iterator[Rule]:
    """§4.8.3 `sh:in`."""
    terms = frozenset(map(term_text, shape.list_of(SH["in"])))
    yield each(lambda value, _: value in terms)


COMPONENTS: Final[dict[rdflib.URIRef, Callable[[Shape, Compile], Iterator[Rule]]]] = {
    SH["class"]: has_class, SH.datatype: datatype, SH.nodeKind: node_kind,
    SH.minCount: min_count, SH.maxCount: max_count,
    SH.minLength: min_length, SH.maxLength: max_length, SH.pattern: pattern,
    SH.languageIn: language_in, SH.uniqueLang: unique_lang,
    SH["not"]: negated, SH["and"]: conjunction, SH["or"]: disjunction,
    SH.node: node, SH.property: nested, SH.qualifiedValueShape: qualified,
    SH.closed: closed, SH.hasValue: has_value, SH["in"]: listed,
}  # fmt: skip

COMPANIONS: Final = {SH.flags, SH.ignoredProperties, SH.qualifiedMinCount, SH.qualifiedMaxCount,
                     SH.qualifiedValueShapesDisjoint}  # fmt: skip
"""Parameters read together with another one."""
