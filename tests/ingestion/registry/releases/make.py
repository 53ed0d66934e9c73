"""Makes the registry of a release, to be kept beside: `{release}.sqlite.sql`, `{release}.postgresql.sql`, `{release}.json`.

Run it with the code of that release, on a machine that has PostgreSQL: `PYTHONPATH=checkout python make.py 0.1.0`.
The JSON says what that code derived of the documents, which later code must derive again.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import sqlalchemy as sa

from ingestion import Agent, Grant, Options, Registry, Settings, deposit_file, publish
from ingestion.publication.ledger import Ledger
from ingestion.registry.agents import TEAM
from ingestion.registry.schema import connect, metadata
from ingestion.rights.model import OPERATOR
from ontologie import BASE

HERE = Path(__file__).parent
REVIEWER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
ROW = {
    "titre": "Écrire un conte avec une IA", "academie": "Orléans-Tours", "niveaux": "3e", "disciplines": "Français",
    "outils_ia": "ChatGPT", "type_ia": "generative", "objectifs": "Esprit critique", "date": "2025-05",
    "deposant_courriel": "personne@exemple.fr",
}  # fmt: skip


def write(folder: Path, **cells: dict[str, str]) -> Path:
    path = folder / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["id", *ROW])
        writer.writeheader()
        writer.writerows({"id": name, **ROW, **changed} for name, changed in cells.items())
    return path


def analysis(folder: Path) -> Path:
    """Write the first analysis of the demonstration as one of our project."""
    bundled = json.loads(files("ingestion").joinpath("demo", "analyses.json").read_text("utf-8"))[0]
    text = json.dumps(bundled, ensure_ascii=False).replace(bundled["identifiant"], "18-A1")
    path = folder / "analysis.json"
    path.write_text(text.replace(bundled["evalue"], "projet/18-A1"), encoding="utf-8")
    return path


def live(var: Path) -> None:
    """Let a registry live: deposits, versions, reviews, an erasure, two editions, and what waits."""
    settings = Settings(var=var)
    with Registry(settings) as registry:
        for agent in (TEAM, REVIEWER):
            registry.accounts.declare(agent, OPERATOR)
        first = write(var.parent, A1={}, A2={"titre": "Débattre de l'IA"}, A3={}, A4={}, A5={})
        deposit_file(first, registry, TEAM, Options(), validate=True)
        done = deposit_file(analysis(var.parent), registry, TEAM, Options(), validate=True)
        assert done.summary.accepted == 1, done.entries
        publish(settings, registry)
        second = write(var.parent, A2={"titre": "Débattre de l'IA, deux"}, A3={"titre": "À revoir"}, A6={})
        deposit_file(second, registry, REVIEWER, Options())
        registry.validate("projet", "18-A2", REVIEWER)
        registry.send_back("projet", "18-A3", REVIEWER, "Précisez le niveau.")
        registry.withdraw("projet", "18-A4", REVIEWER)
        registry.erase("projet", "18-A5", REVIEWER)
        publish(settings, registry)


def expected(var: Path) -> dict[str, object]:
    document = re.compile(r"/graphe/(provenance/)?(projet|analyse)/")
    with Ledger(var / "graphes.sqlite", BASE) as ledger:
        graphs = {graph: digest for graph, digest in ledger.digests() if document.search(graph)}
        return {"edition": ledger.fact("sha256"), "graphs": graphs}


def on_postgresql(source: Path, target: Path) -> None:
    """Write a registry of SQLite as the dump of one on PostgreSQL, whose tables the release itself makes."""
    programs, folder = Path("/usr/lib/postgresql/15/bin"), tempfile.mkdtemp(dir="/tmp")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(name: str, *arguments: str) -> str:
        done = subprocess.run([*user, str(programs / name), *arguments], check=True, stdout=subprocess.PIPE, text=True)
        return done.stdout

    run("initdb", "-D", f"{folder}/d", "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    run("pg_ctl", "-D", f"{folder}/d", "-w", "-l", f"{folder}/log", "-o", f"-h '' -k {folder} -c fsync=off", "start")
    try:
        engine = connect(f"postgresql+psycopg://app@/postgres?host={folder}")
        with sa.create_engine(f"sqlite:///{source}").connect() as rows, engine.begin() as connection:
            metadata.create_all(connection)
            for table in metadata.sorted_tables:
                found = [dict(row._mapping) for row in rows.execute(sa.select(table))]
                if found:
                    connection.execute(table.insert(), found)
            last = sa.text("SELECT setval(pg_get_serial_sequence('events', 'id'), (SELECT max(id) FROM events))")
            connection.execute(last)
        engine.dispose()
        text = run("pg_dump", "-U", "app", "-h", folder, "--inserts", "--no-owner", "postgres")
    finally:
        run("pg_ctl", "-D", f"{folder}/d", "-m", "immediate", "stop")
        shutil.rmtree(folder)
    # What begins with a backslash is said to psql, comments name the versions of programs.
    kept = [line for line in text.split("\n") if not line.startswith(("\\", "--")) and line]
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")


def main(release: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder) / "var"
        live(var)
        told = json.dumps(expected(var), indent=2, sort_keys=True) + "\n"
        (HERE / f"{release}.json").write_text(told, encoding="utf-8")
        source = var / "registre.sqlite"
        with sqlite3.connect(source) as connection:
            dump = "\n".join(connection.iterdump()) + "\n"
        (HERE / f"{release}.sqlite.sql").write_text(dump, encoding="utf-8")
        on_postgresql(source, HERE / f"{release}.postgresql.sql")


if __name__ == "__main__":
    main(*sys.argv[1:])
