"""An answer that is cited: its hash is of its rows, it is the same later, and what differs of the latest is told."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import random
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.formats import bags
from sparql_api.formats.bags import bag_of, difference, term_text
from sparql_api.settings import Settings
from tests.laws.lengths import examples
from tests.sparql_api.endpoint.live import serve

QUESTION = "projets-par-academie"
ASKED = {"question": QUESTION, "edition": "1"}
HTML = {"Accept": "text/html"}


def here(address: str) -> str:
    """The path of a permanent address, on the service that is tried."""
    assert address.startswith(BASE), address
    return "/" + address.removeprefix(BASE)


def rows_of(client: httpx.Client, edition: int, text: str) -> list[str]:
    """The rows of an answer in TSV, which writes terms as Turtle does."""
    answer = client.get("/sparql", params={"query": text, "edition": edition}, headers={"Accept": "text/tab-separated-values"})
    return answer.text.split("\n")[1:-1]


def test_an_answer_has_an_address_that_gives_the_same_for_ever(client: httpx.Client) -> None:
    told = client.get("/answer", params=ASKED).json()
    assert told["edition"]["number"] == 1 and told["question"] == QUESTION
    again = client.get(here(told["address"])).json()
    assert again["sha256"] == told["sha256"]
    assert again["cited"] == {"sha256": told["sha256"], "algorithm": 2, "same": True}
    listed = client.get(f"/queries/{QUESTION}?edition=1").json()
    assert told["rows"] == len(listed["rows"]) and told["columns"] == listed["columns"]
    other = client.get("/answer", params={**ASKED, "sha256": "0" * 64}).json()
    assert other["cited"]["same"] is False


def test_what_differs_on_the_latest_edition_is_told_to_the_row(client: httpx.Client) -> None:
    text = f"SELECT ?p WHERE {{ ?p a <{BASE}ontologie#Projet> }}"
    told = client.get("/answer", params={"query": text, "edition": "1"}).json()
    one, other = set(rows_of(client, 1, text)), set(rows_of(client, 2, text))
    assert told["rows"] == len(one) and told["latest"]["rows"] == len(other) and told["latest"]["edition"] == 2
    assert set(told["latest"]["added_rows"]) == other - one and told["latest"]["added"] == len(other - one) == 5
    assert told["latest"]["removed"] == len(one - other) == 0 and not told["latest"]["same"]
    assert told["sha256"] == hashlib.sha256(("p\n" + "".join(f"{row}\n" for row in sorted(one))).encode()).hexdigest()


def test_parameters_of_a_question_are_part_of_the_address(client: httpx.Client) -> None:
    told = client.get("/answer", params={"question": "projets-d-un-niveau", "with": "rang=11", "edition": "1"}).json()
    listed = client.get("/queries/projets-d-un-niveau", params={"rang": "11", "edition": "1"}).json()
    assert told["rows"] == len(listed["rows"]) > 0 and "with=rang%3D11" in told["address"]
    for bad in ({"with": "rien=1"}, {"with": "niveau"}, {"query": "ASK {}"}):
        assert client.get("/answer", params={"question": "projets-d-un-niveau", **bad}).status_code == 400
    assert client.get("/answer").status_code == 400
    assert client.get("/answer?question=rien").status_code == 404
    assert client.get("/answer", params={"query": "CONSTRUCT WHERE { ?s ?p ?o }"}).status_code in (400, 406)


@pytest.mark.parametrize("name", ["bibtex", "ris", "csl", "datacite"])
def test_an_answer_is_cited_in_each_format_by_its_permanent_address(client: httpx.Client, name: str) -> None:
    told = client.get("/answer", params=ASKED).json()
    answer = client.get(here(told["citations"][name]))
    assert answer.status_code == 200 and answer.headers["observatoire-edition"] == "1"
    found = json.loads(answer.text) if name in ("csl", "datacite") else answer.text
    url = found[0]["URL"] if name == "csl" else found["url"] if name == "datacite" else found
    assert told["address"] in url and told["sha256"] in url


@pytest.mark.long
def test_datacite_accepts_its_metadata(client: httpx.Client) -> None:
    from datacite import schema45

    for asked in ("/cite?format=datacite&edition=1", f"/cite?question={QUESTION}&format=datacite", "/cite?objet=projet/18-h.1&format=datacite"):
        told = client.get(asked).json()
        schema45.validator.validate({**told, "doi": "10.5072/x"})
        with pytest.raises(Exception, match="titles"):
            schema45.validator.validate({**told, "doi": "10.5072/x", "titles": []})


class Parts(HTMLParser):
    """What a page asks of others, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.asked += [str(said[name]) for name in ("src", "srcset", "data", "poster") if name in said]
        if tag in ("script", "link", "iframe", "object", "embed", "base"):
            self.asked.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def test_a_file_of_an_answer_reads_off_line(client: httpx.Client) -> None:
    answer = client.get("/answer.html", params=ASKED)
    assert answer.headers["content-disposition"].startswith("attachment; filename=\"projets-par-academie-1.html\"")
    parts = Parts()
    parts.feed(answer.text)
    assert parts.asked == [] and "url(" not in answer.text and "@import" not in answer.text
    assert client.get("/answer.html", params={**ASKED, "outilz": "1"}).status_code == 400
    told = client.get("/answer", params=ASKED).json()
    page = answer.text.replace("&amp;", "&")
    assert told["sha256"] in page and told["address"] in page and "etalab-2.0" in page and "SELECT" in page and "<svg" in page
    table = list(csv.reader(io.StringIO(client.get(f"/queries/{QUESTION}?edition=1&format=csv").text)))
    assert len(parts.cells) == told["rows"] * len(table[0])


