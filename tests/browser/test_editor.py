"""The editor of queries in a browser: it completes, says what is wrong at its line, draws, and stops what it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sparql_api.app import create_app
from sparql_api.pages.editor.files import editor_files
from sparql_api.settings import Settings
from tests import patient
from tests.browser.test_pages_in_a_browser import RULES, obstacles, opened
from tests.making import missing
from tests.sparql_api.endpoint.live import ENDLESS, serve, wait_until

pytestmark = pytest.mark.long
RUN = {"fr": "Lancer la requête", "en": "Run the query"}
ACADEMIES = {"fr": "Combien de projets dans chaque académie", "en": "How many projects in each académie"}


@pytest.fixture(scope="module", autouse=True)
def brought() -> None:
    if not editor_files():
        missing("the editor's files are not there: python -m sparql_api.pages.editor.files")


@pytest.fixture(scope="module")
def slow(demo_var: Path) -> Iterator[str]:
    """A service whose one worker a long query holds."""
    with serve(create_app(Settings(var=demo_var, workers=1))) as url:
        yield url


def typed(page: Page, text: str) -> None:
    """Replace what the editor holds."""
    page.locator(".CodeMirror").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_example_is_run_and_its_chart_its_map_and_its_table_are_seen(
    browser: Browser, address: str, axe: Path, lang: str, theme: str
) -> None:
    with opened(browser, address, color_scheme=theme) as (page, faults):
        page.goto(f"{address}/sparql?lang={lang}")
        page.get_by_role("link", name=ACADEMIES[lang], exact=True).click()
        page.locator("#graphique").wait_for()
        assert page.locator("#carte").count() == 1 and page.locator("svg.map a").count() > 20
        assert page.locator("#reponse tbody tr").count() == page.locator("svg.chart .mark").count() == 30
        assert page.locator("textarea[name=query]").input_value().startswith("PREFIX oia:")
        assert "projets" in page.locator(".CodeMirror-code").inner_text()
        assert obstacles(page, axe, RULES) == [] and faults == []
        share = page.locator("#partager").get_attribute("href") or ""
        page.goto(address + share)
        assert "edition=1" in page.url and page.locator("#reponse tbody tr").count() == 30


def test_words_are_offered_by_their_label_and_by_the_class_of_the_subject(browser: Browser, address: str, axe: Path) -> None:
    with opened(browser, address) as (page, faults):
        page.goto(f"{address}/sparql")
        hints = page.locator(".CodeMirror-hint")
        typed(page, "SELECT ?p { ?p a oia:Proj")
        hints.first.wait_for()
        assert hints.first.inner_text() == "projet · oia:Projet"
        assert obstacles(page, axe, RULES) == []
        page.keyboard.press("Enter")
        page.keyboard.type(" ; niv")
        page.get_by_text("niveau · oia:niveau", exact=True).wait_for()
        # Of an alignment and of no project.
        assert not any("oia:niveauCITE" in one for one in hints.all_inner_texts())
        page.keyboard.press("Escape")
        page.keyboard.type(" oia:niveau quatri")
        page.get_by_text("quatrième", exact=False).first.wait_for()
        assert faults == []


def test_a_fault_is_marked_at_its_line_and_words_unknown_are_told_before_the_query_runs(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(f"{address}/sparql")
        typed(page, "SELECT (AVG(?n) AS ?m) {\n?p oia:niveaux ?x . OPTIONAL { ?p oia:valeur ?n }\n?x ?y }")
        # What is told follows the typing: it is whole once the whole is typed.
        page.locator("#etat", has_text="FILTER(BOUND(?n))").wait_for()
        assert "oia:niveau" in page.locator("#etat").inner_text()
        assert page.locator(".fault-line").count() == 1
        page.get_by_role("button", name=RUN["fr"]).click()
        page.get_by_role("alert").wait_for()
        line = page.locator(".CodeMirror-code > div", has=page.locator(".fault-line"))
        assert line.locator(".CodeMirror-linenumber").inner_text() == "3"


def test_a_query_that_is_stopped_frees_its_worker(browser: Browser, slow: str) -> None:
    def busy() -> int:
        return int(patient.get(f"{slow}/health").json()["busy"])

    with opened(browser, slow) as (page, _):
        page.goto(f"{slow}/sparql")
        typed(page, ENDLESS)
        page.get_by_role("button", name=RUN["fr"]).click()
        wait_until(lambda: busy() == 1)
        page.get_by_role("button", name="Arrêter").click()
        page.get_by_text("Requête arrêtée.").wait_for()
        wait_until(lambda: busy() == 0)
        page.get_by_role("button", name="Arrêter").wait_for(state="detached")


def test_the_keyboard_leaves_the_editor_and_a_small_screen_holds_it(browser: Browser, address: str, axe: Path) -> None:
    with opened(browser, address, viewport={"width": 320, "height": 640}) as (page, faults):
        page.goto(f"{address}/sparql")
        page.locator(".CodeMirror").click()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent.trim()") == RUN["fr"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert obstacles(page, axe, RULES) == [] and faults == []


def test_without_a_script_the_form_gives_the_same(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, faults):
        page.goto(f"{address}/sparql")
        assert page.get_by_role("button", name="Arrêter").count() == 0
        page.get_by_role("link", name=ACADEMIES["fr"], exact=True).click()
        page.locator("svg.chart").wait_for()
        assert page.locator("svg.chart .mark").count() == page.locator("#reponse tbody tr").count() == 30
        page.get_by_label("Requête").fill("SELECT ?x {")
        page.get_by_role("button", name=RUN["fr"]).click()
        assert "1" in page.get_by_role("alert").inner_text()
        assert all("400" in one for one in faults)
