"""Compiles a shape to one SQL query over columns: who breaks it, and of whom only pySHACL can tell.

Knows how shapes nest, what focus and value nodes are (SHACL §2.1), and how paths are walked (§2.3.1); the
rules of each component are in components.py and components_relations.py. Queries are made once and run on every batch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import rdflib
from rdflib.namespace import RDF

from shapes.rules.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence, read_path
from shapes.rules.units import NODE, SUBJECTS_OF, Target, Unit, deactivated
from shapes.screening.basis import ALL_COLUMNS, NEVER, any_of, sql_id
from shapes.screening.columns import fact_table_of, table_of
from shapes.screening.covered import COMPANIONS, COVERED, QUERIES, TESTS
from shapes.screening.lexical import literal, re2
from shapes.screening.parameters import Shape, Uncompilable

SHARED_FROM = 3
"""A pattern that this many rules search is searched once in all terms of a batch."""

_NO_ROWS = """SELECT NULL::UBIGINT AS r, NULL::UBIGINT AS f, NULL::UBIGINT AS v, NULL::UBIGINT AS p,
    NULL::VARCHAR AS component, NULL::INTEGER AS shape WHERE false"""

_ABSENT = {"v": "NULL::UBIGINT AS v", "p": "NULL::UBIGINT AS p"}


class Case(NamedTuple):
    """A test of a value node, the component it stands for ("" for a doubt), and the shape's number."""

    test: str
    component: str
    number: int


def _select_cases(scope: ShapeScope, cases: list[Case]) -> Iterator[str]:
    """Yield the query of some tests of the value nodes of a scope, all in one pass."""
    if len(cases) == 1:
        ((test, component, number),) = cases
        yield (
            f"SELECT r, f, v, NULL::UBIGINT AS p, nullif('{component}', '') AS component, {number}::INTEGER AS shape "
            f"FROM {scope.described} WHERE {test}"
        )
    elif cases:
        named = ", ".join(
            f"CASE WHEN {test} THEN {{c: '{component}', n: {number}::INTEGER}} END" for test, component, number in cases
        )
        met = any_of(test for test, _, _ in cases)
        yield (
            "SELECT r, f, v, NULL::UBIGINT AS p, nullif(case_.c, '') AS component, case_.n AS shape FROM ("
            f"SELECT r, f, v, unnest([{named}]) AS case_ FROM {scope.described} WHERE {met}"
            ") WHERE case_ IS NOT NULL"
        )


