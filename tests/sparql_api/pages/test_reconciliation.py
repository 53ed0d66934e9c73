"""Reconciliation: labels of others and what they name here, in both forms of the protocol, by the table that resolves deposits."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest

from ingestion import candidates_of, label_types
from ingestion.resolution import candidates, labels, resolve, suggestions
from ontologie import BASE

DRAFT = {"Accept": "application/json;version=1.0-draft"}
FRENCH = {"Accept-Language": "fr"}


def reconciled(client: httpx.Client, label: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the candidates of one query, asked in the form of 0.2."""
    answer = client.post("/reconcile", data={"queries": json.dumps({"q": {"query": label, **asked}})}, headers=FRENCH)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["q"]["result"]
    return found


@pytest.mark.parametrize(
    ("label", "type_", "named"),
    [
        ("Créteil", "academie", ["academie/24"]),
        ("ac-creteil.fr", "academie", ["academie/24"]),
        ("chat gpt", "outils_ia", ["outil/chatgpt"]),
        ("rien du tout zzz", "outils_ia", []),
        ("Mistral", "outils_ia", []),
        ("Mistral AI", "outils_ia", []),
        ("Le Chat", "outils_ia", ["outil/le-chat"]),
    ],
)
def test_a_label_is_matched_where_it_is_certain_and_never_else(
    client: httpx.Client, label: str, type_: str, named: list[str]
) -> None:
    assert [one["id"].removeprefix(BASE) for one in reconciled(client, label, type=type_) if one["match"]] == named


def test_the_name_of_a_maker_is_a_candidate_for_its_tool_and_no_match(client: httpx.Client) -> None:
    assert f"{BASE}outil/le-chat" in {one["id"] for one in reconciled(client, "Mistral", type="outils_ia")}


def test_a_type_that_is_none_of_ours_is_answered_as_without(client: httpx.Client) -> None:
    assert reconciled(client, "Créteil", type="no-such-type") == reconciled(client, "Créteil") != []


def test_a_misspelt_label_has_candidates_and_no_match(client: httpx.Client) -> None:
    found = reconciled(client, "chatgtp", type="outils_ia")
    assert found[0]["id"] == f"{BASE}outil/chatgpt" and not found[0]["match"]
    assert 80 <= found[0]["score"] < 100
    assert {one["id"] for one in found[0]["features"]} == {"ratio", "contained"}
    assert len(reconciled(client, "intelligence", limit=1)) <= 1


def test_both_forms_say_the_same_in_the_language_asked_for(client: httpx.Client) -> None:
    """0.2 and 1.0-draft differ in their members alone."""
    conditions = [{"matchType": "name", "propertyValue": "Mathématiques"}]
    queries = [{"type": "disciplines", "conditions": conditions}]
    drafted = client.post("/reconcile/match", json={"queries": queries}, headers=FRENCH).json()["results"][0]
    assert drafted["candidates"] == reconciled(client, "Mathématiques", type="disciplines")
    spoken = {"Accept-Language": "en"}
    english = client.post("/reconcile/match", json={"queries": queries}, headers=spoken).json()["results"][0]
    assert english["candidates"][0]["type"][0]["name"] == label_types()["disciplines"].label["en"]


def test_the_manifest_has_the_members_that_each_version_requires(client: httpx.Client) -> None:
    stable, draft = client.get("/reconcile").json(), client.get("/reconcile", headers=DRAFT).json()
    assert stable["versions"] == draft["versions"] == ["0.2", "1.0-draft"]
    assert {"name", "identifierSpace", "schemaSpace"} <= stable.keys()
    assert all("{{id}}" in stable[name]["url"] for name in ("view", "preview"))
    assert draft["suggest"] == {"entity": True, "property": True, "type": True} and "{id}" in draft["view"]["url"]
    assert {one["id"] for one in stable["defaultTypes"]} == set(label_types())
    for one in stable["suggest"].values():
        assert client.get(httpx.URL(one["service_url"]).path + one["service_path"], params={"prefix": "d"}).json()["result"]


def test_things_say_more_about_themselves(client: httpx.Client) -> None:
    level = reconciled(client, "4e", type="niveaux")[0]["id"]
    asked = {"ids": [level], "properties": [{"id": "liste", "settings": {"limit": "1"}}, {"id": "no-such"}]}
    stable = client.post("/reconcile", data={"extend": json.dumps(asked)}).json()
    draft = client.post("/reconcile/extend", json=asked).json()
    assert [one["id"] for one in stable["meta"]] == ["liste"] and len(stable["rows"][level]["liste"]) == 1
    assert stable["rows"][level]["liste"] == draft["rows"][0]["properties"][0]["values"]
    assert stable["rows"][level]["liste"][0]["id"].startswith("http")
    listed = client.get("/reconcile/extend/propose", params={"type": "niveaux"}).json()["properties"]
    assert {"liste", "definition"} <= {one["id"] for one in listed}


