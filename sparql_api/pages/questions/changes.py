"""What a question answers since an edition: the rows that came and those that went, as a page, as JSON, as CSV.

The same text is run on both editions, each within the bounds of any query; knows rows, not what they mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from queries import Question, column_title
from sparql_api.description.questions import plain_value
from sparql_api.formats.bags import line_of
from sparql_api.formats.negotiation import TABLES, language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.formats.tables import csv_pieces
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.parameters import for_spreadsheet, timeout_seconds
from sparql_api.http.query_strings import bad
from sparql_api.pages.cited.answers import short_answer
from sparql_api.pages.common.layout import View, render
from sparql_api.pages.common.service import Service
from sparql_api.pages.common.since import SINCE, SinceEdition
from sparql_api.pages.results import ROWS_SHOWN, cell

OFFERS: Final = {"json": "application/json", "html": "text/html", "csv": TABLES["csv"]}
HEAD: Final = ("changement", "edition")
"""The columns before a question's own: what became of a row, and in which of the two editions it stands."""
CAME, WENT = "nouveau", "disparu"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class RowsSince:
    """What two editions answer to one question differs by: its columns, the rows of SPARQL JSON that came, or went."""

    question: Question
    old: Edition | None
    new: Edition
    columns: tuple[str, ...]
    came: Sequence[Row]
    went: Sequence[Row]


async def question_since(
    service: Service, request: Request, question: Question, text: str, since: SinceEdition
) -> Response:
    """Return what a question answers since an edition.

    Raises ProblemError 400 where the answer has no rows, or is too long, 406, EngineError.
    """
    media_type, new = requested(request, OFFERS), service.edition(request)
    columns, now = await rows_of(service, request, text, new.number)
    _, before = await rows_of(service, request, text, since.number) if since.edition else (columns, [])
    found = await service.computing.run(
        request, partial(between, question, since.edition, new, columns, before, now), kind="file"
    )
    if media_type == OFFERS["html"]:
        return await service.computing.run(request, shown, service, request, found)
    if media_type == OFFERS["json"]:
        data = await service.computing.run(request, lambda: write_json(told(found)), kind="file")
        return deliver(request, data, media_type, edition=new.number)
    pieces = csv_pieces(table(found), spreadsheet=for_spreadsheet(request))
    data = await service.computing.run(request, lambda: b"".join(pieces), kind="file")
    name = f"{question.name}-{since.number}-{new.number}.csv"
    return deliver(request, data, media_type, edition=new.number, filename=name)


async def rows_of(service: Service, request: Request, text: str, edition: int) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns and rows that an edition answers; raises ProblemError 400, EngineError."""
    client = service.computing.client(request)
    service.fair_use.check(client)
    plan = await service.engine.prepare(text, accept=TABLES["json"], edition=edition)
    limits = service.settings.limits().shortened(timeout_seconds(request.query_params.get("timeout", "")))
    found = await short_answer(service, plan, limits, client)
    if found is None:
        raise bad(SINCE, "answer-too-long-since")
    answer = await service.computing.run(request, found.json, kind="file")
    if "results" not in answer:
        raise bad(SINCE, "no-rows-to-compare")
    return tuple(answer["head"]["vars"]), answer["results"]["bindings"]


def between(
    question: Question,
    old: Edition | None,
    new: Edition,
    columns: tuple[str, ...],
    before: Sequence[Row],
    now: Sequence[Row],
) -> RowsSince:
    """Return what two answers differ by, each row as often as one has it more than the other."""
    return RowsSince(question, old, new, columns, more(columns, now, before), more(columns, before, now))


def more(columns: tuple[str, ...], rows: Sequence[Row], others: Sequence[Row]) -> list[Row]:
    """Return the rows that others have not, or less often, in their order."""
    left = Counter(line_of(columns, row) for row in others)
    found = []
    for row in rows:
        line = line_of(columns, row)
        if left[line] > 0:
            left[line] -= 1
        else:
            found.append(row)
    return found


def told(found: RowsSince) -> dict[str, Any]:
    """Return what came and went as plain JSON; both editions with their hashes."""
    return {
        "name": found.question.name,
        "edition": found.new.number,
        "from": None if found.old is None else named(found.old),
        "to": named(found.new),
        "columns": list(found.columns),
        "titles": {column: column_title(found.question.name, column) for column in found.columns},
        **{
            key: [{column: plain_value(row.get(column)) for column in found.columns} for row in rows]
            for key, rows in (("new", found.came), ("gone", found.went))
        },
    }


def named(edition: Edition) -> dict[str, Any]:
    """Return what names an edition."""
    return {"number": edition.number, "date": edition.manifest["date"], "sha256": edition.manifest["sha256"]}


def table(found: RowsSince) -> Iterator[list[str]]:
    """Yield the rows of the table: its header, what came, what went."""
    yield [*HEAD, *found.columns]
    old = 0 if found.old is None else found.old.number
    for became, number, rows in ((CAME, found.new.number, found.came), (WENT, old, found.went)):
        for row in rows:
            yield [became, str(number), *(str(row[one]["value"]) if one in row else "" for one in found.columns)]


def shown(service: Service, request: Request, found: RowsSince) -> Response:
    """Return the page of what came and went."""
    view = View(service, request, language(request), found.new.number)
    parts = [
        (key, len(rows), [[cell(view, row.get(one)) for one in found.columns] for row in rows[:ROWS_SHOWN]])
        for key, rows in (("new", found.came), ("gone", found.went))
    ]
    titles = {column: view.pick(column_title(found.question.name, column)) for column in found.columns}
    files = [(name.upper(), view.here(format=name)) for name in OFFERS if name != "html"]
    context = {"found": found, "parts": parts, "titles": titles, "files": files, "whole": view.here(depuis=None)}
    return render(service, request, "question_changes.html", context, edition=found.new.number)
