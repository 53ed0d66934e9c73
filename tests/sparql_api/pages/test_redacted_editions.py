"""Erasing a published document: the editions that held it answer without it and say so, a service that runs notices."""

from __future__ import annotations

import gzip
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion import Editions, Options, Registry, deposit_file, publish
from ingestion import Settings as State
from ingestion.publication.erasure import erase
from sparql_api.app import create_app
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings, Settings
from tests import patient
from tests.making import ROW, TEAM, begun, write_csv
from tests.sparql_api.endpoint.live import endpoint, serve

pytestmark = pytest.mark.long
WORD = "Zanzibarine"
"""Stands in the erased fiche alone."""
FOUND = f"SELECT ?s {{ ?s ?p ?o FILTER(CONTAINS(STR(?o), '{WORD}')) }}"
GRAPH = f"{Settings().base_iri}graphe/projet/18-B1"
OF_AN_EDITION = [
    "/editions/{n}", "/editions/{n}?format=html", "/editions/{n}/dump.nq.gz", "/editions/{n}/dump.ttl.gz",
    "/editions/{n}/dump.jsonl.gz", "/editions/{n}/dump.nq", "/editions/{n}/members.tsv", "/edition/{n}", "/?edition={n}",
    "/fiches?edition={n}", "/fiches?edition={n}&format=html", "/fiches.jsonl?edition={n}", "/fiches.csv?edition={n}",
    "/fiches.geojson?edition={n}", "/fiches/suggestions?q=zanz&edition={n}", "/void?edition={n}",
    "/void?edition={n}&format=html", "/catalogue?edition={n}", "/sparql?query=ASK+%7B%7D&edition={n}",
    "/alignements.sssom.tsv?edition={n}", "/projet/18-A0?edition={n}", "/projet/18-A0.html?edition={n}",
    "/projet/18-A0.ttl?edition={n}", "/projet/18-A0.jsonld?edition={n}", "/graphe/projet/18-A0?edition={n}",
    "/academie/18.html?edition={n}", "/queries/carte-des-academies?edition={n}",
]  # fmt: skip
TITLES = f"""SELECT ?s ?t WHERE {{ ?s a <{Settings().base_iri}ontologie#Projet> ; <http://purl.org/dc/terms/title> ?t }}"""
OF_THE_DOCUMENT = [
    "/projet/18-B1", "/projet/18-B1.html", "/projet/18-B1.ttl", "/projet/18-B1.jsonld", "/graphe/projet/18-B1",
    "/graphe/provenance/projet/18-B1", "/graphe/derive/projet/18-B1",
]  # fmt: skip


