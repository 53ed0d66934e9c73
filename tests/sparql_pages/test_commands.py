"""The commands of the way out: `query` prints answers, `serve` listens, and both say what is wrong."""

from __future__ import annotations

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

from tests.making import observatoire
from tests.sparql_endpoint.live import wait_until


def test_query_prints_a_question_of_the_catalogue(var: Path) -> None:
    done = observatoire(var, "query", "projets-principe-unesco", "--param", "principe=principe/cadre-usage/CU-P2", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout, newline="")))
    assert rows and {row["principe"].rpartition("/")[2] for row in rows} == {"CU-P2"}
    plain = json.loads(observatoire(var, "query", "projets-par-academie", "--format", "json").stdout)
    assert (plain["name"], plain["edition"]) == ("projets-par-academie", 2)
    table = observatoire(var, "query", "projets-par-academie")
    assert len(table.stdout.splitlines()) == len(plain["rows"]) + 1
    assert "ligne" in table.stderr


def test_query_runs_a_file_with_or_without_prefixes(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.rq"
    file.write_text("CONSTRUCT { ?p dct:title ?t } WHERE { ?p a oia:Projet ; dct:title ?t } LIMIT 3", encoding="utf-8")
    done = observatoire(var, "query", str(file), "--format", "ttl")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("terms/title") + done.stdout.count("dct:title") == 3


def test_what_query_cannot_use_is_said_and_ends_with_2(var: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.rq"
    bad.write_text("SELECT ?x WHERE { ?x", encoding="utf-8")
    for arguments, said in (
        (["rien"], "projets-par-academie"),
        (["projets-par-academie", "--param", "x"], "nom=valeur"),
        (["projets-par-academie", "--param", "x=1"], "x"),
        ([str(bad)], "ligne 1"),
        ([str(tmp_path / "absent.rq")], "absent.rq"),
        (["projets-par-academie", "--edition", "99"], "99"),
    ):
        done = observatoire(var, "query", *arguments)
        assert done.returncode == 2, (arguments, done.stderr)
        assert said in done.stderr.lower() or said in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr
        assert done.stdout == ""


def test_serve_answers_says_where_and_stops_when_told(var: Path) -> None:
    command = [str(Path(sys.executable).with_name("observatoire")), "serve", "--port", "0", "--workers", "1", "--lang", "en"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "OBSERVATOIRE_VAR": str(var)})
    try:
        assert server.stderr is not None
        line = server.stderr.readline()
        address = next(word for word in line.split() if word.startswith("http://"))

        def answers() -> bool:
            try:
                return httpx.get(f"{address}/health").status_code == 200
            except httpx.TransportError:
                return False

        wait_until(answers)
        assert httpx.get(f"{address}/health").json()["workers"] == 1
    finally:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)
    assert server.returncode == 0


def test_serve_says_that_its_port_is_taken(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = observatoire(var, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "--port" in done.stderr
