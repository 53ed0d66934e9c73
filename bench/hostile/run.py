"""Gives hostile files to the commands, in this process, and tells what came of it."""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from typer.testing import CliRunner

from bench.hostile.files import HEADER, ROW, Hostile
from ontologie import read_table
from sparql_api.cli import main

_FOLDED = re.compile(r"[\s\u2500-\u257f]+")


@dataclass(frozen=True)
class Outcome:
    """How a command ended, what it said, the codes of the sentences in that, and how many documents it stored."""

    exit: int
    said: str
    codes: tuple[str, ...]
    stored: int
    trace: BaseException | None


def attempt(command: str, path: Path, var: Path) -> Outcome:
    """Give a file to a command as people would."""
    arguments = [command, str(path)]
    if command == "mapping":
        table = var.with_name("table.csv")
        table.write_bytes(HEADER + ROW)
        arguments = ["ingest", str(table), "--mapping", str(path)]
    # As wide as it needs: a sentence stays in one piece.
    environment = {**os.environ, "OBSERVATOIRE_VAR": str(var), "COLUMNS": "100000", "TERM": "dumb"}
    result = CliRunner().invoke(main, arguments, env=environment)
    trace = None if isinstance(result.exception, SystemExit) else result.exception
    return Outcome(result.exit_code, result.output, _codes(result.output), _stored(var), trace)


def due(hostile: Hostile, outcome: Outcome) -> bool:
    """Tell whether what came of a file is what must; -1 is any of 0, 1 and 2."""
    if outcome.trace is not None or outcome.exit not in ((0, 1, 2) if hostile.exit < 0 else (hostile.exit,)):
        return False
    return outcome.exit == 0 or not hostile.codes or bool(set(hostile.codes) & set(outcome.codes))


def _codes(said: str) -> tuple[str, ...]:
    text = _FOLDED.sub(" ", said)
    return tuple(code for code, sentence in _sentences() if sentence.search(text))


@cache
def _sentences() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = read_table("phrases", "depot.csv")
    found = [(row["code"], re.escape(_FOLDED.sub(" ", row["message_fr"]))) for row in rows if row["severity"] == "violation"]
    return tuple((code, re.compile(re.sub(r"\\\{\w+\\\}", ".{0,300}?", text))) for code, text in found)


def _stored(var: Path) -> int:
    registry = var / "registre.sqlite"
    if not registry.exists():
        return 0
    with sqlite3.connect(registry) as connection:
        return int(connection.execute("select count(*) from documents").fetchone()[0])
