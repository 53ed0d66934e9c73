"""SHACL Core in SQL: one function a constraint component, in the order of the recommendation (section 4).

Each says what pySHACL finds, or leaves a doubt that pySHACL settles. A *test* is about one value node, whose
columns are v, kind, lexical, datatype, language. A *query* selects r, f, v and component by name (v left out
where SHACL gives no value, component NULL for a doubt) from the value nodes (r, f, v) and the focus nodes
(r, f), where r is the focus node the whole judgement started from.
https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import rdflib
from rdflib.namespace import RDF, RDFS, SH, XSD

from shapes.screening.lexical import (
    EXACT_NUMBERS,
    ORDERED_TEXTS,
    STRINGS,
    WELL_TYPED,
    OtherDialect,
    full_match,
    literal,
    re2,
)

if TYPE_CHECKING:
    from shapes.screening.compiler import Scope, Shape


NEVER = "false"
"""The SQL of a test that no value meets."""


class Uncompilable(ValueError):
    """A shape that this compiler does not cover: pySHACL judges all its focus nodes."""


@dataclass(frozen=True)
class Test:
    """A component's SQL about one value node: when it breaks the rule, and when only pySHACL can tell."""

    component: str
    bad: str
    doubt: str = NEVER


Tests = Callable[["Shape", "Scope"], Iterator[Test]]
Queries = Callable[["Shape", "Scope"], Iterator[str]]


def any_of(tests: Iterable[str]) -> str:
    """Return the test that is met where one of some tests is."""
    return " OR ".join(f"({test})" for test in dict.fromkeys(tests) if test != NEVER) or NEVER


# 4.1 Value type


