"""A publication and a module written in forms that the shapes make: drafts, parts, faults at their field, corrections."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import httpx
import pytest

from ontologie import BASE
from shapes import Shapes
from sparql_api.acts.atelier import publishing
from sparql_api.acts.atelier.written import DocumentForm, WrittenDocument, content_of
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.atelier.test_correcting import fields_of
from tests.sparql_api.acts.atelier.test_depositing import reported
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import wait_until

FORM = "/atelier/depot"
MORE = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix oia: <https://w3id.org/observatoire-ia/ontologie#> . @prefix f: <https://exemple.fr/f#> .
f:Essai sh:targetClass oia:ModuleFormation ; sh:property f:Essai-humeur .
f:Essai-humeur sh:path oia:humeur ; sh:name "humeur du groupe"@fr , "mood of the group"@en ; sh:description "En un mot."@fr ;
    sh:order 3.5 ; sh:group f:groupe ; sh:maxCount 1 ; sh:in ( "gaie" "studieuse" ) .
f:groupe a sh:PropertyGroup ; rdfs:label "Ambiance"@fr , "Mood"@en ; sh:order 1.5 .
"""
EXAMPLES = {kind: json.loads(files("ingestion.demo").joinpath(f"{kind}s.json").read_text("utf-8")) for kind in ("publication", "module")}


@pytest.mark.parametrize("kind", ["publication", "module"])
def test_each_example_of_the_project_comes_back_whole_from_its_form(kind: str) -> None:
    form = DocumentForm.of(kind, Shapes.packaged())
    for before in EXAMPLES[kind]:
        making = WrittenDocument(form, content_of(form, before, BASE), BASE, [])
        made = making.document(before["identifiant"], {})
        made["fiche"] = making.fiche(before["identifiant"], before, 9)
        assert making.faults == []
        assert made == before


def test_a_shape_that_is_added_is_a_field_of_the_form(acting: Acting, worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "packaged_shapes", lambda: Shapes.packaged(MORE))
    one = worker("national")
    page = one.get(f"{FORM}/module")
    told = said(page)
    assert 'name="humeur"' in page.text and "<option>studieuse</option>" in page.text
    assert "humeur du groupe En un mot." in told and "Ambiance" in told
    assert 'name="humeur"' not in one.get(f"{FORM}/publication").text
    kept = one.post(f"{FORM}/module", {"titre.fr": "Humeurs", "humeur": "gaie", "act": "garder"})
    assert "<option selected>gaie</option>" in one.get(kept.headers["location"]).text


