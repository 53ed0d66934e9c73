"""One word, one number: what SPARQL, facets, selections, files, questions, the first page and the dump say of each value.

The query of each facet is read from `docs/counts.md`; the dump is counted by Python alone.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import Edition
from ontologie import BASE, PREFIXES
from queries import bind, catalogue
from sparql_api.fiches.facets import FACETS
from sparql_api.fiches.search import FicheIndex, Selection
from sparql_api.pages.fiches.files import FILES, Selected
from tests import patient
from tests.making import dump_of

PAGE = Path(__file__).parents[3] / "docs" / "counts.md"
DOCUMENTED = dict(re.findall(r"^\| `(\w+)` \|[^|]+\| `(.+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
"""By facet, the pattern that counts its values, as the page of documentation writes it in a cell."""
ROLLED_UP = {"niveau", "discipline", "type_ia", "finalite"}
FACET_NAMES = [facet.name for facet in FACETS]
QUESTIONS = {
    "projets-par-academie": ("academie", "academie"),
    "carte-des-academies": ("academie", "academie"),
    "projets-par-annee-scolaire": ("annee_scolaire", "anneeScolaire"),
    "couverture-principes": ("principe", "principe"),
}
"""By question, the facet that it counts and its column of values."""
MOST = 64 << 20


@pytest.fixture(scope="module")
def store(demo_edition: Edition) -> ox.Store:
    return ox.Store.read_only(str(demo_edition.store_path))


@pytest.fixture(scope="module")
def index(demo_edition: Edition) -> FicheIndex:
    return FicheIndex(demo_edition.path)


@pytest.fixture(scope="module")
def in_the_dump(demo_edition: Edition) -> dict[str, dict[str, set[str]]]:
    """Return the projects of each value of each facet, counted over the lines of `dump.nq.gz`."""
    said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in ox.parse(dump_of(demo_edition.path), format=ox.RdfFormat.N_QUADS):
        if isinstance(quad.object, ox.NamedNode | ox.Literal):
            said[quad.predicate.value][quad.subject.value].add(quad.object.value)
    up: dict[str, set[str]] = defaultdict(set)
    for narrow, broad in said[PREFIXES["skos"] + "broader"].items():
        up[narrow] |= broad
    for name in (PREFIXES["skos"] + "narrower", PREFIXES["oia"] + "couvre"):
        for broad_one, narrows in said[name].items():
            for narrow in narrows:
                up[narrow].add(broad_one)

    @cache
    def above(value: str) -> frozenset[str]:
        return frozenset({value}.union(*(above(one) for one in up.get(value, ()))))

    projects = {one for one, kinds in said[PREFIXES["rdf"] + "type"].items() if PREFIXES["oia"] + "Projet" in kinds}
    found: dict[str, dict[str, set[str]]] = {facet.name: defaultdict(set) for facet in FACETS}
    for facet in FACETS:
        for term in facet.properties:
            for project in projects:
                for value in said[PREFIXES["oia"] + term].get(project, ()):
                    for one in above(value) if facet.name in ROLLED_UP else {value}:
                        found[facet.name][one].add(project)
    return found


def counted(store: ox.Store, pattern: str) -> dict[str, int]:
    """Return how many projects SPARQL finds for each value of a pattern."""
    text = f"SELECT ?valeur (COUNT(DISTINCT ?projet) AS ?n) {{ ?projet a oia:Projet ; {pattern} }} GROUP BY ?valeur"
    rows = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return {row["valeur"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]


def test_every_facet_is_documented() -> None:
    assert list(DOCUMENTED) == FACET_NAMES


@pytest.mark.parametrize("facet", FACET_NAMES)
def test_sparql_the_facet_and_the_dump_give_each_value_one_number(
    store: ox.Store, index: FicheIndex, in_the_dump: dict[str, dict[str, set[str]]], facet: str
) -> None:
    by_sparql = counted(store, DOCUMENTED[facet].replace("\\|", "|"))
    assert {value.iri: value.bits.bit_count() for value in index.values[facet]} == by_sparql
    assert {value: len(projects) for value, projects in in_the_dump[facet].items()} == by_sparql
    shown = {value.iri: count for value, count in index.select(Selection()).counts[facet]}
    assert shown == {iri: by_sparql[iri] for iri in shown} and bool(shown) == bool(by_sparql)
    for value in index.values[facet]:
        assert index.select(Selection(facets={facet: (value.id,)})).total == by_sparql[value.iri]


@pytest.mark.parametrize("suffix", ["csv", "geojson", "jsonl"])
def test_the_files_of_each_value_hold_its_projects(
    demo_edition: Edition, index: FicheIndex, in_the_dump: dict[str, dict[str, set[str]]], suffix: str
) -> None:
    for facet in FACET_NAMES:
        for value in index.values[facet]:
            numbers = index.select(Selection(facets={facet: (value.id,)})).numbers
            selected = Selected(index, numbers, demo_edition, BASE, False, MOST)
            text = b"".join(FILES[suffix](selected)).decode()
            assert sorted(projects_of(suffix, text)) == sorted(in_the_dump[facet][value.iri]), (facet, value.iri)


def projects_of(suffix: str, text: str) -> list[str]:
    """Return the projects that a file of fiches holds."""
    if suffix == "csv":
        return [row["iri"] for row in csv.DictReader(io.StringIO(text, newline=""))]
    if suffix == "geojson":
        return [feature["id"] for feature in json.loads(text)["features"]]
    return [BASE + json.loads(line)["id"] for line in text.splitlines()]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_gives_each_value_the_number_of_its_facet(store: ox.Store, index: FicheIndex, name: str) -> None:
    facet, column = QUESTIONS[name]
    expected = {value.iri: value.bits.bit_count() for value in index.values[facet] if value.direct}
    asked = [{}]
    if name == "couverture-principes":
        instruments = {iri.removeprefix(f"{BASE}principe/").partition("/")[0] for iri in expected}
        asked = [{"instrument": f"instrument/{one}"} for one in sorted(instruments)]
    answered = {}
    for parameters in asked:
        rows = store.query(bind(catalogue()[name], parameters), prefixes=PREFIXES, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        answered |= {row[column].value: int(row["projets"].value) for row in rows if row[column]}
    assert {value: count for value, count in answered.items() if count} == expected


def test_the_first_page_counts_as_sparql_does(
    address: str, store: ox.Store, in_the_dump: dict[str, dict[str, set[str]]]
) -> None:
    page = patient.get(f"{address}/?lang=en", headers={"Accept": "text/html"}).text
    shown = re.findall(r"<dt>([^<]+)</dt><dd>(?:<a [^>]*>)?([^<]+)<", page)
    figures = {html.unescape(name): int(re.sub(r"\D", "", number)) for name, number in shown}
    academies = "oia:academie|oia:academieAssociee"
    (projects,) = counted(store, "dct:title ?any . BIND(1 AS ?valeur)").values()
    assert figures == {
        "sheets": projects,
        "académies represented": len(counted(store, f"{academies} ?valeur")),
        "principles concerned": len(in_the_dump["principe"]),
        "statements in the graph": len(store),
    }


EXAMPLES_SHOWN = [
    f"{BASE}projet/{row['id']}"
    for row in csv.DictReader(io.StringIO(files("ingestion").joinpath("demo", "exemples.csv").read_text("utf-8"), newline=""))
]


def test_the_naive_query_counts_no_example(store: ox.Store, demo_edition: Edition) -> None:
    counts = counted(store, "a ?valeur")
    assert counts[PREFIXES["oia"] + "Projet"] == demo_edition.manifest["counts"]["projet"]
    assert PREFIXES["oia"] + "ProjetExemple" not in counts
    asked = store.query("ASK { ?un a oia:ProjetExemple ; oia:concerne|oia:genreDePreuve ?rien }",
                        prefixes=PREFIXES, use_default_graph_as_union=True)  # fmt: skip
    assert not asked


def test_the_list_its_counts_and_its_files_show_examples_where_they_are_asked_alone(address: str) -> None:
    def listed(question: str) -> dict[str, Any]:
        found: dict[str, Any] = patient.get(f"{address}/fiches{question}", headers={"Accept": "application/json"}).json()
        return found

    projects, everything = listed("?per_page=500"), listed("?per_page=500&exemples=oui")
    assert projects["examples"] == 0 and everything["examples"] == len(EXAMPLES_SHOWN) == 20
    assert everything["total"] == projects["total"] + 20
    assert [item["iri"] for item in projects["items"]] == [item["iri"] for item in everything["items"]][:-20]
    assert sorted(item["iri"] for item in everything["items"] if item["exemple"]) == sorted(EXAMPLES_SHOWN)
    assert not [item for item in projects["items"] if item["exemple"]]
    levels = {one["iri"]: one["count"] for one in projects["facets"]["niveau"]}
    assert sum(one["count"] for one in everything["facets"]["niveau"]) > sum(levels.values())
    assert projects["facets"]["principe"] == everything["facets"]["principe"]
    assert listed("?per_page=500&exemples=non") == projects


@pytest.mark.parametrize("suffix", ["csv", "geojson", "jsonl"])
def test_a_file_holds_examples_where_they_are_asked_alone(address: str, suffix: str) -> None:
    without, with_them = (patient.get(f"{address}/fiches.{suffix}{asked}").text for asked in ("", "?exemples=oui"))
    assert sorted({*projects_of(suffix, with_them)} - {*projects_of(suffix, without)}) == sorted(EXAMPLES_SHOWN)
    assert {*projects_of(suffix, without)} < {*projects_of(suffix, with_them)}


def test_words_of_examples_are_no_words_of_projects(index: FicheIndex) -> None:
    seen = index.with_examples
    words = {word for item in seen.items(seen.first(seen.size)[index.size :]) for word in re.findall(r"[^\W\d_]{6,}", item["titre"])}
    projects = {word: index.select(Selection(q=word)) for word in sorted(words)}
    of_projects = set(index.first(index.size))
    for word, found in projects.items():
        more = seen.select(Selection(q=word))
        assert [number for number in more.numbers if number in of_projects] == [*found.numbers], word
        assert not of_projects.issuperset(more.numbers), word
    alone = [word for word, found in projects.items() if not found.total]
    assert alone
    assert not [one for word in alone for one in index.text.suggestions(word, 8)]


@pytest.mark.parametrize("answer", ["peut-etre", "ouii"])
def test_a_parameter_that_is_neither_yes_nor_no_is_refused(address: str, answer: str) -> None:
    found = patient.get(f"{address}/fiches", params={"exemples": answer}, headers={"Accept": "application/json"})
    assert found.status_code == 400 and found.json()["parameter"] == "exemples"


@pytest.mark.parametrize("sort", ["recent", "ancien", "titre"])
def test_a_list_comes_in_the_order_asked_for(address: str, in_the_dump: dict[str, dict[str, set[str]]], sort: str) -> None:
    asked = {"tri": sort, "per_page": "500"}
    items = patient.get(f"{address}/fiches", params=asked, headers={"Accept": "application/json"}).json()["items"]
    plain = [unicodedata.normalize("NFD", item["titre"]).casefold() for item in items]
    keys = {
        "titre": [re.findall(r"\w+", "".join(c for c in text if not unicodedata.combining(c))) for text in plain],
        "ancien": [item["date"] or "9999" for item in items],
        "recent": [item["date"] and item["date"].ljust(10, "~") for item in reversed(items)],  # a year alone: its end
    }[sort]
    assert keys == sorted(keys) and len(items) > 90


def test_an_order_that_is_none_is_refused_by_its_name(address: str) -> None:
    answer = patient.get(f"{address}/fiches?tri=hasard", headers={"Accept": "application/json"})
    assert answer.status_code == 400 and answer.json()["parameter"] == "tri"


def test_a_word_found_by_relevance_is_sorted_where_asked(index: FicheIndex) -> None:
    best, latest = (index.select(Selection("image", sort=sort)).numbers for sort in ("", "recent"))
    assert sorted(best) == sorted(latest) and list(best) != list(latest)
    places = {number: place for place, number in enumerate(index.first(index.size))}
    assert [places[number] for number in latest] == sorted(places[number] for number in latest)
