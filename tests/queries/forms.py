"""Forms of SPARQL that answer nothing where a person expects a number or words, found in the algebra of a query.

An aggregate other than COUNT over rows of which one has no value is an error, so its column stays empty (SPARQL 1.1
§11.2 and §18.5.1: errors are elements of the multiset, and COUNT alone leaves them out); and GROUP_CONCAT joins
strings, not IRIs (§18.5.1.7).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib import Variable
from rdflib.paths import Path
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue, Expr

from ontologie import PREFIXES

CANNOT_FAIL = frozenset({"Builtin_BOUND", "Builtin_EXISTS", "Builtin_NOTEXISTS"})


def empty_columns(query: str) -> list[str]:
    """Return what is said of each aggregate of a query that may leave its column empty."""
    algebra = prepareQuery(query, initNs=PREFIXES).algebra
    return [said for join in parts(algebra, "AggregateJoin") for said in aggregates(join, spoken(algebra))]


def aggregates(join: CompValue, words: set[Variable]) -> Iterator[str]:
    sure, keys = certain(join.p.p), set(join.p.expr or ())
    for one in join.A:
        kind = one.name.removeprefix("Aggregate_")
        if kind == "Count" or (kind == "Sample" and one.vars in keys):
            continue
        if not holds(one.vars, sure):
            yield f"{kind} over what may be unbound: {sorted(variables(one.vars) - sure)}"
        if kind == "GroupConcat" and not (list(parts(one.vars, "Builtin_STR")) or variables(one.vars) <= words):
            yield f"GroupConcat over what may be an IRI: {sorted(variables(one.vars))}"


def certain(pattern: Any) -> set[Variable]:
    """Return the variables that every solution of a pattern binds."""
    match pattern.name:
        case "BGP":
            return {term for triple in pattern.triples for term in triple if isinstance(term, Variable)}
        case "Join":
            return certain(pattern.p1) | certain(pattern.p2)
        case "LeftJoin" | "Minus":
            return certain(pattern.p1)
        case "Union":
            return certain(pattern.p1) & certain(pattern.p2)
        case "Extend":
            inner = certain(pattern.p)
            return inner | ({pattern.var} if holds(pattern.expr, inner) else set())
        case "AggregateJoin":
            inner = certain(pattern.p.p)
            return {one.res for one in pattern.A if one.name == "Aggregate_Count" or holds(one.vars, inner)}
        case "values":
            rows = [{name for name, term in row.items() if term != "UNDEF"} for row in pattern.res]
            return set.intersection(*rows) if rows else set()
        case "Project":
            return certain(pattern.p) & set(pattern.PV)
        case "Filter":
            return certain(pattern.p) | required(pattern.expr)
        case "Graph":
            return certain(pattern.p) | ({pattern.term} if isinstance(pattern.term, Variable) else set())
        case _:
            return certain(pattern.p)


def required(condition: Any) -> set[Variable]:
    """Return the variables without which a condition does not hold."""
    if condition.name == "Builtin_BOUND":
        return {condition.arg}
    if condition.name == "ConditionalAndExpression":
        return set().union(*map(required, [condition.expr, *condition.other]))
    if condition.name == "RelationalExpression" and not forgiving(condition):
        return variables(condition)
    return set()


def forgiving(expression: Any) -> bool:
    """Return whether some part of an expression passes over errors."""
    return any(True for name in ("Builtin_COALESCE", "Builtin_IF") for _ in parts(expression, name))


def holds(expression: Any, sure: set[Variable]) -> bool:
    """Return whether an expression has a value wherever some variables have one."""
    if isinstance(expression, Variable):
        return expression in sure
    if not isinstance(expression, CompValue):
        return all(holds(part, sure) for part in expression) if isinstance(expression, list) else True
    if expression.name in CANNOT_FAIL:
        return True
    if expression.name == "Builtin_COALESCE":
        return any(holds(part, sure) for part in expression.arg)
    return variables(expression) <= sure or all(holds(part, sure) for part in expression.values())


def variables(expression: Any) -> set[Variable]:
    """Return the variables that an expression mentions, but those of its patterns."""
    if isinstance(expression, Variable):
        return {expression}
    if isinstance(expression, CompValue):
        return set() if expression.name in CANNOT_FAIL else set().union(*map(variables, expression.values()))
    return set().union(*map(variables, expression)) if isinstance(expression, list) else set()


def spoken(algebra: Any) -> set[Variable]:
    """Return the variables of which a query asks the language: they are words."""
    return {one.arg for one in parts(algebra, "Builtin_LANG") if isinstance(one.arg, Variable)}


def parts(value: Any, name: str) -> Iterator[CompValue]:
    """Yield the parts of an algebra that have a name, wherever they stand."""
    if isinstance(value, (CompValue, Expr)):
        if value.name == name:
            yield value
        inside: Any = value.values()
    else:
        inside = value if isinstance(value, (list, tuple)) and not isinstance(value, Path) else ()
    for part in inside:
        yield from parts(part, name)
