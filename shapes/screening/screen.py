"""Screens batches: loads their lines as columns, runs each unit's query, and says whom pySHACL must judge.

Knows the order of the work; the SQL of shapes is compiler.py's, columns are columns.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass

import rdflib
from rdflib.namespace import RDF, SH

from shapes.rules.paths import path_text, read_path
from shapes.rules.terms import term_text
from shapes.rules.units import CLASS, NODE, OBJECTS_OF, Target, Unit
from shapes.screening.basis import sql_id
from shapes.screening.columns import Columns, Facts, learn_ids, table_of
from shapes.screening.compiler import Compiler
from shapes.screening.lexical import literal
from shapes.screening.parameters import Uncompilable


@dataclass(frozen=True)
class ScreenResult:
    """What SQL found: a focus node, path, value (terms in N-Triples), component, and the shape broken."""

    focus: str
    path: str | None
    value: str | None
    component: str
    shape: rdflib.term.Node


@dataclass(frozen=True)
class Flagged:
    """The outcome of a screen: whom pySHACL must judge by which unit, what SQL found for sure, and where not."""

    focus_nodes: dict[rdflib.term.Node, set[str]]
    findings: tuple[ScreenResult, ...]
    doubts: dict[rdflib.term.Node, set[str]]


@dataclass(frozen=True)
class Group:
    """Units with the same targets and path, and the query of them all; without one pySHACL judges them.

    Without a table of focus nodes, the query finds them by itself.
    """

    units: tuple[Unit, ...]
    focus: str | None
    query: str | None
    reason: str = ""


class Screen:
    """Shapes compiled once, and the facts of the vocabularies kept; screens one batch after another.

    Not to be shared between threads. The units are those of a shapes graph with typed literals.
    """

    def __init__(self, units: Iterable[Unit], facts: Iterable[bytes] = ()) -> None:
        lines = tuple(facts)
        predicates = {line.split(b" ", 2)[1][1:-1].decode() for line in lines}
        units = tuple(units)
        terms = {term for unit in units for triple in unit.triples for term in triple}
        learn_ids(term_text(term) for term in terms if isinstance(term, rdflib.URIRef))
        self._focus = {targets: f"focus_{n}" for n, targets in enumerate({unit.targets: None for unit in units})}
        self._compiler = Compiler(frozenset(predicates))
        reasons = {unit.shape: self._reason(unit) for unit in units}
        self._compiler.share_patterns()
        forbidding, others = list[Unit](), list[Unit]()
        for unit in units:
            (forbidding if not reasons[unit.shape] and self._compiler.forbids(unit) else others).append(unit)
        self.groups = tuple(self._group(alike, reasons) for alike in _alike(others, reasons))
        if forbidding:
            self.groups += (Group(tuple(forbidding), None, self._compiler.query_forbidden(forbidding)),)
        self._focus_sql = {name: self._focus_query(targets) for targets, name in self._focus.items()}
        constants = {term_text(t.value) for targets in self._focus for t in targets if t.kind == NODE}
        self._facts = Facts(self._compiler.predicates, lines, constants)
        self._columns = Columns(self._facts)

    def sibling(self) -> Screen:
        """Return another screen of the same shapes and facts, so that two threads may screen at once."""
        other = copy(self)
        other._columns = Columns(self._facts)
        return other

    def close(self) -> None:
        """Free the memory of the columns."""
        self._columns.close()

    def screen(self, lines: Iterable[bytes]) -> Flagged:
        """Screen parts of N-Quads, as `Columns.load` takes them. Raises Unloadable where they are no columns."""
        self._columns.load(lines)
        self._search_shared()
        filled = self._fill_focus()
        flagged: dict[rdflib.term.Node, set[int]] = {}
        rows: set[tuple[int, int | None, int | None, str, int]] = set()
        doubts: dict[rdflib.term.Node, set[int]] = {}
        for group in self.groups:
            if group.focus not in (None, *filled) or all(self._idle(unit) for unit in group.units):
                continue
            if group.query is None:
                found = {f for (f,) in self._columns.rows(f"SELECT f FROM {group.focus}")}
                for unit in group.units:
                    flagged[unit.shape] = doubts[unit.shape] = found
                continue
            for r, f, v, p, component, number in self._columns.rows(group.query):
                shape = self._compiler.units[number].shape
                flagged.setdefault(shape, set()).add(r)
                if component is None:
                    doubts.setdefault(shape, set()).add(r)
                else:
                    rows.add((f, v, p, component, number))
        return self._decoded(flagged, rows, doubts)

    def _decoded(
        self,
        flagged: dict[rdflib.term.Node, set[int]],
        rows: set[tuple[int, int | None, int | None, str, int]],
        doubts: dict[rdflib.term.Node, set[int]],
    ) -> Flagged:
        ids = {number for found in flagged.values() for number in found}
        ids |= {number for f, v, p, _, _ in rows for number in (f, v, p) if number is not None}
        text = self._columns.texts(ids) if ids else {}
        findings = tuple(
            ScreenResult(
                text[f],
                self._path(shape) if p is None else text[p][1:-1],
                None if v is None else text[v],
                str(SH) + component,
                self._compiler.shapes[shape].node,
            )
            for f, v, p, component, shape in rows
        )

        def named(found: dict[rdflib.term.Node, set[int]]) -> dict[rdflib.term.Node, set[str]]:
            return {shape: {text[number] for number in numbers} for shape, numbers in found.items()}

        return Flagged(named(flagged), findings, named(doubts))

    def _path(self, number: int) -> str | None:
        shape = self._compiler.shapes[number]
        return None if shape.path is None else path_text(read_path(shape.graph, shape.path))

    def _reason(self, unit: Unit) -> str:
        """Return why a unit is not covered by the compiler, "" where it is."""
        try:
            self._compiler.query([unit], self._focus[unit.targets])
        except Uncompilable as error:
            return str(error)
        return ""

    def _group(self, units: tuple[Unit, ...], reasons: dict[rdflib.term.Node, str]) -> Group:
        focus = self._focus[units[0].targets]
        if reason := reasons[units[0].shape]:
            return Group(units, focus, None, reason)
        return Group(units, focus, self._compiler.query(units, focus))

    def _focus_query(self, targets: tuple[Target, ...]) -> str:
        """Return the SQL of the focus nodes of some targets among a batch's own triples (SHACL §2.1.3)."""
        selects = [self._target_query(target) for target in targets]
        return " UNION ".join(selects) if len(selects) > 1 else f"SELECT DISTINCT f FROM ({selects[0]})"

    def _target_query(self, target: Target) -> str:
        if target.kind == NODE:
            return f"SELECT {sql_id(target.value)} AS f" if _named(target.value) else "SELECT hash('') AS f LIMIT 0"
        if target.kind == CLASS:
            types = table_of(str(RDF.type))
            return f"SELECT s AS f FROM {types} WHERE {self._compiler.of_class('o', target.value)}"
        self._compiler.edges(target.value)
        return f"SELECT {'o' if target.kind == OBJECTS_OF else 's'} AS f FROM {table_of(str(target.value))}"

    def _fill_focus(self) -> set[str]:
        """Make the tables of focus nodes; return the names of those that are not empty."""
        filled = set()
        for name, sql in self._focus_sql.items():
            ((count,),) = self._columns.rows(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")
            if count:
                filled.add(name)
        return filled

    def _search_shared(self) -> None:
        for pattern, name in self._compiler.shared.items():
            self._columns.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT id FROM terms "
                f"WHERE kind <> 'blank' AND regexp_matches(lexical, {literal(pattern)})"
            )

    def _idle(self, unit: Unit) -> bool:
        """Whether a unit has no value nodes in this batch and needs none."""
        return bool(unit.idle_without - self._columns.present - self._facts.predicates)


def _named(term: rdflib.term.Node) -> bool:
    return not isinstance(term, rdflib.BNode)


def _alike(units: Iterable[Unit], reasons: dict[rdflib.term.Node, str]) -> Iterator[tuple[Unit, ...]]:
    """Yield the units that one query can judge: the same targets, the same one-step path, idle alike."""
    groups: dict[object, list[Unit]] = {}
    for unit in units:
        path = next((value for shape, name, value in unit.triples if shape == unit.shape and name == SH.path), None)
        alone = reasons[unit.shape] or not isinstance(path, rdflib.URIRef)
        key = unit.shape if alone else (unit.targets, path, unit.idle_without)
        groups.setdefault(key, []).append(unit)
    return (tuple(group) for group in groups.values())
