"""Writes the fiches of an edition in the forms of an export, to a stream or a folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import pyoxigraph as ox

from ingestion.commands.export_formats import ExportFormat
from ingestion.graphs.export import export_document
from ingestion.publication.files.editions import Edition
from ingestion.reading.exported_table import DEDUCED, Deduced, deduced_cell, export_columns, export_row
from ingestion.words.examples import is_example
from ontologie import Iris, canonical_lines, context
from shapes import csv_line

_Fiche = tuple[str, str, list[bytes], Deduced]
"""A document: its kind, its id, its canonical lines, what publication deduces from its date."""


def documents(
    edition: Edition, kinds: Iterable[str], format: ExportFormat, base: str, *, examples: bool = False
) -> Iterator[_Fiche]:
    """Yield the documents of these kinds of an edition, in the order of their graphs' IRIs; examples where asked.

    What publication deduces is read for a table alone: the other formats give the document as it was deposited.
    """
    store = ox.Store.read_only(str(edition.store_path))
    prefixes = {Iris(base).graph(kind, ""): kind for kind in kinds}
    for name in sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)):
        prefix, slash, identifier = name.rpartition("/")
        kind = prefixes.get(prefix + slash)
        if kind is not None and (examples or not is_example(kind, identifier)):
            lines = canonical_lines(store.quads_for_pattern(None, None, None, ox.NamedNode(name)))
            project = Iris(base).entity(kind, identifier)
            yield kind, identifier, lines, _deduced(store, project, base) if format is ExportFormat.CSV else {}


def write_all(out: BinaryIO, found: Iterable[_Fiche], format: ExportFormat, base: str) -> None:
    """Write fiches one after the other, as one well-formed file of the format."""
    if format is ExportFormat.TTL:
        triples = chain.from_iterable(_triples(lines) for _, _, lines, _ in found)
        ox.serialize(triples, out, format=ox.RdfFormat.TURTLE, prefixes=Iris(base).prefixes())
        return
    if format is ExportFormat.CSV:
        out.write(csv_line(export_columns()).encode())
    if format is ExportFormat.JSONLD:
        out.write(b'{"@context": ' + _json(context(base)) + b', "@graph": [')
    for number, (kind, _, lines, deduced) in enumerate(found):
        if format is ExportFormat.JSONLD:
            bare = {key: value for key, value in export_document(lines, kind, base).items() if key != "@context"}
            out.write((b",\n" if number else b"\n") + _json(bare))
        else:
            out.write(_form(kind, lines, deduced, format, base))
    if format is ExportFormat.JSONLD:
        out.write(b"\n]}\n")


def write_folder(folder: Path, found: Iterable[_Fiche], format: ExportFormat, base: str) -> int:
    """Write fiches in a folder; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0

    def counted() -> Iterator[_Fiche]:
        nonlocal count
        for fiche in found:
            count += 1
            yield fiche

    if format in (ExportFormat.JSONL, ExportFormat.CSV):
        with (folder / f"fiches.{format.value}").open("wb") as out:
            write_all(out, counted(), format, base)
        return count
    for kind, identifier, lines, deduced in counted():
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{identifier}.{format.value}").write_bytes(_form(kind, lines, deduced, format, base))
    return count


def _form(kind: str, lines: list[bytes], deduced: Deduced, format: ExportFormat, base: str) -> bytes:
    """Return one fiche in a format, as a file of its own."""
    if format is ExportFormat.NQ:
        return b"".join(lines)
    if format is ExportFormat.TTL:
        written = ox.serialize(_triples(lines), format=ox.RdfFormat.TURTLE, prefixes=Iris(base).prefixes())
        return bytes(written or b"")
    document = export_document(lines, kind, base)
    if format is ExportFormat.CSV:
        return csv_line(export_row(document, base, deduced)).encode()
    return _json(document) + b"\n"


def _deduced(store: ox.Store, iri: str, base: str) -> Deduced:
    """Return what an edition's store holds that publication says of a project, as cells."""
    found = {}
    for term in DEDUCED.values():
        said = store.quads_for_pattern(ox.NamedNode(iri), ox.NamedNode(Iris(base).term(term)), None)
        values = (quad.object for quad in said)
        found[term] = deduced_cell(one.value for one in values if isinstance(one, ox.NamedNode | ox.Literal))
    return found


def _triples(lines: list[bytes]) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
