"""Nothing acknowledged is lost and nothing is half there, whatever act a `kill -9` falls in: `bench/durability`.

The points are rows of `bench/durability/points.csv`; what a kill leaves is judged by `bench.durability.judging`, which
the short tests here show to see what it is for.
"""

from __future__ import annotations

import copy
import json
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.durability.acts import ACTS, points
from bench.durability.judging import batches_between, faults
from ingestion.registry.tables.upgrade import CURRENT

BEFORE = {
    "documents": {"18-A": ["publie", 1, True, ["deposited", "validated", "published"]]},
    "last": 2, "current": 2, "redacted": [0, 0], "sound": True, "swept": True,
}  # fmt: skip
AFTER = {
    **BEFORE,
    "documents": {
        **BEFORE["documents"],  # type: ignore[dict-item]
        **{f"18-N{number}": ["depose", 1, True, ["deposited"]] for number in range(4)},
    },
}


def test_each_point_is_a_function_of_an_act_and_there_are_forty_at_least() -> None:
    rows = points()
    assert len(rows) >= 40 and len({(row["act"], row["point"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["act"] in ACTS and row["when"] in ("before", "after") and int(row["call"]) > 0
        for name in filter(None, (row["function"], row["once"])):
            assert callable(pkgutil.resolve_name(name)), name
    assert {"ingest", "validate", "publish", "erase", "migrate", "restore"} <= {row["act"] for row in rows}


def test_the_judge_sees_what_is_lost_half_there_or_unsound() -> None:
    between = batches_between(BEFORE, AFTER, 2)
    assert [sorted(one) for one in between] == [["18-A", "18-N0", "18-N1"]]

    def judged(change: dict[str, Any], *, acknowledged: bool = False) -> list[str]:
        return faults({**copy.deepcopy(BEFORE), **change}, BEFORE, AFTER, between, acknowledged=acknowledged)

    assert judged({}) == [] and judged({"documents": AFTER["documents"]}) == [] and judged({"documents": between[0]}) == []
    assert judged({}, acknowledged=True) == ["acknowledged and not there: documents"]
    one_of_a_batch = {name: one for name, one in AFTER["documents"].items() if name in ("18-A", "18-N0")}  # type: ignore[attr-defined]
    without_event = {"18-A": ["publie", 1, True, ["deposited", "validated"]]}
    for half in (one_of_a_batch, without_event, {}):
        assert judged({"documents": half}) == ["half there"]
    assert judged({"sound": False}) == ["the edition that answers is not what its manifest says"]
    assert judged({"current": 3}) == ["another edition answers"]


@pytest.mark.long
def test_a_kill_at_each_named_point_with_two_at_work_or_the_clock_back_loses_nothing() -> None:
    run = [sys.executable, "-m", "bench.durability", "--points"]
    done = subprocess.run(run, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    states, *lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    kills = [one for one in lines if one["how"] == "point"]
    assert [(one["act"], one["point"]) for one in kills] == [(row["act"], row["point"]) for row in points()]
    assert all(one["killed"] for one in kills) and {one["how"] for one in lines} == {"point", "clock", "two"}
    assert [one for one in lines if one["faults"]] == [] and done.returncode == 0, done.stderr
    # What acts come to when they are left alone, said by hand: the rest is judged by it.
    before, after = states["before"], states["after"]
    assert {name: one[0] for name, one in before["ingest"]["documents"].items()} == {
        "18-A": "publie", "18-B": "publie", "18-C": "retire", "18-V": "valide", "18-W": "depose",
    }  # fmt: skip
    came = after["ingest"]["documents"].keys() - before["ingest"]["documents"].keys()
    assert came == {f"18-N{number}" for number in range(4)}
    states_of = {act: {name: one[0] for name, one in after[act]["documents"].items()} for act in ACTS if act != "migrate"}
    assert (states_of["validate"]["18-W"], states_of["return"]["18-W"], states_of["withdraw"]["18-B"]) == ("valide", "retourne", "retire")
    assert (states_of["publish"]["18-V"], after["publish"]["current"], after["publish"]["last"]) == ("publie", 3, 3)
    assert after["erase"]["documents"]["18-A"][2] is False and after["erase"]["redacted"] == [1, 1]
    assert states_of["restore"] == {"18-A": "publie", "18-C": "publie"} and after["restore"]["current"] == 1
    assert (before["migrate"]["documents"]["version"], after["migrate"]["documents"]["version"]) == (None, CURRENT)
