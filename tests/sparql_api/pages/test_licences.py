"""Licences: every distribution says all of its own; the open dump holds the graphs under an open licence, and no other."""

from __future__ import annotations

import csv
import gzip
import hashlib
import re
from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby
from pathlib import Path

import httpx
import pytest
import rdflib
from rdflib.namespace import DCTERMS

from ingestion import Edition, Editions, Options, deposit_file, publish
from ontologie import BASE, Iris
from sparql_api.description.licences import licences_of
from sparql_api.description.open_dump import open_file, open_members, write_open_dump
from sparql_api.outputs import EDITION_OUTPUTS
from tests.making import TEAM, begun, dump_of, write_csv

OURS = "https://spdx.org/licenses/etalab-2.0.html"
ALIKE = "https://creativecommons.org/licenses/by-sa/4.0/"
SCOLOMFR = "https://creativecommons.org/licenses/by-sa/3.0/fr/"
OPEN = {OURS, "https://creativecommons.org/licenses/by/4.0/"}
CLOSED = {SCOLOMFR, "https://creativecommons.org/licenses/by-sa/3.0/igo/", "https://www.w3.org/copyright/document-license-2023/"}
LICENSE = re.compile(rb"^<([^>]*)> <http://purl.org/dc/terms/license> <([^>]*)> ")


def graphs(dump: bytes) -> dict[str, list[bytes]]:
    """Return the lines of each graph of a dump."""
    lines = [line for line in dump.split(b"\n") if line]
    named = groupby(lines, key=lambda line: line[line.rindex(b" <") + 2 : -3].decode())
    return {graph: list(group) for graph, group in named}


def open_ones(held: dict[str, list[bytes]]) -> set[bytes]:
    """Return the quads that may be reused by naming the source: by the table of vocabularies, and by what fiches say."""
    table = csv.DictReader(files("ontologie").joinpath("vocabulaires.csv").read_text(encoding="utf-8").splitlines())
    closed = {Iris().vocabulary_graph(Path(row["fichier"]).stem) for row in table if row["licence"] not in OPEN}
    assert len(closed) > 10
    closed.add(f"{BASE}graphe/derive/vocabulaire/inferences")
    for graph, lines in held.items():
        said = (LICENSE.match(line) for line in lines)
        if any(one and one[1].decode() == graph and one[2].decode() not in OPEN for one in said):
            closed |= {graph, graph.replace("/graphe/", "/graphe/derive/")}
    return {line for graph, lines in held.items() if graph not in closed for line in lines}


def content(edition: Edition) -> set[bytes]:
    """Return the quads of an edition's open dump, each member what its list says."""
    found = set[bytes]()
    for one in open_members(edition.path):
        path = open_file(edition, edition.path, one.name)
        assert path is not None
        packed = path.read_bytes()
        data = gzip.decompress(packed)
        assert (hashlib.sha256(packed).hexdigest(), len(packed)) == (one.file_sha256, one.file_bytes)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (one.unpacked_sha256, one.unpacked_bytes)
        found |= set(data.split(b"\n")) - {b""}
    return found


def licences(answer: httpx.Response) -> set[str]:
    """Return the targets of the links to licences of a header."""
    return set(re.findall(r'<([^>]*)>; rel="license"', answer.headers["link"]))


def test_the_open_dump_follows_documents_that_come_change_and_go(tmp_path: Path) -> None:
    state, registry = begun(tmp_path)

    def cut(*rows: dict[str, str]) -> Edition:
        if rows:
            path = write_csv(tmp_path / "rows.csv", rows, ("licence",))
            deposit_file(path, registry, TEAM, Options(), validate=True)
        publish(state, registry, EDITION_OUTPUTS)
        current = Editions(state.var).current()
        assert current is not None
        held = graphs(dump_of(current.path))
        assert content(current) == open_ones(held)
        # Whatever came before, it is what is cut from nothing.
        anew = tmp_path / f"anew-{current.number}"
        anew.mkdir()
        write_open_dump(Edition(current.number, current.path), anew)
        assert [one.unpacked_sha256 for one in open_members(anew)] == [
            one.unpacked_sha256 for one in open_members(current.path)
        ]
        return current

    with registry:
        first = cut({"id": "A0", "titre": "Ouvert", "licence": OURS})
        assert set(licences_of(first).of()) == OPEN | CLOSED
        second = cut({"id": "B1", "titre": "À l'identique", "licence": ALIKE})
        assert set(licences_of(second).of()) == OPEN | CLOSED | {ALIKE}
        assert licences_of(second).of("documents") == (OURS, ALIKE)
        assert f"{BASE}graphe/projet/18-B1" in licences_of(second).closed
        cut({"id": "B1", "titre": "À l'identique", "licence": OURS})
        cut({"id": "B1", "titre": "À l'identique encore", "licence": ALIKE})
        registry.withdraw("projet", "18-B1", TEAM, "à sa demande")
        last = cut()
        assert set(licences_of(last).of()) == OPEN | CLOSED


