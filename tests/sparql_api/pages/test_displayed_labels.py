"""The language of labels follows the page: an English page names everything in English, and as people say it."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pyoxigraph as ox

from ontologie import BASE, read_table

HTML = {"Accept": "text/html"}
CYCLE_4 = "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-621"
TABLES = (("donnees",), ("tiers", "scolomfr"))


def french_alone() -> set[str]:
    """Return the French names that are no English ones, of what has a displayed label of its own."""
    rows = [row for folder in TABLES for row in read_table(*folder, "libelles_affiches.csv")]
    return {row["libelle_fr"] for row in rows} - {row["libelle_en"] for row in rows}


def test_every_value_of_a_facet_has_a_name_in_both_languages(client: httpx.Client) -> None:
    found = client.get("/fiches?per_page=1&exemples=oui").json()["facets"]
    assert {len(values) > 0 for values in found.values()} == {True}
    for name, values in found.items():
        for value in values:
            assert {"fr", "en"} <= set(value["label"]), (name, value)


def test_the_list_in_english_shows_no_name_that_is_french_alone(client: httpx.Client) -> None:
    page = client.get("/fiches?lang=en&per_page=100", headers=HTML).text
    shown = set(re.findall(r"<span>([^<]+)</span>", page)) | set(re.findall(r"<span>([^<]+) <small>", page))
    assert {"collège, lower secondary", "mathematics", "English", "4e, age 13"} <= shown
    assert not shown & french_alone()


def test_the_page_of_a_fiche_names_things_in_the_pages_language(client: httpx.Client) -> None:
    items: list[dict[str, Any]] = client.get("/fiches", params={"niveau": CYCLE_4, "per_page": 500}).json()["items"]
    itself = next(item for item in items if CYCLE_4 in {level["iri"] for level in item["niveau"]})
    path = f"/projet/{itself['id']}.html"
    english, french = (client.get(f"{path}?lang={tag}", headers=HTML).text for tag in ("en", "fr"))
    assert ">cycle 4, ages 12 to 14<" in english and ">cycle 4<" not in english
    assert ">cycle 4<" in french and "(2016)" not in french
    assert not set(re.findall(r">([^<>]+)</a>", english)) & french_alone()


def test_a_file_names_things_in_the_language_of_its_address(client: httpx.Client) -> None:
    for tag, name in (("fr", "cycle 4"), ("en", "cycle 4, ages 12 to 14")):
        answer = client.get(
            "/fiches.geojson", params={"niveau": CYCLE_4, "lang": tag}, headers={"Accept-Language": "en"}
        )
        assert any(name in feature["properties"]["niveau"] for feature in answer.json()["features"])
    tags = [
        client.get("/fiches.geojson", params=asked).headers["etag"] for asked in ({}, {"lang": "fr"}, {"lang": "en"})
    ]
    assert tags[0] == tags[1] != tags[2]


def test_a_question_on_an_english_page_has_english_labels_and_titles(client: httpx.Client) -> None:
    page = client.get("/queries/disciplines-et-principes?lang=en", headers=HTML).text
    assert re.search(r"<th scope=\"col\">subject <code>discipline</code></th>", page)
    assert "mathematics" in page and not set(re.findall(r">([^<>]+)</bdi>", page)) & french_alone()
    asked = client.get("/queries/disciplines-et-principes?lang=en&langue=fr", headers=HTML).text
    assert "mathématiques" in asked
    french = client.get("/queries/disciplines-et-principes", headers=HTML).text
    assert "discipline <code>discipline</code>" in french and "mathématiques" in french


def test_titles_stand_beside_the_names_which_do_not_change(client: httpx.Client) -> None:
    found = client.get("/queries/projets-par-academie", headers={"Accept-Language": "en"}).json()
    assert list(found) == ["name", "edition", "columns", "titles", "rows"]
    assert list(found["titles"]) == found["columns"] == ["academie", "nom", "region", "projets"]
    assert found["titles"]["projets"] == {"fr": "nombre de projets", "en": "number of projects"}


def test_all_that_is_ours_has_one_displayed_label_a_language(store: ox.Store) -> None:
    rows = store.query(
        f"""PREFIX oia: <{BASE}ontologie#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT ?x (COUNT(DISTINCT ?f) AS ?fr) (COUNT(DISTINCT ?e) AS ?en) {{
          ?x skos:prefLabel ?any . FILTER(STRSTARTS(STR(?x), "{BASE}"))
          OPTIONAL {{ ?x oia:libelleAffiche ?f . FILTER(lang(?f) = "fr") }}
          OPTIONAL {{ ?x oia:libelleAffiche ?e . FILTER(lang(?e) = "en") }}
        }} GROUP BY ?x""",
        use_default_graph_as_union=True,
    )
    counts = {row["x"].value: (row["fr"].value, row["en"].value) for row in rows}
    assert len(counts) > 900 and set(counts.values()) == {("1", "1")}
