"""Who deposits is told: that a version waited, that the fiche was sent back or withdrawn, and why."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ingestion import Agent, Grant, Options, Registry, deposit_file
from tests.making import NATIONAL, OPERATOR, TEAM, begun, registry_with, write_csv

WAITED, RETURNED, WITHDRAWN = "depot:remplace-en-attente", "depot:deja-renvoyee", "depot:deja-retiree"


def told(registry: Registry, tmp_path: Path, agent: Agent = TEAM, **row: str) -> list[tuple[str, str]]:
    done = deposit_file(write_csv(tmp_path / "again.csv", [{"id": "A1", **row}]), registry, agent, Options())
    return [(one.rule, one.message["fr"]) for one in done.entries if one.rule in (WAITED, RETURNED, WITHDRAWN)]


def test_of_two_deposits_at_once_the_second_is_told(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    registry.close()
    runs = []
    for name in ("un", "deux"):
        (tmp_path / name).mkdir()
        file = write_csv(tmp_path / name / "f.csv", [{"id": "Z9", "titre": f"Un conte, version {name}"}])
        call = [str(Path(sys.executable).with_name("observatoire")), "ingest", str(file), "--report", str(tmp_path / f"{name}.json")]
        runs.append(subprocess.Popen(call, env={**os.environ, "OBSERVATOIRE_VAR": str(settings.var)}, stderr=subprocess.PIPE))
    assert [run.communicate()[1] is not None and run.returncode for run in runs] == [0, 0]
    reports: list[dict[str, Any]] = [json.loads((tmp_path / f"{name}.json").read_text()) for name in ("un", "deux")]
    said = [[one for one in report["entries"] if one["rule"] == WAITED] for report in reports]
    assert sorted(map(len, said)) == [0, 1], "one of them came second"
    ((second,),) = [found for found in said if found]
    assert "« opérateur »" in second["message"] and second["line"] == 2
    with Registry(settings) as registry:
        assert [one["event"] for one in registry.history("projet", "18-Z9")] == ["deposited", "deposited"]
        kept = "".join(str(registry.content("projet", "18-Z9", number)) for number in (1, 2))
        assert "Un conte, version un" in kept and "Un conte, version deux" in kept


def test_what_waits_is_not_replaced_in_silence(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A0"}])
    with registry:
        assert told(registry, tmp_path) == []
        assert told(registry, tmp_path) == [], "the same content replaces nothing"
        ((rule, said),) = told(registry, tmp_path, titre="Un autre titre de conte")
        assert rule == WAITED and "Version" not in said and "version 1" in said
        registry.validate("projet", "18-A1", NATIONAL)
        assert told(registry, tmp_path, titre="Un troisième titre de conte") == [], "a validated one is not replaced"


@pytest.mark.parametrize("row", [{}, {"titre": "Un conte corrigé avec une IA"}], ids=["same", "changed"])
def test_who_deposits_again_is_told_why_it_came_back(tmp_path: Path, row: dict[str, str]) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A1"}])
    with registry:
        registry.send_back("projet", "18-A1", NATIONAL, "Précisez le niveau ; retirez jean.dupont@exemple.fr.")
        ((rule, said),) = told(registry, tmp_path, **row)
        assert rule == RETURNED and "Précisez le niveau" in said and "jean.dupont" not in said
        registry.withdraw("projet", "18-A1", NATIONAL, "Doublon de 18-A0.")
        ((rule, said),) = told(registry, tmp_path, **row)
        assert rule == WITHDRAWN and "Doublon de 18-A0." in said


def test_who_may_not_deposit_a_fiche_is_told_nothing_of_it(tmp_path: Path) -> None:
    _, registry = registry_with(tmp_path, [{"id": "A1"}])
    other = Agent("DRANE Lille", (Grant("depot", "academie/09"),))
    with registry:
        registry.accounts.declare(other, OPERATOR)
        registry.send_back("projet", "18-A1", NATIONAL, "Précisez le niveau.")
        done = deposit_file(write_csv(tmp_path / "a.csv", [{"id": "A1"}]), registry, other, Options())
        assert done.summary.refused == 1 and "Précisez" not in str(done.entries)
