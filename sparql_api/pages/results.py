"""Prepares the answer to a query for reading: a table of rows, yes or no, or a graph as Turtle.

Knows the forms of SPARQL answers; not which query was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from json import JSONDecoder
from typing import Any, Final

from starlette.requests import Request

from sparql_api.engine.port import Answer
from sparql_api.fiches.things import local_id
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.service import Service
from sparql_api.pages.things.presentation import Shown
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan
from sparql_api.words.texts import Text

ROWS_SHOWN: Final = 500
LABELS: Final = ("libelle", "nom", "titre")
"""What the column of a label is called that follows the thing's."""
MOST_NAMED: Final = 2000
"""Things of a page that are called by their labels: more stay as they are."""
TURTLE_SHOWN: Final = 200_000
BYTES_SHOWN: Final = 2 << 20
read_json: Final = JSONDecoder()
ACCEPT: Final = "application/sparql-results+json, text/turtle"


@dataclass(frozen=True)
class Results:
    """An answer as a page shows it: one of a table, a boolean, a text."""

    edition: int
    seconds: float
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Shown, ...], ...] = ()
    total: int = 0
    boolean: bool | None = None
    turtle: str | None = None
    cut: bool = False
    hints: tuple[Text, ...] = ()
    """What the query may have meant."""


Rows = Sequence[Mapping[str, Any]]
Order = Callable[[Sequence[str], Rows], Rows]


def as_answered(columns: Sequence[str], rows: Rows) -> Rows:
    """Return rows in the order of their answer."""
    return rows


async def results(
    service: Service, request: Request, view: View, text: str, ordered: Order = as_answered
) -> Results:
    """Return the answer to a reader's query, charged to the reader's share; raises EngineError.

    `ordered` puts its rows in order where all of them are shown.
    """
    plan, answer = await answered(service, request, text)
    return await prepared(view, plan, answer, ordered)


async def answered(
    service: Service, request: Request, text: str, limits: Limits | None = None
) -> tuple[Plan, Answer]:
    """Return a query judged and its answer, charged to the reader's share; raises EngineError."""
    client = service.computing.client(request)
    service.fair_use.check(client)
    pinned = service.pinned(request)
    plan = await service.engine.prepare(text, accept=ACCEPT, edition=pinned)
    return plan, await service.engine.run(plan, limits=limits, client=client)


async def prepared(view: View, plan: Plan, answer: Answer, ordered: Order = as_answered) -> Results:
    """Return an answer as a page shows it, with what the query may have meant."""
    made = await view.service.computing.run(view.request, shown, answer, view, ordered)
    return replace(made, hints=plan.hints)


def shown(answer: Answer, view: View, ordered: Order = as_answered) -> Results:
    """Return an answer as a page shows it."""
    if answer.form in ("CONSTRUCT", "DESCRIBE"):
        turtle = answer.body.at(0, TURTLE_SHOWN).decode(errors="ignore")
        return Results(answer.edition, answer.seconds, turtle=turtle, cut=answer.body.size > TURTLE_SHOWN)
    return of_table(answer, view, ordered)


def of_table(answer: Answer, view: View, ordered: Order = as_answered) -> Results:
    """Return a SELECT or ASK answer in SPARQL JSON as a page shows it."""
    if answer.form == "ASK":
        return Results(answer.edition, answer.seconds, boolean=bool(answer.json()["boolean"]))
    columns, rows = first_rows(answer)
    total = answer.rows or 0
    whole = ordered(columns, rows) if total == len(rows) else rows
    shown = tuple(tuple(cell(view, row.get(name)) for name in columns) for row in whole)
    return Results(answer.edition, answer.seconds, columns, shown, total=total, cut=total > len(shown))


def label_beside(columns: Sequence[str], at: int) -> str:
    """Return the column of the labels of another one; nothing where it has none."""
    label = f"{columns[at]}Libelle"
    beside = "".join(columns[at + 1 : at + 2])
    return label if label in columns else beside if beside in LABELS else ""


