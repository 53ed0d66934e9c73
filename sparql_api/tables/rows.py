"""Makes the rows of tables out of what graphs say, by the dictionary: paths followed, forms read.

Knows statements and vocabularies; not how rows are kept. A cell is a text, or None where nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from ontologie import unescaped
from sparql_api.fiches.facets import TIES
from sparql_api.fiches.things import StoreReader, local_id
from sparql_api.tables.dictionary import SEPARATOR, Table, TableField, expanded, tables
from sparql_api.tables.graphs import Statements

Cell = str | None
Row = tuple[Cell, ...]
NOTHING: Final[Row] = (None, None, None, None)
UNSAID: Final[Row] = (None,)
NONE: Final[Mapping[bytes, list[bytes]]] = {}
EVIDENCE: Final = "concept/genre-preuve"


@dataclass(slots=True)
class RowPlace:
    """Where a row is read: its subject and node, as IRIs, what is said of both, by which property it was reached."""

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
        self._concepts: dict[bytes, Row] = {}
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
        about = subject.encode()
        of_subject = said.get(about, NONE)
        for table, reads in self._reads:
            for through, node in nodes(table, about, of_subject):
                place = RowPlace(about, node, of_subject, said.get(node, NONE), through, rank)
                yield table.name, tuple(cell for read in reads for cell in read(place))

    def _read(self, one: TableField) -> Read:
        """Return what reads a field at a place."""
        values, concept, single = self._values(one.path), self._concept, FORMS.get(one.form)
        if one.form == "concept":
            return lambda place: concept(found[0]) if (found := values(place)) else NOTHING
        if one.form == "evidence":
            return lambda place: concept(self._ties[place.through])
        if one.form == "tied":
            return lambda place: (self._tied(place, values(place)),)
        if one.form == "rank":
            return lambda place: (str(place.rank),)
        if one.form == "date":
            return lambda place: date_cells(text(found[0])) if (found := values(place)) else NOTHING
        if one.form == "list":
            return lambda place: (SEPARATOR.join(sorted(local_id(iri(one)) for one in values(place))) or None,)
        if one.form == "illustrative":
            kind = b"<" + one.columns[0].says.encode() + b">"
            return lambda place: ("true" if kind in values(place) else "false",)
        if single is None:
            raise ValueError(f"no such form: {one.form}")
        return lambda place: (single(found[0]),) if (found := values(place)) else UNSAID

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

    def _concept(self, value: bytes) -> Row:
        """Return a thing's IRI, id and labels."""
        if value not in self._concepts:
            name = iri(value)
            labels = self._reader.labels(name)[0]
            self._concepts[value] = (name, local_id(name), labels.get("fr"), labels.get("en"))
        return self._concepts[value]

    def _tied(self, place: RowPlace, principles: Sequence[bytes]) -> str:
        """Tell whether an evidence ties the use to its principle: an indication that publication took for a tie."""
        if not place.of_node:
            return "true"
        tied = place.of_subject.get(self._indices, [])
        return "true" if any(one in tied for one in principles) else "false"


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


def iri(value: bytes) -> str:
    """Return an IRI, of its N-Triples."""
    return value[1:-1].decode()


def lexical(value: bytes) -> bytes:
    """Return the text of a literal as N-Triples escapes it."""
    return value[1 : value.rindex(b'"')]


def text(value: bytes) -> str:
    """Return the text of a literal."""
    return unescaped(lexical(value))


def language(value: bytes) -> str | None:
    """Return the tag of a text's language."""
    return value[value.rindex(b'"') + 2 :].decode() or None


def day(value: bytes) -> str | None:
    """Return a day, None where a date says less than one."""
    said = text(value)
    return said if len(said) == len("2025-03-26") else None


def date_cells(said: str) -> Row:
    """Return a date as it is said, its year, month and day where it says them."""
    return (said, said[:4], said[5:7] or None, said[8:10] or None)


FORMS: Final[Mapping[str, Callable[[bytes], Cell]]] = {
    "iri": iri, "text": text, "language": language, "day": day, "integer": text, "decimal": text, "boolean": text,
}  # fmt: skip
"""How the forms of one cell are read."""
