"""The feeds: Atom as RFC 4287 has it, the fiches that the list has, what was erased as tombstones (RFC 6721)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest

from ingestion import Edition
from ontologie import BASE, Iris
from sparql_api.pages.feeds.entries import MOST, tombstones

A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""RFC 3339, in capitals, as RFC 4287 §3.3 asks."""
ONCE = ("id", "title", "updated")


def feed(client: httpx.Client, path: str) -> ET.Element:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.headers["observatoire-edition"]
    return ET.fromstring(answer.content)


def text(node: ET.Element, name: str) -> str:
    return node.findtext(A + name) or ""


def hold_to_the_standard(root: ET.Element) -> None:
    """RFC 4287 §4.1: what a feed and an entry must and may have."""
    assert root.tag == A + "feed"
    links = root.findall(A + "link")
    assert [link.get("rel") for link in links].count("self") == 1
    assert root.find(f"{A}author/{A}name") is not None, "an entry without author takes the feed's"
    ids = []
    for node in (root, *root.findall(A + "entry")):
        for name in ONCE:
            assert len(node.findall(A + name)) == 1, name
        assert re.match(r"https?://\S+$", text(node, "id"))
        moments = [held.text or "" for held in node if held.tag in (A + "updated", A + "published")]
        assert moments and all(MOMENT.fullmatch(moment) for moment in moments)
        alternates = [(o.get("type"), o.get("hreflang")) for o in node.findall(A + "link") if o.get("rel") == "alternate"]
        assert len(alternates) == len(set(alternates)), "no two alternates of one type and language"
        assert all(link.get("href", "").startswith("http") for link in node.findall(A + "link"))
        assert len(node.findall(A + "summary")) <= 1
        ids.append(text(node, "id"))
    assert len(ids) == len(set(ids))
    times = [text(entry, "updated") for entry in root.findall(A + "entry")]
    assert times == sorted(times, reverse=True)
    assert text(root, "updated") >= max(times, default="")


def test_the_feed_of_all_tells_the_fiches_that_changed_last(client: httpx.Client, store: ox.Store) -> None:
    root = feed(client, "/feed/fiches.atom")
    hold_to_the_standard(root)
    told = [text(entry, "id") for entry in root.findall(A + "entry")]
    said = {
        quad.subject.value.replace("/graphe/", "/"): quad.object.value
        for quad in store.quads_for_pattern(None, ox.NamedNode("http://purl.org/dc/terms/issued"), None)
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
        if re.search(r"/graphe/projet/(?!ex-)", quad.subject.value)
    }
    listed = [item["iri"] for item in client.get("/fiches?per_page=500").json()["items"]]
    assert told == sorted(listed, key=lambda iri: said[iri], reverse=True)[:MOST], "of one edition, as the list has them"
    assert len(told) == MOST < len(said)


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("academie/18", {"academie": "18"}),
        ("region/ile-de-france", {"region": "ile-de-france"}),
        ("niveau/lycee", {"niveau": "lycee"}),
        ("niveau/scolomfr-voc-022-num-023", {"niveau": "scolomfr-voc-022-num-023"}),
        ("discipline/scolomfr-voc-015-num-1333", {"discipline": "scolomfr-voc-015-num-1333"}),
        ("principe/cadre-usage/CU-P2", {"principe": "principe/cadre-usage/CU-P2"}),
    ],
)
def test_a_feed_of_a_value_tells_the_fiches_of_the_list(client: httpx.Client, name: str, asked: dict[str, str]) -> None:
    root = feed(client, f"/feed/{name}.atom")
    hold_to_the_standard(root)
    listed: dict[str, Any] = client.get("/fiches", params={**asked, "per_page": "500"}).json()
    ids = {item["iri"] for item in listed["items"]}
    told = {text(entry, "id") for entry in root.findall(A + "entry")}
    assert told <= ids and len(told) == min(len(ids), MOST) > 0
    page = next(link.get("href", "") for link in root.findall(A + "link") if link.get("type") == "text/html")
    assert client.get(page, headers={"Accept": "application/json"}).json()["total"] == listed["total"]


