"""An answer that is cited: its hash is of its rows, it is the same later, and what differs of the latest is told."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pyoxigraph as ox
import pytest

from ontologie import BASE
from sparql_api.formats.bags import bag_of, difference

QUESTION = "projets-par-academie"
ASKED = {"question": QUESTION, "edition": "1"}
HTML = {"Accept": "text/html"}


def rows_of(client: httpx.Client, edition: int, text: str) -> list[str]:
    """The rows of an answer in TSV, which writes terms as Turtle does."""
    answer = client.get("/sparql", params={"query": text, "edition": edition}, headers={"Accept": "text/tab-separated-values"})
    return answer.text.split("\n")[1:-1]


def test_an_answer_has_an_address_that_gives_the_same_for_ever(client: httpx.Client) -> None:
    told = client.get("/answer", params=ASKED).json()
    assert told["edition"]["number"] == 1 and told["question"] == QUESTION
    again = client.get(told["address"].replace("http://testserver", "")).json()
    assert again["sha256"] == told["sha256"] and again["cited"] == {"sha256": told["sha256"], "same": True}
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
    answer = client.get(told["citations"][name])
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
    assert page.count("/cite?question=") == 4 and "/answer.html?" in page
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
