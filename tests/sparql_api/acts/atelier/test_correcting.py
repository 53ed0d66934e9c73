"""A document that was sent back: the form filled with it, the reasons at their fields, and a new version of the same."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

from ontologie import BASE
from sparql_api.acts.atelier.correcting import remark_on
from tests.making import ROW
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.atelier.test_depositing import FORM, reported
from tests.sparql_api.acts.conftest import Acting

REASON, WRONG = "Le résumé ne dit pas ce que font les élèves.", "Dites qui tient l'outil."


def returned(acting: Acting, name: str, folder: Path, **row: str) -> str:
    """Deposit a row and send it back; return its id."""
    identifier = acting.waiting(name, folder, **row)
    body = {"reason": REASON, "fields": {"resume": WRONG}, "version": 1}
    assert acting.ask("revue", "POST", f"/reviews/projet/{identifier}/return", json=body).status_code == 200
    return identifier


def fields_of(page: str) -> dict[str, list[str]]:
    """Return what a form would send as it stands: read from the page, by another way than the code writes it."""
    form = page.partition('class="long"')[2].partition("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if named.get("type") != "checkbox" or " checked" in tag:
            found.setdefault(named["name"], []).append(html.unescape(named.get("value", "")))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found.setdefault(name, []).append(html.unescape(text))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = [html.unescape(value or text) for value, text in re.findall(r'<option(?: value="([^"]*)")? selected>([^<]*)', options)]
    return {name: [one for one in values if one] for name, values in found.items() if any(values)}


def test_a_returned_sheet_is_corrected_by_the_form_and_stays_itself(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = returned(acting, "REN1", tmp_path, niveaux="3e|4e", encadrement="oui")
    before = acting.registry.get("projet", name).document
    one = worker("depot")
    assert f"{FORM}?corrige={name}" in one.get("/atelier").text.replace("&amp;", "&")
    for path in (f"/atelier/revue/projet/{name}", "/atelier/revue?state=retourne"):
        assert f"corrige={name}" in one.get(path).text
    page = one.get(f"{FORM}?corrige={name}")
    told = said(page)
    assert REASON in told and WRONG in told and 'href="#champ-resume"' in page.text and 'id="champ-resume-faute"' in page.text
    sent = {key: value for key, value in fields_of(page.text).items() if key != "form"}
    assert sent["titre"] == [ROW["titre"]] and sent["niveaux"] == ["3e", "4e"] and sent["id"] == [f"{BASE}projet/{name}"]
    resume = "Des élèves de 3e écrivent un conte ; l'enseignante tient l'outil."
    done = reported(one, one.post(FORM, {**sent, "resume": resume, "act": "deposer"}))
    assert "1 dépôt est enregistré" in said(done), said(done)
    after = acting.registry.get("projet", name)
    assert (after.version, after.state) == (2, "depose") and after.document and before
    assert {key for key in {*before, *after.document} if before.get(key) != after.document.get(key)} == {"resume"}
    assert f"corrige={name}" not in one.get("/atelier").text, "it waits again"


def test_what_is_written_meanwhile_is_kept_with_what_it_corrects(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = returned(acting, "REN2", tmp_path)
    one = worker("depot")
    one.get(f"{FORM}?corrige={name}")
    kept = one.post(FORM, {"corrige": name, "id": "autre", "titre": "Un titre repris", "act": "garder"})
    page = one.get(kept.headers["location"])
    assert f'name="corrige" value="{name}"' in page.text and f"{BASE}projet/{name}" in page.text and REASON in said(page)


def test_an_identifier_that_pages_show_is_recognised_in_the_form(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("REC1", tmp_path)
    one = worker("depot")
    count = sum(1 for _ in acting.registry.listed(kind="projet"))
    fields = {key: ROW[key] for key in ("titre", "resume", "academie", "niveaux", "disciplines", "outils_ia", "type_ia", "date")}
    site = str(acting.client.base_url).rstrip("/")
    for version, shown in enumerate((name, f"{BASE}projet/{name}", f"{site}/projet/{name}?lang=fr", f"{site}/atelier/revue/projet/{name}"), 2):
        sent = {**fields, "titre": f"Version {version}", "id": shown}
        checked = reported(one, one.post(FORM, {**sent, "act": "verifier"}))
        assert "Rien ne s'oppose" in said(checked) and "nouvelle version" in said(checked)
        reported(one, one.post(FORM, {**sent, "act": "deposer"}))
        assert acting.registry.get("projet", name).version == version
    assert sum(1 for _ in acting.registry.listed(kind="projet")) == count


def test_who_may_not_deposit_it_does_not_correct_it(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = returned(acting, "REN3", tmp_path)
    assert worker("lille").get(f"{FORM}?corrige={name}").status_code in (403, 404)
    inspection = worker("inspection")
    assert inspection.get(f"{FORM}?corrige={name}").status_code == 403
    assert f"corrige={name}" not in inspection.get(f"/atelier/revue/projet/{name}").text
    assert worker("depot").get(f"{FORM}?corrige=18-RIEN").status_code == 404


def test_what_was_said_of_a_field_is_written_as_each_language_writes_it() -> None:
    assert remark_on("titre", "Trop court.", "fr") == "titre : Trop court."
    assert remark_on("titre", "Too short.", "en") == "title: Too short."
