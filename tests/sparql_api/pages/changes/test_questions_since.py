"""`depuis` tells of a question the rows that came and those that went: as often as one edition has them more."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from tests.sparql_api.pages.changes.conftest import WORD, Changing

QUESTIONS = ("projets-par-academie", "fiches-publiees", "instruments")


def rows(changing: Changing, name: str, edition: int) -> Counter[str]:
    if edition == 0:
        return Counter()
    found: dict[str, Any] = changing.get(f"/queries/{name}?edition={edition}&format=json").json()
    return Counter(json.dumps(row, sort_keys=True) for row in found["rows"])


@pytest.mark.parametrize(("since", "edition"), [(2, 4), (3, 4), (1, 2), (2, 3), (0, 4), (4, 4), (4, 2)])
@pytest.mark.parametrize("name", QUESTIONS)
def test_what_came_and_went_is_what_both_editions_answer(changing: Changing, name: str, since: int, edition: int) -> None:
    old, new = rows(changing, name, since), rows(changing, name, edition)
    told = changing.get(f"/queries/{name}?depuis={since}&edition={edition}&format=json").json()
    for key, expected in (("new", new - old), ("gone", old - new)):
        assert Counter(json.dumps(row, sort_keys=True) for row in told[key]) == expected
    for key, number in (("from", since), ("to", edition)):
        manifest = changing.client.get(f"/editions/{number}").json() if number else None
        assert told[key] == (manifest and {one: manifest[one] for one in ("number", "date", "sha256")})
    answer = changing.get(f"/queries/{name}?depuis={since}&edition={edition}&format=csv")
    assert f"{name}-{since}-{edition}.csv" in answer.headers["content-disposition"]
    lines = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert lines[0] == ["changement", "edition", *told["columns"]]
    counted = Counter((line[0], line[1]) for line in lines[1:])
    expected_ = {("nouveau", str(edition)): len(told["new"]), ("disparu", str(since)): len(told["gone"])}
    assert counted == {key: count for key, count in expected_.items() if count}


def test_something_differs(changing: Changing) -> None:
    told = changing.get(f"/queries/{QUESTIONS[0]}?depuis=1&edition=2&format=json").json()
    assert told["new"] and told["gone"], "the count of an académie is another row"


def test_a_page_tells_it_and_the_question_leads_there(changing: Changing) -> None:
    html = {"Accept": "text/html", "Accept-Language": "en"}
    page = changing.client.get(f"/queries/{QUESTIONS[0]}?edition=4", headers=html)
    assert f"/queries/{QUESTIONS[0]}?edition=4&amp;depuis=3" in page.text
    page = changing.client.get(f"/queries/{QUESTIONS[0]}?depuis=2&edition=4", headers=html)
    assert page.status_code == 200 and "From edition 2 to edition 4" in page.text and "Rows that went" in page.text
    assert WORD not in page.text


@pytest.mark.parametrize(("query", "status"), [("9", 404), ("x", 400), ("-1", 400), ("1&format=tsv", 406)])
def test_there_must_be_such_an_edition_and_a_form(changing: Changing, query: str, status: int) -> None:
    assert changing.client.get(f"/queries/{QUESTIONS[0]}?depuis={query}").status_code == status
