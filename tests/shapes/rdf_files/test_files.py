"""RDF files are judged document by document, whatever their size, and what is no document's graph apart."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from typer.testing import CliRunner

from ontologie import BASE, context, read_text
from shapes import validate
from shapes.commands import build_app
from shapes.privacy.masking import mask_term
from shapes.rdf_files.batches import judge_file, judge_quads
from tests.shapes.documents import real_documents, renamed


def dump(folder: Path, count: int) -> tuple[Path, dict[str, bytes]]:
    documents = dict(renamed(quads, number) for number, quads in enumerate(real_documents()[:count]))
    file = folder / "dump.nq"
    file.write_bytes(b"".join(documents[name] for name in sorted(documents)))
    return file, documents


def test_a_dump_gives_one_report_a_document(tmp_path: Path) -> None:
    file, documents = dump(tmp_path, 12)
    reports = list(judge_file(file))
    alone = [validate(documents[name]) for name in sorted(documents)]
    assert [[r.key for r in report.results] for report in reports] == [[r.key for r in one.results] for one in alone]


def test_a_graph_that_comes_in_pieces_is_not_judged_as_if_it_were_whole(tmp_path: Path) -> None:
    _, documents = dump(tmp_path, 2)
    first, second = documents.values()
    lines = first.splitlines(keepends=True)
    half = len(lines) // 2 + 1
    pieces = b"".join(lines[:half]) + second + b"".join(lines[half:])
    quads = list(ox.parse(pieces, format=ox.RdfFormat.N_QUADS))
    found = {r.key for report in judge_quads(quads) for r in report.results if r.severity == "violation"}
    assert found, "a document without half of its triples is refused, not passed over"


def test_validate_counts_the_documents_of_a_dump(tmp_path: Path) -> None:
    file, documents = dump(tmp_path, 5)
    outcome = CliRunner().invoke(build_app(), [str(file), "--format", "json"])
    assert outcome.exit_code == 0
    assert f'"read": {len(documents)}' in outcome.stdout


def test_json_ld_that_names_our_context_is_judged_as_its_graph_is(tmp_path: Path) -> None:
    document = json.loads(read_text("exemples", "projet.json"))
    named = tmp_path / "named.jsonld"
    named.write_text(json.dumps({**document, "@context": f"{BASE}contexte/2.0.0.jsonld"}), encoding="utf-8")
    whole = tmp_path / "whole.ttl"
    quads = ox.parse(json.dumps({**document, "@context": context()}).encode(), format=ox.RdfFormat.JSON_LD, base_iri=BASE)
    whole.write_bytes(ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.TURTLE))
    found = [{result.key for report in judge_file(file) for result in report.results} for file in (named, whole)]
    assert found[0] == found[1]
    assert CliRunner().invoke(build_app(), [str(named), "--lang", "en"]).exit_code == 0


@pytest.mark.parametrize(
    "text",
    [
        '{"@context": "https://schema.org/", "@id": "urn:x", "name": "x"}',
        '[{"@id": "urn:x", "urn:p": {"@context": ["https://schema.org/"], "name": "x"}}]',
    ],
)
def test_a_context_of_others_is_not_fetched_and_the_message_says_so(tmp_path: Path, text: str) -> None:
    file = tmp_path / "other.jsonld"
    file.write_text(text, encoding="utf-8")
    outcome = CliRunner().invoke(build_app(), [str(file), "--lang", "en"])
    assert outcome.exit_code == 2
    assert "no context is fetched" in outcome.stderr and "LoadDocumentCallback" not in outcome.stderr


def test_masking_keeps_a_term_a_term() -> None:
    text = rdflib.Literal("Suivi de 120890177KB", lang="fr")
    assert mask_term(text) == rdflib.Literal("Suivi de▒▒▒▒", lang="fr")
    assert mask_term(rdflib.URIRef(BASE + "projet/1")) == rdflib.URIRef(BASE + "projet/1")
    assert "@" not in str(mask_term(rdflib.URIRef("mailto:a.b@exemple.fr")))
