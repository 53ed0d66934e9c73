"""What two editions differ by: told, and as data that makes one of the other in any store."""

from __future__ import annotations

import base64
import hashlib
import re

import pyoxigraph as ox
import pytest

from tests.sparql_api.pages.changes.conftest import WORD, Changing


def told(changing: Changing, number: int, since: int | None = None) -> dict[str, object]:
    query = "" if since is None else f"?depuis={since}"
    answer = changing.client.get(f"/editions/{number}/changes{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


@pytest.mark.parametrize(
    ("number", "since", "expected"),
    [
        (2, None, {"new": ["projet/18-B1"], "changed": ["projet/18-A0"], "gone": []}),
        # Who holds edition 2 as it was cut has 18-B2 to drop too.
        (3, None, {"new": [], "changed": [], "gone": ["projet/18-B1", "projet/18-B2"]}),
        (4, None, {"new": [], "changed": ["projet/18-A0"], "gone": ["projet/18-B2"]}),
        (4, 2, {"new": [], "changed": ["projet/18-A0"], "gone": ["projet/18-B1", "projet/18-B2"]}),
        (1, None, {"new": ["projet/18-A0"], "changed": [], "gone": []}),
        (3, 3, {"new": [], "changed": [], "gone": ["projet/18-B2"]}),
    ],
)
def test_documents_that_came_changed_and_went_are_told(
    changing: Changing, number: int, since: int | None, expected: dict[str, list[str]]
) -> None:
    assert told(changing, number, since)["documents"] == expected


def test_what_was_erased_is_said_to_be_and_no_more(changing: Changing) -> None:
    assert told(changing, 4)["erased"] == ["projet/18-B2"]
    for form in ("nq", "ru"):
        for number in (2, 3, 4):
            assert WORD not in changing.client.get(f"/editions/{number}/delta.{form}?depuis=0").text
    page = changing.client.get("/editions/4/changes?depuis=2&format=html&lang=en").text
    assert "projet/18-B2" in page and "erased" in page and "/projet/18-B2.html" not in page
    assert re.search(r'href="/projet/18-B1\.html\?[^"]*edition=2"', page.replace("&amp;", "&")) and WORD not in page


@pytest.mark.parametrize(("since", "number", "before"), [(1, 4, "1"), (3, 4, "3"), (2, 3, "2")])
def test_the_update_makes_the_newer_edition_of_the_older_one(
    changing: Changing, since: int, number: int, before: str
) -> None:
    store = ox.Store()
    store.load(b"\n".join(changing.quads[before]), format=ox.RdfFormat.N_QUADS)
    store.update(changing.client.get(f"/editions/{number}/delta.ru?depuis={since}").text)
    held = {f"{quad} .".encode() for quad in store}
    assert held == changing.quads["4" if number == 4 else "3 redacted"]


def test_the_quads_are_those_of_what_came_or_changed_and_hashes_are_of_the_files(changing: Changing) -> None:
    answer = changing.client.get("/editions/4/delta.nq")
    lines = set(answer.content.split(b"\n")) - {b""}
    said = told(changing, 4)
    assert isinstance(said["graphs"], dict) and isinstance(said["downloads"], dict)
    ends = tuple(f"<{graph}> .".encode() for graph in said["graphs"]["new"] + said["graphs"]["changed"])
    assert lines == {line for line in changing.quads["4"] if line.endswith(ends)} and ends
    for one in said["downloads"].values():
        content = changing.client.get(one["url"]).content
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["bytes"])
    assert (
        changing.client.get("/editions/4/delta.nq", headers={"If-None-Match": answer.headers["etag"]}).status_code
        == 304
    )
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("number", ["4", "current"])
def test_a_dump_since_an_edition_leads_to_what_changed_with_its_hash(changing: Changing, number: str) -> None:
    answer = changing.client.get(f"/editions/{number}/dump.nq?depuis=2", headers={"Accept-Encoding": "identity"})
    assert (answer.status_code, answer.headers["location"]) == (302, f"/editions/{number}/delta.nq?depuis=2")
    delta = changing.client.get(answer.headers["location"], headers={"Accept-Encoding": "identity"})
    said = base64.b64encode(hashlib.sha256(delta.content).digest()).decode()
    assert delta.content and delta.headers["repr-digest"] == f"sha-256=:{said}:"
    coded = changing.client.get(answer.headers["location"], headers={"Accept-Encoding": "gzip"})
    assert coded.content == delta.content
    assert ("repr-digest" in coded.headers) != ("content-encoding" in coded.headers)


@pytest.mark.parametrize(
    ("path", "status"),
    [("/editions/4/dump.ttl?depuis=2", 400), ("/editions/4/dump.nq.gz?depuis=2", 400), ("/editions/9/changes", 404), ("/editions/4/changes?depuis=9", 404), ("/editions/4/changes?depuis=x", 400),
     ("/editions/4/delta.zip", 404), ("/editions/4/delta.nq?since=1", 400)],
)  # fmt: skip
def test_what_cannot_be_compared_is_a_problem(changing: Changing, path: str, status: int) -> None:
    assert changing.client.get(path).status_code == status


def test_what_an_edition_writes_of_its_changes_is_what_changed(changing: Changing) -> None:
    text = (changing.state.var / "editions" / "4" / "changes.tsv").read_text()
    assert text.split("\n")[0] == str(text.count("\n") - 1)
    names = {line.rpartition("/")[2] for line in text.split("\n")[1:] if line}
    assert names == {"18-A0", "18-B2", "3", "4"}, "two fiches and two editions, nothing of the vocabularies"
