"""Tells a document in words: its fields by their labels in the order of a deposit, its concepts by their names.

Knows the document as it is kept; what a page of the site shows of a fiche is read from its graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ingestion.documents.draft import LICENCE
from ingestion.reading.exported_table import items_of
from ingestion.words.columns import SIBLINGS, Column, columns
from ingestion.words.languages import FRENCH, texts_of
from ingestion.words.terms import terms
from ontologie import BASE, PREFIXES, concepts, fold_label, sentence, vocabularies

_UNTOLD: Final = frozenset({"id", "type", "mention", "fiche", "identifiant"})
ORDINARY: Final = frozenset({LICENCE, FRENCH})
"""What every fiche says: its licence and its language are told where they are others."""

_BOOLEANS: Final = frozenset({"true", "false"})


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a document: the name of its column, else its key, its label, its values in words."""

    name: str
    label: str
    values: tuple[str, ...]


def told(document: Mapping[str, Any], lang: str, base: str = BASE) -> list[Field]:
    """Return the fields of a document that say something."""
    wordings = _wordings(document, lang, base)
    found, keys = [], set(_UNTOLD)
    for column in columns().values():
        keys |= {column.key, *SIBLINGS.get(column.key, ())}
        if column.kind == "prive" or column.name == "id":
            continue
        values = tuple(_in_words(column, item, wordings, lang, base) for item in items_of(column, document))
        if values and not ORDINARY.issuperset(items_of(column, document)):
            found.append(Field(column.name, column.label[lang], values))
    for key, given in document.items():
        if key not in keys and (values := tuple(_values(given, lang, base))):
            found.append(Field(key, label_of_key(key, lang, base), values))
    return found


def name_of(iri: str, base: str = BASE) -> str:
    """Return the name under which people see a thing of our vocabularies, else its IRI."""
    known = concepts(base).get(iri.removeprefix(base))
    return known.displayed if known else iri


def _wordings(document: Mapping[str, Any], lang: str, base: str) -> dict[tuple[str, str], str]:
    """Return what is to be said of each wording as it was deposited, by its column."""
    found = {}
    for mention in _several(document.get("mention")):
        wording, iris = str(mention["libelleDepose"]), [str(iri) for iri in _several(mention.get("resoluEn"))]
        names = [name_of(iri, base) for iri in iris]
        if not iris:
            found[mention["champ"], wording] = sentence("relecture", "wording-unknown", lang, wording=wording)
        elif [fold_label(name) for name in names] == [fold_label(wording)]:
            found[mention["champ"], wording] = names[0]
        else:
            said = {"wording": wording, "names": ", ".join(names)}
            found[mention["champ"], wording] = sentence("relecture", "wording-understood", lang, **said)
    return found


def _in_words(
    column: Column, item: str, wordings: Mapping[tuple[str, str], str], lang: str, base: str
) -> str:
    if column.kind == "texte" and (column.name, item) not in wordings:
        return item
    if column.kind == "booleen" and item in _BOOLEANS:
        return sentence("relecture", item, lang)
    return wordings.get((column.name, item)) or name_of(item, base)


def _values(given: Any, lang: str, base: str) -> Iterator[str]:
    """Yield the values of a key that no column feeds; a node is told by what it says, key by key."""
    for value in _several(given):
        if isinstance(value, Mapping) and "id" in value:
            parts = (
                f"{label_of_key(key, lang, base)} : {', '.join(_values(below, lang, base))}"
                for key, below in value.items()
                if key not in _UNTOLD
            )
            yield " ; ".join(parts) or name_of(str(value["id"]), base)
        elif isinstance(value, str):
            yield name_of(value, base)
        else:
            yield from texts_of(value, lang)


def label_of_key(key: str, lang: str, base: str = BASE) -> str:
    """Return the label of a key's property in a language, else the key."""
    term = terms(base).get(key)
    return (_labels(base).get((term.iri, lang)) if term else None) or key


@cache
def _labels(base: str) -> Mapping[tuple[str, str], str]:
    """Return the labels of the properties of our ontology, by (IRI, language)."""
    wanted = re.compile(f"^<{re.escape(base)}ontologie#[^>]*> <{re.escape(PREFIXES['rdfs'])}label> ".encode())
    lines = [line for one in vocabularies(base) for line in one.lines if wanted.match(line)]
    quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
    return {
        (quad.subject.value, quad.object.language or ""): quad.object.value
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal)
    }


def _several(value: Any) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else () if value is None else (value,))
