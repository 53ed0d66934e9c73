"""Statistics of an edition whose graphs change, by what changes: as counted from nothing, whatever the graphs say."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.publication.files.statistics import Difference, count_lines
from ontologie import BASE, RDF_TYPE

OURS = [f"<{BASE}projet/{name}>" for name in ("a", "b", "a#x")]
OTHERS = ["<http://example.org/x#y>", "<http://example.org/z/1>", '"un mot"', '"a b"@fr']
PREDICATES = [f"<{RDF_TYPE}>", f"<{BASE}ontologie#titre>"]
TRIPLES = st.tuples(st.sampled_from([*OURS, OTHERS[0]]), st.sampled_from(PREDICATES), st.sampled_from([*OURS, *OTHERS]))
GRAPHS = st.dictionaries(st.sampled_from([f"{BASE}graphe/{n}" for n in "abcde"]), st.sets(TRIPLES, max_size=6))


def lines(graph: str, triples: set[tuple[str, str, str]]) -> bytes:
    return b"".join(sorted(f"{' '.join(triple)} <{graph}> .\n".encode() for triple in triples))


@settings(max_examples=60, deadline=None)
@given(before=GRAPHS, after=GRAPHS)
def test_by_difference_as_from_nothing(
    before: dict[str, set[tuple[str, str, str]]], after: dict[str, set[tuple[str, str, str]]]
) -> None:
    then = {graph: lines(graph, triples) for graph, triples in before.items()}
    changed = {graph: lines(graph, triples) for graph, triples in after.items()}
    now = {**then, **changed}
    difference = Difference(BASE, [(graph, then.get(graph, b""), said) for graph, said in changed.items()])
    for graph, said in then.items():
        if graph not in changed:
            difference.look_at(graph, said)
    with tempfile.TemporaryDirectory() as folder:
        told, found = (
            count_lines([(graph, said) for graph, said in one.items() if said], BASE, Path(folder)) for one in (then, now)
        )
    assert difference.numbers(told) == found
