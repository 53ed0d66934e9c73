"""The page of labels: what each holds up, the four decisions, what is refused of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingestion.resolution.decided import label_name
from tests.sparql_api.acts.atelier.conftest import said
from tests.sparql_api.acts.conftest import Acting

PLACE = "/atelier/libelles"


def test_a_label_is_seen_with_what_it_holds_up_and_decided(acting: Acting, worker: Any, tmp_path: Path) -> None:
    hostile = "Classe <script>alert(1)</script>"
    one = acting.waiting("Etq1", tmp_path, niveaux="Classe indigo|Classe turquoise|Classe fauve|Classe sable")
    acting.waiting("Etq2", tmp_path, niveaux=hostile)
    reader, national = worker("revue"), worker("national")
    page = reader.get(PLACE)
    assert "Classe indigo" in said(page) and "1 fiche l'emploie" in said(page)
    assert "C'est cette valeur" not in said(page) and "<script>alert" not in page.text
    assert reader.post(f"{PLACE}/{label_name('niveaux', 'Classe indigo')}", {"decision": "text"}).status_code == 403

    def decide(label: str, **fields: str) -> Any:
        return national.post(f"{PLACE}/{label_name('niveaux', label)}", fields)

    wrong = decide("Classe indigo", decision="concept", value="Terminalle")
    assert wrong.status_code == 422 and "Terminalle" in wrong.text
    assert "Décidé : c'est" in said(decide("Classe indigo", decision="concept", value="Terminale"))
    assert "ce nom est retenu" in said(decide("Classe fauve", decision="alias", value="Terminale"))
    assert "ce sont" in said(decide("Classe turquoise", decision="split", value="Terminale\r\nPremière"))
    assert "reste tel quel" in said(decide("Classe sable", decision="text"))
    assert decide("Classe sable", decision="concept", value="Terminale").status_code == 409
    found = acting.registry.get("projet", one)
    assert found.version > 1 and found.document


def test_a_decision_is_withdrawn_with_its_reason(acting: Acting, worker: Any, tmp_path: Path) -> None:
    one = acting.waiting("Etq5", tmp_path, niveaux="Classe safran")
    label, national = label_name("niveaux", "Classe safran"), worker("national")
    national.post(f"{PLACE}/{label}", {"decision": "concept", "value": "Terminale"})
    page = national.get(PLACE)
    assert "Décisions prises" in said(page) and "Classe safran" in said(page)
    assert "Décisions prises" not in said(worker("revue").get(PLACE))
    assert worker("revue").post(f"{PLACE}/{label}/retirer", {"reason": "À tort."}).status_code == 403
    unsaid = national.post(f"{PLACE}/{label}/retirer", {"reason": " "})
    assert unsaid.status_code == 422 and f'id="libelle-{label}"' in unsaid.text
    done = national.post(f"{PLACE}/{label}/retirer", {"reason": "Prise à tort."})
    assert "le libellé attend de nouveau" in said(done)
    assert acting.registry.get("projet", one).version == 3


def test_a_label_that_may_name_somebody_is_counted_and_not_shown(acting: Acting, worker: Any, tmp_path: Path) -> None:
    acting.waiting("Etq3", tmp_path, niveaux="Classe de Mme Durand")
    page = worker("revue").get(PLACE)
    assert "Mme Durand" not in page.text and "pourrait désigner une personne" in said(page)


def test_labels_are_filtered_and_lead_to_the_sheets_that_hold_them(acting: Acting, worker: Any, tmp_path: Path) -> None:
    one = acting.waiting("Etq7", tmp_path, niveaux="Classe opaline")
    reader = worker("revue")
    page = reader.get(f"{PLACE}?champ=niveaux&mots=OPALINE")
    assert said(page).count("fiche l'emploie") == 1 and f'href="/atelier/revue/projet/{one}"' in page.text
    assert "Aucun libellé n'attend." in said(reader.get(f"{PLACE}?champ=disciplines&mots=opaline"))
    assert f"/atelier/revue/projet/{one}" not in worker("lille").get(f"{PLACE}?mots=opaline").text
