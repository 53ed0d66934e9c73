"""The table of projects that we write, and how its cells are taken back: what leaves so comes in unchanged.

Knows which columns there are, what marks a table as ours, and that a `|` inside an item of a list is written `\\|`;
that no cell is a formula is the business of who writes it (`shapes.reporting.cells`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from ingestion.reading.records import Value
from ingestion.words.columns import LIST, OURS, SIBLINGS, Column, columns, is_our_own
from ingestion.words.examples import PROJECT, is_example
from ingestion.words.identifiers import unspelt
from ingestion.words.languages import tag_of, texts_of
from ontologie import BASE, Iris
from shapes import restored

_WORDS: Final = ("texte", "concept", "etapes")
"""Kinds of columns whose cells are kept to the character."""

_SPECIAL: Final = re.compile(r"([\\|])")
_ITEM: Final = re.compile(r"(?:\\[\\|]|[^|])+")
_ESCAPED: Final = re.compile(r"\\([\\|])")

Deduced = Mapping[str, str]
"""What publication says of a project, as cells, by our properties: see `DEDUCED`."""

DEDUCED: Final = {
    "annee_scolaire_deduite": "anneeScolaireDeduite",
    "premier_jour_deduit": "premierJour",
    "genres_de_preuve": "genreDePreuve",
}
"""The columns that hold it, and the property of each."""


def export_columns() -> list[str]:
    """Return the names of the columns of an exported table: every public one, then those that are ours alone."""
    return [*(column.name for column in _public()), *OURS]


def export_row(
    document: Mapping[str, Any], base: str = BASE, deduced: Deduced = MappingProxyType({})
) -> list[str]:
    """Return a project as the cells of a table: the wording as deposited, IRIs where there is none.

    Deposited again, the table makes the same graph.
    """
    kind, _, identifier = str(document["id"]).removeprefix(base).partition("/")
    told = {
        "identifiant_publie": next(_several(document.get("identifiant")), ""),
        **{name: deduced.get(term, "") for name, term in DEDUCED.items()},
        "iri": Iris(base).entity(kind, identifier),
        "graphe": Iris(base).graph(kind, identifier),
    }
    return [*(_cell(column, document) for column in _public()), *(told[name] for name in OURS)]


def deduced_cell(values: Iterable[str]) -> str:
    """Return what publication says of a project as one cell: concepts by the last part of their IRIs."""
    return LIST.join(sorted(value.rpartition("/")[2] for value in values))


def is_ours(header: Sequence[str]) -> bool:
    """Tell whether a header is that of a table that we wrote."""
    return any(map(is_our_own, header))


def taken_back(name: str, cell: str) -> Value:
    """Return the value that `export_row` wrote in a column."""
    column, text = columns()[name], restored(cell)
    if column.is_list:
        return tuple(_ESCAPED.sub(r"\1", item) for item in _ITEM.findall(text))
    return text if column.kind in _WORDS else text.strip()


def _public() -> Iterator[Column]:
    return (column for column in columns().values() if column.kind != "prive")


def _cell(column: Column, document: Mapping[str, Any]) -> str:
    items = items_of(column, document)
    return LIST.join(_SPECIAL.sub(r"\\\1", item) for item in items) if column.is_list else LIST.join(items)


def items_of(column: Column, document: Mapping[str, Any]) -> list[str]:
    """Return the items of a column: what was deposited, then the values that no wording covers.

    What stands under the column's own key comes first: the académie that owns a project before the others.
    """
    mentions = list(_several(document.get("mention")))
    own = [one for one in mentions if one.get("champ") == column.name]
    covered = {iri for one in mentions for iri in _several(one.get("resoluEn"))}
    fiche: Mapping[str, Any] = next(_several(document.get("fiche")), {})
    node = fiche if column.node == "fiche" else document
    tag = tag_of(_several(fiche.get("langue")))
    found = [(str(one["libelleDepose"]), set(_several(one.get("resoluEn")))) for one in own]
    if not own or column.kind in ("texte", "concept"):
        keys = (column.key, *SIBLINGS.get(column.key, ()))
        values = [value for key in keys for value in _written(column, node.get(key), tag)]
        found += [(value, {value}) for value in values if value not in covered]
    first = set(_written(column, node.get(column.key), tag)) if column.key in SIBLINGS else set()
    return [text for text, said in sorted(found, key=lambda one: first.isdisjoint(one[1]))]


def _written(column: Column, given: Any, tag: str | None) -> list[str]:
    """Return the values of a key as text, those in the language of the fiche first; a cell may hold one text alone."""
    values = list(_several(given))
    if column.kind == "etapes":
        values.sort(key=lambda phase: int(phase.get("ordre", 0)))
    texts = [text for value in values for text in _texts(value, tag)]
    if not column.is_list:
        texts = texts[:1]
    if column.name == "id":
        return [text if is_example(PROJECT, text) else unspelt(text.partition("-")[2]) or text for text in texts]
    return texts


def _texts(value: Any, tag: str | None) -> list[str]:
    """Return a value as texts: itself, those of a language map, the description of a node or its IRI."""
    if isinstance(value, dict) and "id" in value:
        value = value.get("description", value["id"])
    return texts_of(value, tag)


def _several(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else () if value is None else (value,))
