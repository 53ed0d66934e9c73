"""What the workshop says: no word of the command line on a page, zero said as French says it, names in place of codes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ontologie import LANGUAGES, read_table, sentence_table
from sparql_api.words.i18n import message
from tests.making import OPERATOR
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.atelier.test_depositing import FORM, GOOD, reported
from tests.sparql_api.acts.conftest import AGENTS, Acting

COMMAND = re.compile(r"\bobservatoire (?:[a-z]+ )?(?:add|agent|diff|export|ingest|labels|list|publish|rebuild|review|template|token|validate)\b|(?<![\w-])--[a-z]")
"""A command of `observatoire`, or an option."""
BY_COMMAND_ALONE = ("moisson-", "correspondance-illisible", "profil-inutilisable")
"""What only a harvest, a mapping or a profile given on the command line is told."""

OF_THE_OPERATOR = {"agent-operator", "not-recognised"}
"""What the operator alone is refused, who has no token and no page."""


def on_pages() -> Iterator[tuple[str, str]]:
    """Yield (where, text) of every message that a page of the workshop can show."""
    table = sentence_table("depot")
    for code, row in table.items():
        if not code.startswith(("http-", *BY_COMMAND_ALONE)):
            told = table.get(f"http-{code}", row)
            yield from ((f"depot:{code}", told[f"{part}_{lang}"]) for part in ("message", "remedy") for lang in LANGUAGES)
    refusals = sentence_table("relecture")
    for code, row in refusals.items():
        if code in REFUSED - OF_THE_OPERATOR and f"http-{code}" not in refusals:
            yield from ((f"relecture:{code}", row[lang]) for lang in LANGUAGES)
        if code.startswith("http-"):
            yield from ((f"relecture:{code}", row[lang]) for lang in LANGUAGES)
    for name in ("requetes", "pages"):
        yield from ((f"{name}:{one['code']}", one[lang]) for one in read_table("phrases", f"{name}.csv") for lang in LANGUAGES if lang in one)


def refused() -> frozenset[str]:
    """Return the codes by which the registry refuses an act: those of the code that raises them, and of the decision."""
    found = set[str]()
    for path in (Path(__file__).parents[4] / "ingestion").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        found |= set(re.findall(r'RefusedTransition\(\s*"([a-z-]+)"', text)) | set(re.findall(r'(?:Decision|WrongDecision)\("([a-z-]+)"', text))
        found |= set(re.findall(r'return "(agent-[a-z]+)"', text))
    return frozenset(found)


REFUSED = refused()


def test_no_message_of_a_page_has_words_of_the_command_line() -> None:
    assert len(REFUSED) > 10
    texts = list(on_pages())
    assert len(texts) > 1000
    assert sorted({f"{where}: {text}" for where, text in texts if COMMAND.search(text)}) == []


def test_what_is_told_over_http_says_no_more_than_the_command_line_does() -> None:
    table = sentence_table("depot")
    for code, row in table.items():
        if code.startswith("http-"):
            told = table[code.removeprefix("http-")]
            assert row["severity"] == told["severity"] and row["remedy_fr"] + row["message_fr"] != told["remedy_fr"] + told["message_fr"], code


def test_none_is_said_as_none() -> None:
    assert message("deposit.taken", "fr", n=0) == "Aucun dépôt n'est enregistré."
    assert message("deposit.taken", "en", n=0) == "No deposit is registered."
    assert message("deposit.taken", "fr", n=2).startswith("2 dépôts sont enregistrés")


def test_a_table_is_told_of_its_columns_without_a_command(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    rows = "Intitulé du projet;Académie;Classe;Météo du jour;Objectif\nUn titre;Orléans-Tours;3e;grise;Lire\n"
    sent = one.post(f"{FORM}/fichier", {"act": "verifier"}, files={"file": ("p.csv", rows.encode(), "text/csv")})
    told = said(reported(one, sent))
    assert "Météo du jour" in told and not COMMAND.search(told), told


def test_all_kinds_of_personal_data_are_told_at_once(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    text = "Écrire à lea.martin@exemple.fr ou au 06 12 34 56 78."
    told = said(reported(one, one.post(FORM, {**GOOD, "resume": text, "act": "deposer"})))
    found = re.search(r"« résumé » contient ([^:]*) :", told)
    assert found and "électronique" in found[1] and "téléphone" in found[1] and " et " in found[1], told


def test_drafts_and_roles_are_named(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    one.done("/atelier/analyse/18-A0", {"grille": "grille/nationale-1", "act": "garder", "moment": "au-debut"})
    told = said(one.get("/atelier"))
    assert "Analyse : Écrire un conte avec une IA" in told and "académie : Orléans-Tours" in told and "academie/18" not in told
    led = re.findall(r'href="(/atelier/analyse/18-A0[^"]*)"', one.get("/atelier?lang=en").text)
    assert led and {one.get(html.unescape(address)).status_code for address in led} == {200}, "a draft goes on where its link leads"
    assert all("brouillon=" in address for address in led)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_wrong_token_is_told_what_to_do_and_not_what_it_was(acting: Acting, lang: str) -> None:
    ended = "Compte fini"
    acting.registry.accounts.declare(AGENTS["depot"].__class__(ended, AGENTS["depot"].grants, expires="2020-01-01"), OPERATOR)
    gone = acting.registry.accounts.token(ended, OPERATOR)
    before = acting.registry.accounts.token("DRANE Lille", OPERATOR)
    acting.tokens["lille"] = acting.registry.accounts.token("DRANE Lille", OPERATOR)
    site, texts = acting.client.base_url, []
    for token in (gone, before, "oia_faux"):
        answer = httpx.post(f"{site}/atelier/sign-in?lang={lang}", data={"token": token}, timeout=60)
        assert answer.status_code == 401 and 'id="token-faute"' in answer.text and token not in answer.text
        assert {"fr": "opérateur", "en": "operator"}[lang] in said(answer)
        texts.append(re.search(r'id="token-faute"[^>]*>([^<]*)', answer.text)[1])  # type: ignore[index]
    assert texts[1] == texts[2] != texts[0], "a token that was replaced is told as one that never was"


def test_every_page_leads_to_the_workshop(acting: Acting) -> None:
    foot = acting.client.get("/fiches", headers={"Accept": "text/html"}).text.rpartition("<footer")[2]
    assert 'href="/atelier"' in foot


def test_a_report_of_the_form_names_what_was_deposited_and_says_nothing_of_tables(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    done = reported(one, one.post(FORM, {**GOOD, "titre": "Un titre que la page nomme", "act": "deposer"}))
    told = said(done)
    assert "Un titre que la page nomme" in told and "corrige=" in done.text
    for word in ("projet/18-", "sourcePage", "UTF-8", "tableau", "prises"):
        assert word not in told, word


def test_a_verdict_is_said_in_the_language_of_the_page(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("VERDICT", tmp_path, titre="Un verdict à lire")
    english = said(worker("revue").get(f"/atelier/revue/projet/{name}?lang=en"))
    rows = read_table("donnees", "verdicts.csv")
    assert any(row["label_en"] in english for row in rows)
    assert not [row["label_fr"] for row in rows if row["label_fr"] in english and row["label_fr"] not in row["label_en"]]
