"""Law 7. No person in the graph: personal data stays in the registry; no quad, dump, log or message holds any."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path

import pytest

from tests.making import command, write_csv

SECRETS = ("Jeanne Martin", "jeanne.martin@ac-exemple.fr", "06 12 34 56 78")
PRIVATE = ("deposant_nom", "deposant_courriel", "deposant_telephone")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Ingest, publish and export rows with personal data in private columns and, wrongly, in public text."""
    folder = tmp_path_factory.mktemp("personnes")
    private = dict(zip(PRIVATE, SECRETS, strict=True))
    wrong = [
        {"id": "B1", "resume": f"Écrire à {SECRETS[1]} pour en savoir plus sur le projet mené en classe."},
        {"id": "B2", "objectifs": f"Appeler le {SECRETS[2]} avant la séance"},
    ]
    deposit = write_csv(folder / "depot.csv", [{"id": "A1", **private}, *wrong], PRIVATE)
    said = ""
    for arguments in (
        ["agent", "add", "essai", "--role", "national"],
        ["ingest", str(deposit), "--validated-by", "essai", "--report", str(folder / "rapport.json")],
        ["publish"],
        ["export", "fiches"],
        ["export", "fiches", "--format", "csv"],
    ):
        done = command(folder / "var", *arguments)
        said += done.stdout + done.stderr
        assert done.exit_code in (0, 1), done.stderr
    return folder, said


def test_no_message_and_no_report_holds_any(state: tuple[Path, str]) -> None:
    folder, said = state
    said += (folder / "rapport.json").read_text(encoding="utf-8")
    for secret in SECRETS:
        assert secret not in said


def test_public_text_with_personal_data_is_refused_at_its_place(state: tuple[Path, str]) -> None:
    report = json.loads((state[0] / "rapport.json").read_text(encoding="utf-8"))
    assert report["summary"]["refused"] == 2
    refused = [(entry["line"], entry["field"]) for entry in report["entries"] if entry["severity"] == "violation"]
    assert (3, "resume") in refused
    assert (4, "objectifs") in refused


def test_no_file_of_the_edition_holds_any(state: tuple[Path, str]) -> None:
    edition = state[0] / "var" / "editions" / "1"
    for path in edition.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            for secret in SECRETS:
                assert secret.encode() not in data, path


def test_the_registry_alone_keeps_what_the_depositor_gave(state: tuple[Path, str]) -> None:
    with sqlite3.connect(state[0] / "var" / "registre.sqlite") as connection:
        ((personal,),) = connection.execute("SELECT personal FROM versions WHERE identifier = '18-A1'").fetchall()
        payloads = connection.execute("SELECT payload, entries FROM versions").fetchall()
    assert all(secret in personal for secret in SECRETS)
    assert not any(secret in str(row) for row in payloads for secret in SECRETS)
