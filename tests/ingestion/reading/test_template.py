"""The table to fill is one that we take as it is, in every form."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
import python_calamine

from ingestion import examine
from ingestion.commands.template import FORMS, choices, example, template
from ingestion.resolution.resolve import resolve
from ingestion.words.columns import columns, names_of
from ontologie import Language


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_the_table_to_fill_is_accepted(tmp_path: Path, form: str, lang: str) -> None:
    path = tmp_path / f"gabarit.{form}"
    path.write_bytes(template(form, lang))  # type: ignore[arg-type]
    found = examine(path)
    assert (found.summary.read, found.summary.accepted) == (1, 1)
    assert not [note for note in found.notes if note.severity != "info"]
    assert found.documents[0].built.identifier == "10-EXEMPLE-1"


def test_every_choice_is_one_that_resolves() -> None:
    assert len(choices(columns()["academie"])) >= 30
    assert choices(columns()["titre"]) == [] and choices(columns()["analyse_impact"]) == ["oui", "non"]
    assert all(resolve("type_ia", name).state == "found" for name in choices(columns()["type_ia"]))
    assert set(example()) <= set(columns())


def notes(path: Path) -> list[str]:
    """Return the texts of the notes of the first sheet, in the order of its columns."""
    with zipfile.ZipFile(path) as archive:
        comments = ElementTree.fromstring(archive.read("xl/comments1.xml"))
    spaces = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    return ["".join(one.itertext()) for one in comments.findall(".//s:comment", spaces)]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_headers_are_labels_and_notes_name_what_the_lists_hold(tmp_path: Path, lang: Language) -> None:
    path = tmp_path / "gabarit.xlsx"
    path.write_bytes(template("xlsx", lang))
    book = python_calamine.CalamineWorkbook.from_path(path)
    fiches, lists, guide = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    offered = {str(cells[0]): [str(one) for one in cells[1:] if one] for cells in zip(*lists, strict=True) if cells[0]}
    for label, note, column in zip(fiches[0], notes(path), columns().values(), strict=True):
        assert label == column.label[lang] and column.name in note
        if "{choices}" in column.advice[lang]:
            assert all(name in note for name in offered[column.label[lang]]), column.name
            assert 3 < len(offered[column.label[lang]]) <= 25
    told = [str(line[0]) for line in guide]
    assert all(any(column.label[lang] in line for line in told) for column in columns().values())
    assert not [line for line in told if "{" in line]


def test_no_note_names_a_value_by_what_people_never_see() -> None:
    """Ids of our lists are no words: a note says the names that the drop-down list says."""
    for column in columns().values():
        ids = {iri.rpartition("/")[2] for one in names_of(column) for iri in resolve(column.name, one).iris}
        words = set(column.help["fr"].replace(",", " ").replace(".", " ").split())
        assert not {one for one in ids & words if "-" in one and one.islower()}, column.name
