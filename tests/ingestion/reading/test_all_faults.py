"""All that refuses a row is said at once, in every report: whoever mends one fault never meets a second one."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib

from ingestion import Options, UnreadableDeposit, examine
from ingestion.commands.reporting import write_report
from ingestion.examination.deposit import deposit_file
from ontologie.console import Lang
from shapes import as_text
from tests.ingestion.reading.conftest import Write
from tests.making import OPERATOR

HEADER = "id,titre,resume,type_ia,academie,date,date_fin,effectif,phases\n"
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


def refusals(path: Path, **options: object) -> list[tuple[int | None, str, str]]:
    """Return (line, field, last part of the rule) of what refuses."""
    found = examine(path, Options(**options))  # type: ignore[arg-type]
    assert found.summary.accepted + found.summary.refused == found.summary.read
    return [(one.line, one.field, one.rule.rpartition("#")[2]) for one in found.entries if one.refuses]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # An académie that nobody knows leaves the fiche without a name: its number of pupils is judged all the same.
        ("A,t,r,autre,Atlantide,,,0,", {("academie", "depot:academie-inconnue"), ("effectif", "Projet-effectif")}),
        ("A,,r,autre,Atlantide,2025,2024,,", {
            ("academie", "depot:academie-inconnue"), ("titre", "depot:champ-absent"), ("date_fin", "Projet-dateFin-apres-date"),
        }),
        (",,r,autre,,,,0,un|deux", {
            ("academie", "depot:academie-absente"), ("titre", "depot:champ-absent"), ("effectif", "Projet-effectif"),
        }),
        # A cell refused for its length is looked at for personal data too; an id that names somebody names no document.
        ("A,t," + "x" * 6_000 + " jean.dupont@ac-lyon.fr,autre,Lyon,,,,", {
            ("resume", "depot:texte-trop-long"), ("resume", "depot:donnee-personnelle"),
        }),
        ("jean.dupont@ac-lyon.fr,t,r,autre,Lyon,,,0,", {("id", "depot:donnee-personnelle"), ("effectif", "Projet-effectif")}),
    ],
)  # fmt: skip
def test_every_fault_of_a_row_is_said_at_once(write: Write, row: str, expected: set[tuple[str, str]]) -> None:
    found = refusals(write(HEADER + row + "\n"), national=False)
    assert {(field, rule) for _, field, rule in found} == expected and len(found) == len(expected)


def test_the_row_whose_id_is_taken_is_judged_too_and_the_other_is_taken(write: Write) -> None:
    path = write(HEADER + "A,un,r,autre,Lyon,,,24,un\nA,deux,r,autre,Lyon,,,0,deux\nB,t,r,autre,Lyon,,,1,\n")
    assert refusals(path) == [(3, "id", "depot:identifiant-double"), (3, "effectif", "Projet-effectif")]
    assert [one.built.identifier for one in examine(path).documents] == ["10-A", "10-B"]


def test_a_name_that_stands_in_is_nowhere(write: Write, tmp_path: Path) -> None:
    found = examine(path := write(HEADER + ",t,r,autre,Atlantide,,,0,\nA,t,r,autre,Lyon,,,2,\nA,u,r,autre,Lyon,,,0,\n"))
    judged = [report.results for report in found.reports]
    names = {result.focus for results in judged for result in results if result.focus.startswith("http")}
    assert names <= {f"https://w3id.org/observatoire-ia/{prefix}projet/10-A" for prefix in ("", "graphe/")}
    assert {entry.document.rpartition("/")[2] for entry in found.entries} == {"", "10-A"}
    done = deposit_file(path, None, OPERATOR, Options())
    write_report(tmp_path / "r.ttl", [done], Lang.FR)
    graph = rdflib.Graph().parse(tmp_path / "r.ttl")
    refused = list(graph.subjects(SH.resultSeverity, SH.Violation))
    assert len(refused) == sum(entry.refuses for entry in done.entries) == 4


def test_the_turtle_report_says_of_a_file_why_it_cannot_be_read(write: Write, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDeposit) as caught:
        examine(write("titre,resume\na,b,c\n"))
    write_report(tmp_path / "r.ttl", [], Lang.FR, [caught.value.issue])
    (told,) = rdflib.Graph().parse(tmp_path / "r.ttl").objects(None, SH.sourceShape)
    assert str(told).endswith("shapes#depot-ligne-irreguliere")


def test_rows_without_identifier_are_one_message_with_the_identifiers(write: Write) -> None:
    lines = "".join(f",Projet {name},r,autre,Lyon,2025,,,\n" for name in ("un", "deux", "trois"))
    found = examine(write(HEADER + lines))
    made = [entry for entry in found.entries if entry.rule == "depot:identifiant-fait"]
    assert len({entry.message["fr"] for entry in made}) == 1
    assert [f"10-{entry.value}" for entry in made] == [one.built.identifier for one in found.documents]
    text = as_text(found.entries, found.summary.as_dict(), width=300)
    assert all(entry.value in text for entry in made)


def test_advice_on_a_whole_fiche_names_fiches_and_no_graph(write: Write) -> None:
    found = examine(write(HEADER + "A,t,r,autre,Lyon,,,,\nB,u,r,autre,Lyon,,,,\n"))
    pages = [entry for entry in found.entries if entry.field == "url_source"]
    assert len(pages) == 2 and not any(entry.value for entry in pages)
    text = as_text(found.entries, found.summary.as_dict(), width=300)
    assert "graphe/" not in text and "Fiches : 10-A ; 10-B" in text


def test_strict_says_which_good_rows_it_did_not_take(write: Write) -> None:
    path = write(HEADER + "A,t,r,autre,Lyon,,,,\nB,,r,autre,Lyon,,,,\nC,t,r,autre,Lyon,,,,\n")
    done = deposit_file(path, None, OPERATOR, Options(), strict=True)
    left = [(one.line, one.document.rpartition("/")[2]) for one in done.entries if one.rule == "depot:non-prise"]
    assert left == [(2, "10-A"), (4, "10-C")] and done.exit_code == 1
    assert "depot:non-prise" not in {one.rule for one in deposit_file(path, None, OPERATOR, Options()).entries}


def test_a_value_filed_in_another_column_is_said(write: Write) -> None:
    header = "id,titre,resume,academie,outils_ia\n"
    found = examine(write(header + "A,t,r,Lyon,IA générative d'images\nB,t,r,Lyon,ChatGPT\n"))
    (said,) = [entry for entry in found.entries if entry.rule == "depot:valeur-rangee"]
    assert (said.line, said.field, said.value) == (2, "outils_ia", "IA générative d'images")
    assert "type d'IA" in said.message["fr"] and "kind of AI" in said.message["en"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Projets_Marie_Dupont.csv", False), ("Projets Mme Dupont.csv", False), ("usages-2025.csv", True), ("depot.csv", True),
    ],
)  # fmt: skip
def test_the_name_of_a_person_in_that_of_a_file_is_masked(write: Write, name: str, shown: bool) -> None:
    found = examine(write(HEADER + "A,,r,autre,Lyon,,,,\n", name))
    files = {entry.file.rpartition("/")[2] for entry in (*found.entries, *found.notes)}
    assert len(files) == 1 and (name in files) == shown and "Dupont" not in "".join(files)
