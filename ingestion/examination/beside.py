"""Judges what has no name of its own under one that stands in, so that all faults of a row are said at once.

Knows which records have none (an académie that nobody knows, an id that another row has); nothing of what is judged
here is kept, and nobody reads the name.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from ingestion.examination.judgement import issues_of
from ingestion.examination.preparation import Prepared
from ingestion.graphs.conversion import ConvertedDocument, convert_each
from ingestion.words.messages import Issue
from ingestion.words.personal import mask_private
from shapes import Report, result_of

Validate = Callable[[Mapping[str, bytes]], Mapping[str, Report]]
"""Judges documents: N-Quads by IRI → report by IRI."""


def issues_beside(records: Sequence[Prepared], validate: Validate, base: str) -> dict[int, list[Issue]]:
    """Return what the shapes say of the records that have no document, by their rank."""
    ranks = [rank for rank, one in enumerate(records) if one.built.judged and not one.built.document]
    if not ranks:
        return {}
    built = [records[rank].built for rank in ranks]
    graphs = convert_each([one.judged for one in built], base, [one.context for one in built])
    there = {rank: graph for rank, graph in zip(ranks, graphs, strict=True) if isinstance(graph, ConvertedDocument)}
    reports = validate({graph.iri: b"".join(graph.lines) for graph in there.values()}) if there else {}
    return {rank: _issues(records[rank], reports[graph.iri], base) for rank, graph in there.items()}


def reports_beside(issues: Mapping[int, Sequence[Issue]], base: str) -> list[Report]:
    """Return the report of what was judged beside, under the names that its records were deposited with."""
    return [Report.of([result_of(found, base) for found in said]) for said in issues.values() if said]


def _issues(one: Prepared, report: Report, base: str) -> list[Issue]:
    shown = report.shown(partial(mask_private, private=one.record.unquoted)) if one.record.unquoted else report
    return issues_of(shown, one.record, dataclasses.replace(one.built, document=one.built.judged), base)
