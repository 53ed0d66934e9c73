"""A shape read as its parameters.

Knows the form of shapes graphs (SHACL §2); what a parameter means in SQL is in the components.
"""

from __future__ import annotations

from functools import cached_property

import rdflib
from rdflib.namespace import SH

from shapes.errors import ShapesError
from shapes.rules.units import constraining, members


class Uncompilable(ShapesError, ValueError):
    """A shape that the compiler does not cover: pySHACL judges all its focus nodes."""


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
        """Return the parameters it has, in a stable order."""
        return sorted(constraining(self.graph, self.node))

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
