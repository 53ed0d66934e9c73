"""The tables that have a measure as RDF Data Cubes (https://www.w3.org/TR/vocab-data-cube/), in Turtle.

The roles of the dictionary make the structure: dimensions name an observation, a measure is what is said of it,
attributes qualify it. A row is the observation that its own IRI names; where it is no part of a document but one
itself, that IRI is a dimension too: two linksets may justify the same match.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import pyoxigraph as ox

from ontologie import PREFIXES
from sparql_api.tables.descriptions import TabledEdition, measured
from sparql_api.tables.dictionary import Table, TableColumn, TableField

QB: Final = "http://purl.org/linked-data/cube#"
XSD: Final = PREFIXES["xsd"]
CLASSES: Final = {"dimension": "DimensionProperty", "measure": "MeasureProperty", "attribute": "AttributeProperty"}
RANGES: Final = {"integer": "integer", "decimal": "double", "boolean": "boolean", "date": "date", "string": "string"}
RowsOf = Callable[[Table], Iterable[Mapping[str, Any]]]


def cube_lines(said: TabledEdition, rows: RowsOf) -> Iterator[str]:
    """Yield the lines of the cubes: prefixes, structures, then an observation a row."""
    for name, space in (("qb", QB), ("rdfs", PREFIXES["rdfs"]), ("dct", PREFIXES["dct"]), ("xsd", XSD)):
        yield f"@prefix {name}: <{space}> .\n"
    for table in measured():
        yield from _structure(said, table)
        for row in rows(table):
            yield _observation(said, table, row)


def _structure(said: TabledEdition, table: Table) -> Iterator[str]:
    cube, fields = name_of(said, table.name), _components(table)
    labels = ", ".join(_text(text, tag) for tag, text in table.title.items())
    about = ", ".join(_text(text, tag) for tag, text in table.about.items())
    licences = ", ".join(f"<{one}>" for one in said.licences)
    yield f"\n<{cube}> a qb:DataSet ; qb:structure <{cube}.structure> ; dct:license {licences} ;\n"
    yield f"  dct:isPartOf <{said.iri}> ; rdfs:label {labels} ; rdfs:comment {about} .\n"
    parts = " , ".join(f"<{cube}.{field.columns[0].name}.component>" for field in fields)
    yield f"<{cube}.structure> a qb:DataStructureDefinition ; qb:component {parts} .\n"
    for order, field in enumerate(fields, 1):
        column = field.columns[0]
        name = f"{cube}.{column.name}"
        role = _role(field)
        optional = " ; qb:componentRequired false" if role == "attribute" else ""
        yield f"<{name}.component> a qb:ComponentSpecification ; qb:order {order}{optional} ;\n"
        yield f"  qb:{role} <{name}> .\n"
        titles = ", ".join(_text(text, tag) for tag, text in column.title.items())
        meaning = f" ; rdfs:seeAlso <{column.says}>" if column.says else ""
        ranged = f"xsd:{RANGES[column.type]}" if column.type in RANGES else "rdfs:Resource"
        yield f"<{name}> a qb:{CLASSES[role]} ; rdfs:label {titles} ; rdfs:range {ranged}{meaning} .\n"


def _observation(said: TabledEdition, table: Table, row: Mapping[str, Any]) -> str:
    cube = name_of(said, table.name)
    told = [
        f" ; <{cube}.{column.name}> {_value(column, row[column.name])}"
        for column in (field.columns[0] for field in _components(table))
        if row[column.name] is not None
    ]
    return f"<{row[table.key]}> a qb:Observation ; qb:dataSet <{cube}>{''.join(told)} .\n"


def name_of(said: TabledEdition, table: str) -> str:
    """Return the IRI of a table's cube: a fragment of its edition."""
    return f"{said.iri}#cube-{table}"


def _components(table: Table) -> list[TableField]:
    return [field for field in table.fields if _role(field) in CLASSES]


def _role(field: TableField) -> str:
    return "dimension" if field.role == "key" and field.path == "^" else field.role


def _value(column: TableColumn, value: Any) -> str:
    if column.type == "iri":
        return f"<{value}>"
    if column.type == "boolean":
        return "true" if value else "false"
    if column.type == "string":
        return str(ox.Literal(value))
    return str(ox.Literal(str(value), datatype=ox.NamedNode(XSD + RANGES[column.type])))


def _text(text: str, tag: str) -> str:
    return str(ox.Literal(text, language=tag))
