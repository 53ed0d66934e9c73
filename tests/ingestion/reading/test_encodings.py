"""Encodings that only look right are known by their marks: read right and said, or refused with the words shown."""

from __future__ import annotations

import pytest

from ingestion import read_deposit
from tests.ingestion.reading.conftest import Write, refusal

TEXT = "titre;resume\nLes élèves débattent à l'oral;Où l'œuvre naît : « être », 3 € l'unité, l'été…\nÉcole d'été;Ça va bientôt\n"


@pytest.mark.parametrize(
    ("codec", "said"),
    [("cp1252", "Windows-1252"), ("iso8859-15", "ISO-8859-15"), ("cp850", "CP850"), ("mac-roman", "MacRoman")],
)
def test_an_encoding_of_one_byte_is_known_by_the_words_that_it_makes(write: Write, codec: str, said: str) -> None:
    text = TEXT.replace("œ", "oe").replace("€", "EUR").replace("…", "") if codec == "cp850" else TEXT
    text = text.replace("…", "") if codec == "iso8859-15" else text
    deposit = read_deposit(write(text.encode(codec)))
    assert next(iter(deposit.records)).values["titre"] == "Les élèves débattent à l'oral"
    assert next(iter(deposit.records)).values["resume"] == text.split("\n")[1].split(";")[1]
    assert said in deposit.notes[0].message["fr"]


@pytest.mark.parametrize("word", ["Málaga", "über", "niño", "São Paulo", "ÉTÉ", "l’été", "n° 3", "½ heure", "2 ²"])
def test_words_of_others_are_no_mark(write: Write, word: str) -> None:
    (record,) = read_deposit(write(f"titre\n{word}\n".encode("cp1252"))).records
    assert record.values["titre"] == word


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
def test_utf_8_made_twice_is_read_as_it_was(write: Write, codec: str) -> None:
    text = TEXT if codec == "cp1252" else TEXT.replace("œ", "oe").replace("€", "").replace("…", "")
    text = text.replace("à", "a")  # its second byte is a space that editors change
    deposit = read_deposit(write(text.encode().decode(codec, "strict" if codec == "latin-1" else "ignore").encode()))
    assert next(iter(deposit.records)).values["titre"] == "Les élèves débattent a l'oral"
    assert "× 2" in deposit.notes[0].message["fr"]


def test_what_cannot_be_had_again_is_refused_with_its_words(write: Write) -> None:
    broken = "titre\nLes Ã©lÃ¨ves et l'Ã‰tÃ© Ã l'oral 東\n"
    error = refusal(write(broken))
    assert error.issue.rule == "depot:encodage-douteux" and "Ã©lÃ¨ves" in error.message["fr"]


def test_a_fiche_that_speaks_of_such_marks_is_read_as_it_stands(write: Write) -> None:
    text = "titre\nPourquoi « Ã© » s'affiche à la place de « é » : l'élève enquête sur le réseau cet été 東\n"
    (record,) = read_deposit(write(text)).records
    assert "« Ã© »" in record.values["titre"]
