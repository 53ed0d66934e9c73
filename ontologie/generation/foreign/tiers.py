"""Distils the vocabularies of others into `tiers/`: what the project uses, each in a file with its licence.

Knows where the sources stand in the shared data and which of their properties are kept. What is not listed
here is left out, so persons named in the sources (contributors, creators) never pass.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import Final, NamedTuple

import pyoxigraph as ox

from ontologie.generation.tables.common import table
from ontologie.generation.tables.turtle import ALL_PREFIXES, Statement, Turtle, both, iri, links, text
from ontologie.namespaces import PREFIXES, RDF_TYPE

SKOS: Final = PREFIXES["skos"]
VOC: Final = ALL_PREFIXES["voc"]
UMBRELLA: Final = VOC.removesuffix("/")
SCOLOMFR: Final = ("010", "011", "012", "015", "016", "018", "019", "021", "022", "040")
SCOLOMFR_KEPT: Final = {
    ALL_PREFIXES[name.partition(":")[0]] + name.partition(":")[2]: name
    for name in (
        "rdf:type", "dct:title", "skos:prefLabel", "skos:altLabel", "skos:hiddenLabel", "skos:notation",
        "canope:labelEquivalentExact", "canope:ordre", "skos:broader", "skos:narrower", "skos:inScheme",
        "skos:topConceptOf", "skos:hasTopConcept", "isothes:status", "dct:isReplacedBy",
    )
}  # fmt: skip
DPV_CONCEPTS: Final = (
    "eu-aiact:AIDeployer", "eu-aiact:AIProvider", "eu-aiact:EducationSector", "eu-aiact:FRIA",
    "eu-aiact:RiskLevelMinimal",
)  # fmt: skip
"""DPV terms that the findings use and that no table names."""

DPV_UPWARDS: Final = ("skos:broader", "eu-aiact:hasRiskLevel")
DPV_KEPT: Final = {iri(name).value: name for name in ("skos:prefLabel", "skos:definition", *DPV_UPWARDS)}


class _Triple(NamedTuple):
    subject: ox.NamedNode
    predicate: ox.NamedNode
    object: ox.NamedNode | ox.Literal


def write_all(source: Path, target: Path) -> int:
    """Write every distilled vocabulary below `target`; return how many."""
    made: dict[str, str] = {}
    for number in SCOLOMFR:
        made[f"scolomfr/scolomfr-voc-{number}.ttl"] = scolomfr(source, number)
    made["unesco-thesaurus/unesco-thesaurus.ttl"] = unesco(source)
    wanted = dpv_wanted()
    made["dpv/dpv-ai.ttl"] = dpv(source / "dpv" / "ai-2.3.ttl", "https://w3id.org/dpv/ai", wanted)
    made["dpv/dpv-eu-aiact.ttl"] = dpv(
        source / "dpv" / "eu-aiact-2.3.ttl", "https://w3id.org/dpv/legal/eu/aiact", wanted
    )
    for name, rendered in made.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered, encoding="utf-8", newline="\n")
    return len(made)


def scolomfr(source: Path, number: str) -> str:
    """Return one ScoLOMFR 3.2.0 vocabulary: concepts, labels, hierarchy, status.

    Left out: the umbrella scheme that all vocabularies share, the collections (`isothes:ThesaurusArray`),
    an alternative label that repeats the preferred one (SKOS S13).
    """
    path = source / "scolomfr" / f"scolomfr-voc-{number}.rdf"
    triples = _parse(path, ox.RdfFormat.RDF_XML)
    scheme = f"{VOC}scolomfr-voc-{number}"
    concepts = {t.subject.value for t in triples if _is(t, RDF_TYPE, SKOS + "Concept")}
    labels = (t for t in triples if t.predicate.value == SKOS + "prefLabel")
    preferred = {(t.subject.value, t.object.value) for t in labels}
    said: dict[str, list[Statement]] = defaultdict(list)
    for triple in triples:
        subject, predicate, value = triple.subject.value, triple.predicate.value, triple.object.value
        name = SCOLOMFR_KEPT.get(predicate)
        foreign = value.startswith(VOC) and value not in concepts and value != scheme
        repeated = name == "skos:altLabel" and (subject, value) in preferred
        other_type = name == "rdf:type" and value not in (SKOS + "Concept", SKOS + "ConceptScheme")
        if name and value != UMBRELLA and not (foreign or repeated or other_type):
            said[subject].append((name, triple.object))
    out = Turtle(f"ScoLOMFR 3.2.0, vocabulaire {number} : extrait. Licence CC BY-SA 3.0 FR (voir LICENCE).")
    licence = links("dct:license", ["https://creativecommons.org/licenses/by-sa/3.0/fr/"])
    out.add(scheme, _sorted(said[scheme]), licence, text("owl:versionInfo", "3.2.0"))
    for concept in sorted(concepts):
        out.add(concept, _sorted(said[concept]))
    return out.render(generated=False)


def unesco(source: Path) -> str:
    """Return the 45 concepts of the UNESCO Thesaurus the project may link to: labels in two languages."""
    out = Turtle("Thésaurus de l'UNESCO : sélection de concepts. Licence CC BY-SA 3.0 IGO (voir LICENCE).")
    scheme = ALL_PREFIXES["unesco"].removesuffix("/")
    table = source / "derive" / "unesco_thesaurus_selection.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: row["uri"])
    out.add(
        scheme,
        links("rdf:type", ["skos:ConceptScheme"]),
        both("dct:title", "Thésaurus de l'UNESCO", "UNESCO Thesaurus"),
        both("skos:prefLabel", "Thésaurus de l'UNESCO", "UNESCO Thesaurus"),
        links("dct:license", ["https://creativecommons.org/licenses/by-sa/3.0/igo/"]),
    )
    for row in rows:
        labels = both("skos:prefLabel", row["prefLabel_fr"], row["prefLabel_en"])
        out.add(row["uri"], links("rdf:type", ["skos:Concept"]), labels, links("skos:inScheme", [scheme]))
    return out.render(generated=False)


def dpv_wanted() -> set[str]:
    """Return the DPV terms that the project's tables align to, and those that its findings use."""
    wanted = {iri(name).value for name in DPV_CONCEPTS}
    for name, column in (("types_ia", "dpv_iri"), ("correspondances", "object")):
        values = (row[column] for row in table("instruments", name))
        wanted |= {value for value in values if value.startswith("https://w3id.org/dpv/")}
    return wanted


