"""Compiles a shape to one SQL query over columns: who breaks it, and of whom only pySHACL can tell.

Knows how shapes nest, what focus and value nodes are (SHACL §2.1), and how paths are walked (§2.3.1); the
rules of each component are in components.py and components_relations.py. Queries are made once and run on every batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import rdflib
from rdflib.namespace import RDF, RDFS, SH

from shapes.columns import fact_table_of, id_of, table_of
from shapes.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence, read_path
from shapes.screening.basis import NEVER, Uncompilable, any_of
from shapes.screening.components import VALUE_QUERIES, VALUE_TESTS
from shapes.screening.components_relations import RELATION_QUERIES, RELATION_TESTS
from shapes.screening.lexical import literal
from shapes.terms import term_text
from shapes.units import Unit, constraining, deactivated, members

TESTS = VALUE_TESTS | RELATION_TESTS
QUERIES = VALUE_QUERIES | RELATION_QUERIES

COMPANIONS = {
    *(SH.flags, SH.ignoredProperties),
    *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint),
}
"""Parameters read together with another one."""

SHARED_FROM = 3
"""A pattern that this many rules search is searched once in all terms of a batch."""

_NO_ROWS = """SELECT NULL::UBIGINT AS r, NULL::UBIGINT AS f, NULL::UBIGINT AS v, NULL::UBIGINT AS p,
    NULL::VARCHAR AS component, NULL::INTEGER AS shape WHERE false"""


class Shape:
    """A shape of a graph, read as its parameters."""

    def __init__(self, graph: rdflib.Graph, node: rdflib.term.Node) -> None:
        self.graph = graph
        self.node = node

    @cached_property
    def path(self) -> rdflib.term.Node | None:
        """Return the node of its path, where it is a property shape."""
        return self.graph.value(self.node, SH.path)

    @cached_property
    def parameters(self) -> list[rdflib.URIRef]:
        """Return the parameters it has, in a stable order. Raises Uncompilable on an unknown one."""
        parameters = sorted(constraining(self.graph, self.node))
        for parameter in parameters:
            if parameter not in TESTS and parameter not in QUERIES and parameter not in COMPANIONS:
                raise Uncompilable(str(parameter))
        return parameters

    def other(self, node: rdflib.term.Node) -> Shape:
        """Return another shape of the graph."""
        return Shape(self.graph, node)

    def values(self, parameter: rdflib.URIRef) -> list[rdflib.term.Node]:
        """Return the values of a parameter."""
        return sorted(self.graph.objects(self.node, parameter), key=str)

    def one(self, parameter: rdflib.URIRef) -> rdflib.term.Node:
        """Return the only value of a parameter."""
        values = self.values(parameter)
        if len(values) != 1:
            raise Uncompilable(f"{parameter} has {len(values)} values")
        return values[0]

    def whole_number(self, parameter: rdflib.URIRef) -> int:
        """Return the only value of a parameter, a number not below zero."""
        value = self.one(parameter)
        if isinstance(value, rdflib.Literal) and str(value).isascii() and str(value).isdigit():
            return int(str(value))
        raise Uncompilable(f"{parameter} is no whole number")

    def flag(self, parameter: rdflib.URIRef) -> bool:
        """Return the only value of a parameter, a boolean; false where it has none."""
        if not self.values(parameter):
            return False
        return str(self.one(parameter)) in ("true", "1")

    def list_of(self, parameter: rdflib.URIRef) -> list[rdflib.term.Node]:
        """Return the members of the list that is the only value of a parameter."""
        return self.members(self.one(parameter))

    def members(self, head: rdflib.term.Node) -> list[rdflib.term.Node]:
        """Return the members of a list."""
        return members(self.graph, head)


@dataclass
class Compiler:
    """Compiles units; `shapes` numbers those whose results a query can select."""

    fact_predicates: frozenset[str]
    shapes: list[Shape] = field(default_factory=list)
    predicates: set[str] = field(default_factory=lambda: {str(RDF.type), str(RDFS.subClassOf)})
    patterns: Counter[str] = field(default_factory=Counter)
    shared: dict[str, str] = field(default_factory=dict)

    def share_patterns(self) -> None:
        """Give a table of its own to each pattern that many rules search."""
        often = sorted(pattern for pattern, count in self.patterns.items() if count >= SHARED_FROM)
        self.shared = {pattern: f"matched_{number}" for number, pattern in enumerate(often)}

    def query(self, unit: Unit, focus: str) -> str:
        """Return the query of a unit, the focus nodes being the column f of a table.

        It selects r, f, v, p, component and shape. Raises Uncompilable.
        """
        steps = Steps()
        start = steps.add(f"SELECT f AS r, f FROM {focus}", "focus")
        graph = rdflib.Graph()
        for triple in unit.triples:
            graph.add(triple)
        rows = Scope(self, Shape(graph, unit.shape), start, steps, ()).rows()
        return f"{steps.sql()} SELECT DISTINCT r, f, v, p, component, shape FROM {rows}"

    def number(self, shape: Shape) -> int:
        """Return the number of a shape."""
        self.shapes.append(shape)
        return len(self.shapes) - 1

    def edges(self, predicate: rdflib.term.Node) -> str:
        """Return the SQL of a predicate's pairs (s, o), facts included."""
        if not isinstance(predicate, rdflib.URIRef):
            raise Uncompilable("a predicate that is no IRI")
        name = str(predicate)
        self.predicates.add(name)
        if name not in self.fact_predicates:
            return table_of(name)
        return f"(SELECT s, o FROM {table_of(name)} UNION ALL SELECT s, o FROM {fact_table_of(name)})"