def test_a_feed_keeps_its_name_whatever_the_language_and_the_edition(client: httpx.Client) -> None:
    french, english = feed(client, "/feed/academie/18.atom"), feed(client, "/feed/academie/18.atom?lang=en&edition=1")
    assert text(french, "id") == text(english, "id") == f"{BASE}feed/academie/18"
    assert (french.get(LANG), english.get(LANG)) == ("fr", "en")
    assert text(english, "title").startswith("Sheets of the académie")
    assert {entry.find(A + "title").get(LANG) for entry in english.findall(A + "entry")} == {"fr"}  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["rien", "academie/99", "academie/Orl%C3%A9ans-Tours", "outil/chatgpt", "academie/", "/x"])
def test_what_has_no_feed_is_not_found(client: httpx.Client, name: str) -> None:
    assert client.get(f"/feed/{name}.atom").status_code == 404


def test_pages_name_their_feed(client: httpx.Client) -> None:
    html = {"Accept": "text/html"}
    for path, name in (
        ("/academie/18.html", "academie/18"),
        ("/principe/cadre-usage/CU-P2.html", "principe/cadre-usage/CU-P2"),
        ("/", "fiches"),
    ):
        found = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', client.get(path, headers=html).text)
        assert any(address.endswith(f"/feed/{name}.atom") for address in found), path
        for address in found:
            assert client.get(address).status_code == 200


def edition(folder: Path, number: int, date: str, erased: list[str], redacted: str = "") -> Edition:
    """Return an edition of which only the manifest stands."""
    path = folder / str(number)
    path.mkdir()
    redactions = {"redactions": [{"date": redacted}]} if redacted else {}
    (path / "manifest.json").write_text(json.dumps({"date": date, "erased": erased, **redactions}))
    return Edition(number, path)


def test_an_erased_fiche_leaves_a_tombstone_that_stays(tmp_path: Path) -> None:
    """It is told from the first edition that says so, at one moment; analyses have no entry, so no tombstone."""
    first = edition(tmp_path, 1, "2026-01-01T00:00:00Z", ["projet/18-B1"], redacted="2026-03-01T00:00:00Z")
    second = edition(tmp_path, 2, "2026-04-01T00:00:00Z", ["analyse/x", "projet/18-B1", "projet/18-B2"])
    third = edition(tmp_path, 3, "2026-05-01T00:00:00Z", ["projet/18-B1", "projet/18-B2"])
    iris = Iris(BASE)
    of_second = [(one.iri, one.when) for one in tombstones(second, [third, first, second], iris)]
    assert of_second == [(f"{BASE}projet/18-B2", "2026-04-01T00:00:00Z"), (f"{BASE}projet/18-B1", "2026-03-01T00:00:00Z")]
    assert [(one.iri, one.when) for one in tombstones(third, [first, second, third], iris)] == of_second


def feeds_of(client: httpx.Client, query: str) -> list[str]:
    """Return the feeds that the list of fiches offers below its results."""
    page = client.get(f"/fiches?{query}", headers={"Accept": "text/html"}).text
    page = page[page.index('id="contenu"') : page.index("<footer")]
    return re.findall(r'href="(/feed/[^"]+)" type="application/atom', page)


def test_the_list_offers_the_feed_of_its_own_filter_where_one_follows_it(client: httpx.Client) -> None:
    assert feeds_of(client, "") == ["/feed/fiches.atom"]
    (own,) = feeds_of(client, "academie=18")
    assert own == "/feed/academie/18.atom"
    told = {entry.findtext(f"{A}id") for entry in feed(client, own).iter(f"{A}entry")}
    listed = client.get("/fiches?academie=18&per_page=500", headers={"Accept": "application/json"}).json()["items"]
    assert told == {item["iri"] for item in listed}
    # Neither words, nor two filters, nor a filter that no feed follows: the feeds of the parts alone, named as such.
    assert feeds_of(client, "academie=18&q=ia") == ["/feed/academie/18.atom"]
    both = feeds_of(client, "academie=18&niveau=3e")
    assert both[0] == "/feed/academie/18.atom" and both[1].startswith("/feed/niveau/") and len(both) == 2
    assert feeds_of(client, "outil=chatgpt") == []
    page = client.get("/fiches?academie=18&q=ia", headers={"Accept": "text/html", "Accept-Language": "fr"}).text
    assert "Un flux Atom suit un seul filtre" in page and "Suivre cette sélection" not in page
