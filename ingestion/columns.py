"""The columns of a deposit, as `ontologie/donnees/colonnes.csv` describes them: read in a header, written out.

Knows which column feeds which key of a document; what values mean is the resolution's business.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from rapidfuzz import fuzz, process

from ingestion.errors import UnreadableDeposit, unreadable
from ingestion.folding import fold
from ingestion.messages import Place
from ingestion.records import Header
from ontologie import read_table

LIST: Final = "|"
"""What separates the items of a list in one cell."""

_SIBLINGS: Final = {
    "date": ("dateMois", "dateAnnee"),
    "dateFin": ("dateFinMois", "dateFinAnnee"),
    "academie": ("academieAssociee",),
}
"""Keys that a column feeds besides its own."""

IGNORED: Final = ""
"""What a mapping gives for a column to leave out."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the key it feeds, the kind of its values, and its bounds in characters.

    `kind` is texte, concept, iri, entier, booleen, date, identifiant, etapes or prive. `schemes` are the
    vocabularies its labels are looked up in. `node` says whether the key belongs to the document or to its
    fiche. `form` is the pattern of a text that has one.
    """

    name: str
    key: str
    kind: str
    schemes: tuple[str, ...]
    is_list: bool
    required: bool
    label: Mapping[str, str]
    help: Mapping[str, str]
    node: str
    longest: int
    form: re.Pattern[str] | None


@cache
def columns() -> Mapping[str, Column]:
    """Return every column by its name, in the order of a deposit."""
    return MappingProxyType({row["colonne"]: _column(row) for row in read_table("donnees", "colonnes.csv")})


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        name=row["colonne"],
        key=row["cle"],
        kind=row["genre"],
        schemes=tuple(row["schema"].split()),
        is_list=row["liste"] == "oui",
        required=row["obligatoire"] == "oui",
        label={lang: row[f"label_{lang}"] for lang in ("fr", "en")},
        help={lang: row[f"aide_{lang}"] for lang in ("fr", "en")},
        node=row["noeud"],
        longest=int(row["longueur_max"]),
        form=re.compile(row["motif"]) if row["motif"] else None,
    )


@cache
def column_of_key(key: str) -> Column | None:
    """Return the column that feeds a key of a document."""
    own = next((name for name, others in _SIBLINGS.items() if key in others), key)
    return next((column for column in columns().values() if own and column.key == own), None)


@cache
def _by_folded_name() -> Mapping[str, str]:
    return {fold(name): name for name in columns()}


def column_name(header: str) -> str | None:
    """Return our name for a header: itself after folding case, accents and punctuation, or None."""
    return _by_folded_name().get(fold(header))


def nearest_names(name: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return up to three names that look like this one, nearest first."""
    folded = {fold(candidate): candidate for candidate in names}
    found = process.extract(fold(name), list(folded), scorer=fuzz.WRatio, limit=3, score_cutoff=70)
    return tuple(folded[match] for match, _, _ in found)


def read_header(cells: Sequence[str], place: Place, mapping: Mapping[str, str]) -> Header:
    """Return the columns that a header line names; `mapping` gives our name for some of theirs.

    Raises UnreadableDeposit where nothing is known, or a column is unknown, repeated or missing.
    """
    named = [(position, cell.strip()) for position, cell in enumerate(cells, 1) if cell.strip()]
    found = [(position, cell, mapping.get(fold(cell), column_name(cell))) for position, cell in named]
    if not any(name for _, _, name in found):
        known = ", ".join(list(columns())[:6])
        raise unreadable("pas-un-tableau", place, words={"columns": known})
    fields: dict[str, tuple[int, str]] = {}
    for position, cell, name in found:
        if name is None:
            raise _unknown(cell, Place(place.file, place.line, position, cell), fields)
        if name == IGNORED:
            continue
        if name in fields:
            where = Place(place.file, place.line, position, cell)
            raise unreadable("colonne-double", where, value=cell, words={"first": str(fields[name][0])})
        fields[name] = (position, cell)
    missing = [name for name, column in columns().items() if column.required and name not in fields]
    if missing:
        raise unreadable("colonnes-manquantes", place, words={"columns": ", ".join(missing)})
    return Header(fields)


def _unknown(cell: str, place: Place, taken: Mapping[str, object]) -> UnreadableDeposit:
    free = [name for name in columns() if name not in taken]
    return unreadable("colonne-inconnue", place, value=cell, suggestions=nearest_names(cell, free))


def csv_header() -> str:
    """Return the header line of the canonical CSV: every public column."""
    return _csv_line(column.name for column in _public())


def csv_row(document: Mapping[str, Any]) -> str:
    """Return a document as a line of the canonical CSV: the wording as deposited, IRIs where there is none.

    Deposited again, it makes the same concepts; an item that holds the separator `|` loses it.
    """
    return _csv_line(LIST.join(_cell(column, document)) for column in _public())


def _public() -> Iterator[Column]:
    return (column for column in columns().values() if column.kind != "prive")


def _csv_line(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _cell(column: Column, document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the items of a column: what was deposited, then the values that no wording covers."""
    mentions = list(_several(document.get("mention")))
    own = [one for one in mentions if one.get("champ") == column.name]
    covered = {iri for one in mentions for iri in _several(one.get("resoluEn"))}
    yield from (str(one["libelleDepose"]) for one in own)
    if own and column.kind not in ("texte", "concept"):
        return
    node = next(_several(document.get("fiche")), {}) if column.node == "fiche" else document
    keys = (column.key, *_SIBLINGS.get(column.key, ()))
    values = [value for key in keys for value in _several(node.get(key))]
    if column.kind == "etapes":
        values.sort(key=lambda phase: int(phase.get("ordre", 0)))
    for value in values:
        if not isinstance(value, str):
            value = value.get("@value") or value.get("description") or value.get("id", "")
        if column.kind == "identifiant" and column.required:
            value = value.partition("-")[2] or value
        if value not in covered:
            yield value.replace(LIST, " ")


def _several(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else () if value is None else (value,))
