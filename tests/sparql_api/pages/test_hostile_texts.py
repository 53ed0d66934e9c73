"""Texts that mean harm, in each place where pages, feeds and maps write what people wrote: they stay texts."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest

from ontologie import closed
from sparql_api.formats.xml_text import element, held, xml_document
from sparql_api.pages.common.layout import environment
from sparql_api.pages.duties.crawlers import addresses
from sparql_api.pages.duties.notices import own_page
from sparql_api.pages.feeds.atom import ATOM, DELETED, Feed, write_feed
from sparql_api.pages.feeds.entries import FeedEntry, Tombstone

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><x/>",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)",
    "<![CDATA[ & &amp; &lt; &#60; ]]>",
    "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>&a;",
    "{{ 7 * 7 }}{% raw %}",
    "javascript:alert(1)",
    "=HYPERLINK(\"http://example.org\")",
    "deux\nlignes\r\net\tdes\rtabulations",
    "caractères \x00\x01\x0b\x1f\ufffe\uffff sans forme",
    "fin de ligne \u2028\u2029\u0085 pour JSON",
    "\u202egauche\u2066 droite \ufeff",
    "<a href='//example.org'>ici</a>\\u003c",
    "𝕏 emoji et é décomposé e\u0301",
]  # fmt: skip


class Read(HTMLParser):
    """The tags of a page with their attributes, and the text inside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_xml_gives_back_the_text(text: str) -> None:
    root = ET.fromstring(xml_document(element("a", element("b", text), said=text)))
    assert [node.tag for node in root.iter()] == ["a", "b"]
    assert root.findtext("b") == root.get("said") == held(text)
    assert set(text) - set(held(text)) <= set("\x00\x01\x0b\x1f\ufffe\uffff")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_feed_holds_it_as_words(text: str) -> None:
    about = Feed("https://x/f", text, text, "fr", text, "2026-01-01T00:00:00Z", f"https://x/?{text}", "https://x/", ["https://x/l"])
    moment = "2026-01-02T00:00:00Z"
    entry = FeedEntry("https://x/e", text, "fr", text, moment, moment)
    root = ET.fromstring(write_feed(about, [(entry, "https://x/e.html", "https://x/e.jsonld")], [Tombstone("https://x/g", moment)]))
    found = [node.text for node in root.iter(f"{{{ATOM}}}title")] + [node.text for node in root.iter(f"{{{ATOM}}}summary")]
    assert found == [held(text)] * 3
    assert len([*root]) == 11 and root.find(f"{{{DELETED}}}deleted-entry") is not None


@pytest.mark.parametrize("text", HOSTILE)
def test_the_map_of_the_site_holds_it_as_an_address(text: str) -> None:
    (place,) = ET.fromstring(addresses("https://x", [f"/projet/{text}.html"])).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    assert place.text and place.text.isascii() and not set(place.text) & set(" <>\"\n\r")
    assert unquote(place.text) == f"https://x/projet/{text}.html"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_script_of_data_ends_where_it_should(text: str) -> None:
    page = environment().from_string('<script type="application/ld+json">{{ x | tojson }}</script><p>').render(x={"a": text})
    read = Read(page)
    assert [tag for tag, _ in read.tags] == ["script", "p"]
    assert json.loads(read.text) == {"a": text}
    assert not set(read.text) & set("<>&")


@pytest.mark.parametrize("text", [text for text in HOSTILE if "\r" not in text and "\x00" not in text])
def test_an_attribute_ends_where_it_should(text: str) -> None:
    template = environment().from_string('<meta name="description" content="{{ x | truncate(240) }}"><p>')
    tags = Read(template.render(x=text)).tags
    assert tags == [("meta", {"name": "description", "content": closed(text)}), ("p", {})]


@pytest.mark.parametrize("start", ["", "/", "//", "/\\", "https://x.example/"])
@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_told_of_is_one_of_this_site(text: str, start: str) -> None:
    page = own_page(start + text)
    assert page == "" or (page.startswith("/") and not urlsplit(page).netloc and page.isprintable())
