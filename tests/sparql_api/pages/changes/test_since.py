"""`depuis` leaves of a list what came or changed since an edition, and names what went."""

from __future__ import annotations

import json

import pytest

from tests.sparql_api.pages.changes.conftest import Changing


@pytest.mark.parametrize(
    ("since", "edition", "held", "gone"),
    [
        (0, 4, ["18-A0"], []),
        (1, 4, ["18-A0"], []),
        (3, 4, ["18-A0"], ["18-B2"]),
        (2, 3, [], ["18-B1", "18-B2"]),
        (2, 4, ["18-A0"], ["18-B1", "18-B2"]),
        (4, 4, [], []),
    ],
)
def test_a_list_is_left_of_what_changed(
    changing: Changing, since: int, edition: int, held: list[str], gone: list[str]
) -> None:
    asked = f"depuis={since}&edition={edition}"
    told = changing.client.get(f"/fiches?{asked}").json()
    assert ([item["id"] for item in told["items"]], told["gone"], told["since"]) == (held, gone, since)
    assert told["total"] == len(held)
    lines = changing.client.get(f"/fiches.jsonl?{asked}").text.splitlines()
    assert [json.loads(line)["identifiant"] for line in lines] == held


def test_a_list_of_all_says_nothing_of_what_went(changing: Changing) -> None:
    assert not {"gone", "since"} & set(changing.client.get("/fiches").json())


@pytest.mark.parametrize(("since", "status"), [("9", 404), ("x", 400), ("-1", 400)])
def test_there_must_be_such_an_edition(changing: Changing, since: str, status: int) -> None:
    for path in ("/fiches", "/fiches.csv"):
        assert changing.client.get(path, params={"depuis": since}).status_code == status
