"""SHACL Core in SQL, second half: one function a constraint component, in the order of the recommendation.

§4.5 property pairs, §4.6 logic, §4.7 shapes, §4.8 others; the first half is components.py. What tests and queries
are is in basis.py. https://www.w3.org/TR/shacl/#core-components
"""

from __future__ import annotations

from collections.abc import Iterator

import rdflib
from rdflib.namespace import RDF, RDFS, SH

from shapes.screening.basis import ALL_COLUMNS, NEVER, Queries, Rows, Scope, Test, Tests, any_of, sql_id
from shapes.screening.lexical import EXACT_NUMBERS, ORDERED_TEXTS, STRINGS, WELL_TYPED, full_match, literal
from shapes.screening.parameters import Shape, Uncompilable

# 4.5 Property pairs


def query_equals(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.5.1 `sh:equals`: the values of both sides are the same."""
    for other in shape.values(SH.equals):
        there = f"SELECT x.r, x.f, e.o AS v FROM {scope.focus} x JOIN {scope.edges(other)} e ON e.s = x.f"
        here = f"SELECT r, f, v FROM {scope.values}"
        for left, right in ((here, there), (there, here)):
            astray = f"SELECT r, f, v, 'EqualsConstraintComponent' AS component FROM (({left}) EXCEPT ({right}))"
            yield Rows(astray, "r, f, v")


def query_disjoint(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.5.2 `sh:disjoint`: no value is on both sides."""
    for other in shape.values(SH.disjoint):
        both = f"""SELECT y.r, y.f, y.v, 'DisjointConstraintComponent' AS component FROM {scope.values} y
            JOIN {scope.edges(other)} e ON e.s = y.f AND e.o = y.v"""
        yield Rows(both, "r, f, v")


def _query_order(shape: Shape, scope: Scope, parameter: rdflib.URIRef, component: str, sign: str) -> Iterator[Rows]:
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
        pairs = f"""SELECT r, f, v, CASE WHEN in_order IS NOT NULL THEN '{component}' END AS component FROM (
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
        yield Rows(pairs, "r, f, v", doubtful=True)


def query_less_than(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.5.3 `sh:lessThan`."""
    return _query_order(shape, scope, SH.lessThan, "LessThanConstraintComponent", "<")


def query_less_than_or_equals(shape: Shape, scope: Scope) -> Iterator[Rows]:
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


def query_property(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.7.2 `sh:property`: the results of each value against the property shape are this shape's."""
    for member in shape.values(SH.property):
        if not shape.other(member).parameters:
            continue
        yield Rows(scope.nested(member), ALL_COLUMNS)


def query_qualified_value_shape(shape: Shape, scope: Scope) -> Iterator[Rows]:
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
            yield Rows(
                f"""SELECT r, f, CASE WHEN unsure = 0 THEN '{component}' END AS component FROM ({counted})
                WHERE unsure > 0 OR sure {sign} {bound}""",
                doubtful=doubt != NEVER,
            )


# 4.8 Others


def query_closed(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.8.1 `sh:closed`: no triple whose predicate is neither a path of a property shape nor ignored."""
    if not shape.flag(SH.closed):
        return
    allowed = {path for part in shape.values(SH.property) for path in scope.graph.objects(part, SH.path)}
    allowed |= {item for head in shape.values(SH.ignoredProperties) for item in shape.members(head)}
    names = ", ".join(sorted(sql_id(name) for name in allowed if isinstance(name, rdflib.URIRef))) or "NULL"
    ignored = f"(p = {sql_id(RDF.type)} AND o = {sql_id(RDFS.Resource)})"
    for prefix in ("", "f"):
        # Mostly no predicate of the batch is astray, and the engine then reads no triple.
        astray = f"SELECT id FROM {prefix}predicates WHERE coalesce(id NOT IN ({names}), true)"
        found = f"""SELECT y.r, y.f, t.o AS v, t.p, 'ClosedConstraintComponent' AS component
            FROM {prefix}triples t JOIN {scope.values} y ON y.v = t.s
            WHERE t.p IN ({astray}) AND NOT {ignored}"""
        yield Rows(found, "r, f, v, p")


def query_has_value(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§4.8.2 `sh:hasValue`: the term is among the values."""
    for term in shape.values(SH.hasValue):
        yield Rows(
            f"""SELECT x.r, x.f, 'HasValueConstraintComponent' AS component FROM {scope.focus} x
            WHERE NOT EXISTS (SELECT 1 FROM {scope.values} y
                WHERE y.r = x.r AND y.f = x.f AND y.v = {sql_id(term)})"""
        )


def test_in(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§4.8.3 `sh:in`: every value is a member of the list."""
    listed = ", ".join(sql_id(member) for member in shape.list_of(SH["in"])) or "NULL"
    yield Test("InConstraintComponent", f"NOT coalesce(v IN ({listed}), false)")


RELATION_TESTS: dict[rdflib.URIRef, Tests] = {
    SH["not"]: test_not,
    SH["and"]: test_and,
    SH["or"]: test_or,
    SH.xone: test_xone,
    SH.node: test_node,
    SH["in"]: test_in,
}

RELATION_QUERIES: dict[rdflib.URIRef, Queries] = {
    SH.equals: query_equals,
    SH.disjoint: query_disjoint,
    SH.lessThan: query_less_than,
    SH.lessThanOrEquals: query_less_than_or_equals,
    SH.property: query_property,
    SH.qualifiedValueShape: query_qualified_value_shape,
    SH.closed: query_closed,
    SH.hasValue: query_has_value,
}
