"""The fields of a form, read from shapes: what each property shape of a type of document asks, by its property.

A property is a field where one of its shapes has a name (sh:name). Knows SHACL and the names of columns; no page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, context, read_table

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
SH, OIA, RDFS = "http://www.w3.org/ns/shacl#", BASE + "ontologie#", PREFIXES["rdfs"]
LANG_STRING: Final = PREFIXES["rdf"] + "langString"
SOURCES: Final = ("projet.ttl", "publication.ttl", "profil-fr.ttl", "vocabulaires.ttl")
NAMED: Final = "genere/formulaire.ttl"
CLASSES: Final[Collection[str]] = (OIA + "Projet", OIA + "Fiche")
"""What a deposit of a project describes: the project, and the fiche about it."""


@dataclass(frozen=True)
class Shapes:
    """Shapes as triples: subject → predicate → objects, in the order in which they were written."""

    said: Mapping[ox.NamedNode | ox.BlankNode, Mapping[str, Sequence[Term]]]

    @classmethod
    def packaged(cls, *more: str, named: bool = True) -> Shapes:
        """Return the project's own shapes, and those that `more` says in Turtle; `named` with what forms show."""
        texts = [files("shapes").joinpath(name).read_text("utf-8") for name in (*SOURCES, *[NAMED] * named)]
        return cls.of(*texts, *more)

    @classmethod
    def of(cls, *texts: str) -> Shapes:
        """Return the shapes that texts say in Turtle."""
        said: dict[ox.NamedNode | ox.BlankNode, dict[str, list[Term]]] = {}
        for text in texts:
            for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True):
                if not isinstance(quad.subject, ox.Triple):
                    said.setdefault(quad.subject, {}).setdefault(quad.predicate.value, []).append(quad.object)
        return cls(said)

    def objects(self, subject: Term, predicate: str) -> Sequence[Term]:
        """Return the objects of a subject and a predicate."""
        if not isinstance(subject, ox.NamedNode | ox.BlankNode):
            return ()
        return self.said.get(subject, {}).get(predicate, ())

    def items(self, head: Term) -> Iterator[Term]:
        """Yield the items of a list (RDF 1.1 Semantics, D.3)."""
        for first in self.objects(head, PREFIXES["rdf"] + "first"):
            yield first
            for rest in self.objects(head, PREFIXES["rdf"] + "rest"):
                yield from self.items(rest)

    def is_shown(self, shape: str) -> bool:
        """Tell whether a node shape has a property that forms show."""
        rules = self.objects(ox.NamedNode(shape), SH + "property")
        return any(self.objects(rule, SH + "name") for rule in rules)

    def texts(self, subject: Term, predicate: str) -> dict[str, str]:
        """Return the texts of a subject and a predicate by language."""
        found = self.objects(subject, predicate)
        return {one.language or "": one.value for one in found if isinstance(one, ox.Literal)}


@dataclass(frozen=True)
class FormField:
    """A field: its name in a deposit, its words, where it stands, what its shapes ask of its values.

    `key` is that of documents, else the last part of the property's IRI; `name` that of the column that it feeds, else
    the key. `required` and `advised` are of shapes that refuse and that warn; `choices` the IRIs of sh:in; `longest` in
    characters. `worded` tells texts in a language, `is_address` IRIs, `node` the shape of what a value is made of.
    """

    name: str
    label: Mapping[str, str]
    help: Mapping[str, str]
    order: float
    required: bool = False
    advised: bool = False
    several: bool = True
    longest: int | None = None
    choices: tuple[str, ...] = ()
    key: str = ""
    worded: bool = False
    is_address: bool = False
    node: str = ""


@dataclass(frozen=True)
class FormGroup:
    """Some fields under a title."""

    name: str
    label: Mapping[str, str]
    order: float
    fields: tuple[FormField, ...]


def form_groups(shapes: Shapes, of: Collection[str] = CLASSES) -> tuple[FormGroup, ...]:
    """Return the groups of a form with their fields, each in its order; those of no group stand last.

    `of` are the classes that the form describes, or the IRI of the node shape of a part.
    """
    grouped: dict[str, list[FormField]] = {}
    heads: dict[str, Term | None] = {}
    for path, rules in _by_property(shapes, of).items():
        named = next((one for one in rules if shapes.objects(one, SH + "name")), None)
        if named is None:
            continue
        group = next(iter(shapes.objects(named, SH + "group")), None)
        name = group.value.rpartition("#")[2] if isinstance(group, ox.NamedNode) else ""
        heads[name] = group
        grouped.setdefault(name, []).append(_field(shapes, path, named, rules))
    made = [
        FormGroup(
            name, shapes.texts(head, RDFS + "label") if head else {},
            _number(shapes, head, "order", 1e9) if head else 1e9,
            tuple(sorted(grouped[name], key=lambda field: field.order)),
        )
        for name, head in heads.items()
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda group: group.order))


