"""The commands of the way out: `query` prints answers, `serve` listens, and both say what is wrong."""

from __future__ import annotations

import codecs
import csv
import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from sparql_api.commands import build_app, find_question
from sparql_api.settings import Settings
from tests import patient
from tests.making import observatoire
from tests.sparql_endpoint.live import wait_until


def query(var: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """Run `observatoire query` in this process."""
    monkeypatch.setenv("OBSERVATOIRE_VAR", str(var))
    return CliRunner().invoke(build_app(), ["query", *arguments])


def test_query_prints_a_question_of_the_catalogue(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    principle = "principe=principe/cadre-usage/CU-P2"
    done = query(var, monkeypatch, "projets-principe-unesco", "--param", principle, "--format", "csv")
    assert done.exit_code == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert rows and {row["principe"].rpartition("/")[2] for row in rows} == {"CU-P2"}
    plain = json.loads(query(var, monkeypatch, "projets-par-academie", "--format", "json").stdout)
    assert (plain["name"], plain["edition"]) == ("projets-par-academie", 2)
    table = query(var, monkeypatch, "projets-par-academie")
    assert len(table.stdout.splitlines()) == len(plain["rows"]) + 1
    assert "ligne" in table.stderr


def test_query_runs_a_file_with_or_without_prefixes(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("CONSTRUCT { ?p dct:title ?t } WHERE { ?p a oia:Projet ; dct:title ?t } LIMIT 3", encoding="utf-8")
    done = observatoire(var, "query", str(file), "--format", "ttl")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("terms/title") + done.stdout.count("dct:title") == 3


def test_a_byte_order_mark_is_no_part_of_a_file_s_query(tmp_path: Path) -> None:
    file = tmp_path / "marked.rq"
    file.write_text("ASK {}", encoding="utf-8-sig")
    assert find_question(Settings(var=tmp_path), str(file), "fr") == "ASK {}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rien"], "projets-par-academie"),
        (["projets-par-academie", "--param", "x"], "nom=valeur"),
        (["projets-par-academie", "--param", "x=1"], "x"),
        (["bad.rq"], "Ligne 1"),
        (["absent.rq"], "absent.rq"),
        (["projets-par-academie", "--edition", "99"], "99"),
    ],
)
def test_what_query_cannot_use_is_said_and_ends_with_2(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.rq").write_text("SELECT ?x WHERE { ?x", encoding="utf-8")
    done = query(var, monkeypatch, *arguments)
    assert done.exit_code == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("name", ["marked.rq", "CAPITALS.RQ"])
def test_a_byte_order_mark_is_no_text_of_a_query(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(codecs.BOM_UTF8 + b"# commentaire\nSELECT ?p WHERE { ?p a oia:Projet } LIMIT 1")
    found = find_question(Settings(), str(file), "fr")
    assert isinstance(found, str)
    assert "\ufeff" not in found
    assert "SELECT ?p" in found


def test_a_query_that_is_no_text_or_cannot_be_opened_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "latin.rq").write_bytes("# é".encode("latin-1"))
    for name, words in (("latin.rq", "n'est pas un texte en UTF-8"), ("absent.rq", "n'existe pas")):
        done = query(tmp_path, monkeypatch, str(tmp_path / name))
        assert done.exit_code == 2
        assert words in done.stderr


def test_query_without_an_edition_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = query(tmp_path / "var", monkeypatch, "projets-par-academie", "--lang", "en")
    assert done.exit_code == 2
    assert "observatoire demo" in done.stderr


def test_serve_answers_says_where_and_stops_when_told(var: Path) -> None:
    command = [str(Path(sys.executable).with_name("observatoire")), "serve", "--port", "0", "--workers", "1", "--lang", "en"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "OBSERVATOIRE_VAR": str(var)})
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        address = next(word for word in line.split() if word.startswith("http://"))

        def answers() -> bool:
            try:
                return patient.get(f"{address}/health").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers)
        assert patient.get(f"{address}/health").json()["workers"] == 1
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
    assert server.returncode == 0


def test_serve_says_that_its_port_is_taken(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = observatoire(var, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
