"""Pages: in two languages, well formed, escaped, without anything from elsewhere, usable without scripts."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

import sparql_api
from ontologie import sentence_table
from sparql_api.app import create_app
from sparql_api.settings import Settings
from sparql_api.words import i18n
from tests import patient
from tests.sparql_api.endpoint.live import serve
from tests.sparql_api.pages.conftest import HOSTILE_TITLE

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = [
    "/", "/fiches", "/fiches?q=svt&niveau=4e&page=1", "/fiches?q=xyzzy", "/projet/18-UR005.html",
    "/projet/18-h.1.html", "/analyse/illustrative-UR124.html", "/principe/cadre-usage/CU-P2.html",
    "/instrument/cadre-usage.html", "/academie/18.html", "/outil/chatgpt.html", "/regle/CU-R01.html",
    "/graphe/vocabulaire/type-ia.html", "/sparql", "/sparql?query=SELECT+*+%7B%3Fs+a+oia%3AProjet%7D",
    "/sparql?query=ASK%7B%7D", "/sparql?query=DESCRIBE+%3Cprojet%2F18-UR005%3E", "/sparql?query=SELECT+nothing",
    "/queries", "/queries/projets-par-academie", "/queries/projets-principe-unesco?langue=%3Cb%3E", "/editions",
    "/editions/1", "/ontologie", "/shapes", "/void", "/catalogue", "/projet/rien", "/editions/99",
    "/mentions-legales", "/confidentialite", "/accessibilite", "/signaler?page=/fiches", "/etat",
]  # fmt: skip
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "object": "data"}


class Outline(HTMLParser):
    """Reads what the tests ask of a page, and fails where a tag is not closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.tags: Counter[str] = Counter()
        self.loaded: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.references: list[str] = []
        self.language = ""
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags[tag] += 1
        self.attributes += attrs
        self.ids[said.get("id") or ""] += 1
        if tag == "html":
            self.language = said.get("lang") or ""
        if tag == "label" and said.get("for"):
            self.labels.add(said["for"] or "")
        if tag in ("input", "textarea", "select") and said.get("type") != "hidden" and "label" not in self.open:
            self.fields.append(said)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag in LOADED and said.get("type") != "application/ld+json" and said.get("rel") not in ("alternate", "canonical", "next", "license"):
            self.loaded.append(said.get(LOADED[tag]) or "")
        self.references += (said.get("aria-labelledby") or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, (tag, self.getpos())


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_well_made_in_both_languages(client: httpx.Client, path: str, language: str) -> None:
    answer = client.get(path, headers={**HTML, "Accept-Language": language})
    assert answer.headers["content-type"].startswith("text/html"), answer.text[:300]
    page = Outline(answer.text)
    assert answer.text.startswith("<!doctype html>")
    assert page.language == answer.headers["content-language"] == language
    assert page.tags["main"] == page.tags["h1"] == 1
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert {name for name, times in page.ids.items() if name and times > 1} == set()
    assert {field.get("id") for field in page.fields} <= page.labels
    assert set(page.references) <= set(page.ids)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name == "style"]
    assert all(address.startswith("/static/") for address in page.loaded), page.loaded
    assert page.tags["table"] == page.tags["caption"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_keeps_others_things_out(client: httpx.Client, path: str) -> None:
    headers = client.get(path, headers=HTML).headers
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in headers["content-security-policy"]


def test_hostile_text_is_text(client: httpx.Client) -> None:
    for path in ("/projet/18-h.1.html", "/fiches", "/graphe/projet/18-h.1.html", "/academie/18.html", "/"):
        text = client.get(path, headers=HTML).text
        assert "<script" not in text.replace('<script type="application/ld+json">', "")
        assert "<img" not in text
        assert "onerror=alert" not in re.sub(r"(&lt;|\\u003c)img src=x onerror=alert", "", text)
    assert client.get("/projet/18-h.1.jsonld").json()["titre"] == {"fr": HOSTILE_TITLE}
    page = client.get("/projet/18-h.1.html", headers=HTML).text
    assert "<bdi>&lt;script&gt;" in page, "direction marks of a deposit end with it"
    for query in ("/sparql?query=%3C/textarea%3E%3Cscript%3E", "/fiches?q=%22%3E%3Cscript%3E", "/%3Cscript%3E/x"):
        text = client.get(query, headers=HTML).text
        assert "<script" not in re.sub(r'<script src="/static/[\w./-]+" defer></script>', "", text)


def test_links_keep_the_edition_and_the_language_that_were_asked(client: httpx.Client) -> None:
    text = client.get("/projet/18-UR005.html?edition=1&lang=en", headers=HTML).text
    links = [link for link in re.findall(r'href="(/[^"]*)"', text) if not link.startswith(("/static/", "/openapi", "/feed/", "/editions/1/LICENCE"))]
    kept = [link for link in links if "lang=en" in link or "hreflang" in link or "lang=fr" in link]
    assert links and [link for link in links if link not in kept] == []
    assert all("edition=1" in link for link in links)


@pytest.mark.parametrize("some", [60, pytest.param(100_000, marks=pytest.mark.long)])
def test_every_link_of_the_service_leads_somewhere(client: httpx.Client, some: int) -> None:
    seen: set[str] = set()
    for path in PAGES:
        text = client.get(path, headers=HTML).text
        seen |= {link.replace("&amp;", "&").partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', text)}
    checked = sorted(seen)[:: max(1, len(seen) // some)]
    for link in checked:
        answer = client.get(link, headers=HTML, follow_redirects=True)
        rests = any(part in link for part in ("rien", "/99", "nothing", "langue="))
        assert answer.status_code == 200 or rests, (link, answer.status_code)


def test_the_first_page_shows_the_edition_in_figures(client: httpx.Client) -> None:
    text = client.get("/", headers=HTML).text
    assert "L&#39;édition 2 en chiffres" in text
    total = client.get("/fiches").json()["total"]
    assert f">{total}</a>" in text


def test_without_an_edition_the_service_says_what_to_run(tmp_path: Path) -> None:
    with serve(create_app(Settings(var=tmp_path, workers=1))) as url, patient.Client(base_url=url) as empty:
        health = empty.get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "no-edition")
        home = empty.get("/", headers=HTML)
        assert home.status_code == 200
        assert "observatoire demo" in home.text
        for path in ("/fiches", "/projet/18-UR005", "/editions/current", "/sparql?query=ASK%7B%7D", "/void"):
            answer = empty.get(path)
            assert answer.status_code == 503, path
            assert "observatoire demo" in answer.json()["detail"]
        assert empty.get("/editions").json() == {"current": None, "items": []}
        assert empty.get("/ontologie").status_code == 200


def test_health_says_edition_quads_and_workers(client: httpx.Client) -> None:
    said = client.get("/health").json()
    assert (said["status"], said["edition"], said["workers"]) == ("ok", 2, 2)
    assert said["quads"] == client.get("/editions/2").json()["counts"]["quads"]
    assert said["isolation"] in ("network-namespace", "user-network-namespace", "none", "unknown")


def test_every_text_is_used() -> None:
    texts = sentence_table("pages")
    folder = Path(sparql_api.__file__).parent
    sources = [*(path for path in (folder / "templates").rglob("*") if path.is_file()), *folder.rglob("*.py")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    endings = re.findall(r'~ "(\.[\w.]+)"', everything)
    for key in texts:
        name = re.sub(r"\.(one|many|none)$", "", key)
        stem = name.partition(".")[0] if "://" in name or name.startswith("thing.") else name.rpartition(".")[0]
        made = any(name.endswith(ending) for ending in endings)
        used = made or name in everything or f'"{stem}.' in everything or f"{stem}.{{" in everything
        used = used or f'Clause("{stem}"' in everything
        assert used, f"{key} is not used"
    called = set(re.findall(r'\bt\(\s*"([\w.-]+)"', everything)) | set(re.findall(r"t\('([\w.-]+)'", everything))
    for key in {name for name in called if not name.endswith(".")}:
        assert key in texts or f"{key}.one" in texts, key


@pytest.mark.parametrize(
    ("text", "french", "english"),
    [
        ("2025-05-01", "1er mai 2025", "1 May 2025"),
        ("2025-12", "décembre 2025", "December 2025"),
        ("2025", "2025", "2025"),
        ("2026-11-24T09:30:18Z", "24 novembre 2026", "24 November 2026"),
        ("printemps 2025", "printemps 2025", "printemps 2025"),
        ("2025-13", "2025", "2025"),
    ],
)
def test_dates_are_written_as_each_language_does(text: str, french: str, english: str) -> None:
    assert (i18n.date(text, "fr"), i18n.date(text, "en")) == (french, english)


def test_french_has_its_spaces_and_numbers_their_marks() -> None:
    assert i18n.spaced("Mot : « oui » ; non ?", "fr") == "Mot\u00a0: «\u00a0oui\u00a0»\u202f; non\u202f?"
    assert i18n.spaced("Word : x", "en") == "Word : x"
    assert (i18n.number(1234567, "fr"), i18n.number(1234567, "en")) == ("1\u202f234\u202f567", "1,234,567")
    assert i18n.message("fiches.total", "fr", n=0).startswith("0 fiche")
    assert i18n.message("fiches.total", "en", n=0) == "0 sheets"


def test_queries_that_go_past_the_routing_of_pages_get_the_same_headers_and_errors(client: httpx.Client) -> None:
    answer = client.post("/sparql", data={"query": "ASK {}"})
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")
    wrong = client.get("/sparql", params={"query": "SELECT nothing"})
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert wrong.headers["x-content-type-options"] == "nosniff"
    assert client.get("/sparql", params={"query": "SELECT nothing"}, headers=HTML).text.startswith("<!doctype html>")
    refused = client.put("/sparql/", content=b"")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, POST, QUERY, OPTIONS")
    assert client.options("/sparql").status_code == 204
