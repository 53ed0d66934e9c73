"""What stands around a thing on its page: its matches with other texts, the projects one match away, its uses, its life.

Expected values are counted in the store, statement by statement.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE, PREFIXES
from sparql_api.pages.things.life import became, compared
from tests import patient

HTML = {"Accept": "text/html", "Accept-Language": "fr"}
JSON = {"Accept": "application/json"}
FRAMEWORK = "instrument/cadre-usage"


def node(prefix: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES[prefix] + name)


def page_of(client: httpx.Client, path: str) -> str:
    answer = client.get(f"/{path}.html", headers=HTML)
    assert answer.status_code == 200, path
    return answer.text


def part(page: str, name: str) -> ElementTree.Element:
    """Return the section of a page that a heading names."""
    found = re.search(rf'<section aria-labelledby="{name}">.*?</section>', page, re.DOTALL)
    assert found, name
    return ElementTree.fromstring(found[0].replace("<br>", "<br/>").replace("&nbsp;", " "))


def stated(store: ox.Store) -> dict[str, set[tuple[str, str, str]]]:
    """Return, of each thing, (the other thing, the confidence, the node) of every match that a node states."""
    found: dict[str, set[tuple[str, str, str]]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, node("sssom", "confidence"), None):
        ends = [
            [str(q.object)[1:-1] for q in store.quads_for_pattern(quad.subject, node("owl", name), None)]
            for name in ("annotatedSource", "annotatedTarget")
        ]
        for one, other in zip(*ends, strict=True):
            for left, right in ((one, other), (other, one)):
                found[left].add((right, str(quad.object.value), str(quad.subject)[1:-1]))  # type: ignore[union-attr]
    return found


def home(store: ox.Store, thing: str) -> str:
    """Return the instrument that a thing is a principle of, empty for none."""
    said = [str(q.object)[1:-1] for q in store.quads_for_pattern(ox.NamedNode(thing), node("skos", "inScheme"), None)]
    return next((one for one in said if one.startswith(f"{BASE}instrument/")), "")


def concerned(store: ox.Store, principle: str) -> set[str]:
    """Return the projects that a principle concerns."""
    quads = store.quads_for_pattern(None, node("oia", "concerne"), ox.NamedNode(principle))
    return {str(quad.subject)[1:-1] for quad in quads}


def test_each_cell_of_the_matrix_is_the_surest_match_and_leads_to_its_node(client: httpx.Client, store: ox.Store) -> None:
    matches = stated(store)
    rules: dict[str, set[str]] = defaultdict(set)
    for quad in store.quads_for_pattern(None, node("oia", "decouleDe"), None):
        rules[str(quad.object)[1:-1]].add(str(quad.subject)[1:-1])
    table = part(page_of(client, FRAMEWORK), "matrice").find(".//table")
    assert table is not None
    texts = [BASE + link.attrib["href"].lstrip("/") for link in table.findall(".//thead//a")]
    assert f"{BASE}instrument/international" == texts[0] and len(texts) == 8
    seen = 0
    for line in table.findall(".//tbody/tr"):
        (principle,) = (BASE + link.attrib["href"].lstrip("/") for link in line.findall("th/a"))
        for text, cell in zip(texts, line.findall("td"), strict=True):
            own = {one for one in matches[principle] if home(store, one[0]) == text}
            by_rule = {one for rule in rules[principle] for one in matches[rule] if home(store, one[0]) == text}
            link = cell.find("a")
            if link is None:
                assert not own | by_rule
                continue
            seen += 1
            shown = (link.text or "").replace(",", ".")
            assert float(shown) == max(float(one[1]) for one in own or by_rule)
            assert BASE + link.attrib["href"].lstrip("/") in {one[2] for one in own or by_rule}
            assert link.attrib["title"]
            assert (cell.find("small") is not None) == (not own)
            others = re.search(r"\+(\d+)", "".join(cell.itertext()))
            assert int(others[1] if others else 0) == len({one[2] for one in own | by_rule}) - 1
    assert seen > 20
    assert any(text.endswith("/ai-act") for text in texts)


def test_a_principle_meets_the_ai_act_by_a_rule_that_the_cell_says(client: httpx.Client) -> None:
    section = part(page_of(client, "principe/cadre-usage/CU-C2"), "matrice")
    cells = {line.find("th/a").attrib["href"]: line.find("td") for line in section.findall(".//tbody/tr")}  # type: ignore[union-attr]
    cell = cells["/instrument/ai-act"]
    assert cell is not None
    assert cell.find("small") is not None
    node_page = client.get(cell.findall("a")[0].attrib["href"], headers=HTML, follow_redirects=True)
    assert node_page.status_code == 200 and "/regle/" in node_page.text and "/principe/ai-act/" in node_page.text


def test_a_partners_principle_shows_the_projects_one_match_away_and_the_hop(client: httpx.Client, store: ox.Store) -> None:
    path = "principe/kmk-ki-2024/KMK-1"
    expected = {one: concerned(store, one) for one, _, _ in stated(store)[BASE + path]}
    expected = {one: projects for one, projects in expected.items() if projects}
    assert expected and not concerned(store, BASE + path)
    section = part(page_of(client, path), "a-une-correspondance")
    shown = {}
    for row in section.findall(".//li"):
        count, other, confidence = row.findall(".//a")
        shown[BASE + other.attrib["href"].lstrip("/")] = int(count.text or "")
        assert "/linkset/kmk-ki-2024#" in confidence.attrib["href"]
        assert client.get(count.attrib["href"], headers=JSON).json()["total"] == int(count.text or "")
    assert shown == {one: len(projects) for one, projects in expected.items()}
    together = set().union(*expected.values())
    first = section.findall("p/a")[0]
    assert (first.text or "").startswith(str(len(together)))
    assert client.get(first.attrib["href"], headers=JSON).json()["total"] == len(together)
    rows = client.get(section.findall("p/a")[-1].attrib["href"]).json()["rows"]
    assert {row["projet"] for row in rows} == together


@pytest.mark.parametrize("path", ["outil/chatgpt", "academie/18", "concept/type-ia/generative", "principe/cadre-usage/CU-P5"])
def test_each_number_of_uses_is_that_of_the_list_it_leads_to(client: httpx.Client, path: str) -> None:
    section = part(page_of(client, path), "fiches")
    total = section.findall("p/a")[0]
    assert client.get(total.attrib["href"], headers=JSON).json()["total"] == int(re.findall(r"\d+", total.text or "")[0])
    counted = [(one.findall("a")[0].attrib["href"], int(one.findall("span")[0].text or "")) for one in section.findall(".//dd/span")]
    assert len(counted) > 2
    for address, count in counted:
        assert client.get(address, headers=JSON).json()["total"] == count, address


def test_a_thing_is_followed_from_edition_to_edition(client: httpx.Client) -> None:
    table = part(page_of(client, "academie/18"), "vie").find(".//table")
    assert table is not None
    rows = table.findall(".//tbody/tr")
    assert [row.findall("th/a")[0].attrib["href"] for row in rows] == ["/editions/2", "/editions/1"]
    for number, row in zip(("2", "1"), rows, strict=True):
        link = row.findall("td/a")[0]
        assert f"edition={number}" in link.attrib["href"]
        assert client.get(link.attrib["href"], headers=JSON).json()["total"] == int(link.text or "")
    assert int(rows[0].findall("td/a")[0].text or "") == int(rows[1].findall("td/a")[0].text or "") + 5
    older = client.get("/academie/18.html?edition=1", headers=HTML).text
    assert '"/editions/2"' not in older and "/editions/1?edition=1" in older


def test_what_became_of_a_value_and_of_a_fiche_is_said_in_words() -> None:
    assert became(None, ("A", 3)) == "" and became(("", 0), ("A", 1)) == "first"
    assert became(("A", 2), ("A", 0)) == "gone" and became(("A", 1), ("B", 1)) == "renamed" and became(("A", 1), ("A", 9)) == ""
    old = {"id": "projet/1", "type": ["Projet"], "titre": {"fr": "A"}, "duree": "1 h"}
    assert compared(old, dict(old)) is None
    change = compared(old, {**{k: v for k, v in old.items() if k != "duree"}, "titre": {"fr": "B"}, "date": "2026"})
    assert change and (change.added, change.changed, change.removed) == (("date",), ("titre",), ("duree",))


@pytest.mark.parametrize(("path", "places"), [("organisation/drane", 18), ("organisation/cardie", 30), ("organisation/cned", 0)])
def test_an_organisation_says_where_it_acts_and_what_it_does(client: httpx.Client, path: str, places: int) -> None:
    page = page_of(client, path)
    section = part(page, "territoire")
    links = [link.attrib["href"] for link in section.findall("ul/li/a")]
    assert len(links) >= places and (places or not links)
    rows = patient.get(str(client.base_url) + "/queries/acteurs", headers=JSON).json()["rows"]
    (told,) = (row for row in rows if row["acteur"] == BASE + path)
    assert html.escape(told["role"], quote=False) in page.replace("&#39;", "'") and told["echelonLibelle"] in page


def test_an_english_page_says_which_of_its_words_are_french(client: httpx.Client) -> None:
    page = client.get("/outil/chatgpt.html?lang=en", headers=HTML).text
    titles = re.findall(r'href="/projet/[^"]+"[^>]*><bdi( lang="fr")?>', page)
    assert titles and all(titles) and re.search(r"<bdi>AI tools", page)
    french = client.get("/outil/chatgpt.html?lang=fr", headers=HTML).text
    assert 'lang="fr">' not in french[french.index("<main") :]
    fiche = client.get("/projet/18-UR005.html?lang=en", headers=HTML).text
    assert '<h1><bdi lang="fr">' in fiche and '<p class="lead" dir="auto" lang="fr">' in fiche
