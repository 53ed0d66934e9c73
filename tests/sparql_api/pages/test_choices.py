"""A saved question's page in words that people know: lists of parameters, things by their labels."""

from __future__ import annotations

import csv
import re
from html import unescape
from importlib.resources import files

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from queries import catalogue
from sparql_api.pages.results import Results, by_their_labels
from sparql_api.pages.things.presentation import Shown

HTML = {"Accept": "text/html"}
ROWS = list(csv.DictReader(files("sparql_api.pages.common").joinpath("choices.csv").read_text("utf-8").splitlines()))


def lists(page: str) -> dict[str, list[tuple[str, str, bool]]]:
    """Return (value, words, chosen) of each list of a question's form, by the parameter's name."""
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for name, inside in re.findall(r'<select id="p-[^"]*" name="([^"]+)">(.*?)</select>', page, re.DOTALL):
        for value, chosen, words in re.findall(r'<option(?: value="([^"]*)")?( selected)?>([^<]*)</option>', inside):
            found.setdefault(name, []).append((unescape(value), unescape(words), bool(chosen)))
    return found


def of_class(store: ox.Store, name: str) -> set[str]:
    kind = ox.NamedNode(PREFIXES["oia"] + name)
    quads = store.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + "type"), kind)
    return {quad.subject.value.removeprefix(BASE) for quad in quads if isinstance(quad.subject, ox.NamedNode)}


def test_each_row_names_a_parameter_of_a_question() -> None:
    named = {parameter.name for question in catalogue().values() for parameter in question.parameters}
    assert {row["parameter"] for row in ROWS} <= named


@pytest.mark.parametrize(("path", "parameter", "kind", "chosen"), [
    ("disciplines-et-principes", "instrument", "Instrument", "instrument/cadre-usage"),
    ("moyenne-par-academie", "critere", "Critere", "critere/C-D2-3"), ("projets-d-un-outil", "outil", "OutilIA", "outil/chatgpt"),
    ("projets-par-academie", "region", "RegionAcademique", ""),
])  # fmt: skip
def test_a_list_has_what_the_edition_has_in_the_reader_s_words(
    client: httpx.Client, store: ox.Store, path: str, parameter: str, kind: str, chosen: str
) -> None:
    page = client.get(f"/queries/{path}?lang=en", headers=HTML).text
    offered = lists(page)[parameter]
    assert {value for value, _, _ in offered if value} == of_class(store, kind)
    assert ("" in {value for value, _, _ in offered}) is (not chosen)
    assert [value for value, _, is_it in offered if is_it] == [chosen] * bool(chosen)
    assert not [words for _, words, _ in offered if not words or ("/" in words and "://" in words)]


def test_the_choice_made_stays_chosen_however_it_was_written_and_one_more_is_offered(client: httpx.Client) -> None:
    for given in ("instrument/ai-act", f"{BASE}instrument/ai-act"):
        offered = lists(client.get("/queries/disciplines-et-principes", params={"instrument": given}, headers=HTML).text)["instrument"]
        assert [value for value, _, is_it in offered if is_it] == ["instrument/ai-act"]
        assert [value for value, _, _ in offered].count("") == 1, "a second one may be chosen, or none"


def test_what_no_list_has_is_kept_as_it_was_given(client: httpx.Client) -> None:
    page = client.get("/queries/disciplines-et-principes", params={"instrument": "instrument/<rien>"}, headers=HTML).text
    assert "<option selected>instrument/&lt;rien&gt;</option>" in page


def test_the_groups_of_a_comparison_are_those_of_its_facet(client: httpx.Client) -> None:
    page = client.get("/queries/comparer-deux-groupes", params={"facette": "annee_scolaire", "edition": "1"}, headers=HTML).text
    offered = lists(page)
    assert "2024-2025" in {value for value, _, _ in offered["premier"]}
    assert ("annee_scolaire", "Année scolaire", True) in offered["facette"]


def test_principles_stand_under_their_texts(client: httpx.Client) -> None:
    page = client.get("/queries/correspondances-d-un-instrument?lang=fr", headers=HTML).text
    groups = re.findall(r'<optgroup label="([^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    framework = next(inside for label, inside in groups if unescape(label) == "Cadre d'usage de l'IA en éducation")
    assert "principe/cadre-usage/CU-P2" in framework and "principe/ai-act/" not in framework


def test_a_thing_is_shown_by_the_label_beside_it_and_leads_to_it(client: httpx.Client) -> None:
    rows = client.get("/queries/disciplines-et-principes?edition=1").json()["rows"]
    page = client.get("/queries/disciplines-et-principes?edition=1&lang=fr", headers=HTML).text
    table = page[page.index('class="results-table"') :]
    assert "disciplineLibelle</code>" not in table
    bodies = re.findall(r"<tr><td>(.*?)</td>", table, re.DOTALL)
    assert sorted(re.sub(r"<[^>]+>", "", unescape(one)) for one in bodies) == sorted(row["disciplineLibelle"] for row in rows)
    hrefs = {unescape(href) for one in bodies for href in re.findall(r'href="([^"]+)"', one)}
    assert len(hrefs) == len({row["discipline"] for row in rows})


def test_a_label_that_is_missing_or_a_value_that_is_no_thing_stays_as_it_is() -> None:
    found = Results(1, 0.0, ("a", "aLibelle", "n", "nom"), ((Shown("x", "/x"), Shown(""), Shown("1"), Shown("un")),), total=1)
    assert by_their_labels(found).columns == ("a", "n", "nom")
    assert [one.text for one in by_their_labels(found).rows[0]] == ["x", "1", "un"]


def test_a_thing_without_a_column_of_labels_is_called_by_its_label_on_pages_alone(client: httpx.Client) -> None:
    asked = "SELECT ?a ?p ?pLibelle { VALUES (?a ?p ?pLibelle) { (oia:Projet <https://example.org/x> 'un') (<ACADEMIE> oia:Projet 'deux') } }"
    query = asked.replace("ACADEMIE", f"{BASE}academie/10")
    for language, kind in (("fr", "<bdi>projet</bdi>"), ("en", "<bdi>project</bdi>")):
        for path in ("/sparql", "/answer"):
            page = client.get(path, params={"query": query}, headers={"Accept": "text/html", "Accept-Language": language}).text
            assert re.search(r'<a href="/academie/10"><bdi>Lyon</bdi></a> <span class="meta">academie/10</span>', page)
            assert kind in page and "https://example.org/x" in page
    rows = client.get("/sparql", params={"query": query, "format": "csv"}).text
    assert f"{BASE}academie/10" in rows and "Lyon" not in rows
