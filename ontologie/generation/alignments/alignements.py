"""The alignments between instruments, and to the vocabularies of others, each with a node that says why and how sure.

Knows the tables `correspondances`, `types_ia`, `disciplines`, `publics` and the bridges, and
SSSOM (https://mapping-commons.github.io/sssom/): the node of a mapping, its justification, its confidence.
Each mapping is stated once in its own direction; the other direction and `skos:mappingRelation`, their
common super-property, stand in a derived file (docs/decisions/evidence.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ontologie.generation.alignments.ends import reasoned
from ontologie.generation.alignments.ponts import pairs, target_of
from ontologie.generation.lists.niveaux import matches
from ontologie.generation.tables.common import Row, reference, table
from ontologie.generation.tables.turtle import Statement, Turtle, both, iri, links, typed

INVERSE: Final = {
    "skos:closeMatch": "skos:closeMatch",
    "skos:relatedMatch": "skos:relatedMatch",
    "skos:broadMatch": "skos:narrowMatch",
    "skos:narrowMatch": "skos:broadMatch",
}
"""No exactMatch: two instruments differ in force and scope, even where they use the same word."""
MAPPED_ON: Final = "2026-11-24"
"""The day the correspondences entered the project, after review."""
PROJECTS_DAY: Final = "2026-11-29"
"""The day of the project's own, `correspondances_projet`, and of the bridges to the vocabularies of others."""
AUTHOR: Final = "organisation/equipe-projet"
REVIEWER: Final = "organisation/relecteur-correspondances"
"""Who looked at them again: a function, never a person."""


@dataclass(frozen=True)
class Mapping:
    """One correspondence: its two ends, its predicate, how sure we are, and why."""

    subject: str
    predicate: str
    object: str
    confidence: str
    reason: tuple[str, str]
    day: str = MAPPED_ON
    place: str = ""
    """What tells the object's local name from the same name in another vocabulary; empty where none has it."""

    @property
    def node(self) -> str:
        """The IRI of the node that justifies the mapping, made of the local names of its two ends."""
        return f"alignement/{_local(self.subject)}--{self.place}{_local(self.object)}"


def generate() -> dict[str, str]:
    """Return the mappings' files and the derived one."""
    national, kinds, scolomfr, ponts = list(_between()), list(_kinds()), list(_scolomfr()), list(bridges())
    everything = [*national, *kinds, *scolomfr, *ponts]
    nodes = [mapping.node for mapping in everything]
    if len(set(nodes)) != len(nodes):
        raise ValueError(f"two mappings share a node: {sorted({n for n in nodes if nodes.count(n) > 1})}")
    return {
        "alignements.ttl": _file("Les correspondances entre instruments, et vers DPV.", [*national, *kinds]),
        "alignements-scolomfr.ttl": _file("Les disciplines et publics du projet, reliés à ScoLOMFR.", scolomfr),
        "alignements-ponts.ttl": _file("Les ponts vers les vocabulaires d'autres.", ponts),
        "derive-alignements.ttl": _derived(everything),
    }


def _between() -> Iterator[Mapping]:
    tables = ((MAPPED_ON, table("instruments", "correspondances")), (PROJECTS_DAY, table("correspondances_projet")))
    for day, rows in tables:
        for row in rows:
            ends = reference(row["subject"]), row["predicate"], _object(row["object"])
            yield Mapping(*ends, row["confidence"], _reason(row), day)


def _kinds() -> Iterator[Mapping]:
    for row in table("types_ia_dpv"):
        yield Mapping(f"concept/type-ia/{row['id']}", row["predicat"], row["dpv_iri"], row["confiance"], _reason(row))


def _scolomfr() -> Iterator[Mapping]:
    for name, rows in (("discipline", table("disciplines")), ("public", table("publics"))):
        for row in rows:
            for predicate, target in matches(row):
                confidence, french, english = REASONS[predicate]
                reason = _reason(row) if "justification_fr" in row else (french, english)
                yield Mapping(f"concept/{name}/{row['id']}", predicate, target, confidence, reason)


