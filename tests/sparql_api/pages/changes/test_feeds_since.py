"""Feeds tell what changed last, and since an edition; what went, withdrawn or erased, is a tombstone (RFC 6721)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import httpx
import pytest

from ontologie import BASE
from sparql_api.pages.feeds import routes
from tests.sparql_api.pages.changes.conftest import WORD, Changing

A, AT = "{http://www.w3.org/2005/Atom}", "{http://purl.org/atompub/tombstones/1.0}"
OWN = f"{BASE}projet/"


def told(changing: Changing, address: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the ids of the entries of a feed, and (id, moment) of its tombstones."""
    answer = changing.get(f"/feed/{address}")
    assert answer.status_code == 200, answer.text
    assert WORD not in answer.text
    root = ET.fromstring(answer.content)
    entries = [(one.findtext(f"{A}id") or "").removeprefix(OWN) for one in root.iter(f"{A}entry")]
    gone = [(one.attrib["ref"].removeprefix(OWN), one.attrib["when"]) for one in root.iter(f"{AT}deleted-entry")]
    return entries, gone


@pytest.mark.parametrize(
    ("query", "entries", "gone"),
    [
        ("", ["18-A0"], ["18-B1", "18-B2"]),
        ("depuis=0", ["18-A0"], ["18-B1", "18-B2"]),
        ("depuis=1", ["18-A0"], ["18-B1", "18-B2"]),
        ("depuis=2", ["18-A0"], ["18-B1", "18-B2"]),
        ("depuis=3", ["18-A0"], ["18-B2"]),
        ("depuis=4", [], []),
        ("depuis=2&edition=3", [], ["18-B1"]),
        ("depuis=1&edition=2", ["18-A0", "18-B1"], []),
        ("edition=1", ["18-A0"], []),
    ],
)
def test_a_feed_tells_what_came_and_what_went(changing: Changing, query: str, entries: list[str], gone: list[str]) -> None:
    found, tombstones = told(changing, f"fiches.atom?{query}")
    assert sorted(found) == entries and sorted(name for name, _ in tombstones) == gone
    when = [moment for _, moment in tombstones]
    assert when == sorted(when, reverse=True)


def test_a_withdrawn_fiche_went_with_the_edition_that_had_it_no_more(changing: Changing) -> None:
    withdrawn = changing.client.get("/editions/3").json()["date"]
    assert dict(told(changing, "fiches.atom?depuis=2")[1])["18-B1"] == withdrawn
    assert dict(told(changing, "academie/18.atom?depuis=2")[1])["18-B1"] == withdrawn
    assert told(changing, "academie/18.atom?depuis=3")[0] == ["18-A0"]
    subject = "discipline/scolomfr-voc-015-num-1333"
    assert told(changing, f"{subject}.atom?depuis=2") == (["18-A0"], []), "nothing is left of what it held"


@pytest.mark.parametrize(("since", "status"), [("9", 404), ("x", 400), ("-1", 400)])
def test_there_must_be_such_an_edition(changing: Changing, since: str, status: int) -> None:
    assert changing.client.get("/feed/fiches.atom", params={"depuis": since}).status_code == status


def test_more_than_a_feed_may_tell_is_refused_whole(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_SINCE", 0)
    answer: httpx.Response = changing.client.get("/feed/fiches.atom?depuis=3&lang=en")
    assert answer.status_code == 400 and "depuis" in answer.text and "/ldes" in answer.text
