"""Erasing a published document: the edition that follows holds nothing of it, those that hold it answer 410 and stay."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from ingestion import Editions, Options, Registry, deposit_file, publish, rebuild
from ingestion import Settings as State
from sparql_api.app import create_app
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings, Settings
from tests import patient
from tests.making import TEAM, begun, write_csv
from tests.sparql_api.endpoint.live import endpoint, serve

WORD = "Zanzibarine"
"""Stands in the erased fiche alone."""
FOUND = f"SELECT ?s {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), '{WORD}')) }}"
GRAPH = f"{Settings().base_iri}graphe/projet/18-B1"
OF_AN_EDITION = [
    "/editions/{n}", "/editions/{n}?format=html", "/editions/{n}/dump.nq.gz", "/editions/{n}/dump.ttl.gz",
    "/editions/{n}/dump.jsonl.gz", "/edition/{n}", "/?edition={n}", "/fiches?edition={n}", "/fiches?edition={n}&format=html",
    "/fiches.jsonl?edition={n}", "/fiches.csv?edition={n}", "/fiches.geojson?edition={n}", "/void?edition={n}",
    "/void?edition={n}&format=html", "/catalogue?edition={n}", "/sparql?query=ASK+%7B%7D&edition={n}",
    "/rdf-graph-store?default&edition={n}", "/rdf-graph-store?graph=" + GRAPH + "&edition={n}",
    "/projet/18-A0?edition={n}", "/projet/18-A0.html?edition={n}", "/projet/18-A0.ttl?edition={n}",
    "/projet/18-A0.jsonld?edition={n}", "/graphe/projet/18-A0?edition={n}", "/academie/18.html?edition={n}",
    "/instrument/cadre-usage.html?edition={n}", "/queries/carte-des-academies?edition={n}",
]  # fmt: skip


@dataclass
class World:
    """A state and its service, and what the service said before the erasure."""

    state: State
    registry: Registry
    client: httpx.Client
    before: dict[str, httpx.Response] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def current(self) -> int:
        number: int = self.client.get("/editions").json()["current"]
        return number

    def contents(self, number: int) -> dict[str, str]:
        folder = Editions(self.state.var).folder / str(number)
        return {str(f): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(folder.rglob("*")) if f.is_file()}


def deposit(world: World, folder: Path, *rows: dict[str, str]) -> int:
    path = write_csv(folder / "rows.csv", rows)
    deposit_file(path, world.registry, TEAM, Options(), validate=True)
    return publish(world.state, world.registry, EDITION_OUTPUTS).edition.number


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Edition 1 has 18-A0; 2 adds 18-B1 and 3 adds 18-B2; then 18-B1 is erased, and 4 is published."""
    folder = tmp_path_factory.mktemp("gone")
    state, registry = begun(folder)
    with (
        serve(create_app(Settings(var=state.var, workers=2))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*", "Accept-Language": "en"}) as client,
    ):
        world = World(state, registry, client)
        text = f"Des élèves lisent une histoire de la {WORD} avec une IA."
        assert deposit(world, folder, {"id": "B1", "titre": f"La {WORD}", "resume": text}) == 2
        assert deposit(world, folder, {"id": "B2", "titre": "Une autre fiche"}) == 3
        for number in (1, 2, 3):
            for path in addresses(number):
                world.before[path] = client.get(path)
            world.files |= world.contents(number)
        registry.erase("projet", "18-B1", TEAM)
        assert world.current == 3 and client.get("/projet/18-B1.ttl").status_code == 200, "until the next is published"
        assert publish(state, registry, EDITION_OUTPUTS).edition.number == 4
        yield world
    registry.close()


def addresses(number: int) -> list[str]:
    return [path.replace("{n}", str(number)) for path in OF_AN_EDITION]


@pytest.mark.parametrize("number", [2, 3])
def test_everything_of_an_edition_that_holds_it_is_gone(world: World, number: int) -> None:
    for path in addresses(number):
        before = world.before[path]
        assert before.status_code in (200, 303), path
        for headers in ({}, {"If-None-Match": before.headers.get("etag", "*")}):
            answer = world.client.get(path, headers=headers)
            assert answer.status_code == 410, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["cache-control"] == "no-store"
        document = answer.json()
        assert document["type"].endswith("/problems/edition-gone") and f"Edition {number} " in document["detail"]
        french = world.client.get(path, headers={"Accept-Language": "fr"}).json()
        assert f"L'édition {number} " in french["detail"] and french["title"] != document["title"]
        head = world.client.head(path)
        assert (head.status_code, head.content) == (410, b"")
    posted = world.client.post("/sparql", data={"query": FOUND, "edition": str(number)})
    assert posted.status_code == 410


def test_a_browser_is_told_on_a_page(world: World) -> None:
    for path in ("/editions/2", "/fiches?edition=2", "/projet/18-A0.html?edition=2", "/?edition=3"):
        page = world.client.get(path, headers={"Accept": "text/html", "Accept-Language": "fr"})
        assert page.status_code == 410
        assert "n'est plus servie" in page.text.replace("&#39;", "'") and WORD not in page.text


def test_the_editions_before_it_and_after_it_answer(world: World) -> None:
    for number in (1, 4):
        for path in addresses(number):
            answer = world.client.get(path)
            # The document itself was in neither.
            assert answer.status_code == (404 if GRAPH in path else world.before.get(path, answer).status_code), path
            assert answer.status_code in (200, 303) or GRAPH in path, path
    assert world.current == 4
    assert world.client.get("/editions/current").json()["number"] == 4
    assert world.client.get("/health").json()["edition"] == 4


def test_the_list_of_editions_says_so(world: World) -> None:
    items = {item["number"]: item for item in world.client.get("/editions").json()["items"]}
    assert {number for number, item in items.items() if item.get("gone")} == {2, 3}
    assert "downloads" not in items[2] and set(items[4]["downloads"]) == {"nq", "ttl", "jsonl"}
    page = world.client.get("/editions?format=html").text
    assert page.count("no longer served") == 2
    assert 'href="/editions/2"' not in page and 'href="/editions/4"' in page


def test_the_current_edition_holds_nothing_of_it(world: World) -> None:
    client = world.client
    rows = client.get("/sparql", params={"query": FOUND, "format": "json"}).json()["results"]["bindings"]
    assert rows == []
    named = "ASK { { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), '18-B1')) } UNION { ?s ?p ?o FILTER(CONTAINS(CONCAT(STR(?s), STR(?o)), '18-B1')) } }"
    assert client.get("/sparql", params={"query": named, "format": "json"}).json()["boolean"] is False
    for path in (
        "/projet/18-B1",
        "/projet/18-B1.html",
        "/projet/18-B1.ttl",
        "/graphe/projet/18-B1",
        "/graphe/provenance/projet/18-B1",
        "/graphe/derive/projet/18-B1",
    ):
        answer = client.get(path)
        assert answer.status_code == 410 and answer.json()["type"].endswith("/problems/erased"), path
        assert WORD not in answer.text
    for name in ("nq", "ttl", "jsonl"):
        dump = gzip.decompress(client.get(f"/editions/4/dump.{name}.gz").content)
        assert WORD.encode() not in dump and b"18-B1" not in dump and b"18-B2" in dump
    for path in (
        f"/fiches?q={WORD}",
        "/fiches",
        "/fiches?format=html",
        "/fiches.jsonl",
        "/fiches.csv",
        "/",
        "/void",
        "/catalogue",
    ):
        text = client.get(path).text
        assert "18-B1" not in text and (WORD not in text or "q=" in path), path
    assert client.get(f"/fiches?q={WORD}").json()["total"] == 0
    files = [f for f in (Editions(world.state.var).folder / "4").iterdir() if f.is_file()]
    assert files and not [f for f in files if WORD.encode() in f.read_bytes()]


def test_no_kept_edition_changed(world: World) -> None:
    assert {name for number in (1, 2, 3) for name in world.contents(number)} == set(world.files)
    assert {k: v for number in (1, 2, 3) for k, v in world.contents(number).items()} == world.files


def test_what_says_so_is_made_again_where_it_was_lost(world: World) -> None:
    editions = Editions(world.state.var)
    for again in (publish, rebuild):
        for number in (2, 3):
            (editions.folder / f"{number}.gone").unlink()
        assert world.client.get("/editions/2").status_code == 200
        again(world.state, world.registry, EDITION_OUTPUTS)
        assert [editions.is_gone(number) for number in (1, 2, 3, 4)] == [False, True, True, False]
        assert world.client.get("/editions/2").status_code == 410


def test_over_another_store_it_is_gone_before_that_store_is_asked(world: World, tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9/{slot}"
    remote = RemoteSettings(query_url=f"{nowhere}/sparql", store_url=f"{nowhere}/data")
    stores = EditionStores(world.state.var / "editions")
    with endpoint(stores, world.state.var, remote=remote) as live:
        statuses = [
            patient.post(live.url, data={"query": "ASK {}", "edition": n}).status_code for n in ("1", "2", "3", "4", "5")
        ]
    assert statuses == [503, 410, 410, 503, 404]