class Steps:
    """The steps of one query, each named and usable by the later ones."""

    def __init__(self) -> None:
        self._steps: list[str] = []

    def add(self, sql: str, name: str, *, kept: bool = False) -> str:
        """Add a step; `kept` has the engine compute it once, before what selects from it filters."""
        unique = f"{name}_{len(self._steps)}"
        self._steps.append(f"{unique} AS {'' if kept else 'NOT '}MATERIALIZED ({sql})")
        return unique

    def add_recursive(self, columns: str, sql: str, name: str) -> str:
        """Add a step that selects from itself, under the name `{self}`."""
        unique = f"{name}_{len(self._steps)}"
        self._steps.append(f"{unique}({columns}) AS ({sql.replace('{self}', unique)})")
        return unique

    def sql(self) -> str:
        """Return the WITH clause."""
        return "WITH RECURSIVE " + ",\n".join(self._steps)


class Scope:
    """What a component's SQL is made from: one shape, its focus nodes, their value nodes."""

    def __init__(
        self, compiler: Compiler, shape: Shape, focus: str, steps: Steps, above: tuple[rdflib.term.Node, ...]
    ) -> None:
        if shape.node in above:
            raise Uncompilable("a shape that refers to itself")
        self.compiler = compiler
        self.shape = shape
        self.graph = shape.graph
        self.focus = focus
        self._steps = steps
        self._above = (*above, shape.node)
        self._searches = False

    def rows(self) -> str:
        """Return the step that holds what the shape finds."""
        selects = [_NO_ROWS]
        if not deactivated(self.graph, self.shape.node):
            number = self.compiler.number(self.shape)
            for sql, own in self._selects():
                selects.append(f"SELECT *, {number}::INTEGER AS shape FROM ({sql})" if own else sql)
        return self._steps.add("\nUNION ALL BY NAME\n".join(selects), "rows", kept=True)

    def _selects(self) -> Iterator[tuple[str, bool]]:
        parameters = self.shape.parameters
        tests = [test for parameter in parameters if parameter in TESTS for test in TESTS[parameter](self.shape, self)]
        if tests:
            cases = [(test.bad, test.component) for test in tests] + [(test.doubt, "?") for test in tests]
            named = ", ".join(f"CASE WHEN {test} THEN '{name}' END" for test, name in cases if test != NEVER)
            met = any_of(test for test, _ in cases)
            yield (
                f"SELECT r, f, v, nullif(component, '?') AS component FROM ("
                f"SELECT r, f, v, unnest([{named or 'NULL'}]) AS component FROM {self.described} WHERE {met}"
                ") WHERE component IS NOT NULL",
                True,
            )
        for parameter in parameters:
            if parameter in QUERIES:
                for sql in QUERIES[parameter](self.shape, self):
                    yield sql, parameter != SH.property

    @cached_property
    def values(self) -> str:
        """Return the step of the value nodes: (r, f, v)."""
        if self.shape.path is None:
            return self._steps.add(f"SELECT r, f, f AS v FROM {self.focus}", "values")
        try:
            path = read_path(self.graph, self.shape.path)
        except ValueError as error:
            raise Uncompilable(str(error)) from error
        if isinstance(path, Predicate):
            edges = self.compiler.edges(rdflib.URIRef(path.iri))
            walked = f"SELECT x.r, x.f, e.o AS v FROM {self.focus} x JOIN {edges} e ON e.s = x.f"
            return self._steps.add(walked, "values")
        start = self._steps.add(f"SELECT r, f, f AS v FROM {self.focus}", "start")
        return self._steps.add(f"SELECT DISTINCT r, f, v FROM {self._walk(start, path)}", "values", kept=True)

    @cached_property
    def described(self) -> str:
        """Return the step of the value nodes with their columns: kind, lexical, datatype, language."""
        columns = "y.r, y.f, y.v, t.kind, t.lexical, t.datatype, t.language"
        joined = f"SELECT {columns} FROM {self.values} y JOIN all_terms t ON t.id = y.v"
        # A search in a text is dear: not in all terms, only in those of this step.
        return self._steps.add(joined, "described", kept=self._searches)

    def _walk(self, start: str, path: Path) -> str:
        """Return the step (r, f, v) reached from the nodes v of another one."""
        if isinstance(path, Sequence):
            for part in path.paths:
                start = self._walk(start, part)
            return start
        if isinstance(path, Alternative):
            parts = (f"SELECT r, f, v FROM {self._walk(start, part)}" for part in path.paths)
            return self._steps.add(" UNION ".join(parts), "walked")
        if isinstance(path, Repeat):
            return self._repeat(start, path)
        inverse = isinstance(path, Inverse)
        predicate = path.path if isinstance(path, Inverse) else path
        if not isinstance(predicate, Predicate):
            raise Uncompilable("the inverse of a path of several steps")
        edges = self.compiler.edges(rdflib.URIRef(predicate.iri))
        near, far = ("o", "s") if inverse else ("s", "o")
        return self._steps.add(
            f"SELECT x.r, x.f, e.{far} AS v FROM {start} x JOIN {edges} e ON e.{near} = x.v", "walked"
        )

    def _repeat(self, start: str, path: Repeat) -> str:
        if not isinstance(path.path, Predicate):
            raise Uncompilable("several times a path of several steps")
        edges = self.compiler.edges(rdflib.URIRef(path.path.iri))
        step = f"SELECT x.r, x.f, e.o AS v FROM {{0}} x JOIN {edges} e ON e.s = x.v"
        once = f"SELECT r, f, v FROM {start}" if path.sign != "+" else step.format(start)
        if path.sign == "?":
            return self._steps.add(f"{once} UNION {step.format(start)}", "walked")
        return self._steps.add_recursive("r, f, v", f"{once} UNION {step.format('{self}')}", "walked")

    def nested(self, member: rdflib.term.Node) -> str:
        """Return the rows of another shape for the values of this one, r staying what it is."""
        focus = self._steps.add(f"SELECT DISTINCT r, v AS f FROM {self.values}", "focus")
        shape = Shape(self.graph, member)
        return Scope(self.compiler, shape, focus, self._steps, self._above).rows()

    def judged(self, member: rdflib.term.Node) -> tuple[str, str]:
        """Return two tests of a value: it breaks another shape for sure; only pySHACL can tell."""
        shape = Shape(self.graph, member)
        if deactivated(self.graph, member):
            return NEVER, NEVER
        if shape.path is None and all(parameter in TESTS or parameter in COMPANIONS for parameter in shape.parameters):
            return self._inline(shape)
        focus = self._steps.add(f"SELECT DISTINCT v AS r, v AS f FROM {self.values}", "focus")
        rows = Scope(self.compiler, shape, focus, self._steps, self._above).rows()
        found = f"v IN (SELECT r FROM {rows} WHERE component IS"
        return f"{found} NOT NULL)", f"{found} NULL)"

    def _inline(self, shape: Shape) -> tuple[str, str]:
        """Judge a node shape whose components are all tests, without a step of its own."""
        if shape.node in self._above:
            raise Uncompilable("a shape that refers to itself")
        self._above = (*self._above, shape.node)
        tests = [test for parameter in shape.parameters if parameter in TESTS for test in TESTS[parameter](shape, self)]
        self._above = self._above[:-1]
        return any_of(test.bad for test in tests), any_of(test.doubt for test in tests)

    def matches(self, pattern: str) -> str:
        """Return the test that a pattern (in RE2's dialect) is found in a value's text."""
        self.compiler.patterns[pattern] += 1
        if pattern in self.compiler.shared:
            return f"v IN (SELECT id FROM {self.compiler.shared[pattern]})"
        self._searches = True
        return f"regexp_matches(lexical, {literal(pattern)})"

    def edges(self, predicate: rdflib.term.Node) -> str:
        """Return the SQL of a predicate's pairs (s, o)."""
        return self.compiler.edges(predicate)

    def instances(self, name: rdflib.term.Node) -> str:
        """Return the step of the SHACL instances of a class (§1.1): of it or of its subclasses."""
        below = self._steps.add_recursive(
            "c",
            f"SELECT {self.id_of(name)} UNION SELECT e.s FROM {{self}} x "
            f"JOIN {self.compiler.edges(RDFS.subClassOf)} e ON e.o = x.c",
            "classes",
        )
        types = self.compiler.edges(RDF.type)
        return self._steps.add(f"SELECT s AS id FROM {types} WHERE o IN (SELECT c FROM {below})", "instances")

    @staticmethod
    def id_of(term: rdflib.term.Node) -> str:
        """Return the SQL of a term's id. Raises Uncompilable on a blank node, which has no name in data."""
        if isinstance(term, rdflib.BNode):
            raise Uncompilable("a blank node as a value")
        return f"{id_of(term_text(term))}::UBIGINT"
