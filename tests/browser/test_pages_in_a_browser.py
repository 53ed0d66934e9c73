"""Pages as a browser shows them: nothing fails, nothing comes from elsewhere, everybody can use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests import patient

PAGES = {
    "home": "/",
    "list": "/fiches?niveau=4e",
    "fiche": "/projet/18-UR005.html",
    "analyse": "/analyse/illustrative-UR124.html",
    "principe": "/principe/cadre-usage/CU-P2.html",
    "instrument": "/instrument/cadre-usage.html",
    "tool": "/outil/chatgpt.html",
    "actor": "/organisation/drane.html",
    "publication": "/publication/fabriquer-le-faux.html",
    "former question": "/queries/projets-par-region-academique/v1",
    "sparql": "/sparql?query=SELECT+%3Fp+%3Ft+%7B%3Fp+a+oia%3AProjet+%3B+dct%3Atitle+%3Ft%7D+LIMIT+20",
    "queries": "/queries",
    "question": "/queries/projets-par-academie",
    "map": "/carte",
    "comparison": "/comparer?niveau=scolomfr-voc-022-num-016&niveau=lycee",
    "comparison refused": "/comparer?outil=chatgtp&outil=lalilo",
    "missing": "/manques",
    "means": "/queries/moyenne-des-criteres?illustrations=oui",
    "years": "/queries/projets-par-annee-scolaire",
    "parts": "/queries/constats-par-issue",
    "region": "/region-academique/ile-de-france.html",
    "embed": "/embed/region-academique/bretagne",
    "edition": "/editions/1",
    "ontologie": "/ontologie",
    "problem": "/projet/rien",
    "legal": "/mentions-legales",
    "accessibility": "/accessibilite",
    "report": "/signaler?page=/projet/18-UR005.html",
    "state": "/etat",
}
EVERY_DAY = {"home", "list", "fiche", "sparql", "question", "comparison", "missing"}
"""Pages of each kind; the others in the long suites."""
NAMES = [pytest.param(name, marks=[] if name in EVERY_DAY else [pytest.mark.long]) for name in PAGES]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@contextmanager
def opened(browser: Browser, address: str, **options: Any) -> Iterator[tuple[Page, list[str]]]:
    """Open a page; what it logs, fails to load or loads from elsewhere is collected."""
    page = browser.new_page(locale="fr-FR", **options)
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    # A page that is left before it is whole asks no more for its pictures: no fault of theirs.
    page.on("requestfailed", lambda request: request.failure == "net::ERR_ABORTED" or faults.append(f"failed: {request.url}"))
    page.on("request", lambda r: None if r.url.startswith((address, "data:")) else faults.append(f"elsewhere: {r.url}"))
    yield page, faults
    page.close()


def obstacles(page: Page, axe: Path, rules: list[str]) -> list[tuple[str, list[str]]]:
    """Return (rule, elements) of what axe finds on a page."""
    # Playwright's own channel: the page's policy lets no script in.
    page.evaluate(axe.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    return [(fault["id"], [node["html"][:120] for node in fault["nodes"]][:3]) for fault in found["violations"]]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_no_fault_and_no_obstacle(browser: Browser, address: str, axe: Path, name: str) -> None:
    with opened(browser, address, viewport={"width": 1280, "height": 900}) as (page, faults):
        page.goto(address + PAGES[name])
        assert [fault for fault in faults if "404" not in fault or name != "problem" if "400" not in fault or "refused" not in name] == []
        assert obstacles(page, axe, RULES) == []


@pytest.mark.parametrize("name", ["fiche", "comparison", *(pytest.param(name, marks=pytest.mark.long) for name in ("home", "list", "sparql", "question", "missing", "means"))])
def test_the_dark_theme_is_as_easy_to_read(browser: Browser, address: str, axe: Path, name: str) -> None:
    with opened(browser, address, color_scheme="dark") as (page, _):
        page.goto(address + PAGES[name])
        assert obstacles(page, axe, ["color-contrast"]) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_fits_a_small_screen(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address, viewport={"width": 320, "height": 640}) as (page, _):
        page.goto(address + PAGES[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_list_is_narrowed_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, faults):
        page.goto(f"{address}/")
        page.get_by_label("Chercher une fiche").fill("esprit critique")
        page.get_by_role("button", name="Chercher").click()
        assert page.url.endswith("/fiches?q=esprit+critique")
        before = page.locator(".results h2").inner_text()
        page.get_by_label("4e", exact=False).first.check()
        page.get_by_role("button", name="Afficher").click()
        assert "niveau=" in page.url
        assert page.locator(".results h2").inner_text() != before
        page.get_by_role("link", name="Retirer le filtre Niveau").click()
        assert page.locator(".results h2").inner_text() == before
        page.locator(".fiches h3 a").first.click()
        page.wait_for_url("**.html")
        assert page.locator("h1").count() == 1
        assert faults == []


def test_a_query_is_run_and_its_fault_is_said_beside_it(browser: Browser, address: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, _):
        page.goto(f"{address}/sparql")
        page.get_by_label("Requête").fill("SELECT ?x WHERE { ?x a oia:Projet } LIMIT 3")
        page.get_by_role("button", name="Lancer la requête").click()
        page.locator("tbody tr").first.wait_for()
        assert page.locator("tbody tr").count() == 3
        page.get_by_label("Requête").fill("SELECT ?x WHERE {")
        page.get_by_role("button", name="Lancer la requête").click()
        assert "SPARQL" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("Requête").input_value() == "SELECT ?x WHERE {"


def test_the_keyboard_alone_reaches_the_content_and_the_other_language(browser: Browser, address: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(f"{address}/fiches")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent").strip() == "Aller au contenu"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenu"
        page.get_by_role("link", name="English").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**lang=en**")
        assert page.locator("h1").inner_text() == "Project sheets"


def pages_printed(page: Page) -> int:
    """Return on how many sheets of A4 a page prints."""
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(format="A4")))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_fiche_prints_on_one_sheet(browser: Browser, address: str, lang: str) -> None:
    with opened(browser, address) as (page, _):
        page.goto(f"{address}/projet/18-UR005.html?lang={lang}")
        assert pages_printed(page) == 1


@pytest.mark.long
def test_nine_of_ten_fiches_print_on_one_sheet(browser: Browser, address: str) -> None:
    items = patient.get(f"{address}/fiches?per_page=500", headers={"Accept": "application/json"}).json()["items"]
    sheets = {}
    with opened(browser, address) as (page, _):
        for item in items:
            page.goto(f"{address}/projet/{item['id']}.html")
            sheets[item["id"]] = pages_printed(page)
    assert len(sheets) > 90
    assert sum(count == 1 for count in sheets.values()) >= 0.9 * len(sheets), sheets


def test_results_stand_before_facets_for_who_reads_in_order(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport={"width": 320, "height": 700}) as (page, _):
        page.goto(f"{address}/fiches")
        first, facets = (page.locator(where).first.bounding_box() for where in (".fiches > li", ".filters"))
        assert first and facets and first["y"] < facets["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate("!!(document.querySelector('.results').compareDocumentPosition(document.querySelector('.filters')) & 4)")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_question_is_run_and_its_chart_is_seen(browser: Browser, address: str, lang: str) -> None:
    with opened(browser, address, java_script_enabled=False, viewport={"width": 320, "height": 700}) as (page, faults):
        page.goto(f"{address}/queries/couverture-principes?lang={lang}")
        page.locator("form button").click()
        page.wait_for_load_state()
        chart = page.locator("svg.chart")
        marks = chart.locator(".mark")
        assert chart.get_attribute("role") == "img"
        assert marks.count() == page.locator("tbody tr").count() == 13
        assert [one.evaluate("text => parseFloat(getComputedStyle(text).fontSize)") for one in marks.first.locator("text").all()] == [14, 14]
        widest = max(one.bounding_box()["width"] for one in chart.locator("rect").all())  # type: ignore[index]
        assert 200 < widest < 288
        assert page.locator(".chart-frame a").count() == 5
        page.locator(".chart-frame a").nth(2).click()
        page.wait_for_url(re.compile(r"/queries/couverture-principes(/v\d+)?\.svg\?"))
        assert "edition=1" in page.url
        assert faults == []


@pytest.mark.parametrize(("lang", "sentence"), [("fr", "ce n'est pas un échantillon"), ("en", "they are no sample")])
def test_two_academies_are_compared_by_keyboard_and_without_scripts(browser: Browser, address: str, lang: str, sentence: str) -> None:
    with opened(browser, address, java_script_enabled=False) as (page, faults):
        page.goto(f"{address}/comparer?lang={lang}")
        page.locator("#groupe-0").select_option(label="Orléans-Tours (9)")
        page.locator("#groupe-1").select_option(label="Lille (8)")
        page.locator("form button").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**academie=18&academie=09**")
        assert sentence in page.locator(".notice").first.inner_text()
        assert page.locator("svg.chart .mark").count() == page.locator("tbody tr").count() > 2
        href = page.locator("td.figure a").first
        count = href.inner_text()
        href.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/fiches?**")
        assert page.locator(".fiches > li").count() == int(count)
        assert faults == []
