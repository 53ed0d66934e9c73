"""A result cited on edition 1, after five more editions: it is the same, and what differs of the latest is what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ingestion import Options, deposit_file, publish
from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.making import ROW, TEAM, begun, write_csv
from tests.sparql_api.endpoint.live import serve

TITLES = f"""PREFIX oia: <{BASE}ontologie#> PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?projet ?titre {{ ?projet a oia:Projet ; dct:title ?titre }}"""
ASKED = [{"query": TITLES}, {"question": "projets-par-annee-scolaire"}, {"question": "projets-d-un-outil", "with": "outil=outil/chatgpt"}]
NEXT = [
    [{"id": "A1", "titre": "Un conte à deux voix"}],
    [{"id": "A2", "titre": "Une carte", "date": "2024-03-04", "outils_ia": ""}],
    [{"id": "A0", "titre": "Écrire un conte, corrigé"}],
    [{"id": "A3", "titre": "Un débat", "date": "2024-10"}],
]
"""What the editions 2 to 5 publish; 6 is the one without A1."""


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, list[dict[str, object]]]]:
    """A client, with what was cited on edition 1 when it was the latest; five editions later."""
    folder = tmp_path_factory.mktemp("later")
    state, registry = begun(folder)
    with (
        serve(create_app(Settings(var=state.var, workers=1))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "application/json"}) as client,
    ):
        cited = [client.get("/answer", params=asked).json() for asked in ASKED]
        for rows in NEXT:
            deposit_file(write_csv(folder / "rows.csv", rows), registry, TEAM, Options(), validate=True)
            publish(state, registry)
        registry.withdraw("projet", "18-A1", TEAM)
        assert publish(state, registry).edition.number == 6
        yield client, cited
    registry.close()


def again(client: httpx.Client, was: dict[str, object]) -> Any:
    """What the permanent address of an answer says now."""
    return client.get("/" + str(was["address"]).removeprefix(BASE)).json()


def test_what_was_cited_is_the_same_five_editions_later(later: tuple[httpx.Client, list[dict[str, object]]]) -> None:
    client, cited = later
    for was in cited:
        now = again(client, was)
        assert now["edition"]["number"] == 1 and now["latest"]["edition"] == 6
        same = ("address", "query", "columns", "rows", "sha256", "citations", "parameters", "edition")
        assert {name: now[name] for name in same} == {name: was[name] for name in same}
        assert now["cited"] == {"sha256": was["sha256"], "algorithm": 2, "same": True} and was["latest"]["same"]  # type: ignore[index]


def test_the_difference_to_the_latest_is_what_was_deposited_since(later: tuple[httpx.Client, list[dict[str, object]]]) -> None:
    client, cited = later
    titles, years, tools = (again(client, was)["latest"] for was in cited)

    def line(name: str, title: str) -> str:
        return f'<{BASE}projet/18-{name}>\t"{title}"@fr'

    assert titles["removed_rows"] == [line("A0", ROW["titre"])]
    assert titles["added_rows"] == [line("A0", "Écrire un conte, corrigé"), line("A2", "Une carte"), line("A3", "Un débat")]
    # A0 is of May 2025, A2 of March 2024, A3 of October 2024: two of a year that had one, one of a year that had none.
    assert [years[name] for name in ("added", "removed", "rows")] == [2, 1, 2]
    told = [row.split("^^")[0].replace('"', "") for row in years["added_rows"]]
    assert told == ["2023-2024\t1", "2024-2025\t2"]
    # A2 names no tool; A0, whose title changed, and A3 do.
    assert (tools["added"], tools["removed"], tools["rows"]) == (2, 1, 2)


def test_a_hash_that_was_cited_wrong_is_told(later: tuple[httpx.Client, list[dict[str, object]]]) -> None:
    client, cited = later
    wrong = str(cited[0]["address"]).replace(str(cited[0]["sha256"]), str(cited[1]["sha256"]))
    assert client.get("/" + wrong.removeprefix(BASE)).json()["cited"] == {"sha256": cited[1]["sha256"], "algorithm": 2, "same": False}
