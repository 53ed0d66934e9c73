"""The wordings of a document that say no concept, and the document where one of them does after all.

Knows the mentions of a document as it is kept; what a label stands for is the resolution's business.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from ingestion.resolution.decided import label_name
from ingestion.resolution.grammar import Concepts
from ingestion.words.columns import column_of_key, columns

_OWNER: Final = "academie"
"""The column that names whose a document is: a label that is not understood there refuses it."""


def unresolved(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return the labels of a document that say no concept: by the name of each, its column and its words."""
    return {name: said for name, said, mention in _wordings(document) if not _several(mention.get("resoluEn"))}


def wordings(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return every label of a document, understood or not: by the name of each, its column and its words."""
    return {name: said for name, said, _ in _wordings(document)}


def resolved(document: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield (column, words, concepts) of every wording that says concepts."""
    for _, said, mention in _wordings(document):
        if iris := _several(mention.get("resoluEn")):
            yield (*said, tuple(map(str, iris)))


def resolved_in(document: Mapping[str, Any], label: str) -> tuple[str, str, Concepts]:
    """Return (column, words, concepts) of a label of a document: the concepts by each key that may hold them."""
    fiches = (one for one in _several(document.get("fiche")) if isinstance(one, Mapping))
    keys = sorted(_concept_keys() & {*document, *(key for one in fiches for key in one)})
    (said, mention), *_ = ((said, mention) for name, said, mention in _wordings(document) if name == label)
    iris = tuple(map(str, _several(mention.get("resoluEn"))))
    return (*said, tuple((key, iris) for key in keys))


def with_concepts(document: Mapping[str, Any], label: str, concepts: Concepts) -> dict[str, Any]:
    """Return a document where the wordings of a label say concepts, as a deposit whose label is known says them."""
    found = dict(document)
    iris = list(dict.fromkeys(iri for _, said in concepts for iri in said))
    waiting = [mention for name, _, mention in _wordings(document) if name == label and not mention.get("resoluEn")]
    found["mention"] = [
        {**one, "resoluEn": iris} if any(one is mention for mention in waiting) else one
        for one in _several(document.get("mention"))
    ]
    columns_of_it = {str(mention["champ"]) for mention in waiting}
    for key, said in concepts:
        column = column_of_key(key)
        if column is None or (column.name not in columns_of_it and not column.is_list and _holds(found, key)):
            continue  # a column that holds one value is not given a second
        if column.node == "fiche":
            found["fiche"] = [{**one, key: _with(one.get(key), said)} for one in _several(found.get("fiche"))]
        else:
            found[key] = _with(found.get(key), said)
    return found


def without_concepts(document: Mapping[str, Any], label: str) -> dict[str, Any]:
    """Return a document where the wordings of a label say no concept: what no other wording says leaves its columns."""
    found = dict(document)
    mine = [mention for name, _, mention in _wordings(document) if name == label and mention.get("resoluEn")]
    said = {iri for mention in mine for iri in _several(mention["resoluEn"])}
    found["mention"] = [
        {key: value for key, value in one.items() if key != "resoluEn" or not any(one is mention for mention in mine)}
        for one in _several(document.get("mention"))
    ]
    gone = said - {str(iri) for one in found["mention"] for iri in _several(one.get("resoluEn"))}
    _drop(found, gone)
    if "fiche" in found:
        found["fiche"] = [_drop(dict(one), gone) for one in _several(found["fiche"])]
    return found


def _concept_keys() -> set[str]:
    return {column.key for column in columns().values() if column.kind == "concept" and column.name != _OWNER}


def _drop(node: dict[str, Any], gone: Collection[str]) -> dict[str, Any]:
    """Take concepts out of a node, and a key that holds none any more."""
    for key in _concept_keys() & node.keys():
        node[key] = [value for value in _several(node[key]) if value not in gone]
        if not node[key]:
            del node[key]
    return node


def _wordings(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str], Mapping[str, Any]]]:
    """Yield (name of the label, (column, words), mention) of the columns whose values are concepts."""
    for mention in _several(document.get("mention")):
        if not isinstance(mention, Mapping):
            continue
        field, words = _one(mention.get("champ")), _one(mention.get("libelleDepose"))
        column = columns().get(field)
        if column is not None and column.kind == "concept" and field != _OWNER and words:
            yield label_name(field, words), (field, words), mention


def _holds(document: Mapping[str, Any], key: str) -> bool:
    return key in document or any(key in one for one in _several(document.get("fiche")))


def _with(value: Any, more: Iterable[str]) -> list[Any]:
    before = _several(value)
    return [*before, *(iri for iri in more if iri not in before)]


def _one(value: Any) -> str:
    values = _several(value)
    return values[0] if len(values) == 1 and isinstance(values[0], str) else ""


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]
