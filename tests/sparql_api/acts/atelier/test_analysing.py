"""A grid applied in a form of its own data: kept, scored, refused where it must be, deposited; two analyses compared."""

from __future__ import annotations

import re
from typing import Any

import pyoxigraph as ox
import pytest

from ingestion import Agent, Grant
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
    assert "mêmes réponses, sur 30 29" in told and "accord brut 0,97" in told and "sans poids 0,00" in told, told
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