def test_class(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.1 `sh:class`: an instance of the class, or of one of its subclasses."""
    for name in shape.values(SH["class"]):
        yield Test("ClassConstraintComponent", f"v NOT IN (SELECT id FROM {scope.instances(name)})")


def test_datatype(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.2 `sh:datatype`: a literal of that datatype, well-typed."""
    datatype = str(shape.one(SH.datatype))
    if datatype in (str(RDFS.Literal), str(RDFS.Datatype)):
        raise Uncompilable("a datatype that is no datatype")
    wrong = f"datatype <> {literal(datatype)}"
    if datatype not in WELL_TYPED:
        # pySHACL takes any form of a datatype that rdflib does not know.
        known = datatype.startswith((str(XSD), str(RDF)))
        yield Test("DatatypeConstraintComponent", wrong, f"NOT ({wrong})" if known else NEVER)
    elif WELL_TYPED[datatype]:
        unsure = f"NOT ({wrong}) AND NOT {full_match('lexical', WELL_TYPED[datatype])}"
        yield Test("DatatypeConstraintComponent", wrong, unsure)
    else:
        yield Test("DatatypeConstraintComponent", wrong)


_KINDS = {
    str(SH.IRI): "'iri'",
    str(SH.BlankNode): "'blank'",
    str(SH.Literal): "'literal'",
    str(SH.BlankNodeOrIRI): "'blank', 'iri'",
    str(SH.BlankNodeOrLiteral): "'blank', 'literal'",
    str(SH.IRIOrLiteral): "'iri', 'literal'",
}


def test_node_kind(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.1.3 `sh:nodeKind`."""
    kinds = _KINDS.get(str(shape.one(SH.nodeKind)))
    if kinds is None:
        raise Uncompilable("a node kind that does not exist")
    yield Test("NodeKindConstraintComponent", f"kind NOT IN ({kinds})")


# 4.2 Cardinality


def query_min_count(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.2.1 `sh:minCount`."""
    least = shape.whole_number(SH.minCount)
    if least > 0:
        yield f"""SELECT x.r, x.f, 'MinCountConstraintComponent' AS component FROM {scope.focus} x
            LEFT JOIN {scope.values} y ON y.r = x.r AND y.f = x.f
            GROUP BY x.r, x.f HAVING count(DISTINCT y.v) < {least}"""


def query_max_count(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.2.2 `sh:maxCount`."""
    yield f"""SELECT r, f, 'MaxCountConstraintComponent' AS component FROM {scope.values}
        GROUP BY r, f HAVING count(DISTINCT v) > {shape.whole_number(SH.maxCount)}"""


# 4.3 Value range


def _test_range(shape: Shape, parameter: rdflib.URIRef, component: str, sign: str) -> Iterator[Test]:
    """A value that is not `sign` the bound, or that cannot be compared with it, breaks the rule."""
    for bound in shape.values(parameter):
        datatype = str(getattr(bound, "datatype", None))
        if datatype in EXACT_NUMBERS:
            names, compared, value = EXACT_NUMBERS, "try_cast(lexical AS BIGINT)", str(int(str(bound)))
        elif datatype in ORDERED_TEXTS:
            names, compared, value = (datatype,), "lexical", literal(str(bound))
        else:
            raise Uncompilable("a bound that is neither a whole number nor a date")
        sure = " OR ".join(
            f"(datatype = {literal(name)} AND {full_match('lexical', WELL_TYPED[name])})" for name in names
        )
        never = f"(kind <> 'literal' OR datatype IN ({', '.join(map(literal, STRINGS))}))"
        yield Test(
            component,
            f"{never} OR (({sure}) AND NOT coalesce({compared} {sign} {value}, false))",
            f"NOT {never} AND NOT ({sure})",
        )


def test_min_exclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.1 `sh:minExclusive`."""
    return _test_range(shape, SH.minExclusive, "MinExclusiveConstraintComponent", ">")


def test_min_inclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.2 `sh:minInclusive`."""
    return _test_range(shape, SH.minInclusive, "MinInclusiveConstraintComponent", ">=")


def test_max_exclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.3 `sh:maxExclusive`."""
    return _test_range(shape, SH.maxExclusive, "MaxExclusiveConstraintComponent", "<")


def test_max_inclusive(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.3.4 `sh:maxInclusive`."""
    return _test_range(shape, SH.maxInclusive, "MaxInclusiveConstraintComponent", "<=")


# 4.4 Strings


def test_min_length(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.1 `sh:minLength`, in code points."""
    least = shape.whole_number(SH.minLength)
    if least > 0:
        yield Test("MinLengthConstraintComponent", f"kind = 'blank' OR length(lexical) < {least}")


def test_max_length(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.2 `sh:maxLength`, in code points."""
    most = shape.whole_number(SH.maxLength)
    yield Test("MaxLengthConstraintComponent", f"kind = 'blank' OR length(lexical) > {most}")


def test_pattern(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.3 `sh:pattern`: found somewhere in the text. Of the flags, pySHACL heeds i and m."""
    flags = "".join(str(flag).lower() for flag in shape.values(SH.flags))
    if "m" in flags or len(shape.values(SH.flags)) > 1:
        raise Uncompilable("the flag m, or several values of sh:flags")
    doubt = NEVER
    if "i" in flags:
        # Case beyond ASCII differs between the engines.
        doubt = "kind <> 'blank' AND NOT regexp_full_match(lexical, '[\\x00-\\x7F]*')"
    for pattern in shape.values(SH.pattern):
        if "i" in flags and not str(pattern).isascii():
            raise Uncompilable("the flag i beyond ASCII")
        try:
            matched = scope.matches(("(?i)" if "i" in flags else "") + re2(str(pattern)))
        except OtherDialect as error:
            raise Uncompilable("a pattern that RE2 reads otherwise") from error
        yield Test("PatternConstraintComponent", f"kind = 'blank' OR NOT ({matched})", doubt)


def test_language_in(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.4.4 `sh:languageIn`: a tag of the list, or a longer one that starts with it."""
    tags = [str(tag).lower() for tag in shape.list_of(SH.languageIn)]
    if "*" in tags:
        yield Test("LanguageInConstraintComponent", "language = ''")
        return
    listed = ", ".join(map(literal, tags)) or "NULL"
    accepted = f"language IN ({listed}) OR split_part(language, '-', 1) IN ({listed})"
    yield Test("LanguageInConstraintComponent", f"language = '' OR NOT coalesce({accepted}, false)")


def query_unique_lang(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.4.5 `sh:uniqueLang`: a result for each language that two values share."""
    if shape.flag(SH.uniqueLang):
        yield f"""SELECT r, f, 'UniqueLangConstraintComponent' AS component FROM {scope.described}
            WHERE language <> '' GROUP BY r, f, language HAVING count(DISTINCT v) > 1"""


# 4.5 Property pairs


def query_equals(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.5.1 `sh:equals`: the values of both sides are the same."""
    for other in shape.values(SH.equals):
        there = f"SELECT x.r, x.f, e.o AS v FROM {scope.focus} x JOIN {scope.edges(other)} e ON e.s = x.f"
        here = f"SELECT r, f, v FROM {scope.values}"
        for left, right in ((here, there), (there, here)):
            yield f"SELECT r, f, v, 'EqualsConstraintComponent' AS component FROM (({left}) EXCEPT ({right}))"


def query_disjoint(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.5.2 `sh:disjoint`: no value is on both sides."""
    for other in shape.values(SH.disjoint):
        yield f"""SELECT y.r, y.f, y.v, 'DisjointConstraintComponent' AS component FROM {scope.values} y
            JOIN {scope.edges(other)} e ON e.s = y.f AND e.o = y.v"""


def _query_order(shape: Shape, scope: Scope, parameter: rdflib.URIRef, component: str, sign: str) -> Iterator[str]:
    """A pair of values that are not in order, or that cannot be compared, breaks the rule for the first."""
    numbers, texts = ", ".join(map(literal, EXACT_NUMBERS)), ", ".join(map(literal, STRINGS))
    string = f"({{0}}.kind = 'iri' OR {{0}}.datatype IN ({texts}))"
    number = f"({{0}}.datatype IN ({numbers}) AND try_cast({{0}}.lexical AS BIGINT) IS NOT NULL)"
    dates = " OR ".join(
        f"(a.datatype = {literal(name)} AND b.datatype = {literal(name)}"
        f" AND {full_match('a.lexical', WELL_TYPED[name])} AND {full_match('b.lexical', WELL_TYPED[name])})"
        for name in ORDERED_TEXTS
    )
    for other in shape.values(parameter):
        yield f"""SELECT r, f, v, CASE WHEN in_order IS NOT NULL THEN '{component}' END AS component FROM (
            SELECT a.r, a.f, a.v, CASE
                WHEN a.kind = 'blank' OR b.kind = 'blank' THEN NULL
                WHEN {string.format("a")} AND {string.format("b")} THEN a.lexical {sign} b.lexical
                WHEN {string.format("a")} OR {string.format("b")} THEN false
                WHEN {number.format("a")} AND {number.format("b")}
                    THEN try_cast(a.lexical AS BIGINT) {sign} try_cast(b.lexical AS BIGINT)
                WHEN {dates} THEN a.lexical {sign} b.lexical
                END AS in_order
            FROM {scope.described} a JOIN {scope.edges(other)} e ON e.s = a.f JOIN all_terms b ON b.id = e.o
        ) WHERE in_order IS NOT true"""


def query_less_than(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.5.3 `sh:lessThan`."""
    return _query_order(shape, scope, SH.lessThan, "LessThanConstraintComponent", "<")


def query_less_than_or_equals(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.5.4 `sh:lessThanOrEquals`."""
    name = "LessThanOrEqualsConstraintComponent"
    return _query_order(shape, scope, SH.lessThanOrEquals, name, "<=")


# 4.6 Logic. `scope.judged(shape)` is a test: does a value node break that shape, or may it?


def test_not(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.6.1 `sh:not`: no value conforms to the shape."""
    for member in shape.values(SH["not"]):
        bad, doubt = scope.judged(member)
        yield Test("NotConstraintComponent", f"NOT ({bad}) AND NOT ({doubt})", doubt)


def _members(shape: Shape, scope: Scope, parameter: rdflib.URIRef) -> Iterator[tuple[list[str], str]]:
    for head in shape.values(parameter):
        judged = [scope.judged(member) for member in shape.members(head)]
        if not judged:
            raise Uncompilable("an empty list of shapes")
        yield [bad for bad, _ in judged], any_of(doubt for _, doubt in judged)


def test_and(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.6.2 `sh:and`: every value conforms to each shape."""
    for bad, doubt in _members(shape, scope, SH["and"]):
        yield Test("AndConstraintComponent", any_of(bad), doubt)


def test_or(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.6.3 `sh:or`: every value conforms to at least one shape."""
    for bad, doubt in _members(shape, scope, SH["or"]):
        yield Test("OrConstraintComponent", " AND ".join(f"({one})" for one in bad), doubt)


def test_xone(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.6.4 `sh:xone`: every value conforms to exactly one shape."""
    for bad, doubt in _members(shape, scope, SH.xone):
        passed = " + ".join(f"(CASE WHEN {one} THEN 0 ELSE 1 END)" for one in bad)
        yield Test("XoneConstraintComponent", f"NOT ({doubt}) AND ({passed}) <> 1", doubt)


# 4.7 Shapes


def test_node(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.7.1 `sh:node`: every value conforms to the node shape."""
    for member in shape.values(SH.node):
        if (member, SH.path, None) in scope.graph:
            raise Uncompilable("sh:node with a property shape")
        bad, doubt = scope.judged(member)
        yield Test("NodeConstraintComponent", bad, doubt)


def query_property(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.7.2 `sh:property`: the results of each value against the property shape are this shape's."""
    for member in shape.values(SH.property):
        if not shape.other(member).parameters:
            continue
        yield f"SELECT * FROM {scope.nested(member)}"


def query_qualified_value_shape(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.7.3 `sh:qualifiedValueShape`: how many values conform to it."""
    if shape.flag(SH.qualifiedValueShapesDisjoint):
        raise Uncompilable("sibling shapes")
    (member,) = shape.values(SH.qualifiedValueShape)
    bad, doubt = scope.judged(member)
    bounds = {
        SH.qualifiedMinCount: ("<", "QualifiedMinCountConstraintComponent"),
        SH.qualifiedMaxCount: (">", "QualifiedMaxCountConstraintComponent"),
    }
    counted = f"""SELECT x.r, x.f, count(DISTINCT y.v) FILTER (NOT ({bad}) AND NOT ({doubt})) AS sure,
        count(DISTINCT y.v) FILTER ({doubt}) AS unsure
        FROM {scope.focus} x LEFT JOIN {scope.described} y ON y.r = x.r AND y.f = x.f GROUP BY x.r, x.f"""
    for parameter, (sign, component) in bounds.items():
        if shape.values(parameter):
            bound = shape.whole_number(parameter)
            yield f"""SELECT r, f, CASE WHEN unsure = 0 THEN '{component}' END AS component FROM ({counted})
                WHERE unsure > 0 OR sure {sign} {bound}"""


# 4.8 Others


def query_closed(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.8.1 `sh:closed`: no triple whose predicate is neither a path of a property shape nor ignored."""
    if not shape.flag(SH.closed):
        return
    allowed = {path for part in shape.values(SH.property) for path in scope.graph.objects(part, SH.path)}
    allowed |= {item for head in shape.values(SH.ignoredProperties) for item in shape.members(head)}
    names = ", ".join(sorted(scope.id_of(name) for name in allowed if isinstance(name, rdflib.URIRef))) or "NULL"
    ignored = f"(p = {scope.id_of(RDF.type)} AND o = {scope.id_of(RDFS.Resource)})"
    for prefix in ("", "f"):
        # Mostly no predicate of the batch is astray, and the engine then reads no triple.
        astray = f"SELECT id FROM {prefix}predicates WHERE coalesce(id NOT IN ({names}), true)"
        yield f"""SELECT y.r, y.f, t.o AS v, t.p, 'ClosedConstraintComponent' AS component
            FROM {prefix}triples t JOIN {scope.values} y ON y.v = t.s
            WHERE t.p IN ({astray}) AND NOT {ignored}"""


def query_has_value(shape: Shape, scope: Scope) -> Iterator[str]:
    """§4.8.2 `sh:hasValue`: the term is among the values."""
    for term in shape.values(SH.hasValue):
        yield f"""SELECT x.r, x.f, 'HasValueConstraintComponent' AS component FROM {scope.focus} x
            WHERE NOT EXISTS (SELECT 1 FROM {scope.values} y
                WHERE y.r = x.r AND y.f = x.f AND y.v = {scope.id_of(term)})"""


def test_in(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.8.3 `sh:in`: every value is a member of the list."""
    listed = ", ".join(scope.id_of(member) for member in shape.list_of(SH["in"])) or "NULL"
    yield Test("InConstraintComponent", f"NOT coalesce(v IN ({listed}), false)")


TESTS: dict[rdflib.URIRef, Tests] = {
    SH["class"]: test_class,
    SH.datatype: test_datatype,
    SH.nodeKind: test_node_kind,
    SH.minExclusive: test_min_exclusive,
    SH.minInclusive: test_min_inclusive,
    SH.maxExclusive: test_max_exclusive,
    SH.maxInclusive: test_max_inclusive,
    SH.minLength: test_min_length,
    SH.maxLength: test_max_length,
    SH.pattern: test_pattern,
    SH.languageIn: test_language_in,
    SH["not"]: test_not,
    SH["and"]: test_and,
    SH["or"]: test_or,
    SH.xone: test_xone,
    SH.node: test_node,
    SH["in"]: test_in,
}

QUERIES: dict[rdflib.URIRef, Queries] = {
    SH.minCount: query_min_count,
    SH.maxCount: query_max_count,
    SH.uniqueLang: query_unique_lang,
    SH.equals: query_equals,
    SH.disjoint: query_disjoint,
    SH.lessThan: query_less_than,
    SH.lessThanOrEquals: query_less_than_or_equals,
    SH.property: query_property,
    SH.qualifiedValueShape: query_qualified_value_shape,
    SH.closed: query_closed,
    SH.hasValue: query_has_value,
}

COMPANIONS = {
    SH.flags,
    SH.qualifiedMinCount,
    SH.qualifiedMaxCount,
    SH.qualifiedValueShapesDisjoint,
    SH.ignoredProperties,
}
"""Parameters read together with another one."""
