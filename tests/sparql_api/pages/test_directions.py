"""A title that turns the direction of writing turns its neighbours nowhere, and is exchanged as it was deposited."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
import python_calamine as calamine

from ontologie import BASE
from tests.ontologie.test_directions import turns
from tests.sparql_api.pages.conftest import HOSTILE_TITLE

OWN = f"{BASE}projet/18-h.1"
ENDED = HOSTILE_TITLE + "\u202c"


class Texts(HTMLParser):
    """The texts and attributes of a page, one by one, but for what scripts hold."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._shown = True
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._shown = tag != "script"
        self.found += [value for _, value in attrs if value]

    def handle_data(self, data: str) -> None:
        self.found += [data] if self._shown else []


@pytest.mark.parametrize("path", ["/projet/18-h.1.html", "/fiches?per_page=500", "/fiches?q=critique", "/queries/fiches-publiees"])
def test_in_pages_it_is_closed(client: httpx.Client, path: str) -> None:
    found = Texts(client.get(path, headers={"Accept": "text/html"}).text).found
    assert any("\u202e" in one for one in found) and not [one for one in found if turns(one)]
    assert not [one for one in found if HOSTILE_TITLE in one.replace(ENDED, "")], "no word of ours stands within"


def test_in_feeds_and_for_harvesters_it_is_closed(client: httpx.Client) -> None:
    feed = ET.fromstring(client.get("/feed/fiches.atom").content)
    assert ENDED in [one.text for one in feed.iter("{http://www.w3.org/2005/Atom}title")]
    for prefix in ("oai_dc", "lom"):
        told = ET.fromstring(client.get(f"/oai?verb=GetRecord&identifier={OWN}&metadataPrefix={prefix}").content)
        assert ENDED in [one.text for one in told.iter()]


def test_as_data_it_is_as_deposited(client: httpx.Client) -> None:
    assert client.get("/projet/18-h.1.jsonld").json()["titre"] == {"fr": HOSTILE_TITLE}
    lines = client.get("/fiches.jsonl").text.split("\n")[:-1]
    assert {"fr": HOSTILE_TITLE} in [json.loads(line)["titre"] for line in lines]
    table = csv.reader(io.StringIO(client.get("/fiches.csv").text, newline=""))
    assert HOSTILE_TITLE in {cell for row in table for cell in row}
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(client.get("/fiches.xlsx").content))
    assert HOSTILE_TITLE in {cell for row in book.get_sheet_by_index(0).to_python() for cell in row}
    told = ox.parse(client.get("/editions/2/delta.nq").content, format=ox.RdfFormat.N_QUADS)
    own = ox.NamedNode(f"{BASE}graphe/projet/18-h.1")
    assert HOSTILE_TITLE in {q.object.value for q in told if q.graph_name == own and isinstance(q.object, ox.Literal)}


def test_in_the_stream_it_is_as_deposited(client: httpx.Client) -> None:
    first = ox.Dataset(ox.parse(client.get("/ldes").content, format=ox.RdfFormat.N_QUADS))
    nodes = [q.object.value for q in first if q.predicate.value == "https://w3id.org/tree#node"]
    latest = sorted(nodes, key=lambda node: int(node.rpartition("/")[2].partition("-")[0]), reverse=True)
    assert any(
        HOSTILE_TITLE in {q.object.value for q in quads if isinstance(q.object, ox.Literal)}
        for quads in (ox.parse(client.get(node).content, format=ox.RdfFormat.N_QUADS) for node in latest)
    )