@dataclass
class World:
    """A state and its service, what the service said before the erasure, and how it asked to wait after it."""

    state: State
    registry: Registry
    client: httpx.Client
    before: dict[str, httpx.Response] = field(default_factory=dict)
    waits: list[httpx.Response] = field(default_factory=list)
    cited: dict[str, dict[str, Any]] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask until the edition is made anew."""
        for _ in range(600):
            answer = self.client.get(path, headers=headers)
            if answer.status_code != 503 or not answer.headers["content-type"].startswith("application/problem+json"):
                return answer
            assert answer.json()["type"].endswith("/problems/edition-being-made"), answer.text
            self.waits.append(answer)
            time.sleep(0.1)
        raise AssertionError("the edition is not made anew")


def deposit(world: World, folder: Path, *rows: dict[str, str]) -> int:
    path = write_csv(folder / "rows.csv", rows)
    deposit_file(path, world.registry, TEAM, Options(), validate=True)
    return publish(world.state, world.registry, EDITION_OUTPUTS).edition.number


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Edition 1 has 18-A0; 2 adds 18-B1 and 3 adds 18-B2; then 18-B1 is erased while the service answers."""
    folder = tmp_path_factory.mktemp("redacted")
    state, registry = begun(folder)
    with (
        serve(create_app(Settings(var=state.var, workers=2))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*", "Accept-Language": "en"}) as client,
    ):
        world = World(state, registry, client)
        text = f"Des élèves lisent une histoire de la {WORD} avec une IA."
        assert deposit(world, folder, {"id": "B1", "titre": f"La {WORD}", "resume": text}) == 2
        assert deposit(world, folder, {"id": "B2", "titre": "Une autre fiche"}) == 3
        for path in (*(path for n in (1, 2, 3) for path in addresses(n)), *OF_THE_DOCUMENT, f"/fiches?q={WORD}"):
            world.before[path] = client.get(path)
        for number in ("1", "2"):
            world.cited[number] = client.get("/answer", params={"query": TITLES, "edition": number}).json()
        for path in addresses(3):
            assert client.get(path).content == world.before[path].content, "asked twice, an answer is kept"
        erase(state, registry, "projet", "18-B1", TEAM, EDITION_OUTPUTS)
        yield world
    registry.close()


def addresses(number: int) -> list[str]:
    return [path.replace("{n}", str(number)) for path in OF_AN_EDITION]


@pytest.mark.parametrize("number", [3, pytest.param(2, marks=pytest.mark.long)])
def test_everything_of_an_edition_that_held_it_answers_without_it_and_says_so(world: World, number: int) -> None:
    for path in addresses(number):
        before = world.before[path]
        assert before.status_code in (200, 303) and before.headers["observatoire-edition"] == str(number), path
        answer = world.get(path, **{"If-None-Match": before.headers.get("etag", '"none"')})
        assert answer.status_code in (before.status_code, 304), path
        assert answer.headers["observatoire-edition"] == f"{number}; redacted=1", path
        if answer.status_code == 304:
            assert WORD.encode() not in before.content and b"18-B1" not in before.content, path
        again = world.get(path)
        assert (again.status_code, again.headers["observatoire-edition"]) == (before.status_code, f"{number}; redacted=1")
        content = gzip.decompress(again.content) if path.endswith(".gz") else again.content
        held = content.replace(b'"projet/18-B1"', b"").replace(b"&#34;projet/18-B1&#34;", b"")  # The manifest names it.
        assert WORD.encode() not in content and b"18-B1" not in held, path


def test_an_older_edition_is_made_when_it_is_asked_for(world: World) -> None:
    world.get("/sparql?query=ASK+%7B%7D&edition=2")
    assert world.waits and all(int(wait.headers["retry-after"]) >= 1 for wait in world.waits)
    assert all(wait.headers["cache-control"] == "no-store" for wait in world.waits)
    document = world.waits[0].json()
    assert document["status"] == 503 and "edition 2" in document["detail"]
    assert (world.state.var / "editions" / "2" / "store").is_dir()
    rows = world.client.get("/sparql", params={"query": FOUND, "format": "json", "edition": "2"})
    assert rows.json()["results"]["bindings"] == []
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    found = world.client.get("/sparql", params={"query": count, "format": "json", "edition": "2"}).json()
    quads = world.client.get("/editions/2").json()["counts"]["quads"]
    assert int(found["results"]["bindings"][0]["n"]["value"]) == quads


@pytest.mark.parametrize("suffix", ["", "?edition=2", "?edition=3"])
def test_the_document_itself_is_gone_and_its_mementos_too(world: World, suffix: str) -> None:
    for path in OF_THE_DOCUMENT:
        assert world.before[path].status_code in (200, 303), path
        answer = world.get(path + suffix)
        assert answer.status_code == 410 and answer.json()["type"].endswith("/problems/erased"), path
        assert WORD not in answer.text
    assert world.get("/projet/18-B1?edition=1").status_code == 404, "it was not there yet"


def test_the_edition_before_it_is_as_it_was(world: World) -> None:
    for path in addresses(1):
        answer = world.client.get(path)
        assert (answer.status_code, answer.headers["observatoire-edition"]) == (world.before[path].status_code, "1"), path


def test_searches_find_nothing_of_it(world: World) -> None:
    assert world.before[f"/fiches?q={WORD}"].json()["total"] == 1
    assert world.client.get(f"/fiches?q={WORD}").json()["total"] == 0
    assert world.get(f"/fiches?q={WORD}&edition=2").json()["total"] == 0
    assert world.client.get("/health").headers["observatoire-edition"] == "3; redacted=1"


def test_the_citation_gives_the_former_and_the_present_hash(world: World) -> None:
    before, after = world.before["/editions/2"].json(), world.client.get("/editions/2").json()
    (said,) = after["redactions"]
    assert (said["former"], said["root"], said["count"]) == (before["sha256"], after["sha256"], 1)
    page = world.client.get("/editions/2?format=html").text
    cited = page[page.index('id="citer"') :]
    assert before["sha256"] in cited and after["sha256"] in cited and said["date"][:4] in cited
    assert world.client.get("/editions?format=html").text.count("made anew without an erased document") == 2


def test_an_answer_cited_before_gives_the_former_and_the_present_hash(world: World) -> None:
    was = world.cited["2"]
    base = Settings().base_iri
    now = world.get("/" + was["address"].removeprefix(base)).json()
    left = sorted(f'<{base}projet/18-{name}>\t"{title}"@fr' for name, title in (("A0", ROW["titre"]),))
    present = hashlib.sha256("".join(f"{line}\n" for line in ("s\tt", *left)).encode()).hexdigest()
    assert (now["former"], now["sha256"], now["cited"]["same"]) == (was["sha256"], present, False)
    (said,) = now["edition"]["redactions"]
    assert (said["former"], said["root"]) == (was["edition"]["sha256"], now["edition"]["sha256"])
    page = world.client.get("/" + was["address"].removeprefix(base), headers={"Accept": "text/html"}).text
    assert all(one in page for one in (was["sha256"], present, said["former"], said["root"], "made anew")) and WORD not in page
    for name in ("bibtex", "ris", "csl", "datacite"):
        cited = world.client.get("/" + now["citations"][name].removeprefix(base)).text
        assert all(one in cited for one in (was["sha256"], present, said["former"], said["root"])), name
    # Without the citation nobody can say what it was: no hash is kept, and the page says why.
    alone = world.client.get("/answer", params={"query": TITLES, "edition": "2"}).json()
    assert alone["former"] is None and alone["cited"] is None
    page = world.client.get("/answer", params={"query": TITLES, "edition": "2"}, headers={"Accept": "text/html"}).text
    assert "let what was erased be guessed" in page and was["sha256"] not in page
    held = [path for path in world.state.var.rglob("*") if path.is_file() and was["sha256"].encode() in path.read_bytes()]
    assert held == []


def test_an_answer_of_an_edition_that_was_not_redacted_has_no_former_hash(world: World) -> None:
    was = world.cited["1"]
    wrong = {"query": TITLES, "edition": "1", "sha256": world.cited["2"]["sha256"], "algorithm": "2"}
    now = world.client.get("/answer", params=wrong).json()
    assert now["former"] is None and now["cited"]["same"] is False and now["sha256"] == was["sha256"]
    page = world.client.get("/answer", params=wrong, headers={"Accept": "text/html"}).text
    assert "the citation is wrong" in page


def test_over_another_store_what_an_older_slot_holds_is_not_asked(world: World) -> None:
    nowhere = "http://127.0.0.1:9/{slot}"
    remote = RemoteSettings(query_url=f"{nowhere}/sparql", store_url=f"{nowhere}/data")
    editions = Editions(world.state.var)
    with endpoint(EditionStores(editions.folder), world.state.var, remote=remote) as live:
        editions.withdraw(2)
        statuses = [
            patient.post(live.url, data={"query": "ASK {}", "edition": n}).status_code for n in ("1", "2", "3", "5")
        ]
        editions.restore(2)
    assert statuses == [503, 410, 503, 404]


def test_an_edition_that_could_not_be_made_anew_answers_410_everywhere(world: World) -> None:
    editions = Editions(world.state.var)
    editions.withdraw(2)
    for path in addresses(2):
        answer = world.client.get(path, headers={"If-None-Match": world.before[path].headers.get("etag", "*")})
        assert answer.status_code == 410 and answer.json()["type"].endswith("/problems/edition-gone"), path
        assert answer.headers["cache-control"] == "no-store" and "Edition 2 " in answer.json()["detail"]
    page = world.client.get("/fiches?edition=2", headers={"Accept": "text/html", "Accept-Language": "fr"})
    assert page.status_code == 410 and "n'est plus servie" in page.text.replace("&#39;", "'")
    items = {item["number"]: item for item in world.client.get("/editions").json()["items"]}
    assert {number for number, item in items.items() if item.get("gone")} == {2} and "downloads" not in items[2]
    listed = world.client.get("/editions?format=html").text
    assert listed.count("no longer served") == 1 and 'href="/editions/2"' not in listed
    editions.restore(2)
