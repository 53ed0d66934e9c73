"""The versions of the context: released ones never change, and a document is read for ever by the one of its deposit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import ontologie.contexts
from ingestion import Registry, Settings, convert, read_deposit
from ingestion.graphs import compression
from ingestion.graphs.conversion import ConvertedDocument, convert_each
from ingestion.publication import assembly
from ingestion.registry.tables.model import NewDocument
from ingestion.words import terms
from ontologie import BASE, context, context_iri, context_versions, document_types, framing, newest_context
from tests.ingestion.reading.conftest import Write, built, refusal
from tests.making import TEAM, declared

GOLDEN = Path(__file__).parent / "contextes"
RELEASED = {
    "1.0.0": "01dbec65d1b2ceb5e506eb864415200d9babf134f6bc6f3d0ca376da0fc93676",
    "1.1.0": "107cc161955c4b5252a0b4241b92ec1482e5726cf79ce22779ad1c7fe2591ca1",
    "2.0.0": "79df7ea1b20f29a8e3d3081387eda7446b7c4c9fbab66de8dd9fe1a6adaf0117",
    "2.1.0": "49e86136cf28c6b93b41c0aaf1cf35c65bdb2763532c8001010ec82d2f43492e",
    "2.2.0": "aecf72b298073715b44dac06616008d42cbc2df8baa6d407b31f05db04e0c78a",
}
"""SHA-256 of the file of each version. A line is added with a version; none ever changes."""

TITLE = f"{BASE}ontologie#autreTitre"
OTHER = "9.1.0"
PROJECT = {
    "id": "projet/18-A", "type": "Projet", "titre": "Un titre", "academie": "academie/18",
    "typeIA": ["concept/type-ia/generative"],
}  # fmt: skip


@pytest.fixture
def another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Release a version where `titre` leads elsewhere and `ajout` is new: it is the newest while this lasts."""
    folder = tmp_path / "contextes"
    folder.mkdir()
    for version in context_versions():
        (folder / f"{version}.jsonld").write_text(ontologie.contexts.context_text(version=version), encoding="utf-8")
    changed = {"titre": {"@id": "oia:autreTitre", "@language": "fr"}, "ajout": "oia:ajout"}
    text = json.dumps({"@context": {**context(), **changed}})
    (folder / f"{OTHER}.jsonld").write_text(text, encoding="utf-8")
    monkeypatch.setattr("ontologie.contexts.FOLDER", folder)
    _forget()
    yield OTHER
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Empty what is kept of the contexts: only a test releases a version while a program runs."""
    kept = (
        context_versions, context, framing.frame, framing._words, compression._mark,
        terms.terms, terms.terms_by_iri, terms.classes, terms.prefixes,
    )  # fmt: skip
    for function in kept:
        function.cache_clear()


@pytest.mark.parametrize("version", context_versions())
def test_a_released_version_never_changes(version: str) -> None:
    data = ontologie.contexts.FOLDER.joinpath(f"{version}.jsonld").read_bytes()
    assert hashlib.sha256(data).hexdigest() == RELEASED.get(version), "who changes a context adds a version"


def test_versions_come_in_their_order_and_all_have_their_graphs() -> None:
    assert list(context_versions()) == sorted(RELEASED, key=lambda version: [int(part) for part in version.split(".")])
    partners = {"instrument", "linkset"}  # they have keys since 2.2.0
    for version in context_versions():
        known = set(document_types()) - (partners if version < "2.2.0" else set())
        assert {path.stem for path in (GOLDEN / version).glob("*.nq")} == known


def test_versions_are_ordered_by_number_not_by_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("10.0.0", "9.0.0", "9.10.0", "9.2.0"):
        (tmp_path / f"{name}.jsonld").touch()
    monkeypatch.setattr("ontologie.contexts.FOLDER", tmp_path)
    assert context_versions.__wrapped__() == ("9.0.0", "9.2.0", "9.10.0", "10.0.0")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*/*.json")), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_document_has_the_graph_that_another_converter_gave_for_its_version(path: Path) -> None:
    # The graphs were made by PyLD, but for integers, which canonical terms write without leading zeros.
    (converted,) = convert([json.loads(path.read_text(encoding="utf-8"))], context=path.parent.name)
    assert b"".join(converted.lines) == path.with_suffix(".nq").read_bytes()


def read(write: Write, document: dict[str, Any]) -> tuple[str, list[str], bytes]:
    """Return what is read of a document: the version it is read by, what is said of it, its graph."""
    (made,) = built(read_deposit(write(json.dumps(document, ensure_ascii=False), "a.json")))
    (found,) = convert([made.document], context=made.context)
    return made.context, [issue.rule for issue in made.issues], b"".join(found.lines)


def test_a_document_is_read_by_the_version_that_it_names_and_by_the_newest_else(
    write: Write, another_version: str
) -> None:
    for named in (context_iri(version="1.0.0"), [context_iri(version="1.0.0")], context(version="1.0.0")):
        version, said, graph = read(write, {"@context": named, **PROJECT})
        assert (version, said) == ("1.0.0", [])
        assert TITLE.encode() not in graph
    newest = ({}, {"@context": f"{BASE}contexte.jsonld"}, {"@context": context_iri()}, {"@context": context()})
    for naming in newest:
        version, said, graph = read(write, {**naming, **PROJECT})
        assert (version, said) == (another_version, [])
        assert TITLE.encode() in graph


def test_a_key_of_a_later_version_is_unknown_to_an_earlier_one(write: Write, another_version: str) -> None:
    assert read(write, {**PROJECT, "ajout": "x"})[1] == []
    said = read(write, {"@context": context_iri(version="1.0.0"), **PROJECT, "ajout": "x"})[1]
    assert said == ["depot:cle-inconnue"]


def test_the_context_around_documents_holds_for_those_that_name_none(write: Write, another_version: str) -> None:
    items = [PROJECT, {**PROJECT, "id": "projet/18-B", "@context": context_iri()}]
    text = json.dumps({"@context": context_iri(version="1.0.0"), "@graph": items})
    assert [one.context for one in built(read_deposit(write(text, "a.json")))] == ["1.0.0", another_version]


@pytest.mark.parametrize("version", ["0.9.0", "1.0", "3.0.0", "1.0.0.jsonld/../1.0.0"])
def test_an_unknown_version_is_refused_with_those_that_there_are(write: Write, version: str) -> None:
    address = f"{BASE}contexte/{version}.jsonld"
    error = refusal(write(json.dumps({"@context": address, **PROJECT}), "a.json"))
    assert error.issue.rule == "depot:contexte-version-inconnue"
    assert address in error.message["fr"] and newest_context() in error.remedy["en"]


def test_two_versions_at_once_are_refused(write: Write, another_version: str) -> None:
    both = [context_iri(version="1.0.0"), context_iri()]
    assert refusal(write(json.dumps({"@context": both, **PROJECT}), "a.json"))


def test_documents_of_several_versions_are_converted_each_by_its_own(another_version: str) -> None:
    names, contexts = ["projet/18-A", "projet/18-B", "projet/18-C"], ["1.0.0", OTHER, "1.0.0"]
    found = convert_each([{**PROJECT, "id": name} for name in names], BASE, contexts)
    assert [one.iri.removeprefix(BASE) for one in found if isinstance(one, ConvertedDocument)] == names
    moved = [TITLE.encode() in b"".join(one.lines) for one in found if isinstance(one, ConvertedDocument)]
    assert moved == [False, True, False]


@pytest.mark.parametrize("from_payloads", [False, True])
def test_a_payload_is_converted_for_ever_by_the_version_of_its_deposit(
    tmp_path: Path, another_version: str, from_payloads: bool
) -> None:
    with Registry(Settings(var=tmp_path)) as registry:
        for name, version in (("18-A", "1.0.0"), ("18-B", another_version)):
            document = {**PROJECT, "id": f"projet/{name}"}
            graph = compression.pack(convert([document], context=version)[0].lines, version=version)
            new = NewDocument("projet", name, "18", document, graph=graph, context=version)
            declared(registry).register([new], TEAM, validate=True)
        assert [one.context for one in registry.listed()] == ["1.0.0", another_version]
        contents = registry.editions.contents(registry.editions.plan().put)
    kept = [b"".join(lines) for lines in assembly._graphs(contents, BASE, from_payloads)]
    assert [TITLE.encode() in graph for graph in kept] == [False, True]


def test_the_graph_that_a_deposit_left_is_not_taken_for_that_of_another_version(another_version: str) -> None:
    lines = convert([PROJECT], context="1.0.0")[0].lines
    packed = compression.pack(lines, version="1.0.0")
    assert compression.unpack(packed, version="1.0.0") == lines
    assert compression.unpack(packed, version=another_version) is None
