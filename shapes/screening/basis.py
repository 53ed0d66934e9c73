"""What the components' SQL is made of: tests of a value, and shapes that are not covered.

A *test* is about one value node, whose columns are v, kind, lexical, datatype, language: when it breaks a rule,
and when only pySHACL can tell (a doubt). A *query* selects rows from the value nodes (r, f, v) and the focus nodes
(r, f), where r is the focus node the whole judgement started from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shapes.screening.compiler import Scope
    from shapes.screening.parameters import Shape

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


@dataclass(frozen=True)
class Rows:
    """SQL that selects the columns named, and component (NULL for a doubt); v where SHACL gives a value."""

    sql: str
    columns: str = "r, f"
    doubtful: bool = False


ALL_COLUMNS = "r, f, v, p, component, shape"
"""What a shape's rows have: p is the predicate where it is not the shape's path, shape a number."""

Tests = Callable[["Shape", "Scope"], Iterator[Test]]
Queries = Callable[["Shape", "Scope"], Iterator[Rows]]


def any_of(tests: Iterable[str]) -> str:
    """Return the test that is met where one of some tests is."""
    return " OR ".join(f"({test})" for test in dict.fromkeys(tests) if test != NEVER) or NEVER
