"""The command line of the way in: what each command says, writes and returns (docs/cli.md)."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from ingestion import Editions, convert
from ingestion.publication.locking import publication_lock
from tests.making import begun, command, write_csv


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A state folder whose edition 1 holds the project 18-A0."""
    state, registry = begun(tmp_path)
    registry.close()
    yield state.var


@pytest.mark.parametrize(
    "name",
    ["demo", "ingest", "publish", "rebuild", "export fiches", "review list", "review show", "review validate",
     "review return", "review withdraw"],
)  # fmt: skip
def test_every_command_explains_itself(tmp_path: Path, name: str) -> None:
    done = command(tmp_path, *name.split(), "--help")
    assert done.exit_code == 0
    assert "--lang" in done.stdout or name.startswith("review") or name == "demo"


def test_ingest_says_what_it_took_and_leaves_what_it_took_to_a_reviewer(tmp_path: Path) -> None:
    rows = write_csv(
        tmp_path / "rows.csv", [{"id": "A1"}, {"id": "A2", "date": "au printemps"}, {"id": "A3", "titre": ""}]
    )
    report = tmp_path / "report.json"
    done = command(tmp_path / "var", "ingest", str(rows), "--report", str(report))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "fiches nouvelles 2" in done.stderr
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["summary"] == {"read": 3, "accepted": 2, "held": 0, "warned": 1, "refused": 1}
    assert {(one["line"], one["severity"]) for one in written["entries"]} >= {(3, "warning"), (4, "violation")}
    listed = command(tmp_path / "var", "review", "list")
    assert "18-A1" in listed.stdout and "18-A2" in listed.stdout and "18-A3" not in listed.stdout
    assert command(tmp_path / "var", "publish").exit_code == 2
    assert not (tmp_path / "var" / "editions").exists()


@pytest.mark.parametrize("form", ["html", "csv", "json", "ttl"])
def test_a_report_is_written_in_the_form_of_its_suffix(tmp_path: Path, form: str) -> None:
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A2", "date": "au printemps"}])
    report = tmp_path / f"report.{form}"
    assert command(tmp_path / "var", "ingest", str(rows), "--dry-run", "--report", str(report)).exit_code == 0
    assert report.stat().st_size > 0
    assert not (tmp_path / "var").exists(), "a dry run registers nothing"


def test_a_report_of_another_form_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}])
    done = command(tmp_path / "var", "ingest", str(rows), "--report", str(tmp_path / "report.doc"))
    assert done.exit_code == 2 and ".html" in done.stderr
    assert not (tmp_path / "var").exists()


def test_a_file_that_cannot_be_used_is_in_the_report_and_the_others_are_taken(tmp_path: Path) -> None:
    empty = tmp_path / "vide.csv"
    empty.write_bytes(b"")
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}])
    report = tmp_path / "report.json"
    done = command(tmp_path / "var", "ingest", str(empty), str(rows), "--report", str(report), "--lang", "en")
    assert done.exit_code == 2
    written = json.loads(report.read_text(encoding="utf-8"))
    assert written["summary"]["accepted"] == 1
    assert [one["file"].endswith("vide.csv") for one in written["entries"]] == [True]


def test_review_goes_from_a_deposit_to_the_next_edition(tmp_path: Path, var: Path) -> None:
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}, {"id": "A2"}])
    assert command(var, "ingest", str(rows), "--academie", "Orléans-Tours").exit_code == 0
    for name, code in (("DRANE Lille", "Lille"), ("DRANE Orléans-Tours", "18")):
        assert command(var, "agent", "add", name, "--role", "revue", "--academie", code).exit_code == 0
    other = ("--as", "DRANE Lille")
    refused = command(var, "review", "validate", "18-A1", *other)
    assert refused.exit_code == 1 and "autre académie" in refused.stderr
    mine = ("--by", "DRANE Orléans-Tours")
    done = command(var, "review", "validate", "18-A1", "18-Z9", *mine)
    assert done.exit_code == 1 and "18-A1 validée" in done.stderr and "18-Z9" in done.stderr
    assert command(var, "review", "return", "18-A2", *mine, "--reason", "Précisez le niveau.").exit_code == 0
    shown = json.loads(command(var, "review", "show", "18-A2", "--format", "json").stdout)
    assert shown["state"] == "retourne" and shown["history"][-1]["remark"] == "Précisez le niveau."
    published = command(var, "publish", "--lang", "en")
    assert published.exit_code == 0 and "Edition 2 published: 2 documents" in published.stderr
    assert command(var, "review", "withdraw", "18-A0", *mine).exit_code == 0
    assert "Édition 3" in command(var, "publish").stderr
    assert "Rien à faire" in command(var, "publish").stderr
    listed = command(var, "review", "list", "--state", "toutes", "--academie", "Orléans-Tours").stdout
    assert all(state in listed for state in ("publiée", "renvoyée", "retirée"))


