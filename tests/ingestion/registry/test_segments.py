"""Segments: whatever came before, the members, the root and the statistics are those of a build from nothing."""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.graphs.fiche import framing
from ingestion.publication.files import segments
from ingestion.publication.files.dumps import write_dumps
from ingestion.publication.files.ledger import Ledger
from ontologie import BASE, RDF_TYPE
from tests.laws.lengths import examples

NAMES = [f"{BASE}graphe/{kind}/{n}" for kind in ("projet", "derive/projet", "vocabulaire") for n in range(8)]
TERMS = [f"<{BASE}projet/1>", f"<{BASE}projet/1#x>", f"<{BASE}projet/2#x>", "<https://w3id.org/dpv#A>", "<https://w3id.org/dpv>"]
VALUES = [*TERMS, '"a"', '"a#b"@fr', "<http://www.wikidata.org/entity/Q1>", "<http://www.wikidata.org/entity/Q2>"]
GRAPHS = st.sets(
    st.tuples(st.sampled_from(TERMS), st.sampled_from([f"<{BASE}p>", f"<{RDF_TYPE}>"]), st.sampled_from(VALUES)), max_size=5
)
CHANGES = st.dictionaries(st.sampled_from(NAMES), GRAPHS, max_size=6)
Triples = set[tuple[str, str, str]]


def lines_of(graph: str, triples: Triples) -> list[bytes]:
    return sorted(f"{s} {p} {o} <{graph}> .\n".encode() for s, p, o in triples)


def put(ledger: Ledger, changes: Mapping[str, Triples]) -> None:
    for graph, triples in changes.items():
        ledger.put(ledger.packed(graph, lines_of(graph, triples)))
        if triples and "graphe/projet/" in graph:
            ledger.keep_fiche(framing("projet", BASE), graph, f'{{"id": "{graph}", "n": {len(triples)}}}'.encode())


def written(ledger: Ledger, folder: Path, before: Path | None) -> dict[str, Any]:
    folder.mkdir()
    return write_dumps(folder, before, ledger, ledger.segments.root(), BASE)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(autouse=True)
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "CLASSES", 3)


@settings(max_examples=examples(60), deadline=None)
@given(history=st.lists(CHANGES, min_size=1, max_size=5))
def test_any_history_gives_the_segments_of_a_build_from_nothing(history: list[dict[str, Triples]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, before, held = Path(name), None, dict[str, Triples]()
        with Ledger(folder / "changed.sqlite", BASE) as ledger:
            kept = []
            for number, changes in enumerate(history):
                held = {graph: one for graph, one in {**held, **changes}.items() if one}
                put(ledger, changes)
                told = written(ledger, folder / str(number), before)
                ledger.commit()
                before = folder / str(number)
                kept.append((before, contents(before)))
        assert before is not None
        with Ledger(folder / "anew.sqlite", BASE) as ledger:
            put(ledger, held)
            assert written(ledger, folder / "anew", None) == told
        assert contents(folder / "anew") == contents(before)
        assert all(contents(path) == then for path, then in kept), "a member of an earlier edition changed"
        check(before, told, held)


def check(folder: Path, told: dict[str, Any], held: Mapping[str, Triples]) -> None:
    """Compare with what is worked out from the graphs alone."""
    rows = [row.split("\t") for row in (folder / "members.tsv").read_text().split("\n")[1:-1]]
    dump = b"".join(gzip.decompress((folder / "members" / f"{row[1]}.nq.gz").read_bytes()) for row in rows if row[0] == "nq")
    names = sorted(held, key=str.encode)
    assert dump == b"".join(line for graph in names for line in lines_of(graph, held[graph]))
    assert told["segments"]["count"] == sum(not n or crc32(graph.encode()) % 3 == 0 for n, graph in enumerate(names))
    assert told["sha256"] == root(names, held)
    numbers = dict(statistics(held))
    assert {name: numbers[name] for name in ("subjects", "entities", "objects", "triples")} == {
        name: int(value) for name, value in found(folder).items() if isinstance(value, int)
    }
    assert numbers["predicates"] == found(folder)["predicates"]
    assert numbers["uses"] == {(kind, predicate): count for kind, predicate, count in found(folder)["uses"]}
    assert numbers["links"] == {(predicate, place): count for predicate, place, count in found(folder)["links"]}


def found(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "statistics.json").read_text())
    return told


def root(names: list[str], held: Mapping[str, Triples]) -> str:
    runs: list[str] = []
    for graph in names:
        if not runs or crc32(graph.encode()) % 3 == 0:
            runs.append("")
        runs[-1] += f"{graph} {hashlib.sha256(b''.join(lines_of(graph, held[graph]))).hexdigest()}\n"
    listed = "".join(f"{hashlib.sha256(run.encode()).hexdigest()}\n" for run in runs)
    return hashlib.sha256(listed.encode()).hexdigest()


def statistics(held: Mapping[str, Triples]) -> Iterator[tuple[str, Any]]:
    triples = [triple for one in held.values() for triple in one]
    subjects = {s for s, _, _ in triples}
    yield "subjects", len(subjects)
    yield "entities", sum(s.startswith(f"<{BASE}") for s in subjects)
    yield "objects", len({o for _, _, o in triples})
    yield "triples", len(triples)
    yield "predicates", Counter(p[1:-1] for _, p, _ in triples)
    places = {
        "<https://w3id.org/dpv#A>": "https://w3id.org/dpv#", "<https://w3id.org/dpv>": "https://w3id.org/dpv",
        **{f"<http://www.wikidata.org/entity/Q{n}>": "http://www.wikidata.org/entity/" for n in (1, 2)},
    }  # fmt: skip
    links = [(p[1:-1], places[o]) for s, p, o in triples if s.startswith(f"<{BASE}") and o in places and RDF_TYPE not in p]
    yield "links", Counter(links)
    typed = ((kind, s, one) for one in held.values() for s, p, kind in one if RDF_TYPE in p)
    yield "uses", Counter((kind[1:-1], p[1:-1]) for kind, thing, one in typed for s, p, _ in one if s == thing)


def test_what_did_not_change_is_the_same_file_and_the_rest_is_named_by_what_it_holds(tmp_path: Path) -> None:
    one = {graph: {(TERMS[0], f"<{BASE}p>", f'"{graph}"')} for graph in NAMES}
    with Ledger(tmp_path / "l.sqlite", BASE) as ledger:
        put(ledger, one)
        written(ledger, tmp_path / "1", None)
        ledger.commit()
        put(ledger, {NAMES[3]: {(TERMS[1], f"<{BASE}p>", '"b"')}})
        written(ledger, tmp_path / "2", tmp_path / "1")
    first, second = ({path.name: path.stat() for path in (tmp_path / n / "members").iterdir()} for n in "12")
    same = set(first) & set(second)
    assert all(first[name].st_ino == second[name].st_ino for name in same)
    assert 0 < len(set(second) - same) <= 3
    for path in (tmp_path / "2" / "members").iterdir():
        assert hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest() == path.name.split(".")[0]


def test_a_member_that_the_edition_before_lost_is_written_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "l.sqlite", BASE) as ledger:
        put(ledger, {graph: {(TERMS[0], f"<{BASE}p>", f'"{graph}"')} for graph in NAMES})
        written(ledger, tmp_path / "1", None)
        before = contents(tmp_path / "1")
        next((tmp_path / "1" / "members").iterdir()).unlink()
        written(ledger, tmp_path / "2", tmp_path / "1")
    assert contents(tmp_path / "2") == before