@dataclass
class Compiler:
    """Compiles units; `shapes` numbers those whose results a query can select, `units` says whose each is."""

    fact_predicates: frozenset[str]
    shapes: list[Shape] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    predicates: set[str] = field(default_factory=lambda: {str(RDF.type)})
    patterns: Counter[str] = field(default_factory=Counter)
    shared: dict[str, str] = field(default_factory=dict)

    def share_patterns(self) -> None:
        """Give a table of its own to each pattern that many rules search."""
        often = sorted(pattern for pattern, count in self.patterns.items() if count >= SHARED_FROM)
        self.shared = {pattern: f"matched_{number}" for number, pattern in enumerate(often)}

    def query(self, units: Iterable[Unit], focus: str) -> str:
        """Return one query for units with the same targets, their focus nodes being the column f of a table.

        It selects r, f, v, p, component and shape. Raises Uncompilable.
        """
        steps = Steps()
        scopes = [self._scope(unit, focus, steps) for unit in units]
        cases = [case for scope in scopes for case in scope.cases()]
        selects = [*_select_cases(scopes[0], cases), *(sql for scope in scopes for sql in scope.relations())]
        if not selects:
            return f"SELECT {ALL_COLUMNS} FROM ({_NO_ROWS})"
        return f"{steps.sql()} {' UNION ALL '.join(selects)}"

    def forbids(self, unit: Unit) -> bool:
        """Whether all a unit does is to forbid a shared pattern in the values of a property that no fact has."""
        (target, *_) = unit.targets
        return (
            unit.forbids is not None
            and re2(unit.forbids) in self.shared
            and str(target.value) not in self.fact_predicates
        )

    def query_forbidden(self, units: Iterable[Unit]) -> str:
        """Return one query for units that forbid patterns: from what matches to who says it."""
        numbers: dict[str, list[str]] = {}
        for unit in units:
            shape = self._shape(unit)
            numbers.setdefault(self.shared[re2(unit.forbids or "")], []).append(
                f"({sql_id(unit.targets[0].value)}, {self.number(shape, unit)})"
            )
        return " UNION ALL ".join(
            "SELECT t.s AS r, t.s AS f, t.o AS v, NULL::UBIGINT AS p, 'NotConstraintComponent' AS component, u.shape "
            f"FROM triples t JOIN {table} m ON m.id = t.o JOIN (VALUES {', '.join(pairs)}) u(p, shape) ON u.p = t.p"
            for table, pairs in numbers.items()
        )

    def _scope(self, unit: Unit, focus: str, steps: Steps) -> ShapeScope:
        shape = self._shape(unit)
        if shape.path is not None and unit.targets == (Target(SUBJECTS_OF, shape.path),):
            # Every subject of the path is a focus node: no need to look them up.
            start = steps.add(f"SELECT DISTINCT s AS r, s AS f FROM {self.edges(shape.path)}", "focus")
            return ShapeScope(self, unit, shape, start, steps, (), inside=True, whole=True)
        start = steps.add(f"SELECT f AS r, f FROM {focus}", "focus")
        inside = all(target.kind != NODE for target in unit.targets)
        return ShapeScope(self, unit, shape, start, steps, (), inside=inside)

    @staticmethod
    def _shape(unit: Unit) -> Shape:
        graph = rdflib.Graph()
        for triple in unit.triples:
            graph.add(triple)
        return Shape(graph, unit.shape)

    def number(self, shape: Shape, unit: Unit) -> int:
        """Return the number of a shape within a unit."""
        self.shapes.append(shape)
        self.units.append(unit)
        return len(self.shapes) - 1

    @staticmethod
    def of_class(column: str, name: rdflib.term.Node) -> str:
        """Return the test that a column holds a class or one of its subclasses."""
        number = sql_id(name)
        return f"({column} = {number} OR {column} IN (SELECT sub FROM below WHERE c = {number}))"

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
        self._known: dict[str, str] = {}
        self.searched: set[str] = set()

    def add(self, sql: str, name: str, *, kept: bool = False) -> str:
        """Return the step of some SQL; `kept` has the engine compute it before what selects from it filters."""
        if sql in self._known:
            return self._known[sql]
        unique = self._known[sql] = f"{name}_{len(self._steps)}"
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


