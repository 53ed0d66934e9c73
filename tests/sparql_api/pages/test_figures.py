"""Every figure on every page leads to the query that gives it: each is followed, and what it leads to says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pytest

HTML = {"Accept": "text/html", "Accept-Language": "fr"}
JSON = {"Accept": "application/json"}
PAGES = {
    "home": "/", "tool": "/outil/chatgpt.html", "principle": "/principe/cadre-usage/CU-P2.html",
    "partner": "/principe/australie-iag-2023/AUS-1.html", "instrument": "/instrument/cadre-usage.html",
    "académie": "/academie/18.html", "region": "/region-academique/ile-de-france.html", "map": "/carte",
    "kind": "/concept/type-ia/generative.html", "actor": "/organisation/drane.html", "fiche": "/projet/18-UR005.html",
}  # fmt: skip
VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "path", "line"}
BARE = re.compile(r"^[\d\s\u202f\u00a0]+$")
BESIDE = {"dd", "li", "span", "tr", "div", "p", "dt"}
"""What holds a figure and the link that leads to what it counts."""


@dataclass
class Node:
    """An element of a page."""

    tag: str
    given: dict[str, str]
    above: Node | None
    parts: list[Node | str] = field(default_factory=list)

    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text() for part in self.parts)

    def within(self) -> Iterator[Node]:
        for part in self.parts:
            if isinstance(part, Node):
                yield part
                yield from part.within()


class Tree(HTMLParser):
    """A page as nodes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = self.at = Node("", {}, None)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs}, self.at)
        self.at.parts.append(node)
        if tag not in VOID:
            self.at = node

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self.at.above is not None:
            self.at = self.at.above

    def handle_data(self, data: str) -> None:
        self.at.parts.append(data)


def figures(page: str) -> Iterator[tuple[int, str]]:
    """Yield (number, address that it leads to, empty for none) of each figure of a page's content."""
    main = next(node for node in Tree(page).root.within() if node.given.get("id") == "contenu")
    for node in main.within():
        classes = node.given.get("class", "").split()
        bare = node.tag in ("a", "td") and BARE.match(node.text()) and not any(part for part in node.parts if isinstance(part, Node))
        if "count" in classes or bare:
            yield int(re.sub(r"\D", "", node.text())), address(node)


def address(node: Node) -> str:
    """Return where a figure leads: the link that it stands in, else the one beside it."""
    at: Node | None = node
    while at is not None and at.given.get("id") != "contenu":
        if at.tag == "a":
            return at.given["href"]
        if at.tag in BESIDE:
            links = [one.given["href"] for one in at.within() if one.tag == "a" and counts(one.given["href"])]
            if links:
                return links[-1] if at.tag == "div" else links[0]
        at = at.above
    return ""


def counts(href: str) -> bool:
    """Return whether an address is that of a list, of a question or of a query."""
    return href.startswith(("/fiches", "/queries/", "/sparql?", "/editions/"))


def told(client: httpx.Client, href: str) -> int | None:
    """Return the number that an address gives: of fiches in a list, of rows of a query."""
    if href.startswith("/fiches"):
        return int(client.get(href, headers=JSON).json()["total"])
    rows = client.get(href, headers={"Accept": "application/sparql-results+json"}).json()["results"]["bindings"]
    alone = next(iter(rows[0].values())) if len(rows) == 1 and len(rows[0]) == 1 else {}
    return int(alone["value"]) if alone.get("datatype", "").endswith("#integer") else len(rows)


@pytest.mark.parametrize("name", PAGES)
def test_each_figure_is_what_it_leads_to(client: httpx.Client, name: str) -> None:
    page = client.get(PAGES[name], headers=HTML).text
    found = list(figures(page))
    wrong = []
    for number, href in found:
        if href.startswith("/editions/"):
            continue
        if not href or told(client, href) != number:
            wrong.append((number, href))
    assert not wrong
    assert found or name == "fiche"


def test_each_number_of_a_filter_is_that_of_the_list_it_narrows_to(client: httpx.Client) -> None:
    page = client.get("/fiches?niveau=college", headers=HTML).text
    boxes = [node for node in Tree(page).root.within() if node.given.get("class") == "choice"]
    counted = 0
    for box in boxes[::9]:
        given = next(node.given for node in box.within() if node.tag == "input")
        shown = [node.text() for node in box.within() if node.given.get("class") == "count"]
        if shown and given["name"] != "niveau":
            counted += 1
            query = {"niveau": "college", given["name"]: given["value"]}
            assert client.get("/fiches", params=query, headers=JSON).json()["total"] == int(shown[0]), given
    assert counted > 8
