"""An id `ex-…` names an invented example, which no ordinary deposit may make; the observatory's own file does."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ingestion import Options, build_document, examine, export_columns, export_row, read_deposit
from ingestion.documents.build import BuiltDocument
from tests.ingestion.reading.conftest import Write, codes

RULE = "identifiant-d-exemple"
ROW = "id,titre,type_ia,academie\nex-a,Un titre,generative,{}\n"
DOCUMENT = {"id": "projet/ex-a", "titre": "Un titre", "typeIA": ["concept/type-ia/generative"]}
BUNDLED = Path(str(files("ingestion").joinpath("demo", "exemples.csv")))


def made(path: Path, *, examples: bool) -> BuiltDocument:
    (record,) = read_deposit(path).records
    return build_document(record, examples=examples)


def of_json(write: Write, *, examples: bool, **changed: Any) -> BuiltDocument:
    return made(write(json.dumps(DOCUMENT | changed), "a.json"), examples=examples)


@pytest.mark.parametrize("academie", ["", "Créteil"])
def test_an_ordinary_row_cannot_have_the_id_of_an_example(write: Write, academie: str) -> None:
    found = made(write(ROW.format(academie)), examples=False)
    assert RULE in codes(found) and not found.document
    examined = examine(write(ROW.format(academie)))
    assert (examined.summary.accepted, examined.summary.refused) == (0, 1)
    (said,) = [entry for entry in examined.entries if entry.rule == f"depot:{RULE}"]
    assert (said.line, said.column) == (2, 1) and "ex-a" in said.message["fr"] and "ex-a" in said.message["en"]


@pytest.mark.parametrize("kind", ["Projet", "ProjetExemple"])
def test_an_ordinary_document_cannot_be_an_example_by_its_id_or_its_type(write: Write, kind: str) -> None:
    assert RULE in codes(of_json(write, examples=False, type=[kind]))
    named = of_json(write, examples=False, type=["ProjetExemple"], id="projet/n-a")
    assert codes(named) == {"type-inconnu": "type"}


def test_an_example_is_no_project_even_where_examples_are_taken(write: Write) -> None:
    assert codes(of_json(write, examples=True, type=["Projet"])) == {"type-inconnu": "type"}
    taken = of_json(write, examples=True, type=["ProjetExemple"])
    assert not taken.refused and taken.document["type"] == ["ProjetExemple"] and taken.identifier == "ex-a"
    old = of_json(write, examples=True, type=["ProjetExemple"], **{"@context": "https://w3id.org/observatoire-ia/contexte/2.0.0.jsonld", "titre": {"fr": "Un titre"}})  # fmt: skip
    assert "type-inconnu" in codes(old)


def test_the_observatorys_file_makes_examples_of_no_academie_and_the_shapes_agree() -> None:
    examined = examine(BUNDLED, Options(examples=True))
    assert (examined.summary.read, examined.summary.accepted) == (20, 20)
    for one in examined.documents:
        assert one.built.document["type"] == ["ProjetExemple"] and one.built.academie is None
        assert one.converted.iri.rpartition("/")[2] == one.built.identifier
    assert examine(BUNDLED).summary.accepted == 0


def test_a_table_of_examples_keeps_their_ids_so_that_they_come_back_as_no_projects(tmp_path: Path) -> None:
    examined = examine(BUNDLED, Options(examples=True))
    place = export_columns().index("id")
    ids = [export_row(one.built.document)[place] for one in examined.documents]
    assert ids == [one.built.identifier for one in examined.documents] and all(one.startswith("ex-") for one in ids)
