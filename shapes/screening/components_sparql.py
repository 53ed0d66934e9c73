"""SPARQL constraints (SHACL §5) whose SQL is written here, so that they need no pySHACL for every focus node.

Keyed by the constraint's own name in the project's shapes; any other SPARQL constraint is not covered, and pySHACL
judges all focus nodes of its shape. That both say the same is tested (law 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rdflib.namespace import SH

from shapes.screening.basis import Scope, Test
from shapes.screening.parameters import Shape, Uncompilable


def test_sparql(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§5.1 `sh:sparql`, of the constraints below."""
    for constraint in shape.values(SH.sparql):
        bad = KNOWN.get(str(constraint).rpartition("/")[2])
        if bad is None:
            raise Uncompilable("a SPARQL constraint")
        yield Test("SPARQLConstraintComponent", bad())


def uai_key() -> str:
    """Return the test of `formes:CleUai`: the letter is at index (number modulo 23) of an alphabet of 23."""
    return """regexp_full_match(lexical, '[0-9]{7}[A-Z]')
        AND substr('ABCDEFGHJKLMNPRSTUVWXYZ', try_cast(substr(lexical, 1, 7) AS INTEGER) % 23 + 1, 1)
            <> substr(lexical, 8, 1)"""


KNOWN: dict[str, Callable[[], str]] = {"shapes#CleUai": uai_key}