def test_the_open_dump_is_offered_whole_and_by_its_members(client: httpx.Client) -> None:
    answer = client.get("/editions/2/dump-ouvert.nq.gz")
    assert answer.headers["content-type"] == "application/gzip" and "content-encoding" not in answer.headers
    whole = graphs(gzip.decompress(client.get("/editions/2/dump.nq.gz").content))
    assert set(gzip.decompress(answer.content).split(b"\n")) - {b""} == open_ones(whole)
    joined = b""
    for line in client.get("/editions/2/members-ouvert.tsv").text.split("\n")[1:-1]:
        joined += client.get(f"/editions/2/members/{line.split(chr(9))[1]}.nq.gz").content
    assert joined == answer.content
    part = client.get("/editions/2/dump-ouvert.nq.gz", headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, joined[5:10])
    kept = client.get("/editions/2/dump-ouvert.nq.gz", headers={"If-None-Match": answer.headers["etag"]})
    assert kept.status_code == 304


def test_an_edition_of_before_has_its_open_dump_made_when_asked(client: httpx.Client, var: Path) -> None:
    assert client.get("/editions/1/dump-ouvert.nq.gz").status_code == 200
    assert client.get("/editions/99/dump-ouvert.nq.gz").status_code == 404


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("dump.nq.gz", OPEN | CLOSED),
        ("dump.ttl.gz", OPEN | CLOSED),
        ("dump.jsonl.gz", {OURS}),
        ("dump-ouvert.nq.gz", OPEN),
        ("members.tsv", OPEN | CLOSED),
        ("LICENCE.txt", OPEN | CLOSED),
    ],
)
def test_a_file_of_an_edition_says_all_of_its_licences(client: httpx.Client, path: str, expected: set[str]) -> None:
    assert licences(client.head(f"/editions/2/{path}")) == expected | {"/editions/2/LICENCE.txt"}


@pytest.mark.parametrize(
    "path",
    ["/sparql?query=ASK{}", "/void", "/catalogue", "/ldes", "/fiches", "/fiches.csv", "/queries/ce-qui-manque", "/feed/fiches.atom"],
)
def test_what_comes_from_an_edition_leads_to_the_text_of_its_licences(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200 and "/editions/2/LICENCE.txt" in licences(answer)


def test_the_text_names_each_licence_and_what_is_under_it_in_both_languages(client: httpx.Client) -> None:
    text = client.get("/editions/2/LICENCE.txt").text
    for licence in OPEN | CLOSED:
        assert text.count(f"<{licence}>") == 2
    for graph in ("scolomfr-voc-015", "unesco-thesaurus", "dpv"):
        assert text.count(f"<{Iris().vocabulary_graph(graph)}>") == 2
    assert "CC BY-SA 3.0 FR" in text and "dump-ouvert.nq.gz" in text


def said(catalogue: rdflib.Graph, distribution: str) -> set[str]:
    """Return the licences that a distribution says: one, or each as rights beside the text that tells them apart."""
    node = rdflib.URIRef(BASE + distribution)
    own = {str(one) for one in catalogue.objects(node, DCTERMS.license)}
    rights = {str(one) for one in catalogue.objects(node, DCTERMS.rights)}
    assert len(own) == 1 and (not rights or own == {f"{BASE}editions/2/LICENCE.txt"})
    return rights or own


def all_of(values: Iterable[object]) -> set[str]:
    return {str(one) for one in values}


def test_the_catalogue_says_the_licences_of_each_distribution(client: httpx.Client) -> None:
    catalogue = rdflib.Graph().parse(data=client.get("/catalogue?format=ttl").text, format="turtle")
    edition = "edition/2#"
    assert said(catalogue, edition + "dump-nq-gz") == said(catalogue, "sparql") == said(catalogue, "ldes") == OPEN | CLOSED
    assert said(catalogue, edition + "dump-ouvert-nq-gz") == OPEN
    assert said(catalogue, edition + "fiches-csv") == said(catalogue, "oai") == {OURS}
    assert said(catalogue, "catalogue#tables-csv") == {OURS, SCOLOMFR}
    assert said(catalogue, "catalogue#ontologie-ttl") == {OURS}
    assert said(catalogue, "graphe/vocabulaire/scolomfr-voc-022#ttl") == {SCOLOMFR}
    void = rdflib.Graph().parse(data=client.get("/void?format=ttl").text, format="turtle")
    for graph in (catalogue, void):
        assert all_of(graph.objects(rdflib.URIRef(f"{BASE}edition/2"), DCTERMS.license)) == OPEN | CLOSED
    package = client.get("/editions/2/tables/datapackage.json").json()
    assert {one["path"] for one in package["licenses"]} == {OURS, SCOLOMFR}
