"""A page served elsewhere asks the service by `fetch`, in a browser that holds it to the rules of the Fetch Standard.

What each try gave, the page writes in itself (`elsewhere.html`); it is read there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.responses import FileResponse
from playwright.sync_api import Browser, Page

from tests.sparql_api.endpoint.live import serve

REFUSED = "TypeError"
"""All that a page learns of what its browser does not let it do."""
EXPECTED = {
    "get": "200 103",
    "post a form": "200 103",
    "post a query": "200 103",
    "a header of its own": "200 103",
    "ETag": 'W/"[0-9a-f]+"',
    "RateLimit": '"engine-seconds";r=[0-9]+;t=[0-9]+',
    "edition": "1",
    "not modified": "304",
    "head": r"200 application/sparql-results\+json 0",
    "an error": "400 syntax",
    "an update": "403",
    "a fiche": "object true",
    "a fiche by its IRI": "200 /projet/18-UR005.ttl text/turtle; charset=utf-8",
    "a saved question": "projets-par-academie",
    "with credentials": REFUSED,
    "post with credentials": REFUSED,
    "a method that is not served": REFUSED,
}
"""What each try of the page gives, as a regular expression."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Another origin: another port."""
    app = FastAPI()

    @app.get("/")
    def page() -> FileResponse:
        return FileResponse(Path(__file__).with_name("elsewhere.html"))

    with serve(app) as url:
        yield url


@pytest.fixture(scope="module")
def page(browser: Browser, origin: str, address: str) -> Page:
    """The page, all its tries done; its browser holds a cookie for the service."""
    context = browser.new_context()
    context.add_cookies([{"name": "session", "value": "somebody", "url": address}])
    opened = context.new_page()
    opened.goto(f"{origin}/?{urlencode({'service': address})}")
    opened.wait_for_selector("body[data-done]", timeout=60_000)
    return opened


@pytest.fixture(scope="module")
def found(page: Page) -> dict[str, str]:
    """Return what the page shows: each try, and what it gave."""
    names, values = (page.locator(f"#found {element}").all_text_contents() for element in ("dt", "dd"))
    return dict(zip(names, values, strict=True))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_try_gives_what_it_should(found: dict[str, str], name: str) -> None:
    assert re.fullmatch(EXPECTED[name], found[name]), found[name]


def test_every_try_is_looked_at(found: dict[str, str]) -> None:
    assert found.keys() == EXPECTED.keys()
