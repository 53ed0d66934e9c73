"""The page of questions in SQL as the server gives it, and the database that they are asked of."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import httpx
import pytest

from sparql_api.pages.sql.files import WASM, WORKER, engine_files
from sparql_api.pages.sql.page import SqlExample, examples
from sparql_api.tables.dictionary import tables
from tests.making import missing

HTML = {"Accept": "text/html"}
DATABASE = "/editions/1/tables/tables.duckdb"


@pytest.fixture(scope="module")
def database(client: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    path = tmp_path_factory.mktemp("sql") / "tables.duckdb"
    path.write_bytes(client.get(DATABASE).content)
    return duckdb.connect(str(path), read_only=True)


def test_the_database_holds_every_table_as_its_parquet_does(
    client: httpx.Client, database: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    assert {name for (name,) in database.execute("SHOW TABLES").fetchall()} == {*tables()}
    for name in tables():
        (tmp_path / "t.parquet").write_bytes(client.get(f"/editions/1/tables/{name}.parquet").content)
        file = f"read_parquet('{tmp_path}/t.parquet')"
        assert database.execute(f"DESCRIBE {name}").fetchall() == database.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()
        differing = f"(FROM {name} EXCEPT ALL FROM {file}) UNION ALL (FROM {file} EXCEPT ALL FROM {name})"
        assert database.execute(differing).fetchall() == []


def test_the_database_is_read_by_ranges_and_asked_again_by_its_tag(client: httpx.Client) -> None:
    whole = client.get(DATABASE)
    # What a browser's engine asks before it reads: the length, as the answer to a range.
    first = client.head(DATABASE, headers={"Range": "bytes=0-"})
    assert first.status_code == 206 and first.headers["content-length"] == str(len(whole.content))
    part = client.get(DATABASE, headers={"Range": "bytes=4096-8191", "If-Range": whole.headers["etag"]})
    assert part.status_code == 206 and part.content == whole.content[4096:8192]
    assert client.get(DATABASE, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert client.get("/tables?edition=1").json()["database"].endswith(DATABASE)
    assert DATABASE in client.get("/catalogue?format=nt&edition=1").text


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.name)
def test_an_example_has_an_answer_and_names_its_tables(database: duckdb.DuckDBPyConnection, example: SqlExample) -> None:
    assert database.execute(example.sql).fetchall()
    assert set(re.findall(r"(?:FROM|JOIN) (\w+)", example.sql)) == set(example.tables) <= {*tables()}


def test_means_and_counts_are_those_of_the_graph(client: httpx.Client, database: duckdb.DuckDBPyConnection) -> None:
    levels = next(one for one in examples() if one.name == "levels")
    query = "SELECT (COUNT(DISTINCT ?u) AS ?n) { ?u a oia:Projet ; oia:niveau ?v } GROUP BY ?v ORDER BY DESC(?n) LIMIT 20"
    rows = client.get("/sparql", params={"query": query, "edition": "1"}, headers={"Accept": "application/sparql-results+json"}).json()["results"]["bindings"]
    assert [row[2] for row in database.execute(levels.sql).fetchall()] == [int(row["n"]["value"]) for row in rows]


@pytest.mark.parametrize(("language", "said"), [("fr", "Sur votre ordinateur"), ("en", "On your computer")])
def test_without_its_engine_the_page_says_what_to_do(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr("sparql_api.pages.sql.page.engine_files", lambda: "")
    text = client.get("/tables/sql", params={"lang": language, "edition": "1", "sql": "SELECT 42 < 43"}, headers=HTML).text
    assert "<script" not in text and f'href="{DATABASE}"' in text and said in text and "SELECT 42 &lt; 43" in text
    assert "/tables?lang=" in text and "#usages_niveaux" in text and "duckdb.connect" in text
    assert f"/tables/sql?lang={language}" in client.get("/tables", params={"lang": language}, headers=HTML).text


def test_the_page_itself_may_compile_nothing_and_loads_no_engine(client: httpx.Client) -> None:
    answer = client.get("/tables/sql", headers=HTML)
    assert "wasm" not in answer.headers["content-security-policy"]
    assert answer.text.count("<script") <= 1 and f'src="/static/{engine_files()}' not in answer.text


def test_the_engine_is_sent_compressed_and_its_worker_alone_may_compile(client: httpx.Client) -> None:
    if not engine_files():
        missing("the engine's files are not there: python -m sparql_api.pages.sql.files")
    worker, wasm = (client.head(f"/static/{engine_files()}/{name}") for name in (WORKER, WASM))
    assert worker.headers["content-security-policy"].endswith("script-src 'self' 'wasm-unsafe-eval'")
    assert (wasm.headers["content-encoding"], wasm.headers["content-type"]) == ("gzip", "application/wasm")
    assert int(wasm.headers["content-length"]) < 10_000_000
