"""CSV whose IRIs hold commas: each row has the cells of the header, whatever the engine's own writer does."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from tests import patient

ROWS = """VALUES (?a ?b ?c) {
  (<http://x.test/1,2> "a,b" UNDEF) (<http://x.test/3> "say \\"x\\"\\nand" 4) (UNDEF "é" <http://x.test/,>)
}"""
EXPECTED = [
    ["a", "b", "c"],
    ["http://x.test/1,2", "a,b", ""],
    ["http://x.test/3", 'say "x"\nand', "4"],
    ["", "é", "http://x.test/,"],
]


def rows(address: str, query: str) -> list[list[str]]:
    answer = patient.get(f"{address}/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def test_an_iri_with_a_comma_is_one_cell(address: str) -> None:
    assert rows(address, f"SELECT ?a ?b ?c {{ {ROWS} }}") == EXPECTED
    assert rows(address, f"SELECT * {{ {ROWS} }}") == EXPECTED
    assert rows(address, f"SELECT ?a {{ {ROWS} FILTER(BOUND(?a)) }}") == [["a"], ["http://x.test/1,2"], ["http://x.test/3"]]


def test_a_long_answer_of_such_iris_is_whole(address: str) -> None:
    text = "SELECT ?a ?n { ?s ?p ?o BIND(IRI(CONCAT('http://x.test/,', STR(RAND()))) AS ?a) BIND(1 AS ?n) } LIMIT 40000"
    found = rows(address, text)
    assert len(found) == 40_001 and {len(row) for row in found} == {2}


@pytest.mark.parametrize("name", ["fiches-publiees"])
def test_pages_with_commas_in_their_addresses_are_one_cell(address: str, name: str) -> None:
    answer = httpx.get(f"{address}/queries/{name}?format=csv", timeout=60)
    found = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert any("," in row["page"] for row in found) and all(None not in row for row in found)
