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
           "validate": "Valider la fiche", "done": "C'est validé"},
    "en": {"in": "Sign in", "deposit": "Deposit", "send": "Deposit", "faults": "to correct", "taken": "1 deposit is registered",
           "validate": "Validate the sheet", "done": "Validated"},
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
    page.locator(".workshop").wait_for()
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
        page.wait_for_selector("#documents")
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
def test_two_assessors_apply_a_grid_and_are_compared(browser: Browser, acting: Acting) -> None:
    place = "/atelier/analyse/18-A0"
    for who, step in (("national", "Atteint"), ("depot", "Non renseigné")):
        with signed_in(browser, acting, who, "fr") as page:
            page.goto(f"{place}?lang=fr")
            page.locator("#moment").wait_for()
            if page.locator("#auteur").count():
                page.locator("#auteur").select_option(label="Direction du numérique pour l'éducation")
            page.locator("#moment").select_option("au-debut")
            count = page.locator("fieldset[id^=critere]").count()
            for rank in range(1, count + 1):
                one = page.locator(f"#critere-{rank}")
                one.get_by_label(step if rank == 1 else "Non renseigné", exact=True).check()
                one.locator("textarea").nth(1).fill("La fiche ne le dit pas.")
            page.locator("#critere-1-preuve").fill("écrivent un conte" if step == "Atteint" else "")
            page.get_by_role("button", name="Garder le brouillon").click()
            page.wait_for_selector("#scores")
            shot(page, f"analysis-{who}")
            page.get_by_role("button", name="Déposer l'analyse").click()
            page.wait_for_selector("#documents")
            assert "1 dépôt est enregistré" in page.locator(".lead").inner_text()
            page.goto(f"{place}/comparer?lang=fr")
            shot(page, f"comparison-{who}")
    with signed_in(browser, acting, "national", "fr") as page:
        page.goto(f"{place}/comparer?lang=fr")
        if page.locator("#un").count():
            page.locator("#un").select_option(index=0)
            page.locator("#autre").select_option(index=1)
            page.get_by_role("button", name="Comparer", exact=True).click()
        assert "29" in page.locator(".figures").inner_text() and "0,97" in page.locator(".figures").inner_text()


@pytest.mark.long
def test_a_table_is_sent_its_refused_rows_taken_back_and_a_label_decided(browser: Browser, acting: Acting, tmp_path: Path) -> None:
    sent = tmp_path / "projets.csv"
    sent.write_text("id,titre,academie,niveaux\nT8,Une fiche de tableau,Orléans-Tours,Classe améthyste\nT9,,Orléans-Tours,3e\n", encoding="utf-8")
    with signed_in(browser, acting, "depot", "fr") as page:
        page.goto("/atelier/depot?lang=fr")
        page.locator("#fichier").set_input_files(sent)
        page.get_by_role("button", name="Envoyer le tableau").click()
        page.wait_for_selector("#refus")
        shot(page, "table-report")
        with page.expect_download() as download:
            page.get_by_role("link", name="Reprendre 1 ligne à corriger").click()
        told = download.value.path().read_text("utf-8-sig")
        assert "T9" in told and "T8" not in told and download.value.suggested_filename.endswith(".csv")
    with signed_in(browser, acting, "national", "fr") as page:
        page.goto("/atelier/libelles?lang=fr")
        one = page.locator("li", has=page.locator("h2", has_text="Classe améthyste"))
        one.locator("textarea").fill("Terminale")
        one.get_by_role("button", name="C'est cette valeur").click()
        assert "Décidé : c'est" in page.locator("[role=status]").inner_text().replace("\u00a0", " ")
        shot(page, "labels-done")


@pytest.mark.long
def test_a_sheet_is_sent_back_and_corrected_from_the_first_page(browser: Browser, acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("RENV", tmp_path, titre="Un conte à reprendre")
    with signed_in(browser, acting, "revue", "fr") as page:
        page.goto(f"/atelier/revue/projet/{name}?lang=fr")
        page.locator("#renvoyer-reason").fill("Il manque ce que font les élèves.")
        page.get_by_text("Dire quoi corriger champ par champ").click()
        page.locator("#champ-resume").fill("Dites qui tient l'outil.")
        page.get_by_role("button", name="Renvoyer la fiche").click()
        page.get_by_role("button", name="Valider la fiche").click()
        assert "a été renvoyée" in page.locator(".notice.error").inner_text(), "it is not validated by one click"
    with signed_in(browser, acting, "depot", "fr") as page:
        page.goto("/atelier?lang=fr")
        page.get_by_role("link", name="Corriger Un conte à reprendre").click()
        assert page.locator("#champ-titre").input_value() == "Un conte à reprendre"
        assert "Dites qui tient l'outil." in page.locator("#champ-resume-faute").inner_text()
        shot(page, "form-correct")
        page.locator("#champ-resume").fill("Des élèves de 3e écrivent un conte ; l'enseignante tient l'outil.")
        page.get_by_role("button", name="Déposer", exact=True).first.click()
        page.wait_for_selector("#documents")
        page.locator("#documents ~ ul a, .links a").first.click()
        page.wait_for_url(f"**/{name}?*")
        assert "version 2" in page.locator(".meta").first.inner_text()


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
    addresses = ["", "/revue", f"/revue/projet/{name}", "/depot", f"/depot?corrige={name}", "/libelles", "/analyse/18-A0", "/analyse/18-A0/comparer"]
    for address in addresses:
        page.goto(f"/atelier{address}{'&' if '?' in address else '?'}lang={lang}")
        found[address] = obstacles(page, axe, RULES)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
        shot(page, f"small{address.replace('/', '-').replace('?', '-')}-{lang}")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", "the first stop of the keyboard leads to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
    assert {address: faults for address, faults in found.items() if faults} == {}
    context.close()
