"""The queue and the page of a document: what is shown, each act by its form, and what is told where it is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.making import OPERATOR
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import wait_until

HOSTILE = '"><script>alert(1)</script>{{7*7}}'


def place(name: str) -> str:
    return f"/atelier/revue/projet/{name}"


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_acts_on_nothing(acting: Acting) -> None:
    for path in ("/atelier/revue", place("18-A1")):
        answer = acting.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/atelier")
    answer = acting.client.post(f"{place('18-A1')}/valider", data={"version": "1"}, headers={"Accept-Language": "fr"})
    assert answer.status_code == 401 and "/atelier" in answer.json()["detail"]


def test_a_form_without_the_token_of_its_session_does_nothing(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name, one = acting.waiting("W0", tmp_path), worker("revue")
    one.token = "0" * 64
    for path in ("valider", "renvoyer", "retirer", "avis", "constat"):
        assert one.post(f"{place(name)}/{path}", {"version": "1", "reason": "x", "text": "x"}).status_code == 403
    assert one.post("/atelier/revue/valider", {"document": f"projet/{name}@1"}).status_code == 403
    assert acting.registry.get("projet", name).state == "depose"


def test_the_queue_shows_what_waits_and_validates_several(acting: Acting, worker: Any, tmp_path: Path) -> None:
    names = [acting.waiting(f"W{k}", tmp_path, titre=f"Fiche {k} de la file") for k in (1, 2)]
    held = acting.waiting("W3", tmp_path, titre="Fiche tenue", resume="Avec Mme Durand et sa classe, un conte.")
    one = worker("revue")
    page = one.get("/atelier/revue")
    assert all(f'value="projet/{name}@1"' in page.text for name in names)
    assert f'value="projet/{held}@1"' not in page.text and "1 passage à lire" in said(page)
    only = said(one.get("/atelier/revue?waits=passages"))
    assert "Fiche tenue" in only and "Fiche 1 de la file" not in only
    assert "Fiche 1 de la file" in said(one.get("/atelier/revue?waits=findings"))
    assert "Rien ne correspond" in said(one.get("/atelier/revue?academie=Lille"))
    chosen = [f"projet/{name}@1" for name in names]
    done = one.post("/atelier/revue/valider", {"document": chosen})
    assert done.status_code == 200 and "2 documents validés" in said(done)
    assert {acting.registry.get("projet", name).state for name in names} == {"valide"}
    again = one.post("/atelier/revue/valider", {"document": [f"projet/{held}@1"]})
    assert again.status_code == 409 and held in said(again), "nothing is validated unread, whatever a browser sends"
    assert one.post("/atelier/revue/valider").status_code == 422


def test_a_document_is_read_validated_sent_back_and_withdrawn(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("W4", tmp_path, titre="À lire de près", resume="Avec Mme Durand et sa classe, un conte.")
    one = worker("revue")
    page = one.get(place(name))
    assert "<mark>" in page.text and "À lire avant de valider" in said(page) and "3e" in said(page)
    refused = one.post(f"{place(name)}/valider", {"version": "1"})
    assert refused.status_code == 409 and 'href="#valider-read"' in refused.text
    empty = one.post(f"{place(name)}/renvoyer", {"version": "1", "reason": " "})
    assert empty.status_code == 422 and 'href="#renvoyer-reason"' in empty.text
    told = one.done(f"{place(name)}/renvoyer", {"version": "1", "reason": "Précisez.", "champ.niveaux": "Le niveau ?"})
    assert "C'est renvoyé" in told and "Le niveau ?" in told and "renvoyée avec des remarques" in told
    assert "C'est validé" in one.done(f"{place(name)}/valider", {"version": "1", "read": "oui", "confirm": "oui"})
    assert acting.registry.history("projet", name)[-1]["detail"] == "passages-read"
    assert "C'est retiré" in one.done(f"{place(name)}/retirer", {"version": "1", "reason": ""})
    assert acting.registry.get("projet", name).state == "retire"


def test_a_version_that_came_meanwhile_is_shown_and_nothing_is_decided(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name, one = acting.waiting("W5", tmp_path), worker("revue")
    one.get(place(name))
    acting.waiting("W5", tmp_path, titre="Un autre titre entre-temps")
    for path in ("valider", "renvoyer", "retirer", "constat"):
        fields = {"version": "1", "reason": "x", "finding": "constat-cu-r04", "decision": "confirm"}
        moved = one.post(f"{place(name)}/{path}", fields)
        assert moved.status_code == 409 and "Rien n'a été décidé" in said(moved) and "Un autre titre entre-temps" in said(moved)
    assert acting.registry.get("projet", name).state == "depose"
    assert "Un autre titre entre-temps" in said(one.get(place(name))).partition("Ajouté")[2], "the difference is shown"


def test_a_finding_is_dismissed_and_an_opinion_is_given(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name, one = acting.waiting("W6", tmp_path), worker("revue")
    page = one.get(place(name))
    finding = page.text.partition('name="finding" value="')[2].partition('"')[0]
    refused = one.post(f"{place(name)}/constat", {"version": "1", "finding": finding, "decision": "dismiss", "reason": ""})
    assert refused.status_code == 422 and f'href="#constat-{finding}-reason"' in refused.text
    told = one.done(f"{place(name)}/constat", {"version": "1", "finding": finding, "decision": "dismiss", "reason": "Hors sujet ici."})
    assert "Constat écarté le" in told and "Hors sujet ici." in told
    inspector = worker("inspection")
    assert "Donner un avis" in said(inspector.get(place(name))) and "Valider la fiche" not in said(inspector.get(place(name)))
    assert "Conforme." in inspector.done(f"{place(name)}/avis", {"version": "1", "text": "Conforme."})


def test_another_academie_sees_nothing_of_a_draft(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name, one = acting.waiting("W7", tmp_path), worker("lille")
    assert one.get(place(name)).status_code == 404 and name not in one.get("/atelier/revue").text
    assert one.post(f"{place(name)}/valider", {"version": "1"}).status_code == 404


def test_hostile_words_stay_words(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("W8", tmp_path, titre=f"Titre {HOSTILE}", objectifs=f"But {HOSTILE}")
    one = worker("revue")
    sent = one.post(f"{place(name)}/renvoyer", {"version": "1", "reason": "", f"champ.{HOSTILE}": HOSTILE})
    pages = [one.get("/atelier/revue"), one.get(place(name)), sent]
    one.done(f"{place(name)}/renvoyer", {"version": "1", "reason": HOSTILE})
    pages += [one.get(place(name)), one.get(f"{place(name)}?fait={HOSTILE}"), one.get(f"/atelier/revue?waits={HOSTILE}")]
    assert all("<script>alert" not in page.text and "Titre 49" not in page.text for page in pages)
    assert "{{7*7}}" in pages[1].text


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_role_taken_away_counts_at_the_next_act(acting: Acting, worker: Any, tmp_path: Path, lang: str) -> None:
    from ingestion import Agent, Grant

    who = Agent(f"DRANE de passage {lang}", (Grant("revue", "academie/18"),))
    acting.registry.accounts.declare(who, OPERATOR)
    acting.tokens[who.name] = acting.registry.accounts.token(who.name, OPERATOR)
    name, one = acting.waiting(f"X{lang}", tmp_path), worker(who.name)
    assert one.get(f"{place(name)}?lang={lang}").status_code == 200
    acting.registry.accounts.revoke(who.name, OPERATOR)
    assert one.post(f"{place(name)}/valider?lang={lang}", {"version": "1"}).status_code == 401
    assert acting.registry.get("projet", name).state == "depose"


def test_what_was_sent_back_is_not_validated_by_one_click(acting: Acting, worker: Any, tmp_path: Path) -> None:
    name = acting.waiting("RENVOI9", tmp_path)
    one, place = worker("revue"), f"/atelier/revue/projet/{name}"
    one.get(place)
    one.done(f"{place}/renvoyer", {"version": "1", "reason": "Dites ce que font les élèves."})
    bulk = one.post("/atelier/revue/valider", {"document": f"projet/{name}@1"})
    assert bulk.status_code == 409 and "renvoyée" in said(bulk), "a tick made before it was sent back"
    page = one.get(place)
    assert "rien n'y a changé depuis" in said(page) and "Dites ce que font les élèves." in said(page)
    refused = one.post(f"{place}/valider", {"version": "1"})
    assert refused.status_code == 409 and 'href="#valider-confirm"' in refused.text
    assert acting.registry.get("projet", name).state == "retourne"
    assert "C'est validé" in one.done(f"{place}/valider", {"version": "1", "confirm": "oui"})


def test_the_queue_offers_the_academies_of_its_reader_by_name(acting: Acting, worker: Any) -> None:
    one = worker("revue").get("/atelier/revue")
    assert 'name="academie"' not in one.text and "Académie Orléans-Tours" in said(one), "a list of one is said"
    national = worker("national").get("/atelier/revue?lang=fr").text
    listed = re.findall(r"<option[^>]*>([^<]*)", national.partition('id="academie"')[2].partition("</select>")[0])
    assert len(listed) == 31 and listed[1:4] == ["Aix-Marseille", "Amiens", "Besançon"] and listed[-1] == "Versailles"


def test_what_is_decided_on_is_named(acting: Acting, worker: Any) -> None:
    one = worker("national")
    for kind, what in (("publication", "la publication"), ("module", "le module")):
        document = one.get(f"/gabarits/{kind}.json").json() | {"rendCompteDe": [], "sAppuieSur": ["projet/18-A0"]}
        sent = acting.ask("national", "POST", f"/deposits?type={kind}", json=document)
        assert sent.status_code in (200, 201, 202), sent.text
        wait_until(lambda kind=kind, name=document["identifiant"]: one.get(f"/atelier/revue/{kind}/{name}").status_code == 200)
        told = said(one.get(f"/atelier/revue/{kind}/{document['identifiant']}"))
        assert f"Valider {what}" in told and f"Renvoyer {what}" in told and f"Retirer {what}" in told and "la fiche" not in told.lower()


def test_what_surrounds_a_doubtful_passage_begins_at_a_word(acting: Acting, worker: Any, tmp_path: Path) -> None:
    resume = "Une progression interdisciplinaire développementale avec Mme Durand et sa classe de troisième européenne, un conte."
    told = said(worker("revue").get(place(acting.waiting("W9", tmp_path, titre="Mots entiers", resume=resume))))
    around = told.partition("À lire avant de valider")[2]
    start = around[: around.index("Durand")].rpartition("…")[2].split()
    end = around[around.index("Durand") :].partition("…")[0].split()
    assert start and set(start + end) <= set(resume.split()), (start, end)
