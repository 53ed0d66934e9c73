"""The snippets of `docs/research.md`, run as they stand: Python, R and JavaScript."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from ontologie import PREFIXES
from sparql_api.formats.bags import bag_of
from tests.clients.documented import at, blocks
from tests.making import missing

PAGE = "research.md"


def run(code: str) -> str:
    """Run Python in a space of its own; return what it prints."""
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(code, PAGE, "exec"), {"__name__": "docs"})
    return said.getvalue()


@pytest.fixture(scope="module")
def uses(store: ox.Store) -> int:
    """How many uses there are."""
    return sum(1 for _ in store.query("SELECT DISTINCT ?u { GRAPH ?g { ?u a oia:Projet } }", prefixes=PREFIXES))


@pytest.fixture(scope="module")
def busiest(store: ox.Store) -> tuple[str, int]:
    """The tool that most uses name, and how many do."""
    text = "SELECT ?t (COUNT(DISTINCT ?u) AS ?n) { GRAPH ?g { ?u a oia:Projet ; oia:outil ?t } } GROUP BY ?t ORDER BY DESC(?n) LIMIT 1"
    (row,) = store.query(text, prefixes=PREFIXES)
    return row["t"].value, int(row["n"].value)


def test_a_table_and_a_question_are_read_with_pandas(address: str, uses: int) -> None:
    said = run(at(address, blocks(PAGE, "python")[0]))
    assert f"of {uses} uses" in said and "2024-2025" in said


def test_sparql_is_read_with_pandas(address: str, busiest: tuple[str, int]) -> None:
    said = run(at(address, blocks(PAGE, "python")[1]))
    assert said.splitlines()[1].split()[-1] == str(busiest[1])


def test_an_answer_is_cited_and_asked_again(address: str) -> None:
    first, second = run(at(address, blocks(PAGE, "python")[2])).splitlines()
    assert re.search(r"/answer\?question=projets-par-academie&version=1&edition=1&sha256=([0-9a-f]{64})&algorithm=2 \1 \d+", first)
    assert second == "True 0 0"


def test_a_stranger_works_out_the_hash_of_an_answer(address: str) -> None:
    assert run(at(address, blocks(PAGE, "python")[3])) == "True\n"


def test_what_a_stranger_works_out_is_the_hash_of_any_answer() -> None:
    """Texts with a direction, signs that are escaped, cells that are unbound, rows that stand twice, triples."""
    space: dict[str, Any] = {"__name__": "docs"}
    exec(compile(blocks(PAGE, "python")[3].partition("\nwith urlopen")[0], PAGE, "exec"), space)
    uri = {"type": "uri", "value": "http://example.org/é"}
    texts = [
        {"type": "literal", "value": "".join(map(chr, range(0x80))) + "\ufffe\uffff\U0001f600"},
        {"type": "literal", "value": "نص", "xml:lang": "AR-eg", "its:dir": "rtl"},
        {"type": "literal", "value": "1", "datatype": PREFIXES["xsd"] + "integer"},
        {"type": "literal", "value": "a", "datatype": PREFIXES["xsd"] + "string"},
    ]
    triple = {"type": "triple", "value": {"subject": uri, "predicate": uri, "object": texts[1]}}
    rows = [{"a": one, "b": triple} for one in texts] + [{"b": uri}, {"b": uri}, {"a": {"type": "bnode", "value": "x"}}]
    answer = {"head": {"vars": ["a", "b"]}, "results": {"bindings": rows}}
    assert space["hash_of"](answer) == bag_of(answer).sha256 != bag_of(answer, 1).sha256


@pytest.mark.long
def test_javascript_asks_a_question_and_the_endpoint(address: str, uses: int) -> None:
    (code,) = blocks(PAGE, "js")
    node = shutil.which("node") or missing("node is not installed")
    done = subprocess.run([node, "--input-type=module"], input=at(address, code), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 [") and done.stdout.split()[-1] == str(uses)


def r_requests(code: str) -> list[str]:
    """The addresses that the R of the page reads: what it pastes, its variables put in."""
    values = {name: text for name, text in re.findall(r'^(\w+) <- "([^"]*)"', code, re.M)}
    escaped = {name: str(httpx.QueryParams({"q": text}))[2:] for name, text in values.items()}
    found = []
    for pasted in re.findall(r"read\.csv\(paste0\((.*)\)", code):
        parts = re.findall(r'"([^"]*)"|URLencode\((\w+), reserved = TRUE\)|(\w+)', pasted.partition("), col")[0])
        found.append("".join(text or escaped.get(coded, "") or values.get(name, "") for text, coded, name in parts))
    return found


def test_what_r_asks_gives_csv(address: str, busiest: tuple[str, int], uses: int) -> None:
    """Its requests alone: R itself runs it below, where it is installed."""
    (code,) = blocks(PAGE, "r")
    read: Callable[[str], list[list[str]]] = lambda path: list(csv.reader(io.StringIO(httpx.get(path, timeout=60).text, newline="")))  # noqa: E731
    table, years, tools = map(read, r_requests(at(address, code)))
    assert len(table) == uses + 1 and years[0] == ["anneeScolaire", "projets"]
    assert tools[:2] == [["outil", "usages"], [busiest[0], str(busiest[1])]]


@pytest.mark.long
def test_r_reads_csv_and_sparql(address: str, busiest: tuple[str, int], tmp_path: Path) -> None:
    (code,) = blocks(PAGE, "r")
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed: only its requests were tried")
    (tmp_path / "snippet.R").write_text(at(address, code), encoding="utf-8")
    done = subprocess.run(["Rscript", str(tmp_path / "snippet.R")], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert f"{busiest[0]}" in done.stdout
