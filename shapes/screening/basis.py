"""What the components' SQL is made of: tests of a value, queries, and the scope they are written for.

A *test* is about one value node, whose columns are v, kind, lexical, datatype, language: when it breaks a rule,
and when only pySHACL can tell (a doubt). A *query* selects rows from the value nodes (r, f, v) and the focus nodes
(r, f), where r is the focus node the whole judgement started from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import rdflib

from shapes.rules.terms import term_text
from shapes.screening.columns import id_of
from shapes.screening.parameters import Shape, Uncompilable

NEVER = "false"
"""The SQL of a test that no value meets."""


@dataclass(frozen=True)
class Test:
    """A component's SQL about one value node: when it breaks the rule, and when only pySHACL can tell."""

    component: str
    bad: str
    doubt: str = NEVER


@dataclass(frozen=True)
class Rows:
    """SQL that selects the columns named, and component (NULL for a doubt); v where SHACL gives a value."""

    sql: str
    columns: str = "r, f"
    doubtful: bool = False


class Scope(Protocol):
    """What a component's SQL is made from: one shape, its focus nodes, their value nodes.

    `focus` is the step of the focus nodes (r, f), `graph` the one the shape is in.
    """

    graph: rdflib.Graph
    focus: str

    @property
    def values(self) -> str:
        """Return the step of the value nodes: (r, f, v)."""

    @property
    def described(self) -> str:
        """Return the step of the value nodes with their columns: kind, lexical, datatype, language."""

    def edges(self, predicate: rdflib.term.Node) -> str:
        """Return the SQL of a predicate's pairs (s, o)."""

    def instances(self, name: rdflib.term.Node) -> str:
        """Return the step of the SHACL instances of a class (§1.1): of it or of its subclasses."""

    def matches(self, pattern: str) -> str:
        """Return the test that a pattern (in RE2's dialect) is found in a value's text."""

    def judged(self, member: rdflib.term.Node) -> tuple[str, str]:
        """Return two tests of a value: it breaks another shape for sure; only pySHACL can tell."""

    def nested(self, member: rdflib.term.Node) -> str:
        """Return the SQL of what another shape finds for the values of this one, r staying what it is."""


def sql_id(term: rdflib.term.Node) -> str:
    """Return the SQL of a term's id. Raises Uncompilable on a blank node, which has no name in data."""
    if isinstance(term, rdflib.BNode):
        raise Uncompilable("a blank node as a value")
    return f"{id_of(term_text(term))}::UBIGINT"


ALL_COLUMNS = "r, f, v, p, component, shape"
"""What a shape's rows have: p is the predicate where it is not the shape's path, shape a number."""

Tests = Callable[[Shape, Scope], Iterator[Test]]
Queries = Callable[[Shape, Scope], Iterator[Rows]]


def any_of(tests: Iterable[str]) -> str:
    """Return the test that is met where one of some tests is."""
    return " OR ".join(f"({test})" for test in dict.fromkeys(tests) if test != NEVER) or NEVER
