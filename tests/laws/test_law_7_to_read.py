"""Law 7, no person in the graph: planted in every column, personal data leaves no trace but the registry's own.

What is to be read is kept, and no door validates it until a reviewer says that it was read; the event says who did.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from ingestion import Agent, Grant, Options, Registry, Settings, deposit_file
from ingestion.commands.reporting import write_report
from ingestion.commands.taking import REPORTS
from ingestion.registry.transitions import RefusedTransition
from ingestion.words.columns import columns
from ontologie.console import Lang
from tests.making import HEADER, NATIONAL, OPERATOR, ROW, TEAM, command, declared, write_csv

TABLE = Path(__file__).parents[1] / "shapes" / "privacy" / "planted.csv"
TEXTUAL = [name for name, column in columns().items() if column.kind in ("texte", "concept", "etapes", "langue", "entier")]
REVIEWER = Agent("DRANE Orléans-Tours", (Grant("revue", "academie/18"),))
HELD = "Projet mené par Mme Santini et ses élèves de 3e, qui jugent le texte proposé par une IA."


def planted() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rows() -> Iterator[dict[str, str]]:
    """Yield a row for each column and kind in turn: each column has four kinds, each kind several columns."""
    kinds = cycle(planted())
    for name in TEXTUAL:
        for _ in range(4):
            kind = next(kinds)
            yield {"id": f"{len(name)}{name[:3]}-{planted().index(kind)}", name: kind["text"]}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Deposit, validate in one step, publish and export rows with something planted, and one that has nothing."""
    folder = tmp_path_factory.mktemp("semis")
    made = [{"id": "SAIN"}, *rows()]
    extra = sorted({name for row in made for name in row} - set(HEADER))
    deposit = write_csv(folder / "depot.csv", made, extra)
    document = {"id": "projet/n-lea-martin", "type": "Projet", "titre": HELD, "mention": []}
    (folder / "depot.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    said = ""
    for arguments in (
        ["agent", "add", "essai", "--role", "national"],
        ["ingest", str(deposit), "--dry-run", "--report", str(folder / "commande.json")],
        ["ingest", str(deposit), "--validated-by", "essai"],
        ["ingest", str(folder / "depot.json"), "--validated-by", "essai", "--lang", "en"],
        ["publish"],
        ["export", "fiches"],
    ):
        done = command(folder / "var", *arguments)
        assert done.exit_code in (0, 1), done.stderr
        said += done.stdout + done.stderr
    said += (folder / "commande.json").read_text(encoding="utf-8")
    examined = deposit_file(deposit, None, OPERATOR, Options())
    for form in REPORTS:
        write_report(folder / f"rapport{form}", [examined], Lang.FR)
        said += (folder / f"rapport{form}").read_text(encoding="utf-8")
    return folder, said


def secrets() -> list[str]:
    return [row["secret"] for row in planted()]


@pytest.mark.long
def test_no_report_message_or_error_quotes_what_was_planted(told: tuple[Path, str]) -> None:
    assert [secret for secret in secrets() if secret in told[1]] == []
    assert "lea-martin" not in told[1]


def test_no_file_of_the_state_but_the_registry_holds_any(told: tuple[Path, str]) -> None:
    var = told[0] / "var"
    looked = 0
    for path in var.rglob("*"):
        if path.is_file() and not path.name.startswith("registre.sqlite"):
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            assert [secret for secret in secrets() if secret.encode() in data] == [], path
            looked += 1
    assert looked > 10


def test_only_the_row_without_anything_is_public(told: tuple[Path, str]) -> None:
    registry = Registry(Settings(var=told[0] / "var"))
    assert [one.identifier for one in registry.listed(state="publie")] == ["18-SAIN"]
    assert all(one.held for one in registry.listed(state="depose"))
    registry.close()


def test_the_json_report_counts_what_is_held(told: tuple[Path, str]) -> None:
    report = json.loads((told[0] / "rapport.json").read_text(encoding="utf-8"))
    summary = report["summary"]
    to_read = {entry["line"] for entry in report["entries"] if entry["rule"] == "depot:passage-a-lire"}
    refused = {entry["line"] for entry in report["entries"] if entry["severity"] == "violation"}
    assert list(summary) == ["read", "accepted", "held", "warned", "refused"]
    assert summary["held"] == len(to_read - refused) > 0
    assert summary["accepted"] + summary["refused"] == summary["read"]


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    opened = declared(Registry(Settings(var=tmp_path / "var")), REVIEWER, NATIONAL)
    yield opened
    opened.close()


def test_no_door_validates_what_nobody_read(registry: Registry, tmp_path: Path) -> None:
    deposit = write_csv(tmp_path / "d.csv", [{"id": "A1", "resume": HELD}])
    for _ in range(2):  # the same content again is no way round
        done = deposit_file(deposit, registry, TEAM, Options(), validate=True)
        assert (done.summary.held, done.summary.accepted, done.exit_code) == (1, 1, 1)
        assert registry.get("projet", "18-A1").state == "depose"
    with pytest.raises(RefusedTransition) as refused:
        registry.validate("projet", "18-A1", REVIEWER)
    assert "passages-read" in refused.value.messages["fr"]
    assert "Santini" not in str(refused.value.messages)
    assert [event["event"] for event in registry.history("projet", "18-A1")] == ["deposited"]
    registry.validate("projet", "18-A1", REVIEWER, passages_read=True)
    validated = registry.history("projet", "18-A1")[-1]
    assert (validated["agent"], validated["detail"]) == ("DRANE Orléans-Tours", "passages-read")
    assert registry.get("projet", "18-A1").state == "valide"


def test_a_new_version_is_to_be_read_again_and_a_mended_one_is_not(registry: Registry, tmp_path: Path) -> None:
    reviewer = NATIONAL
    for text, held in ((HELD, True), (HELD + " Suite.", True), (ROW["resume"], False)):
        deposit_file(write_csv(tmp_path / "d.csv", [{"id": "A1", "resume": text}]), registry, TEAM, Options())
        assert registry.get("projet", "18-A1").held is held
        if held:
            with pytest.raises(RefusedTransition):
                registry.validate("projet", "18-A1", reviewer)
        registry.validate("projet", "18-A1", reviewer, passages_read=held)


def test_the_command_line_shows_the_reviewer_what_to_read(tmp_path: Path) -> None:
    var, deposit = tmp_path / "var", write_csv(tmp_path / "d.csv", [{"id": "A1", "resume": HELD}])
    command(var, "agent", "add", "Dgesco", "--role", "national")
    told = command(var, "ingest", str(deposit))
    assert told.exit_code == 1
    assert "à lire avant validation" in told.stderr
    assert "à lire" in command(var, "review", "list").stdout
    shown = json.loads(command(var, "review", "show", "18-A1", "--format", "json").stdout)
    (passage,) = shown["passages"]
    assert (passage["field"], passage["passage"]) == ("resume", "Mme Santini")
    refused = command(var, "review", "validate", "18-A1", "--by", "Dgesco")
    assert refused.exit_code == 1
    assert "--passages-read" in refused.stderr
    assert command(var, "review", "validate", "18-A1", "--by", "Dgesco", "--passages-read").exit_code == 0


def test_an_item_is_not_quoted_where_its_cell_is_to_be_read(tmp_path: Path) -> None:
    text = "Djibril, 5e B, a enregistré sa voix."
    names = [name for name, column in columns().items() if column.kind == "concept"]
    table = write_csv(tmp_path / "depot.csv", [{"id": f"P{rank}", name: text} for rank, name in enumerate(names)], set(names) - set(HEADER))
    examined = deposit_file(table, None, OPERATOR, Options())
    for form in REPORTS:
        write_report(tmp_path / f"r{form}", [examined], Lang.FR)
        report = (tmp_path / f"r{form}").read_text(encoding="utf-8")
        assert "5e B" in report
        assert "Djibril" not in report
