"""Opens what a partner deposits that is no JSON: tells table, SSSOM and RDF apart, and gives the one record."""

from __future__ import annotations

import csv
from collections.abc import Sequence

from ingestion.reading.delimited import plain_rows
from ingestion.reading.locating import Row
from ingestion.reading.partners.instrument import instrument_of
from ingestion.reading.partners.places import Made, Places
from ingestion.reading.partners.rdf import FORMATS, made_of_rdf
from ingestion.reading.partners.sssom import linkset_of
from ingestion.reading.records import Deposit, Record
from ingestion.reading.text import DecodedText, decode
from ingestion.reading.workbook import plain_sheet
from ingestion.words.errors import unreadable
from ingestion.words.messages import Place, issue
from ingestion.words.owned import INSTRUMENT
from ontologie import BASE


def read_partner(
    data: bytes, file: str, suffix: str, *, kind: str, base: str = BASE, sheet: str | None = None, given: str = ""
) -> Deposit:
    """Return the deposit of one instrument or one linkset; `given` is its identifier where the caller says it.

    Raises UnreadableDeposit where the file is none.
    """
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        rows = plain_sheet(data, file, sheet)
        made = instrument_of(rows, file, given) if kind == INSTRUMENT else _sssom_of_rows(rows, file, base, given)
        return _deposit(made, file, kind, "XLSX")
    text = decode(data, file)
    if suffix in FORMATS:
        made = made_of_rdf(text.text(), suffix, file, kind, base, given)
    elif kind == INSTRUMENT:
        made = instrument_of(plain_rows(text, file), file, given)
    else:
        made = _sssom(text, file, base, given)
    return _deposit(made, file, kind, text.encoding)


def _deposit(made: Made, file: str, kind: str, encoding: str) -> Deposit:
    line = made.places.get((), (1, 1))[0]
    record = Record(file, line, {}, members=made.members, source=Places(made.places), said=tuple(made.said))
    rows = len(made.members.get("principe", made.members.get("correspondance", ())))
    note = issue("lu-partenaire", Place(file, 1), words={"encoding": encoding, "count": str(rows)})
    return Deposit(file, kind, made.columns, (record,), 1, (note,))


def _sssom(text: DecodedText, file: str, base: str, given: str) -> Made:
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


def _sssom_of_rows(rows: Sequence[Row], file: str, base: str, given: str) -> Made:
    """Return a linkset of a sheet, whose first cells may hold the metadata as the lines of a text would."""
    return linkset_of(rows, [cells[0] for _, cells in rows if cells and cells[0].startswith("#")], file, base, given)
