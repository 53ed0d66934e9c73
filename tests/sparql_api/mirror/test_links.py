"""Where the links of a copied page lead."""

from __future__ import annotations

import pytest

from ontologie import Iris
from sparql_api.formats.rdf_formats import MEDIA_TYPES
from sparql_api.mirror.links import MirrorLinks
from sparql_api.pages.documents import written

HELD = {
    ("/", "fr"): "index.html",
    ("/", "en"): "en/index.html",
    ("/fiches", "fr"): "fiches/index.html",
    ("/projet/18-%C3%A9.html", "fr"): "projet/18-é.html",
    ("/projet/18-%C3%A9.html", "en"): "en/projet/18-é.html",
    ("/projet/18-%C3%A9.ttl", ""): "projet/18-é.ttl",
    ("/void?format=ttl", ""): "void.ttl",
    ("/static/s.css", ""): "static/s.css",
}
LINKS = MirrorLinks(lambda address, language: HELD.get((address, language)), "https://copy.example/o", "https://live.example", 3)


@pytest.mark.parametrize(
    ("link", "led"),
    [
        ("/", "../index.html"),
        ("/?lang=en", "../en/index.html"),
        ("/fiches", "../fiches/index.html"),
        ("/fiches?edition=3#haut", "../fiches/index.html#haut"),
        ("/fiches?q=ia&lang=en", "https://live.example/fiches?q=ia&lang=en"),
        ("/fiches?edition=2", "https://live.example/fiches?edition=2"),
        ("/projet/18-%C3%A9", "18-%C3%A9.html"),
        ("/projet/18-%C3%A9.ttl?lang=en", "18-%C3%A9.ttl"),
        ("/void?format=ttl&edition=3", "../void.ttl"),
        ("/signaler?page=/fiches", "https://live.example/signaler?page=/fiches"),
        ("https://copy.example/o/fiches", "https://copy.example/o/fiches/"),
        ("https://copy.example/o/etat", "https://live.example/etat"),
        ("https://copy.example/other", "https://copy.example/other"),
        ("https://www.w3.org/", "https://www.w3.org/"),
        ("//www.w3.org/", "//www.w3.org/"),
        ("#haut", "#haut"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ],
)
def test_a_link_leads_to_the_file_where_the_copy_has_it_else_to_the_service(link: str, led: str) -> None:
    assert LINKS.lead(link, "projet", "fr") == led


def test_an_english_page_leads_to_english_pages() -> None:
    assert LINKS.lead("/projet/18-%C3%A9.html", "en/projet", "en") == "18-%C3%A9.html"
    assert LINKS.lead("/static/s.css", "en/projet", "en") == "../../static/s.css"


def test_attributes_alone_are_links_and_stay_escaped() -> None:
    page = '<form action="/fiches"><a href="/fiches?q=a&amp;page=2">x</a> href=&#34;/fiches&#34; <main id="contenu" class="wide">y'
    led = LINKS.page(page, "index.html", "fr", "<p>note</p>")
    assert '<a href="https://live.example/fiches?q=a&amp;page=2">x</a>' in led
    assert led.startswith('<form action="https://live.example/fiches">')
    assert "href=&#34;/fiches&#34;" in led
    assert led.endswith('<main id="contenu" class="wide">\n    <p>note</p>y')


@pytest.mark.parametrize("name", ["nt", "jsonld", "rdf"])
def test_words_and_rules_are_written_alike_each_time(name: str) -> None:
    made = [written.__wrapped__(Iris(), "shapes", MEDIA_TYPES[name]) for _ in range(2)]
    assert made[0] == made[1]
