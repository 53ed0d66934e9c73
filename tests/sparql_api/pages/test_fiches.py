"""The list of fiches: words, facets, pages, and whole selections as files."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from ingestion import Options, deposit_file
from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests import patient
from tests.making import TEAM
from tests.sparql_api.endpoint.live import serve


def ask(client: httpx.Client, **parameters: Any) -> dict[str, Any]:
    answer = client.get("/fiches", params=parameters)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(client: httpx.Client, **parameters: Any) -> set[str]:
    return {item["id"] for item in ask(client, per_page=500, **parameters)["items"]}


def holders(store: ox.Store, pattern: str) -> set[str]:
    rows = store.query(f"PREFIX oia: <{BASE}ontologie#> SELECT DISTINCT ?p {{ ?p a oia:Projet . {pattern} }}", use_default_graph_as_union=True)
    return {row["p"].value.rpartition("/")[2] for row in rows}


def test_the_whole_list_holds_every_project_once(client: httpx.Client, store: ox.Store) -> None:
    everything = ask(client, per_page=500)
    listed = [item["id"] for item in everything["items"]]
    assert everything["total"] == len(listed) == len(set(listed))
    assert set(listed) == holders(store, "")
    assert everything["next"] is None


def test_pages_follow_each_other_in_one_edition_without_gap_or_repeat(client: httpx.Client) -> None:
    seen: list[str] = []
    address: str | None = "/fiches?per_page=30"
    while address:
        answer = client.get(address)
        seen += [item["id"] for item in answer.json()["items"]]
        address = answer.json()["next"]
        assert address is None or "edition=2" in address
    assert seen == [item["id"] for item in ask(client, per_page=500)["items"]]


@pytest.mark.parametrize(
    ("facet", "values", "pattern"),
    [
        ("academie", ["18", f"{BASE}academie/18", "academie/18", "Orléans-Tours", "orleans-tours"],
         f"?p oia:academie|oia:academieAssociee <{BASE}academie/18>"),
        ("region", ["Île-de-France", "ile-de-france"],
         f"?p oia:regionAcademique <{BASE}region-academique/ile-de-france>"),
        ("niveau", ["4e", "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021"],
         "?p oia:niveau <http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-021>"),
        ("type_ia", ["generative", "IA générative", "Generative AI"],
         f"?p oia:typeIA/<http://www.w3.org/2004/02/skos/core#broader>* <{BASE}concept/type-ia/generative>"),
        ("annee_scolaire", ["2024-2025"], '?p oia:anneeScolaireDeduite "2024-2025"'),
        ("principe", ["CU-P2", "principe/cadre-usage/CU-P2"],
         f"?p oia:concerne <{BASE}principe/cadre-usage/CU-P2>"),
        ("preuve", ["indice", "concept/genre-preuve/indice", "indication"],
         f"?p oia:indice [ oia:polarite <{BASE}concept/polarite/aborde> ; oia:evoque ?x ]"),
    ],
)  # fmt: skip
def test_a_facets_value_is_an_id_an_iri_a_path_or_a_label(
    client: httpx.Client, store: ox.Store, facet: str, values: list[str], pattern: str
) -> None:
    expected = holders(store, pattern)
    assert expected
    for value in values:
        assert ids(client, **{facet: value}) == expected, value


def test_a_count_is_the_number_of_fiches_found_by_its_value(client: httpx.Client) -> None:
    for facet, values in ask(client, q="élèves")["facets"].items():
        for value in values[:12]:
            assert ask(client, q="élèves", **{facet: value["id"]})["total"] == value["count"], (facet, value)


def test_the_same_facet_twice_widens_and_different_facets_narrow(client: httpx.Client) -> None:
    fourth, third = ids(client, niveau="4e"), ids(client, niveau="3e")
    assert ids(client, niveau=["4e", "3e"]) == fourth | third
    assert ids(client, niveau=["4e", "3e"], type_ia="generative") == (fourth | third) & ids(client, type_ia="generative")


def test_a_facet_is_counted_over_what_the_others_leave_and_its_own_values_leave_out_nothing(client: httpx.Client) -> None:
    everything, chosen = ask(client)["facets"], ask(client, niveau="4e")["facets"]
    assert chosen["niveau"] == everything["niveau"]
    assert chosen["discipline"] != everything["discipline"]
    both = ask(client, niveau="4e", type_ia="generative")["facets"]
    assert both["niveau"] == ask(client, type_ia="generative")["facets"]["niveau"] != everything["niveau"]


def test_a_broader_level_finds_what_is_below_it(client: httpx.Client) -> None:
    assert ids(client, niveau="4e") < ids(client, niveau="collège")


def test_words_are_found_without_accents_or_case_or_plural(client: httpx.Client) -> None:
    expected = ids(client, q="élèves")
    assert expected
    for words in ("eleves", "ÉLÈVE", "éleve", "Eleves élèves"):
        assert ids(client, q=words) == expected, words


def test_every_word_must_be_there_and_titles_count_most(client: httpx.Client) -> None:
    both = ids(client, q="exposé SVT")
    assert both == ids(client, q="SVT exposé") == ids(client, q="exposé") & ids(client, q="SVT")
    assert ask(client, q="exposé SVT")["items"][0]["id"] == "18-UR005"


@pytest.mark.parametrize("words", ['"', "AND", "a OR b*", "NEAR(x y)", "titre:x", "((", "?!", "'; DROP TABLE fiche; --"])
def test_nothing_that_a_reader_types_is_an_operator(client: httpx.Client, words: str) -> None:
    assert ask(client, q=words)["total"] >= 0


def test_a_value_that_no_fiche_has_is_said(client: httpx.Client) -> None:
    found = ask(client, niveau="classe de neige")
    assert found["total"] == 0
    assert found["unknown"] == [{"facet": "niveau", "value": "classe de neige"}]
    assert ids(client, niveau=["classe de neige", "4e"]) == ids(client, niveau="4e")
    page = client.get("/fiches?niveau=%3Cb%3E", headers={"Accept": "text/html"})
    assert "&lt;b&gt;" in page.text
    assert "<b>" not in page.text


@pytest.mark.parametrize("bad", ["page=0", "page=x", "per_page=501", "per_page=-1", "page=９"])
def test_a_page_that_is_no_number_is_refused(client: httpx.Client, bad: str) -> None:
    answer = client.get(f"/fiches?{bad}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == bad.partition("=")[0]


def test_an_old_edition_has_its_own_list(client: httpx.Client) -> None:
    assert ask(client, edition=1)["total"] == ask(client)["total"] - 5
    assert client.get("/fiches?edition=9").status_code == 404


def test_files_hold_the_same_selection_in_the_same_order(client: httpx.Client) -> None:
    query = "?niveau=4e&q=%C3%A9l%C3%A8ves"
    expected = [item["id"] for item in client.get(f"/fiches{query}").json()["items"]]
    assert expected
    lines = client.get(f"/fiches.jsonl{query}").text.split("\n")[:-1]
    assert [json.loads(line)["identifiant"] for line in lines] == expected
    rows = list(csv.DictReader(io.StringIO(client.get(f"/fiches.csv{query}").text, newline="")))
    assert [row["id"] for row in rows] == [identifier.partition("-")[2] for identifier in expected] or [
        row["id"] for row in rows
    ] == expected
    features = client.get(f"/fiches.geojson{query}").json()["features"]
    assert [feature["properties"]["id"] for feature in features] == expected


def test_a_line_of_jsonl_is_the_document_with_the_address_of_its_context(client: httpx.Client) -> None:
    line = json.loads(client.get("/fiches.jsonl?q=expos%C3%A9+SVT").text.split("\n")[0])
    alone = client.get("/projet/18-UR005.jsonld").json()
    named, based = line["@context"]
    assert based == {"@base": BASE}
    version = named.removeprefix(BASE)
    assert client.get(f"/{version}").json()["@context"] == alone["@context"]
    assert client.get("/contexte.jsonld").json()["@context"] == alone["@context"]
    link = client.get("/projet/18-UR005.jsonld").headers["link"]
    assert f'<{BASE}{version}>; rel="http://www.w3.org/ns/json-ld#context"' in link
    assert {**line, "@context": None} == {**alone, "@context": None}


def test_the_csv_can_be_deposited_again(client: httpx.Client, tmp_path: Path) -> None:
    deposit = tmp_path / "again.csv"
    deposit.write_bytes(client.get("/fiches.csv?academie=18").content)
    summary = deposit_file(deposit, None, TEAM, Options()).summary
    assert summary.accepted == ask(client, academie="18")["total"]
    assert summary.refused == 0


def test_points_stand_in_their_academie_and_a_national_fiche_has_none(client: httpx.Client) -> None:
    features = client.get("/fiches.geojson").json()["features"]
    assert {f["type"] for f in features} == {"Feature"}
    placed = [f for f in features if f["geometry"]]
    national = [f for f in features if not f["geometry"]]
    assert placed and national
    assert all(f["properties"]["id"].startswith("n-") for f in national)
    orleans = next(f for f in placed if f["properties"]["id"] == "18-UR005")["geometry"]["coordinates"]
    assert 0 < orleans[0] < 3.2 and 46.3 < orleans[1] < 48.7
    assert {f["properties"]["precision"] for f in placed} == {"academie"}


def test_a_selection_larger_than_answers_may_be_is_an_error_and_no_byte(var: Path) -> None:
    with serve(create_app(Settings(var=var, workers=1, answer_max_mb=0.05))) as url:
        answer = patient.get(f"{url}/fiches.jsonl")
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("problems/answer-size")


def test_an_edition_published_without_faces_answers_all_the_same(var: Path, tmp_path: Path) -> None:
    state = tmp_path / "var"
    shutil.copytree(var, state, symlinks=True)
    for number in (1, 2):
        (state / "editions" / str(number) / "fiches.sqlite").unlink()
        (state / "editions" / str(number) / "void.nt").unlink()
    with serve(create_app(Settings(var=state, workers=1))) as url:
        found = patient.get(f"{url}/fiches?niveau=4e")
        assert found.json()["total"] > 0
        assert patient.get(f"{url}/fiches?edition=1").json()["total"] == patient.get(f"{url}/fiches").json()["total"] - 5
        assert patient.get(f"{url}/void").status_code == 200
    assert not (state / "editions" / "2" / "fiches.sqlite").exists(), "an edition never changes"


def test_a_browser_gets_a_page_and_a_program_gets_json(client: httpx.Client) -> None:
    assert client.get("/fiches", headers={"Accept": "text/html,*/*;q=0.8"}).headers["content-type"].startswith("text/html")
    for accept in ("*/*", "application/json"):
        assert client.get("/fiches", headers={"Accept": accept}).headers["content-type"].startswith("application/json")
    assert client.get("/fiches?format=html").headers["content-type"].startswith("text/html")
    assert client.get("/fiches", headers={"Accept": "text/turtle"}).status_code == 406


def test_a_misspelt_word_is_said_to_be_taken_for_another(client: httpx.Client) -> None:
    found = ask(client, q="argumentaton")
    assert found["total"] and found["corrected"] == [{"word": "argumentaton", "instead": ["argumentation"]}]
    assert ask(client, q="argumentation")["corrected"] == []
    page = client.get("/fiches", params={"q": "argumentaton", "lang": "fr"}, headers={"Accept": "text/html"}).text
    assert "argumentaton\u00a0»" in page or "argumentaton »" in page
    assert "<mark>" in page


def test_json_shows_where_the_words_stand_and_takes_nothing_from_a_text(client: httpx.Client) -> None:
    assert "highlights" not in ask(client)["items"][0]
    items = ask(client, q="modélisation")["items"]
    found = set()
    for item in items:
        shown = item["highlights"]
        for name in {"titre", "resume"} & set(shown):
            assert "".join(part["text"] for part in shown[name]) == item[name]
        found |= {part["text"].casefold() for parts in shown.values() for part in parts if part["found"]}
    assert found and all(word.startswith("mod") for word in found), found


def test_what_is_found_is_marked_and_nothing_of_a_text_is_markup(client: httpx.Client) -> None:
    page = client.get("/fiches", params={"q": "élèves <b>"}, headers={"Accept": "text/html"}).text
    marked = set(re.findall(r"<mark>(.*?)</mark>", page))
    assert marked and {"élève", "élèves", "eleves", "b"} >= {word.casefold() for word in marked if word[:1] in "éÉeE"}
    assert "<b>" not in page


def test_suggestions_complete_what_is_typed(client: httpx.Client) -> None:
    answer = client.get("/fiches/suggestions", params={"q": "esprit crit"})
    assert answer.json()["items"][0]["text"] == "esprit critique"
    assert answer.headers["observatoire-edition"]
    assert client.get("/fiches/suggestions", params={"q": "a" * 501}).status_code == 400
    assert client.get("/fiches/suggestions").json()["items"] == []
