"""A deposit by the form: made of the shapes, kept as a draft, its faults at their fields; a table and its refused rows."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from ingestion import Agent, Grant
from shapes import Shapes, form_groups
from sparql_api.acts.atelier import depositing
from tests.ingestion.partners import TURTLE
from tests.making import OPERATOR, ROW
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import wait_until

FORM = "/atelier/depot"
GOOD = {name: ROW[name] for name in ("titre", "resume", "academie", "niveaux", "disciplines", "outils_ia", "type_ia", "date")}
MORE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix oia: <https://w3id.org/observatoire-ia/ontologie#> . @prefix f: <https://exemple.fr/f#> .
f:Essai sh:targetClass oia:Projet ; sh:property f:Essai-humeur .
f:Essai-humeur sh:path oia:humeur ; sh:name "humeur de la classe"@fr , "mood of the class"@en ; sh:description "En un mot."@fr ;
    sh:order 3.5 ; sh:group f:groupe ; sh:minCount 1 ; sh:maxCount 1 ; sh:in ( "gaie" "studieuse" ) .
f:groupe a sh:PropertyGroup ; rdfs:label "Ambiance"@fr , "Mood"@en ; sh:order 1.5 .
"""


def test_the_fields_are_those_of_the_shapes_in_their_order() -> None:
    groups = form_groups(Shapes.packaged())
    assert [group.name for group in groups][:2] == ["groupe-essentiel", "groupe-classe"]
    title, summary, *_ = groups[0].fields
    assert (title.name, title.required, title.several, title.longest) == ("titre", True, False, 300)
    assert (summary.name, summary.required, summary.advised, summary.longest) == ("resume", False, True, 5000)
    names = [field.name for group in groups for field in group.fields]
    assert len(names) == len(set(names)) and "mention" not in names
    told = [text for group in groups for field in group.fields for text in field.help.values()]
    assert not [text for text in told if "|" in text or "{" in text], "what is of cells is not told of a form"


