"""The workshop in a real browser, without script: deposit, read the refusal, correct, review as another, publish, find."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import axe as axe
from tests.browser.test_pages_in_a_browser import RULES, obstacles
from tests.making import ROW, command
from tests.sparql_api.acts.conftest import Acting

WORDS = {
    "fr": {"in": "Se connecter", "deposit": "Déposer", "send": "Déposer", "faults": "correction", "taken": "1 dépôt est enregistré",
           "validate": "Valider la fiche", "done": "La fiche est validée"},
    "en": {"in": "Sign in", "deposit": "Deposit", "send": "Deposit", "faults": "to correct", "taken": "1 deposit is registered",
           "validate": "Validate the sheet", "done": "The sheet is validated"},
}  # fmt: skip
FIELDS = ("resume", "date")
LISTS = {"academie": "Orléans-Tours", "niveaux": "3e", "disciplines": "Français", "outils_ia": "ChatGPT"}
SHOTS = os.environ.get("SHOTS")


@contextmanager
def signed_in(browser: Browser, acting: Acting, who: str, lang: str) -> Iterator[Page]:
    """A browser without script, signed in by a token pasted in the form."""
    site = str(acting.client.base_url).replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=site, java_script_enabled=False, locale=lang, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(f"/atelier?lang={lang}")
    page.locator("#token").fill(acting.tokens[who])
    page.get_by_role("button", name=WORDS[lang]["in"]).click()
    assert page.locator(".workshop").count(), page.locator("main").inner_text()
    yield page
    context.close()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.mark.long
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_sheet_is_deposited_corrected_reviewed_by_another_published_and_found(browser: Browser, acting: Acting, lang: str) -> None:
    words, title = WORDS[lang], f"Histoires à plusieurs voix {lang}"
    with signed_in(browser, acting, "depot", lang) as page:
        page.locator(".workshop").get_by_role("link", name=words["deposit"]).click()
        for name in FIELDS:
            page.locator(f"#champ-{name}").fill(ROW[name])
        for name, value in LISTS.items():
            page.locator(f"#champ-{name} input").first.fill(value)
        page.get_by_label("IA générative", exact=True).check()
        shot(page, f"form-{lang}")
        page.get_by_role("button", name=words["send"], exact=True).first.click()
        page.wait_for_selector(".notice.error")
        assert words["faults"] in page.locator(".notice.error h2").inner_text()
        shot(page, f"form-refused-{lang}")
        page.locator(".notice.error a").first.click()
        assert page.url.endswith("#champ-titre")
        page.keyboard.press("Tab")
        page.locator("#champ-titre").fill(title)
        page.get_by_role("button", name=words["send"], exact=True).first.click()
        page.wait_for_selector(".figures")
        assert words["taken"] in page.locator(".lead").inner_text()
        shot(page, f"report-{lang}")
    with signed_in(browser, acting, "revue", lang) as page:
        page.goto(f"/atelier/revue?lang={lang}")
        shot(page, f"queue-{lang}")
        page.get_by_role("link", name=title).click()
        shot(page, f"document-{lang}")
        page.get_by_role("button", name=words["validate"]).click()
        assert words["done"] in page.locator("[role=status]").inner_text()
        shot(page, f"document-done-{lang}")
    assert command(acting.settings.var, "publish").exit_code == 0
    page = browser.new_page(locale=lang)
    for _ in range(20):
        page.goto(f"{acting.client.base_url}/fiches?q=plusieurs+voix+{lang}&lang={lang}")
        if title in page.locator("main").inner_text():
            break
        page.wait_for_timeout(500)
    assert title in page.locator("main").inner_text()
    page.close()


@pytest.mark.long
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_workshop_has_no_obstacle_and_fits_a_small_screen(browser: Browser, acting: Acting, axe: Path, tmp_path: Path, lang: str) -> None:
    name = acting.waiting(f"B{lang}", tmp_path, niveaux="3e|Classe écarlate", resume="Avec Mme Durand et sa classe, un conte.")
    site = str(acting.client.base_url).replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=site, locale=lang, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(f"/atelier?lang={lang}")
    found = {"sign in": obstacles(page, axe, RULES)}
    page.locator("#token").fill(acting.tokens["national"])
    page.keyboard.press("Enter")
    page.wait_for_selector(".workshop")
    addresses = ["", "/revue", f"/revue/projet/{name}", "/depot", "/libelles", "/analyse/18-A0", "/analyse/18-A0/comparer"]
    for address in addresses:
        page.goto(f"/atelier{address}?lang={lang}")
        found[address] = obstacles(page, axe, RULES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        shot(page, f"small{address.replace('/', '-')}-{lang}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", "the first stop of the keyboard leads to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
    assert {address: faults for address, faults in found.items() if faults} == {}
    context.close()
