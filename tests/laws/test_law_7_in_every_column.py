"""Law 7, no person in the graph: each kind of personal and health data in each text column of a project and an analysis.

The table of kinds × columns is the long suite's; test_law_7_to_read.py has a part of it each time. What was planted is in
no report, message or export, and in no file of the state but the registry.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingestion import Registry, Settings
from ingestion.commands.taking import REPORTS
from ingestion.words.columns import columns
from ingestion.words.terms import terms
from tests.making import HEADER, NATIONAL, command, declared, write_csv
from tests.shapes.privacy.test_masking import MISSED, UNSEEN

TEXTUAL = [name for name, column in columns().items() if column.kind in ("texte", "concept", "etapes", "langue", "entier")]
KEYS = [key for key, term in terms().items() if term.values == "text" and not term.datatype]
PLANTED = [row for row in UNSEEN if row["personal"] == "oui" and row["secret"] not in MISSED]
Kind = dict[str, str]
SHORTEST = 7
"""Letters of what is looked for: fewer stand in the words of the vocabularies as well."""


def drawn(kinds: Sequence[Kind], rank: int, share: int) -> list[tuple[int, Kind]]:
    """Return one in `share` of the kinds for a column, others for the next: each kind meets as many columns."""
    return list(enumerate(kinds))[rank % share :: share]


def rows(kinds: Sequence[Kind], step: int, share: int) -> list[dict[str, str]]:
    return [
        {"id": f"P{rank}-{number}", name: kind["text"]}
        for rank, name in enumerate(TEXTUAL[::step])
        for number, kind in drawn(kinds, rank, share)
    ]


def analyses(kinds: Sequence[Kind], step: int, share: int) -> list[dict[str, str]]:
    return [
        {"id": f"analyse/n-a{rank}-{number}", "type": "Analyse", "titre": "Une analyse", key: kind["text"]}
        for rank, key in enumerate(KEYS[::step])
        for number, kind in drawn(kinds, rank, share)
    ]


def left_somewhere(
    folder: Path, kinds: Sequence[Kind], forms: Sequence[str], step: int = 1, share: int = 1
) -> list[tuple[str, str]]:
    """Deposit, validate, publish and export; return each (where, secret) that can be read."""
    made = [{"id": "SAIN"}, *rows(kinds, step, share)]
    extra = sorted({name for row in made for name in row} - set(HEADER))
    table, documents = write_csv(folder / "depot.csv", made, extra), folder / "depot.json"
    documents.write_text(json.dumps(analyses(kinds, step, share), ensure_ascii=False), encoding="utf-8")
    told = {}
    opened = declared(Registry(Settings(var=folder / "var")), NATIONAL)
    opened.close()
    for number, arguments in enumerate((
        *(["ingest", str(one), "--dry-run", "--report", str(folder / f"r{form}")]
          for form in forms for one in (table, documents)),
        ["ingest", str(table), "--validated-by", NATIONAL.name, "--national", "--lang", "en"],
        ["ingest", str(documents), "--validated-by", NATIONAL.name, "--national"],
        ["publish"], ["export", "fiches", "--type", "tout"], ["export", "fiches", "--format", "csv"],
    )):  # fmt: skip
        done = command(folder / "var", *arguments)
        assert done.exit_code in (0, 1), done.stderr
        told[f"{number}"] = done.stdout + done.stderr
        for report in folder.glob("r.*"):
            told[f"{number}{report.name}"] = report.read_text(encoding="utf-8")
            report.unlink()
    for path in (folder / "var").rglob("*"):
        if path.is_file() and not path.name.startswith("registre.sqlite"):
            data = path.read_bytes()
            told[str(path)] = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    assert any("18-SAIN" in text for text in told.values()), "what has nothing is published"
    secrets = [kind["secret"] for kind in kinds if len(kind["secret"]) >= SHORTEST]
    return [(where, secret) for where, text in told.items() for secret in secrets if secret in text]


@pytest.mark.long
def test_a_part_of_the_table(tmp_path: Path) -> None:
    assert left_somewhere(tmp_path, PLANTED[::40], REPORTS, 7) == []


@pytest.mark.long
def test_no_kind_leaves_a_trace_from_any_column(tmp_path: Path) -> None:
    assert len({kind["kind"] for kind in PLANTED}) >= 25
    assert left_somewhere(tmp_path, PLANTED, (".html",), share=4) == []
