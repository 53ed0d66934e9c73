"""Law 5, one truth for shapes: the fast screening and pySHACL find the same (focus node, path, component, value)."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pyshacl
import rdflib
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st

from ontologie import BASE
from shapes.facts import fact_quads
from shapes.gate import Gate, gate
from shapes.judging.judge import _results
from shapes.judging.pyshacl_report import Data
from shapes.judging.report import Report, Result
from shapes.privacy.masking import mask_term
from shapes.rules.sources import shapes_graph
from shapes.rules.terms import read_term, term_text
from shapes.rules.units import typed_literals
from tests.laws.lengths import at_two_lengths, in_parts
from tests.shapes.documents import Lines, documents, real_documents, renamed

Key = tuple[str, str, str, str, str]
BATCH = 40

batches = st.lists(documents, min_size=BATCH, max_size=BATCH)
common = {
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    # A batch is too large to be shrunk or shown; the difference names the document.
    "phases": (Phase.explicit, Phase.generate),
}


def named(batch: list[Lines]) -> dict[str, bytes]:
    return dict(renamed(quads, number) for number, quads in enumerate(batch))


def by_the_screen(judge: Gate, batch: dict[str, bytes]) -> set[Key]:
    return {result.key for report in judge.validate_batch(batch).values() for result in report.results}


def one_by_one(judge: Gate, batch: dict[str, bytes]) -> set[Key]:
    return {result.key for lines in batch.values() for result in judge.validate(lines).results}


def by_the_judge(judge: Gate, lines: bytes) -> Report:
    quads = list(ox.parse(lines, format=ox.RdfFormat.N_QUADS))
    return Report.of(judge.judge.judge(quads, judge.judge.focus_nodes(quads)))


def by_plain_pyshacl(batch: dict[str, bytes]) -> set[Key]:
    """Judge by pySHACL with the shapes and their targets as they are written, no part of ours in between."""
    store = ox.Store()
    store.bulk_extend(fact_quads())
    for lines in batch.values():
        store.load(lines, format=ox.RdfFormat.N_QUADS)
    rdflib.NORMALIZE_LITERALS = False
    validator = pyshacl.Validator(Data(store), shacl_graph=whole_shapes(), options={})
    _, report, _ = validator.run()
    homes = tuple(name.replace(BASE, "") for name in batch)
    return {result.key for result in _results(report, BASE) if _about(result, homes)}


@cache
def whole_shapes() -> rdflib.Graph:
    return typed_literals(shapes_graph())


def _about(result: Result, homes: tuple[str, ...]) -> bool:
    name = result.focus.removeprefix(BASE).removeprefix("graphe/").partition("#")[0]
    return name in homes


@at_two_lengths(1, 5, batches, **common)
def test_the_screen_and_pyshacl_find_the_same(batch: list[Lines]) -> None:
    judge = gate()
    documents = named(batch)
    assert by_the_screen(judge, documents) == one_by_one(judge, documents)


@at_two_lengths(1, 5, batches, **common)
def test_judging_alone_or_by_the_whole_of_the_shapes_is_the_same(batch: list[Lines]) -> None:
    documents = named(batch)
    assert one_by_one(gate(), documents) == by_plain_pyshacl(documents)


@at_two_lengths(1, 5, batches, **common)
def test_where_sql_has_no_doubt_it_claims_what_pyshacl_finds(batch: list[Lines]) -> None:
    judge = gate()
    documents = {name: lines for name, lines in named(batch).items() if judge.statements(name, lines)}
    with judge.screen() as screen:
        flagged = screen.screen(documents.values())
    claimed = {(f.focus[1:-1], f.path or "", f.component, f.value or "", str(f.shape)) for f in flagged.findings}
    doubted = {(node[1:-1], str(shape)) for shape, nodes in flagged.doubts.items() for node in nodes}
    found = one_by_one(judge, documents)
    masked = {(*key[:3], masked_text(key[3]), key[4]) for key in claimed}
    assert masked <= found
    assert {key for key in found - masked if (key[0], key[4]) not in doubted} == set()


def masked_text(term: str) -> str:
    return term and term_text(mask_term(read_term(term)))


@at_two_lengths(12, 400, documents, **common)
def test_one_document_has_the_report_of_pyshacl_whatever_was_cleared(document: Lines) -> None:
    _, lines = renamed(document, 0)
    assert gate().validate(lines) == by_the_judge(gate(), lines)


def test_real_usages_are_cleared_but_for_what_pyshacl_finds() -> None:
    judge = gate()
    for document in real_documents()[:20]:
        asked = judge.judge.focus_nodes(document)
        left = judge.clearing.left(document, asked)
        found = {(result.focus, result.shape) for result in judge.judge.judge(document, asked)}
        assert {(node[1:-1], str(shape)) for shape, nodes in left.items() for node in nodes} == found


@in_parts(4, 25, batches, **common)
def test_thousands_of_documents_are_judged_alike(batch: list[Lines]) -> None:
    judge = gate()
    documents = named(batch)
    assert by_the_screen(judge, documents) == one_by_one(judge, documents)


def test_the_real_usages_conform_both_ways() -> None:
    documents = named(list(real_documents()))
    reports = gate().validate_batch(documents)
    assert not [name for name, report in reports.items() if report.refused]
    some = dict(list(documents.items())[:20])
    assert by_the_screen(gate(), some) == one_by_one(gate(), some)