class ShapeScope:
    """What a component's SQL is made from: one shape, its focus nodes, their value nodes.

    `inside`: the focus nodes are terms of the batch; `whole`: they are all the subjects of the path.
    """

    def __init__(
        self,
        compiler: Compiler,
        unit: Unit,
        shape: Shape,
        focus: str,
        steps: Steps,
        above: tuple[rdflib.term.Node, ...],
        *,
        inside: bool = False,
        whole: bool = False,
    ) -> None:
        if shape.node in above:
            raise Uncompilable("a shape that refers to itself")
        self.compiler = compiler
        self.unit = unit
        self.shape = shape
        self.graph = shape.graph
        self.focus = focus
        self._steps = steps
        self._above = (*above, shape.node)
        self.doubtful = False
        self._inside = inside
        self._whole = whole

    def rows(self) -> str:
        """Return the step that holds what the shape finds."""
        selects = [*_select_cases(self, self.cases()), *self.relations()]
        return self._steps.add(" UNION ALL ".join(selects) or _NO_ROWS, "rows", kept=True)

    @cached_property
    def number(self) -> int:
        """Return the number of the shape in the results."""
        return self.compiler.number(self.shape, self.unit)

    def cases(self) -> list[Case]:
        """Return the tests of the shape's value nodes."""
        tests = [
            test
            for parameter in self._parameters()
            if parameter in TESTS
            for test in TESTS[parameter](self.shape, self)
        ]
        bad = [Case(test.bad, test.component, self.number) for test in tests]
        doubts = [Case(test.doubt, "", self.number) for test in tests]
        self.doubtful |= any(case.test != NEVER for case in doubts)
        return [case for case in (*bad, *doubts) if case.test != NEVER]

    def relations(self) -> list[str]:
        """Return the queries of what no test of one value can tell, each with all columns."""
        found = []
        for parameter in self._parameters():
            for rows in QUERIES[parameter](self.shape, self) if parameter in QUERIES else ():
                self.doubtful |= rows.doubtful
                given = rows.columns.split(", ")
                given += ["component"]
                absent = _ABSENT | {"shape": f"{self.number}::INTEGER AS shape"}
                columns = ", ".join(name if name in given else absent[name] for name in ALL_COLUMNS.split(", "))
                found.append(f"SELECT {columns} FROM ({rows.sql})")
        return found

    def _parameters(self) -> list[rdflib.URIRef]:
        """Return the parameters that count. Raises Uncompilable on an unknown one."""
        if deactivated(self.graph, self.shape.node):
            return []
        for parameter in self.shape.parameters:
            if parameter not in COVERED:
                raise Uncompilable(str(parameter))
        return self.shape.parameters

    @cached_property
    def values(self) -> str:
        """Return the step of the value nodes: (r, f, v)."""
        if self.shape.path is None:
            return self._steps.add(f"SELECT r, f, f AS v FROM {self.focus}", "values")
        path = self._path
        if isinstance(path, Predicate):
            edges = self.compiler.edges(rdflib.URIRef(path.iri))
            if self._whole:
                return self._steps.add(f"SELECT s AS r, s AS f, o AS v FROM {edges}", "values")
            walked = f"SELECT x.r, x.f, e.o AS v FROM {self.focus} x JOIN {edges} e ON e.s = x.f"
            return self._steps.add(walked, "values")
        start = self._steps.add(f"SELECT r, f, f AS v FROM {self.focus}", "start")
        return self._steps.add(f"SELECT DISTINCT r, f, v FROM {self._walk(start, path)}", "values", kept=True)

    @cached_property
    def _path(self) -> Path:
        try:
            return read_path(self.graph, self.shape.path or RDF.nil)
        except ValueError as error:
            raise Uncompilable(str(error)) from error

    @cached_property
    def _values_inside(self) -> bool:
        """Whether every value node is a term of the batch."""
        if self.shape.path is None:
            return self._inside
        facts = self.compiler.fact_predicates
        return isinstance(self._path, Predicate) and self._path.iri not in facts

    @cached_property
    def described(self) -> str:
        """Return the step of the value nodes with their columns: kind, lexical, datatype, language."""
        columns = "y.r, y.f, y.v, t.kind, t.lexical, t.datatype, t.language"
        terms = "terms" if self._values_inside else "all_terms"
        joined = f"SELECT {columns} FROM {self.values} y JOIN {terms} t ON t.id = y.v"
        # A search in a text is dear: not in all terms, only in those of this step.
        return self._steps.add(joined, "described", kept=self.values in self._steps.searched)

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
        """Return the SQL of what another shape finds for the values of this one, r staying what it is."""
        focus = self._steps.add(f"SELECT DISTINCT r, v AS f FROM {self.values}", "focus")
        scope = self._below(member, focus)
        rows = scope.rows()
        self.doubtful |= scope.doubtful
        return f"SELECT {ALL_COLUMNS} FROM {rows}"

    def judged(self, member: rdflib.term.Node) -> tuple[str, str]:
        """Return two tests of a value: it breaks another shape for sure; only pySHACL can tell."""
        shape = Shape(self.graph, member)
        if deactivated(self.graph, member):
            return NEVER, NEVER
        if shape.path is None and all(parameter in TESTS or parameter in COMPANIONS for parameter in shape.parameters):
            return self._inline(shape)
        scope = self._below(member, self._steps.add(f"SELECT DISTINCT v AS r, v AS f FROM {self.values}", "focus"))
        rows = scope.rows()
        if not scope.doubtful:
            return f"v IN (SELECT r FROM {rows})", NEVER
        found = f"v IN (SELECT r FROM {rows} WHERE component IS"
        return f"{found} NOT NULL)", f"{found} NULL)"

    def _below(self, member: rdflib.term.Node, focus: str) -> ShapeScope:
        shape = Shape(self.graph, member)
        return ShapeScope(self.compiler, self.unit, shape, focus, self._steps, self._above, inside=self._values_inside)

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
        self._steps.searched.add(self.values)
        return f"regexp_matches(lexical, {literal(pattern)})"

    def edges(self, predicate: rdflib.term.Node) -> str:
        """Return the SQL of a predicate's pairs (s, o)."""
        return self.compiler.edges(predicate)

    def instances(self, name: rdflib.term.Node) -> str:
        """Return the step of the SHACL instances of a class (§1.1): of it or of its subclasses."""
        types = self.compiler.edges(RDF.type)
        return self._steps.add(f"SELECT s AS id FROM {types} WHERE {self.compiler.of_class('o', name)}", "instances")
