"""People read words: no page of a thing, nor of what the service says of itself, shows a term's code or a bare address."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE

pytestmark = pytest.mark.long
CODE = re.compile(r"[a-z]+(?:[A-Z][a-z0-9]*)+|[A-Z][a-z]+(?:[A-Z][a-z]+)+|\w+_\w+|https?://\S+|[a-z]+:[A-Za-z]\w+|\[[a-z]{2}\]|[a-z]+-\d+")
NOT_READ = {"code", "pre", "script", "style", "textarea", "option", "svg"}
"""Elements whose text is not words: what is copied, what a program reads, drawings with a table beside them."""
VOID_ELEMENTS = {"br", "img", "input", "meta", "link", "hr", "wbr", "use", "path", "circle", "rect", "source"}
PROPER = {"DataCite"}
PAGES = ("/void", "/catalogue", "/catalogue/academie/18", "/editions", "/editions/1", "/tables", "/publications", "/queries", "/carte", "/manques")
ADDRESSES = ("http://rdfs.org/ns/void#uriSpace", "http://purl.org/dc/terms/identifier")
"""Properties whose values are addresses as texts."""


class Texts(HTMLParser):
    """Gathers the texts of a page that are a code and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.inside: list[str] = []
        self.codes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID_ELEMENTS:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not NOT_READ & {*self.inside} and CODE.fullmatch(data.strip()):
            self.codes.add(data.strip())


@pytest.fixture(scope="module")
def things(store: ox.Store) -> list[str]:
    """A thing of each type under each kind of address."""
    found = defaultdict[tuple[str, str], list[str]](list)
    query = f'SELECT DISTINCT ?s ?t {{ ?s a ?t FILTER(STRSTARTS(STR(?s), "{BASE}") && !CONTAINS(STR(?s), "#")) }}'
    for row in store.query(query, use_default_graph_as_union=True):  # type: ignore[union-attr]
        path = row["s"].value.removeprefix(BASE)
        if not path.startswith(("ontologie", ".well-known")):
            found[path.partition("/")[0], row["t"].value].append(path)
    return sorted({sorted(paths)[len(paths) // 2] for paths in found.values()})


@pytest.fixture(scope="module")
def named(store: ox.Store, client: httpx.Client) -> set[str]:
    """Names that only look like codes: of tools and the like; addresses that are said as such."""
    literals = (quad.object for quad in store if isinstance(quad.object, ox.Literal) and not quad.predicate.value.endswith("champ"))
    told = {one.value for one in literals if CODE.fullmatch(one.value) and not one.value.startswith("http")}
    for path in ("/void", "/catalogue"):
        quads = ox.parse(client.get(f"{path}?format=nt").content, format=ox.RdfFormat.N_TRIPLES)
        told |= {quad.object.value for quad in quads if quad.predicate.value in ADDRESSES}
    return PROPER | told


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_shows_a_code(client: httpx.Client, things: list[str], named: set[str], language: str) -> None:
    assert len(things) > 30
    wrong: dict[str, set[str]] = {}
    # An edition has one page, to which its address leads.
    there = (f"/{thing}" if thing.startswith("edition/") else f"/{thing}.html" for thing in things)
    for path in (*PAGES, *there):
        answer = client.get(path, params={"lang": language}, headers={"Accept": "text/html"}, follow_redirects=True)
        assert answer.status_code == 200, path
        texts = Texts()
        texts.feed(answer.text)
        if codes := texts.codes - named:
            wrong[path] = codes
    assert wrong == {}


def test_the_departments_of_an_academie_are_named(client: httpx.Client) -> None:
    page = client.get("/academie/18.html?lang=fr").text
    assert "Eure-et-Loir (28)" in page and "Loiret (45)" in page


@pytest.mark.parametrize(("path", "date"), [("cadre-usage/CU-C2", "juin 2025"), ("ai-act/AIA-5-1-ba", "2 décembre 2026")])
def test_a_date_of_application_is_said_once(client: httpx.Client, path: str, date: str) -> None:
    page = client.get(f"/principe/{path}.html?lang=fr").text
    (part,) = re.findall(r'(?s)<div class="nested" id="applicabilite[^"]*">(.*?)</dl>', page)
    values = [re.sub(r"<[^>]+>|\s+", " ", one).strip() for one in re.findall(r"(?s)<dd>(.*?)</dd>", part)]
    assert [one for one in values if one == date] == [date]
    assert "au plus tôt" not in part
