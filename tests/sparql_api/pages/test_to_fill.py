"""What depositors fill in is at stable addresses, reads as it is, and is what refusals and the workshop lead to."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from ingestion import Options, examine, files_to_fill
from ontologie import read_table

NAMES = (
    "projet.xlsx", "projet.ods", "projet.csv", "publication.json", "module.json", "instrument.xlsx", "instrument.csv", "instrument.ttl", "linkset.sssom.tsv",
)  # fmt: skip


def test_the_files_are_these() -> None:
    assert set(files_to_fill()) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_to_fill_is_taken_as_it_is(client: httpx.Client, tmp_path: Path, name: str) -> None:
    answer = client.get(f"/gabarits/{name}", params={"lang": "en"})
    assert answer.status_code == 200, answer.text
    assert name in answer.headers["content-disposition"]
    path = tmp_path / name
    path.write_bytes(answer.content)
    done = examine(path, Options(kind=name.partition(".")[0]))
    refused = {one.rule.rpartition(":")[2] for one in done.entries if one.refuses}
    # The matches of the example start from a framework that nobody deposited here.
    assert refused == ({"bout-inconnu"} if name.startswith("linkset") else set())


def test_it_speaks_the_language_that_is_asked_for(client: httpx.Client) -> None:
    french, english = (client.get("/gabarits/linkset.sssom.tsv", params={"lang": one}).text for one in ("fr", "en"))
    assert "Une ligne par correspondance" in french and "One row per match" in english
    assert client.get("/gabarits/instrument.pdf").status_code == 404


def test_refusals_name_addresses_that_answer(client: httpx.Client) -> None:
    rows = read_table("phrases", "depot.csv")
    told = {found for row in rows for text in row.values() for found in re.findall(r"/gabarits/[\w.]*\w", text or "")}
    assert {"/gabarits/projet.xlsx", "/gabarits/instrument.xlsx", "/gabarits/linkset.sssom.tsv"} <= told
    assert [client.get(one).status_code for one in sorted(told)] == [200] * len(told)
    for row in rows:
        for name in ("remedy_fr", "remedy_en"):
            assert ("observatoire template" in row[name]) == ("/gabarits/" in row[name]), row["code"]
