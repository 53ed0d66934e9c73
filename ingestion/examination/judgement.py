"""Brings what the shapes found back to the deposit: line, column and field of each result.

Knows how a path and a focus node lead to a key of the document, and a key to a column; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

import pyoxigraph as ox

from ingestion.documents.build import BuiltDocument
from ingestion.reading.records import Path, Record
from ingestion.words.columns import Column, column_of_key, columns
from ingestion.words.messages import Issue, Place, quote
from ingestion.words.owned import PARTNERS
from ingestion.words.terms import terms
from ontologie import BASE
from shapes import Report, Result, subject_of

_IRI: Final = re.compile(r"<([^>]*)>")


def issues_of(report: Report, record: Record, built: BuiltDocument, base: str = BASE) -> list[Issue]:
    """Return the issues of a report, in its order.

    What building has said already is left out, one cause being one entry: all that bears on a field that it has
    refused, a warning about a value that it has warned about, what bears on a whole field that it has spoken of. So
    is what says the same of the same field twice (a text and the mention of it).
    """
    refused = {found.field for found in built.issues if found.refuses}
    warned = {(found.field, found.value) for found in built.issues}
    named = {found.field for found in built.issues}
    seen = set()
    issues = []
    for result in report.results:
        place, column = _place(result, record, built, base)
        same = (place, result.shape, result.messages.get("fr"), result.value)
        if same in seen or (place.field or "") in refused:
            continue
        seen.add(same)
        found = _issue(result, place, column, built.name, base)
        of_the_field = found.severity == "info" or result.value in (None, "", f"<{result.focus}>")
        known = found.field in named if of_the_field else (found.field, found.value) in warned
        if found.refuses or not known:
            issues.append(found)
    return issues


def _issue(result: Result, place: Place, column: Column | None, document: str, base: str) -> Issue:
    return Issue(
        severity=result.severity,
        message=result.messages,
        file=place.file,
        line=place.line,
        column=place.column,
        field=quote(place.field or "", private=place.private),
        value=quote(_told(result, base), private=place.private),
        remedy=column.help if column else {},
        rule=result.shape,
        document=document,
        in_table=place.in_table,
    )


def _told(result: Result, base: str) -> str:
    """Return the value of a result that people wrote: the node itself, which its shape found wrong, is none."""
    return "" if not result.value or result.value == f"<{result.focus}>" else _text(result.value, base)


def _place(
    result: Result, record: Record, built: BuiltDocument, base: str
) -> tuple[Place, Column | None]:
    """Return where in the deposit a result belongs, and its column."""
    key = _key(result.path or subject_of(result.shape, base), base, built.context)
    name = result.focus.removeprefix(base)
    inside = "#" in name or (built.kind in PARTNERS and name != f"{built.kind}/{built.identifier}")
    if record.members is not None and record.header is None:
        within = _way_to(record.members, name, base) or () if inside else ()
        path = (*within, key) if key else within
        place = record.place(path=path) if path else record.place()
        return place, None if built.kind in PARTNERS else column_of_key(key)  # columns are a project's
    column = _mentioned(built.document, name) if inside else column_of_key(key)
    return record.place(column.name if column else key or None), column


@cache
def _by_iri(base: str, context: str) -> Mapping[str, str]:
    """Return the key of each property; of several the first."""
    found: dict[str, str] = {}
    for term in terms(base, context).values():
        found.setdefault(term.iri, term.key)
    return found


def field_of(result: Result, context: str, base: str = BASE) -> str:
    """Return the column that a result is about, else the key of its property; nothing where it has no path."""
    key = _key(result.path or subject_of(result.shape, base), base, context)
    column = column_of_key(key)
    return column.name if column else key


def _key(path: str, base: str, context: str) -> str:
    """Return the key of a path: that of its last property."""
    names = _IRI.findall(path) or [path]
    return _by_iri(base, context).get(names[-1], "")


def _mentioned(document: Mapping[str, Any], name: str) -> Column | None:
    """Return the column of a row that a node inside the document came from."""
    for mention in document.get("mention", ()):
        if mention["id"] == name:
            return columns().get(mention["champ"])
    return column_of_key("phase") if "#phase-" in name else None


def _way_to(value: Any, name: str, base: str) -> Path | None:
    """Return the path to the object with an id, inside a JSON value."""
    for path, node in _nodes(value, ()):
        given = node.get("id", node.get("@id"))
        if isinstance(given, str) and given.removeprefix(base) == name:
            return path
    return None


def _nodes(value: Any, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield path, value
        for key, below in value.items():
            yield from _nodes(below, (*path, key))
    elif isinstance(value, list):
        for rank, below in enumerate(value):
            yield from _nodes(below, (*path, rank))


def _text(term: str, base: str) -> str:
    """Return an N-Triples term as people read it: the text of a literal, an IRI relative to the base."""
    if not term.startswith(("<", '"', "_")):
        return term.removeprefix(base)
    try:
        value = next(iter(ox.parse(f"<x:s> <x:p> {term} .", format=ox.RdfFormat.N_TRIPLES))).object
    except SyntaxError:
        return term
    return value.value.removeprefix(base) if isinstance(value, (ox.NamedNode, ox.Literal)) else term
