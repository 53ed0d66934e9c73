"""One number on every face: what a value counts is the same on lists, maps, questions, comparisons, tables and feeds.

The fiches name their territories in every way there is; what each value counts is worked out here by hand.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from ontologie import BASE, PREFIXES
from sparql_api.app import create_app
from sparql_api.settings import Settings
from tests.making import begun, command, write_csv
from tests.sparql_api.endpoint.live import serve
from tests.sparql_api.pages.test_counts import DOCUMENTED

HTML = {"Accept": "text/html", "Accept-Language": "fr"}
JSON = {"Accept": "application/json"}
COLUMNS = ("academie", "region_academique", "niveaux", "disciplines", "outils_ia", "type_ia", "date")
ROWS = {
    "academie-seule": ("Rennes", "", "3e", "Français", "ChatGPT", "generative", "2024-10"),
    "region-seule": ("", "Bretagne", "4e", "Mathématiques", "ChatGPT", "generative", "2024-10"),
    "les-deux": ("Rennes", "Bretagne", "3e|4e", "Français|Mathématiques", "Lalilo", "predictive", "2025-05"),
    "deux-regions": ("Lyon|Dijon", "", "collège", "Français", "ChatGPT|Lalilo", "generative", "2025-10"),
    "une-region": ("Lyon|Grenoble", "", "3e", "Français", "", "generative", "2025"),
    "en-desaccord": ("Rennes", "Normandie", "4e", "Mathématiques", "", "predictive", "2026-03"),
    "nulle-part": ("", "", "3e", "Français", "ChatGPT", "generative", "2024-11"),
}
"""By identifier, a fiche's cells; to them `begun` adds one of Orléans-Tours: 3e, Français, ChatGPT, May 2025."""
THIRD, FOURTH, COLLEGE = (f"scolomfr-voc-022-num-{number}" for number in ("023", "021", "016"))
FRENCH, MATHEMATICS = (f"scolomfr-voc-015-num-{number}" for number in ("1333", "919"))
EXPECTED = {
    "region": {"bretagne": 4, "normandie": 1, "auvergne-rhone-alpes": 2, "bourgogne-franche-comte": 1, "centre-val-de-loire": 1},
    "academie": {"14": 3, "10": 2, "07": 1, "08": 1, "18": 1},
    "niveau": {THIRD: 5, FOURTH: 3, COLLEGE: 8},
    "discipline": {FRENCH: 6, MATHEMATICS: 3},
    "outil": {"chatgpt": 5, "lalilo": 2},
    "type_ia": {"generative": 6, "predictive": 2},
    "annee_scolaire": {"2024-2025": 5, "2025-2026": 2},
}
"""By facet and the id of a value, how many of the eight fiches it counts."""
PAIRS = [(facet, value) for facet, values in EXPECTED.items() for value in values]
IN_TABLES = {"region": "usages_regions", "niveau": "usages_niveaux", "discipline": "usages_disciplines", "outil": "usages_outils",
             "type_ia": "usages_types_ia", "annee_scolaire": "usages"}  # fmt: skip
