"""What a public service owes: its notices, a way to tell of a fault, its state, what crawlers and search engines read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree as ET

import httpx
import pydantic
import pytest
from pyld import jsonld

from sparql_api.app import create_app
from sparql_api.pages.duties.crawlers import PART, parts
from sparql_api.settings import NoticeSettings, Settings
from tests import patient
from tests.sparql_api.endpoint.live import serve

HTML = {"Accept": "text/html"}
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NOTICES = ["/mentions-legales", "/confidentialite", "/accessibilite", "/signaler", "/etat"]
SCHEMA = "https://schema.org/"
PUBLISHER = 'Service <b>"public"</b>, 1 rue de l\'Exemple'
FILLED = NoticeSettings(
    publisher=PUBLISHER, director="La directrice du service", host="Un hébergeur, à Lyon", audit="https://example.org/audit",
    contact="https://example.org/contact", data_protection="mailto:dpd@example.org", report="mailto:erreurs@example.org",
)  # fmt: skip


@pytest.fixture(scope="module")
def filled(var: Path) -> Iterator[httpx.Client]:
    """A service whose deployment has said all that its notices state."""
    with serve(create_app(Settings(var=var, workers=1, notices=FILLED))) as url, patient.Client(base_url=url) as session:
        yield session


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_notice_says_what_is_not_filled_in_and_what_is(
    client: httpx.Client, filled: httpx.Client, language: str
) -> None:
    missing = {"fr": "Non renseigné", "en": "Not filled in"}[language]
    for path in NOTICES[:2]:
        page = client.get(path, params={"lang": language}, headers=HTML).text
        assert page.count(missing) > 1
        assert "OBSERVATOIRE" not in page
        told = filled.get(path, params={"lang": language}, headers=HTML).text
        assert missing not in told
        assert html.escape(PUBLISHER, quote=False).replace('"', "&#34;").replace("'", "&#39;") in told
    audited, plain = (one.get("/accessibilite", headers=HTML).text for one in (filled, client))
    assert "https://example.org/audit" in audited and "non conforme" not in audited
    assert plain.count("non conforme") > 1


def test_no_mailbox_or_page_of_a_deployment_can_be_a_script() -> None:
    for wrong in ("javascript:alert(1)", "data:text/html,x", "mailto:a@b.fr?cc=c@d.fr", 'https://x.fr/"onclick=', "a@b.fr"):
        with pytest.raises(pydantic.ValidationError):
            NoticeSettings(report=wrong)


def test_a_fault_is_told_with_the_address_of_its_page(client: httpx.Client, filled: httpx.Client) -> None:
    shown = filled.get("/projet/18-UR005.html", params={"lang": "en"}, headers=HTML).text
    (link,) = re.findall(r'href="(/signaler[^"]*)"', shown)
    report = filled.get(html.unescape(link), headers=HTML).text
    assert '<a href="/projet/18-UR005.html?lang=en">' in report
    (letter,) = re.findall(r'href="(mailto:[^"]*)"', report)
    to = urlsplit(html.unescape(letter))
    assert to.path == "erreurs@example.org"
    assert "/projet/18-UR005.html?lang=en" in parse_qs(to.query)["body"][0]
    assert "mailto:" not in client.get(html.unescape(link), headers=HTML).text


@pytest.mark.parametrize("page", ["//example.org/x", "https://example.org/", "/\\example.org", "javascript:alert(1)", "/a\nb", "/" * 2000])
def test_a_report_leads_to_no_other_site(client: httpx.Client, page: str) -> None:
    text = client.get("/signaler", params={"page": page}, headers=HTML).text
    main = text.partition("<main")[2].partition("</main>")[0]
    assert "<bdi" not in main and "example.org" not in main and "javascript" not in main


def test_the_state_is_that_of_the_moment(client: httpx.Client) -> None:
    for answer in (client.get("/etat", headers=HTML), client.get("/etat?format=json")):
        assert answer.headers["cache-control"] == "no-store"
    said, health = client.get("/etat?format=json").json(), client.get("/health").json()
    assert {name: said[name] for name in ("edition", "quads", "workers")} == {n: health[n] for n in ("edition", "quads", "workers")}
    assert said["status"] in ("ok", "busy")
    assert said["published"] == client.get("/editions/2").json()["date"]


def test_robots_are_led_to_the_map_and_kept_from_what_has_no_end(client: httpx.Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    read = RobotFileParser()
    read.parse(answer.text.split("\n"))
    assert read.site_maps() == [f"{client.base_url}/sitemap.xml".replace("//sitemap", "/sitemap")]
    assert read.can_fetch("any", "/projet/18-UR005.html") and read.can_fetch("any", "/fiches")
    rules = [line.removeprefix("Disallow: ") for line in answer.text.split("\n") if line.startswith("Disallow: ")]
    patterns = [re.escape(rule).replace(r"\*", ".*") for rule in rules]  # RFC 9309 §2.2.3
    for path, refused in {
        "/sparql": False, "/sparql?query=x": True, "/fiches?q=a&niveau=4e": True, "/fiches.csv": True, "/editions/1": False,
        "/editions/1/dump.nq.gz": True, "/queries/projets-par-academie": False, "/?lang=en": False, "/?edition=1": True,
    }.items():  # fmt: skip
        assert any(re.match(pattern, path) for pattern in patterns) == refused, path


def test_the_map_names_each_page_once_and_each_leads_somewhere(client: httpx.Client) -> None:
    index = ET.fromstring(client.get("/sitemap.xml").content)
    assert index.tag == SITEMAP + "sitemapindex"
    held: list[str] = []
    for place in (node.text or "" for node in index.iter(SITEMAP + "loc")):
        held += [node.text or "" for node in ET.fromstring(client.get(place).content).iter(SITEMAP + "loc")]
    assert len(held) == len(set(held)) <= PART
    fiches = {address for address in held if "/projet/" in address}
    assert len(fiches) == client.get("/fiches").json()["total"]
    assert not [address for address in fiches if "/projet/ex-" in address]
    for address in sorted(held)[::40]:
        assert client.get(address, headers=HTML).status_code == 200, address
    assert client.get("/sitemap/fiches-2.xml").status_code == client.get("/sitemap/rien.xml").status_code == 404


def test_the_map_has_as_many_parts_as_it_takes() -> None:
    assert [*parts(0)] == ["pages"]
    assert [*parts(PART)] == ["pages", "fiches-1"]
    assert [*parts(2 * PART + 1)] == ["pages", "fiches-1", "fiches-2", "fiches-3"]


@pytest.mark.parametrize("path", ["/", "/fiches?niveau=4e", "/projet/18-UR005.html", "/accessibilite"])
def test_a_page_says_its_addresses_and_what_it_is_about(client: httpx.Client, path: str) -> None:
    site = str(client.base_url).rstrip("/")
    page = client.get(path, params={"edition": "1", "lang": "en"} | dict(parse(path)), headers=HTML).text
    head = page.partition("</head>")[0]
    (canonical,) = re.findall(r'<link rel="canonical" href="([^"]+)">', head)
    assert html.unescape(canonical).startswith(site + urlsplit(path).path)
    assert "edition=" not in canonical
    spoken = dict(re.findall(r'hreflang="([^"]+)" href="([^"]+)"', head))
    assert set(spoken) == {"fr", "en", "x-default"}
    assert html.unescape(spoken["en"]) == html.unescape(canonical)
    for tag in ("fr", "en"):
        assert client.get(html.unescape(spoken[tag]), headers=HTML).headers["content-language"] == tag
    (description,) = re.findall(r'<meta name="description" content="([^"]+)">', head)
    assert 40 < len(html.unescape(description)) <= 400
    assert f'property="og:description" content="{description}"' in head


def parse(path: str) -> list[tuple[str, str]]:
    return [(name, values[0]) for name, values in parse_qs(urlsplit(path).query).items()]


def test_a_page_names_the_host_that_is_asked_whatever_page_was_kept_for_another(client: httpx.Client) -> None:
    for host in ("one.example", "two.example"):
        head = client.get("/projet/18-UR005.html", headers={**HTML, "Host": host}).text.partition("</head>")[0]
        assert f'rel="canonical" href="http://{host}/projet/18-UR005.html"' in head


def linked_data(page: str) -> list[dict[str, Any]]:
    """What a page's script says, as an independent processor reads it, fetching nothing."""
    (script,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    found: list[dict[str, Any]] = jsonld.flatten(json.loads(script), options={"documentLoader": None})
    return found


def test_pages_say_what_they_are_in_the_terms_of_schema_org(client: httpx.Client) -> None:
    def kinds(path: str) -> set[str]:
        nodes = linked_data(client.get(path, headers=HTML).text)
        return {kind.removeprefix(SCHEMA) for node in nodes for kind in node.get("@type", ())}

    assert {"WebSite", "SearchAction", "Dataset", "DataDownload"} <= kinds("/")
    assert {"LearningResource", "EducationEvent"} <= kinds("/projet/18-UR005.html")
    assert kinds("/principe/cadre-usage/CU-P2.html") == {"DefinedTerm"}
    assert kinds("/instrument/cadre-usage.html") == {"DefinedTermSet"}
    home = {node["@id"]: node for node in linked_data(client.get("/", headers=HTML).text)}
    dataset = next(node for node in home.values() if SCHEMA + "Dataset" in node.get("@type", ()))
    for download in dataset[SCHEMA + "distribution"]:
        address = home[download["@id"]][SCHEMA + "contentUrl"][0]["@value"]
        assert client.head(address).status_code == 200
    assert unquote(str(dataset["@id"])).endswith("/edition/2")
