"""Opens what a partner deposits that is no JSON: tells table, SSSOM and RDF apart, and gives the one record."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, cast

from ingestion.partners.instrument import instrument_of
from ingestion.partners.places import Draught, Places
from ingestion.partners.rdf import FORMATS, made_of_rdf
from ingestion.partners.sssom import linkset_of
from ingestion.reading.delimited import plain_rows
from ingestion.reading.locating import Row
from ingestion.reading.records import Deposit, LanguageKey, Record
from ingestion.reading.text import DecodedText, decode
from ingestion.reading.workbook import plain_sheet
from ingestion.words.errors import UnreadableDeposit, refused_at, unreadable
from ingestion.words.messages import Issue, Place, issue, shown_name
from ingestion.words.owned import INSTRUMENT
from ontologie import BASE, confined, read_file

_BLANK: Final = b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"
LARGEST_MB: Final = 5
"""A framework of a thousand principles in thirty languages, with their definitions."""
SECONDS: Final = 3
"""Processor's seconds in which a file is read, and one more a megabyte."""
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_READ: Final = (Deposit, Record, Places, LanguageKey, Issue, UnreadableDeposit)
"""What comes out of the confined process."""


def read_partner(
    path: str | Path, *, kind: str, base: str = BASE, sheet: str | None = None, called: str = "", named: str = ""
) -> Deposit | None:
    """Return the deposit of one instrument or one linkset; None where the file is JSON, which is read as any document.

    `called` is the file's name where its path does not say it, `named` the identifier where the caller says it. A file
    is read in a confined process. Raises UnreadableDeposit where it is none.
    """
    file = shown_name(called or path)
    with refused_at(Place(file)):
        data = read_file(Path(path), LARGEST_MB)
        if data.strip(_BLANK).startswith((b"{", b"[")):
            return None
        suffix = Path(called or path).suffix.lower()
        read = partial(_read, data, file, suffix, kind, base, sheet, named)
        return cast(Deposit, next(iter(confined(read, len(data), _READ, (UnreadableDeposit,), seconds=SECONDS))))


def _read(
    data: bytes, file: str, suffix: str, kind: str, base: str, sheet: str | None, named: str
) -> Iterator[Deposit]:
    """Yield the deposit of a file's bytes."""
    if not data.strip(_BLANK):
        raise unreadable("fichier-vide", Place(file, 1))
    if data.startswith(_WORKBOOKS):
        rows = plain_sheet(data, file, sheet)
        made = instrument_of(rows, file, named) if kind == INSTRUMENT else _sssom_of_rows(rows, file, base, named)
        yield _deposit(made, file, kind, "XLSX")
        return
    text = decode(data, file)
    if suffix in FORMATS:
        made = made_of_rdf(text.text(), suffix, file, kind, base, named)
    elif kind == INSTRUMENT:
        made = instrument_of(plain_rows(text, file), file, named)
    else:
        made = _sssom(text, file, base, named)
    yield _deposit(made, file, kind, text.encoding)


def _deposit(made: Draught, file: str, kind: str, encoding: str) -> Deposit:
    line = made.places.get((), (1, 1))[0]
    record = Record(file, line, {}, members=made.members, source=Places(made.places), said=tuple(made.said))
    rows = len(made.members.get("principe", made.members.get("correspondance", ())))
    note = issue("lu-partenaire", Place(file, 1), words={"encoding": encoding, "count": str(rows)})
    return Deposit(file, kind, made.columns, (record,), 1, (note,))


def _sssom(text: DecodedText, file: str, base: str, given: str) -> Draught:
    lines = [line.rstrip("\r\n") for line in text.lines()]
    skipped = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
    separator = "\t" if skipped < len(lines) and "\t" in lines[skipped] else ","
    rows = list[Row]()
    reader = csv.reader(lines[skipped:], delimiter=separator, strict=True)
    try:
        start = skipped + 1
        for cells in reader:
            rows.append((start, cells))
            start = skipped + reader.line_num + 1
    except csv.Error as error:
        raise unreadable("guillemets", Place(file, skipped + reader.line_num)) from error
    return linkset_of(rows, lines, file, base, given)


def _sssom_of_rows(rows: Sequence[Row], file: str, base: str, given: str) -> Draught:
    """Return a linkset of a sheet, whose first cells may hold the metadata as the lines of a text would."""
    return linkset_of(rows, [cells[0] for _, cells in rows if cells and cells[0].startswith("#")], file, base, given)
