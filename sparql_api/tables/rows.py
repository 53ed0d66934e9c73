"""Makes the rows of tables out of what graphs say, by the dictionary: paths followed, forms read.

Knows statements and vocabularies; not how rows are kept. A row is a line of CSV (RFC 4180): what a concept fills of
it is written once. A cell where nothing is said is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontologie import unescaped
from sparql_api.fiches.facets import TIES
from sparql_api.fiches.things import StoreReader, local_id
from sparql_api.tables.dictionary import SEPARATOR, Table, TableField, expanded, tables
from sparql_api.tables.graphs import Statements

Row = str
"""A line of CSV without its end, or the cells of one that a field fills."""
NOTHING: Final[Row] = ",,,"
UNSAID: Final[Row] = ""
NONE: Final[Mapping[bytes, list[bytes]]] = {}
EVIDENCE: Final = "concept/genre-preuve"
_QUOTED: Final = re.compile(r'[",\r\n]')


@dataclass(slots=True)
class RowPlace:
    """Where a row is read: its subject and node, as IRIs, what is said of both, by which property it was reached."""

    name: Row
    """The subject as a cell."""
    subject: bytes
    node: bytes
    of_subject: Mapping[bytes, list[bytes]]
    of_node: Mapping[bytes, list[bytes]]
    through: str
    rank: int


Read = Callable[[RowPlace], Row]
Values = Callable[[RowPlace], list[bytes]]


class TableRows:
    """Makes the rows of the tables of one kind of document; what vocabularies say is looked up once."""

    def __init__(self, reader: StoreReader, kind: str) -> None:
        self._reader = reader
        self._concepts = _Concepts(reader)
        self._further: dict[tuple[str, bytes], list[bytes]] = {}
        self.tables = [table for table in tables().values() if table.of == kind]
        self._reads = [(table, [self._read(one) for one in table.fields]) for table in self.tables]
        self._ties = {
            expanded(f"oia:{name}"): b"<" + reader.iris.entity(EVIDENCE, kind).encode() + b">"
            for name, kind in {**TIES, "indice": "indice"}.items()
        }
        self._indices = expanded("oia:concerneParIndice").encode()

    def of(self, subject: str, said: Statements, rank: int = 0) -> Iterator[tuple[str, Row]]:
        """Yield (table, row) for each row of a document about a subject."""
        about, name = subject.encode(), cell(subject)
        of_subject = said.get(about, NONE)
        for table, reads in self._reads:
            for through, node in nodes(table, about, of_subject):
                place = RowPlace(name, about, node, of_subject, said.get(node, NONE), through, rank)
                yield table.name, ",".join([read(place) for read in reads])

    def _read(self, one: TableField) -> Read:
        """Return what reads a field at a place."""
        values, concepts, single = self._values(one.path), self._concepts, FORMS.get(one.form)
        if one.form == "concept":
            return lambda place: concepts[found[0]] if (found := values(place)) else NOTHING
        if one.form == "evidence":
            return lambda place: concepts[self._ties[place.through]]
        if one.form == "tied":
            return lambda place: self._tied(place, values(place))
        if one.form == "rank":
            return lambda place: str(place.rank)
        if one.form == "date":
            return lambda place: date_cells(text(found[0])) if (found := values(place)) else NOTHING
        if one.form == "list":
            return lambda place: cell(SEPARATOR.join(sorted(local_id(iri(one)) for one in values(place))))
        if one.form == "illustrative":
            kind = b"<" + one.columns[0].says.encode() + b">"
            return lambda place: "true" if kind in values(place) else "false"
        if single is None:
            raise ValueError(f"no such form: {one.form}")
        if one.path == "^":
            return lambda place: place.name
        return lambda place: cell(single(found[0])) if (found := values(place)) else UNSAID

    def _values(self, path: str) -> Values:
        """Return what follows a path: its first step in the document, the others in the vocabularies."""
        first, *others = [self._one(Way.of(part)) for part in path.split("|")]
        if not others:
            return first
        return lambda place: next((found for way in (first, *others) if (found := way(place))), [])

    def _one(self, path: Way) -> Values:
        if not path.steps:
            if path.from_subject:
                return lambda place: [b"<" + place.subject + b">"]
            return lambda place: [b"<" + place.node + b">"]
        step, *further = path.steps
        if path.from_subject:
            start: Values = lambda place: place.of_subject.get(step, [])  # noqa: E731
        else:
            start = lambda place: place.of_node.get(step, [])  # noqa: E731
        if not further:
            return start

        def follow(place: RowPlace) -> list[bytes]:
            found = start(place)
            for one in further:
                found = [end for value in found for end in self._said_of(value, one)]
            return found

        return follow

    def _said_of(self, value: bytes, predicate: bytes) -> list[bytes]:
        key = (predicate.decode(), value)
        if key not in self._further:
            node = ox.NamedNode(iri(value))
            self._further[key] = sorted(str(one).encode() for one in self._reader.objects(node, key[0]))
        return self._further[key]

    def _tied(self, place: RowPlace, principles: Sequence[bytes]) -> str:
        """Tell whether an evidence ties the use to its principle: an indication that publication took for a tie."""
        if not place.of_node:
            return "true"
        tied = place.of_subject.get(self._indices, [])
        return "true" if any(one in tied for one in principles) else "false"


class _Concepts(dict[bytes, Row]):
    """The cells of things that were looked up: IRI, id and labels of each."""

    def __init__(self, reader: StoreReader) -> None:
        super().__init__()
        self._reader = reader

    def __missing__(self, value: bytes) -> Row:
        name = iri(value)
        labels = self._reader.shown(name)
        found = name, local_id(name), labels.get("fr", ""), labels.get("en", "")
        self[value] = row = ",".join(map(cell, found))
        return row


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a row's node, or from its subject, by properties."""

    from_subject: bool
    steps: tuple[bytes, ...]

    @classmethod
    def of(cls, text: str) -> Way:
        """Read a path of the dictionary."""
        steps = text.removeprefix("^").strip("/")
        named = () if steps in ("", ".") else tuple(expanded(step).encode() for step in steps.split("/"))
        return cls(text.startswith("^"), named)


