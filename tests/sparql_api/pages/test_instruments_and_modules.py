"""The page of an instrument says what the Observatory shows of its principles; the page of a module draws it."""

from __future__ import annotations

import re

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES, Iris
from sparql_api.pages.documents import parsed, sources
from sparql_api.pages.ontology.diagram import module_diagram

MODULES = ("noyau", "usage-ia", "evaluation", "gouvernance", "formation", "territoire")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_instrument_lists_its_principles_with_projects_criteria_and_matches(
    client: httpx.Client, store: ox.Store, lang: str
) -> None:
    page = client.get(f"/instrument/cadre-usage.html?lang={lang}").text
    table = page.partition('id="tableau"')[2].partition("</table>")[0]
    assert table.count('<th scope="row">') == 13
    query = f"SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE {{ ?p oia:concerne <{BASE}principe/cadre-usage/CU-P5> }}"
    (row,) = store.query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    projects = int(row["n"].value)
    critical = next(part for part in table.split("<tr>") if "CU-P5" in part)
    assert re.search(rf'<a href="[^"]*principe=[^"]*CU-P5[^"]*">{projects}</a>', critical)
    assert "critere/C-D2-3" in critical
    assert "<details>" in critical


def test_what_is_no_instrument_has_no_such_table(client: httpx.Client) -> None:
    assert 'id="tableau"' not in client.get("/principe/cadre-usage/CU-P5.html").text


@pytest.mark.parametrize("module", MODULES)
def test_a_module_page_draws_its_own_classes(client: httpx.Client, module: str) -> None:
    page = client.get(f"/ontologie/{module}?format=html").text
    diagram = module_diagram(parsed(sources(Iris())[f"ontologie/{module}"]), Iris().term(""))
    assert diagram is not None
    assert page.count("<rect") == len(diagram.boxes) > 0
    assert all(box.own or box.name for box in diagram.boxes)


def test_the_examples_stand_in_json_ld_and_in_turtle(client: httpx.Client) -> None:
    page = client.get("/ontologie/evaluation?format=html").text
    assert "analyse (JSON-LD)" in page
    assert "analyse (Turtle)" in page


def test_a_released_version_stays_downloadable(client: httpx.Client) -> None:
    answer = client.get("/ontologie/1.0.0", headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert sum(1 for _ in ox.parse(answer.content, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)) > 2000
