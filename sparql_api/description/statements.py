"""Puts statements together, subject by subject, without blank nodes: for VoID, DCAT and the like."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE

XSD: Final = PREFIXES["xsd"]
LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
NUMBER: Final = "NUMBER"
"""What stands for an edition's number in the packaged Turtle."""
Value = str | int | tuple[str, str] | ox.Literal


@dataclass
class Statements:
    """A growing list of triples; names are `prefix:name` or whole IRIs."""

    prefixes: dict[str, str]
    quads: list[ox.Quad] = field(default_factory=list)

    def iri(self, name: str) -> str:
        """Return the IRI of a prefixed name, or the IRI itself."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes else name

    def say(self, subject: str, predicate: str, *values: Value) -> None:
        """Add values to a property: a string is a thing, a pair a text with its language, a number an integer."""
        for value in values:
            node = ox.NamedNode(self.iri(subject))
            self.quads.append(ox.Quad(node, ox.NamedNode(self.iri(predicate)), self.term(value)))

    def type(self, subject: str, *classes: str) -> None:
        """Say what a thing is."""
        self.say(subject, RDF_TYPE, *classes)

    def both(self, subject: str, predicate: str, texts: dict[str, str]) -> None:
        """Say a text in every language it stands in."""
        self.say(subject, predicate, *((text, language) for language, text in sorted(texts.items())))

    def term(self, value: Value) -> ox.NamedNode | ox.Literal:
        """Return the RDF term of a value."""
        if isinstance(value, ox.Literal):
            return value
        if isinstance(value, tuple):
            return ox.Literal(value[0], language=value[1])
        if isinstance(value, int):
            return ox.Literal(str(value), datatype=ox.NamedNode(XSD + "integer"))
        return ox.NamedNode(self.iri(value))


def text(value: str) -> ox.Literal:
    """Return a plain text."""
    return ox.Literal(value)


def typed(value: str, datatype: str) -> ox.Literal:
    """Return a value of an XML Schema type: `date`, `dateTime`, `anyURI`."""
    return ox.Literal(value, datatype=ox.NamedNode(XSD + datatype))


def packaged(name: str) -> str:
    """Return the text of a file beside this module."""
    return files("sparql_api.description").joinpath(name).read_text(encoding="utf-8")


def always(name: str, base: str, number: int) -> list[ox.Quad]:
    """Return what a packaged Turtle says of every edition, said of this one."""
    text = packaged(name).replace(NUMBER, str(number))
    return list(ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=base))
