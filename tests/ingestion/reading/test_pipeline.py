"""From a file to judged documents: counts, repeated rows, places of what the shapes find."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from ingestion import Options, UnreadableDeposit, examine, examine_batches
from ingestion.examination.pipeline import Examination
from shapes import Report, Result
from tests.ingestion.reading.conftest import USAGES, Write

ROOT = Path(__file__).parents[3]
HEADER = "id,titre,type_ia,niveaux,date,resume\n"


def nothing(documents: Mapping[str, bytes]) -> Mapping[str, Report]:
    return {name: Report(True, ()) for name in documents}


def counts(examination: Examination) -> tuple[int, int, int, int]:
    summary = examination.summary
    return summary.read, summary.accepted, summary.warned, summary.refused


def test_good_rows_are_taken_and_bad_ones_refused(write: Write) -> None:
    path = write(
        HEADER + "A,t,generative,4e,hiver 2025,\nB,t,generative,niveau avancé,,\nC,,generative,,,\nD,t,autre,,,\n"
    )
    found = examine(path, validate=nothing)
    assert counts(found) == (4, 3, 2, 1)
    assert [one.built.identifier for one in found.documents] == ["n-A", "n-B", "n-D"]
    assert [(entry.line, entry.column, entry.severity) for entry in found.entries] == [
        (2, 5, "warning"), (3, 4, "warning"), (4, 2, "violation"),
    ]  # fmt: skip
    assert found.exit_code == 1


def test_a_row_repeated_as_it_is_counts_once(write: Write) -> None:
    lines = "A,t,autre,,,\n" * 3 + "B,,autre,,,\n" * 2 + ",t,autre,,,\n" * 2
    found = examine(write(HEADER + lines), validate=nothing)
    assert counts(found) == (3, 2, 0, 1)


def test_an_id_with_other_content_is_an_error_at_the_second_line(write: Write) -> None:
    found = examine(write(HEADER + "A,un,autre,,,\nB,t,autre,,,\nA,deux,autre,,,\n"), validate=nothing)
    assert counts(found) == (3, 2, 0, 1)
    (entry,) = found.entries
    assert (entry.rule, entry.line, entry.column, entry.field) == ("depot:identifiant-double", 4, 1, "id")
    assert "ligne 2" in entry.message["fr"] and "line 2" in entry.message["en"]
    assert found.documents[0].built.document["titre"] == {"fr": "un"}


def test_another_depositor_is_other_content(write: Write) -> None:
    text = "id,titre,type_ia,deposant_nom\nA,t,autre,Jeanne Martin\nA,t,autre,Paul Durand\n"
    assert counts(examine(write(text), validate=nothing)) == (2, 1, 0, 1)


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_batches_change_nothing(write: Write, batch: int) -> None:
    lines = "A,t,autre,,,\nA,t,autre,,,\nB,,autre,,,\nC,t,autre,4e,,\nA,u,autre,,,\nC,t,autre,4e,,\n"
    path = write(HEADER + lines)
    whole, parts = examine(path, validate=nothing), examine(path, Options(batch=batch), nothing)
    assert (whole.documents, whole.entries, whole.summary) == (parts.documents, parts.entries, parts.summary)
    assert counts(whole) == (4, 2, 0, 2)


def test_a_second_process_changes_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "A,t,autre,,,\nB,,autre,,,\nC,t,autre,4e,hier,\nA,u,autre,,,\nC,t,autre,4e,hier,\n"
    path = write(HEADER + lines)
    alone = examine(path, Options(batch=2), nothing)
    monkeypatch.setattr("ingestion.examination.preparation.MANY", 1)
    assert examine(path, Options(batch=2), nothing) == alone


def test_a_second_process_that_dies_loses_nothing(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(HEADER + "A,t,autre,,,\nB,t,autre,,,\n")

    class Dead:
        def __init__(self, *_: object, **__: object) -> None: ...

        def __enter__(self) -> Dead:
            return self

        def __exit__(self, *_: object) -> None: ...

        def submit(self, *_: object) -> None:
            raise BrokenProcessPool

        def shutdown(self, **_: object) -> None: ...

    monkeypatch.setattr("ingestion.examination.preparation.MANY", 1)
    monkeypatch.setattr("ingestion.processes.ProcessPoolExecutor", Dead)
    assert counts(examine(path, validate=nothing)) == (2, 2, 0, 0)


def test_batches_are_bounded(write: Write) -> None:
    path = write(HEADER + "".join(f"A{i},t,autre,,,\n" for i in range(25)))
    sizes = [len(part.documents) for part in examine_batches(path, Options(batch=10), nothing)]
    assert sizes == [10, 10, 5]


def test_the_outcome_depends_on_the_file_alone(write: Write) -> None:
    path = write(HEADER + "A,t,autre|generative,niveau avancé|4e|3e,hier,\nA,u,autre,,,\nB,,autre,,,\n")
    code = (
        "import sys; from pathlib import Path; from tests.ingestion.reading.test_pipeline import outcome\n"
        "print(outcome(Path(sys.argv[1])))"
    )
    # Another order of hashing, another zone, another language, another folder: nothing of them may show.
    elsewhere = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Noumea", "LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **elsewhere}
    command = [sys.executable, "-c", code, str(path)]
    told = subprocess.run(command, env=environment, cwd=path.parent, capture_output=True, check=True).stdout
    assert told.decode() == outcome(path) + "\n"
    assert "niveau avancé" in outcome(path)


def outcome(path: Path) -> str:
    """Return all that is made of a file, and said of it, as text."""
    found = examine(path, validate=nothing)
    return repr(([one.converted.lines for one in found.documents], found.entries, found.summary))


def test_a_deposit_may_be_made_for_an_académie_by_code_or_name(write: Write) -> None:
    path = write(HEADER + "A,t,autre,,,\n")
    for given in ("24", "Créteil", "académie de Créteil"):
        (document,) = examine(path, Options(academie=given), nothing).documents
        assert document.built.academie == "24"
    with pytest.raises(UnreadableDeposit) as caught:
        examine(path, Options(academie="Cretail"), nothing)
    assert caught.value.issue.suggestions == ("Créteil",)


def test_an_unreadable_file_raises_before_anything_is_judged(write: Write) -> None:
    with pytest.raises(UnreadableDeposit):
        examine(write(""), validate=nothing)
    with pytest.raises(UnreadableDeposit):
        next(examine_batches(write(HEADER + "A,t" + "," * 50 + "x\n"), validate=nothing))


def judged(**result: Any) -> Any:
    """Return a judge that finds one thing in every document."""

    def judge(documents: Mapping[str, bytes]) -> Mapping[str, Report]:
        return {name: Report(False, (_result(name, **result),)) for name in documents}

    return judge


def _result(name: str, *, path: str, focus: str = "", severity: Any = "violation", value: Any = None) -> Result:
    node = focus.format(name=name) if focus else name
    messages = {"fr": "Corrigez.", "en": "Correct."}
    return Result(node, path, value, "urn:c", severity, "urn:shape", messages)


OIA = "https://w3id.org/observatoire-ia/ontologie#"
GRAPH = "https://w3id.org/observatoire-ia/graphe/projet/n-A"


@pytest.mark.parametrize(
    ("focus", "path", "line", "column", "field"),
    [
        ("", "http://purl.org/dc/terms/title", 2, 2, "titre"),
        ("", OIA + "niveau", 2, 4, "niveaux"),
        ("", OIA + "date", 2, 5, "date"),
        ("", OIA + "discipline", 2, None, "disciplines"),
        (GRAPH, "http://purl.org/dc/terms/source", 2, None, "url_source"),
        ("", "^<http://xmlns.com/foaf/0.1/primaryTopic>", 2, None, "fiche"),
        ("", "https://example.org/unknown", 2, None, ""),
    ],
)
def test_what_the_shapes_find_is_brought_back_to_its_column(
    write: Write, focus: str, path: str, line: int, column: int | None, field: str
) -> None:
    found = examine(write(HEADER + "A,t,autre,4e,2025,r\n"), validate=judged(focus=focus, path=path))
    (entry,) = found.entries
    assert (entry.line, entry.column, entry.field) == (line, column, field)
    assert (entry.rule, entry.message["fr"]) == ("urn:shape", "Corrigez.")
    assert counts(found) == (1, 0, 0, 1)


def test_what_the_shapes_find_in_a_mention_is_of_the_column_it_came_from(write: Write) -> None:
    path = write(HEADER + "A,t,autre,4e,2025,r\n")
    (document,) = examine(path, validate=nothing).documents
    mention = next(one["id"] for one in document.built.document["mention"] if one["champ"] == "niveaux")
    focus = f"https://w3id.org/observatoire-ia/{mention}"
    (entry,) = examine(path, validate=judged(focus=focus, path=OIA + "libelleDepose")).entries
    assert (entry.column, entry.field) == (4, "niveaux")


def test_what_the_shapes_find_in_json_is_brought_back_to_its_key(write: Write) -> None:
    text = (
        '{"id": "analyse/A", "type": "Analyse",\n "comporte": [\n  {"id": "analyse/A#1", "type": "Appreciation"},\n'
        '  {"id": "analyse/A#2", "type": "Appreciation",\n   "critere": "critere/X"}]}'
    )
    judge = judged(focus="{name}#2", path=OIA + "critere", value="<https://w3id.org/observatoire-ia/critere/X>")
    (entry,) = examine(write(text, "a.json"), validate=judge).entries
    assert (entry.line, entry.column, entry.field, entry.value) == (5, 4, "critere", "critere/X")


def test_a_field_already_refused_is_not_told_twice(write: Write) -> None:
    path = write(HEADER + "A,,autre,4e,2025,r\n")
    found = examine(path, validate=judged(path="http://purl.org/dc/terms/title"))
    assert [entry.rule for entry in found.entries] == ["depot:champ-absent"]


def test_warnings_of_the_shapes_are_counted_and_do_not_refuse(write: Write) -> None:
    path = write(HEADER + "A,t,autre,4e,2025,r\nB,t,autre,4e,2025,r\n")
    judge = judged(path="http://purl.org/dc/terms/title", severity="warning")
    assert counts(examine(path, validate=judge)) == (2, 2, 2, 0)
    judge = judged(path="http://purl.org/dc/terms/title", severity="info")
    assert counts(examine(path, validate=judge)) == (2, 2, 0, 0)


def test_the_real_usages_pass_the_shapes() -> None:
    found = examine(USAGES)
    assert found.summary.read == 103
    assert found.summary.refused == 0
    assert {entry.severity for entry in found.entries} <= {"warning", "info"}


def test_the_shapes_refuse_what_only_they_know(write: Write) -> None:
    text = '{"id": "projet/n-A", "type": "Projet", "titre": "t", "niveau": "concept/niveau/absent"}'
    found = examine(write(text, "a.json"))
    refused = {entry.field: entry for entry in found.entries if entry.refuses}
    assert set(refused) == {"niveau"}
    assert refused["niveau"].line == 1 and refused["niveau"].column == 54


@pytest.mark.long
def test_memory_stays_flat_over_many_rows(tmp_path: Path) -> None:
    import tracemalloc

    def peak(rows: int) -> int:
        path = tmp_path / f"{rows}.csv"
        path.write_text(HEADER + "".join(f"A{i},t,autre,4e,2025,{'r' * 200}\n" for i in range(rows)))
        tracemalloc.start()
        for _ in examine_batches(path, Options(batch=100), nothing):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most - path.stat().st_size

    peak(200)  # fills the caches
    assert peak(2_000) < 1.5 * peak(400) + 2_000_000
