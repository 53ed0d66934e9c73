"""Analyses by two assessors, of one project and of others: `fixtures/evaluations.csv`, a row an analysis.

No real analysis is published yet, so that these are invented, but deposited and published as real ones will be. A cell
is the value given (0, 1, 2), `so` (not applicable) or `nr` (not stated).
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.queries.asking import FIXTURES, illustrative_analyses

STEPS = {"0": "non-atteint", "1": "partiel", "2": "atteint", "so": "non-applicable", "nr": "non-renseigne"}


@dataclass(frozen=True)
class Analysis:
    """What one assessor judged of one project: the step of each criterion."""

    name: str
    author: str
    project: str
    illustrative: bool
    steps: dict[str, str]


def assessors() -> list[Analysis]:
    """Return the analyses of the fixture."""
    with (FIXTURES / "evaluations.csv").open(encoding="utf-8", newline="") as source:
        return [
            Analysis(row["analyse"], row["auteur"], row["projet"], False, {
                criterion: STEPS[cell] for criterion, cell in row.items() if criterion.startswith("C-")
            })
            for row in csv.DictReader(source)
        ]  # fmt: skip


def bundled() -> list[Analysis]:
    """Return the illustrative analyses of the demonstration."""
    return [
        Analysis(one["identifiant"], one["auteur"], one["evalue"].removeprefix("projet/"), True, {
            judged["critere"].removeprefix("critere/"): judged["echelon"].removeprefix("echelon/")
            for judged in one["comporte"]
        })
        for one in illustrative_analyses()
    ]  # fmt: skip


def write_documents(path: Path) -> Path:
    """Write the fixture as the documents that assessors deposit."""
    path.write_text(json.dumps([document(one) for one in assessors()], ensure_ascii=False), encoding="utf-8")
    return path


def document(one: Analysis) -> dict[str, Any]:
    """Return an analysis as a document."""
    about = f"analyse/{one.name}"
    return {
        "id": about,
        "type": ["Analyse"],
        "identifiant": one.name,
        "titre": f"Évaluation de {one.project}",
        "evalue": f"projet/{one.project}",
        "grille": "grille/nationale-1",
        "auteur": one.author,
        "date": "2026-11-25",
        "comporte": [judgement(about, criterion, step) for criterion, step in one.steps.items()],
    }


def judgement(about: str, criterion: str, step: str) -> dict[str, Any]:
    """Return the appraisal of one criterion, with what it rests on where it has to rest on something."""
    said: dict[str, Any] = {
        "id": f"{about}#appreciation-{criterion}",
        "type": "Appreciation",
        "critere": f"critere/{criterion}",
        "echelon": f"echelon/{step}",
        "commentaire": "Jugé en classe.",
    }
    if step in ("non-atteint", "partiel", "atteint"):
        said["preuve"] = {"id": f"{about}#preuve-{criterion}", "type": "Preuve", "champ": "resume", "extrait": "une IA"}
    return said