def test_a_module_is_written_step_by_step_and_deposited(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    page = one.get(f"{FORM}/module")
    assert 'value="Orléans-Tours (18)"' in page.text and 'name="phases.2.description.fr"' in page.text
    fields = {
        "titre.fr": "Relire une réponse", "titre.en": "Reading an answer again", "objectifs.fr": "Vérifier\r\nCiter", "auteur": "Orléans-Tours (18)",
        "phases.1.description.fr": "Lire.", "phases.2.description.fr": "Discuter.", "sAppuieSur": "18-A0", "niveaux": "3e",
    }  # fmt: skip
    added = one.post(f"{FORM}/module", {**fields, "act": "ajouter.phases"})
    assert added.headers["location"].endswith("#champ-phases")
    page = one.get(added.headers["location"].partition("#")[0])
    assert 'name="phases.4.description.fr"' in page.text and "Discuter." in page.text
    number = re.search(r'name="brouillon" value="(\d+)"', page.text)
    assert number and "Relire une réponse" in said(one.get("/atelier")) and f"{FORM}/module?brouillon={number[1]}" in one.get("/atelier").text
    more = {**fields, "phases.2.description.fr": "", "phases.4.description.fr": "Conclure.", "brouillon": number[1]}
    done = reported(one, one.post(f"{FORM}/module", {**more, "act": "deposer"}))
    assert "1 dépôt est enregistré" in said(done), said(done)
    found = acting.registry.get("module", "relire-une-reponse")
    assert found.academie == "18" and found.document
    document = found.document
    assert document["titre"] == {"fr": "Relire une réponse", "en": "Reading an answer again"}
    assert document["objectif"] == {"fr": ["Vérifier", "Citer"]} and document["sAppuieSur"] == ["projet/18-A0"]
    steps = [(step["ordre"], step["description"]["fr"]) for step in document["phase"]]
    assert steps == [("1", ["Lire."]), ("2", ["Conclure."])], "a step left empty leaves no gap"
    assert document["fiche"]["sourcePage"] == ["edition/1"]
    again = one.post(f"{FORM}/module", {**fields, "act": "deposer"})
    assert again.status_code == 422 and "déjà l'adresse d'un autre document" in said(again)


def test_faults_stand_at_their_fields_and_what_was_written_is_kept(acting: Acting, worker: Any) -> None:
    one = worker("depot")
    one.get(f"{FORM}/module")
    bad = {"titre.fr": "", "auteur": "Personne", "date": "2025-13", "niveaux": "Classe de lune", "act": "deposer"}
    refused = one.post(f"{FORM}/module", bad)
    assert refused.status_code == 422
    for name in ("titre-fr", "auteur", "date", "niveaux"):
        assert f'href="#champ-{name}"' in refused.text and f'id="champ-{name}-faute"' in refused.text, name
    assert 'value="Classe de lune"' in refused.text and 'value="2025-13"' in refused.text
    fields = {"titre.fr": "Une étape trop longue", "auteur": "Orléans-Tours (18)", "act": "deposer"}
    long = reported(one, one.post(f"{FORM}/module", {**fields, "phases.1.description.fr": "Lire.", "phases.2.titre.fr": "x" * 400}))
    assert 'id="champ-phases-2-titre-fr-faute"' in long.text and 'href="#champ-phases-2-titre-fr"' in long.text, said(long)


def test_a_dossier_is_a_selection_by_a_saved_question(acting: Acting, worker: Any) -> None:
    one = worker("national")
    page = one.get(f"{FORM}/publication?lang=en")
    assert '<option value="DossierThematique">' in page.text and "selection by a saved question" in said(page)
    fields = {"genre": "DossierThematique", "titre.fr": "Un dossier d'essai", "description.fr": "## Lire\r\n\r\n- un", "rendCompteDe": "18-A0",
              "auteur": "Direction du numérique pour l'éducation (dne)", "selection.1.question": "indices-par-polarite"}  # fmt: skip
    chosen = one.post(f"{FORM}/publication", {**fields, "act": "ajouter.selection"})
    page = one.get(chosen.headers["location"].partition("#")[0])
    assert 'name="selection.1.avec.regle"' in page.text and 'name="selection.2.question"' in page.text
    number = re.search(r'name="brouillon" value="(\d+)"', page.text)
    assert number
    given = {**fields, "selection.1.avec.regle": "regle/indice-desinformation\r\nregle/indice-desinformation-sujet", "brouillon": number[1]}
    done = reported(one, one.post(f"{FORM}/publication", {**given, "act": "deposer"}))
    assert "1 dépôt est enregistré" in said(done), said(done)
    document = acting.registry.get("publication", "un-dossier-d-essai").document
    assert document and document["type"] == ["DossierThematique"] and document["description"] == {"fr": ["## Lire\n\n- un"]}
    asked = "queries/indices-par-polarite?regle=regle/indice-desinformation&regle=regle/indice-desinformation-sujet"
    assert document["fiche"]["sourcePage"] == ["edition/1", asked]


def test_one_sent_back_is_corrected_by_its_form(acting: Acting, worker: Any) -> None:
    document = EXAMPLES["publication"][1] | {"identifiant": "a-reprendre", "id": "publication/a-reprendre", "rendCompteDe": ["projet/18-A0"]}
    document["fiche"] = document["fiche"] | {"id": "graphe/publication/a-reprendre"}
    acting.ask("national", "POST", "/deposits?type=publication", json=document)
    place, one = "/atelier/revue/publication/a-reprendre", worker("national")
    wait_until(lambda: one.get(place).status_code == 200)
    before = acting.registry.get("publication", "a-reprendre").document
    told = one.done(f"{place}/renvoyer", {"version": "1", "reason": "À revoir.", "champ.description": "Dites où l'on va.", "champ.titre": "Trop long."})
    assert "C'est renvoyé" in told
    assert f"{FORM}/publication?corrige=a-reprendre" in one.get("/atelier").text
    page = one.get(f"{FORM}/publication?corrige=a-reprendre")
    assert 'id="champ-titre-fr-faute"' in page.text and 'id="champ-description-fr-faute"' in page.text and "À revoir." in said(page)
    sent = {key: value for key, value in fields_of(page.text).items() if key != "form"}
    reported(one, one.post(f"{FORM}/publication", {**sent, "titre.fr": ["Un titre court"], "act": "deposer"}))
    found = acting.registry.get("publication", "a-reprendre")
    assert found.version == 2 and found.document and before
    assert {key for key in {*before, *found.document} if before.get(key) != found.document.get(key)} == {"titre"}
    assert worker("lille").get(f"{FORM}/publication?corrige=a-reprendre").status_code in (403, 404)


def test_who_may_not_deposit_one_is_refused_and_hostile_words_stay_words(acting: Acting, worker: Any) -> None:
    reader: httpx.Response = worker("lecteur").post(f"{FORM}/module", {"titre.fr": "Non", "act": "deposer"})
    assert reader.status_code == 403
    hostile, one = '"></textarea><script>alert(1)</script>{{7*7}}', worker("national")
    form = DocumentForm.of("module", Shapes.packaged())
    names = [name for field in form.fields for name in publishing.names_of(field)]
    sent = {**dict.fromkeys(names, hostile), "phases.1.titre.fr": hostile, "selection.1.question": hostile, "genre": hostile}
    for act in ("garder", "deposer"):
        page = one.post(f"{FORM}/module", {**sent, "act": act})
        page = one.get(page.headers["location"]) if page.has_redirect_location else page
        assert "<script>alert" not in page.text and "{{7*7}}" in page.text


def test_an_address_that_leads_elsewhere_names_nothing_and_any_title_has_an_address(acting: Acting, worker: Any) -> None:
    one = worker("national")
    for named in ("projet/../../x", "projet/./../x", f"{BASE}/exemple.fr/x"):
        page = one.post(f"{FORM}/publication", {"titre.fr": "Ωμέγα", "rendCompteDe": named, "act": "verifier"})
        assert page.status_code == 422
        assert "ne nomme rien" in said(page), named
        assert "Donnez un titre" not in said(page)


def test_a_draft_opens_in_the_form_of_its_type_alone_and_keeps_its_words(acting: Acting, worker: Any) -> None:
    one = worker("national")
    kept = one.post(f"{FORM}/publication", {"titre.fr": "Gardé", "act": "garder"}).headers["location"]
    number = re.search(r"brouillon=(\d+)", kept)
    assert number
    for other_form in (f"{FORM}/module", FORM):
        assert one.get(f"{other_form}?brouillon={number[1]}").status_code == 404
    other = {"titre.fr": "Autre", "brouillon": number[1], "act": "garder"}
    assert one.post(f"{FORM}/module", other).status_code == 404
    assert "Gardé" in one.get(kept).text


def test_a_form_shows_no_place_that_it_does_not_keep(acting: Acting, worker: Any) -> None:
    one = worker("national")
    steps = {f"phases.{rank}.titre.fr": f"p{rank}" for rank in range(1, 30)}
    kept = one.post(f"{FORM}/module", {"titre.fr": "Trente", **steps, "act": "garder"}).headers["location"]
    page = one.get(kept).text
    assert 'name="phases.30.titre.fr"' in page
    assert 'name="phases.31.titre.fr"' not in page
