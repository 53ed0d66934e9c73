"""Requests as people and old clients write them: each is answered as meant, led to its one address, or told what is wrong."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable, Iterator
from functools import reduce
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from starlette.routing import Mount, Route

from ontologie import BASE
from queries import catalogue
from sparql_api.app import create_app
from sparql_api.endpoint import openapi
from sparql_api.http.parameters import CARRIED, known_names, nearest
from sparql_api.settings import Settings
from tests.sparql_api.endpoint.live import serve

HTML = {"Accept": "text/html"}
DATA = {"Accept": "application/json, text/turtle;q=0.9, application/ld+json;q=0.8, */*;q=0.1"}
PARTS = {
    "version": "1.0.0", "kind": "projet", "rest:path": "18-UR005", "name": "syntax", "part:path": "noyau", "territory:path": "academie/18", "number": "1", "suffix": "nq",
    "identifier": "auvergne-rhone-alpes", "name:path": "fiches", "part": "pages", "places": "0-99",
    "publication": "fabriquer-le-faux", "module": "rien-de-personnel",
}  # fmt: skip
PROTOCOLS = {
    "/sparql": "query=ASK%7B%7D", "/sparql/": "query=ASK%7B%7D", "/editions/{number}/sparql": "query=ASK%7B%7D",
    "/rdf-graph-store": "default",
    "/oembed": "url=https://w3id.org/observatoire-ia/region-academique/bretagne",
    "/reconcile": "", "/reconcile/extend/propose": "type=niveaux", "/reconcile/preview": "id=https://w3id.org/observatoire-ia/academie/10",
    **{f"/reconcile/suggest/{kind}": "prefix=a" for kind in ("entity", "property", "type")},
}  # fmt: skip
ACTS = {"/atelier/openid", "/atelier/callback", "/deposits/{number}", "/deposits/feed", "/reviews", "/reviews/{kind}/{identifier}", "/labels"}
WORKSHOP = {
    "/atelier/revue", "/atelier/revue/{kind}/{identifier}", "/atelier/depot", "/atelier/depots/{number}", "/atelier/depots/{number}/refus",
    "/atelier/depot/publication", "/atelier/depot/module",
    "/atelier/libelles", "/atelier/analyse/{project}", "/atelier/analyse/{project}/comparer",
}  # fmt: skip
ASKED = {"/answer": "query=ASK%7B%7D&"}
"""What an address must be asked to answer at all."""
ELSEWHERE = {"/answer.html", "/queries/{name}", "/queries/{name}/v{number}", "/mcp", "/jobs/{identifier}", "/jobs/{identifier}/answer", "/{name}", "/graphe/{rest:path}", "/oai", *ACTS, *WORKSHOP}
"""Addresses of a page that is a file, of what there is none of, of what only other methods ask, and of what agents alone
read; and the one whose protocol has an error of its own for a parameter that it does not know."""


@pytest.fixture(scope="module")
def addresses(var: Path) -> list[str]:
    """The paths of the service that answer GET, as their routes declare them."""
    found = {r.path for r in routes(create_app(Settings(var=var, workers=1)).routes) if "GET" in (r.methods or {"GET"})}
    assert len(found) > 60
    member = min(path.name for path in (var / "editions" / "1" / "members").iterdir())
    part = min(path.name for path in (var / "editions" / "1" / "tables").glob("*.parquet"))
    named = {"members/{name}": f"members/{member}", "tables/{name}": "tables/usages.csv", "parts/{name}": f"parts/{part}", "gabarits/{name}": "gabarits/projet.csv"}
    return sorted(reduce(lambda path, one: path.replace(*one), named.items(), path) for path in found - ELSEWHERE)


def routes(listed: Iterable[object]) -> Iterator[Route]:
    """Yield the routes of an application, those of the routers that it includes among them."""
    for one in listed:
        if isinstance(one, Route):
            yield one
        elif not isinstance(one, Mount):
            yield from routes(one.original_router.routes)  # type: ignore[attr-defined]


def follow(client: httpx.Client, address: str, headers: dict[str, str]) -> httpx.Response:
    answer = client.get(address, headers=headers)
    while answer.has_redirect_location:
        answer = client.get(answer.headers["location"], headers=headers)
    return answer


def test_every_address_names_a_parameter_that_it_does_not_know(client: httpx.Client, addresses: list[str]) -> None:
    questions = [path for path in addresses if path.startswith("/queries/")]
    pages = 0
    for path in [path for path in addresses if path not in questions[3:]]:
        address = re.sub(r"{([^}]+)}", lambda match: PARTS[match[1]], path)
        if path in PROTOCOLS:
            answer = client.get(f"{address}?{PROTOCOLS[path]}&outilz=1&%C3%A9t%C3%A9=", headers=DATA)
            assert (answer.status_code, answer.headers["observatoire-ignored-parameters"]) == (200, "outilz, %C3%A9t%C3%A9")
            continue
        address += f"?{ASKED.get(path, '')}"
        data = follow(client, f"{address}outilz=1", DATA)
        told = data.headers["content-type"].startswith("text/html") or data.json()["type"].endswith("/unknown-parameter")
        assert told, path
        if data.status_code == 400:
            assert data.json()["parameter"] == "outilz" and "outilz" in data.json()["detail"], path
        page = follow(client, f"{address}outilz=1", HTML)
        if follow(client, address, HTML).headers["content-type"].startswith("text/html"):
            pages += 1
            assert page.status_code == 200 and "« outilz »" in page.text.replace("\u00a0", " "), path
            assert "outilz" not in follow(client, f"{address}lang=en", HTML).text, "what is kept of a page names no request"
        else:
            assert follow(client, address, HTML).status_code == 200 or page.status_code in (400, 406), path
    assert pages > 8


TWICE = {
    "/fiches?page=1&page=2": "page",
    "/fiches?q=ia&q=image": "q",
    "/fiches.csv?q=ia&q=image": "q",
    "/fiches?edition=1&edition=current": "edition",
    "/projet/18-UR005.ttl?lang=fr&lang=en": "lang",
    "/fiches?format=json&_format=html": "_format",
    "/queries/projets-par-academie?format=csv&format=json": "format",
    "/queries/couverture-principes?langue=fr&langue=en": "langue",
}


@pytest.mark.parametrize("address", TWICE)
@pytest.mark.parametrize("headers", [DATA, HTML])
def test_of_two_values_none_is_left_aside_in_silence(client: httpx.Client, address: str, headers: dict[str, str]) -> None:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 400
    assert TWICE[address] in answer.text and ("plus d" in answer.text or "more than once" in answer.text)


@pytest.mark.parametrize("address", ["/fiches?lang=en&lang=en", "/fiches?format=&format=json", "/fiches?q=&q=ia", "/fiches?niveau=a&niveau=b", "/queries/projets-par-academie?region=region-academique/bretagne&region=region-academique/normandie"])
def test_one_value_said_twice_and_several_of_a_list_are_read(client: httpx.Client, address: str) -> None:
    assert client.get(address, headers=DATA).status_code == 200


def test_the_nearest_parameter_is_told(client: httpx.Client) -> None:
    found = client.get("/fiches?dicipline=x", headers={"Accept-Language": "en"})
    assert found.json()["nearest"] == "discipline" and "discipline" in found.json()["known"]
    page = client.get("/fiches?dicipline=x", headers=HTML)
    assert "Vouliez-vous dire « discipline » ?" in page.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert nearest("formta", known_names(openapi.GET)) == "format" and nearest("zzz", ["format"]) is None
    assert client.get("/fiches?" + "x" * 9000 + "=1").status_code == 400
    assert "<b>" not in client.get("/fiches?%3Cb%3E=1", headers=HTML).text


def test_no_question_takes_a_parameter_of_every_address() -> None:
    reserved = {*CARRIED, "format", "_format", "timeout"}
    for name, question in catalogue().items():
        assert not reserved & {one.name for one in question.parameters}, name


def test_the_protocol_knows_what_its_description_declares(client: httpx.Client) -> None:
    everything = {name: "" for name in known_names(openapi.GET)} | {"query": "ASK {}", "timeout": "5"}
    everything = {n: v for n, v in everything.items() if not n.endswith("graph-uri")}
    for answer in (client.get("/sparql", params=everything), client.post("/sparql", data=everything)):
        assert answer.status_code == 200 and "observatoire-ignored-parameters" not in answer.headers
    form = client.post("/sparql", data={"query": "ASK {}", "formt": "csv"})
    assert form.headers["observatoire-ignored-parameters"] == "formt"
    assert client.get("/sparql?qurey=x").headers["observatoire-ignored-parameters"] == "qurey"


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/fiches/?q=a%20b&lang=en", "/fiches?q=a%20b&lang=en"),
        ("/projet/18-UR005/", "/projet/18-UR005"),
        ("/projet/18-UR005.ttl//?edition=1", "/projet/18-UR005.ttl?edition=1"),
        ("/editions/", "/editions"),
        ("/editions/1/", "/editions/1"),
        ("/queries/instruments/", "/queries/instruments"),
        ("/health/", "/health"),
        ("/rdf-graph-store/?default", "/rdf-graph-store?default"),
        ("/rien/", "/rien"),
        ("//ailleurs.example/x/", "/ailleurs.example/x"),
        ("/%5Cailleurs.example/", "/%5Cailleurs.example"),
        ("/projet/a%20b/", "/projet/a%20b"),
    ],
)
def test_a_slash_at_the_end_leads_to_the_address_without(client: httpx.Client, given: str, leads_to: str) -> None:
    url = str(client.base_url).rstrip("/") + given
    for method in ("GET", "HEAD", "POST"):
        answer = client.request(method, url)
        assert (answer.status_code, answer.headers["location"]) == (308, leads_to)
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("given", ["/ldes/..%2f..%2f", "/projet/x%2F", "/editions/1/..%2F"])
def test_a_slash_inside_a_name_leads_nowhere(client: httpx.Client, given: str) -> None:
    assert client.get(str(client.base_url).rstrip("/") + given, follow_redirects=True).status_code == 404


@pytest.mark.parametrize("path", ["/ldes", "/sparql", "/", "/health"])
@pytest.mark.parametrize("host", ['a"b', "x<y>", "a b", "../..", "a@b", "é.example", "[::1", "a:b"])
def test_a_host_that_can_be_none_is_refused(client: httpx.Client, path: str, host: str) -> None:
    answer = client.get(path, headers={b"Host": host.encode()})  # type: ignore[dict-item]
    assert answer.status_code == 400 and host not in answer.text


def test_an_answer_names_the_host_that_asked_and_is_given_to_no_other(client: httpx.Client) -> None:
    for _ in range(3):
        assert "autre.example:81/" in client.get("/robots.txt", headers={"Host": "autre.example:81"}).text
        assert "[::1]:8000/" in client.get("/robots.txt", headers={"Host": "[::1]:8000"}).text
        assert "autre.example" not in client.get("/robots.txt").text


def raw(client: httpx.Client, target: bytes) -> bytes:
    """Return the head of the answer to a target as no client library would send it."""
    host = urlsplit(str(client.base_url))
    assert host.hostname and host.port
    with socket.create_connection((host.hostname, host.port), timeout=30) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
        return connection.makefile("rb").read().partition(b"\r\n\r\n")[0]


def test_no_slash_leads_to_another_host(client: httpx.Client) -> None:
    for target in (b"//evil.example/", b"/\\evil.example/", b"///evil.example//", b"/\t/evil.example/"):
        location = re.search(rb"(?i)\r\nlocation: ([^\r]*)", raw(client, target))
        assert location is None or re.match(rb"/[^/\\]", location[1]), (target, location)


@pytest.mark.parametrize(
    ("given", "leads_to"),
    [
        ("/projet/18-UR005.TTL?edition=1", "/projet/18-UR005.ttl?edition=1"),
        ("/projet/18-UR005.JsonLD", "/projet/18-UR005.jsonld"),
        ("/fiches.CSV?q=ia", "/fiches.csv?q=ia"),
        ("/contexte.JSONLD", "/contexte.jsonld"),
        ("/editions/1/dump.NQ.GZ", "/editions/1/dump.nq.gz"),
    ],
)
def test_a_format_in_capitals_leads_to_the_one_in_small_letters(client: httpx.Client, given: str, leads_to: str) -> None:
    answer = client.get(given)
    assert (answer.status_code, answer.headers["location"]) == (308, leads_to)
    assert client.get(leads_to).status_code == 200


def test_what_is_no_format_leads_nowhere(client: httpx.Client) -> None:
    for path in ("/projet/18-UR005.Exe", "/RIEN", "/rien.PHP", "/projet/Rien.x.Y"):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize("path", ["/projet/18-UR005", "/catalogue", "/void", "/ontologie", "/shapes"])
def test_a_profile_is_a_wish_and_plain_json_a_name_of_json_ld(client: httpx.Client, path: str) -> None:
    compacted = 'application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"'
    for accept in (compacted, f"{compacted};q=0.5, text/x-other", "application/json", "application/json;charset=utf-8"):
        answer = follow(client, path, {"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/ld+json"), accept
    assert follow(client, f"{path}?format=json", {}).headers["content-type"] == "application/ld+json"
    assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_a_byte_order_mark_at_the_head_of_a_query_is_none_of_its_characters(client: httpx.Client) -> None:
    marked = "\ufeffASK {}"
    for answer in (
        client.post("/sparql", data={"query": marked}),
        client.get("/sparql", params={"query": marked}),
        client.post("/sparql", content=marked.encode(), headers={"Content-Type": "application/sparql-query"}),
    ):
        assert answer.json()["boolean"] is True
    assert client.get("/sparql", params={"query": marked}, headers=HTML).status_code == 200


def test_a_deadline_of_nothing_wishes_none(client: httpx.Client) -> None:
    limit = client.get("/sparql?query=ASK%7B%7D").headers["observatoire-timeout"]
    for zero in ("0", "0.0", "00"):
        answer = client.get(f"/sparql?query=ASK%7B%7D&timeout={zero}")
        assert (answer.status_code, answer.headers["observatoire-timeout"]) == (200, limit)
    for wrong in ("-1", "x", "nan", "inf"):
        assert client.get(f"/sparql?query=ASK%7B%7D&timeout={wrong}").json()["parameter"] == "timeout"
        assert client.get(f"/queries/instruments?timeout={wrong}").json()["parameter"] == "timeout"
    assert client.get("/queries/instruments?timeout=0").status_code == 200


@pytest.mark.parametrize("path", ["/fiches?q=", "/sparql?query=ASK%7B%7D&label=", "/void?lang=", "/projet/18-UR005.ttl?lang=", "/?lang="])
def test_what_is_no_utf8_is_refused_never_replaced(client: httpx.Client, path: str) -> None:
    for wrong in ("%E9", "%C3", "%ED%A0%80", "%FF%FE"):
        answer = client.get(path + wrong)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "encoding"), wrong


def test_a_form_that_is_no_utf8_is_refused(client: httpx.Client) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"query=SELECT+%27%E9%27+%7B%7D", b"query=ASK{}&label=\xe9", b"query=SELECT%20('\xff'%20AS%20?x){}"):
        answer = client.post("/sparql", content=body, headers=form)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (400, "encoding"), body
    written = "query=SELECT ('é' AS ?x) {}&format=csv".encode()
    assert client.post("/sparql", content=written, headers=form).text.split() == ["x", "é"]


@pytest.mark.parametrize("path", ["/fiches.csv", "/fiches.jsonl", "/fiches.geojson", "/queries/instruments?format=csv", "/queries/instruments?format=srj"])
def test_a_file_that_is_held_already_is_not_sent_again(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    held = {"If-None-Match": first.headers["etag"]}
    again = client.get(path, headers=held)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    for name in ("etag", "cache-control", "observatoire-edition"):
        assert again.headers[name] == first.headers[name]
    other = path + ("&" if "?" in path else "?") + "edition=1"
    assert client.get(other, headers=held).status_code == 200
    assert client.head(path).headers["etag"] == first.headers["etag"]


def test_each_selection_has_a_tag_of_its_own(client: httpx.Client) -> None:
    paths = ("/fiches.csv", "/fiches.jsonl", "/fiches.csv?q=ia", "/fiches.csv?academie=18", "/fiches.csv?edition=1")
    assert len({client.get(path).headers["etag"] for path in paths}) == len(paths)


def test_head_is_known_wherever_get_is(client: httpx.Client) -> None:
    for path in ("/metrics", "/openapi.json", "/health", "/problems/syntax", "/contexte.jsonld"):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.headers["content-type"], head.content) == (200, got.headers["content-type"], b"")


def test_sparql_takes_the_query_method(client: httpx.Client) -> None:
    plain = {"Content-Type": "application/sparql-query"}
    asked = client.request("QUERY", "/sparql", content="ASK {}", headers=plain)
    assert asked.json()["boolean"] is True
    tag = {"If-None-Match": asked.headers["etag"]}
    assert client.request("QUERY", "/sparql", content="ASK {}", headers=plain | tag).status_code == 304
    form = client.request("QUERY", "/sparql?format=csv", data={"query": "SELECT (1 AS ?n) {}"})
    assert form.text.split() == ["n", "1"]
    assert client.request("QUERY", "/sparql", content="ASK {}").status_code == 415
    assert client.request("QUERY", "/sparql", content="INSERT DATA {}", headers=plain).status_code == 403
    said = client.options("/sparql").headers
    for name in ("allow", "access-control-allow-methods"):
        assert "QUERY" in said[name].split(", ")
    assert said["accept-query"].split(", ")[0] == "application/sparql-query"
    assert client.request("QUERY", "/fiches").status_code == 405


@pytest.fixture(scope="module")
def named(var: Path) -> Iterator[httpx.Client]:
    """A client of a service that knows its public address."""
    settings = Settings(var=var, workers=1, public_url="https://observatoire.example")
    with serve(create_app(settings)) as url, httpx.Client(base_url=url, timeout=300) as session:
        yield session


def test_the_public_address_is_that_of_every_link(named: httpx.Client) -> None:
    here = urlsplit(str(named.base_url)).netloc
    root = "https://observatoire.example/"
    assert named.get("/fiches?per_page=1").json()["next"].startswith(root + "fiches?")
    assert named.get("/queries").json()["items"][0]["url"].startswith(root + "queries/")
    edition = named.get("/editions/1").json()
    assert edition["url"] == root + "editions/1" and edition["downloads"]["nq"].startswith(root)
    assert f"<{root}sparql>" in named.get("/sparql", headers={"Accept": "application/n-triples"}).text
    assert root + "sparql" in named.get("/sparql", headers=HTML).text
    assert named.get("/openapi.json").json()["servers"] == [{"url": root.rstrip("/")}]
    for path in ("/", "/fiches", "/editions", "/editions/1", "/sparql", "/queries", "/projet/18-UR005.html", "/catalogue"):
        said = named.get(path, headers=HTML | {"Host": "evil.example"})
        assert here not in said.text and "evil.example" not in said.text, path


def test_a_public_address_is_an_origin() -> None:
    for wrong in ("observatoire.example", "https://a/b", "ftp://a", "https://a b", "https://a?x", "https://u@a"):
        with pytest.raises(ValueError, match="public_url"):
            Settings(public_url=wrong)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("SELECT * { ?p a oia:Projets }", "oia:Projets unknown; did you mean oia:Projet"),
        (f"PREFIX o: <{BASE}ontologie#> SELECT * {{ ?p a o:projet }}", "oia:projet unknown; did you mean oia:Projet"),
        (f"SELECT * {{ ?p a <{BASE}ontologie#Fich> }}", "oia:Fich unknown; did you mean oia:Fiche"),
        ("ASK { ?s oia:zzzzzzzzzzzz ?o }", "oia:zzzzzzzzzzzz unknown"),
        (
            f"PREFIX o: <{BASE.replace('https', 'http')}ontologie#> SELECT * {{ ?p a o:Projet }}",
            f"{BASE.replace('https', 'http')}ontologie# is no address of ours; did you mean {BASE}ontologie#",
        ),
        (
            f"SELECT * {{ <{BASE.replace('https://', 'HTTPS://WWW.')}projet/18-UR005> ?p ?o }}",
            f"{BASE.replace('https://', 'HTTPS://WWW.')}projet/18-UR005 is no address of ours; "
            f"did you mean {BASE}projet/18-UR005",
        ),
        (f"SELECT ('<{BASE.replace('https', 'http')}x>' AS ?x) {{ <{BASE}projet/18-UR005> ?p ?o }}", None),
        ("SELECT * { ?p a oia:Projet ; oia:concerne ?x } # oia:Projets 'oia:Rien'", None),
        ("SELECT ('oia:Projets' AS ?x) { ?s a oia:Projet }", None),
        (
            "SELECT (GROUP_CONCAT(?p; separator=' ') AS ?x) { { SELECT ?p { ?p a oia:Projet } ORDER BY ?p LIMIT 2 } }",
            "GROUP_CONCAT joins texts: write STR(?p), since ?p stands for IRIs and gives an empty value",
        ),
        ("SELECT (group_concat(DISTINCT ?l) AS ?x) { ?p oia:concerne ?l }", "GROUP_CONCAT joins texts: write STR(?l), since ?l stands for IRIs and gives an empty value"),
        ("SELECT (GROUP_CONCAT(STR(?p)) AS ?x) { ?p a oia:Projet }", None),
        ("SELECT (GROUP_CONCAT(?t) AS ?x) { ?p a oia:Projet ; dct:title ?t }", None),
    ],
)
def test_a_valid_query_that_asks_for_nothing_says_so(client: httpx.Client, query: str, hint: str | None) -> None:
    answer = client.post("/sparql", data={"query": query})
    said = answer.headers.get("observatoire-hint", "")
    assert answer.status_code == 200 and (said == hint or (hint is None and "Projet" not in said and "GROUP" not in said and "ours" not in said))
    page = client.get("/sparql", params={"query": query, "lang": "fr"}, headers=HTML).text
    told = ("n&#39;existe pas dans l&#39;ontologie", "GROUP_CONCAT joint des textes", "n&#39;est pas une adresse d&#39;ici")
    assert any(one in page for one in told) == bool(said)
    held = client.post("/sparql", data={"query": query}, headers={"If-None-Match": answer.headers["etag"]})
    assert (held.status_code, held.headers.get("observatoire-hint", "")) == (304, said)


def test_hints_are_bounded_and_safe_in_a_header(client: httpx.Client) -> None:
    query = "ASK { VALUES ?x { " + " ".join(f"oia:Projets{n}" for n in range(200)) + f" oia:{'é' * 500} }} }}"
    said = client.post("/sparql", data={"query": query}).headers["observatoire-hint"]
    assert said.count("|") == 4 and said.isascii()
    assert quote("é").lower() in client.post("/sparql", data={"query": "ASK { ?s oia:Projeté ?o }"}).headers["observatoire-hint"].lower()
