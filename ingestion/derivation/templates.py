"""Runs a rule: what its WHERE finds, as rows of the variables that its template uses, and what is written of each row.

Knows how the template of a CONSTRUCT is written down (https://www.w3.org/TR/sparql11-query/#construct), and that a
blank node there is a premise: told by `rdf:subject`, `rdf:predicate` and `rdf:object` (RDF 1.1 Semantics, appendix
D.1), and named by its content, below the document of its finding, for the store holds no blank node
(docs/decisions/no-blank-nodes.md). Rows come as text: making terms of them costs ten times more. The CONSTRUCT itself
says the same, more slowly, and judges this in tests. Knows nothing of what is concluded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Final

import pyoxigraph as ox

from ontologie import PREFIXES, RDF_TYPE, RuleFile

Part = bytes | int
"""A place of a template: a term as N-Triples writes it, or the rank of a variable among those selected."""

Conclusions = dict[bytes, dict[bytes, set[bytes]]]
"""Lines of N-Triples, line ends included, by predicate, then by the IRI of the document that they speak of, or of
whose fragment."""


@dataclass(frozen=True)
class Premise:
    """A blank node of a template: what leads to it, its statement, and what else is said of it."""

    finding: Part
    link: bytes
    statement: tuple[Part, ...]
    others: tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True)
class Template:
    """A rule ready to run: the query of its rows, and what is written of each."""

    select: str
    triples: tuple[tuple[Part, Part, Part], ...]
    premises: tuple[Premise, ...]


def conclude(work: ox.Store, rule: RuleFile) -> Conclusions:
    """Return what a rule concludes from all that a store holds.

    A triple is left out where the rule found nothing for one of its terms, and so is a premise without its subject,
    predicate or object. Raises ValueError where the rule is no CONSTRUCT of triples and premises.
    """
    template = template_of(rule.name, rule.text)
    rows = _rows(work, template.select)
    found: Conclusions = {}
    for subject, predicate, value in template.triples:
        for said, pairs in _by_predicate(rows, subject, predicate, value):
            _add(found.setdefault(said, {}), said, pairs)
    for premise in template.premises:
        _add_premises(premise, rows, found)
    return found


def all_lines(found: Conclusions) -> set[bytes]:
    """Return the lines of conclusions, whatever they speak of."""
    return {line for about in found.values() for lines in about.values() for line in lines}


def _by_predicate(
    rows: list[list[bytes]], subject: Part, predicate: Part, value: Part
) -> Iterable[tuple[bytes, set[tuple[bytes, ...]]]]:
    """Return (predicate, (subject, value) pairs) of a triple of a template."""
    if isinstance(predicate, bytes):
        return [(predicate, _values(rows, (subject, value)))]
    found: dict[bytes, set[tuple[bytes, ...]]] = {}
    for said, *pair in _values(rows, (predicate, subject, value)):
        if said[:1] == b"<":
            found.setdefault(said, set()).add(tuple(pair))
    return found.items()


def _values(rows: list[list[bytes]], parts: tuple[Part, ...]) -> set[tuple[bytes, ...]]:
    """Return what stands in these parts of a template, in each row: once, whatever else the rows tell apart."""
    ranks = [part for part in parts if isinstance(part, int)]
    if len(ranks) == len(parts):
        return set(map(itemgetter(*ranks), rows))
    return {tuple([part if isinstance(part, bytes) else row[part] for part in parts]) for row in rows}


def _add(about: dict[bytes, set[bytes]], predicate: bytes, pairs: Iterable[tuple[bytes, ...]]) -> None:
    """Write (subject, value) pairs of a predicate below the documents of their subjects."""
    middle = b" %s " % predicate
    for subject, value in pairs:
        if value and subject[:1] == b"<":
            document = _document(subject)
            line = subject + middle + value + b" .\n"
            if document in about:
                about[document].add(line)
            else:
                about[document] = {line}


def _document(subject: bytes) -> bytes:
    """Return the IRI of the document that a subject is, or is a fragment of."""
    end = subject.find(b"#")
    return subject[1:end] if end > 0 else subject[1:-1]


def _add_premises(premise: Premise, rows: list[list[bytes]], found: Conclusions) -> None:
    nodes: dict[tuple[bytes, ...], bytes] = {}
    linked = []
    for finding, *statement in _values(rows, (premise.finding, *premise.statement)):
        if finding and all(statement):
            told = (_document(finding), *statement)
            node = nodes.get(told)
            if node is None:
                digest = hashlib.sha256(b" ".join(statement)).hexdigest()[:12].encode()
                node = nodes[told] = b"<%s#premisse-%s>" % (told[0], digest)
            linked.append((finding, node))
    _add(found.setdefault(premise.link, {}), premise.link, linked)
    for rank, part in enumerate(_STATEMENT, 1):
        _add(found.setdefault(part, {}), part, ((node, told[rank]) for told, node in nodes.items()))
    for part, value in premise.others:
        _add(found.setdefault(part, {}), part, ((node, value) for node in nodes.values()))


def _rows(work: ox.Store, select: str) -> list[list[bytes]]:
    """Return the rows of a query, each term as N-Triples writes it, nothing where a variable is not bound."""
    solutions = work.query(select, use_default_graph_as_union=True)
    assert isinstance(solutions, ox.QuerySolutions)
    # https://www.w3.org/TR/sparql11-results-csv-tsv/#tsv: tabs and line ends are escaped inside terms.
    data = bytes(solutions.serialize(format=ox.QueryResultsFormat.TSV) or b"")
    if _CONTROL.search(data):
        data = _CONTROL.sub(_escaped, data)
    rows = [line.split(b"\t") for line in data.split(b"\n")[1:-1]]
    if _BARE.search(data):
        return [[term if term[:1] in _QUOTED else _spelt_out(term) for term in row] for row in rows]
    return rows


_QUOTED: Final = (b"", b"<", b'"')
_BARE: Final = re.compile(rb'[\t\n][^<"\t\n]')
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def _escaped(found: re.Match[bytes]) -> bytes:
    """Return a control character as N-Triples writes it."""
    return {b"\x08": rb"\b", b"\x0c": rb"\f"}.get(found[0]) or rb"\u%04X" % found[0][0]


@lru_cache(maxsize=1_000)
def _spelt_out(term: bytes) -> bytes:
    """Return a number or a truth value, which TSV writes as Turtle does, as N-Triples writes it."""
    if term in (b"true", b"false"):
        kind = b"boolean"
    elif b"e" in term or b"E" in term:
        kind = b"double"
    else:
        kind = b"decimal" if b"." in term else b"integer"
    return b'"%s"^^<%s%s>' % (term, PREFIXES["xsd"].encode(), kind)


@lru_cache(maxsize=1_000)
def template_of(name: str, text: str) -> Template:
    """Return the rule of a name and text ready to run. Raises ValueError where it is no CONSTRUCT as those of ours."""
    split = _CONSTRUCT.fullmatch(text)
    if split is None:
        raise ValueError(f"the rule {name} must be a CONSTRUCT")
    read = _TemplateReader(name, split["preamble"], _TOKEN.findall(split["template"]))
    read.triples()
    told: dict[Part, dict[Part, Part]] = {}
    for subject, predicate, value in read.found:
        told.setdefault(subject, {})[predicate] = value
    triples = [triple for triple in read.found if not any(map(_is_blank, triple))]
    premises = [_premise(name, triple, told.get(triple[2], {})) for triple in read.found if _is_blank(triple[2])]
    selected = " ".join(f"?{variable}" for variable in read.variables)
    select = f"{split['preamble']}SELECT DISTINCT {selected} {split['where']}"
    return Template(select, tuple(triples), tuple(premises))


def _is_blank(part: Part) -> bool:
    return isinstance(part, bytes) and part.startswith(_BLANK)


def _premise(name: str, link: tuple[Part, Part, Part], told: Mapping[Part, Part]) -> Premise:
    """Return the premise that a triple leads to. Raises ValueError where it is none."""
    others = [(part, value) for part, value in told.items() if part not in _STATEMENT]
    constant = [(part, value) for part, value in others if isinstance(part, bytes) and isinstance(value, bytes)]
    if not (isinstance(link[1], bytes) and {*_STATEMENT} <= told.keys() and constant == others):
        raise ValueError(f"the rule {name}: a blank node that is no premise")
    return Premise(link[0], link[1], tuple(told[part] for part in _STATEMENT), tuple(constant))


_STATEMENT: Final = tuple(f"<{PREFIXES['rdf']}{part}>".encode() for part in ("subject", "predicate", "object"))
_BLANK: Final = b"_:"
_CONSTRUCT: Final = re.compile(r"(?P<preamble>.*?)CONSTRUCT\s*\{(?P<template>[^{}]*)\}\s*(?P<where>WHERE\s*\{.*)", re.S)
_TOKEN: Final = re.compile(r'<[^>]*>|"[^"\\]*"(?:@[\w-]+)?|\?\w+|[a-z][\w-]*:[\w-]+|\w+|\S')


@dataclass
class _TemplateReader:
    """Reads the triples of a template, whose blank nodes are written `[ … ]` and named here by their rank."""

    name: str
    preamble: str
    tokens: list[str]
    variables: dict[str, int] = field(default_factory=dict)
    found: list[tuple[Part, Part, Part]] = field(default_factory=list)
    nodes: int = 0

    def triples(self) -> None:
        """Read triples up to the end."""
        while self.tokens:
            self.properties(self.term())
            if self.tokens:
                self.expect(".")

    def properties(self, subject: Part) -> None:
        """Read what is said of a subject."""
        while self.tokens and self.tokens[0] not in ".]":
            predicate = self.term()
            self.found.append((subject, predicate, self.term()))
            while self.tokens and self.tokens[0] == ",":
                self.expect(",")
                self.found.append((subject, predicate, self.term()))
            if self.tokens and self.tokens[0] == ";":
                self.expect(";")

    def expect(self, token: str) -> None:
        """Take a token. Raises ValueError where it is another."""
        taken = self.tokens.pop(0) if self.tokens else ""
        if taken != token:
            raise ValueError(f"the rule {self.name}: {taken!r} in its template, where {token!r} was due")

    def term(self) -> Part:
        """Read a term; a variable is selected, a blank node is named. Raises ValueError at anything else."""
        token = self.tokens.pop(0) if self.tokens else ""
        if token.startswith("?"):
            return self.variables.setdefault(token[1:], len(self.variables))
        if token == "[":
            self.nodes += 1
            node = _BLANK + str(self.nodes).encode()
            self.properties(node)
            self.expect("]")
            return node
        if token.startswith('"'):
            return token.encode()
        if token in ("true", "false"):
            return _spelt_out(token.encode())
        return f"<{self.iri(token)}>".encode()

    def iri(self, token: str) -> str:
        """Return the IRI that a token names."""
        if token == "a":
            return RDF_TYPE
        if token.startswith("<"):
            base = re.search(r"BASE <(.*?)>", self.preamble)
            return token[1:-1] if ":" in token or base is None else base[1] + token[1:-1]
        prefix, colon, local = token.partition(":")
        said = re.search(rf"PREFIX {re.escape(prefix)}: <(.*?)>", self.preamble)
        if not colon or said is None:
            raise ValueError(f"the rule {self.name}: {token!r} in its template")
        return said[1] + local
