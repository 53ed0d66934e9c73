"""The tools and the prompt, declared with the official kit of the protocol. Loaded with the first request alone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from urllib.parse import unquote

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from ontologie import LANGUAGES, Iris
from sparql_api.assistants.answers import (
    FicheFound,
    FichesFound,
    Questions,
    QuestionSaid,
    RowsFound,
    TermFound,
    TermsFound,
    ThingDescribed,
    listed,
)
from sparql_api.assistants.inside import MOST, AnswerInside, Inside, ToolRefused, TooMuch
from sparql_api.words.i18n import message

ROWS: Final = 200
"""RowsFound that an answer gives."""
PATH: Final = re.compile(r"[a-z]+(?:-[a-z]+)*(?:/[A-Za-z0-9._-]+){1,3}")
"""The address of a thing after the base: its type, then its id."""
OWN: Final = ("format", "_format", "lang", "edition")
"""Parameters that the tool itself gives."""
TABLE: Final = "application/sparql-results+json"
Spoken = Annotated[Literal["fr", "en"], Field(description="The language of labels and messages.")]
Pinned = Annotated[int | None, Field(ge=1, description="An edition by its number; the current one by default.")]
Values = Annotated[tuple[str, ...], Field(max_length=20, description="Ids, IRIs or labels; any of them fits.")]
Ctx = Context[Any, Any]


def server_of(iris: Iris) -> MCPServer:
    """Return the server with its tools and its prompt, over the names of things."""
    both = "\n\n".join(message("mcp.instructions", language, reader="fiche") for language in LANGUAGES)
    server = MCPServer("observatoire-ia", title=message("site.name", "fr"), instructions=both, log_level="ERROR")
    for tool in (search, questions, question, vocabulary, sparql):
        server.tool()(tool)

    async def fiche(
        ctx: Ctx, thing: Annotated[str, Field(max_length=300)], language: Spoken = "fr", edition: Pinned = None
    ) -> ThingDescribed:
        """A sheet, or any thing of the graph (principle, tool, concept): its description as JSON-LD.

        `thing` is an IRI that another tool gave, or type/id (`projet/18-UR005`); of a project its id alone.
        """
        path = thing.removeprefix(iris.base)
        path = path if "/" in path else f"projet/{path}"
        if not PATH.fullmatch(path) or ".." in path:
            raise ToolError(message("mcp.no_thing", language))
        told = await told_by(ctx, f"/{path}.jsonld", {"lang": language, "edition": edition})
        document = told.json()
        address = inside(ctx).address(f"/{path}.jsonld", {"edition": told.edition})
        return ThingDescribed(edition=told.edition, address=address, iris=[iris.base + path], document=document)

    server.tool()(fiche)

    @server.prompt(title=message("mcp.citing", "fr"), description=message("mcp.citing", "en"))
    def cite(question: str, language: Literal["fr", "en"] = "fr") -> str:
        return message("mcp.cite", language, question=question)

    return server


async def search(
    ctx: Ctx,
    q: Annotated[str, Field(description="Words, all of which a sheet must hold.")] = "",
    academie: Values = (),
    niveau: Values = (),
    discipline: Values = (),
    outil: Values = (),
    principe: Values = (),
    page: Annotated[int, Field(ge=1, le=1_000)] = 1,
    language: Spoken = "fr",
    edition: Pinned = None,
) -> FichesFound:
    """Search the sheets: real uses of AI in French schools, each with its source; 20 a page."""
    filters = {"academie": academie, "niveau": niveau, "discipline": discipline, "outil": outil, "principe": principe}
    asked = {"q": q, **filters, "page": page, "lang": language}
    told = await told_by(ctx, "/fiches", {**asked, "edition": edition})
    found = told.json()
    fiches = [
        FicheFound(iri=one["iri"], title=one["titre"], summary=one["resume"] or "", example=one["exemple"])
        for one in found["items"]
    ]
    kept = {name: value for name, value in asked.items() if value not in ("", ())}
    return FichesFound(
        edition=told.edition,
        address=inside(ctx).address("/fiches", {**kept, "edition": told.edition}),
        iris=listed(one.iri for one in fiches),
        total=found["total"],
        page=page,
        fiches=fiches,
        unknown=[f"{one['facet']}={one['value']}" for one in found["unknown"]],
    )


async def questions(ctx: Ctx, language: Spoken = "fr") -> Questions:
    """The saved questions: what each asks, and its parameters. Prefer one of them to a query of your own."""
    told = await told_by(ctx, "/queries", {"lang": language}, of_edition=False)
    return Questions(
        questions=[
            QuestionSaid(
                name=one["name"],
                title=one["title"][language],
                description=one["description"][language],
                parameters=[f"{p['name']} ({p['type']}, {p['default'] or '-'})" for p in one["parameters"]],
            )
            for one in told.json()["items"]
        ]
    )


async def question(
    ctx: Ctx,
    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,80}$", description="A name that `questions` gives.")],
    parameters: Annotated[dict[str, str | list[str]] | None, Field(max_length=20)] = None,
    language: Spoken = "fr",
    edition: Pinned = None,
) -> RowsFound:
    """Answer a saved question, with values for its parameters or their defaults."""
    path, given = f"/queries/{name}", {key: value for key, value in (parameters or {}).items() if key not in OWN}
    told = await told_by(ctx, path, {**given, "format": "json", "lang": language, "edition": edition})
    found = told.json()
    rows = found["rows"]
    return RowsFound(
        edition=told.edition,
        address=inside(ctx).address(path, {**given, "edition": told.edition}),
        iris=listed(value for row in rows[:ROWS] for value in row.values()),
        columns=found["columns"],
        rows=rows[:ROWS],
        total=len(rows),
        cut=len(rows) > ROWS,
    )


async def vocabulary(
    ctx: Ctx,
    label: Annotated[str, Field(min_length=1, max_length=200, description="What people call it: « 4e », « ChatGPT ».")],
    language: Spoken = "fr",
    edition: Pinned = None,
) -> TermsFound:
    """Look a label up in the vocabularies (levels, subjects, tools, académies): the IRIs that it may name."""
    asked = {"queries": json.dumps({"q0": {"query": label, "limit": 10}}), "lang": language}
    told = await told_by(ctx, "/reconcile", {**asked, "edition": edition})
    terms = [
        TermFound(iri=one["id"], label=one["name"], score=one["score"], certain=one["match"])
        for one in told.json()["q0"]["result"]
    ]
    address = inside(ctx).address("/reconcile", {**asked, "edition": told.edition})
    return TermsFound(edition=told.edition, address=address, iris=listed(one.iri for one in terms), terms=terms)


async def sparql(
    ctx: Ctx,
    query: Annotated[str, Field(min_length=1, description="SPARQL 1.1, read only; usual prefixes are known.")],
    timeout: Annotated[float, Field(gt=0, le=60, description="Seconds after which the query is ended.")] = 30,
    language: Spoken = "fr",
    edition: Pinned = None,
) -> RowsFound:
    """Run a SPARQL query on the graph, where no saved question fits. Ask for few rows, by LIMIT."""
    form = {"query": query, "timeout": f"{timeout:g}"} | ({"edition": str(edition)} if edition else {})
    accept = f"{TABLE}, text/turtle;q=0.9"
    told = await told_by(ctx, "/sparql", {"lang": language}, accept=accept, form=form)
    address = inside(ctx).address("/sparql", {"query": query, "edition": told.edition})
    hints = [unquote(one) for one in told.headers.get("observatoire-hint", "").split(" | ") if one]
    made: dict[str, Any] = {"edition": told.edition, "address": address, "hints": hints}
    if not told.headers["content-type"].startswith(TABLE):
        text = told.body.decode()
        things = listed(re.findall(r"<(https?://[^<>\s]+)>", text))
        return RowsFound(**made, iris=things, columns=[], rows=[], total=0, cut=False, turtle=text)
    found = told.json()
    if "boolean" in found:
        return RowsFound(**made, iris=[], columns=[], rows=[], total=0, cut=False, boolean=found["boolean"])
    rows = found["results"]["bindings"]
    shown = [{name: term["value"] for name, term in row.items()} for row in rows[:ROWS]]
    iris = (term["value"] for row in rows[:ROWS] for term in row.values() if term["type"] == "uri")
    columns = found["head"]["vars"]
    return RowsFound(**made, iris=listed(iris), columns=columns, rows=shown, total=len(rows), cut=len(rows) > ROWS)


def inside(ctx: Ctx) -> Inside:
    """Return the service, as the request of this call asks it."""
    request: Any = ctx.request_context.request
    found: Inside = request.scope["state"]["inside"]
    return found


async def told_by(
    ctx: Ctx, path: str, query: Mapping[str, Any], *, of_edition: bool = True, **options: Any
) -> AnswerInside:
    """Return the answer of an address, `of_edition` one that an edition gives.

    Raises ToolError, which says the next step.
    """
    language = "fr" if query.get("lang") == "fr" else "en"
    try:
        told = await inside(ctx).ask(path, query, **options)
    except ToolRefused as error:
        raise ToolError(str(error)) from None
    except TooMuch:
        raise ToolError(message("mcp.too_much", language, most=MOST >> 10)) from None
    if of_edition and not told.of_edition:
        raise ToolError(message("mcp.no_thing", language))
    return told
