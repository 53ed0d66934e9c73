"""`/atelier/analyse/{project}`: a grid applied to a usage, in a form that the grid's own data make; scores, drafts.

What is sent is a document of type analysis, judged and reviewed as any deposit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from ingestion import Agent, Matter, Options, Registry, convert, language_tag, require, told_to_reviewer
from ontologie import LANGUAGES, sentence
from sparql_api.acts.atelier.analysis import (
    CORRECTS,
    MOMENTS,
    QUOTE,
    STEP,
    WHY,
    AnalysedSheet,
    FilledGrid,
    content_of,
    criterion_of,
    document_of,
    lines_of,
    unquoted,
)
from sparql_api.acts.atelier.correcting import RETURNED, reasons_of
from sparql_api.acts.atelier.grids import Grid, GridWords, scores_of, words_of
from sparql_api.acts.atelier.workshop import PLACE, Fields, FormFault, Visitor, Workshop, led, number_of
from sparql_api.acts.deposits import Counter
from sparql_api.acts.reviews import known_to
from sparql_api.formats.negotiation import language
from sparql_api.words.problems import ProblemError, problem

ANALYSE: Final = PLACE + "/analyse/{project}"
HEAD: Final = (CORRECTS, "titre", "auteur", "moment", "commentaire", "grille", "langue")


def analysing_pages(workshop: Workshop, counter: Counter) -> None:
    """Declare the page of the form, and what it is sent to."""

    @workshop.page(ANALYSE, "grille", "brouillon", "rapport", "garde", CORRECTS)
    async def form(request: Request, visitor: Visitor) -> Response:
        asked = request.query_params
        # Told before thirty criteria are answered, not after.
        await workshop.doors.run(request, may_analyse, request.path_params["project"], visitor.agent)
        number, report = number_of(asked.get("brouillon", "")), number_of(asked.get("rapport", ""))
        content: Mapping[str, Any] = {}
        if number is not None:
            content = await workshop.doors.run(request, _draft, visitor.agent, number)
        named = next(iter(content.get(CORRECTS, ())), "") or asked.get(CORRECTS, "")
        reasons: Sequence[FormFault] = ()
        if named:
            held, reasons = await _returned(workshop, request, visitor, named)
            content = content or held
        told = None if report is None else await counter.told(request, visitor.agent, report)
        return await _drawn(workshop, request, visitor, content, number, told, reasons if told is None else ())

    @workshop.act(ANALYSE)
    async def send(request: Request, visitor: Visitor, fields: Fields) -> Response:
        content = _content(fields)
        content.setdefault("langue", [language(request)])
        if own := visitor.agent.organisation:
            content["auteur"] = [own]
        if named := fields.one(CORRECTS):
            await _returned(workshop, request, visitor, named)
        place, project = request.url.path, request.path_params["project"]
        number, about = number_of(fields.one("brouillon")), f"projet/{project}"
        sheet = await workshop.doors.run(request, sheet_of, project, visitor.agent, language(request), workshop.base)
        try:
            kept = (visitor.agent, content, about, number)
            number = await workshop.doors.run(request, _kept, *kept)
        except ValueError:
            fault = FormFault(sentence("pages", "form.too-long", language(request)))
            return await _drawn(workshop, request, visitor, content, number, None, [fault], 422)
        written, grid = FilledGrid(content, workshop.service.iris), (await _grid(workshop, request, content))[1]
        if fields.one("act") != "deposer":
            return led(request, f"{place}?brouillon={number}&garde=oui")
        if list(unquoted(written, sheet, grid)):
            return await _drawn(workshop, request, visitor, content, number, None, (), 422)
        title = _title(written, sheet, written.of("langue") or language(request))
        said = document_of(written, sheet, grid, visitor.agent.name, title)
        options = Options(kind="analyse", base=workshop.base, memory=workshop.service.settings.var,
                          called="analyse.json", national=False)  # fmt: skip
        async with counter.place(request, visitor.agent) as begin:
            report, _ = await begin(lines_of(*said), options, False, False)
        return led(request, f"{PLACE}/depots/{report}?brouillon={number}")


def may_analyse(registry: Registry, project: str, agent: Agent) -> None:
    """Raise Forbidden where an agent may not deposit an analysis of a project: it belongs to the project's académie.

    Raises LookupError where the project is none that the agent may know of.
    """
    found = known_to(registry, "projet", project, agent)
    require(registry.accounts.known(agent.name), "deposit", Matter("analyse", project, found.academie))


async def _returned(
    workshop: Workshop, request: Request, visitor: Visitor, name: str
) -> tuple[Mapping[str, Any], Sequence[FormFault]]:
    """Return what an analysis of the page's project says, as its form holds it, and why it was sent back, if it was.

    Raises ProblemError where there is none that the visitor may deposit anew.
    """
    iris, lang = workshop.service.iris, language(request)
    about = f"{workshop.base}projet/{request.path_params['project']}"

    def read(registry: Registry) -> tuple[Mapping[str, Any], Sequence[FormFault]]:
        found = known_to(registry, "analyse", name, visitor.agent)
        require(registry.accounts.known(visitor.agent.name), "deposit", Matter("analyse", name, found.academie))
        document = found.document
        readable = registry.readable([found], visitor.agent)
        if document is None or not readable or iris.absolute(str(document.get("evalue", ""))) != about:
            raise LookupError(name)
        history = registry.history("analyse", name) if found.state == RETURNED else []
        return content_of(document, iris), reasons_of(history, lang)

    return await workshop.doors.run(request, read)


def sheet_of(registry: Registry, project: str, agent: Agent, lang: str, base: str) -> AnalysedSheet:
    """Return a project as its analyst may see it: the latest version, else the public one. Raises LookupError."""
    found = known_to(registry, "projet", project, agent)
    if not registry.readable([found], agent):
        document, context = registry.content("projet", project, found.published_version)
        found = replace(found, document=document, context=context)
    told = told_to_reviewer(found, (), lang, base)
    fields = [(one.name, one.label, one.values) for one in told["fields"]]
    return AnalysedSheet(project, told["title"], fields, language_tag(found.document or {}))


def _content(fields: Fields) -> dict[str, list[str]]:
    """Return what a form says, by the names of its fields."""
    starts = (STEP, QUOTE, WHY)
    return {
        name: [text] for name in fields.sent
        if (name in HEAD or name.startswith(starts)) and (text := fields.one(name))
    }  # fmt: skip


def _draft(registry: Registry, agent: Agent, number: int) -> Mapping[str, Any]:
    return registry.drafts.get(number, agent, "analyse").content


def _kept(registry: Registry, agent: Agent, content: Mapping[str, Any], about: str, number: int | None) -> int:
    return registry.drafts.keep(agent, "analyse", content, about, number)


async def _grid(workshop: Workshop, request: Request, content: Mapping[str, Any]) -> tuple[GridWords, Grid, list[Grid]]:
    """Return what the edition says, the grid that is followed, all grids; raises ProblemError 404 without one."""
    words = await words_of(workshop.service, request)
    grids = words.grids()
    wanted = next(iter(content.get("grille", ())), "") or request.query_params.get("grille", "")
    chosen = next((one for one in grids if one.iri.removeprefix(workshop.base) == wanted), None)
    if not grids or (wanted and chosen is None):
        raise ProblemError(problem("not-found", path=request.url.path))
    return words, chosen or grids[0], grids


def _title(written: FilledGrid, sheet: AnalysedSheet, lang: Any) -> str:
    return written.of("titre") or sentence("pages", "analysis.named", lang, title=sheet.title)[:300]


async def _drawn(
    workshop: Workshop, request: Request, visitor: Visitor, content: Mapping[str, Any], number: int | None,
    told: Mapping[str, Any] | None, faults: Sequence[FormFault] = (), status: int = 200,
) -> Response:  # fmt: skip
    """Return the page of the form: the grid's criteria with what was answered, the sheet to quote, the scores."""
    lang, project = language(request), request.path_params["project"]
    words, grid, grids = await _grid(workshop, request, content)
    sheet = await workshop.doors.run(request, sheet_of, project, visitor.agent, lang, workshop.base)
    written = FilledGrid(content, workshop.service.iris)
    ids = {one.iri: f"critere-{rank}" for rank, one in enumerate(grid.criteria, 1)}
    found = list(faults)
    if told is not None and told.get("state") == "failed":
        found.append(FormFault(str(told.get("reason", ""))))
    for entry in told.get("entries", ()) if told else ():
        if entry["severity"] == "violation":
            criterion = criterion_of(entry, written, grid)
            field = ids[criterion.iri] if criterion else "auteur" if entry["field"] == "auteur" else ""
            start = f"{criterion.sign} : " if criterion else ""
            found.append(FormFault(f"{start}{entry['message']}", field))
    if number is not None:
        found += [
            FormFault(sentence("pages", "analysis.unquoted", lang, sign=one.sign), ids[one.iri])
            for one in unquoted(written, sheet, grid)
        ]
    scores = []
    if written.answered(grid):
        given = (words, written, sheet, grid, visitor.agent.name, lang)
        scores = await workshop.service.computing.run(request, _scores, *given)
    own = visitor.agent.organisation
    said = {
        "sheet": sheet, "grid": grid, "grids": grids, "written": written, "ids": ids, "scores": scores,
        "languages": LANGUAGES, "spoken": written.of("langue") or lang,
        "number": number, "kept": request.query_params.get("garde") == "oui", "moments": MOMENTS, "words": words,
        "organisations": [] if own else words.organisations(), "own": own, "project": project,
        "names": {"step": STEP, "quote": QUOTE, "why": WHY},
    }  # fmt: skip
    return workshop.draw(request, visitor, "analysis.html", said, faults=found, status=status)


def _scores(
    words: GridWords, written: FilledGrid, sheet: AnalysedSheet, grid: Grid, agent: str, lang: str
) -> list[dict[str, Any]]:
    """Return what the published rules say of the answers so far, whether they may be deposited as they are or not."""
    document, answers = document_of(written, sheet, grid, agent, sheet.title)
    (converted,) = convert([{**document, "comporte": answers}], written.iris.base)
    return scores_of(words, converted.lines, grid.iri, lang)
