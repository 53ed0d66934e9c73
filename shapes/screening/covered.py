"""Which parameters of shapes the compiler covers, and the functions that write their SQL."""

from __future__ import annotations

from rdflib.namespace import SH

from shapes.screening.components import VALUE_QUERIES, VALUE_TESTS
from shapes.screening.components_relations import RELATION_QUERIES, RELATION_TESTS
from shapes.screening.components_sparql import query_sparql, test_sparql

TESTS = VALUE_TESTS | RELATION_TESTS | {SH.sparql: test_sparql}
QUERIES = VALUE_QUERIES | RELATION_QUERIES | {SH.sparql: query_sparql}

COMPANIONS = {
    *(SH.flags, SH.ignoredProperties),
    *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint),
}
"""Parameters read together with another one."""

COVERED = {*TESTS, *QUERIES, *COMPANIONS}
"""Any other one makes its shape uncompilable."""