def classes_of(shapes: Shapes, shape: str) -> tuple[str, ...]:
    """Return the classes whose things a node shape judges, in their order."""
    found = shapes.objects(ox.NamedNode(shape), SH + "targetClass")
    return tuple(one.value for one in found if isinstance(one, ox.NamedNode))


def named_shapes(shapes: Shapes, path: str, of: Collection[str] = CLASSES) -> list[str]:
    """Return the IRIs of the property shapes of a property, in their order."""
    return [one.value for one in _by_property(shapes, of).get(path, ()) if isinstance(one, ox.NamedNode)]


@cache
def property_of(key: str) -> str:
    """Return the IRI of the property of a key of documents; nothing where none is."""
    said = context().get(key)
    name = said.get("@id", "") if isinstance(said, dict) else said or ""
    prefix, colon, local = name.partition(":")
    space = context().get(prefix) if colon else None
    return f"{space}{local}" if isinstance(space, str) else name


@cache
def _columns() -> Mapping[str, str]:
    """Return the name of the column that each property feeds."""
    rows = read_table("donnees", "colonnes.csv")
    return {path: row["colonne"] for row in reversed(rows) if (path := property_of(row["cle"]))}


@cache
def _keys() -> Mapping[str, str]:
    """Return the key of documents that each property is, the first where several are: `date`, not `dateMois`."""
    return {path: key for key in reversed(list(context())) if key[0] != "@" and (path := property_of(key))}


def _by_property(shapes: Shapes, of: Collection[str]) -> dict[str, list[Term]]:
    """Return the property shapes of classes or of a node shape, by their property, where it is one step."""
    found: dict[str, list[Term]] = {}
    for node, said in shapes.said.items():
        judged = (node, *said.get(SH + "targetClass", ()))
        if not any(isinstance(one, ox.NamedNode) and one.value in of for one in judged):
            continue
        for rule in shapes.objects(node, SH + "property"):
            for path in shapes.objects(rule, SH + "path"):
                if isinstance(path, ox.NamedNode):
                    found.setdefault(path.value, []).append(rule)
    return found


def _field(shapes: Shapes, path: str, named: Term, rules: Sequence[Term]) -> FormField:
    needed = [rule for rule in rules if _number(shapes, rule, "minCount", 0) > 0]
    refusing = [rule for rule in needed if _refuses(shapes, rule)]
    lengths = [int(found) for rule in rules if (found := _number(shapes, rule, "maxLength", 0))]
    listed = [shapes.items(head) for rule in rules for head in shapes.objects(rule, SH + "in")]
    key = _keys().get(path) or path.replace("#", "/").rpartition("/")[2]
    said = {name: set(_named(shapes, rules, name)) for name in ("datatype", "nodeKind", "node")}
    parts = [one for one in said["node"] if shapes.is_shown(one)]
    return FormField(
        name=_columns().get(path, key), key=key, worded=LANG_STRING in said["datatype"],
        is_address=SH + "IRI" in said["nodeKind"], node=next(iter(parts), ""),
        label=shapes.texts(named, SH + "name"), help=shapes.texts(named, SH + "description"),
        order=_number(shapes, named, "order", 1e9), required=bool(refusing), advised=bool(needed) and not refusing,
        several=all(_number(shapes, rule, "maxCount", 2) != 1 for rule in rules), longest=min(lengths, default=None),
        choices=tuple(one.value for items in listed for one in items if isinstance(one, ox.NamedNode | ox.Literal)),
    )  # fmt: skip


def _named(shapes: Shapes, rules: Sequence[Term], name: str) -> Iterator[str]:
    """Yield the IRIs that property shapes say by a term of SHACL."""
    found = (one for rule in rules for one in shapes.objects(rule, SH + name))
    yield from (one.value for one in found if isinstance(one, ox.NamedNode))


def _refuses(shapes: Shapes, rule: Term) -> bool:
    said = [one.value for one in shapes.objects(rule, SH + "severity") if isinstance(one, ox.NamedNode)]
    return not said or said == [SH + "Violation"]


def _number(shapes: Shapes, subject: Term, name: str, default: float) -> float:
    found = (float(one.value) for one in shapes.objects(subject, SH + name) if isinstance(one, ox.Literal))
    return next(found, default)
