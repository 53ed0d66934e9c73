"""Tables as people save them: encodings, separators, lines counted as an editor counts them."""

from __future__ import annotations

import pytest

from ingestion import read_deposit
from tests.ingestion.reading.conftest import Write, refusal

TABLE = "id;titre;type_ia\n1;Élève à l'œuvre;generative\n2;« Cinq » €;autre\n"


@pytest.mark.parametrize(
    ("codec", "mark", "said"),
    [
        ("utf-8", b"", "UTF-8"),
        ("utf-8", b"\xef\xbb\xbf", "UTF-8"),
        ("utf-16-le", b"\xff\xfe", "UTF-16"),
        ("utf-16-be", b"\xfe\xff", "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
        ("utf-16-be", b"", "UTF-16"),
        ("cp1252", b"", "Windows-1252"),
    ],
)
def test_every_encoding_is_read_right_and_said(write: Write, codec: str, mark: bytes, said: str) -> None:
    deposit = read_deposit(write(mark + TABLE.encode(codec)))
    assert [record.values["titre"] for record in deposit.records] == ["Élève à l'œuvre", "« Cinq » €"]
    (note,) = deposit.notes
    assert note.message["fr"] == f"Fichier lu en {said}, séparateur point-virgule."
    assert note.message["en"] == f"File read as {said}, separator semicolon."


@pytest.mark.parametrize(("separator", "said"), [(",", "virgule"), (";", "point-virgule"), ("\t", "tabulation")])
def test_every_separator_is_detected_and_said(write: Write, separator: str, said: str) -> None:
    deposit = read_deposit(write(TABLE.replace(";", separator)))
    assert deposit.columns == ("id", "titre", "type_ia")
    assert deposit.notes[0].message["fr"].endswith(f"séparateur {said}.")


def test_a_header_with_more_commas_than_semicolons_is_still_read_by_its_names(write: Write) -> None:
    deposit = read_deposit(write("id;titre;type_ia\n1;Lire, écrire, dire, jouer;generative\n"))
    assert deposit.columns == ("id", "titre", "type_ia")


def test_the_line_that_says_the_separator_is_no_row(write: Write) -> None:
    deposit = read_deposit(write("sep=;\r\nid;titre;type_ia\r\n1;a;autre\r\n"))
    assert [(record.line, record.values["titre"]) for record in deposit.records] == [(3, "a")]


def test_records_keep_the_physical_line_where_they_start(write: Write) -> None:
    text = 'id,titre,type_ia\n1,"un\ndeux\r\ntrois",autre\n\n2,b,autre\n3,"\n",autre\n4,d,autre\n'
    deposit = read_deposit(write(text))
    assert [(record.line, record.values["id"]) for record in deposit.records] == [
        (2, "1"), (6, "2"), (7, "3"), (9, "4"),
    ]  # fmt: skip
    assert next(iter(deposit.records)).values["titre"] == "un\ndeux\r\ntrois"


def test_unicode_line_separators_end_no_line(write: Write) -> None:
    deposit = read_deposit(write("id,titre,type_ia\n1,a\u2028b\u0085c\x0bd,autre\n2,b,autre\n"))
    assert [record.line for record in deposit.records] == [2, 3]
    assert next(iter(deposit.records)).values["titre"] == "a\u2028b\u0085c\x0bd"


def test_the_line_ends_of_old_macintoshes_are_read(write: Write) -> None:
    deposit = read_deposit(write("id,titre,type_ia\r1,a,autre\r2,b,autre\r"))
    assert [(record.line, record.values["titre"]) for record in deposit.records] == [(2, "a"), (3, "b")]


def test_empty_cells_and_blank_lines_are_left_out(write: Write) -> None:
    deposit = read_deposit(write("id,titre,type_ia,date,\n1, a ,autre,,\n,,,,\n   \n2,b,autre,2025,\n"))
    assert [dict(record.values) for record in deposit.records] == [
        {"id": "1", "titre": "a", "type_ia": "autre"},
        {"id": "2", "titre": "b", "type_ia": "autre", "date": "2025"},
    ]
    assert deposit.count == 2


def test_a_record_knows_the_place_of_each_column(write: Write) -> None:
    deposit = read_deposit(write("Titre,Type IA,ID\na,autre,1\n"))
    (record,) = deposit.records
    place = record.place("type_ia")
    assert (place.line, place.column, place.field) == (2, 2, "Type IA")


def test_records_can_be_gone_through_twice(write: Write) -> None:
    deposit = read_deposit(write(TABLE))
    assert [r.values for r in deposit.records] == [r.values for r in deposit.records]


def test_a_megabyte_and_a_null_in_a_cell_do_not_stop_the_reading(write: Write) -> None:
    deposit = read_deposit(write(f"id,titre,type_ia\n1,{'x' * 1_000_000},autre\n2,a\0b,autre\n3,c,autre\n"))
    assert [len(str(record.values["titre"])) for record in deposit.records] == [1_000_000, 3, 1]


@pytest.mark.parametrize("name", ["colonnes.toml", "colonnes.csv"])
def test_a_mapping_says_which_columns_theirs_are(write: Write, name: str) -> None:
    toml = '[colonnes]\n"N°" = "id"\n"Nom du projet" = "titre"\n"IA" = "type_ia"\n"Observations internes" = ""\n'
    table = "chez nous;chez vous\nN°;id\nnom du PROJET;titre\nIA;type_ia\nObservations internes;\n"
    mapping = write(toml if name.endswith("toml") else table, name)
    path = write("N°;Nom du projet;IA;Observations internes\n7;a;autre;rien\n")
    deposit = read_deposit(path, mapping=mapping)
    assert [dict(record.values) for record in deposit.records] == [{"id": "7", "titre": "a", "type_ia": "autre"}]
    assert any("Observations internes" in note.message["fr"] for note in deposit.notes)


def test_a_mapping_to_a_column_that_does_not_exist_is_answered(write: Write) -> None:
    error = refusal(write(TABLE), mapping={"Nom": "tittre"})
    assert error.issue.suggestions[0] == "titre"


def test_a_mapping_that_cannot_be_read_is_said(write: Write) -> None:
    assert refusal(write(TABLE), mapping=write("= 3", "m.toml")).issue.rule == "depot:correspondance-illisible"
    assert refusal(write(TABLE), mapping=write("a;b;c;d\n", "m.csv")).line == 1