def test_the_page_of_an_answer_and_that_of_a_question_lead_there(client: httpx.Client) -> None:
    page = client.get("/answer", params=ASKED, headers=HTML).text
    assert page.count('href="/cite?') == 4 and "/answer.html?" in page
    question = client.get(f"/queries/{QUESTION}", headers=HTML).text.replace("&amp;", "&")
    assert f"/answer?question={QUESTION}&version=1&edition=2" in question
    downloads = re.findall(rf'href="(/queries/{QUESTION}/v1\?[^"]*format=(?:csv|json)[^"]*)"', question)
    assert downloads and all("edition=2" in one for one in downloads)


def test_a_hash_is_of_rows_whatever_their_order_and_no_cell_makes_another() -> None:
    chance = random.Random(5)
    texts = ["a", "a\tb", "b", "a\nb", '"', "\\", "é", ""]
    for _ in range(50):
        rows: list[dict[str, Any]] = [
            {name: {"type": "literal", "value": chance.choice(texts)} for name in chance.sample(["x", "y"], chance.randint(0, 2))} for _ in range(4)
        ]
        answer = {"head": {"vars": ["x", "y"]}, "results": {"bindings": rows}}
        mixed = {**answer, "results": {"bindings": chance.sample(rows, len(rows))}}
        assert bag_of(answer).sha256 == bag_of(mixed).sha256
        fewer = {**answer, "results": {"bindings": rows[1:]}}
        assert bag_of(fewer).sha256 != bag_of(answer).sha256
        came, went = difference(bag_of(answer), bag_of(fewer))
        assert came == [] and len(went) == 1 and all(line.count("\t") == 1 for line in bag_of(answer).lines)
        # Each cell is read back from its line: no two rows have one line.
        for line, row in zip(bag_of({**answer, "results": {"bindings": rows[:1]}}).lines, rows, strict=False):
            cells = dict(zip(("x", "y"), line.split("\t"), strict=True))
            for name, cell in cells.items():
                read = next(iter(ox.parse(f"<a:a> <a:a> {cell} .", format=ox.RdfFormat.N_TRIPLES))).object if cell else None
                assert (read.value if isinstance(read, ox.Literal) else None) == (row.get(name) or {}).get("value")


