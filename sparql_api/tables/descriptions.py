"""What describes the tables of an edition to programs, made of the dictionary: Data Package, CSVW, Croissant.

Data Package v1 (https://specs.frictionlessdata.io/tabular-data-package/), Metadata Vocabulary for Tabular Data
(https://www.w3.org/TR/tabular-metadata/), Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html).
Files are named relative to the description, so that it is as right beside them in a folder as over HTTP.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingestion import Edition
from ontologie import in_both
from sparql_api.description.licences import licences_of, name_of
from sparql_api.tables.dictionary import Table, TableColumn, tables, words

Json = dict[str, Any]


@dataclass(frozen=True)
class TabledEdition:
    """The edition that tables are of: number, IRI and moment (xsd:dateTime), title and what it is, who publishes it."""

    number: int
    iri: str
    date: str
    title: Mapping[str, str]
    about: Mapping[str, str]
    publisher: str
    licences: tuple[str, ...]
    """The IRIs of the licences."""


@dataclass(frozen=True)
class FileFacts:
    """A CSV file: how many rows and bytes, its SHA-256."""

    rows: int
    bytes: int
    sha256: str


Facts = Mapping[str, FileFacts]


@dataclass(frozen=True)
class TablesDescription:
    """A description: its media type, what writes it."""

    media_type: str
    write: Callable[[TabledEdition, Facts], str]


def described(edition: Edition, publisher: str = "") -> TabledEdition:
    """Return what descriptions say of the edition that tables are of."""
    return TabledEdition(
        edition.number,
        f"{edition.manifest['base']}edition/{edition.number}",
        str(edition.manifest["date"]),
        in_both("catalogue", "edition-title", number=edition.number),
        in_both("catalogue", "dataset-description"),
        publisher or in_both("catalogue", "publisher")["fr"],
        licences_of(edition).of("tables"),
    )


def data_package(said: TabledEdition, facts: Facts) -> str:
    """Return the Data Package of the CSV files."""
    return _json(
        {
            "profile": "tabular-data-package",
            "name": f"observatoire-ia-{said.number}",
            "id": said.iri,
            "title": said.title["en"],
            "description": said.about["en"],
            "version": str(said.number),
            "created": said.date,
            "licenses": [{"path": one, "title": name_of(one)} for one in said.licences],
            "contributors": [{"title": said.publisher, "role": "publisher"}],
            "resources": [_resource(table, facts[name]) for name, table in tables().items()],
        }
    )


def _resource(table: Table, facts: FileFacts) -> Json:
    kinds = {"iri": "string", "decimal": "number"}
    fields = [
        {
            "name": one.name,
            "type": kinds.get(one.type, one.type),
            **({"format": "uri"} if one.type == "iri" else {}),
            "title": f"{one.title['fr']} / {one.title['en']}",
            "description": _described(one),
            **({"rdfType": one.says} if one.says else {}),
            **({"unit": one.unit} if one.unit else {}),
            "constraints": {"required": one.required},
        }
        for one in table.columns
    ]
    key, target = table.key, _target(table)
    schema: Json = {"fields": fields, "missingValues": [""]}
    if key:
        schema["primaryKey"] = key
    if target:
        schema["foreignKeys"] = [{"fields": [target], "reference": {"resource": "usages", "fields": ["usage"]}}]
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": f"{table.title['fr']} / {table.title['en']}",
        "description": f"{table.about['fr']} / {table.about['en']}",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": facts.bytes,
        "hash": f"sha256:{facts.sha256}",
        "schema": schema,
    }


def csvw(said: TabledEdition, facts: Facts) -> str:
    """Return the CSVW metadata of the CSV files, as a table group."""
    return _json(
        {
            "@context": "http://www.w3.org/ns/csvw",
            "dc:title": _both(said.title),
            "dc:description": _both(said.about),
            "dc:license": [{"@id": one} for one in said.licences],
            "dc:isPartOf": {"@id": said.iri},
            "tables": [_csvw_table(table) for table in tables().values()],
        }
    )


def _csvw_table(table: Table) -> Json:
    kinds = {"iri": "anyURI", "decimal": "double"}
    columns = [
        {
            "name": one.name,
            "titles": one.name,
            "datatype": kinds.get(one.type, one.type),
            "required": one.required,
            "null": "",
            **({"separator": one.separator} if one.separator else {}),
            **({"propertyUrl": one.says} if one.says and not one.part else {}),
            "dc:title": _both(one.title),
            "dc:description": _both(words()[one.missing]),
        }
        for one in table.columns
    ]
    key, target = table.key, _target(table)
    schema: Json = {"columns": columns}
    if key:
        schema |= {"primaryKey": key, "aboutUrl": f"{{+{key}}}"}
    if target:
        reference = {"resource": "usages.csv", "columnReference": "usage"}
        schema["foreignKeys"] = [{"columnReference": target, "reference": reference}]
    about = {"dc:title": _both(table.title), "dc:description": _both(table.about)}
    return {"url": f"{table.name}.csv", **about, "tableSchema": schema}


CROISSANT_CONTEXT: Final[Json] = {
    "@language": "fr", "@vocab": "https://schema.org/", "citeAs": "cr:citeAs", "column": "cr:column",
    "conformsTo": "dct:conformsTo", "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"}, "dataBiases": "cr:dataBiases", "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty", "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract", "field": "cr:field", "fileObject": "cr:fileObject", "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet", "format": "cr:format", "includes": "cr:includes", "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath", "key": "cr:key", "md5": "cr:md5", "parentField": "cr:parentField", "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation", "recordSet": "cr:recordSet",
    "references": "cr:references", "regex": "cr:regex", "repeated": "cr:repeated", "replace": "cr:replace",
    "sc": "https://schema.org/", "separator": "cr:separator", "source": "cr:source", "subField": "cr:subField",
    "transform": "cr:transform",
}  # fmt: skip
"""The context that the specification asks every description to hold (Croissant 1.0, appendix 1)."""


def croissant(said: TabledEdition, facts: Facts) -> str:
    """Return the Croissant description of the CSV files."""
    return _json(
        {
            "@context": CROISSANT_CONTEXT,
            "@type": "sc:Dataset",
            "name": f"observatoire-ia-{said.number}",
            "alternateName": [said.title["fr"], said.title["en"]],
            "description": f"{said.about['fr']} / {said.about['en']}",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "license": [*said.licences],
            "url": said.iri,
            "version": f"{said.number}.0.0",
            "datePublished": said.date[:10],
            "creator": {"@type": "sc:Organization", "name": said.publisher},
            "citeAs": f"{said.publisher} ({said.date[:4]}). {said.title['fr']}. {said.iri}",
            "distribution": [_file(name, facts[name]) for name in tables()],
            "recordSet": [_records(table) for table in tables().values()],
        }
    )


def _file(name: str, facts: FileFacts) -> Json:
    path = f"{name}.csv"
    return {
        "@type": "cr:FileObject", "@id": path, "name": path, "contentUrl": path, "encodingFormat": "text/csv",
        "contentSize": f"{facts.bytes} B", "sha256": facts.sha256,
    }  # fmt: skip


def _records(table: Table) -> Json:
    kinds = {
        "iri": "sc:URL", "decimal": "sc:Float", "integer": "sc:Integer", "boolean": "sc:Boolean", "date": "sc:Date",
    }  # fmt: skip
    fields = [
        {
            "@type": "cr:Field",
            "@id": f"{table.name}/{one.name}",
            "name": one.name,
            "description": _described(one),
            "dataType": kinds.get(one.type, "sc:Text"),
            **({"equivalentProperty": one.says} if one.says and not one.part else {}),
            "source": {"fileObject": {"@id": f"{table.name}.csv"}, "extract": {"column": one.name}},
        }
        for one in table.columns
    ]
    key = table.key
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": f"{table.about['fr']} / {table.about['en']}",
        **({"key": {"@id": f"{table.name}/{key}"}} if key else {}),
        "field": fields,
    }


def _described(one: TableColumn) -> str:
    """Return what a column is, its unit, and what an empty cell means, in both languages."""
    unit = f" ({one.unit})" if one.unit else ""
    return " / ".join(f"{one.title[tag]}{unit}. {words()[one.missing][tag]}" for tag in one.title)


def _target(table: Table) -> str:
    """Return the column that names a use of the first table, empty where a table has none."""
    columns = (column.name for column in table.columns)
    return "usage" if table.name != "usages" and "usage" in columns else ""


def _both(said: Mapping[str, str]) -> list[Json]:
    return [{"@value": text, "@language": tag} for tag, text in said.items()]


def _json(told: Json) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


DESCRIPTIONS: Final[Mapping[str, TablesDescription]] = {
    "datapackage.json": TablesDescription("application/json", data_package),
    "csv-metadata.json": TablesDescription("application/csvm+json", csvw),
    "croissant.json": TablesDescription("application/ld+json", croissant),
}
"""By the name of its file, each description of the tables."""


def measured() -> Iterator[Table]:
    """Yield the tables that have a measure, and so are a cube."""
    yield from (table for table in tables().values() if any(field.role == "measure" for field in table.fields))
