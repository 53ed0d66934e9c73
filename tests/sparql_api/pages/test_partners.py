"""A partner's framework and matches, once published: at their addresses, on both ends, in questions, VoID and SSSOM."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from ingestion import publish
from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.settings import Settings
from tests.ingestion.partners import MATCHES, PUBLISHED, sssom, validated
from tests.making import NATIONAL
from tests.sparql_api.endpoint.live import serve

pytestmark = pytest.mark.long
P1 = "principe/mx-2025/P1"
HUB = "principe/international/centrage-humain"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service whose edition 2 holds the framework and its matches, and whose edition 3 no longer does."""
    folder = tmp_path_factory.mktemp("partners")
    settings, registry = validated(folder)
    with registry:
        publish(settings, registry, EDITION_OUTPUTS)
        for kind, name in PUBLISHED:
            registry.withdraw(kind, name, NATIONAL, "replaced")
        publish(settings, registry, EDITION_OUTPUTS)
    with (
        serve(create_app(Settings(var=settings.var, workers=1))) as url,
        httpx.Client(base_url=url, timeout=300, follow_redirects=True) as session,
    ):
        yield session


def page(client: httpx.Client, path: str, edition: int = 2, **asked: str) -> str:
    answer = client.get(path, params={"edition": edition, **asked}, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


def test_each_end_of_a_match_shows_it_with_its_reason(service: httpx.Client) -> None:
    theirs, ours = page(service, f"/{P1}", lang="en"), page(service, f"/{HUB}", lang="en")
    assert "Human-centredness" in theirs and "Juicio humano" in ours
    for text in (theirs, ours):
        assert "Both leave the decision to a person." in text and "0.7" in text


def test_a_name_in_arabic_is_shown_in_its_language_and_its_direction(service: httpx.Client) -> None:
    assert '<span dir="auto" lang="ar">الحكم البشري</span>' in page(service, f"/{P1}")
    assert '<span dir="auto" lang="ar">إطار مكسيكي</span>' in page(service, "/instrument/mx-2025")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_questions_across_instruments_answer_with_them_at_once(service: httpx.Client, lang: str) -> None:
    def rows(name: str, **asked: str) -> list[dict[str, str]]:
        answer = service.get(f"/queries/{name}", params={"edition": 2, "langue": lang, **asked}, headers={"Accept": "*/*"})
        return list(answer.json()["rows"])

    (hub,) = [row for row in rows("partenaires-et-pivot") if row["instrument"] == BASE + "instrument/mx-2025"]
    assert hub["titre"] == "Marco mexicano [es]" and int(hub["principes"]) == 1
    matched = {row["autre"]: row["raison"] for row in rows("correspondances-d-un-principe", principe=BASE + HUB)}
    assert matched[BASE + P1].startswith("Both leave the decision to a person.")
    of_theirs = rows("correspondances-d-un-principe", principe=BASE + P1)
    assert [row["autre"] for row in of_theirs] == [BASE + HUB]


def test_void_and_sssom_describe_them_under_their_licence(service: httpx.Client) -> None:
    text = service.get("/void", params={"edition": 2}, headers={"Accept": "text/turtle"}).content
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.TURTLE, base_iri=BASE)
    asked = f"""PREFIX void: <http://rdfs.org/ns/void#> PREFIX dct: <http://purl.org/dc/terms/>
      ASK {{ <{BASE}edition/2> void:subset <{BASE}linkset/mx-2025> , <{BASE}instrument/mx-2025> .
        <{BASE}linkset/mx-2025> a void:Linkset ; void:triples 2 ;
          dct:license <https://creativecommons.org/licenses/by/4.0/> }}"""
    assert store.query(asked)
    table = service.get("/alignements.sssom.tsv", params={"edition": 2}).text
    assert f"oia:{P1}\tJuicio humano" in table


def test_withdrawn_they_leave_and_their_addresses_say_so(service: httpx.Client) -> None:
    for path in ("instrument/mx-2025", "linkset/mx-2025", P1, f"{P1}.ttl"):
        assert service.get(f"/{path}").status_code == 410, path
    assert service.get("/principe/mx-2026/P1").status_code == 404
    assert "mx-2025" not in service.get("/alignements.sssom.tsv").text
    assert "Juicio humano" not in page(service, f"/{HUB}", edition=3)


def test_the_reference_implementation_accepts_the_table_with_theirs(service: httpx.Client, tmp_path: Path) -> None:
    path = tmp_path / "alignements.sssom.tsv"
    path.write_bytes(service.get("/alignements.sssom.tsv", params={"edition": 2}).content)
    for file in (path, tmp_path / "mx.sssom.tsv"):
        if not file.exists():
            file.write_text(sssom(*MATCHES), encoding="utf-8")
        command = [str(Path(sys.executable).with_name("sssom")), "validate", str(file)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