def test_a_base_direction_makes_another_answer_and_a_citation_by_the_first_algorithm_still_holds(client: httpx.Client) -> None:
    texts = [f'SELECT ("salam"@ar{direction} AS ?x) {{}}' for direction in ("", "--rtl", "--ltr")]
    told = [client.get("/answer", params={"query": text}).json() for text in texts]
    by_hand = [hashlib.sha256(f'x\n"salam"@ar{end}\n'.encode()).hexdigest() for end in ("", "--rtl", "--ltr")]
    assert [one["sha256"] for one in told] == by_hand and len(set(by_hand)) == 3
    # What was cited before directions counted: the hash of the row without one, and no word of an algorithm.
    for text in texts:
        asked = {"query": text, "sha256": by_hand[0]}
        assert client.get("/answer", params=asked).json()["cited"] == {"sha256": by_hand[0], "algorithm": 1, "same": True}
        same = client.get("/answer", params={**asked, "algorithm": "2"}).json()["cited"]["same"]
        assert same is (text == texts[0])
    for wrong in ({"sha256": "0" * 63}, {"sha256": "G" * 64}, {"sha256": "0" * 64, "algorithm": "3"}):
        assert client.get("/answer", params={"query": texts[0], **wrong}).status_code == 400


@settings(max_examples=examples(200))
@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "fr", "ar--rtl", "xsd:date"]))
def test_a_line_says_a_text_as_n_triples_do(text: str, tag: str) -> None:
    term: dict[str, str] = {"type": "literal", "value": text}
    if tag == "xsd:date":
        term["datatype"] = "http://www.w3.org/2001/XMLSchema#date"
        literal = ox.Literal(text, datatype=ox.NamedNode(term["datatype"]))
    elif tag:
        term["xml:lang"], _, direction = tag.partition("--")
        if direction:
            term["its:dir"] = direction
        literal = ox.Literal(text, language=term["xml:lang"], direction=ox.BaseDirection.RTL if direction else None)
    else:
        literal = ox.Literal(text)
    said = term_text(term)
    assert "\t" not in said and "\n" not in said
    (read,) = ox.parse(f"<a:a> <a:a> {said} .", format=ox.RdfFormat.N_TRIPLES)
    assert read.object == literal


MANY = "SELECT ?x {{ VALUES ?a {{ {ten} }} VALUES ?b {{ {ten} }} VALUES ?c {{ {ten} }} VALUES ?d {{ {ten} }} VALUES ?e {{ {few} }} {bind} }}"
TEN = " ".join(str(n) for n in range(10))


def test_an_answer_over_the_bounds_is_refused_with_what_to_do(client: httpx.Client) -> None:
    rows = MANY.format(ten=TEN, few="1 2 3", bind="BIND(1 AS ?x)")
    size = MANY.format(ten=TEN, few="1", bind=f'BIND("{"x" * 600}" AS ?x)')
    for text in (rows, size):
        for path in ("/answer", "/answer.html", "/cite"):
            answer = client.get(path, params={"query": text}, headers={"Accept-Language": "en"})
            assert answer.status_code == 400, (path, answer.text[:200])
            assert answer.json()["parameter"] == "query"
            assert all(word in answer.json()["detail"] for word in ("20000 rows", "4 MiB", "LIMIT", "/jobs", "/sparql")), answer.text


