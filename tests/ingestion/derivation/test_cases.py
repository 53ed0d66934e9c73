"""The truth tables of findings: facts of a fiche, and what a jurist says that each rule must say of them.

`cas_constats.csv` came with the corrections of the knowledge; `cas_constats_projet.csv` is a second set of the
same kinds, written from the texts. `sans-objet` is met by silence too, or by a finding that says so.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ontologie import BASE, read_table
from tests.ingestion.derivation.findings import (
    CLOSED_TOOL,
    Found,
    derivation_over,
    derive_batch,
    document,
    findings,
    local,
    store_of,
)

HERE = Path(__file__).parent
SILENCE = {"": ("sans-objet",), "CU-R": ("sans-objet", "anterieur-au-texte")}
CASES = [
    row
    for name in ("cas_constats.csv", "cas_constats_projet.csv")
    for row in csv.DictReader((HERE / name).open(encoding="utf-8", newline=""))
]


def facts(row: dict[str, str]) -> dict[str, Any]:
    """Return the facts of a case: values of one key, or several of a list."""
    made: dict[str, Any] = {}
    for pair in row["faits"].split(";"):
        key, _, value = pair.partition("=")
        values = [CLOSED_TOOL if one == "@logicielLibre-false" else one for one in value.split("|")]
        made[key] = values if len(values) > 1 else values[0]
    return made


def unsuspended(path: str, lines: bytes) -> bytes:
    """Let suspended rules speak, and add a tool that is known not to be free software."""
    if path == "genere/regles-indices.ttl":
        return lines.replace(b'#suspendue> "true"', b'#suspendue> "false"')
    if path == "genere/outils.ttl":
        boolean = "<http://www.w3.org/2001/XMLSchema#boolean>"
        return lines + (
            f'<{BASE}outil/{CLOSED_TOOL}> <{BASE}ontologie#logicielLibre> "false"^^{boolean} <{BASE}x> .\n'
        ).encode()
    return lines


@cache
def found() -> list[dict[str, Found]]:
    """Return the findings of every case, drawn in one batch: no project sees another."""
    names = [f"18-C{number}" for number in range(len(CASES))]
    store = store_of(*(document(name, **facts(row)) for name, row in zip(names, CASES, strict=True)))
    projects = [f"{BASE}projet/{name}" for name in names]
    graphs = derive_batch(store, projects, derivation=derivation_over(unsuspended)).values()
    return [findings(quads, project) for project, quads in zip(projects, graphs, strict=True)]


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: CASES[number]["cas"])
def test_a_rule_says_what_a_jurist_says(number: int) -> None:
    row = CASES[number]
    rule = row["regle"] if row["regle"].startswith("constat-") else f"constat-{row['regle'].lower()}"
    finding = found()[number].get(rule)
    if finding is None:
        silent = SILENCE["CU-R" if row["regle"].startswith("CU-R") else ""]
        assert row["verdict"] in silent and not row["classe"]
        return
    assert finding.verdict == row["verdict"]
    assert set(finding.missing.split()) == set(filter(None, row["manque"].split("|")))
    assert [local(term) for term in finding.said.get("classeRisque", [])] == list(filter(None, [row["classe"]]))
    if rule == "constat-aia-minimal":
        assert "applique" not in finding.said, "minimal risk has no article"


def test_what_is_allowed_or_described_is_never_in_line_nor_against() -> None:
    weak = {row["id"] for row in read_table("donnees", "instruments", "regles_cadre.csv")
            if row["modalite"] in ("permis", "decrit")}  # fmt: skip
    rules = {row["id"] for row in read_table("donnees", "regles_constats.csv")
             if row["applique"].removeprefix("regle/") in weak}  # fmt: skip
    said = {row["verdict"] for row in read_table("donnees", "issues_constats.csv") if row["regle"] in rules}
    assert {"constat-cu-r24", "constat-cu-r25", "constat-cu-r28"} < rules
    assert said == {"permission-utilisee", "a-examiner", "non-conclu"}
