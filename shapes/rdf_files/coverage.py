"""Says which nodes of some data no shape looks at, and which of those its author surely meant to be judged.

SHACL says that data without focus nodes conform (§2.1, §3.4), which tells nobody that a class is misspelt. A node is
looked at where its class, or one above it, is the target of a shape. Knows classes and near-misses of their names;
judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import pyoxigraph as ox
from rapidfuzz import fuzz, process

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, document_types, frame, vocabularies
from shapes.facts import fact_quads
from shapes.gate import gate
from shapes.rdf_files.unusable import UnusableFile, sentences
from shapes.rules.targets import above
from shapes.rules.units import CLASS

_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_LABEL: Final = PREFIXES["rdfs"] + "label"
_CLASS: Final = PREFIXES["owl"] + "Class"
_MOST_TYPES: Final = 1_000
_MOST_NODES: Final = 1_000
_MOST_SAID: Final = 10
_ALIKE: Final = 70
_SAME_PLACE: Final = 85
_ENDS: Final = "#/"


@dataclass
class _Met:
    """How many nodes have a type, and one of them."""

    count: int
    node: str


@dataclass(frozen=True)
class Beside:
    """The classes that a profile adds to ours: those its shapes are for, those it declares, which stand above which."""

    targets: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    parents: Mapping[str, set[str]] = field(default_factory=dict)


class Coverage:
    """Watches quads pass by; then says what no shape looked at. Holds types, never nodes without bound."""

    def __init__(self, base: str = BASE, beside: Beside | None = None) -> None:
        self._base = base
        self._beside = beside or Beside()
        self._targets = _targets(base) | self._beside.targets
        self._any = False
        self._types: dict[str, _Met] = {}
        self._untyped: dict[str, bool] = {}
        self._parents = {name: set(names) for name, names in self._beside.parents.items()}

    def watch(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield the quads as they are."""
        for quad in quads:
            self._note(quad)
            yield quad

    def _note(self, quad: ox.Quad) -> None:
        self._any = True
        subject, predicate = quad.subject, quad.predicate.value
        name = subject.value if isinstance(subject, ox.NamedNode) else ""
        if predicate == RDF_TYPE and isinstance(quad.object, ox.NamedNode):
            kind = quad.object.value
            if kind in self._types or len(self._types) < _MOST_TYPES:
                met = self._types.setdefault(kind, _Met(0, name or str(subject)))
                met.count += 1
            if name in self._untyped or len(self._untyped) < _MOST_NODES:
                self._untyped[name] = False
        elif predicate == _SUBCLASS and isinstance(quad.object, ox.NamedNode):
            self._parents.setdefault(name, set()).add(quad.object.value)
        elif name and len(self._untyped) < _MOST_NODES:
            self._untyped.setdefault(name, True)

    def missed(self, *, found: bool = False) -> list[dict[str, str]]:
        """Return what is to be said of nodes that were surely meant to be judged, in `fr` and `en`, a sentence each.

        `found` says whether a shape found something, which it may in a node of any class. Raises UnusableFile where
        no node was looked at.
        """
        parents = {name: set(names) for name, names in _known_parents(self._base).items()}
        for name, names in self._parents.items():
            parents.setdefault(name, set()).update(names)
        classes = above(parents)
        judged = {name for name in self._types if classes(name) & self._targets}
        said = [*self._near(judged), *self._without_type()][:_MOST_SAID]
        if not judged and not found:
            self._refuse(said)
        return said

    def _near(self, judged: set[str]) -> Iterator[dict[str, str]]:
        namespace = Iris(self._base).term("")
        places = {_place(name) for name in self._beside.classes}
        for kind, met in self._types.items():
            if kind in judged or kind in self._beside.classes:
                continue
            if not is_near(kind, self._base):
                if _place(kind) in places:
                    yield sentences("type-hors-profil", count=str(met.count), node=met.node, type=kind)
                continue
            near = nearest(kind, self._base)
            code = "type-voisin" if near else "type-sans-voisin"
            words = {"count": str(met.count), "node": met.node, "type": kind, "near": near, "namespace": namespace}
            yield sentences(code, **words)

    def _without_type(self) -> Iterator[dict[str, str]]:
        for name, untyped in self._untyped.items():
            kind = _kind_of(name, self._base) if untyped else None
            if kind is not None:
                types = frame(kind, self._base)["type"]
                near = Iris(self._base).term(types if isinstance(types, str) else types[0])
                yield sentences("noeud-sans-type", node=name, near=near)

    def _refuse(self, said: list[dict[str, str]]) -> None:
        if not said:
            namespace = Iris(self._base).term("")
            if not self._any:
                said = [sentences("sans-enonce")]
            elif not self._types:
                said = [sentences("sans-type", namespace=namespace)]
            else:
                shown = ", ".join(f"<{name}>" for name in list(self._types)[:_MOST_SAID])
                ours = (name for name in sorted(_targets(self._base)) if name.startswith(namespace))
                known = ", ".join(f"oia:{name.removeprefix(namespace)}" for name in ours)
                said = [sentences("types-trouves", types=shown, known=known)]
        whole = [sentences("rien-a-juger"), *said]
        raise UnusableFile({lang: " ".join(one[lang] for one in whole) for lang in whole[0]})