def test_a_large_answer_is_hashed_beside_the_process_that_answers_everyone(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service runs in this process: what it would read here fails."""
    text = MANY.format(ten=TEN, few="1", bind="BIND(?a + ?b AS ?x)")

    def none(*_: object) -> None:
        raise AssertionError("read where everyone is answered")

    monkeypatch.setattr(bags, "bag_of", none)
    told = client.get("/answer", params={"query": text, "edition": "1"}).json()
    # Of 10,000 sums of two digits, a hundred times each pair: as N-Triples writes integers.
    lines = sorted(f'"{a + b}"^^<http://www.w3.org/2001/XMLSchema#integer>' for a in range(10) for b in range(10) for _ in range(100))
    assert told["rows"] == 10_000 and told["sha256"] == hashlib.sha256(("x\n" + "".join(f"{one}\n" for one in lines)).encode()).hexdigest()


def test_what_is_another_answer_each_time_is_not_cited(client: httpx.Client) -> None:
    for text in ("SELECT (NOW() AS ?x) {}", "SELECT (RAND() AS ?x) {}"):
        answer = client.get("/answer", params={"query": text})
        assert answer.status_code == 400 and answer.json()["parameter"] == "query"


def test_a_value_that_names_nothing_is_refused_and_never_cited(client: httpx.Client) -> None:
    for path in ("/answer", "/answer.html", "/cite"):
        asked = {"question": "projets-d-un-outil", "with": "outil=outil/chatgtp", "edition": "1"}
        answer = client.get(path, params=asked)
        assert answer.status_code == 400 and answer.json()["parameter"] == "outil", path
        assert "outil/chatgpt" in answer.json()["detail"]


@pytest.mark.parametrize("public", ["", "https://observatoire.example"])
def test_the_host_that_a_client_types_is_in_nothing_that_is_cited(client: httpx.Client, var: Path, public: str) -> None:
    evil = {"Host": "evil.example"}
    home = public + "/" if public else BASE

    def tried(asked: httpx.Client) -> None:
        told = asked.get("/answer", params=ASKED, headers=evil)
        assert told.json()["address"].startswith(f"{home}answer?") and "evil" not in told.text
        for name in ("bibtex", "ris", "csl", "datacite"):
            answer = asked.get("/cite", params={**ASKED, "format": name}, headers=evil)
            assert answer.status_code == 200 and f"{home}answer?" in answer.text and "evil" not in answer.text
        for path in ("/answer.html", f"/queries/{QUESTION}.svg"):
            params = ASKED if path == "/answer.html" else {"edition": "1"}
            kept = asked.get(path, params=params, headers=evil).text
            assert home in kept and "evil" not in kept, path
        page = asked.get("/answer", params=ASKED, headers={**evil, **HTML}).text
        assert f'<a href="{home}answer?' in page and "evil" not in page[page.index("<main") :]

    if not public:
        tried(client)
        return
    with serve(create_app(Settings(var=var, workers=1, public_url=public))) as url, httpx.Client(base_url=url, timeout=300) as own:
        tried(own)


def test_the_page_of_an_answer_shows_its_rows_its_chart_and_what_differs(client: httpx.Client) -> None:
    page = client.get("/answer", params=ASKED, headers=HTML).text
    table = page[page.index('id="resultats"') : page.index('id="derniere"')]
    rows = list(csv.reader(io.StringIO(client.get(f"/queries/{QUESTION}?edition=1&format=csv").text)))
    assert table.count("<tr>") == len(rows), "a row each, and the heads"
    plain = re.sub(r"<[^>]+>", "", html.unescape(table))
    assert all(cell in plain for row in rows[1:] for cell in row if not cell.startswith("http"))
    assert "<svg" in page and "etalab-2.0" in page and "SELECT" in page[page.index('id="requete"') :]
    text = f"SELECT ?p ?t {{ ?p a <{BASE}ontologie#Projet> ; <http://purl.org/dc/terms/title> ?t }}"
    page = client.get("/answer", params={"query": text, "edition": "1"}, headers=HTML).text
    latest = page[page.index('id="derniere"') : page.index('id="requete"')]
    came = {tuple(row.split("\t")) for row in set(rows_of(client, 2, text)) - set(rows_of(client, 1, text))}
    assert latest.count("<tr>") == 1 + len(came) == 6
    assert all(f'href="/{one[0][1:-1].removeprefix(BASE)}' in latest for one in came)
    yes = client.get("/answer", params={"query": "ASK { ?s ?p ?o }", "edition": "1"}, headers={**HTML, "Accept-Language": "en"})
    assert '<p class="lead">yes' in yes.text.lower() or '<p class="lead">true' in yes.text.lower()


RESULTS = re.compile(r"(?:[?&]format=(?:csv|tsv|json|srj|xml|turtle|rq)\b)|\.svg(?:\?|$)")


@pytest.mark.parametrize(
    "page",
    [f"/queries/{QUESTION}", "/queries/moyenne-des-criteres", "/queries/moyenne-des-criteres/v1", "/sparql?query=SELECT+*+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+2", "/carte",
     "/manques", f"/answer?question={QUESTION}"],
)  # fmt: skip
def test_links_to_results_carry_the_edition(client: httpx.Client, page: str) -> None:
    text = html.unescape(client.get(page, headers=HTML).text)
    links = [one for one in re.findall(r'href="(/(?:queries|sparql|carte|cite|answer)[^"]*)"', text) if RESULTS.search(one)]
    assert links and all("edition=2" in one for one in links), [one for one in links if "edition=2" not in one]
    for one in links:
        answer = client.get(one)
        assert answer.status_code == 200, one
        # The text of a query is of no edition.
        assert "format=rq" in one or answer.headers["observatoire-edition"] == "2", one
