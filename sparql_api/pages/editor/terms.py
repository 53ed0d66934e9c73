"""What helps to write a query: the terms that an edition's own description says are there, and a query judged unrun.

Knows VoID and the engine's judgement; the script of the page (`static/sparql.js`) shows what is answered here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ingestion import Edition
from sparql_api.description.void import PARTITIONS, VOID
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import write_json
from sparql_api.http.delivery import deliver
from sparql_api.http.openapi import (
    EDITION,
    OF_COMPUTING,
    OF_EDITION,
    OF_ENGINE,
    TEXT,
    operation,
    parameter,
    several,
    structure,
)
from sparql_api.http.parameters import BYTE_ORDER_MARK
from sparql_api.http.policies import LIVE
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import View
from sparql_api.pages.common.made import void_file
from sparql_api.pages.common.service import Service
from sparql_api.query.errors import EngineError
from sparql_api.query.reader_process import Crowded, in_reader_process
from sparql_api.query.syntax import first_problem
from sparql_api.words.problems import Problem
from sparql_api.words.texts import Text

JSON: Final = "application/json"
CONCEPTS: Final = """SELECT ?concept (MIN(STR(?said)) AS ?label) {{
  ?concept a skos:Concept . OPTIONAL {{ ?concept skos:prefLabel ?said FILTER(LANG(?said) = "{language}") }}
}} GROUP BY ?concept LIMIT 20000"""
TERM: Final = structure(name=TEXT, label=TEXT)
TERMS: Final = operation(
    {JSON: structure(classes=several(TERM), properties=several(TERM), concepts=several(TERM))},
    parameters=(EDITION,),
    errors=(*OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
)
CHECKED: Final = operation(
    {JSON: structure(hints=several(TEXT))},
    parameters=(parameter("query", "A query, which is judged and not run."), EDITION),
    errors=("413", *OF_COMPUTING, *OF_EDITION, *OF_ENGINE),
    tagged=False,
)


def editor_router(service: Service) -> APIRouter:
    """Return the routes by which the editor completes and checks what is typed."""
    router = APIRouter(tags=["sparql"])

    @get(router, "/sparql/terms", summary="The terms that queries are written with", openapi_extra=TERMS)
    async def terms(request: Request) -> Response:
        edition = service.edition(request)
        view = View(service, request, language(request), edition.number)
        key = "terms", edition.number, edition.redaction, view.language
        data = service.memory.get(key)
        if data is None:
            data = await told_terms(view, edition)
            service.memory.put(key, data)
        return deliver(request, data, JSON, edition=edition.number, headers={"Content-Language": view.language})

    @get(router, "/sparql/check", policy=LIVE, summary="A query judged, and not run", openapi_extra=CHECKED)
    async def check(request: Request) -> Response:
        text = request.query_params.get("query", "").removeprefix(BYTE_ORDER_MARK)
        edition = service.edition(request).number
        view = View(service, request, language(request), edition)
        said = await judged(view, text) if text.strip() else {"hints": []}
        return deliver(request, write_json(said), JSON, edition=edition, headers={"Content-Language": view.language})

    return router


async def judged(view: View, text: str) -> dict[str, Any]:
    """Return what is to be said of a query before it runs: its fault with its place, or hints; raises EngineError."""
    hints: tuple[Text, ...] = ()
    found: Problem | None
    try:
        hints = (await view.service.engine.prepare(text, edition=view.edition)).hints
        found = await in_reader_process(len(text), first_problem, text, view.service.iris.prefixes())
    except Crowded:  # Nothing is said of its form; whoever runs the query is told.
        found = None
    except EngineError as error:
        if error.problem.status != 400:
            raise
        found = error.problem
    said = {"hints": [view.pick({"fr": hint.fr, "en": hint.en}) for hint in hints]}
    return {**said, "fault": found.document(view.language, view.service.iris.base)} if found else said


async def told_terms(view: View, edition: Edition) -> bytes:
    """Return the terms of an edition as JSON: classes with their properties, all properties, concepts."""
    service, reading = view.service, view.service.reading(view.request)
    uses, properties = await service.computing.run(
        view.request, lambda: used(void_file(edition, service.faces_folder).read_bytes())
    )
    rows = await reading.rows(CONCEPTS.format(language=view.language), edition.number)
    named = await service.labels.of(reading, {*uses, *properties}, edition.number)
    labels = {iri: view.pick(found) for iri, found in named.items() if found}
    concepts = {row["concept"].value: row["label"].value if "label" in row else "" for row in rows}
    return await service.computing.run(view.request, written, view, uses, properties, labels, concepts)


def used(void: bytes) -> tuple[dict[str, set[str]], set[str]]:
    """Return {class: its properties} and all properties that a VoID description tells of."""
    said: dict[str, dict[str, list[str]]] = {}
    for triple in ox.parse(void, format=ox.RdfFormat.N_TRIPLES):
        if triple.predicate.value in PARTITIONS and isinstance(triple.object, ox.NamedNode):
            said.setdefault(triple.subject.value, {}).setdefault(triple.predicate.value, []).append(triple.object.value)
    of = {part: found[VOID + "property"][0] for part, found in said.items() if VOID + "property" in found}
    uses = {
        found[VOID + "class"][0]: {of[inner] for inner in found.get(VOID + "propertyPartition", ())}
        for found in said.values()
        if VOID + "class" in found
    }
    return uses, set(of.values())


def written(
    view: View,
    uses: Mapping[str, Iterable[str]],
    properties: Iterable[str],
    labels: Mapping[str, str],
    concepts: Mapping[str, str],
) -> bytes:
    """Return terms as JSON, each by the name that a query says it by."""
    prefixes = view.service.iris.prefixes()

    said = {**labels, **concepts}

    def term(iri: str) -> dict[str, Any]:
        return {"name": name_of(iri, prefixes), "label": said.get(iri, "")}

    classes = [{**term(iri), "properties": sorted(name_of(one, prefixes) for one in of)} for iri, of in uses.items()]
    found = {"classes": classes, "properties": map(term, properties), "concepts": map(term, concepts)}
    told = {kind: sorted(terms, key=by_name) for kind, terms in found.items()}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def by_name(term: Mapping[str, Any]) -> str:
    """Return what terms are sorted by."""
    return str(term["name"])


def name_of(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return how a query names an IRI: by a prefix where what follows is a plain name, else in angle brackets."""
    for prefix, namespace in prefixes.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.isidentifier():
            return f"{prefix}:{local}"
    return f"<{iri}>"
