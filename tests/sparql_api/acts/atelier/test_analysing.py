"""A grid applied in a form of its own data: kept, scored, refused where it must be, deposited; two analyses compared."""

from __future__ import annotations

import math
import re
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import Agent, Grant
from ontologie import read_table
from sparql_api.acts.atelier import analysing
from sparql_api.acts.atelier.analysis import identifier_of
from sparql_api.acts.atelier.grids import GridWords
from tests.making import OPERATOR
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.atelier.test_depositing import reported
from tests.sparql_api.acts.conftest import Acting

PLACE = "/atelier/analyse/18-A0"
ANOTHER = """
@prefix oia: <https://w3id.org/observatoire-ia/ontologie#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://w3id.org/observatoire-ia/> .
<grille/essai> a oia:Grille ; skos:prefLabel "Grille d'essai"@fr ; oia:echelle <concept/echelle-essai> .
<dimension/E1> skos:prefLabel "Climat"@fr ; oia:dansGrille <grille/essai> ; oia:ordre 1 .
<critere/E1-2> skos:prefLabel "Entraide"@fr ; oia:question "S'aident-ils ?"@fr ; oia:dansDimension <dimension/E1> ; oia:ordre 2 ;
    oia:obligatoire false ; oia:eliminatoire false .
<critere/E1-1> skos:prefLabel "Calme"@fr ; oia:question "La classe est-elle calme ?"@fr ; oia:dansDimension <dimension/E1> ; oia:ordre 1 ;
    oia:obligatoire true ; oia:eliminatoire false .
<echelon/essai-oui> a oia:Echelon ; skos:prefLabel "Tout à fait"@fr ; skos:inScheme <concept/echelle-essai> ; oia:valeur 1 ; oia:ordre 2 .
<echelon/essai-non> a oia:Echelon ; skos:prefLabel "Pas du tout"@fr ; skos:inScheme <concept/echelle-essai> ; oia:valeur 0 ; oia:ordre 1 .
"""


def answers(page: str, step: str = "echelon/non-renseigne") -> dict[str, str]:
    """Return the fields of a form that answers every criterion alike, with a reason."""
    names = re.findall(r'name="echelon\.([^"]+)"', page)
    return {f"echelon.{name}": step for name in names} | {f"pourquoi.{name}": "La fiche ne le dit pas." for name in names}


def test_the_form_is_made_of_the_grid_and_its_scores_of_the_published_rules(acting: Acting, worker: Any) -> None:
    one = worker("national")
    page = one.get(PLACE)
    assert "Critères : 30 ; dimensions : 4" in said(page) and page.text.count('type="radio"') == 150
    fields = answers(page.text)
    first = [name for name in fields if name.startswith("echelon.") and "/C-D1-" in name]
    fields |= dict.fromkeys(first, "echelon/atteint") | {first[0]: "echelon/partiel"}
    kept = one.done(PLACE, {**fields, "grille": "grille/nationale-1", "act": "garder"})
    # Five criteria met (2) and one partly (1), of 2 at most: 11 / 12.
    assert "Le brouillon est gardé" in kept and "6 sur 6 0,92" in kept
    assert "0 sur 7 pas de score Critère obligatoire non renseigné" in kept


