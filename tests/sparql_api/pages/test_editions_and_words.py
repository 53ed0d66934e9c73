"""Editions, dumps, the ontology, the context, the shapes, VoID and DCAT: what the service says of itself."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
from pathlib import Path

import httpx
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from ontologie import BASE, context_text, context_versions

SUITES = Path(os.environ.get("OBSERVATOIRE_SUITES", Path(__file__).parents[3] / ".." / "shared" / "suites"))
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
VOID = "http://rdfs.org/ns/void#"


def test_editions_are_listed_and_each_answers_alone(client: httpx.Client) -> None:
    listed = client.get("/editions").json()
    assert listed["current"] == 2
    assert [item["number"] for item in listed["items"]] == [1, 2]
    for number in ("1", "2"):
        answer = client.get(f"/editions/{number}")
        assert answer.headers["observatoire-edition"] == number
        assert answer.json()["number"] == int(number)
    assert client.get("/editions/current").json() == client.get("/editions/2").json()


def test_the_iri_of_an_edition_leads_to_its_page(client: httpx.Client) -> None:
    answer = client.get("/edition/1?lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/editions/1?lang=en")
    assert client.get("/edition/99").status_code == 404


@pytest.mark.parametrize("name", ["nq", "ttl", "jsonl"])
def test_a_dump_unpacks_to_what_the_manifest_says(client: httpx.Client, name: str) -> None:
    manifest = client.get("/editions/1").json()
    answer = client.get(f"/editions/1/dump.{name}.gz")
    assert answer.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in answer.headers
    assert "immutable" in answer.headers["cache-control"]
    unpacked = gzip.decompress(answer.content)
    said = manifest["dumps"][f"dump.{name}.gz"]
    assert (said["file"]["bytes"], said["unpacked"]["bytes"]) == (len(answer.content), len(unpacked))
    assert manifest["downloads"][name].endswith(f"/editions/1/dump.{name}.gz")
    assert client.head(f"/editions/1/dump.{name}.gz").headers["content-length"] == str(len(answer.content))
    part = client.get(f"/editions/1/dump.{name}.gz", headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, answer.content[:10])
    tag = answer.headers["etag"]
    assert tag == f'"{said["root"][:32]}"'
    kept = client.get(f"/editions/1/dump.{name}.gz", headers={"If-None-Match": tag})
    assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", tag)
    resumed = client.get(f"/editions/1/dump.{name}.gz", headers={"Range": "bytes=5-9", "If-Range": tag})
    assert (resumed.status_code, resumed.content) == (206, answer.content[5:10])
    plain = client.get(f"/editions/1/dump.{name}", headers={"Accept-Encoding": "gzip"})
    assert plain.content == unpacked and "content-encoding" not in plain.headers
    assert plain.headers["content-length"] == str(len(unpacked)) and plain.headers["etag"] != tag


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-0", 206, slice(0, 1)),
        ("bytes=-7", 206, slice(-7, None)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=7-999999999", 206, slice(7, None)),
        ("bytes=-999999999", 206, slice(0, None)),
        ("bytes=999999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=9-3", 200, slice(0, None)),
        ("bytes=0-1,4-5", 200, slice(0, None)),
        ("words=0-1", 200, slice(0, None)),
    ],
)
def test_a_part_of_a_dump_is_that_of_its_members_joined(client: httpx.Client, asked: str, status: int, part: slice) -> None:
    whole = client.get("/editions/1/dump.nq.gz").content
    answer = client.get("/editions/1/dump.nq.gz", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, whole[part])
    assert answer.headers["content-length"] == str(len(whole[part]))
    if status != 200:
        place = range(len(whole))[part]
        said = f"bytes {place.start}-{place.stop - 1}" if status == 206 else "bytes *"
        assert answer.headers["content-range"] == f"{said}/{len(whole)}"


def test_a_part_that_spans_members_is_whole(client: httpx.Client) -> None:
    rows = [line.split("\t") for line in client.get("/editions/1/members.tsv").text.split("\n")[1:-1]]
    first, second = (int(row[4]) for row in rows[:2])
    whole = client.get("/editions/1/dump.nq.gz").content
    part = client.get("/editions/1/dump.nq.gz", headers={"Range": f"bytes={first - 3}-{first + second + 2}"})
    assert part.content == whole[first - 3 : first + second + 3]


def test_the_members_joined_are_the_dumps_and_each_is_what_its_list_says(client: httpx.Client) -> None:
    listed = client.get("/editions/1/members.tsv")
    manifest = client.get("/editions/1").json()
    assert listed.headers["content-type"].startswith("text/tab-separated-values")
    assert hashlib.sha256(listed.content).hexdigest() == manifest["segments"]["sha256"]
    joined = {"nq": b"", "ttl": b"", "jsonl": b""}
    roots = {form: hashlib.sha256() for form in joined}
    for line in listed.text.split("\n")[1:-1]:
        form, unpacked, length, file, size = line.split("\t")
        member = client.get(f"/editions/1/members/{unpacked}.{form}.gz")
        held = gzip.decompress(member.content)
        assert (hashlib.sha256(held).hexdigest(), len(held)) == (unpacked, int(length))
        assert (hashlib.sha256(member.content).hexdigest(), len(member.content)) == (file, int(size))
        assert "content-encoding" not in member.headers and "immutable" in member.headers["cache-control"]
        joined[form] += member.content
        roots[form].update(f"{unpacked} {file}\n".encode())
    assert len(joined["nq"]) > 0 and manifest["segments"]["count"] > 3
    for form, content in joined.items():
        assert client.get(f"/editions/1/dump.{form}.gz").content == content
        assert roots[form].hexdigest() == manifest["dumps"][f"dump.{form}.gz"]["root"]
    for name in ("0" * 64 + ".nq.gz", "x.nq.gz", "..%2Fmanifest.json"):
        assert client.get(f"/editions/1/members/{name}").status_code == 404


def test_a_dump_or_an_edition_that_does_not_exist_is_not_found(client: httpx.Client) -> None:
    for path in ("/editions/9", "/editions/x", "/editions/1/dump.xml.gz", "/editions/1/dump.xml", "/editions/9/dump.nq.gz", "/editions/..%2F1"):
        assert client.get(path).status_code == 404, path


def test_the_ontology_is_its_source_in_turtle_and_the_same_in_other_formats(client: httpx.Client) -> None:
    turtle = client.get("/ontologie", headers={"Accept": "text/turtle"}).text
    expected = rdflib.Graph().parse(data=turtle, format="turtle")
    assert (rdflib.URIRef(f"{BASE}ontologie#Projet"), RDF.type, rdflib.OWL.Class) in expected
    for accept, syntax in (("application/rdf+xml", "xml"), ("application/ld+json", "json-ld"), ("application/n-triples", "nt")):
        found = rdflib.Graph().parse(data=client.get("/ontologie", headers={"Accept": accept}).text, format=syntax)
        assert len(found) == len(expected), accept
    version = client.get("/ontologie/2.1.0", headers={"Accept": "text/turtle"})
    assert version.text == turtle
    module = client.get("/ontologie/evaluation", headers={"Accept": "text/turtle"}).text
    assert f"<{BASE}ontologie/evaluation> a owl:Ontology" in module
    assert client.get("/ontologie/rien").status_code == 404


def test_every_term_has_an_anchor_on_the_ontologys_page(client: httpx.Client) -> None:
    page = client.get("/ontologie?format=html").text
    turtle = client.get("/ontologie?format=ttl").text
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    terms = {
        str(term).partition("#")[2]
        for kind in (rdflib.OWL.Class, rdflib.OWL.ObjectProperty, rdflib.OWL.DatatypeProperty)
        for term in graph.subjects(RDF.type, kind)
        if str(term).startswith(f"{BASE}ontologie#")
    }
    assert len(terms) > 100
    assert [name for name in sorted(terms) if f'id="{name}"' not in page] == []


def test_the_context_and_the_shapes_are_served_as_they_are(client: httpx.Client) -> None:
    answer = client.get("/contexte.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Projet" in json.loads(answer.text)["@context"]
    assert re.search(r"/contexte/\d+\.\d+\.\d+\.jsonld>", answer.headers["link"])
    graph = rdflib.Graph().parse(data=client.get("/shapes").text, format="turtle")
    assert len(list(graph.subjects(RDF.type, SH.NodeShape))) > 5


def test_each_version_of_the_context_has_its_own_address_for_good(client: httpx.Client) -> None:
    for version in context_versions():
        answer = client.get(f"/contexte/{version}.jsonld")
        assert answer.text == context_text(version=version)
        assert answer.headers["content-type"] == "application/ld+json"
        assert "immutable" in answer.headers["cache-control"]
    assert client.get(f"/contexte/{context_versions()[-1]}.jsonld").text == client.get("/contexte.jsonld").text
    for unknown in ("0.9.0", "1.0", "..%2f1.0.0", "1.0.0.jsonld/1.0.0"):
        assert client.get(f"/contexte/{unknown}.jsonld").status_code == 404
    told = client.get("/contexte/3.0.0.jsonld", headers={"Accept-Language": "en"}).json()
    assert told["type"].endswith("problems/context-not-found")
    known = list(context_versions())
    assert len(known) > 3 and told["versions"] == known and ", ".join(known) in told["detail"]


def test_void_counts_what_the_edition_holds(client: httpx.Client, store: ox.Store) -> None:
    graph = rdflib.Graph().parse(data=client.get("/void").text, format="turtle")
    dataset = rdflib.URIRef(f"{BASE}edition/2")

    def said(name: str) -> int:
        return int(str(graph.value(dataset, rdflib.URIRef(VOID + name))))

    assert said("triples") == len(store)
    assert said("distinctSubjects") == len({quad.subject for quad in store})
    assert said("distinctObjects") == len({quad.object for quad in store})
    assert said("properties") == len({quad.predicate for quad in store})
    classes = {quad.object for quad in store if quad.predicate.value == str(RDF.type)}
    assert said("classes") == len(classes)
    for part in graph.objects(dataset, rdflib.URIRef(f"{VOID}classPartition")):
        kind = ox.NamedNode(str(graph.value(part, rdflib.URIRef(f"{VOID}class"))))
        count = int(str(graph.value(part, rdflib.URIRef(f"{VOID}entities"))))
        assert count == len(list(store.quads_for_pattern(None, ox.NamedNode(str(RDF.type)), kind)))
    assert len(list(graph.subjects(RDF.type, rdflib.URIRef(f"{VOID}Linkset")))) > 3
    assert client.get("/.well-known/void").headers["location"] == "/void"


def test_the_catalogue_passes_the_published_shapes_of_dcat_ap(client: httpx.Client) -> None:
    folder = SUITES / "dcat-ap-3.0.1-shacl"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{folder} is missing")
        pytest.skip(f"{folder} is missing: set OBSERVATOIRE_SUITES")
    shapes = rdflib.Graph()
    for path in sorted(folder.glob("*.ttl")):
        shapes.parse(path)
    # The published file names five property shapes that it does not define; pySHACL refuses them.
    missing = [(s, o) for s, o in shapes.subject_objects(SH.property) if (o, SH.path, None) not in shapes]
    for shape, part in missing:
        shapes.remove((shape, SH.property, part))
    catalogue = rdflib.Graph().parse(data=client.get("/catalogue?format=ttl").text, format="turtle")
    for path in ("academie/18", "region-academique/centre-val-de-loire"):
        catalogue.parse(data=client.get(f"/catalogue/{path}?format=ttl").text, format="turtle")
    conforms, _, text = pyshacl.validate(catalogue, shacl_graph=shapes)
    assert conforms, text
    addresses = set(catalogue.objects(None, rdflib.DCAT.downloadURL))
    assert len(addresses) >= 5
    for address in addresses:
        path = str(address).removeprefix(BASE)
        assert client.get(f"/{path}").status_code == 200, path
    for service in catalogue.subjects(RDF.type, rdflib.DCAT.DataService):
        assert client.get(f"/{str(service).removeprefix(BASE)}").status_code == 200


def test_the_catalogue_says_the_length_of_each_dump_as_it_is_downloaded(client: httpx.Client) -> None:
    catalogue = rdflib.Graph().parse(data=client.get("/catalogue?format=ttl").text, format="turtle")
    media = {}
    for name in ("nq", "ttl", "jsonl"):
        content = client.get(f"/editions/2/dump.{name}.gz").content
        address = rdflib.URIRef(f"{BASE}editions/2/dump.{name}.gz")
        (distribution,) = catalogue.subjects(rdflib.DCAT.downloadURL, address)
        assert int(str(catalogue.value(distribution, rdflib.DCAT.byteSize))) == len(content)
        media[name] = str(catalogue.value(distribution, rdflib.DCAT.mediaType)).rpartition("media-types/")[2]
    assert media == {"nq": "application/n-quads", "ttl": "text/turtle", "jsonl": "application/jsonl"}


def test_what_is_taken_alone_is_a_dataset_of_its_own(client: httpx.Client) -> None:
    catalogue = rdflib.Graph().parse(data=client.get("/catalogue?format=ttl").text, format="turtle")
    listed = set(catalogue.objects(rdflib.URIRef(f"{BASE}catalogue"), DCAT.dataset))
    edition = set(catalogue.objects(rdflib.URIRef(f"{BASE}edition/2"), DCAT.distribution))
    for name in ("ontologie", "formes", "principes", "correspondances", "tables"):
        dataset = rdflib.URIRef(f"{BASE}catalogue#{name}")
        assert dataset in listed
        assert {title.language for title in catalogue.objects(dataset, rdflib.DCTERMS.title)} == {"fr", "en"}
        own = set(catalogue.objects(dataset, DCAT.distribution))
        assert own and not own & edition
        assert all(catalogue.value(one, rdflib.DCTERMS.license) for one in own)


def test_an_edition_is_one_of_a_series_and_comes_after_another(client: httpx.Client) -> None:
    answer = client.get("/edition/2", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert answer.url.path == "/catalogue" and answer.headers["observatoire-edition"] == "2"
    catalogue = rdflib.Graph().parse(data=answer.text, format="turtle")
    own, series = rdflib.URIRef(f"{BASE}edition/2"), rdflib.URIRef(f"{BASE}catalogue#editions")
    assert (series, RDF.type, DCAT.DatasetSeries) in catalogue
    assert (own, DCAT.inSeries, series) in catalogue
    assert list(catalogue.objects(own, DCAT.prev)) == [rdflib.URIRef(f"{BASE}edition/1")]
    first = rdflib.Graph().parse(data=client.get("/catalogue?edition=1").text, format="turtle")
    assert not list(first.subject_objects(DCAT.prev))


@pytest.mark.parametrize(("language", "units"), [("fr", {"ko", "Mo"}), ("en", {"kB", "MB"})])
def test_sizes_are_written_as_the_language_does(client: httpx.Client, language: str, units: set[str]) -> None:
    page = client.get(f"/editions/1?lang={language}", headers={"Accept": "text/html"}).text
    sizes = re.findall(r'dump\.\w+\.gz">[^<]*</a> <span class="meta">([^<]+)</span>', page)
    assert len(sizes) == 3 and all(re.fullmatch(r"[\d.,]+\s\w\w", size) for size in sizes)
    assert {size[-2:] for size in sizes} <= units
    assert ("," in "".join(sizes)) == (language == "fr")
