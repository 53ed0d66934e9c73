"""Opens a deposit, whatever its format: the face of the readers.

Knows how to tell the formats apart by their content, and that they are read in a confined process; each format's
reading is in a module of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from ingestion.processes import batched
from ingestion.reading.delimited import read_table_text
from ingestion.reading.json_objects import read_json
from ingestion.reading.json_text import JsonSource, Members, Number
from ingestion.reading.mapping import Correspondence, Given, read_mapping
from ingestion.reading.records import Agreement, Deposit, Header, Record
from ingestion.reading.text import decode
from ingestion.reading.workbook import read_workbook
from ingestion.words.errors import UnreadableDeposit, refused_at, unreadable
from ingestion.words.messages import Issue, Place, shown_name
from ontologie import BASE, Spool, confined, document_types, in_both, read_file

LARGEST_MB: Final = 512
"""Size of a deposit, in megabytes, beyond which it must be split."""

PROJECT: Final = "projet"
"""The type of document that tables describe."""

_BATCH: Final = 500
"""Records that come out of the confined process at once."""

_UNKNOWN: Final = "un en-tête que rien ne connaît"
"""Whose likely matches are looked for in all that headers may be."""

_READ: Final = (Deposit, Record, Header, Agreement, Members, Number, JsonSource, Issue, UnreadableDeposit)
"""What comes out of the confined process."""

_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_FOREIGN: Final = {
    b"%PDF": "pdf",
    b"\x89PNG": "image",
    b"\xff\xd8\xff": "image",
    b"GIF8": "image",
    b"\x7fELF": "program",
    b"MZ": "program",
    b"\x1f\x8b": "archive",
    b"7z\xbc\xaf": "archive",
    b"Rar!": "archive",
    b"SQLite format": "database",
    b"{\\rtf": "formatted-text",
    b"<": "web-page",
}
_JSON: Final = {".json", ".jsonld", ".jsonl"}
_RDF: Final = {".ttl", ".nt", ".nq", ".trig", ".rdf", ".owl", ".xml"}


def read_deposit(
    path: str | Path,
    *,
    kind: str = PROJECT,
    mapping: Given = None,
    base: str = BASE,
    sheet: str | None = None,
    agreed: Mapping[str, Mapping[str, str]] = MappingProxyType({}),
    accept: bool = False,
    strict: bool = False,
    called: str = "",
) -> Deposit:
    """Read a deposit: CSV, workbook (XLSX, XLS, ODS), JSON, JSON-LD or JSON Lines.

    Encoding (UTF-8, UTF-16, Windows-1252) and separator are detected, and said in the deposit's notes.
    `kind` is the type of document that rows make; a JSON document says its own. `mapping`, their header to
    our column, is a dictionary or a TOML or CSV file. `sheet` is the one sheet of a workbook to read. `agreed` are
    earlier readings of headers that were accepted, `accept` takes the one that is proposed now, `strict` refuses
    unknown columns. `called` is the file's name, where its path does not say it.
    Raises UnreadableDeposit where the file cannot be used as a whole; what is wrong with one row is found when it
    becomes a document.
    """
    file = shown_name(called or path)
    if kind not in document_types():
        choices = ", ".join(document_types())
        raise unreadable("genre-inconnu", Place(file), value=kind, words={"choices": choices})
    names = replace(read_mapping(mapping), agreed=agreed, accept=accept, strict=strict)
    with refused_at(Place(file)):
        data = read_file(Path(path), LARGEST_MB)
        asked = _Asked(data, file, Path(called or path).suffix.lower(), kind, names, base, sheet)
        spool = confined(asked.parts, len(data), _READ, (UnreadableDeposit,))
    head: Deposit = next(iter(spool))
    text = "" if head.columns else decode(data, file).text()
    return replace(head, records=_Records(spool, text))


@cache
def learn_to_read() -> None:
    """Read a table of ours here, once, for a process of many deposits: those it forks to read know what it knows."""
    table = f"titre;resume;{_UNKNOWN}\nUne fiche;;\n".encode()
    tuple(_Asked(table, "fiche.csv", ".csv", PROJECT, read_mapping(None), BASE, None).parts())


@dataclass(frozen=True)
class _Records:
    """The records that a confined process read; those of a JSON text are told it again, to find places in it."""

    spool: Spool
    text: str

    def __iter__(self) -> Iterator[Record]:
        parts = iter(self.spool)
        next(parts)
        for batch in parts:
            for record in batch:
                yield _within(self.text, record)


@dataclass(frozen=True)
class _Asked:
    """What is to be read, and as what."""

    data: bytes
    file: str
    suffix: str
    kind: str
    mapping: Correspondence
    base: str
    sheet: str | None

    def parts(self) -> Iterator[Any]:
        """Yield the deposit without its records, then these in batches. Raises UnreadableDeposit."""
        deposit = self._deposit()
        yield replace(deposit, records=())
        for batch in batched(deposit.records, _BATCH):
            yield [_within("", record) for record in batch]

    def _deposit(self) -> Deposit:
        data, file, kind = self.data, self.file, self.kind
        if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
            raise unreadable("fichier-vide", Place(file, 1))
        if data.startswith(_WORKBOOKS):
            _refuse_other_tables(kind, file)
            return read_workbook(data, file, kind=kind, mapping=self.mapping, sheet=self.sheet)
        _refuse_foreign(data, file, self.suffix)
        text = decode(data, file)
        if text.starts_with(("{", "[")) or (self.suffix in _JSON and not text.blank):
            return read_json(text, file, kind=kind, base=self.base)
        _refuse_other_tables(kind, file)
        return read_table_text(text, file, kind=kind, mapping=self.mapping)


def _within(text: str, record: Record) -> Record:
    return replace(record, source=record.source.within(text)) if record.source else record


def _refuse_foreign(data: bytes, file: str, suffix: str) -> None:
    if suffix in _RDF:
        raise unreadable("format-rdf", Place(file, 1), words={"what": suffix})
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise unreadable("fichier-binaire", Place(file, 1), words={"what": in_both("contenus", what)})


def _refuse_other_tables(kind: str, file: str) -> None:
    """Refuse a table of anything but projects: the columns are theirs."""
    if kind != PROJECT:
        raise unreadable("tableau-de-projets", Place(file, 1), value=kind)
