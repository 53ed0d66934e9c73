"""Writes Turtle in one canonical order: prefixes once, one block a subject, properties in a fixed order.

Knows Turtle 1.1 (https://www.w3.org/TR/turtle/) as far as graphs without blank nodes and lists need it,
and nothing of what the terms mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

import pyoxigraph as ox

from ontologie.namespaces import BASE, PREFIXES
from ontologie.resources import read_table

XSD: Final = PREFIXES["xsd"]
ALL_PREFIXES: Final[dict[str, str]] = {
    **PREFIXES,
    "adms": "http://www.w3.org/ns/adms#",
    "canope": "https://www.reseau-canope.fr/scolomfr/ontology.owl#",
    "isothes": "http://purl.org/iso25964/skos-thes#",
    "scolomfr": "http://data.education.fr/voc/scolomfr/concept/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "unesco": "http://vocabularies.unesco.org/thesaurus/",
    "voc": "http://data.education.fr/voc/scolomfr/",
    **{row["prefixe"]: row["espace"] for row in read_table("ponts", "cibles.csv")},
}

Term = ox.NamedNode | ox.Literal
Statement = tuple[str, Term]
"""A predicate, as an IRI or a prefixed name, and its object."""

_ORDER: Final = (
    "rdf:type", "dct:title", "skos:prefLabel", "rdfs:label", "skos:altLabel", "skos:hiddenLabel",
    "canope:labelEquivalentExact", "skos:notation", "dct:identifier", "oia:ordre", "canope:ordre",
    "skos:definition", "rdfs:comment", "dct:description", "skos:scopeNote", "oia:question",
    "owl:annotatedSource", "owl:annotatedProperty", "owl:annotatedTarget",
    "skos:inScheme", "skos:topConceptOf", "skos:hasTopConcept", "skos:broader", "skos:narrower",
    "dct:isPartOf",
)  # fmt: skip
_LAST: Final = (
    "dct:creator", "dct:source", "oia:pageLue", "dct:license", "dct:rights", "oia:resteAVerifier", "oia:aVerifier",
)  # fmt: skip
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_RELATIVE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/#-]*")
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def iri(reference: str) -> ox.NamedNode:
    """Return an IRI: absolute as it stands, `prefix:name` expanded, anything else relative to the base."""
    prefix, colon, local = reference.partition(":")
    if colon and prefix in ALL_PREFIXES and not local.startswith("//"):
        return ox.NamedNode(ALL_PREFIXES[prefix] + local)
    return ox.NamedNode(reference if "://" in reference else BASE + reference)


def both(predicate: str, french: str, english: str) -> list[Statement]:
    """Return a statement in French and one in English, without the empty ones."""
    return tagged(predicate, french, "fr") + tagged(predicate, english, "en")


def tagged(predicate: str, value: str, language: str) -> list[Statement]:
    """Return one statement in a language, given by its tag (BCP 47)."""
    return [(predicate, ox.Literal(value, language=language))] if value else []


def links(predicate: str, references: Iterable[str]) -> list[Statement]:
    """Return one statement a reference (see `iri`)."""
    return [(predicate, iri(reference)) for reference in references]


def text(predicate: str, *values: str) -> list[Statement]:
    """Return one statement a plain string, without the empty ones."""
    return [(predicate, ox.Literal(value)) for value in values if value]


def typed(predicate: str, value: str, datatype: str) -> list[Statement]:
    """Return a statement with an `xsd:` datatype, nothing where the value is empty."""
    return [(predicate, ox.Literal(value, datatype=ox.NamedNode(XSD + datatype)))] if value else []


def flag(predicate: str, value: bool) -> list[Statement]:
    """Return a boolean statement."""
    return typed(predicate, "true" if value else "false", "boolean")


def dated(predicate: str, value: str) -> list[Statement]:
    """Return a date typed by its form: a year, a month or a day."""
    kinds = {4: "gYear", 7: "gYearMonth", 10: "date"}
    return typed(predicate, value, kinds[len(value)]) if value else []


@dataclass
class Turtle:
    """A Turtle text being written: sections of blocks, in the order they are added."""

    about: str
    """What the file holds, one line in French: the comment at its head."""

    tables: str = "ontologie/donnees"
    """The folder of the tables that it is made of."""

    parts: list[str | tuple[str, tuple[Statement, ...]]] = field(default_factory=list)

    def section(self, title: str) -> None:
        """Open a section under a comment line."""
        self.parts.append(title)

    def add(self, subject: str, *groups: Iterable[Statement]) -> None:
        """Add one block: everything said of a subject."""
        self.parts.append((subject, tuple(statement for group in groups for statement in group)))

    def statements(self) -> Iterator[tuple[str, Statement]]:
        """Yield each subject with each of its statements."""
        for part in self.parts:
            if not isinstance(part, str):
                yield from ((part[0], statement) for statement in part[1])

    def render(self, generated: bool = True) -> str:
        """Return the text of the file (UTF-8, `\\n`)."""
        body = [_section(part) if isinstance(part, str) else _block(*part) for part in self.parts]
        text = "\n".join(body)
        used = [p for p in sorted(ALL_PREFIXES) if re.search(rf"(?<![\w<]){re.escape(p)}:", text)]
        head = [f"# {self.about}"]
        if generated:
            head.append(f"# Fait par `python -m ontologie.generation` à partir des CSV de {self.tables} : "
                        "ne pas modifier à la main.")  # fmt: skip
        head += ["", f"@base <{BASE}> ."] if generated else [""]
        head += [f"@prefix {p}: <{ALL_PREFIXES[p]}> ." for p in used]
        return "\n".join(head) + "\n\n" + text


def _section(title: str) -> str:
    return f"# --- {title} ---\n"


def _block(subject: str, statements: tuple[Statement, ...]) -> str:
    by_predicate: dict[str, list[str]] = {}
    for predicate, term in statements:
        written = _term(term)
        values = by_predicate.setdefault(predicate, [])
        if written not in values:
            values.append(written)
    lines = []
    for predicate in sorted(by_predicate, key=_rank):
        name = "a" if predicate == "rdf:type" else _iri(iri(predicate).value)
        lines.append(f"  {name} " + " ,\n    ".join(by_predicate[predicate]))
    return _iri(iri(subject).value) + "\n" + " ;\n".join(lines) + " .\n"


def _rank(predicate: str) -> tuple[int, int, str]:
    if predicate in _ORDER:
        return (0, _ORDER.index(predicate), "")
    if predicate in _LAST:
        return (2, _LAST.index(predicate), "")
    return (1, 0, predicate)


def _term(term: Term) -> str:
    if isinstance(term, ox.NamedNode):
        return _iri(term.value)
    quoted = '"' + "".join(_ESCAPES.get(c, c) for c in term.value) + '"'
    if term.language:
        return f"{quoted}@{term.language}"
    datatype = term.datatype.value
    if datatype == XSD + "string":
        return quoted
    if datatype in (XSD + "boolean", XSD + "integer"):
        return term.value
    return f"{quoted}^^{_iri(datatype)}"


def _iri(value: str) -> str:
    for prefix, namespace in ALL_PREFIXES.items():
        local = value[len(namespace) :]
        if value.startswith(namespace) and _LOCAL.fullmatch(local):
            return f"{prefix}:{local}"
    if value.startswith(BASE) and _RELATIVE.fullmatch(value[len(BASE) :]):
        return f"<{value[len(BASE) :]}>"
    return f"<{value}>"