def nodes(table: Table, subject: bytes, said: Mapping[bytes, Sequence[bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield (property, node) for each row of a table of a document about a subject."""
    for path in table.rows:
        if path == ".":
            yield "", subject
        else:
            predicate = expanded(path)
            for value in said.get(predicate.encode(), ()):
                if value.startswith(b"<"):
                    yield predicate, value[1:-1]


def predicates(kind: str) -> set[str]:
    """Return the properties that the tables of a kind of document look at in its own graphs."""
    found = {expanded("oia:concerneParIndice")} if kind == "projet" else set()
    for table in (one for one in tables().values() if one.of == kind):
        found |= {expanded(path) for path in table.rows if path != "."}
        paths = (Way.of(path) for one in table.fields for path in one.path.split("|"))
        found |= {path.steps[0].decode() for path in paths if path.steps}
    return found


def cell(said: str) -> Row:
    """Return a text as a cell of CSV."""
    return f'"{said.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(said) else said


def iri(value: bytes) -> str:
    """Return an IRI, of its N-Triples."""
    return value[1:-1].decode()


def lexical(value: bytes) -> bytes:
    """Return the text of a literal as N-Triples escapes it."""
    return value[1 : value.rindex(b'"')]


def text(value: bytes) -> str:
    """Return the text of a literal."""
    return unescaped(lexical(value))


def language(value: bytes) -> str:
    """Return the tag of a text's language."""
    return value[value.rindex(b'"') + 2 :].decode()


def day(value: bytes) -> str:
    """Return a day, nothing where a date says less than one."""
    said = text(value)
    return said if len(said) == len("2025-03-26") else ""


def date_cells(said: str) -> Row:
    """Return a date as it is said, its year, month and day where it says them."""
    return f"{cell(said)},{cell(said[:4])},{cell(said[5:7])},{cell(said[8:10])}"


FORMS: Final[Mapping[str, Callable[[bytes], str]]] = {
    "iri": iri, "text": text, "language": language, "day": day, "integer": text, "decimal": text, "boolean": text,
}  # fmt: skip
"""How the forms of one cell are read."""
