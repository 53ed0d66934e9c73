"""Questions in SQL in a browser: loaded when asked, answered without another host, stopped when told."""

from __future__ import annotations

import csv
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from sparql_api.pages.sql.files import engine_files
from tests.browser.test_pages_in_a_browser import RULES, obstacles, opened
from tests.making import missing

pytestmark = pytest.mark.long
LONG = 60_000
"""Milliseconds that the engine may take to load on a busy machine."""
NAMES = {"fr": ("Charger le moteur", "Poser la question", "Arrêter"), "en": ("Load the engine", "Ask the question", "Stop")}


@pytest.fixture(scope="module", autouse=True)
def brought() -> None:
    if not engine_files():
        missing("the engine's files are not there: python -m sparql_api.pages.sql.files")


def idle(page: Page) -> str:
    """Wait until nothing runs; return what the page says."""
    page.locator("#arreter").wait_for(state="hidden", timeout=LONG)
    return page.locator("#etat").inner_text()


def ask(page: Page, sql: str, lang: str = "en") -> str:
    page.locator("#requete").fill(sql)
    page.get_by_role("button", name=NAMES[lang][1]).click()
    return idle(page)


def loaded(page: Page, address: str, lang: str = "en") -> None:
    page.goto(f"{address}/tables/sql?lang={lang}&edition=1")
    page.get_by_role("button", name=NAMES[lang][0]).click()
    idle(page)
    page.get_by_role("button", name=NAMES[lang][1]).wait_for()


@pytest.mark.parametrize(("lang", "theme", "width"), [("fr", "light", 320), ("en", "dark", 1280)])
def test_an_example_is_answered_and_taken_away_without_another_host(
    browser: Browser, address: str, axe: Path, tmp_path: Path, lang: str, theme: str, width: int
) -> None:
    with opened(browser, address, color_scheme=theme, viewport={"width": width, "height": 700}) as (page, faults):
        requested: list[str] = []
        page.context.on("request", lambda request: requested.append(request.url))
        page.goto(f"{address}/tables/sql?lang={lang}&edition=1")
        assert not any("/static/sql/" in one or one.endswith(".duckdb") for one in requested)
        page.keyboard.press("Tab")
        page.locator("#charger").focus()
        page.keyboard.press("Enter")
        idle(page)
        page.get_by_role("button", name=NAMES[lang][1]).wait_for()
        page.locator("#questions a[data-sql]").nth(1).click()
        page.locator("#lancer").focus()
        page.keyboard.press("Enter")
        said = idle(page)
        shown = page.locator("#table tbody tr").count()
        assert f" {shown}." in said and shown > 3
        with page.expect_download() as taken:
            page.locator("#csv").click()
        taken.value.save_as(tmp_path / "a.csv")
        with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == ["academie_fr", "annee_scolaire", "usages"] and len(rows) == shown
        first = page.locator("#table tbody tr").first.locator("td").all_inner_texts()
        assert first == rows[0]
        # The engine warns of a file that it makes itself.
        assert obstacles(page, axe, RULES) == [] and [one for one in faults if "Buffering missing file" not in one] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert {urlsplit(one).netloc for one in requested if not one.startswith("blob:")} == {urlsplit(address).netloc}


def test_what_a_question_cannot_do_is_said_and_nothing_is_fetched_from_elsewhere(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        loaded(page, address)
        requested: list[str] = []
        page.context.on("request", lambda request: requested.append(request.url))
        assert "Binder Error" in ask(page, "SELECT nothing FROM usages")
        assert "Parser Error" in ask(page, "SELECT FROM")
        assert "json" in ask(page, "SELECT to_json(1)")
        assert "Error" in ask(page, "SELECT * FROM read_parquet('https://elsewhere.example/x.parquet')")
        assert "Error" in ask(page, "SELECT 1) TO 'x'; INSTALL json; SELECT (1")
        ask(page, "SELECT '<b>x</b>,\"y\"\nz' AS a, NULL AS b, 3 AS c -- the end ;")
        assert page.locator("#table tbody td").all_inner_texts() == ['<b>x</b>,"y" z', "", "3"]
        ask(page, "SELECT range AS n FROM range(20000)")
        assert page.locator("#table tbody tr").count() == 200
        assert {urlsplit(one).netloc for one in requested} <= {urlsplit(address).netloc}


def test_a_question_is_stopped_and_the_next_one_is_answered(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        loaded(page, address)
        page.locator("#requete").fill("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
        page.get_by_role("button", name="Ask the question").click()
        assert len(page.workers) == 1
        page.get_by_role("button", name="Stop").click()
        assert "stopped" in idle(page)
        for _ in range(200):
            if page.workers:
                page.wait_for_timeout(50)
        assert page.workers == []
        assert "Rows: 1" in ask(page, "SELECT count(*) FROM usages")


def test_without_scripts_the_page_says_how_to_ask_elsewhere(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, faults):
        page.goto(f"{address}/tables/sql?lang=en")
        assert page.locator("noscript .notice").is_visible()
        assert page.locator("form button:visible").count() == 0 and faults == []
        page.get_by_role("link", name="Uses by level").click()
        assert "usages_niveaux" in page.locator("#requete").input_value()
