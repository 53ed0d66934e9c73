"""What pages say of numbers: what a mean leaves out, and why one is empty."""

from __future__ import annotations

import html
import re

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from sparql_api.pages.editor.form import UNBOUND


@pytest.mark.parametrize("name", ["moyenne-des-criteres", "moyenne-par-discipline-et-niveau", "score-des-dimensions"])
def test_a_page_of_means_says_that_illustrations_are_out_and_offers_them(client: httpx.Client, name: str) -> None:
    page = client.get(f"/queries/{name}?format=html").text
    (offered,) = {html.unescape(href) for href in re.findall(r'href="([^"]*illustrations=oui[^"]*)"', page) if "format=html" in href}
    shown = client.get(offered)
    assert shown.status_code == 200
    assert not [href for href in re.findall(r'href="([^"]*)"', shown.text) if href == html.escape(offered)]
    rows = client.get(f"/queries/{name}").json()["rows"]
    value = "score" if name.startswith("score") else "moyenne"
    without = [row for row in rows if row[value] is None]
    assert without and all(row["empechementLibelle"] for row in without)
    asked = client.get(f"/queries/{name}?illustrations=oui").json()["rows"]
    assert any(row[value] is not None and row["illustrative"] for row in asked)


def test_the_editor_says_why_a_mean_is_empty_in_a_form_that_answers(client: httpx.Client, store: ox.Store) -> None:
    form = UNBOUND.format(base=BASE)
    assert html.escape(form, quote=False) in client.get("/sparql", headers={"Accept": "text/html"}).text.replace("&#34;", '"')
    short = re.sub(r"SUM.*COUNT\(\?valeur\)", "AVG(?valeur)", form)
    assert short != form
    means = []
    for text in (form, short):
        rows = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        assert isinstance(rows, ox.QuerySolutions)
        means += [row["moyenne"] for row in rows]
    assert means[0] is not None and means[1] is None


@pytest.mark.parametrize("path", ["/exemple.fr/login", "../../ailleurs", "projet/%2e%2E/%2e%2e/x"])
def test_an_address_of_ours_that_leads_elsewhere_is_no_link(client: httpx.Client, path: str) -> None:
    asked = f'SELECT (IRI("https://w3id.org/observatoire-ia/{path}") AS ?v) WHERE {{}}'
    page = client.get("/sparql", params={"query": asked}, headers={"Accept": "text/html"})
    assert page.status_code == 200
    links = re.findall(r'href="([^"]*)"', page.text)
    assert len(links) > 10
    assert not [one for one in links if one.startswith("//") or re.search(r"\.\.|%2e", one.partition("?")[0], re.IGNORECASE)]
