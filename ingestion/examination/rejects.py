"""Writes the refused rows of a deposit in its own form, with why and their ids: to correct, and to send back.

Knows the forms (CSV, XLSX, JSON); its two columns more are ones that reading leaves out. What it holds is the
depositor's own, personal data too: only who deposits gets it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ingestion.reading.json_objects import REASON_KEY
from ingestion.reading.records import Record
from ingestion.words.columns import LIST
from ingestion.words.headers import named
from ingestion.words.messages import Issue
from ontologie import Language, sentence
from shapes import BYTE_ORDER_MARK, SPREADSHEET_SEPARATOR, csv_line, inert


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was refused, all that is said of it, and the identifier that it has or was given."""

    record: Record
    issues: tuple[Issue, ...]
    identifier: str

    def reasons(self, lang: Language) -> str:
        """Return why it was refused, and what to do."""
        told = [f"{found.message[lang]} {found.remedy.get(lang, '')}".strip() for found in self.issues if found.refuses]
        return " ".join(dict.fromkeys(told))


def suits(path: Path, rejected: Sequence[Rejected]) -> bool:
    """Tell whether the form of a path is that of the deposit."""
    forms = {one.record.members is not None and one.record.header is None for one in rejected}
    return forms <= {path.suffix.lower() == ".json"}


def write_rejects(path: Path, rejected: Sequence[Rejected], lang: Language, separator: str = "") -> None:
    """Write refused records for who deposited them alone. Raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        if path.suffix.lower() == ".xlsx":
            _workbook(out, sentence("rapport", "reject-sheet", lang), _rows(rejected, lang))
        else:
            out.write(rejects_text(path.suffix.lower() == ".json", rejected, lang, separator).encode())


def rejects_text(as_json: bool, rejected: Sequence[Rejected], lang: Language, separator: str = "") -> str:
    """Return refused records as JSON, or as a table in CSV that a spreadsheet opens."""
    if as_json:
        objects = [{**(one.record.members or {}), REASON_KEY: one.reasons(lang)} for one in rejected]
        return json.dumps(objects, ensure_ascii=False, indent=2) + "\n"
    return BYTE_ORDER_MARK + "".join(csv_line(row, separator or SPREADSHEET_SEPARATOR) for row in _rows(rejected, lang))


def _rows(rejected: Sequence[Rejected], lang: Language) -> Iterator[list[str]]:
    """Yield the header, as the deposit writes it where that is understood without more, then the rows."""
    written: dict[str, str] = {"id": "id"} if any(one.identifier for one in rejected) else {}
    for one in rejected:
        for name, (_, label) in (one.record.header.fields if one.record.header else {}).items():
            understood = named(label)
            if name not in written or written[name] == name:
                written[name] = label if understood is not None and understood.column == name else name
    where, why = (sentence("rapport", code, lang) for code in ("reject-line", "reject-reason"))
    yield [*written.values(), where, why]
    for one in rejected:
        cells = (_cell(one, name) for name in written)
        place = f"{one.record.sheet} {one.record.line}".strip()
        yield [*cells, place, one.reasons(lang)]


def _cell(one: Rejected, name: str) -> str:
    value = one.record.values.get(name, "")
    if not value and name == "id":
        return one.identifier.partition("-")[2]
    return value if isinstance(value, str) else LIST.join(value)


def _workbook(out: IO[bytes], name: str, rows: Iterable[list[str]]) -> None:
    import xlsxwriter  # seldom asked for

    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}) as book:
        page = book.add_worksheet(name)
        page.freeze_panes(1, 0)
        for line, row in enumerate(rows):
            for column, cell in enumerate(map(inert, row)):
                page.write_string(line, column, cell)

