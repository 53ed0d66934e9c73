"""The page of a fiche: what was done, how to do it again, what the observatory says of it, whom to ask.

Knows the order of `fiche.toml` and what stands together; how a value is shown is `presentation`'s business.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Final

import pyoxigraph as ox

from ingestion import columns
from ontologie import PREFIXES, Iris, read_table
from sparql_api.pages.things.describe import Incoming
from sparql_api.pages.things.evidence import field_name
from sparql_api.pages.things.presentation import Property, Reader, Shown, expand
from sparql_api.pages.things.unlisted import Unlisted, property_of
from sparql_api.words import i18n

OPEN: Final = "non-conclu"
"""The verdict that says what a fiche lacks."""
SAY_NOTHING: Final = frozenset({"anterieur-au-texte", "sans-objet"})
"""Verdicts that say why a rule did not bear on the project."""
PRIMARY_TOPIC: Final = PREFIXES["foaf"] + "primaryTopic"
HOMEPAGE: Final = PREFIXES["foaf"] + "homepage"
Addresses = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class FichePlan:
    """Which properties the page tells where."""

    brief: tuple[tuple[str, tuple[str, ...]], ...]
    done: tuple[str, ...]
    again: tuple[str, ...]
    resources: tuple[str, ...]
    told: frozenset[str]
    """All that the page tells outside of its sections."""


@cache
def plan(iris: Iris) -> FichePlan:
    """Return `fiche.toml` with the IRIs of its properties."""
    text = files("sparql_api").joinpath("pages", "things", "fiche.toml").read_text(encoding="utf-8")
    read = tomllib.loads(text)

    def terms(part: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(expand(term, iris) for term in part["terms"])

    brief = tuple((part["label"], terms(part)) for part in read["brief"])
    done, again, resources, elsewhere = (terms(read[name]) for name in ("done", "again", "resources", "elsewhere"))
    named = (term for _, terms_of in brief for term in terms_of)
    return FichePlan(brief, done, again, resources, frozenset({*named, *done, *again, *resources, *elsewhere}))


def fiche_shown(
    reader: Reader, subject: str, words: Unlisted, leading: Iterable[Incoming], addresses: Addresses
) -> dict[str, Any]:
    """Return what the page tells before the evidence, and whom to ask.

    What a deposit says of itself (its page, its service) is said of its fiche, which is read
    beside the project. `words` are those that led to nothing, by property; `addresses` the public ones of services,
    by IRI.
    """
    iris = reader.view.service.iris
    told, term = plan(iris), iris.term
    return {
        "brief": [
            (label, [value for one in terms for value in values(reader, subject, one, words)])
            for label, terms in told.brief
        ],
        "done": properties(reader, subject, told.done, words),
        "again": properties(reader, subject, told.again, words),
        "resources": [value for one in told.resources for value in values(reader, subject, one, words)],
        "phases": phases(reader, subject),
        "takes_up": values(reader, subject, term("reprend"), words),
        "taken_up": [reader.thing(s) for link in leading if link.predicate == term("reprend") for s in link.subjects],
        "contacts": contacts(reader, subject, addresses),
    }


def said(reader: Reader, subject: str, predicate: str) -> tuple[ox.NamedNode | ox.Literal, ...]:
    """Return the values of a property of a project and of its fiche."""
    fiches = [one for one, about in reader.statements.items() if ox.NamedNode(subject) in about.get(PRIMARY_TOPIC, ())]
    return tuple(value for one in (subject, *fiches) for value in reader.values(one, predicate))


def values(reader: Reader, subject: str, predicate: str, words: Unlisted) -> list[Shown]:
    """Return the values of a property, then the words given for it that no vocabulary knows, marked."""
    found = reader.property(predicate, said(reader, subject, predicate), subject).values
    return [*found, *reader.marked(words.get(predicate, ()))]


def properties(reader: Reader, subject: str, predicates: Iterable[str], words: Unlisted) -> list[Property]:
    """Return those of some properties that have a value, in the order given."""
    found = [(predicate, values(reader, subject, predicate, words)) for predicate in predicates]
    return [Property(one, reader.property_name(one), tuple(shown)) for one, shown in found if shown]


def phases(reader: Reader, subject: str) -> list[str]:
    """Return what is said of each phase, in their order."""
    term = reader.view.service.iris.term
    nodes = [str(value)[1:-1] for value in reader.values(subject, term("phase"))]
    ordered = sorted(nodes, key=lambda node: i18n.collation(reader.text(node, term("ordre"))))
    told = (reader.text(node, PREFIXES["dct"] + "description", PREFIXES["dct"] + "title") for node in ordered)
    return [text for text in told if text]


def services(reader: Reader, subject: str) -> list[str]:
    """Return the service that deposited a fiche, else the académies that it is of: never a person."""
    term = reader.view.service.iris.term
    for name in ("serviceDeposant", "academie"):
        found = [str(v)[1:-1] for v in said(reader, subject, term(name)) if isinstance(v, ox.NamedNode)]
        if found:
            return found
    return []


def contacts(reader: Reader, subject: str, addresses: Addresses) -> list[Shown]:
    """Return whom to ask: services with their public address where one is known, and the body that signs the fiche."""
    author = expand("oia:auteurInstitutionnel", reader.view.service.iris)
    shown = []
    for iri in services(reader, subject):
        academie = iri.startswith(reader.view.service.iris.entity("academie", ""))
        shown.append(replace(reader.thing(iri), note=reader.view.t("fiche.contacts.academie") if academie else ""))
        shown += [replace(reader.thing(address), external=True) for address in addresses.get(iri, ())]
    return [*shown, *reader.property(author, said(reader, subject, author), subject).values]


def findings_shown(reader: Reader, findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return findings apart: those that say something, those before their text, those that lack a fact."""
    lacking = [row for row in findings if row["verdict_id"] == OPEN]
    before = [row for row in findings if row["verdict_id"] in SAY_NOTHING]
    concluding = {row["id"] for row in read_table("donnees", "verdicts.csv") if row["concluant"] == "oui"}
    said = [row for row in findings if row not in lacking and row not in before]
    return {
        "said": said,
        "concluding": sum(row["verdict_id"] in concluding for row in said),
        "before": before,
        "lacking": lacking,
        "missing": missing(reader, lacking),
    }


def missing(reader: Reader, findings: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, int]]:
    """Return (what a fiche does not say, the column for it, how many findings wait), the most wanted first."""
    counts: dict[str, int] = {}
    for row in findings:
        for premise in row["missing"]:
            counts[premise] = counts.get(premise, 0) + 1
    by_property = columns_by_property(reader.view.service.iris)
    told = []
    for premise, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        column = by_property.get(premise, "")
        told.append((field_name(reader, column) if column else reader.property_name(premise), column, count))
    return told


@cache
def columns_by_property(iris: Iris) -> Mapping[str, str]:
    """Return the column of a deposit that says each property."""
    found: dict[str, str] = {}
    for name, column in columns().items():
        if column.key:
            found.setdefault(property_of(column.key, iris), name)
    return found
