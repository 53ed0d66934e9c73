"""What headers say of a thing: Signposting, licence and edition; mementos as RFC 7089 has them; profiles; N3."""

from __future__ import annotations

import re

import httpx
import pytest

from ontologie import BASE
from tests.sparql_api.pages.changes.conftest import Changing

LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)')


def links(answer: httpx.Response, of: str = "") -> set[tuple[str, str]]:
    """Return (relation, target) of each link of a header, or of a text (RFC 8288)."""
    found = set()
    for target, attributes in LINK.findall(of or answer.headers["link"]):
        said = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        found |= {(rel, target) for rel in said["rel"].split()}
    return found


def targets(answer: httpx.Response, rel: str) -> set[str]:
    return {target for one, target in links(answer) if one == rel}


def moment(changing: Changing, number: int) -> str:
    answer = changing.get(f"/projet/18-A0.ttl?edition={number}")
    stamp: str = answer.headers["memento-datetime"]
    return stamp


def test_a_page_leads_to_its_name_its_data_and_its_licence(changing: Changing) -> None:
    answer = changing.client.get("/projet/18-A0.html")
    assert targets(answer, "cite-as") == {f"{BASE}projet/18-A0"}
    assert targets(answer, "collection") == {f"{BASE}edition/4"}
    assert targets(answer, "license") == {"https://spdx.org/licenses/etalab-2.0.html"}
    assert targets(answer, "type") == {"https://schema.org/LearningResource", "https://schema.org/AboutPage"}
    described = targets(answer, "describedby")
    assert len(described) == 5 and targets(answer, "item") <= described
    for address in described:
        data = changing.client.get(address)
        assert data.status_code == 200 and f"{BASE}projet/18-A0" in targets(data, "describes")
        assert targets(data, "license") == targets(answer, "license")
        assert str(changing.client.base_url).rstrip("/") + "/projet/18-A0.html" in targets(data, "collection")
    assert "memento-datetime" not in answer.headers, "what it says may change"


def test_a_thing_leads_from_a_moment_to_how_it_was_then(changing: Changing) -> None:
    client, original = changing.client, f"{changing.client.base_url}/projet/18-A0"
    for number in (1, 2, 4):
        asked = {"Accept-Datetime": moment(changing, number), "Accept": "text/turtle"}
        gate = client.get("/projet/18-A0", headers=asked)
        assert gate.status_code == 302 and "accept-datetime" in gate.headers["vary"].lower()
        assert {("original", original), ("timegate", original)} <= links(gate)
        memento = changing.get(gate.headers["location"])
        assert memento.headers["memento-datetime"] == moment(changing, number)
        assert memento.headers["observatoire-edition"].partition(";")[0] == str(number)
        assert ("original", original) in links(memento)
    long_ago = client.get("/projet/18-A0", headers={"Accept-Datetime": "Sat, 01 Jan 2000 00:00:00 GMT"})
    assert "edition=1" in long_ago.headers["location"]
    third = client.get("/projet/18-A0", headers={"Accept-Datetime": moment(changing, 3)})
    assert "edition=2" in third.headers["location"], "3 did not change it"
    assert client.get("/projet/18-A0", headers={"Accept-Datetime": "yesterday"}).status_code == 400


def test_the_map_lists_the_editions_that_changed_a_thing(changing: Changing) -> None:
    client = changing.client
    answer = client.get("/timemap/projet/18-A0")
    assert answer.headers["content-type"].startswith("application/link-format")
    told = links(answer, answer.text)
    mementos = {target for rel, target in told if rel == "memento"}
    assert mementos == {f"{client.base_url}/projet/18-A0?edition={number}" for number in (1, 2, 4)}
    assert {target[-1] for rel, target in told if rel == "first"} == {"1"}
    for target in mementos:
        found = changing.get(target)
        assert found.status_code == 200 and found.headers["memento-datetime"] in answer.text
    withdrawn = client.get("/timemap/projet/18-B1")
    assert "edition=2" in withdrawn.text and "edition=3" not in withdrawn.text
    assert client.get("/timemap/instrument/cadre-usage").text.count("datetime=") == 4
    assert client.get("/timemap/projet/18-ZZ").status_code == client.get("/timemap/instrument/zz").status_code == 404


def test_what_was_erased_has_no_memento(changing: Changing) -> None:
    asked = {"Accept-Datetime": moment(changing, 2)}
    assert changing.client.get("/projet/18-B2", headers=asked).status_code == 410
    assert changing.client.get("/timemap/projet/18-B2").status_code == 410


@pytest.mark.parametrize("profile", ["https://schema.org/", "http://schema.org"])
def test_a_profile_is_negotiated(changing: Changing, profile: str) -> None:
    asked = {"Accept": "application/ld+json", "Accept-Profile": f"<{profile}>"}
    answer = changing.client.get("/projet/18-A0", headers=asked, follow_redirects=True)
    assert "LearningResource" in answer.text and targets(answer, "profile") == {"https://schema.org/"}
    plain = changing.client.get("/projet/18-A0", headers={"Accept": "application/ld+json"}, follow_redirects=True)
    assert not targets(plain, "profile") and "LearningResource" not in plain.text


def test_who_asks_for_n3_is_given_turtle(changing: Changing) -> None:
    for accept in ("text/n3", "text/rdf+n3;q=0.9, text/n3"):
        answer = changing.client.get("/projet/18-A0", headers={"Accept": accept}, follow_redirects=True)
        assert answer.headers["content-type"].startswith("text/turtle")
