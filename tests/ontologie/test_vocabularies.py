"""The packaged vocabularies as graphs: canonical, without blank nodes, every triple with one home."""

from __future__ import annotations

import json
import re
import time
from collections import Counter

import pyoxigraph as ox
import pytest

from ontologie import BASE, canonical_lines, digest, labelled, vocabularies
from ontologie.packaged import named_quads, packaged, read_quads
from ontologie.resources import read_text

OTHER = "http://127.0.0.1:9/ailleurs/"


def test_every_packaged_file_becomes_one_graph_named_after_it() -> None:
    loaded = vocabularies()
    assert [v.path for v in loaded] == packaged()
    derived = [v for v in loaded if v.name.startswith("derive-")]
    for vocabulary in loaded:
        place = "graphe/derive/vocabulaire" if vocabulary in derived else "graphe/vocabulaire"
        assert vocabulary.graph == f"{BASE}{place}/{vocabulary.name.removeprefix('derive-')}"
    assert [v.name for v in derived] == ["derive-alignements"]
    assert len({v.name for v in loaded}) == len(loaded)


def test_the_lines_are_canonical_and_the_digest_is_theirs() -> None:
    for vocabulary in vocabularies():
        quads = ox.parse(b"".join(vocabulary.lines), format=ox.RdfFormat.N_QUADS)
        assert canonical_lines(quads) == vocabulary.lines, vocabulary.name
        assert digest(b"".join(vocabulary.lines)) == vocabulary.digest


def test_no_blank_node_is_left() -> None:
    for vocabulary in vocabularies():
        for quad in ox.parse(b"".join(vocabulary.lines), format=ox.RdfFormat.N_QUADS):
            assert not isinstance(quad.subject, ox.BlankNode), quad
            assert not isinstance(quad.object, ox.BlankNode), quad


def test_no_triple_stands_in_two_graphs() -> None:
    triples = Counter(line.rpartition(b" <")[0] for v in vocabularies() for line in v.lines)
    assert [triple for triple, count in triples.items() if count > 1] == []


def test_nothing_of_the_files_is_lost() -> None:
    held = {line.rpartition(b" <")[0] for v in vocabularies() for line in v.lines}
    for path in packaged():
        graph = "http://example.org/g"
        for line in canonical_lines(named_quads(path, graph)):
            assert line.rpartition(b" <")[0] in held, path


def test_blank_nodes_get_the_same_names_whatever_labels_a_parser_gives() -> None:
    path = "termes/evaluation.ttl"
    first, again = (canonical_lines(named_quads(path, "http://example.org/g")) for _ in range(2))
    assert first == again
    assert any(b"/.well-known/genid/" in line for line in first)
    assert len(first) == len(read_quads(path))


def test_words_written_by_hand_come_before_those_of_others() -> None:
    folders = [v.path.partition("/")[0] for v in vocabularies()]
    assert folders == sorted(folders, key=["termes", "genere", "tiers"].index)


def test_each_has_a_licence_and_share_alike_stays_apart() -> None:
    for vocabulary in vocabularies():
        assert vocabulary.licence.startswith("https://")
        assert set(vocabulary.title) == {"fr", "en"}
        if not vocabulary.path.startswith("tiers/"):
            assert vocabulary.licence == "https://spdx.org/licenses/etalab-2.0.html"


def test_another_base_moves_our_iris_and_no_others() -> None:
    here, there = vocabularies(), vocabularies(OTHER)
    for one, other in zip(here, there, strict=True):
        assert other.graph == one.graph.replace(BASE, OTHER)
        assert not any(BASE.encode() in line for line in other.lines)
        if "/.well-known/genid/" not in str(one.lines):
            assert sorted(line.replace(BASE.encode(), OTHER.encode()) for line in one.lines) == other.lines


def test_loading_everything_takes_less_than_three_seconds() -> None:
    vocabularies.cache_clear()
    start = time.process_time()
    vocabularies()
    assert time.process_time() - start < 3


@pytest.mark.parametrize("vocabulary", vocabularies(), ids=lambda v: v.name)
def test_no_person_is_named_by_a_vocabulary(vocabulary: object) -> None:
    text = b"".join(getattr(vocabulary, "lines")).decode()  # noqa: B009 - parametrised by the object itself
    assert not re.search(r"foaf/0\.1/(Person|mbox|givenName|familyName)>", text)
    assert "schema.org/Person>" not in text
    assert not re.search(r"terms/contributor>", text)


def test_the_table_of_labels_is_what_the_vocabularies_say() -> None:
    """The table is made at generation; read by its digest, it answers as they do, under any base."""
    table = json.loads(read_text("genere", labelled.TABLE))
    assert table["digest"] == labelled.digest_of_vocabularies(), "run `make generate`"
    for base in (BASE, "https://example.org/ia/"):
        assert dict(labelled.concepts(base)) == dict(labelled.concepts_of_vocabularies(base))
    assert "outil/chatgpt" in labelled.concepts()


def test_a_table_of_other_vocabularies_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    known = labelled.concepts()
    monkeypatch.setattr(labelled, "digest_of_vocabularies", lambda: "another")
    monkeypatch.setattr(labelled, "concepts_of_vocabularies", lambda base: {"made": base})
    assert labelled.concepts.__wrapped__(BASE) == {"made": BASE} != known
