"""`/labels` over HTTP: the queue, a decision that changes fiches, its refusal by an académie, what is refused of bodies."""

from __future__ import annotations

from pathlib import Path

from ingestion.resolution.decided import label_name
from tests.making import NATIONAL
from tests.sparql_api.acts.conftest import Acting

VIOLET = "Classe passerelle violette"
NAME = label_name("niveaux", VIOLET)


def test_a_label_is_seen_decided_and_refused(acting: Acting, tmp_path: Path) -> None:
    one = acting.waiting("Q1", tmp_path, niveaux=f"3e|{VIOLET}")
    acting.registry.validate("projet", one, NATIONAL)
    seen = acting.ask("revue", "GET", "/labels").json()
    (found,) = (each for each in seen["items"] if each["id"] == NAME)
    assert (found["label"], found["documents"], found["academies"], found["url"]) == (VIOLET, 1, 1, f"/labels/{NAME}")
    assert NAME not in {each["id"] for each in acting.ask("lille", "GET", "/labels").json()["items"]}
    body = {"decision": "concept", "concept": "Terminale"}
    assert acting.ask("revue", "POST", f"/labels/{NAME}", json=body).status_code == 403
    done = acting.ask("national", "POST", f"/labels/{NAME}", json=body)
    assert done.status_code == 200, done.text
    assert (done.json()["inherited"], done.json()["waiting"], done.json()["more"]) == (1, 0, False)
    shown = acting.ask("revue", "GET", f"/reviews/projet/{one}").json()
    assert (shown["version"], shown["validated_version"]) == (2, 2)
    assert [event["event"] for event in shown["history"]][-2:] == ["relabelled", "validated"]
    assert [change["field"] for change in shown["difference"]["fields"]], "the reviewer sees what changed"
    path, of = f"/labels/{NAME}/refuse", {"document": one}
    assert acting.ask("lille", "POST", path, json=of).status_code == 404, "a draft is not known elsewhere"
    back = acting.ask("revue", "POST", path, json=of)
    assert (back.status_code, back.json()["version"], back.json()["state"]) == (200, 3, "valide")
    assert acting.ask("revue", "POST", path, json=of).status_code == 409
    other = acting.ask("national", "POST", f"/labels/{NAME}", json={"decision": "text"})
    assert (other.status_code, other.json()["reason"]) == (409, "label-decided")


def test_a_decision_is_withdrawn_and_the_label_waits_again(acting: Acting, tmp_path: Path) -> None:
    label = label_name("niveaux", "Classe cyan")
    one = acting.waiting("Q7", tmp_path, niveaux="3e|Classe cyan")
    acting.registry.validate("projet", one, NATIONAL)
    path, why = f"/labels/{label}", {"reason": "Prise à tort."}
    assert acting.ask("national", "POST", f"{path}/withdraw", json=why).status_code == 404, "nothing was decided"
    acting.ask("national", "POST", path, json={"decision": "concept", "concept": "Terminale"})
    assert acting.ask("revue", "POST", f"{path}/withdraw", json=why).status_code == 403
    assert acting.ask("national", "POST", f"{path}/withdraw", json={}).status_code == 422
    done = acting.ask("national", "POST", f"{path}/withdraw", json=why)
    assert (done.status_code, done.json()["inherited"], done.json()["more"]) == (200, 1, False), done.text
    shown = acting.ask("revue", "GET", f"/reviews/projet/{one}").json()
    assert (shown["version"], shown["state"]) == (3, "valide")
    assert [event["event"] for event in shown["history"]][-2:] == ["unlabelled", "validated"]
    assert label in {each["id"] for each in acting.ask("revue", "GET", "/labels").json()["items"]}


def test_the_queue_comes_in_pages(acting: Acting, tmp_path: Path) -> None:
    acting.waiting("V2", tmp_path, niveaux="Classe mauve|Classe ocre|Classe beige")
    first = acting.ask("revue", "GET", "/labels", params={"per_page": "2"}).json()
    assert len(first["items"]) == 2 and first["next"] == "/labels?per_page=2&page=2"
    second = acting.ask("revue", "GET", first["next"]).json()
    assert not {one["id"] for one in first["items"]} & {one["id"] for one in second["items"]}
    assert acting.ask("revue", "GET", "/labels", params={"page": "0"}).status_code == 400
    assert acting.ask(None, "GET", "/labels").status_code == 401


def test_what_is_no_decision_is_refused_with_what_to_do(acting: Acting, tmp_path: Path) -> None:
    acting.waiting("V3", tmp_path, niveaux="Classe grise")
    path = f"/labels/{label_name('niveaux', 'Classe grise')}"
    for body in (
        {}, {"decision": "perhaps"}, {"decision": "concept"}, {"decision": "concept", "concept": "Terminalle"}, {"decision": "text", "concept": "x"},
        {"decision": "split", "parts": ["Terminale"]}, {"decision": "split", "parts": [3, 4]}, {"decision": "split", "parts": ["x"] * 21},
    ):  # fmt: skip
        answer = acting.ask("national", "POST", path, json=body)
        assert answer.status_code == 422, (body, answer.text)
    said = acting.ask("national", "POST", path, json={"decision": "concept", "concept": "Terminalle"}).json()["detail"]
    assert "Terminale" in said
    assert acting.ask("national", "POST", "/labels/0123456789abcdef", json={"decision": "text"}).status_code == 404