def test_who_validated_is_told_as_an_academie_or_an_organisation_never_by_name(tmp_path: Path, var: Path) -> None:
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}, {"id": "A2"}, {"id": "A3"}])
    command(var, "ingest", str(rows))
    command(var, "agent", "add", "Jeanne Martin", "--role", "revue", "--academie", "18")
    command(var, "agent", "add", "Jean Martin", "--role", "national")
    for name, agent in (("18-A1", "Jeanne Martin"), ("18-A2", "Dgesco"), ("18-A3", "Jean Martin")):
        assert command(var, "review", "validate", name, "--as", agent).exit_code == 0
    command(var, "publish")
    edition = Editions(var).current()
    assert edition is not None
    store = ox.Store.read_only(str(edition.store_path))
    query = """PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX dct: <http://purl.org/dc/terms/>
    SELECT ?fiche ?who WHERE { ?fiche prov:wasGeneratedBy ?act ; dct:issued ?date .
                               ?act prov:endedAtTime ?end OPTIONAL { ?act prov:wasAssociatedWith ?who } }"""
    found = {
        str(row["fiche"].value).rpartition("/")[2]: row["who"] and row["who"].value.removeprefix("https://w3id.org/")
        for row in store.query(query, use_default_graph_as_union=True)  # type: ignore[union-attr, attr-defined]
    }
    assert found == {
        "18-A0": "observatoire-ia/organisation/equipe-projet",
        "18-A1": "observatoire-ia/academie/18",
        "18-A2": "observatoire-ia/organisation/dgesco",
        "18-A3": None,
    }
    assert not any(name in str(quad) for quad in store for name in ("Jeanne Martin", "Jean Martin"))


@pytest.mark.parametrize("form", ["jsonl", "jsonld", "ttl", "nq", "csv"])
def test_an_export_goes_to_standard_output_as_one_file_of_its_form(var: Path, form: str) -> None:
    done = command(var, "export", "fiches", "--format", form)
    assert done.exit_code == 0 and done.stderr == ""
    if form == "csv":
        (row,) = csv.DictReader(io.StringIO(done.stdout, newline=""))
        assert row["titre"] == "Écrire un conte avec une IA"
    elif form == "jsonl":
        (line,) = done.stdout.splitlines()
        document = json.loads(line)
        del document["@context"]
        store = ox.Store.read_only(str(var / "editions" / "1" / "store"))
        (converted,) = convert([document])
        graph = store.quads_for_pattern(None, None, None, ox.NamedNode(converted.graph_iri))
        assert len(list(graph)) == len(converted.lines)
    else:
        formats = {"jsonld": ox.RdfFormat.JSON_LD, "ttl": ox.RdfFormat.TURTLE, "nq": ox.RdfFormat.N_QUADS}
        quads = list(ox.parse(done.stdout.encode(), format=formats[form], base_iri="https://w3id.org/observatoire-ia/"))
        assert any(quad.predicate.value == "http://purl.org/dc/terms/title" for quad in quads)


def test_an_export_to_a_folder_makes_one_file_a_fiche(tmp_path: Path, var: Path) -> None:
    done = command(var, "export", "fiches", "--format", "ttl", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0 and done.stdout == ""
    assert [str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*.ttl")] == [
        "projet/18-A0.ttl"
    ]
    assert command(var, "export", "fiches", "--type", "chose").exit_code == 2
    assert command(var, "export", "fiches", "--type", "tout", "--format", "csv").exit_code == 2


def test_without_an_edition_commands_say_how_to_get_one(tmp_path: Path) -> None:
    for arguments in (["export", "fiches"], ["rebuild"], ["publish"]):
        done = command(tmp_path / "var", *arguments, "--lang", "en")
        assert done.exit_code == 2 and "observatoire demo" in done.stderr
    assert not (tmp_path / "var").exists()


def test_rebuild_says_that_all_is_identical(var: Path) -> None:
    done = command(var, "rebuild")
    assert done.exit_code == 0 and "identique" in done.stderr


def test_while_another_publishes_one_is_told_to_wait(var: Path) -> None:
    with publication_lock(var):
        for name in ("publish", "rebuild"):
            done = command(var, name)
            assert done.exit_code == 2 and "attendez" in done.stderr


def test_an_edition_that_the_registry_does_not_know_is_never_touched(var: Path) -> None:
    for path in var.glob("registre.sqlite*"):
        path.unlink()
    done = command(var, "publish")
    assert done.exit_code == 2 and "OBSERVATOIRE_DATABASE_URL" in done.stderr
    assert (var / "editions" / "1" / "manifest.json").is_file()


def test_a_registry_that_does_not_answer_is_told_without_its_password(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBSERVATOIRE_DATABASE_URL", "postgresql+psycopg://app:secret@127.0.0.1:1/none")
    done = command(var, "publish")
    assert done.exit_code == 2 and "secret" not in done.stderr and "OBSERVATOIRE_DATABASE_URL" in done.stderr


@pytest.mark.parametrize(("lang", "said"), [("fr", "pilote n'est pas installé"), ("en", "driver is not installed")])
def test_a_database_without_its_driver_is_told_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lang: str, said: str
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)  # how Python marks what cannot be imported
    monkeypatch.setenv("OBSERVATOIRE_DATABASE_URL", "postgresql+psycopg://someone:s3cret@127.0.0.1:9/registre")
    done = command(tmp_path / "var", "review", "list", "--lang", lang)
    assert done.exit_code == 2
    assert said in done.stderr
    assert "observatoire-ia[postgresql]" in done.stderr
    assert "s3cret" not in done.stderr


def test_an_unknown_academie_or_state_is_told_with_what_is_known(var: Path) -> None:
    done = command(var, "agent", "add", "DRANE", "--role", "revue", "--academie", "Orlean")
    assert done.exit_code == 2 and "Orléans" in done.stderr
    assert command(var, "review", "list", "--state", "perdu").exit_code == 2
    assert command(var, "review", "show", "18-Z9").exit_code == 1


def test_a_state_folder_that_cannot_be_written_is_told_without_a_trace(tmp_path: Path) -> None:
    rows = write_csv(tmp_path / "rows.csv", [{"id": "A1"}])
    (tmp_path / "file").write_text("")
    done = command(tmp_path / "file" / "var", "ingest", str(rows))
    assert done.exit_code == 2 and "Traceback" not in done.stderr and done.stderr.strip()