def by_their_labels(found: Results) -> Results:
    """Return a table that shows things by the labels that stand beside them, whose columns are left out.

    The label of `x` is the column `xLibelle`, or the next one where it is called as labels of a question are.
    """
    labels = {}
    for at in range(len(found.columns)):
        if label := label_beside(found.columns, at):
            labels[at] = found.columns.index(label)
    linked = {at: label for at, label in labels.items() if all(row[at].href or not row[at].text for row in found.rows)}
    kept = [at for at in range(len(found.columns)) if at not in linked.values()]
    rows = tuple(tuple(labelled(row, at, linked.get(at)) for at in kept) for row in found.rows)
    return replace(found, columns=tuple(found.columns[at] for at in kept), rows=rows)


def labelled(row: Sequence[Shown], at: int, label: int | None) -> Shown:
    """Return a cell by its label where it has one; a label alone as it stands."""
    if label is None or not row[label].text:
        return row[at]
    return replace(row[at], text=row[label].text, language=row[label].language, iri="")


async def named(view: View, found: Results, *, noted: bool = False) -> Results:
    """Return a table whose things are called by their labels in its edition, in the language of the page.

    Those whose label stands in a column of its own stay as they are, as does what the edition has no label for. `noted`
    leaves the address in sight beside the label. Raises EngineError.
    """
    bare = [at for at in range(len(found.columns)) if not label_beside(found.columns, at)]
    wanted = list(dict.fromkeys(row[at].iri for row in found.rows for at in bare if row[at].iri))[:MOST_NAMED]
    if not wanted:
        return found
    labels = await view.service.labels.of(view.service.reading(view.request), wanted, found.edition)
    rows = tuple(
        tuple(called(view, one, labels, noted=noted) if at in bare else one for at, one in enumerate(row))
        for row in found.rows
    )
    return replace(found, rows=rows)


def called(view: View, one: Shown, labels: Mapping[str, Mapping[str, str]], *, noted: bool) -> Shown:
    """Return a cell by the label of its thing, where there is one."""
    known = labels.get(one.iri)
    if not known:
        return one
    tongue = view.language if view.language in known else next(iter(known))
    text, language = view.pick(known), "" if tongue == view.language else tongue
    return replace(one, text=text, language=language, note=one.text if noted else "")


def first_rows(answer: Answer) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the columns and the first rows of a SELECT answered in SPARQL JSON, read no further than they go.

    An answer may be a thousand times what a page shows; reading all of it would keep everyone waiting.
    """
    text = answer.body.at(0, BYTES_SHOWN).decode(errors="ignore")
    columns, at = read_json.raw_decode(text, text.index("[", text.index('"vars"')))
    at = text.index("[", text.index('"bindings"', at)) + 1
    rows: list[dict[str, Any]] = []
    while len(rows) < ROWS_SHOWN and text[at : at + 1] in ("{", ","):
        try:
            row, at = read_json.raw_decode(text, at + (text[at] == ","))
        except ValueError:  # The row where the bytes read end.
            break
        rows.append(row)
    return tuple(columns), rows


def cell(view: View, term: Mapping[str, Any] | None) -> Shown:
    """Return one term: things by their short name and a link, literals as they stand."""
    if term is None:
        return Shown("")
    if term["type"] == "uri":
        iri = term["value"]
        return Shown(short_name(view, iri), view.href(iri), external=not view.is_ours(iri), iri=iri)
    if term["type"] == "triple":
        parts = term["value"]
        return Shown(" ".join(cell(view, parts[name]).text for name in ("subject", "predicate", "object")))
    return Shown(str(term["value"]), language=term.get("xml:lang", ""))


def short_name(view: View, iri: str) -> str:
    """Return an IRI as people write it: its path where it is ours, prefixed where the prefix is usual."""
    iris = view.service.iris
    for prefix, namespace in iris.prefixes().items():
        if iri.startswith(namespace) and "/" not in iri[len(namespace) :] and iri != namespace:
            return f"{prefix}:{iri[len(namespace) :]}"
    return (
        iri.removeprefix(iris.base) if view.is_ours(iri) else iri if len(iri) < 90 else "…/" + local_id(iri)
    )