def is_near(kind: str, base: str = BASE) -> bool:
    """Tell whether a class is none of ours, though it stands in our namespace or in one that looks like it."""
    if kind in _classes(base):
        return False
    return fuzz.ratio(_place(kind), _bare(Iris(base).term(""))) >= _SAME_PLACE


def nearest(kind: str, base: str = BASE) -> str:
    """Return the class of ours that a name was meant for, by its name or its label; "" where none is alike."""
    local, words = _local(kind).lower(), _words(base)
    if local in words:
        return words[local]
    found = process.extractOne(local, list(words), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return words[found[0]] if found else ""


def _kind_of(name: str, base: str) -> str | None:
    """Return the type of the document that an IRI of ours names."""
    kind, slash, rest = name.removeprefix(base).partition("/")
    return kind if name.startswith(base) and slash and rest and "#" not in rest and kind in document_types() else None


def _local(name: str) -> str:
    return name.rstrip(_ENDS).replace("#", "/").rpartition("/")[2]


def _place(name: str) -> str:
    """Return the namespace of a name, bare of what people get wrong: scheme, capitals, www, the last mark."""
    return _bare(name.rstrip(_ENDS)[: -len(_local(name)) or None])


def _bare(namespace: str) -> str:
    return namespace.lower().partition("://")[2].removeprefix("www.").rstrip(_ENDS)


@cache
def _targets(base: str) -> frozenset[str]:
    units = gate(base).judge.units
    return frozenset(str(target.value) for unit in units for target in unit.targets if target.kind == CLASS)


@cache
def _known_parents(base: str) -> Mapping[str, set[str]]:
    parents: dict[str, set[str]] = {}
    for quad in fact_quads(base):
        if quad.predicate.value == _SUBCLASS and isinstance(quad.object, ox.NamedNode):
            parents.setdefault(str(getattr(quad.subject, "value", quad.subject)), set()).add(quad.object.value)
    return parents


@cache
def _vocabulary(base: str) -> tuple[frozenset[str], Mapping[str, str]]:
    """Return the classes of our ontology, and the words for them: local names and labels, in lower case."""
    namespace = Iris(base).term("")
    lines = (line for one in vocabularies(base) if one.path.startswith("termes/") for line in one.lines)
    said: dict[str, set[tuple[str, str]]] = {}
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal):
            said.setdefault(quad.predicate.value, set()).add((quad.subject.value, quad.object.value))
    classes = {name for name, kind in said[RDF_TYPE] if kind == _CLASS and name.startswith(namespace)}
    labels = {label.lower(): name for name, label in said[_LABEL] if name in classes}
    return frozenset(classes), {**labels, **{_local(name).lower(): name for name in sorted(classes)}}


def _classes(base: str) -> frozenset[str]:
    return _vocabulary(base)[0]


def _words(base: str) -> Mapping[str, str]:
    return _vocabulary(base)[1]