def test_a_grid_that_is_added_has_its_form(acting: Acting, worker: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read = analysing.words_of

    async def more(*given: Any) -> GridWords:
        words = await read(*given)
        extra = [quad.triple for quad in ox.parse(ANOTHER, format=ox.RdfFormat.TURTLE)]
        return GridWords.of([*words.triples, *extra], words.iris)

    monkeypatch.setattr(analysing, "words_of", more)
    one = worker("national")
    assert "Grille d'essai" in said(one.get(PLACE))
    page = one.get(f"{PLACE}?grille=grille/essai")
    told = said(page)
    assert "Critères : 2 ; dimensions : 1" in told and told.index("La classe est-elle calme ?") < told.index("S'aident-ils ?")
    assert "Pas du tout" in told and page.text.count('type="radio"') == 4
    assert one.get(f"{PLACE}?grille=grille/inconnue").status_code == 404


def test_faults_stand_at_their_criteria_and_a_good_analysis_waits(acting: Acting, worker: Any) -> None:
    one = worker("national")
    fields = answers(one.get(PLACE).text) | {"grille": "grille/nationale-1", "act": "deposer", "moment": "au-debut"}
    bad = {**fields, "echelon.critere/C-D1-1": "echelon/atteint", "pourquoi.critere/C-D1-2": ""}
    bad.pop("echelon.critere/C-D1-4")
    page = reported(one, one.post(PLACE, bad))
    told = said(page)
    assert "3 corrections sont demandées" in told and all(f'href="#critere-{k}"' in page.text for k in (1, 2, 4)), told
    wrong = one.post(PLACE, {**fields, "echelon.critere/C-D1-1": "echelon/atteint", "preuve.critere/C-D1-1": "des mots d'ailleurs"})
    assert wrong.status_code == 422 and "C-D1-1 : ces mots ne sont pas dans la fiche" in said(wrong)
    quote = {"echelon.critere/C-D1-1": "echelon/atteint", "preuve.critere/C-D1-1": "des élèves de 3e écrivent"}
    done = reported(one, one.post(PLACE, {**fields, **quote}))
    assert "1 dépôt est enregistré" in said(done)
    name = identifier_of("18-A0", "Dgesco", "https://w3id.org/observatoire-ia/grille/nationale-1", "au-debut")
    found = acting.registry.get("analyse", name)
    assert found.state == "depose" and found.academie == "18" and found.document
    proofs = [one["preuve"] for one in found.document["comporte"] if "preuve" in one]
    assert [proof["champ"] for proof in proofs if isinstance(proof, dict)] in (["resume"], [])
    assert found.document["moment"].endswith("/au-debut")


def test_two_analyses_are_compared_and_no_person_is_named(acting: Acting, worker: Any) -> None:
    other = Agent("Mission analyse du rectorat", (Grant("analyste", "academie/18"),), "organisation/dne")
    acting.registry.accounts.declare(other, OPERATOR)
    acting.tokens[other.name] = acting.registry.accounts.token(other.name, OPERATOR)
    who, fields = worker("national"), {}
    for one, step in ((who, "echelon/non-applicable"), (worker(other.name), "echelon/non-renseigne")):
        fields = answers(one.get(PLACE).text) | {"grille": "grille/nationale-1", "act": "deposer", "moment": "a-la-fin"}
        done = reported(one, one.post(PLACE, {**fields, "echelon.critere/C-D1-1": step}))
        assert "1 dépôt est enregistré" in said(done)
    grid = "https://w3id.org/observatoire-ia/grille/nationale-1"
    names = [identifier_of("18-A0", agent, grid, "a-la-fin") for agent in ("Dgesco", other.name)]
    page = who.get(f"{PLACE}/comparer?un={names[0]}&autre={names[1]}")
    told = said(page)
    # 29 of 30 alike; the second always answers the same: po = pe = 29/30, kappa = 0.
    assert "mêmes réponses, sur 30 29" in told and "accord brut, sur 30 critères 0,97" in told and "sans poids 0,00" in told, told
    assert "Direction du numérique pour l'éducation, à la fin" in told and other.name not in page.text
    assert worker("lecteur").get(f"{PLACE}/comparer").status_code == 200
    assert names[0] not in worker("lecteur").get(f"{PLACE}/comparer").text, "what waits is not everybody's"


def test_hostile_words_of_an_analysis_stay_words(acting: Acting, worker: Any) -> None:
    hostile = '"></textarea><script>alert(1)</script>{{7*7}}'
    one = worker("national")
    fields = {"grille": "grille/nationale-1", "commentaire": hostile, "preuve.critere/C-D1-1": hostile, "pourquoi.critere/C-D1-1": hostile}
    pages = [one.post(PLACE, {**fields, "act": "deposer"}), one.get(f"{PLACE}/comparer?un={hostile}")]
    assert all("<script>alert" not in page.text for page in pages) and "{{7*7}}" in pages[0].text
    assert one.get("/atelier/analyse/18-inconnue").status_code == 404


def test_two_moments_are_drawn_and_too_few_criteria_have_no_kappa(acting: Acting, worker: Any) -> None:
    one, grid = worker("national"), "https://w3id.org/observatoire-ia/grille/nationale-1"
    quote = {"preuve.critere/C-D1-1": "des élèves de 3e écrivent", "grille": "grille/nationale-1", "act": "deposer"}
    for moment, step in (("en-cours", "partiel"), ("plus-tard", "atteint")):
        fields = answers(one.get(PLACE).text) | quote | {"moment": moment, "echelon.critere/C-D1-1": f"echelon/{step}"}
        assert "1 dépôt est enregistré" in said(reported(one, one.post(PLACE, fields)))
    names = [identifier_of("18-A0", "Dgesco", grid, moment) for moment in ("en-cours", "plus-tard")]
    page = one.get(f"{PLACE}/comparer?un={names[0]}&autre={names[1]}")
    told, svg = said(page), page.text.partition("<svg")[2].partition("</figure>")[0]
    assert "Ce qui a changé d'un moment à l'autre" in told and "sur 1 critère qui a deux valeurs trop peu de critères pour un kappa (il en faut 20)" in told
    # One criterion has a value in both: 1 (partly met), then 2 (met).
    assert svg.count('class="mark"') == 1 and "C-D1-1" in svg, svg


def test_the_threshold_of_kappa_is_what_its_reason_says() -> None:
    (row,) = [one for one in read_table("donnees", "seuils.csv") if one["seuil"] == "kappa-criteres"]
    seen, chance = 0.8, 0.4
    assert round((seen - chance) / (1 - chance), 2) == 0.67
    half = 1.96 * math.sqrt(seen * (1 - seen) / (int(row["valeur"]) * (1 - chance) ** 2))
    assert 0.29 < half < 0.30


def test_an_analysis_is_in_the_language_of_its_words_and_its_quotations_in_theirs(acting: Acting, worker: Any) -> None:
    one = worker("national")
    fields = answers(one.get(f"{PLACE}?lang=en").text) | {"grille": "grille/nationale-1", "act": "deposer", "langue": "en", "commentaire": "Well done."}
    fields |= {"echelon.critere/C-D1-1": "echelon/partiel", "preuve.critere/C-D1-1": "des élèves de 3e écrivent"}
    assert "1 dépôt est enregistré" in said(reported(one, one.post(PLACE, fields)))
    found = acting.registry.get("analyse", identifier_of("18-A0", "Dgesco", "https://w3id.org/observatoire-ia/grille/nationale-1", "")).document
    assert found and found["commentaire"] == {"en": ["Well done."]} and set(found["titre"]) == {"en"}
    assert [proof["extrait"] for one in found["comporte"] for proof in one.get("preuve", ())] == [{"fr": "des élèves de 3e écrivent"}]


def test_who_may_not_analyse_is_told_before_the_form_and_who_may(acting: Acting, worker: Any) -> None:
    for who in ("inspection", "lecteur", "lille"):
        refused = worker(who).get(PLACE)
        assert refused.status_code == 403 and 'type="radio"' not in refused.text
        assert "déposer" in said(refused) and ("opérateur" in said(refused) or "national" in said(refused)), said(refused)
        assert PLACE + '"' not in worker(who).get("/atelier/revue/projet/18-A0").text


def test_what_must_be_said_with_an_answer_is_said_at_its_field(acting: Acting, worker: Any) -> None:
    assert "Obligatoire pour ces réponses : Sans objet, Non renseigné" in said(worker("national").get(PLACE))


def test_a_returned_analysis_is_refilled_in_its_form_and_stays_itself(acting: Acting, worker: Any) -> None:
    one = worker("national")
    fields = answers(one.get(PLACE).text) | {"grille": "grille/nationale-1", "act": "deposer", "moment": "plus-tard"}
    quote = {"echelon.critere/C-D1-1": "echelon/atteint", "preuve.critere/C-D1-1": "des élèves de 3e écrivent"}
    assert "1 dépôt est enregistré" in said(reported(one, one.post(PLACE, {**fields, **quote})))
    name = identifier_of("18-A0", "Dgesco", "https://w3id.org/observatoire-ia/grille/nationale-1", "plus-tard")
    worker("revue").done(f"/atelier/revue/analyse/{name}/renvoyer", {"version": "1", "reason": "Citez aussi le résumé."})
    before = acting.registry.get("analyse", name)
    assert before.state == "retourne" and before.document
    assert f"corrige={name}" in one.get("/atelier").text and f"corrige={name}" in one.get(f"/atelier/revue/analyse/{name}").text
    page = one.get(f"{PLACE}?corrige={name}")
    assert "Citez aussi le résumé." in said(page) and page.text.count(" checked") == 30
    assert "des élèves de 3e écrivent" in page.text and 'value="plus-tard" selected' in page.text
    again = {**fields, **quote, "corrige": name, "moment": "plus-tard", "pourquoi.critere/C-D1-2": "Rien n'en est dit."}
    assert "1 dépôt est enregistré" in said(reported(one, one.post(PLACE, again)))
    after = acting.registry.get("analyse", name)
    assert (after.version, after.state) == (2, "depose") and after.document
    assert {key for key in {*before.document, *after.document} if before.document.get(key) != after.document.get(key)} <= {"comporte", "date"}
    assert one.get(f"/atelier/analyse/18-A1?corrige={name}").status_code == 404, "it is an analysis of another use"
    assert one.post("/atelier/analyse/18-A1", {**again}).status_code == 404
