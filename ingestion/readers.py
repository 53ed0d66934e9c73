"""Opens a deposit, whatever its format: the face of the readers.

Knows how to tell the formats apart by their content; each format's reading is in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ingestion.errors import unreadable
from ingestion.mapping import read_mapping
from ingestion.messages import LANGUAGES, Place
from ingestion.readers_csv import read_table_text
from ingestion.readers_json import read_json
from ingestion.readers_text import decode
from ingestion.readers_workbook import read_workbook
from ingestion.records import Deposit
from ontologie import BASE, document_types, system_reason

LARGEST_MB: Final = 512
"""Size of a deposit, in megabytes, beyond which it must be split."""

PROJECT: Final = "projet"
"""The type of document that tables describe."""

_MEGABYTE: Final = 1_000_000
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_FOREIGN: Final = {
    b"%PDF": {"fr": "c'est un PDF", "en": "it is a PDF"},
    b"\x89PNG": {"fr": "c'est une image", "en": "it is an image"},
    b"\xff\xd8\xff": {"fr": "c'est une image", "en": "it is an image"},
    b"GIF8": {"fr": "c'est une image", "en": "it is an image"},
    b"\x7fELF": {"fr": "c'est un programme", "en": "it is a program"},
    b"MZ": {"fr": "c'est un programme", "en": "it is a program"},
    b"\x1f\x8b": {"fr": "c'est une archive", "en": "it is an archive"},
    b"7z\xbc\xaf": {"fr": "c'est une archive", "en": "it is an archive"},
    b"Rar!": {"fr": "c'est une archive", "en": "it is an archive"},
    b"SQLite format": {"fr": "c'est une base de données", "en": "it is a database"},
    b"{\\rtf": {"fr": "c'est un texte mis en forme", "en": "it is a formatted text"},
    b"<": {"fr": "c'est une page web ou du XML", "en": "it is a web page or XML"},
}
_RDF: Final = {".ttl", ".nt", ".nq", ".trig", ".rdf", ".owl", ".xml"}


def read_deposit(
    path: str | Path,
    *,
    kind: str = PROJECT,
    mapping: Mapping[str, str] | str | Path | None = None,
    base: str = BASE,
) -> Deposit:
    """Read a deposit: CSV, workbook (XLSX, XLS, ODS), JSON, JSON-LD or JSON Lines.

    Encoding (UTF-8, UTF-16, Windows-1252) and separator are detected, and said in the deposit's notes.
    `kind` is the type of document that rows make; a JSON document says its own. `mapping`, their header to
    our column, is a dictionary or a TOML or CSV file. Raises UnreadableDeposit where the file cannot be used
    as a whole; what is wrong with one row is found when it becomes a document.
    """
    file = str(path).encode(errors="replace").decode()  # a name that is no text would break the report
    if kind not in document_types():
        choices = ", ".join(document_types())
        raise unreadable("genre-inconnu", Place(file), value=kind, words={"choices": choices})
    data = _read(Path(path), file)
    names = read_mapping(mapping)
    if data.startswith(_WORKBOOKS):
        _refuse_other_tables(kind, file)
        return read_workbook(data, file, kind=kind, mapping=names)
    _refuse_foreign(data, file)
    text = decode(data, file)
    if text.starts_with(("{", "[")):
        return read_json(text, file, kind=kind, base=base)
    if Path(path).suffix.lower() in {".json", ".jsonld", ".jsonl"} and not text.blank:
        return read_json(text, file, kind=kind, base=base)
    _refuse_other_tables(kind, file)
    return read_table_text(text, file, kind=kind, mapping=names)


def _read(path: Path, file: str) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST_MB * _MEGABYTE:
            sizes = {"size": str(size // _MEGABYTE), "most": str(LARGEST_MB)}
            raise unreadable("fichier-trop-gros", Place(file), words=sizes)
        data = path.read_bytes()
    except OSError as error:
        detail = {"detail": {lang: system_reason(error, lang) for lang in LANGUAGES}}
        raise unreadable("fichier-illisible", Place(file), words=detail) from error
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise unreadable("fichier-vide", Place(file, 1))
    return data


def _refuse_foreign(data: bytes, file: str) -> None:
    suffix = Path(file).suffix.lower()
    if suffix in _RDF:
        raise unreadable("format-rdf", Place(file, 1), words={"what": suffix})
    for magic, what in _FOREIGN.items():
        if data.startswith(magic):
            raise unreadable("fichier-binaire", Place(file, 1), words={"what": what})


def _refuse_other_tables(kind: str, file: str) -> None:
    """Refuse a table of anything but projects: the columns are theirs."""
    if kind != PROJECT:
        raise unreadable("tableau-de-projets", Place(file, 1), value=kind)
