"""The labels that concepts are known by: the reviewed table first, then those of the vocabularies.

Knows `libelles.csv` (label → concepts, reviewed), `libelles_ecartes.csv` (labels of a concept never used) and
the packaged SKOS; which answer a deposit gets is the resolution's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from ingestion.words.columns import columns
from ontologie import BASE, PREFIXES, fold_label, read_table, vocabularies

_SKOS: Final = PREFIXES["skos"]
_CANOPE: Final = "https://www.reseau-canope.fr/scolomfr/ontology.owl#"
_SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/"
_STATUS: Final = "http://purl.org/iso25964/skos-thes#status"
_PREFERRED: Final = _SKOS + "prefLabel"
_LABELS: Final = (
    _PREFERRED,
    *(_SKOS + name for name in ("altLabel", "hiddenLabel", "notation")),
    _CANOPE + "labelEquivalentExact",
)
_ABOUT: Final = (*_LABELS, _SKOS + "inScheme", _STATUS)
_WANTED: Final = re.compile(("> (?:" + "|".join(re.escape(f"<{name}>") for name in _ABOUT) + ") ").encode())


@dataclass(frozen=True, slots=True)
class Entry:
    """What a label stands for: by key of the document, the concepts; none where the table says so.

    `reviewed` says the entry is the table's. IRIs are relative to the base where they are ours.
    """

    label: str
    concepts: tuple[tuple[str, tuple[str, ...]], ...]
    reviewed: bool

    @property
    def iris(self) -> tuple[str, ...]:
        """Return all concepts, whatever their key."""
        return tuple(iri for _, iris in self.concepts for iri in iris)


@dataclass(frozen=True)
class Labels:
    """The labels that one column is resolved against, by folded form.

    `ambiguous` holds, for a label that several concepts bear, the preferred labels of these.
    """

    entries: Mapping[str, Entry]
    ambiguous: Mapping[str, tuple[str, ...]]


@cache
def labels(column: str, base: str = BASE) -> Labels:
    """Return the labels of a column, by its name."""
    key, schemes = columns()[column].key, columns()[column].schemes
    found: dict[str, dict[str, str]] = {}
    preferred: dict[str, str] = {}
    discarded = {(row["iri"], fold_label(row["libelle"])) for row in read_table("donnees", "libelles_ecartes.csv")}
    for concept in concepts(base).values():
        if not concept.current or concept.schemes.isdisjoint(schemes):
            continue
        preferred[concept.iri] = concept.preferred
        for label in concept.labels:
            if (concept.iri, fold_label(label)) not in discarded:
                found.setdefault(fold_label(label), {})[concept.iri] = label
    entries = {
        folded: Entry(label, ((key, (iri,)),), reviewed=False)
        for folded, bearers in found.items()
        if folded and len(bearers) == 1
        for iri, label in bearers.items()
    }
    entries.update(_reviewed(column))
    ambiguous = {
        folded: tuple(preferred[iri] for iri in bearers) for folded, bearers in found.items() if folded not in entries
    }
    return Labels(entries, ambiguous)


def _reviewed(column: str) -> Iterator[tuple[str, Entry]]:
    """Yield the entries of the reviewed table for a column; rows with the same label make one entry."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in read_table("donnees", "libelles.csv"):
        if row["champ"] == column:
            rows.setdefault(fold_label(row["libelle"]), []).append(row)
    for folded, same in rows.items():
        found: dict[str, tuple[str, ...]] = {}
        for row in same:
            iris = tuple(row["concepts"].split("|")) if row["concepts"] else ()
            found[row["cle"]] = tuple(dict.fromkeys((*found.get(row["cle"], ()), *iris)))
        kept = tuple((key, iris) for key, iris in found.items() if iris)
        yield folded, Entry(same[0]["libelle"], kept, reviewed=True)


@dataclass(frozen=True, slots=True)
class Concept:
    """What is known of one concept or listed thing: the schemes it belongs to, and its labels.

    `schemes` are `scolomfr-voc-022`, or for ours the path its IRI starts with: `concept/niveau`, `outil`.
    """

    iri: str
    schemes: frozenset[str]
    labels: tuple[str, ...]
    """Its names, and its IRI, which names it for certain."""

    preferred: str
    current: bool


@cache
def concepts(base: str = BASE) -> Mapping[str, Concept]:
    """Return every labelled thing of the packaged vocabularies, by its IRI (relative where it is ours)."""
    about: dict[str, dict[str, list[ox.Literal | ox.NamedNode]]] = {}
    for quad in _statements(base):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, (ox.Literal, ox.NamedNode)):
            iri = quad.subject.value.removeprefix(base)
            about.setdefault(iri, {}).setdefault(quad.predicate.value, []).append(quad.object)
    return {iri: _concept(iri, said, base) for iri, said in about.items() if _PREFERRED in said}


def _statements(base: str) -> Iterable[ox.Quad]:
    """Return what the vocabularies say of labels, schemes and status."""
    lines = (line for one in vocabularies(base) for line in one.lines if _WANTED.search(line))
    return ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)


def _concept(iri: str, said: Mapping[str, list[ox.Literal | ox.NamedNode]], base: str) -> Concept:
    schemes = {node.value.removeprefix(_SCOLOMFR).removeprefix(base) for node in said.get(_SKOS + "inScheme", ())}
    names = [node.value for name in _LABELS for node in said.get(name, ())]
    names.append(iri)
    if ":" not in iri:
        folder, _, local = iri.rpartition("/")
        schemes.add(folder)
        names.extend((local, base + iri))
    french = [node.value for node in said[_PREFERRED] if isinstance(node, ox.Literal) and node.language == "fr"]
    status = [node.value for node in said.get(_STATUS, ())]
    return Concept(
        iri=iri,
        schemes=frozenset(schemes),
        labels=tuple(dict.fromkeys(names)),
        preferred=(french or names)[0],
        current=status in ([], ["Actuel"]),
    )
