"""Makes the document of an instrument of one table: one row a principle, and one row without `id` for the instrument.

Knows what the columns mean; what a value may be is judged where every document is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ingestion.partners.applying import KEY, add_statement, key_of_date
from ingestion.partners.columns import Heading, named_columns
from ingestion.partners.places import Draught, check_count
from ingestion.reading.locating import Row
from ingestion.reading.records import LanguageKey, Path
from ingestion.reading.tables import SPACES
from ingestion.words.errors import unreadable
from ingestion.words.identifiers import IDENTIFIER
from ingestion.words.languages import language_of
from ingestion.words.messages import Place, issue
from ingestion.words.owned import INSTRUMENT

_ID: Final = "id"
_OF_PRINCIPLE: Final = ("plusLarge", "ordre", "horsPivot")
SEVERAL: Final = "|"
"""Stands between the values of a cell that may hold several."""
_YES: Final = frozenset(("oui", "yes", "sí", "si", "true", "1"))


def instrument_of(rows: Sequence[Row], file: str, given: str = "") -> Draught:
    """Return the document of a table's rows; `given` is the instrument's identifier where the caller says it.

    Raises UnreadableDeposit where the header names no `libelle@…`, or no row says whose principles these are.
    """
    (line, header), *below = [row for row in rows if any(cell.strip(SPACES) for cell in row[1])]
    named, unknown = named_columns(INSTRUMENT, header)
    place = Place(file, line)
    if not any(one.language for one in named):
        raise unreadable("instrument-sans-libelle", place, words={"columns": ", ".join(header)[:200]})
    name = given or next(filter(None, (_cell(cells, named, INSTRUMENT) for _, cells in below)), "")
    if not IDENTIFIER.fullmatch(name):
        raise unreadable("instrument-sans-nom", place, value=name)
    made = Draught(columns=tuple(one.column.name for one in named))
    if unknown:
        made.said.append(issue("colonnes-laissees", place, words={"columns": ", ".join(unknown)}))
    document: dict[str, Any] = {"id": f"instrument/{name}", "type": ["Instrument"], "principe": []}
    made.members, made.places[()] = document, (line, 1)
    check_count(len(below) - 1, file)
    for number, cells in below:
        _take_row(made, named, number, cells, name, file)
    document["fiche"] = {"id": f"graphe/instrument/{name}", "type": ["Fiche"], **document.pop("fiche", {})}
    return made


def _cell(cells: Sequence[str], named: Sequence[Heading], column: str) -> str:
    index = next((one.index for one in named if one.column.name == column), None)
    return cells[index].strip(SPACES) if index is not None and index < len(cells) else ""


def _take_row(made: Draught, named: Sequence[Heading], line: int, cells: Sequence[str], name: str, file: str) -> None:
    """Add a row to the document: to the instrument itself, or as one more principle."""
    if (whose := _cell(cells, named, INSTRUMENT)) not in ("", name):
        made.said.append(issue("autre-instrument", Place(file, line), value=whose, words={"expected": name}))
        return
    identifier = _cell(cells, named, _ID)
    node, path = made.members, Path()
    if identifier:
        path = ("principe", len(made.members["principe"]))
        node = {"id": f"principe/{name}/{identifier}", "type": ["Principe"], "notation": identifier}
        column = next(one.index + 1 for one in named if one.column.name == _ID)
        if not IDENTIFIER.fullmatch(identifier):
            made.said.append(issue("principe-mal-nomme", Place(file, line, column, _ID), value=identifier))
            return
        if node["id"] in made.names:
            made.said.append(issue("principe-double", Place(file, line, column, _ID), value=identifier))
            return
        made.names.add(node["id"])
        made.members["principe"].append(node)
        made.places[(*path, "id")] = line, column
    made.places[path] = line, 1
    stated: dict[str, Any] = {}
    for one in named:
        text = cells[one.index].strip(SPACES) if one.index < len(cells) else ""
        if text and one.column.key:
            holder, _, key = one.column.key.rpartition(".")
            where, at = (stated, (*path, KEY, 0)) if holder == KEY else (node, path)
            _take_cell(made, where, at, one, key, text, (line, one.index + 1), file, name)
    if stated:
        add_statement(node, stated, made.members["id"])


def _take_cell(
    made: Draught, node: dict[str, Any], path: Path, one: Heading, key: str, text: str, where: tuple[int, int],
    file: str, name: str,
) -> None:  # fmt: skip
    """Add the value of a cell to its node."""
    place = Place(file, *where, one.column.name, in_table=True)
    inside = bool(path)
    if (key in _OF_PRINCIPLE and not inside) or (inside and KEY not in path and key not in _OF_ANY):
        made.said.append(issue("colonne-hors-de-propos", place, value=text))
        return
    if one.language:
        node.setdefault(key, {})[one.language] = text
        made.places[(*path, key, LanguageKey(one.language))] = where
        return
    made.places[(*path, key)] = made.places[(*path, "fiche", key)] = where
    if key == "licence":
        node.setdefault("fiche", {})[key] = text
    elif one.column.values == "idiome":
        if (language := language_of(text)) is None:
            made.said.append(issue("langue-inconnue", place, value=text))
            return
        node[key] = [language]
        node.setdefault("fiche", {})[key] = [language]
    elif one.column.values == "principe":
        node[key] = [f"principe/{name}/{text}"]
    elif one.column.values == "genre":
        node[key] = f"concept/genre-{'principe' if inside else 'instrument'}/{text}"
    elif one.column.values == "oui-non":
        node[key] = text.casefold() in _YES
    elif one.column.values == "jour":
        dated = key_of_date(key, text)
        node[dated], made.places[(*path, dated)] = text, where
    else:
        node[key] = [part.strip(SPACES) for part in text.split(SEVERAL)] if key in _LISTS else text


_LISTS: Final = ("sourcePage", "pageLue", "pays", "subdivision", "resteAVerifier", "autreIdentifiant")
_OF_ANY: Final = frozenset(
    ("libelle", "definition", "genre", "sourcePage", "pageLue", "aVerifier", "resteAVerifier", *_OF_PRINCIPLE)
)