def bridges() -> Iterator[Mapping]:
    """Yield the correspondences with the vocabularies of others."""
    for row in pairs():
        target = target_of(row["object"])
        yield Mapping(
            row["subject"], row["predicate"], iri(row["object"]).value if target else row["object"], row["confidence"],
            _reason(row), PROJECTS_DAY, f"{target['prefixe']}-" if target else "",
        )  # fmt: skip


REASONS: Final = {
    "skos:broadMatch": (
        "0.70",
        "Le concept du projet est une part de celui de ScoLOMFR.",
        "The project's concept is a part of ScoLOMFR's.",
    ),
    "skos:narrowMatch": (
        "0.70",
        "Le concept du projet couvre celui de ScoLOMFR, propre à un niveau ou à un genre.",
        "The project's concept covers ScoLOMFR's, proper to one level or kind.",
    ),
    "skos:relatedMatch": (
        "0.50",
        "Les deux concepts se touchent sans que l'un comprenne l'autre.",
        "The two concepts touch, neither containing the other.",
    ),
}
"""How sure we are of a correspondence with ScoLOMFR, and why, by its kind."""


def _reason(row: Row) -> tuple[str, str]:
    return row["justification_fr"], row["justification_en"]


def _object(identifier: str) -> str:
    return identifier if "://" in identifier else reference(identifier)


def _file(about: str, mappings: Iterable[Mapping]) -> str:
    out = Turtle(about)
    by_subject: dict[str, list[Mapping]] = {}
    for mapping in mappings:
        by_subject.setdefault(mapping.subject, []).append(mapping)
    for name, group in by_subject.items():
        out.add(name, *(links(mapping.predicate, [mapping.object]) for mapping in group))
        for mapping in group:
            out.add(mapping.node, _node(mapping))
    return out.render()


def _node(mapping: Mapping) -> list[Statement]:
    return [
        *links("rdf:type", ["oia:Alignement", "sssom:Mapping"]),
        *links("owl:annotatedSource", [mapping.subject]),
        *links("owl:annotatedProperty", [mapping.predicate]),
        *links("owl:annotatedTarget", [mapping.object]),
        *both("rdfs:comment", *named(mapping)),
        *links("sssom:mapping_justification", ["semapv:ManualMappingCuration"]),
        *typed("sssom:confidence", mapping.confidence, "decimal"),
        *links("sssom:author_id", [AUTHOR]),
        *links("sssom:reviewer_id", [REVIEWER]),
        *typed("sssom:mapping_date", mapping.day, "date"),
    ]


def named(mapping: Mapping) -> tuple[str, str]:
    """Return the reason in French and in English, both ends named by their words and their place."""
    french, english = mapping.reason
    ends = (mapping.subject, mapping.object)
    return reasoned(*ends, french, "fr"), reasoned(*ends, english, "en")


def _derived(mappings: Iterable[Mapping]) -> str:
    """Return what follows from the mappings: the other direction, and `skos:mappingRelation` both ways."""
    out = Turtle("Ce qui découle des correspondances : l'autre sens, et skos:mappingRelation dans les deux.")
    mappings = list(mappings)
    stated = {(m.subject, m.predicate, m.object) for m in mappings}
    found: dict[str, set[tuple[str, str]]] = {}
    for mapping in mappings:
        back = (mapping.object, INVERSE[mapping.predicate], mapping.subject)
        if back not in stated:
            found.setdefault(mapping.object, set()).add(back[1:])
        found.setdefault(mapping.subject, set()).add(("skos:mappingRelation", mapping.object))
        found.setdefault(mapping.object, set()).add(("skos:mappingRelation", mapping.subject))
    for name in sorted(found, key=lambda name: iri(name).value):
        out.add(name, *(links(predicate, [target]) for predicate, target in sorted(found[name])))
    return out.render()


def _local(reference: str) -> str:
    """Return the last part of an IRI: `principe/rgpd/RGPD-5` → `RGPD-5`, `…/ai#GenAI` → `GenAI`."""
    last = reference.replace("#", "/").rstrip("/").rpartition("/")[2]
    if reference.startswith("concept/"):
        return "-".join(reference.split("/")[1:])
    return last