def test_a_shape_that_is_added_is_a_field(acting: Acting, worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(depositing, "packaged_shapes", lambda: Shapes.packaged(MORE))
    page = worker("depot").get(FORM)
    assert 'name="humeur"' in page.text and "<option>studieuse</option>" in page.text
    told = said(page)
    assert told.index("L'essentiel") < told.index("Ambiance") < told.index("En classe")
    assert "humeur de la classe (obligatoire) En un mot." in told


def test_a_fault_stands_at_its_field_and_what_was_written_is_kept(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    bad = {**GOOD, "titre": "", "niveaux": ["3e", "Classe de lune"], "type_ia": "telepathie", "act": "deposer"}
    sent = one.post(FORM, bad)
    assert sent.status_code == 303
    page = reported(one, sent)
    assert 'href="#champ-titre"' in page.text and 'id="champ-titre-faute"' in page.text and 'value="Classe de lune"' in page.text
    draft = re.search(r'name="brouillon" value="(\d+)"', page.text)
    assert draft, page.text
    assert "Brouillon" in said(one.get("/atelier")) and f"brouillon={draft[1]}" in one.get("/atelier").text
    kept = one.done(FORM, {**GOOD, "titre": "Un titre gardé", "brouillon": draft[1], "act": "garder"})
    assert "Le brouillon est gardé" in kept
    other = worker("revue")
    assert other.get(f"{FORM}?brouillon={draft[1]}").status_code == 404, "a draft is its agent's alone"


def reported(one: Any, sent: httpx.Response) -> httpx.Response:
    """Follow a deposit to where it ends, its report being ready."""
    pages: list[httpx.Response] = []

    def ready() -> bool:
        answer = one.get(sent.headers["location"])
        while answer.has_redirect_location:
            answer = one.get(answer.headers["location"])
        pages.append(answer)
        return "Refresh" not in answer.headers

    wait_until(ready)
    return pages[-1]


def test_a_good_form_waits_for_a_reviewer_and_its_draft_is_gone(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    fields = {**GOOD, "titre": "Déposé par le formulaire", "objectifs": "Lire\r\nÉcrire", "deposant_courriel": "moi@exemple.fr"}
    checked = reported(one, one.post(FORM, {**fields, "act": "verifier"}))
    assert "Rien ne s'oppose au dépôt" in said(checked)
    draft = re.search(r'name="brouillon" value="(\d+)"', checked.text)
    assert draft
    done = reported(one, one.post(FORM, {**fields, "brouillon": draft[1], "act": "deposer"}))
    assert "1 dépôt est enregistré" in said(done)
    name = re.search(r"/atelier/revue/projet/([\w-]+)", done.text)
    assert name
    found = acting.registry.get("projet", name[1])
    assert found.state == "depose" and found.document and found.document["objectif"] == {"fr": ["Lire", "Écrire"]}
    assert one.get(f"{FORM}?brouillon={draft[1]}").status_code == 404
    assert "moi@exemple.fr" in said(worker("revue").get(f"/atelier/revue/projet/{name[1]}"))
    again = reported(one, one.post(FORM, {**fields, "titre": "Déposé par le formulaire !", "act": "verifier"}))
    assert name[1] in said(again), "what is likely the same is shown before the deposit"


def test_a_table_is_sent_and_its_refused_rows_are_taken_back(acting: Acting, worker: Any, tmp_path: Path) -> None:
    one = worker("depot")
    rows = "id,titre,academie,niveaux\nF1,Un bon titre,Orléans-Tours,3e\nF2,,Orléans-Tours,3e\n"
    files = {"file": ("projets.csv", rows.encode(), "text/csv")}
    refused = one.post(f"{FORM}/fichier", {"form": "x" * 64}, files=files)
    assert refused.status_code == 403
    page = reported(one, one.post(f"{FORM}/fichier", {"act": "deposer"}, files=files))
    told = said(page)
    assert "1 dépôt est enregistré" in told and "Reprendre 1 ligne à corriger" in told and "ligne 3" in told
    link = re.search(r'href="(/atelier/depots/\d+/refus)[^"]*"', page.text)
    assert link
    taken = one.get(link[1])
    assert taken.headers["content-type"].startswith("text/csv") and "attachment" in taken.headers["content-disposition"]
    assert "F2" in taken.text and "F1" not in taken.text
    assert worker("revue").get(link[1]).status_code == 404, "a report is its agent's alone"
    assert "rejects" not in acting.ask("depot", "GET", link[1].replace("/atelier/depots", "/deposits").removesuffix("/refus")).json()


def test_a_partner_sends_a_framework_in_skos_and_finds_what_to_fill_in(acting: Acting, worker: Any) -> None:
    one = worker("partenaire")
    assert 'href="/gabarits/instrument.ttl' in one.get(FORM).text
    files = {"file": ("marco.ttl", TURTLE.encode(), "text/turtle")}
    page = reported(one, one.post(f"{FORM}/fichier", {"act": "verifier", "type": "instrument"}, files=files))
    assert "1 principe" in said(page)


def test_an_analyst_is_led_to_analyses_and_not_to_a_form_that_refuses(acting: Acting, worker: Any) -> None:
    other = Agent("Analystes du rectorat", (Grant("analyste", "academie/18"),), "organisation/dne")
    acting.registry.accounts.declare(other, OPERATOR)
    acting.tokens[other.name] = acting.registry.accounts.token(other.name, OPERATOR)
    one = worker(other.name)
    page = one.get(FORM)
    assert "Analyser cet usage" in said(page) and 'id="champ-titre"' not in page.text and 'id="fichier"' not in page.text
    assert f'href="{FORM}"' not in one.get("/atelier").text
    partner = worker("partenaire").get(FORM).text
    assert 'id="champ-titre"' not in partner and 'value="instrument"' in partner and 'value="publication"' not in partner


@pytest.mark.parametrize("kind", ["publication", "module"])
def test_a_publication_is_sent_as_the_example_is_and_read_laid_out(acting: Acting, worker: Any, kind: str) -> None:
    one = worker("national")
    document = one.get(f"/gabarits/{kind}.json").json()
    hostile = "## Un titre\n\n<script>alert(1)</script> [ici](javascript:alert(1)) **gras**"
    document["description"] = {"fr": [hostile]}
    for link in ("rendCompteDe", "sAppuieSur"):
        document.pop(link, None)
    document["rendCompteDe" if kind == "publication" else "sAppuieSur"] = ["projet/18-A0"]
    files = {"file": (f"{kind}.json", json.dumps(document).encode(), "application/json")}
    sent = reported(one, one.post(f"{FORM}/fichier", {"act": "deposer", "type": kind, "academie": "Orléans-Tours"}, files=files))
    assert "1 dépôt est enregistré" in said(sent), said(sent)
    led = re.search(rf'href="(/atelier/revue/{kind}/[^"?]+)', sent.text)
    assert led
    page = one.get(led[1])
    assert "<strong>gras</strong>" in page.text and "<script>alert" not in page.text and 'href="javascript' not in page.text


def test_who_may_deposit_nothing_is_told_so(acting: Acting, worker: Any) -> None:
    one = worker("lecteur")
    assert one.get("/atelier").status_code == 200 and 'href="/atelier/depot"' not in one.get("/atelier").text
    assert one.post(FORM, {**GOOD, "act": "deposer"}).status_code == 403


def test_hostile_words_in_a_form_stay_words(acting: Acting, worker: Any) -> None:
    hostile = '"></textarea><script>alert(1)</script>{{7*7}}'
    one = worker("depot")
    fields = {name: hostile for group in depositing.groups() for name in [field.name for field in group.fields]}
    kept = [f"{name}:{hostile}" for name in ("date", "date_fin", "annee_scolaire")]
    asked = one.post(FORM, {**fields, "titre": hostile, "act": "deposer"})
    assert asked.status_code == 422, "a date that nothing understands is asked about first"
    pages = [reported(one, one.post(FORM, {**fields, "titre": hostile, "tel-quel": kept, "act": "deposer"})), asked, one.get("/atelier")]
    assert all("<script>alert" not in page.text for page in pages) and "{{7*7}}" in pages[0].text


def test_a_date_that_nothing_understands_comes_back_at_its_field_and_is_kept_where_asked(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    fields = {**GOOD, "titre": "Une date à relire", "date": "2025-13", "act": "deposer"}
    refused = one.post(FORM, fields)
    assert refused.status_code == 422 and 'href="#champ-date"' in refused.text and 'id="champ-date-faute"' in refused.text
    assert 'value="2025-13"' in refused.text and "Garder « 2025-13 » tel que je l'ai écrit" in said(refused)
    draft = re.search(r'name="brouillon" value="(\d+)"', refused.text)
    assert draft, "what was written is kept"
    other = one.post(FORM, {**fields, "date": "2025-14", "tel-quel": "date:2025-13", "brouillon": draft[1]})
    assert other.status_code == 422, "what was said of one date is not said of another"
    done = reported(one, one.post(FORM, {**fields, "tel-quel": "date:2025-13", "brouillon": draft[1]}))
    assert "1 dépôt est enregistré" in said(done) and "n'est pas reconnue" in said(done)
    name = re.search(r"/atelier/revue/projet/([\w-]+)", done.text)
    assert name
    document = acting.registry.get("projet", name[1]).document
    assert document and "date" not in document and "2025-13" in [one["libelleDepose"] for one in document["mention"]]
