"""The ten illustrative analyses: made from the published summary alone, each judgement quoting what it rests on."""

from __future__ import annotations

import csv
import io
import json
from importlib.resources import files
from typing import Any

import pytest

from ontologie import read_table

DEMO = files("ingestion").joinpath("demo")
ANALYSES: list[dict[str, Any]] = json.loads(DEMO.joinpath("analyses.json").read_text(encoding="utf-8"))
USAGES = {row["id"]: row for row in csv.DictReader(io.StringIO(DEMO.joinpath("usages.csv").read_text("utf-8")))}
MANDATORY = {row["id"] for row in read_table("donnees", "instruments", "criteres.csv") if row["obligatoire"] == "oui"}


def test_there_are_ten_and_they_say_that_they_are_illustrative() -> None:
    assert len(ANALYSES) == 10
    assert all("AnalyseIllustrative" in analysis["type"] for analysis in ANALYSES)
    assert {analysis["auteur"] for analysis in ANALYSES} == {"organisation/equipe-projet"}


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: str(a["identifiant"]))
def test_each_proof_is_in_the_words_of_the_row(analysis: dict[str, Any]) -> None:
    row = USAGES[analysis["evalue"].rpartition("-")[2]]
    for appreciation in analysis["comporte"]:
        proof = appreciation.get("preuve")
        if proof is None:
            assert appreciation["echelon"] == "echelon/non-renseigne"
        else:
            assert proof["extrait"] in row[proof["champ"]]


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: str(a["identifiant"]))
def test_each_mandatory_criterion_is_judged(analysis: dict[str, Any]) -> None:
    judged = {appreciation["critere"].removeprefix("critere/") for appreciation in analysis["comporte"]}
    assert judged >= MANDATORY
