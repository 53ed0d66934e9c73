"""What we say in the terms of schema.org: each is one of its terms, and used as schema.org says."""

from __future__ import annotations

import csv
from pathlib import Path

import pyoxigraph as ox

from ontologie import PREFIXES, read_table, vocabularies

SCHEMA = PREFIXES["schema"]
TEXTS = {"Text", "URL", "Date", "DateTime"}
"""What a literal, or an address, may be of in schema.org."""


def terms() -> dict[str, dict[str, set[str]]]:
    """Return what schema.org 30.0 says of the terms that we name (`data/ORIGINE.md`)."""
    path = Path(__file__).parent / "data" / "schema_org_30.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            row["term"]: {name: set(row[name].split("|")) - {""} for name in ("kind", "above", "domains", "ranges")}
            for row in csv.DictReader(stream)
        }


def test_each_term_that_the_ontology_names_is_one_of_schema_org() -> None:
    named = set()
    for one in vocabularies():
        if one.path.startswith("termes/"):
            for quad in ox.parse(b"".join(one.lines), format=ox.RdfFormat.N_QUADS):
                named |= {t.value for t in (quad.subject, quad.object) if isinstance(t, ox.NamedNode)}
    ours = {iri.removeprefix(SCHEMA) for iri in named if iri.startswith(SCHEMA)}
    assert {"LearningResource", "educationalLevel"} <= ours
    assert ours - terms().keys() == set()


def test_each_property_of_the_view_is_one_of_its_subject_and_takes_its_values() -> None:
    known = terms()
    types = {"fiche": {"CreativeWork", "LearningResource"}, "evenement": {"EducationEvent"}}
    classes = {node: kinds.union(*(known[kind]["above"] for kind in kinds)) for node, kinds in types.items()}
    for row in read_table("donnees", "profil_schema.csv"):
        about = known[row["propriete"]]
        assert about["domains"] & classes[row["noeud"]], row
        given = {row["genre"], *known.get(row["genre"], {"above": set()})["above"]} if row["genre"] else TEXTS
        assert about["ranges"] & given, row


def test_the_links_between_the_fiche_and_what_happened_are_those_of_schema_org() -> None:
    known = terms()
    assert "CreativeWork" in known["mainEntity"]["domains"] and "Thing" in known["mainEntity"]["ranges"]
    assert "Thing" in known["subjectOf"]["domains"] and "CreativeWork" in known["subjectOf"]["ranges"]
    assert "CreativeWork" in known["temporalCoverage"]["domains"]
    assert "EducationalAudience" in known["educationalRole"]["domains"]
