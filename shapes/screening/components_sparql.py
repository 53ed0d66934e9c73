"""SPARQL constraints (SHACL §5) whose SQL is written here, so that they need no pySHACL for every focus node.

Keyed by the constraint's own name in the project's shapes; any other SPARQL constraint is not covered, and pySHACL
judges all focus nodes of its shape. That both say the same is tested (law 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import rdflib
from rdflib.namespace import SH

from shapes.screening.basis import Rows, Scope, Test
from shapes.screening.parameters import Shape, Uncompilable

COMPONENT = "SPARQLConstraintComponent"


def test_sparql(shape: Shape, scope: Scope) -> Iterator[Test]:
    """§5.1 `sh:sparql`, of the constraints below that are about one value."""
    for constraint in shape.values(SH.sparql):
        name = str(constraint).rpartition("/")[2]
        if name in OF_A_VALUE:
            yield Test(COMPONENT, OF_A_VALUE[name]())
        elif name not in OF_A_PAIR:
            raise Uncompilable("a SPARQL constraint")


def query_sparql(shape: Shape, scope: Scope) -> Iterator[Rows]:
    """§5.1 `sh:sparql`, of the constraints below that compare a value with another property's."""
    for constraint in shape.values(SH.sparql):
        base, _, name = str(constraint).rpartition("/")
        if name in OF_A_PAIR:
            yield Rows(OF_A_PAIR[name](scope, f"{base}/"), "r, f, v")


def uai_key() -> str:
    """Return the test of `formes:CleUai`: the letter is at index (number modulo 23) of an alphabet of 23."""
    return """regexp_full_match(lexical, '[0-9]{7}[A-Z]')
        AND substr('ABCDEFGHJKLMNPRSTUVWXYZ', try_cast(substr(lexical, 1, 7) AS INTEGER) % 23 + 1, 1)
            <> substr(lexical, 8, 1)"""


def end_before_start(scope: Scope, base: str) -> str:
    """Return the rows of `formes:FinApresDebut`: an end that is before the date, to the precision that both have."""
    return f"""SELECT a.r, a.f, a.v, '{COMPONENT}' AS component
        FROM {scope.described} a
        JOIN {scope.edges(rdflib.URIRef(f"{base}ontologie#date"))} e ON e.s = a.f JOIN all_terms b ON b.id = e.o
        WHERE a.kind <> 'blank' AND b.kind <> 'blank'
        AND regexp_matches(a.lexical, '^[0-9]{{4}}') AND regexp_matches(b.lexical, '^[0-9]{{4}}')
        AND substr(a.lexical, 1, length(b.lexical)) < substr(b.lexical, 1, length(a.lexical))"""


OF_A_VALUE: dict[str, Callable[[], str]] = {"shapes#CleUai": uai_key}
OF_A_PAIR: dict[str, Callable[[Scope, str], str]] = {"shapes#FinApresDebut": end_before_start}
