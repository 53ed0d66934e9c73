"""The editor's helps: terms from the edition's own description, a query judged unrun, what an answer is drawn as."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from sparql_api.pages.common import brought
from sparql_api.pages.common.brought import BroughtPackage
from sparql_api.pages.editor.figures import fitting
from sparql_api.pages.editor.files import EDITOR
from sparql_api.pages.editor.terms import name_of
from sparql_api.pages.maps.found import Mappable, mappable
from sparql_api.pages.sql.files import ENGINE

HTML = {"Accept": "text/html"}


def judged(client: httpx.Client, query: str, language: str = "en") -> dict[str, object]:
    answer = client.get("/sparql/check", params={"query": query, "lang": language})
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    said: dict[str, object] = answer.json()
    return said


def asked(client: httpx.Client, query: str) -> list[dict[str, dict[str, str]]]:
    rows: list[dict[str, dict[str, str]]] = client.post("/sparql", data={"query": query}).json()["results"]["bindings"]
    return rows


def test_the_properties_of_a_class_are_those_that_its_things_have_in_their_own_graphs(client: httpx.Client) -> None:
    terms = client.get("/sparql/terms").json()
    known = {one["name"]: one for one in terms["classes"]}
    rows = asked(client, "SELECT DISTINCT ?p { GRAPH ?g { ?s a oia:Projet ; ?p ?o } }")
    iris = {row["p"]["value"] for row in rows}
    assert set(known["oia:Projet"]["properties"]) == {name_of(iri, {"oia": BASE + "ontologie#", "dct": "http://purl.org/dc/terms/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "dcat": "http://www.w3.org/ns/dcat#", "prov": "http://www.w3.org/ns/prov#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "schema": "https://schema.org/"}) for iri in iris}
    assert "oia:niveau" in known["oia:Projet"]["properties"] and known["oia:Projet"]["label"] == "projet"
    every = asked(client, "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a skos:Concept }")[0]["n"]["value"]
    assert len(terms["concepts"]) == int(every)
    assert client.get("/sparql/terms", params={"lang": "en"}).headers["content-language"] == "en"


@pytest.mark.parametrize(("query", "said"), [
    ("SELECT ?x { ?x oia:niveaux ?y }", "did you mean oia:niveau"),
    ("SELECT (AVG(?n) AS ?m) { ?x a oia:Projet OPTIONAL { ?x oia:valeur ?n } }", "add FILTER(BOUND(?n))"),
    ("SELECT (GROUP_CONCAT(?t) AS ?all) { ?x oia:outil ?t }", "write STR(?t)"),
])  # fmt: skip
def test_what_gives_nothing_is_told_before_it_runs(client: httpx.Client, query: str, said: str) -> None:
    found = judged(client, query)
    assert said in " ".join(found["hints"]) and "fault" not in found  # type: ignore[arg-type]


@pytest.mark.parametrize("query", [
    "SELECT (AVG(?n) AS ?m) { ?x oia:valeur ?n }",
    "SELECT (AVG(?n) AS ?m) { OPTIONAL { ?x oia:valeur ?n } FILTER(BOUND(?n)) }",
    "SELECT (SUM(COALESCE(?n, 0)) AS ?m) { OPTIONAL { ?x oia:valeur ?n } }",
    "SELECT (COUNT(?n) AS ?m) { OPTIONAL { ?x oia:valeur ?n } }",
    "SELECT (MAX(?n) AS ?m) { ?x oia:valeur ?n OPTIONAL { ?y oia:valeur ?n } }",
    "SELECT (MAX(?n) AS ?m) { OPTIONAL { ?y oia:valeur ?z } BIND(1 AS ?n) }",
])  # fmt: skip
def test_a_mean_of_what_is_always_there_is_not_warned_of(client: httpx.Client, query: str) -> None:
    assert judged(client, query) == {"hints": []}


def test_a_fault_is_told_with_its_place_in_the_readers_language(client: httpx.Client) -> None:
    fault = judged(client, "SELECT ?x {\n  ?x a }", "fr")["fault"]
    assert isinstance(fault, dict) and (fault["line"], fault["column"]) == (2, 8)
    assert "attendu" in fault["detail"] and fault["type"] == f"{BASE}problems/syntax"
    refused = client.get("/sparql/check", params={"query": "ASK { SERVICE <http://x.example/> {} }"})
    assert refused.status_code == 403
    assert judged(client, " ") == {"hints": []}


def test_any_answer_is_drawn_where_its_columns_make_a_figure(client: httpx.Client) -> None:
    def page(query: str) -> str:
        return client.get("/sparql", params={"query": query}, headers=HTML).text

    counted = "SELECT ?a (COUNT(?p) AS ?n) { ?p oia:academie ?a } GROUP BY ?a"
    drawn = page(counted)
    assert 'id="graphique"' in drawn and 'id="carte"' in drawn and "edition=2" in drawn
    assert 'id="graphique"' not in page("SELECT ?p ?t { ?p a oia:Projet ; dct:title ?t } LIMIT 5")
    assert 'id="graphique"' not in page("ASK {}")


def test_a_figure_needs_a_label_of_its_own_for_each_row_and_a_number() -> None:
    def literal(value: str | int) -> ox.Literal:
        return ox.Literal(value)

    place = [ox.NamedNode(f"{BASE}academie/{n:02}") for n in (1, 2)]
    one = {"a": place[0], "n": literal(3)}
    rows = [one, {"a": place[1], "n": literal(4)}]
    chart, found = fitting(rows), mappable(rows, BASE)
    assert chart and (chart.kind, chart.label, chart.values) == ("bars", "a", ("n",))
    assert isinstance(found, Mappable) and (found.kind, found.column, found.numbers) == ("academie", "a", ("n",))
    years = [{"y": literal(y), "n": literal(2)} for y in ("2023-2024", "2024-2025")]
    assert (fitting(years) or pytest.fail()).kind == "years"
    assert fitting([one, one]) is None
    assert fitting([one]) is None
    assert fitting([{"a": place[0]}, {"a": place[1]}]) is None
    assert fitting([{**one, "n": literal(-1)}, {"a": place[1], "n": literal(4)}]) is None
    assert fitting([{**one, "n": literal("3")}, {"a": place[1], "n": literal("4")}]) is None


def archive(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name, data in members.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            made.addfile(told, io.BytesIO(data))
    return path


@pytest.mark.parametrize("package", [EDITOR, ENGINE], ids=["editor", "engine"])
def test_an_archive_that_is_not_the_pinned_one_is_refused(tmp_path: Path, package: BroughtPackage) -> None:
    other = archive(tmp_path / "x.tgz", {member: b"x" for member in package.members.values()})
    with pytest.raises(ValueError, match="pinned"):
        package.unpack(other, tmp_path / "static")
    assert not (tmp_path / "static").exists()
    own = replace(package, sha512=b64encode(hashlib.sha512(other.read_bytes()).digest()).decode())
    own.unpack(other, tmp_path / "static")
    kept = {path.name: path.read_bytes() for path in (tmp_path / "static").iterdir()}
    assert {name: gzip.decompress(data) if name.endswith(".gz") else data for name, data in kept.items()} == dict.fromkeys(package.members, b"x")


@pytest.mark.parametrize("failing", [OSError("no route"), subprocess.TimeoutExpired("npm", 1), subprocess.CalledProcessError(1, "npm")], ids=["route", "time", "refused"])
def test_a_set_up_off_line_keeps_the_plain_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: Exception) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise failing

    monkeypatch.setattr(brought, "FOLDER", tmp_path)
    monkeypatch.setattr(brought, "npm", lambda: ["npm"])
    monkeypatch.setattr(subprocess, "run", fail)
    assert "keeps its plain form" in EDITOR.bring() and "without its engine" in ENGINE.bring()
    monkeypatch.setattr(brought, "npm", lambda: [])
    assert "not installed" in EDITOR.bring()


def test_the_page_without_the_editors_files_loads_no_script(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparql_api.pages.editor.form.editor_files", lambda: "")
    text = client.get("/sparql", params={"lang": "en", "query": "ASK { <urn:plain> ?p ?o }"}, headers=HTML).text
    assert "<script" not in text and '<textarea id="requete"' in text and "sparql.css" not in text
