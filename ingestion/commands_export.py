"""The command `observatoire export fiches`: the fiches of the current edition, to standard output or a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import pyoxigraph as ox
import typer

from ingestion.columns import csv_header, csv_row
from ingestion.console import Lang, fail, say
from ingestion.editions import Edition, Editions
from ingestion.export import export_document
from ingestion.settings import Settings
from ontologie import Iris, canonical_lines, document_types


class Format(StrEnum):
    """The forms of an export."""

    JSONL = "jsonl"
    JSONLD = "jsonld"
    TTL = "ttl"
    NQ = "nq"
    CSV = "csv"


def export_app() -> typer.Typer:
    """Return the sub-commands of `observatoire export`."""
    app = typer.Typer(no_args_is_help=True, help="Write what the current edition holds.")

    @app.callback()
    def _group() -> None:
        """Write what the current edition holds."""

    @app.command("fiches")
    def fiches_command(
        format: Annotated[Format, typer.Option("--format", help="Form of the export.")] = Format.JSONL,
        out: Annotated[str, typer.Option("--out", help="A folder, or - for standard output.")] = "-",
        lang: Annotated[Lang, typer.Option("--lang", help="Language of messages.")] = Lang.FR,
    ) -> None:
        """Export the fiches: jsonl and csv hold one a line; jsonld, ttl and nq are one file a fiche in a folder."""
        settings = Settings()
        edition = Editions(settings.var).current()
        if edition is None:
            fail(lang, "no-edition")
        found = documents(edition, settings.base_iri)
        if out == "-":
            _write_all(sys.stdout.buffer, found, format, settings.base_iri)
            return
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        count = _write_folder(folder, found, format, settings.base_iri)
        say(lang, "exported", count=count, where=folder)

    return app


def documents(edition: Edition, base: str) -> Iterator[tuple[str, str, list[bytes]]]:
    """Yield (kind, id, canonical lines) of each document of an edition, in the order of their graphs."""
    store = ox.Store.read_only(str(edition.store_path))
    kinds = {Iris(base).graph(kind, ""): kind for kind in document_types()}
    names = sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode))
    for name in names:
        prefix, _, identifier = name.rpartition("/")
        kind = kinds.get(prefix + "/")
        if kind:
            quads = store.quads_for_pattern(None, None, None, ox.NamedNode(name))
            yield kind, identifier, canonical_lines(quads)


def _write_all(
    out: BinaryIO, found: Iterator[tuple[str, str, list[bytes]]], format: Format, base: str
) -> None:
    if format is Format.CSV:
        out.write(csv_header().encode())
    if format is Format.JSONLD:
        listed = [export_document(lines, kind, base) for kind, _, lines in found]
        context = listed[0]["@context"] if listed else {}
        graph = [{key: value for key, value in one.items() if key != "@context"} for one in listed]
        out.write(_json({"@context": context, "@graph": graph}))
        return
    for kind, _, lines in found:
        out.write(_form(kind, lines, format, base))


def _write_folder(
    folder: Path, found: Iterator[tuple[str, str, list[bytes]]], format: Format, base: str
) -> int:
    count = 0
    if format in (Format.JSONL, Format.CSV):
        with (folder / f"fiches.{format.value}").open("wb") as out:
            rows = list(found)
            _write_all(out, iter(rows), format, base)
        return len(rows)
    for kind, identifier, lines in found:
        (folder / kind).mkdir(exist_ok=True)
        (folder / kind / f"{identifier}.{format.value}").write_bytes(_form(kind, lines, format, base))
        count += 1
    return count


def _form(kind: str, lines: list[bytes], format: Format, base: str) -> bytes:
    if format is Format.NQ:
        return b"".join(lines)
    if format is Format.TTL:
        quads = ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)
        triples = [quad.triple for quad in quads]
        return bytes(ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=Iris(base).prefixes()) or b"")
    document = export_document(lines, kind, base)
    if format is Format.CSV:
        return csv_row(document).encode() if kind == "projet" else b""
    return _json(document)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
