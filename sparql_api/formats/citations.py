"""Writes a reference in the formats of reference managers: BibTeX, RIS, CSL-JSON, DataCite. Knows no thing of ours.

A text cannot leave its field: what a format reads as its own signs is escaped, and what ends a line is a space.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

TEX: Final = {
    "\\": r"\textbackslash{}",
    # BibTeX counts braces even where they are escaped: these commands hold balanced ones.
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: "\\" + sign for sign in "$&%#_"},
}


@dataclass(frozen=True)
class Reference:
    """What is cited; `date` is `YYYY-MM-DD`, or as much of it as is known; authors are organisations."""

    key: str
    title: str
    authors: tuple[str, ...]
    date: str
    publisher: str
    version: str
    address: str
    language: str
    kind: str = "data"
    """A key of `KINDS`."""
    note: str = ""


@dataclass(frozen=True)
class Kind:
    """What each format calls a kind of thing: BibTeX and biblatex, RIS, CSL."""

    bibtex: str
    ris: str
    csl: str


KINDS: Final[Mapping[str, Kind]] = {
    "data": Kind("misc", "DATA", "dataset"),
    "law": Kind("legislation", "STAT", "legislation"),
    "treaty": Kind("legislation", "STAT", "treaty"),
    "report": Kind("techreport", "RPRT", "report"),
}


def plain(text: str) -> str:
    """Return a text on one line, without control characters nor marks that turn the direction of what follows."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf"))


def tex(text: str) -> str:
    """Return a text as LaTeX shows it."""
    return "".join(TEX.get(c, c) for c in plain(text))


def key_of(text: str) -> str:
    """Return a key that BibTeX takes: letters and digits of ASCII, hyphens between them."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def bibtex(cited: Reference) -> str:
    """Return a reference in BibTeX; the title stands in braces of its own, which keep its capitals."""
    fields = {
        "title": "{" + tex(cited.title) + "}",
        "author": " and ".join("{" + tex(one) + "}" for one in cited.authors),
        "year": cited.date[:4],
        "month": str(int(cited.date[5:7] or 0) or ""),
        "institution" if cited.kind == "report" else "publisher": "{" + tex(cited.publisher) + "}",
        "version": tex(cited.version),
        "url": cited.address,
        "language": cited.language,
        "note": tex(cited.note),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@{KINDS[cited.kind].bibtex}{{{key_of(cited.key)},\n" + ",\n".join(lines) + "\n}\n"


def ris(cited: Reference) -> str:
    """Return a reference in RIS."""
    fields = [
        ("TY", KINDS[cited.kind].ris),
        ("ID", key_of(cited.key)),
        ("TI", plain(cited.title)),
        *(("AU", plain(one)) for one in cited.authors),
        ("PY", cited.date[:4]),
        ("DA", cited.date.replace("-", "/")),
        ("PB", plain(cited.publisher)),
        *([("ET", plain(cited.version))] if cited.version else []),
        ("UR", cited.address),
        ("LA", cited.language),
        *([("N1", plain(cited.note))] if cited.note else []),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {value}\r\n" for tag, value in fields)


def csl(cited: Reference) -> str:
    """Return a reference in CSL-JSON."""
    item = {
        "id": key_of(cited.key),
        "type": KINDS[cited.kind].csl,
        "title": plain(cited.title),
        "author": [{"literal": plain(one)} for one in cited.authors],
        "issued": {"date-parts": [[int(part) for part in cited.date.split("-")]]},
        "publisher": plain(cited.publisher),
        "version": plain(cited.version),
        "URL": cited.address,
        "language": cited.language,
        "note": plain(cited.note),
    }
    item = {name: value for name, value in item.items() if value}
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def datacite(cited: Reference) -> str:
    """Return a reference as DataCite's metadata, schema 4 (https://schema.datacite.org/meta/kernel-4/), in JSON."""
    named = {"name": plain(cited.publisher)}
    item = {
        "schemaVersion": "http://datacite.org/schema/kernel-4",
        "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Linked open data"},
        "creators": [{"name": plain(one), "nameType": "Organizational"} for one in cited.authors],
        "titles": [{"title": plain(cited.title), "lang": cited.language}],
        "publisher": named,
        "publicationYear": cited.date[:4],
        "dates": [{"date": cited.date, "dateType": "Issued"}],
        "version": plain(cited.version),
        "language": cited.language,
        "alternateIdentifiers": [{"alternateIdentifier": cited.address, "alternateIdentifierType": "URL"}],
        "url": cited.address,
    }
    if cited.note:
        said = {"description": plain(cited.note), "descriptionType": "TechnicalInfo", "lang": cited.language}
        item["descriptions"] = [said]
    return json.dumps(item, ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True)
class Format:
    """A format of references: its media type, how its files end, what writes it."""

    media_type: str
    suffix: str
    write: Callable[[Reference], str]


FORMATS: Final[Mapping[str, Format]] = {
    "bibtex": Format("application/x-bibtex", "bib", bibtex),
    "ris": Format("application/x-research-info-systems", "ris", ris),
    "csl": Format("application/vnd.citationstyles.csl+json", "csl.json", csl),
    "datacite": Format("application/vnd.datacite.datacite+json", "datacite.json", datacite),
}
