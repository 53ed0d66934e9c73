"""Reviews over HTTP: what waits, what a reviewer sees, what each act does, what is said where it cannot be done."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingestion.registry.tables.model import NewDocument
from tests.making import NATIONAL
from tests.sparql_api.acts.conftest import Acting

HEALTH = "Ce projet est porté par Camille, qui accompagne Swann après son absence."
"""Passages that a person must read before it is validated."""


def test_a_fiche_is_shown_with_history_passages_and_difference_then_validated(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("V1", tmp_path)
    acting.registry.validate("projet", name, NATIONAL)
    acting.waiting("V1", tmp_path, titre="Un conte, revu")
    shown = acting.ask("revue", "GET", f"/reviews/projet/{name}", params={"lang": "en"}).json()
    assert (shown["state"], shown["version"], shown["validated_version"]) == ("depose", 2, 1)
    assert [event["event"] for event in shown["history"]] == ["deposited", "validated", "deposited"]
    title = next(one for one in shown["difference"]["fields"] if "Un conte, revu" in one["added"])
    assert title["removed"] == ["Écrire un conte avec une IA"]
    assert {line[:2] for line in shown["difference"]["patch"].splitlines()} == {"A ", "D "}
    assert shown["may"] == ["validate", "return", "withdraw", "finding"]
    stale = acting.ask("revue", "POST", f"/reviews/projet/{name}/validate", json={"version": 1})
    assert stale.status_code == 409 and stale.json()["reason"] == "other-version"
    done = acting.ask("revue", "POST", f"/reviews/projet/{name}/validate", json={"version": 2})
    assert done.json() == {"type": "projet", "id": name, "state": "valide", "version": 2}
    last = acting.registry.history("projet", name)[-1]
    assert (last["event"], last["agent"], last["academie"]) == ("validated", "DRANE Orléans-Tours", "18")
    unnamed = acting.ask("revue", "POST", f"/reviews/projet/{name}/validate")
    assert unnamed.status_code == 409 and unnamed.json()["reason"] == "version-unnamed"
    again = acting.ask("revue", "POST", f"/reviews/projet/{name}/validate", json={"version": 2})
    assert again.status_code == 409 and again.json()["reason"] == "wrong-state"


def test_passages_are_read_before_anything_is_validated(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("P1", tmp_path, resume=HEALTH)
    place = f"/reviews/projet/{name}"
    shown = acting.ask("revue", "GET", place).json()
    assert shown["held"] and shown["passages"]
    for body in (None, {}, {"passagesRead": False}):
        refused = acting.ask("revue", "POST", f"{place}/validate", json=body)
        assert refused.status_code == 409 and refused.json()["reason"] == "passages-unread"
        assert "passagesRead" in refused.json()["detail"] and "observatoire " not in refused.text
    assert acting.ask("revue", "POST", f"{place}/validate", json={"passagesRead": True}).status_code == 200
    assert acting.registry.history("projet", name)[-1]["detail"] == "passages-read"


def test_reasons_opinions_and_withdrawals_are_noted(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("R1", tmp_path)
    place = f"/reviews/projet/{name}"
    assert acting.ask("inspection", "POST", f"{place}/opinion", json={"text": "Solide."}).status_code == 200
    said = {"reason": "Deux points.", "fields": {"niveaux": "Précisez.", "resume": "Trop court."}}
    assert acting.ask("revue", "POST", f"{place}/return", json=said).json()["state"] == "retourne"
    opinion, returned = acting.ask("revue", "GET", place).json()["history"][1:]
    assert (opinion["event"], opinion["remark"]) == ("opinion", "Solide.")
    assert (returned["remark"], returned["fields"]) == ("Deux points.", said["fields"])
    assert acting.ask("revue", "POST", f"{place}/withdraw").json()["state"] == "retire"


def test_a_finding_is_confirmed_or_dismissed_by_who_may_and_on_what_was_read(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("C1", tmp_path)
    place = f"/reviews/projet/{name}"
    shown = acting.ask("depot", "GET", place).json()
    finding, version = shown["findings"][0]["id"], shown["version"]
    assert "finding" not in shown["may"] and shown["findings"][0]["decision"] is None

    def decide(who: str, **body: object) -> int:
        said = {"decision": "dismiss", "reason": "L'enseignant seul tenait l'outil.", "version": version}
        return acting.ask(who, "POST", f"{place}/findings/{finding}", json=said | body).status_code

    assert [decide(who) for who in ("depot", "inspection", "lille")] == [403, 403, 404]
    for body in ({"decision": "effacer"}, {"reason": ""}, {"reason": "Camille Dupont, élève de 3e B, était absente."},
        {"reason": "Dyslexique, fils du maire : l'outil lui lisait les textes."}, {"version": None}):
        assert decide("revue", **body) == 422
    assert decide("revue", version=version + 1) == decide("revue", decision="reopen", reason="") == 409
    assert decide("revue") == 200
    seen = acting.ask("revue", "GET", place).json()
    assert seen["findings"][0]["decision"]["decision"] == "dismissed" and seen["findings"][0]["verdict"] == shown["findings"][0]["verdict"]
    assert decide("revue", decision="reopen", reason="") == 200
    again = acting.ask("revue", "GET", place).json()
    assert again["findings"][0]["decision"] is None
    assert [one["event"] for one in again["history"]] == ["deposited", "dismissed", "reopened"]
    unknown = acting.ask("revue", "POST", f"{place}/findings/constat-de-rien", json={"decision": "confirm", "reason": "Vu.", "version": version})
    assert unknown.status_code == 404


def test_who_may_validate_sees_whom_to_reach_and_nobody_else(acting: Acting, tmp_path: Path) -> None:
    place = f"/reviews/projet/{acting.waiting('K1', tmp_path, deposant_nom='Service IA', deposant_courriel='ia@ac-exemple.fr')}"
    assert acting.ask("revue", "GET", place).json()["contact"]["deposant_courriel"] == "ia@ac-exemple.fr"
    for who in ("inspection", "depot"):
        shown = acting.ask(who, "GET", place)
        assert shown.json()["contact"] == {} and "ia@ac-exemple.fr" not in shown.text


def test_nothing_is_done_while_a_restore_replaces_the_registry(acting: Acting) -> None:
    acting.settings.restoring_path.mkdir()
    try:
        refused = acting.ask("revue", "POST", "/reviews/projet/18-A1/validate")
        assert refused.status_code == 503 and refused.headers["retry-after"] == "5"
    finally:
        acting.settings.restoring_path.rmdir()
    assert acting.ask("revue", "GET", "/reviews").status_code == 200


@pytest.mark.parametrize(
    ("act", "body", "status"),
    [
        ("return", None, 422), ("return", {"reason": "  "}, 422), ("return", {"reason": 1}, 422),
        ("return", {"reason": "x", "fields": {"nivaux": "x"}}, 422), ("return", {"reason": "x", "fields": {"titre": 1}}, 422),
        ("return", {"reason": "x" * 4001}, 422), ("opinion", {"texte": "x"}, 422), ("validate", [], 422),
        ("validate", {"version": True}, 422), ("opinion", b'{"text": "\\ud800"}', 422),
        ("return", {"reason": "a\u0000b"}, 422), ("opinion", b'{"\\ud800": 1}', 422), ("withdraw", {"reason": "x" * 70_000}, 413),
    ],
)  # fmt: skip
def test_a_body_that_does_not_say_what_it_must_changes_nothing(
    acting: Acting, tmp_path: Path, act: str, body: object, status: int
) -> None:
    name = acting.waiting("B1", tmp_path)
    who = "inspection" if act == "opinion" else "revue"
    kind = {"headers": {"Content-Type": "application/json"}}
    sent = {"content": body, **kind} if isinstance(body, bytes) else {"json": body}
    answer = acting.ask(who, "POST", f"/reviews/projet/{name}/{act}", **sent)
    assert answer.status_code == status, answer.text
    assert acting.registry.get("projet", name).state == "depose"


def test_a_hidden_draft_and_an_unknown_id_are_the_same_to_the_byte_but_for_the_id(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("X1", tmp_path)
    for method, end in (("GET", ""), ("POST", "/validate"), ("POST", "/return"), ("POST", "/withdraw"), ("POST", "/opinion")):
        hidden, unknown = (
            acting.ask("lille", method, f"/reviews/projet/{one}{end}", **({"json": {}} if end else {}))
            for one in (name, "18-Q9")
        )
        assert (hidden.status_code, unknown.status_code) == (404, 404), end
        assert hidden.text.replace(name, "18-Q9") == unknown.text
        assert {**hidden.headers, "date": ""} == {**unknown.headers, "date": ""} | {"content-length": hidden.headers["content-length"]}
    for end, who in (("validate", "lille"), ("validate", "inspection"), ("opinion", "revue")):
        public = acting.ask(who, "POST", f"/reviews/projet/18-A0/{end}", json={"text": "x"} if end == "opinion" else {})
        assert public.status_code == 403 and public.json()["reason"], "what is published is known to everybody"
    assert acting.ask("lille", "GET", "/reviews/projet/18-A0").status_code == 403


with (Path(__file__).parents[2] / "contracts" / "doors_over_http.csv").open(encoding="utf-8", newline="") as lines:
    ACTED = [row for row in csv.DictReader(lines) if "{identifier}" in row["path"] + row["body"]]
DOORS = [
    *((row["method"], row["path"], row["body"]) for row in ACTED),
    *(("GET", f"/{{kind}}/{{identifier}}{end}", "") for end in ("", ".html", ".jsonld", ".ttl", ".nt", ".rdf", ".trig")),
]
"""Every address that tells of one document: those where agents act, and those of the document itself."""


@pytest.mark.parametrize("kind", ["projet", "analyse", "publication", "module"])
def test_a_draft_of_any_kind_and_an_unknown_id_are_the_same_at_every_address(acting: Acting, kind: str) -> None:
    hidden, unknown = ("18-cache1", "18-absent") if kind == "projet" else ("cachee1", "absente")
    acting.registry.register([NewDocument(kind, hidden, "18", {"id": f"{kind}/{hidden}", "titre": "Brouillon"})], NATIONAL)
    for who in ("lille", None):
        for method, path, body in DOORS:
            told = [
                acting.ask(who, method, filled(path, kind, one), headers={"Content-Type": "application/json"}, content=filled(body, kind, one))
                for one in (hidden, unknown)
            ]
            first, second = ((one.status_code, one.text.replace(name, "…"), {**one.headers, "date": ""}) for one, name in zip(told, (hidden, unknown), strict=True))
            assert first == second, (who, method, path)
            assert "Brouillon" not in told[0].text and told[0].status_code in (200, 401, 403, 404, 409), (told[0].status_code, path)


def filled(text: str, kind: str, name: str) -> str:
    return text.replace("{kind}", kind).replace("{identifier}", name).replace("{finding}", "constat-x").replace("{label}", "niveaux-x")


def test_what_waits_is_listed_by_pages_and_filters_the_longest_first(acting: Acting, tmp_path: Path) -> None:
    names = [acting.waiting(f"L{number}", tmp_path) for number in range(4)]
    whole = acting.ask("revue", "GET", "/reviews", params={"academie": "18", "type": "projet", "per_page": "200"}).json()
    listed = [item["id"] for item in whole["items"]]
    assert whole["total"] == len(listed) and {item["state"] for item in whole["items"]} == {"depose"}
    assert [name for name in listed if name in names] == names
    assert [item["deposited"] for item in whole["items"]] == sorted(item["deposited"] for item in whole["items"])
    found, address = [], "/reviews?academie=Orléans-Tours&type=projet&per_page=3"
    while address:
        page = acting.ask("revue", "GET", address).json()
        assert len(page["items"]) <= 3 and page["total"] == whole["total"]
        found += [item["id"] for item in page["items"]]
        address = page["next"]
    assert found == listed
    assert acting.ask("lille", "GET", "/reviews", params={"state": "toutes"}).json()["items"] == []
    published = acting.ask("revue", "GET", "/reviews", params={"state": "publie"}).json()["items"]
    assert [item["id"] for item in published] == ["18-A0"]
    for wrong in ({"state": "x"}, {"academie": "Nulle part"}, {"page": "0"}, {"per_page": "201"}, {"etat": "depose"}):
        assert acting.ask("revue", "GET", "/reviews", params=wrong).status_code == 400


def test_several_are_validated_in_the_versions_that_were_read(acting: Acting, tmp_path: Path) -> None:
    names = [acting.waiting(one, tmp_path) for one in ("N1", "N2")]
    for one in ("N1", "N2"):
        acting.waiting(one, tmp_path, titre=f"Un autre titre de {one}")
    said = {"documents": names, "versions": {names[0]: 2, names[1]: 1}}
    done = acting.ask("revue", "POST", "/reviews/validate", json=said).json()["results"]
    assert [one["status"] for one in done] == [200, 409] and done[1]["problem"]["reason"] == "other-version"
    assert [acting.registry.get("projet", name).state for name in names] == ["valide", "depose"]


def test_several_are_validated_at_once_each_with_its_answer(acting: Acting, tmp_path: Path) -> None:
    good, held = acting.waiting("K1", tmp_path), acting.waiting("K2", tmp_path, resume=HEALTH)
    asked = [f"projet/{good}", held, "18-A0", "18-Q9"]
    done = acting.ask("revue", "POST", "/reviews/validate", json={"documents": asked}).json()["results"]
    assert [(one["document"], one["status"]) for one in done] == list(zip(asked, (200, 409, 409, 404), strict=True))
    assert done[0]["state"] == "valide" and done[1]["problem"]["type"].endswith("/state-forbids")
    assert acting.registry.get("projet", held).state == "depose"
    for wrong in (
        {}, {"documents": []}, {"documents": [1]}, {"documents": ["x"] * 501}, {"documents": ["x"], "versions": {"x": "1"}},
        {"documents": ["x"], "versions": {"x": True}}, {"documents": ["x"], "versions": {"y": 1}},
    ):  # fmt: skip
        assert acting.ask("revue", "POST", "/reviews/validate", json=wrong).status_code == 422