QUESTIONS = {"region": "projets-par-region-academique", "academie": "projets-par-academie", "annee_scolaire": "projets-par-annee-scolaire"}
FED = ("academie", "region", "niveau", "discipline")
SILENT_UNDER = 5
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service over an edition of these fiches alone."""
    folder = tmp_path_factory.mktemp("one-number")
    begun(folder)[1].close()
    for national in (False, True):
        of_them = {name: dict(zip(COLUMNS, cells, strict=True)) for name, cells in ROWS.items() if national is not bool(cells[0])}
        path = write_csv(folder / f"rows-{national}.csv", [{"id": name, **cells} for name, cells in of_them.items()])
        done = command(folder / "var", "ingest", str(path), "--validated-by", "equipe-projet", *["--national"] * national)
        assert done.exit_code == 0, done.stderr
    assert command(folder / "var", "publish").exit_code == 0
    with (
        serve(create_app(Settings(var=folder / "var", workers=1))) as url,
        httpx.Client(base_url=url, timeout=300, headers={"Accept": "*/*"}, follow_redirects=True) as session,
    ):
        yield session


@pytest.fixture(scope="module")
def named(client: httpx.Client) -> dict[tuple[str, str], str]:
    """Return what a query calls each value, and its number beside the list: the facets that hold it say its IRI."""
    return {(facet, one["id"]): one["iri"] or one["id"] for facet, held in listed(client)["facets"].items() for one in held} | {
        ("niveau", COLLEGE): f"http://data.education.fr/voc/scolomfr/concept/{COLLEGE}"
    }


def listed(client: httpx.Client, **asked: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/fiches", params=asked, headers=JSON).json()
    return found


def rows_of(client: httpx.Client, address: str, **asked: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address, params=asked).text, newline="")))


@pytest.mark.parametrize(("facet", "value"), PAIRS)
def test_lists_files_queries_and_comparisons_say_one_number(
    client: httpx.Client, named: dict[tuple[str, str], str], facet: str, value: str
) -> None:
    expected, iri = EXPECTED[facet][value], named[facet, value]
    beside = {one["id"]: one["count"] for one in listed(client)["facets"][facet]}
    term = f"<{iri}>" if ":" in iri else f'"{iri}"'
    pattern = DOCUMENTED[facet].replace("\\|", "|").replace("?valeur", term)
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in ("oia", "skos"))
    query = f"{prefixes}SELECT (COUNT(DISTINCT ?projet) AS ?n) {{ ?projet a oia:Projet ; {pattern} }}"
    group = iri.removeprefix(BASE)
    two = {"facette": facet, "premier": group, "second": group, "seuil": "1", "mesure": "type_ia"}
    compared = rows_of(client, "/queries/comparer-deux-groupes", **two, format="csv")
    said = {
        "list": listed(client, **{facet: value})["total"],
        "facet": beside.get(value, expected),
        "file": len(rows_of(client, "/fiches.csv", **{facet: value})),
        "query": int(rows_of(client, "/sparql", query=query, format="csv")[0]["n"]),
        "comparison": int(compared[0]["premierTotal"]),
    }
    assert said == dict.fromkeys(said, expected)


@pytest.mark.parametrize("facet", IN_TABLES)
def test_research_tables_say_the_number_of_the_list(
    client: httpx.Client, named: dict[tuple[str, str], str], facet: str
) -> None:
    uses: dict[str, set[str]] = {}
    for row in rows_of(client, f"/editions/2/tables/{IN_TABLES[facet]}.csv"):
        uses.setdefault(row[facet], set()).add(row["usage"])
    direct = {value: count for value, count in EXPECTED[facet].items() if value != COLLEGE}
    assert {value: len(uses[named[facet, value]]) for value in direct} == direct


@pytest.mark.parametrize(("facet", "value"), [pair for pair in PAIRS if pair[0] in FED])
def test_a_feed_tells_as_many_fiches(client: httpx.Client, facet: str, value: str) -> None:
    feed = ElementTree.fromstring(client.get(f"/feed/{facet}/{value}.atom").content)
    assert len(feed.findall(f"{ATOM}entry")) == EXPECTED[facet][value]


@pytest.mark.parametrize("facet", QUESTIONS)
def test_a_saved_question_and_its_map_say_the_number_of_the_list(
    client: httpx.Client, named: dict[tuple[str, str], str], facet: str
) -> None:
    column = "anneeScolaire" if facet == "annee_scolaire" else facet
    found = {row[column]: int(row["projets"]) for row in rows_of(client, f"/queries/{QUESTIONS[facet]}", format="csv") if int(row["projets"])}
    expected = {named[facet, value]: count for value, count in EXPECTED[facet].items()}
    assert {value: count for value, count in found.items() if value} == expected
    if facet != "annee_scolaire":
        page = client.get("/carte", params={"question": QUESTIONS[facet]}, headers=HTML).text
        table = re.findall(r'<th scope="row"><a href="[^"]+">[^<]+</a></th><td class="figure">([^<]+)</td>', page)
        assert sorted(int(number) for number in table if int(number)) == sorted(expected.values())


@pytest.mark.parametrize("region", EXPECTED["region"])
def test_the_page_of_a_region_and_its_part_for_others_say_the_number_of_the_list(client: httpx.Client, region: str) -> None:
    count = EXPECTED["region"][region]
    page = client.get(f"/region-academique/{region}.html", headers=HTML).text
    assert re.search(rf"\b{count} fiches? dans cette région", page)
    for href in set(re.findall(r'href="(/fiches\?region=[^"]+)"', page)):
        assert client.get(href.replace("&amp;", "&"), headers=JSON).json()["total"] == count
    part = client.get(f"/embed/region-academique/{region}", headers=HTML).text
    assert part.count("<article") <= count


@pytest.mark.parametrize("facet", EXPECTED)
def test_the_page_of_a_comparison_says_the_number_of_the_list(client: httpx.Client, facet: str) -> None:
    many = {value: count for value, count in EXPECTED[facet].items() if count >= SILENT_UNDER}
    if len(many) < 2:
        few = list(EXPECTED[facet])[:2]
        page = client.get("/comparer", params={facet: few}, headers=HTML).text
        assert "moins de 5 fiches" in page.replace("\u00a0", " ") or "&nbsp;" in page
        return
    page = client.get("/comparer", params={facet: list(many)[:2]}, headers=HTML).text
    assert [int(n) for n in re.findall(r'<th scope="col">[^<]+ \((\d+)\)</th>', page)] == list(many.values())[:2]
