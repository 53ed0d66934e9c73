"""An invented example says on every face that it is one, and no page counts it among projects."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from ontologie import PREFIXES

EXAMPLE = "/projet/ex-tablettes"
RULE = "/regle/constat-cu-r02"
BADGE = {"fr": "exemple inventé", "en": "invented example"}


@pytest.fixture(scope="module")
def client(address: str) -> httpx.Client:
    return httpx.Client(base_url=address, timeout=300)


def page(client: httpx.Client, path: str, **asked: str) -> str:
    found = client.get(f"{path}.html" if path != "/fiches" else path, params=asked, headers={"Accept": "text/html"})
    assert found.status_code == 200
    return found.text


def rows(client: httpx.Client, query: str) -> list[dict[str, Any]]:
    found = client.get("/sparql", params={"query": query}, headers={"Accept": "application/sparql-results+json"})
    bindings: list[dict[str, Any]] = found.json()["results"]["bindings"]
    return bindings


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_page_and_a_list_say_that_an_example_is_invented(client: httpx.Client, lang: str) -> None:
    badge = f'<span class="badge">{BADGE[lang]}</span>'
    assert badge in page(client, EXAMPLE, lang=lang)
    assert badge not in page(client, "/projet/18-UR005", lang=lang)
    assert page(client, "/fiches", lang=lang, exemples="oui", q="tablettes CE2").count(badge) >= 1
    assert badge not in page(client, "/fiches", lang=lang, q="tablettes CE2")


def test_the_title_of_a_list_counts_projects_alone(client: httpx.Client) -> None:
    asked = {"q": "emotions", "exemples": "oui"}
    found = client.get("/fiches", params=asked, headers={"Accept": "application/json"}).json()
    projects = [item for item in found["items"] if not item["exemple"]]
    assert found["examples"] and len(found["items"]) == found["total"] == found["examples"] + len(projects)
    assert f'<h2 aria-live="polite">{len(projects)} sheet' in page(client, "/fiches", lang="en", **asked)


def test_the_page_of_a_rule_names_the_examples_where_it_speaks_and_counts_none_of_them(client: httpx.Client) -> None:
    text = page(client, RULE, lang="en")
    section = text[text.index('id="exemples"') : text.index('id="liens"')]
    linked = set(re.findall(r'href="/projet/(ex-[a-z0-9-]+)\?', section))
    oia = PREFIXES["oia"]
    asked = f"SELECT ?p ?t {{ ?p <{oia}constat> ?c . ?c <{oia}regle> <https://w3id.org/observatoire-ia{RULE}> . ?p a ?t FILTER(?t IN (<{oia}Projet>, <{oia}ProjetExemple>)) }}"
    said = [(row["p"]["value"].rpartition("/")[2], row["t"]["value"]) for row in rows(client, asked)]
    assert linked == {name for name, kind in said if kind.endswith("ProjetExemple")} and "ex-tablettes" in linked
    rest = text[text.index('id="liens"') :]
    shown = re.search(r'<dt>[^<]*<a class="count" href="[^"]*">(\d+)</a></dt>', rest)
    assert shown and int(shown[1]) == sum(kind.endswith("#Projet") for _, kind in said)
    assert "/projet/ex-" not in rest


def test_the_schema_org_view_says_no_event_of_an_example(client: httpx.Client) -> None:
    real = client.get("/projet/18-UR005.jsonld", params={"profil": "schema"}).json()["@graph"]
    assert ["EducationEvent"] in [node["@type"] for node in real]
    (fiche,) = client.get(f"{EXAMPLE}.jsonld", params={"profil": "schema"}).json()["@graph"]
    assert fiche["@type"] == ["CreativeWork", "LearningResource"] and "temporalCoverage" not in fiche
    assert {one["@language"]: one["@value"] for one in fiche["genre"]} == BADGE


def test_a_fiche_is_typed_an_example_in_every_format(client: httpx.Client) -> None:
    assert client.get(f"{EXAMPLE}.jsonld").json()["type"] == ["ProjetExemple"]
    for name in ("ttl", "nt", "trig"):
        text = client.get(f"{EXAMPLE}.{name}").text
        assert "ProjetExemple" in text and not re.search(r"(oia:|ontologie#)Projet\b", text), name


def test_an_edition_says_how_many_examples_it_holds_apart(client: httpx.Client) -> None:
    counts = client.get("/editions/1", headers={"Accept": "application/json"}).json()["counts"]
    assert counts["exemple"] == 20 and counts["documents"] == sum(counts[kind] for kind in ("projet", "analyse", "publication", "module", "instrument", "linkset"))
    void = client.get("/void", headers={"Accept": "application/n-triples"}).text
    said = re.search(r'void#documents> "(\d+)"', void)
    assert said and int(said[1]) == counts["documents"]
