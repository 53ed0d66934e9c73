"""The command that says which public fiches would fail or be understood otherwise today; the forms of its report."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingestion.commands.acting import AsOption, able
from ingestion.commands.failures import explained, opened
from ontologie import BASE, sentence, with_names
from ontologie.console import Lang, LangOption, counting, said, say

if TYPE_CHECKING:
    from ingestion.examination.recheck import Differs


class RecheckFormat(StrEnum):
    """The forms of the report."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    TTL = "ttl"


def recheck_command(
    form: Annotated[RecheckFormat, typer.Option("--format", help="text, json, csv or ttl.")] = RecheckFormat.TEXT,
    acting: AsOption = None,
    lang: LangOption = Lang.FR,
) -> None:
    """Say which public fiches would fail, or be understood otherwise, by the shapes and vocabularies of today.

    Looks at those alone that were judged by others. Exit codes: 0 none; 1 some.
    """
    from ingestion.examination.recheck import recheck
    from ingestion.settings import Settings

    settings = Settings()
    with explained(lang, kept=lambda: ""), opened(settings, lang) as registry:
        agent = able(registry, acting, settings, "read")
        with counting(said(lang, "rechecking")) as progress:
            found = list(recheck(registry, agent, settings.base_iri, progress))
    _WRITERS[form](found, lang.value, settings.base_iri)
    say(lang, "rechecked" if found else "rechecked-none", count=len({one.document for one in found}))
    raise typer.Exit(1 if found else 0)


def _as_dict(one: Differs, lang: str) -> dict[str, Any]:
    return {
        "document": one.document, "kind": one.kind, "field": one.field, "message": one.message[lang],
        "shape": one.shape, "value": one.value, "before": [*one.before], "after": [*one.after],
        "instead": [*one.instead],
    }  # fmt: skip


def _text(found: Sequence[Differs], lang: str, _base: str = BASE) -> None:
    before = ""
    for one in found:
        if one.document != before:
            typer.echo(one.document)
        before = one.document
        kind = sentence("relecture", f"recheck-kind-{one.kind}", lang)
        typer.echo(with_names(f"  {kind} [{one.field}] {one.message[lang]}", lang))


def _json(found: Sequence[Differs], lang: str, _base: str = BASE) -> None:
    typer.echo(json.dumps({"items": [_as_dict(one, lang) for one in found]}, ensure_ascii=False, indent=2))


def _csv(found: Sequence[Differs], lang: str, _base: str = BASE) -> None:
    from shapes import inert

    names = ("document", "kind", "field", "message", "shape", "value", "before", "after", "instead")
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(names)
    for one in found:
        row = _as_dict(one, lang)
        out.writerow([inert("|".join(row[name]) if isinstance(row[name], list) else row[name]) for name in names])


def _ttl(found: Sequence[Differs], _lang: str, base: str = BASE) -> None:
    """Write a report in the terms of SHACL (https://www.w3.org/TR/shacl/#validation-report), as far as these go."""
    import pyoxigraph as ox

    from ontologie import PREFIXES, RDF_TYPE

    def sh(name: str) -> ox.NamedNode:
        return ox.NamedNode(PREFIXES["sh"] + name)

    severity = {"fails": "Violation", "otherwise": "Warning", "deprecated": "Info"}
    whole, a = ox.BlankNode("report"), ox.NamedNode(RDF_TYPE)
    boolean = ox.Literal(not any(one.kind == "fails" for one in found))
    triples = [ox.Triple(whole, a, sh("ValidationReport")), ox.Triple(whole, sh("conforms"), boolean)]
    for rank, one in enumerate(found):
        node = ox.BlankNode(f"r{rank}")
        triples += [
            ox.Triple(whole, sh("result"), node),
            ox.Triple(node, a, sh("ValidationResult")),
            ox.Triple(node, sh("focusNode"), ox.NamedNode(base + one.document)),
            ox.Triple(node, sh("resultSeverity"), sh(severity[one.kind])),
        ]
        said = (ox.Literal(text, language=tag) for tag, text in one.message.items())
        triples += [ox.Triple(node, sh("resultMessage"), text) for text in said]
        if one.shape:
            triples.append(ox.Triple(node, sh("sourceShape"), ox.NamedNode(one.shape)))
        if one.value:
            value = ox.NamedNode(one.value) if one.kind == "deprecated" else ox.Literal(one.value)
            triples.append(ox.Triple(node, sh("value"), value))
        replaced = ox.NamedNode(PREFIXES["dct"] + "isReplacedBy")
        triples += [ox.Triple(ox.NamedNode(one.value), replaced, ox.NamedNode(iri)) for iri in one.instead]
    prefixes = {"sh": PREFIXES["sh"], "dct": PREFIXES["dct"]}
    typer.echo(bytes(ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=prefixes) or b"").decode(), nl=False)


_WRITERS = {
    RecheckFormat.TEXT: _text, RecheckFormat.JSON: _json, RecheckFormat.CSV: _csv, RecheckFormat.TTL: _ttl,
}  # fmt: skip