def test_an_input_is_completed_and_a_thing_previewed(client: httpx.Client) -> None:
    found = client.get("/reconcile/suggest/entity", params={"prefix": "créte"}).json()["result"]
    assert found[0]["id"] == f"{BASE}academie/24"
    page = client.get("/reconcile/preview", params={"id": found[0]["id"]})
    assert "Créteil" in page.text and "frame-ancestors *" in page.headers["content-security-policy"]
    assert client.get("/reconcile/preview", params={"id": "javascript:alert(1)"}).status_code == 404
    assert client.get("/reconcile/preview", params={"id": "a b>"}).status_code == 404


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"queries": "["}, 400),
        ({"queries": "[" * 5000}, 400),
        ({"queries": json.dumps({"q": "text"})}, 400),
        ({"queries": json.dumps({str(n): {"query": "x"} for n in range(51)})}, 413),
        ({"extend": json.dumps({"ids": ["a"] * 5})}, 400),
        ({"extend": json.dumps({"ids": [str(n) for n in range(401)], "properties": []})}, 400),
        ({"queries": json.dumps({"q": {"query": "a" * 100_000, "limit": -1, "type": [1, {}]}})}, 200),
        ({"queries": json.dumps({"q": {"properties": [{"pid": "a", "v": 1}]}})}, 200),
    ],
)
def test_what_is_no_batch_is_said_and_nothing_else_happens(client: httpx.Client, data: dict[str, str], status: int) -> None:
    assert client.post("/reconcile", data=data).status_code == status
    assert client.post("/reconcile/match", json={"queries": "x"}).status_code == 422


@pytest.mark.parametrize("label", ["\u2488" * 990, "\ufdfa" * 1000, "\U0001f600" * 300_000, "a b " * 240])
def test_a_text_that_is_no_label_costs_little_and_is_not_kept(label: str) -> None:
    """One letter folds to eighteen, a mark to a word: the bound is on what is read."""
    kept = (resolve.resolve_label, resolve.certain_label, candidates.of_label)
    before = [one.cache_info().currsize for one in kept]
    start = time.process_time()
    assert candidates_of(label, list(label_types()), BASE) == []
    assert resolve.resolve("outils_ia", label).state == "unknown"
    assert time.process_time() - start < 2
    assert [one.cache_info().currsize for one in kept] == before


def test_half_a_character_and_an_id_that_is_no_iri_spoil_nothing(client: httpx.Client) -> None:
    half = client.post("/reconcile", data={"queries": '{"\\ud800": {"query": "seconde"}}'})
    assert half.status_code == 400
    level = reconciled(client, "4e", type="niveaux")[0]["id"]
    asked = {"ids": [level, "1:2", "http://[", "_:b0"], "properties": [{"id": "liste"}]}
    rows = client.post("/reconcile/extend", json=asked).json()["rows"]
    assert [bool(row["properties"][0]["values"]) for row in rows] == [True, False, False, False]
    assert client.get("/reconcile/preview", params={"id": "1:2"}).status_code == 404


def test_an_unknown_parameter_is_named_and_left_aside(client: httpx.Client) -> None:
    assert client.get("/reconcile?inconnu=1").headers["observatoire-ignored-parameters"] == "inconnu"
    assert client.options("/reconcile").headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"


def test_one_row_of_the_table_changes_suggestions_and_candidates_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """One truth for names: the resolution of deposits."""
    real = labels._reviewed
    iri = "outil/chatgpt"
    assert candidates_of("Zorglubator 3000", ["outils_ia"], BASE) == []

    def patched(column: str) -> Any:
        yield from real(column)
        if column == "outils_ia":
            yield "zorglubator 3000", labels.Entry("Zorglubator 3000", (("outil", (iri,)),), reviewed=True)

    kept = (labels.labels, resolve.resolve_label, resolve.certain_label, candidates.of_label)
    monkeypatch.setattr(labels, "_reviewed", patched)
    try:
        for one in kept:
            one.cache_clear()
        assert [c.iri for c in candidates_of("Zorglubator 3000", ["outils_ia"], BASE) if c.match] == [BASE + iri]
        near = candidates_of("Zorglubattor 3000", ["outils_ia"], BASE)
        assert near[0].iri == BASE + iri and not near[0].match
        assert suggestions.suggest("outils_ia", "Zorglubattor 3000") == ("ChatGPT",)
    finally:
        monkeypatch.undo()
        for one in kept:
            one.cache_clear()
