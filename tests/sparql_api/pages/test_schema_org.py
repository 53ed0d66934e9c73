"""A fiche in the terms of schema.org, as an independent JSON-LD processor reads it, fetching nothing."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest
from pyld import jsonld

from ontologie import BASE

SCHEMA = "https://schema.org/"
PROJECT, FICHE = f"{BASE}projet/18-UR005", f"{BASE}graphe/projet/18-UR005"


def refuse(url: str, options: object) -> Any:
    """Fail where a processor reaches out."""
    raise AssertionError(f"asked for {url}")


@pytest.fixture(scope="module")
def nodes(client: httpx.Client) -> dict[str, dict[str, Any]]:
    """The nodes of the view, expanded and flattened by PyLD, by their IRI."""
    answer = client.get("/projet/18-UR005.jsonld?profil=schema")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/ld+json")
    assert "ld#context" not in answer.headers["link"]
    flat = jsonld.flatten(answer.json(), options={"documentLoader": refuse})
    return {node["@id"]: node for node in flat}


def values(node: dict[str, Any], name: str) -> list[Any]:
    return sorted((value.get("@value", value.get("@id")) for value in node.get(SCHEMA + name, [])), key=str)


def test_the_fiche_is_a_learning_resource_about_what_happened(nodes: dict[str, dict[str, Any]]) -> None:
    fiche = nodes[FICHE]
    assert set(fiche["@type"]) == {SCHEMA + "CreativeWork", SCHEMA + "LearningResource"}
    assert fiche[SCHEMA + "name"] == [
        {"@value": "Dialoguer avec une IA pour construire un exposé de SVT", "@language": "fr"}
    ]
    assert values(fiche, "mainEntity") == [PROJECT]
    assert values(fiche, "isBasedOn") == ["https://pedagogie.ac-orleans-tours.fr/spip.php?article3161"]
    assert values(fiche, "temporalCoverage") == ["2024-09-01/2025-08-31"]
    assert values(fiche, "educationalLevel") == [
        "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-023"
    ]
    (creator,) = values(fiche, "creator")
    assert values(nodes[creator], "name") == ["Académie d'Orléans-Tours - SVT (TraAM 2024-2025)"]


def test_what_happened_is_an_event_with_its_date_and_place(nodes: dict[str, dict[str, Any]]) -> None:
    event = nodes[PROJECT]
    assert event["@type"] == [SCHEMA + "EducationEvent"]
    assert values(event, "startDate") == ["2025-05-25"]
    assert values(event, "location") == [f"{BASE}academie/18"]
    assert values(event, "subjectOf") == [FICHE]
    assert "Orléans-Tours" in values(nodes[f"{BASE}academie/18"], "name")


def test_concepts_are_terms_with_their_names_in_both_languages(nodes: dict[str, dict[str, Any]]) -> None:
    kind = nodes[f"{BASE}concept/type-ia/generative"]
    assert kind["@type"] == [SCHEMA + "DefinedTerm"]
    assert values(kind, "name") == ["Generative AI", "IA générative"]


def test_every_property_is_of_schema_org(nodes: dict[str, dict[str, Any]]) -> None:
    keys = {key for node in nodes.values() for key in node if not key.startswith("@")}
    assert keys and all(key.startswith(SCHEMA) for key in keys)


@pytest.mark.parametrize(
    "path",
    ["/projet/18-UR005.jsonld?profil=dcat", "/projet/18-UR005.ttl?profil=schema", "/academie/18.jsonld?profil=schema"],
)
def test_a_profile_that_a_thing_does_not_have_is_refused_by_name(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert "profil" in answer.text


def test_without_a_profile_nothing_changes_and_with_one_the_address_leads_to_it(client: httpx.Client) -> None:
    assert "@graph" not in client.get("/projet/18-UR005.jsonld").json()
    answer = client.get("/projet/18-UR005?profil=schema", headers={"Accept": "application/ld+json"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/projet/18-UR005.jsonld?profil=schema"


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("outil/chatgpt", "SoftwareApplication", "ChatGPT"),
        ("organisation/cnil", "Organization", "Commission nationale de l'informatique et des libertés"),
        ("academie/18", "AdministrativeArea", "Orléans-Tours"),
        ("publication/fabriquer-le-faux", "Article", "Fabriquer le faux pour apprendre à le reconnaître"),
        ("module/faire-verifier", "LearningResource", "Faire vérifier ce qu'une IA affirme"),
        ("principe/ai-act/AIA-5", "DefinedTerm", "Pratiques interdites en matière d'IA"),
        ("instrument/ai-act", "DefinedTermSet", "Règlement (UE) 2024/1689 établissant des règles harmonisées concernant l'intelligence artificielle"),
    ],
)  # fmt: skip
def test_each_page_of_a_thing_tells_search_engines_what_it_is(client: httpx.Client, path: str, kind: str, name: str) -> None:
    page = client.get(f"/{path}.html", headers={"Accept": "text/html"}).text
    (told,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    (node,) = [one for one in jsonld.flatten(json.loads(told), options={"documentLoader": refuse}) if one["@id"] == BASE + path]
    assert SCHEMA + kind in node["@type"]
    assert name in values(node, "name")
    card = dict(re.findall(r'<meta property="og:([a-z]+)" content="([^"]*)">', page))
    assert card["type"] == ("article" if path.startswith(("publication", "module")) else "website")
    assert card["title"] and card["description"] and card["url"].endswith(f"/{path}.html")
