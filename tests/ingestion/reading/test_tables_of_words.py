"""The data behind the way in: messages in two languages, columns that agree with the shapes and the context."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rdflib import RDF, Literal, URIRef
from rdflib.namespace import SH

import ingestion
from ingestion.words.columns import columns
from ingestion.words.terms import terms
from ontologie import concepts, read_table
from shapes import shapes_graph

ROOT = Path(__file__).parents[3]
MESSAGES = read_table("phrases", "depot.csv")


@pytest.mark.parametrize("row", MESSAGES, ids=lambda row: row["code"])
def test_every_message_has_its_severity_and_says_what_to_do(row: dict[str, str]) -> None:
    assert row["severity"] in {"violation", "warning", "info"}
    assert row["message_fr"] != row["message_en"]
    if row["severity"] != "info":
        assert row["remedy_fr"], "a message says what to do"


def test_every_code_used_has_its_message() -> None:
    sources = [path for folder in ("ontologie", "shapes", "ingestion") for path in (ROOT / folder).rglob("*.py")]
    said = re.compile(r'(?:\bissue|unreadable|_error|Refused|\.say)\(\s*"([a-z-]+)"')
    used = {code for path in sources for code in said.findall(path.read_text(encoding="utf-8"))}
    assert used <= {row["code"] for row in MESSAGES}
    assert len(used) > 40


@pytest.mark.parametrize("column", columns().values(), ids=lambda column: column.name)
def test_every_column_is_described_in_both_languages_and_feeds_a_key(column: ingestion.words.columns.Column) -> None:
    assert all(column.label[lang] and column.help[lang] for lang in ("fr", "en"))
    assert column.key in terms() or column.kind == "prive"
    assert column.kind in {
        "texte", "concept", "iri", "entier", "booleen", "date", "identifiant", "langue", "etapes", "prive",
    }  # fmt: skip
    assert column.node in {"document", "fiche"}


def test_every_list_that_a_column_draws_from_exists() -> None:
    known = {scheme for concept in concepts().values() for scheme in concept.schemes}
    for column in columns().values():
        if column.kind == "concept":
            assert known & set(column.schemes), column.name


def test_the_bounds_of_columns_are_those_of_the_shapes() -> None:
    graph = shapes_graph()
    bounds: dict[str, set[int]] = {}
    for shape in graph.subjects(RDF.type, SH.PropertyShape):
        path, longest = graph.value(shape, SH.path), graph.value(shape, SH.maxLength)
        if isinstance(path, URIRef) and isinstance(longest, Literal):
            bounds.setdefault(str(path), set()).add(int(longest))
    checked = 0
    for column in columns().values():
        term = terms().get(column.key)
        if column.kind == "texte" and term is not None and term.iri in bounds:
            assert column.longest in bounds[term.iri], column.name
            checked += 1
    assert checked > 20


def test_the_canonical_columns_stand_first_in_their_order() -> None:
    assert list(columns())[:18] == [
        "id", "titre", "resume", "academie", "region_academique", "etablissement", "commune", "niveaux",
        "disciplines", "outils_ia", "type_ia", "objectifs", "competences", "plus_values", "points_vigilance",
        "date", "auteur_institutionnel", "url_source",
    ]  # fmt: skip