def dpv(path: Path, namespace: str, wanted: set[str]) -> str:
    """Return the wanted terms of a DPV extension and what is above them: label, definition, hierarchy."""
    triples = _parse(path, ox.RdfFormat.TURTLE)
    above: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if DPV_KEPT.get(triple.predicate.value) in DPV_UPWARDS and triple.object.value.startswith(namespace):
            above[triple.subject.value].add(triple.object.value)
    terms = _closure({term for term in wanted if term.startswith(namespace + "#")}, above)
    said: dict[str, list[Statement]] = defaultdict(list)
    for triple in triples:
        name = DPV_KEPT.get(triple.predicate.value)
        if name and (isinstance(triple.object, ox.Literal) or triple.object.value in terms):
            said[triple.subject.value].append((name, triple.object))
    out = Turtle("Data Privacy Vocabulary 2.3 : extrait. Licence W3C Document 2023 (voir LICENCE).")
    for term in sorted(terms):
        if not said[term]:
            raise ValueError(f"{path.name}: {term} is not defined there")
        kind = links("rdf:type", ["skos:Concept"])
        out.add(term, kind, _sorted(said[term]), links("rdfs:isDefinedBy", [namespace]))
    return out.render(generated=False)


def _parse(path: Path, form: ox.RdfFormat) -> list[_Triple]:
    """Return the triples without a blank node: in the sources these are persons and dates of editing."""
    return [
        _Triple(quad.subject, quad.predicate, quad.object)
        for quad in ox.parse(path.read_bytes(), format=form)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode | ox.Literal)
    ]


def _is(triple: _Triple, predicate: str, value: str) -> bool:
    return triple.predicate.value == predicate and triple.object.value == value


def _sorted(said: list[Statement]) -> list[Statement]:
    return sorted(said, key=lambda statement: (statement[0], str(statement[1])))


def _closure(terms: set[str], above: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    while terms:
        found |= terms
        terms = {parent for term in terms for parent in above[term]} - found
    return found
