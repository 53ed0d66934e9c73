"""What people come for, done in a browser as they do it: with a mouse, by keyboard alone, at twice the size, in the dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from ontologie import Language
from sparql_api.words.i18n import message
from tests.browser.test_pages_in_a_browser import PAGES, RULES, obstacles, opened

pytestmark = pytest.mark.long
OF_THINGS = {
    "tool": "/outil/chatgpt.html",
    "instrument": "/instrument/cadre-usage.html",
    "partner": "/principe/kmk-ki-2024/KMK-1.html",
    "kind": "/concept/type-ia/generative.html",
    "actor": "/organisation/drane.html",
    "actors": "/queries/acteurs",
}
"""Pages of things that show more than what is said of them."""
EVERY = PAGES | OF_THINGS
MOST = 120
"""Presses of the tabulator on a page; the places beyond are of the kinds of those before."""
FOCUS = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const path = at.querySelector && at.querySelector('path');
  const drawn = path && getComputedStyle(path).stroke !== 'none';
  const frame = at.closest && at.closest('.CodeMirror-focused');  // where an editor of queries shows that it has the focus
  const framed = frame && getComputedStyle(frame).outlineStyle !== 'none';
  if (!window.places) window.places = [];
  const again = window.places.includes(at);
  window.places.push(at);
  return {tag: at.tagName, again, id: at.id, seen: at === document.body || style.outlineStyle !== 'none' || !!drawn || !!framed,
          size: box.width * box.height, text: (at.textContent || '').trim().slice(0, 40)};
}"""
STOPS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter(one => one.checkVisibility() && !one.disabled).length"""


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_fiche_is_found_by_a_misspelt_word_and_its_principle_followed_to_the_ai_act(
    browser: Browser, address: str, language: Language
) -> None:
    with opened(browser, address) as (page, faults):
        page.goto(f"{address}/?lang={language}")
        page.get_by_label(message("home.search", language)).fill("podcats physique")
        page.get_by_role("button", name=message("fiches.search", language)).click()
        assert "podcats" in page.locator(".results .notice").inner_text()
        page.locator(".fiches h3 a").first.click()
        assert "/projet/02-UR058" in page.url
        page.locator("#principes summary").click()
        page.locator("#principes a[href*='cadre-usage/CU-C2']").click()
        assert page.url.split("?")[0].endswith("/principe/cadre-usage/CU-C2.html")
        page.locator("[aria-labelledby=matrice] tbody tr", has=page.locator("th a[href*='/instrument/ai-act']")).locator("td a").first.click()
        assert "/alignement/" in page.url
        page.locator("main a[href*='/principe/ai-act/']").first.click()
        assert "/principe/ai-act/" in page.url and page.locator("html").get_attribute("lang") == language
        assert faults == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_region_is_clicked_on_the_map(browser: Browser, address: str, language: Language) -> None:
    with opened(browser, address) as (page, faults):
        page.goto(f"{address}/carte?question=projets-par-region-academique&lang={language}")
        place = page.locator("svg.map a[aria-label^='Bretagne']")
        count = (place.get_attribute("aria-label") or "").split()[-1]
        place.locator("path").click()
        assert "/fiches?" in page.url and "bretagne" in page.url
        assert page.locator(".results h2").inner_text().split()[0] == count
        assert faults == []


def stops(page: Page) -> tuple[int, list[dict[str, object]]]:
    """Press the tabulator until it comes back; return how many places a page has, and those stopped at."""
    wanted = page.evaluate(STOPS)
    found = []
    for _ in range(min(wanted, MOST) + 2):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["tag"] == "BODY" or at["again"]:
            break
        found.append(at)
    return wanted, found


@pytest.mark.parametrize("name", EVERY)
def test_every_page_is_read_by_keyboard_alone(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address, viewport={"width": 1280, "height": 900}) as (page, _):
        page.goto(address + EVERY[name])
        wanted, found = stops(page)
        assert wanted == len(found) or len(found) >= MOST, (wanted, len(found), found[-1])
        assert [one for one in found if not one["seen"]] == []
        if name != "embed":
            assert found[0]["text"] == "Aller au contenu"


@pytest.mark.parametrize("name", EVERY)
def test_every_page_is_read_at_twice_the_size(browser: Browser, address: str, name: str) -> None:
    with opened(browser, address, viewport={"width": 640, "height": 450}, device_scale_factor=2) as (page, _):
        page.goto(address + EVERY[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= 640


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", OF_THINGS)
def test_a_page_of_a_thing_has_no_obstacle(browser: Browser, address: str, axe: Path, name: str, theme: str) -> None:
    with opened(browser, address, color_scheme=theme, viewport={"width": 1280, "height": 900}) as (page, faults):
        page.goto(address + OF_THINGS[name])
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert obstacles(page, axe, RULES) == [] and faults == []
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
