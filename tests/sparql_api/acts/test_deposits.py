"""Deposits over HTTP: a file or a document, its report, who reads that, what is bounded."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from sparql_api.acts.deposits import file_name
from sparql_api.acts.desk import Desk, Unexamined
from sparql_api.app import create_app
from sparql_api.settings import Settings
from sparql_api.words.problems import ProblemError
from tests.ingestion.partners import MATCHES, TABLE, file_of, sssom
from tests.making import NATIONAL, begun, write_csv
from tests.sparql_api.acts.conftest import Acting
from tests.sparql_api.endpoint.live import serve, wait_until

ATOM = "{http://www.w3.org/2005/Atom}"


def sent(acting: Acting, who: str, file: Path, name: str = "", **parameters: str) -> httpx.Response:
    files = {"file": (name or file.name, file.read_bytes())}
    return acting.ask(who, "POST", "/deposits", files=files, params=parameters)


def report(acting: Acting, who: str, receipt: httpx.Response, **asked: Any) -> dict[str, Any]:
    assert receipt.status_code == 202, receipt.text
    place = receipt.headers["location"]
    assert receipt.json()["report"] == place
    wait_until(lambda: acting.ask(who, "GET", place).status_code == 200)
    return dict(acting.ask(who, "GET", place, **asked).json())


def test_a_file_is_deposited_and_its_report_is_that_of_the_command_line(acting: Acting, tmp_path: Path) -> None:
    rows = [{"id": "H1", "url_source": "https://example.org/h1"}, {"id": "H2", "titre": "", "url_source": "https://example.org/h2"}]
    file = write_csv(tmp_path / "projets.csv", rows)
    found = report(acting, "depot", sent(acting, "depot", file), params={"lang": "en"})
    assert (found["state"], found["summary"]) == ("done", {"read": 2, "accepted": 1, "held": 0, "warned": 0, "refused": 1})
    assert found["documents"] == ["projet/18-H1"] and found["registered"]["created"] == 1
    refused = [entry for entry in found["entries"] if entry["severity"] == "violation"]
    assert [(entry["file"], entry["line"]) for entry in refused] == [("projets.csv", 3)]
    assert acting.registry.get("projet", "18-H1").state == "depose"
    assert acting.registry.history("projet", "18-H1")[0]["agent"] == "CARDIE Orléans-Tours"


def test_a_partner_deposits_its_framework_and_its_matches_by_the_same_door(acting: Acting, tmp_path: Path) -> None:
    table, matches = file_of(tmp_path, "marco.csv", TABLE), file_of(tmp_path, "mx.sssom.tsv", sssom(*MATCHES))
    first = report(acting, "partenaire", sent(acting, "partenaire", table, type="instrument"))
    assert first["documents"] == ["instrument/mx-2025"], first
    second = report(acting, "partenaire", sent(acting, "partenaire", matches, type="linkset"))
    assert second["documents"] == ["linkset/mx-2025"], second
    refused = report(acting, "depot", sent(acting, "depot", table, type="instrument"))
    assert refused["summary"]["refused"] == 1
    assert acting.ask("partenaire", "POST", "/reviews/instrument/mx-2025/validate").status_code == 403
    assert acting.ask("national", "POST", "/reviews/instrument/mx-2025/validate").status_code == 200


def test_a_document_is_deposited_as_json_and_again_changes_nothing(acting: Acting, tmp_path: Path) -> None:
    name = acting.waiting("J1", tmp_path)
    document = dict(acting.registry.get("projet", name).document or {}) | {"titre": {"fr": "Un autre titre"}}
    first = report(acting, "depot", acting.ask("depot", "POST", "/deposits", json=document))
    assert first["registered"] == {"created": 0, "new-version": 1, "unchanged": 0}, first
    again = report(acting, "depot", acting.ask("depot", "POST", "/deposits", json=document))
    assert again["registered"] == {"created": 0, "new-version": 0, "unchanged": 1}
    assert again["deposit"] > first["deposit"]


def test_what_an_agent_may_not_deposit_is_refused_at_its_line_or_at_the_door(acting: Acting, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "projets.csv", [{"id": "L1"}])
    elsewhere = report(acting, "lille", sent(acting, "lille", file))
    assert elsewhere["summary"]["refused"] == 1 and elsewhere["entries"][-1]["rule"] == "depot:depot-non-permis"
    assert sent(acting, "lecteur", file).status_code == 403
    assert sent(acting, "depot", file, national="true").status_code == 403
    for who in ("depot", "revue"):
        with pytest.raises(LookupError):
            acting.registry.get("projet", "18-L1")
        assert acting.ask(who, "GET", f"/deposits/{elsewhere['deposit']}").status_code == 404


def test_the_feed_tells_who_may_read_what_waits_came_back_and_was_published(acting: Acting, tmp_path: Path) -> None:
    names = [acting.waiting(one, tmp_path, titre=f"Flux {one}") for one in ("FLUX1", "FLUX2")]
    acting.registry.send_back("projet", names[1], NATIONAL, "Précisez le niveau.")

    def told(who: str) -> dict[str, str]:
        answer = acting.ask(who, "GET", "/deposits/feed", params={"lang": "en"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
        assert answer.headers["cache-control"] == "no-store" and "Précisez" not in answer.text
        feed = ElementTree.fromstring(answer.content)
        entries = feed.findall(f"{ATOM}entry")
        moments = [one.findtext(f"{ATOM}updated") for one in entries]
        assert moments == sorted(moments, reverse=True) and len(entries) <= 50
        return {(one.findtext(f"{ATOM}id") or "").rpartition("/")[2]: one.findtext(f"{ATOM}title") or "" for one in entries}

    mine = told("depot")
    assert mine[names[0]] == "Waits for a reviewer: Flux FLUX1 (version 1)"
    assert mine[names[1]] == "Sent back: Flux FLUX2 (version 1)"
    assert mine["18-A0"].startswith("Published: ")
    assert not {*names, "18-A0"} & {*told("lille")}, "of another académie"
    assert acting.ask(None, "GET", "/deposits/feed").status_code == 401


def test_a_dry_run_says_everything_and_registers_nothing(acting: Acting, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "projets.csv", [{"id": "D1", "url_source": "https://example.org/d1"}])
    found = report(acting, "depot", sent(acting, "depot", file, dry_run="true"))
    assert found["summary"]["accepted"] == 1 and found["dry_run"] is True
    with pytest.raises(LookupError):
        acting.registry.get("projet", "18-D1")


def test_a_file_that_cannot_be_used_is_told_as_on_the_command_line(acting: Acting, tmp_path: Path) -> None:
    file = tmp_path / "image.csv"
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    found = report(acting, "depot", sent(acting, "depot", file))
    assert found["state"] == "unusable" and found["summary"]["read"] == 0
    assert found["entries"][0]["rule"] == "depot:fichier-binaire"


def test_a_report_is_read_by_its_agent_and_is_unknown_to_others(acting: Acting, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "projets.csv", [{"id": "W1", "url_source": "https://example.org/w1"}])
    found = report(acting, "depot", sent(acting, "depot", file))
    place = f"/deposits/{found['deposit']}"
    answer = acting.ask("depot", "GET", place)
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    # It tells of every row of the file: of what another could not read, too.
    for who in ("revue", "national", "lille"):
        hidden, unknown = acting.ask(who, "GET", place), acting.ask(who, "GET", "/deposits/99999")
        assert (hidden.status_code, unknown.status_code) == (404, 404)
        assert hidden.text.replace(place, "/deposits/99999") == unknown.text
    for name in ("0", "01", "x", "9" * 30):
        assert acting.ask("national", "GET", f"/deposits/{name}").status_code == 404


def test_bodies_that_are_no_deposit_are_refused_by_name(acting: Acting) -> None:
    def status(**body: Any) -> int:
        return acting.ask("depot", "POST", "/deposits", **body).status_code

    assert status(content=b"titre\nx\n", headers={"Content-Type": "text/csv"}) == 415
    assert status(content=b"x", headers={"Content-Type": "multipart/form-data"}) == 422
    assert status(content=b"x", headers={"Content-Type": "multipart/form-data; boundary=b"}) == 422
    for head in ("filename=" + "(" * 900, "filename*=utf-7''+2AA-", "filename*\u00b2=a", "filename*=idna''a", "; utf-8.*"):
        part = f'--b\r\nContent-Disposition: form-data; name="file"; {head}\r\n\r\nx\r\n--b--\r\n'.encode()
        assert status(content=part, headers={"Content-Type": "multipart/form-data; boundary=b"}) in (202, 422), head
    assert status(data={"a": "b"}, files={"x": ("a.csv", b"1"), "y": ("b.csv", b"2")}) == 422
    assert status(json={}, params={"dryrun": "true"}) == 400
    over = acting.ask("depot", "POST", "/deposits", content=bytes(16_000_001), headers={"Content-Type": "application/json"})
    assert over.status_code == 413 and over.json()["bound"] == "deposit"


def test_the_name_of_a_file_is_no_path_and_its_bytes_come_whole(acting: Acting, tmp_path: Path) -> None:
    assert [file_name(name) for name in ("../../etc/passwd", "C:\\x\\é.csv", "..", "a\x1b[1m.csv", "")] == [
        "passwd", "é.csv", "depot", "a[1m.csv", "depot",
    ]  # fmt: skip
    file = tmp_path / "lignes.csv"
    write_csv(file, [{"id": "M1", "url_source": "https://example.org/m1", "resume": "Des élèves lisent\r\n--frontière\r\nun conte."}])
    found = report(acting, "depot", sent(acting, "depot", file, "Élèves de 3e.csv", dry_run="true"))
    assert found["summary"]["accepted"] == 1, found
    found = report(acting, "depot", sent(acting, "depot", file, "Projets_Marie_Dupont.csv", academie="Nulle part"))
    assert "Dupont" not in json.dumps(found)


@pytest.mark.long
def test_as_many_deposits_are_held_as_may_be_and_one_more_waits_elsewhere(tmp_path: Path) -> None:
    settings, registry = begun(tmp_path)
    registry.accounts.declare(NATIONAL, registry.accounts.known("opérateur"))
    token = registry.accounts.token(NATIONAL.name, registry.accounts.known("opérateur"))
    registry.close()
    app = create_app(Settings(var=settings.var, workers=1, deposit_queue=1))
    with serve(app) as url, httpx.Client(base_url=url, timeout=300) as client:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

        refused: list[httpx.Response] = []

        def slowly() -> Any:
            yield b"{"
            for _ in range(20):  # until the first is held, another may be
                answer = client.post("/deposits", headers=headers, content=b"{}")
                if answer.status_code == 503:
                    refused.append(answer)
                    break
            yield b"}"

        def held() -> bool:
            """Tell whether the slow one was held; it is refused itself where it came while another was."""
            try:
                taken = httpx.post(f"{url}/deposits", headers=headers, content=slowly(), timeout=300).status_code == 202
            except httpx.TransportError:
                return False
            return taken and bool(refused)

        wait_until(held)
        assert int(refused[-1].headers["retry-after"]) > 0 and refused[-1].json()["bound"] == "deposit-queue"
        assert client.get("/health").status_code == 200


def dies() -> None:
    import os

    os._exit(1)


def sleeps() -> None:
    import time

    time.sleep(3600)


def refuses() -> None:
    int("x")


@pytest.mark.long
def test_a_deposit_that_ends_its_process_or_lasts_too_long_ends_alone() -> None:
    async def tried() -> None:
        desk = Desk(2, 300)
        with pytest.raises(Unexamined):
            await desk.call("a", dies)
        with pytest.raises(ValueError, match="invalid literal"):
            await desk.call("a", refuses)
        assert await desk.call("a", abs, -3) == 3
        desk._process._seconds = 0.5
        with pytest.raises(Unexamined):
            await desk.call("a", sleeps)
        assert desk._spent.of("a") > 0.4
        desk.enter("a"), desk.enter("b")
        with pytest.raises(ProblemError):
            desk.enter("c")
        await desk.end()

    asyncio.run(tried())


def test_who_had_the_desk_for_long_waits_behind_who_had_it_little() -> None:
    async def tried() -> list[str]:
        desk, served, free = Desk(100, 300), list[str](), asyncio.Event()
        desk._spent.charge("much", 60)

        async def one(agent: str) -> None:
            async with desk._turn(agent):
                served.append(agent)
                await free.wait()

        first = asyncio.create_task(one("first"))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(one(agent)) for agent in ("much", "left", "much", "little")]
        await asyncio.sleep(0)
        waiting[1].cancel()
        free.set()
        await asyncio.gather(first, *waiting, return_exceptions=True)
        assert not desk._busy
        return served

    assert asyncio.run(tried()) == ["first", "little", "much", "much"]
