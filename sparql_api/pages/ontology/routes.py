"""The ontology over HTTP: the whole, one module a page, one term a page, each as RDF too; and its released versions.

Knows addresses and what a page says; the files are `documents`', what a term says is in `terms`.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import Iris, Language, context, read_text
from sparql_api.formats.negotiation import language
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_triples
from sparql_api.http.delivery import deliver, redirect, requested
from sparql_api.http.openapi import EDITION, OF_COMPUTING, format_parameter, operation, parameter
from sparql_api.http.policies import DOCUMENT
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import View, render, write_page
from sparql_api.pages.common.service import Service
from sparql_api.pages.documents import (
    LICENSED,
    OFFERS,
    described,
    is_version,
    is_whole,
    is_whole_version,
    parsed,
    sources,
    written,
)
from sparql_api.pages.ontology.diagram import Diagram, module_diagram
from sparql_api.pages.ontology.terms import (
    DescribedTerm,
    found_by,
    labels_of,
    modules,
    namespaces,
    nearest_term,
    short_name,
    terms,
    uses,
)
from sparql_api.words.problems import ProblemError, problem

TERM: Final = "terme/"
"""Begins the part of the address that leads to a term: `/ontologie/terme/Projet`."""
SVG: Final = ".svg"
WHOLE: Final = "noyau-entier"
"""The diagram of all modules of the core: `/ontologie/noyau-entier.svg`."""
EXAMPLES: Final = {
    "ontologie/noyau": ("projet",),
    "ontologie/evaluation": ("analyse",),
    "ontologie/formation": ("publication", "module"),
}
FEW: Final = 5
"""Examples of use on the page of a term."""
SEARCHED: Final = parameter("q", "Words that a term's name, label or definition holds.")
DESCRIBED: Final = operation(
    {media_type: {} for media_type in OFFERS.values()},
    parameters=(SEARCHED, EDITION, format_parameter(OFFERS)),
    errors=("406", *OF_COMPUTING),
)


def ontology_router(service: Service) -> APIRouter:
    """Return the routes of the ontology."""
    router = APIRouter(tags=["documents"])

    @get(router, "/ontologie", policy=DOCUMENT, summary="The ontology, every module", openapi_extra=DESCRIBED)
    async def ontology(request: Request) -> Response:
        return await send_document(service, request, "ontologie")

    @get(router, "/ontologie/{part:path}", policy=DOCUMENT, openapi_extra=DESCRIBED)
    async def module(request: Request, part: str) -> Response:
        name, known = part.removeprefix(TERM), terms(service.iris)
        if name != part and name in known:
            return await send_term(service, request, known[name])
        if part.endswith(SVG):
            return await service.computing.run(request, send_diagram, service, request, part.removesuffix(SVG))
        if f"ontologie/{part}" not in sources(service.iris):
            return elsewhere(request, part, nearest_term(service.iris, name))
        return await send_document(service, request, f"ontologie/{part}")

    return router


def elsewhere(request: Request, part: str, near: str) -> Response:
    """Return the way to the term that an address meant, by its name without the rest; `near` is the nearest one.

    Raises ProblemError 404, which names it where it is only alike.
    """
    name = part.removeprefix(TERM)
    if name.lower() == near.lower() and near:
        query = f"?{request.url.query}" if request.url.query else ""
        return redirect(f"/ontologie/{TERM}{near}{query}")
    if near:
        raise ProblemError(problem("term-not-found", extra={"near": f"/ontologie/{TERM}{near}"}, term=name, near=near))
    raise ProblemError(problem("not-found", path=f"/ontologie/{part}"))


def send_diagram(service: Service, request: Request, name: str) -> Response:
    """Return the diagram of a module, or of the core whole, as a file; raises ProblemError 404 where there is none."""
    paths = [one.path for one in modules(service.iris) if (name == WHOLE and not one.profile) or one.name == name]
    view = View(service, request, language(request), None)
    diagram = drawn(service.iris, tuple(paths), view.language) if paths else None
    if diagram is None:
        raise ProblemError(problem("not-found", path=f"/ontologie/{name}{SVG}"))
    data = write_page(view, "diagram.svg", {"diagram": diagram})
    return deliver(request, data, "image/svg+xml", headers={"Content-Language": view.language})


async def send_document(service: Service, request: Request, path: str) -> Response:
    """Return the ontology, a module or a version of either in the format asked."""
    media_type = requested(request, OFFERS)
    if media_type != OFFERS["html"]:
        data = await service.computing.run(request, written, service.iris, path, media_type)
        return deliver(request, data, media_type, headers=LICENSED)
    return await service.computing.run(request, document_page, service, request, path)


def document_page(service: Service, request: Request, path: str) -> Response:
    """Return the page of the ontology, of a module, of a version; with `q=`, of the terms that hold these words."""
    words = request.query_params.get("q", "")
    shown = described(service.iris, path)
    if words.strip():
        names = {term.name for term in found_by(service.iris, words)}
        groups = [(key, [one for one in members if one.name in names]) for key, members in shown["groups"]]
        shown = {**shown, "groups": [group for group in groups if group[1]]}
    mine = next((one for one in modules(service.iris) if one.path == path), None)
    more = {
        "words": words.strip(),
        "module": mine,
        "modules": modules(service.iris),
        "version": path.rpartition("/")[2] if is_version(path) else "",
        "versions": [one for one in sources(service.iris) if is_whole_version(one)],
        "prefixes": namespaces(service.iris, path),
        "diagram": None if is_whole(path) or words.strip() else drawn(service.iris, (path,), language(request)),
        "named": lambda iri: labels_of(service.iris, iri),
        "short": short_name,
        "examples": examples(service.iris, path),
    }
    return render(service, request, "ontology.html", {**shown, **more}, edition=service.engine.current_edition())


@cache
def drawn(iris: Iris, paths: tuple[str, ...], lang: Language) -> Diagram | None:
    """Return the diagram of some modules, its labels in a language; None where they have no class of ours."""
    labels = {name: term.labels[lang] for name, term in terms(iris).items() if lang in term.labels}
    return module_diagram(parsed([text for path in paths for text in sources(iris)[path]]), iris.term(""), labels)


@cache
def examples(iris: Iris, path: str) -> list[tuple[str, str]]:
    """Return the example documents of a module, each as JSON-LD and as Turtle: (name, text)."""
    found: list[tuple[str, str]] = []
    for name in EXAMPLES.get(path, ()):
        text = read_text("exemples", f"{name}.json", base=iris.base)
        document = {"@context": context(iris.base), **json.loads(text)}
        quads = ox.parse(json.dumps(document), format=ox.RdfFormat.JSON_LD, base_iri=iris.base)
        found += [(f"{name} (JSON-LD)", text), (f"{name} (Turtle)", write_triples(quads, "ttl", iris).decode())]
    return found


async def send_term(service: Service, request: Request, term: DescribedTerm) -> Response:
    """Return a term in the format asked: all that its module says of it, or its page."""
    media_type = requested(request, OFFERS)
    if media_type == OFFERS["html"]:
        return await term_page(service, request, term)
    name = next(name for name, offered in MEDIA_TYPES.items() if offered == media_type)
    write = write_compacted if name == "jsonld" else lambda quads, iris: write_triples(quads, name, iris)
    data = await service.computing.run(request, write, term.quads, service.iris)
    return deliver(request, data, media_type)


async def term_page(service: Service, request: Request, term: DescribedTerm) -> Response:
    """Return the page of a term, with how often the edition uses it and the first examples; without one, neither."""
    number = service.pinned(request) or service.engine.current_edition()
    used, first = None, []
    if number is not None:
        edition = service.edition_number(number)
        used = (await service.computing.run(request, uses, edition, service.faces_folder)).get(term.iri, 0)
        first = await service.reading(request).rows(examples_query(term), number)
    view = View(service, request, language(request), number)
    subjects = [row["s"].value for row in first]
    labels = await service.labels.of(service.reading(request), subjects, number) if number is not None else {}
    shown = [(iri, view.pick(labels.get(iri) or {"": iri.rpartition("/")[2]})) for iri in dict.fromkeys(subjects)]
    context: dict[str, Any] = {"term": term, "used": used, "first": shown, "path": f"/ontologie/{TERM}{term.name}"}
    context |= {"named": lambda iri: labels_of(service.iris, iri), "short": short_name}
    return render(service, request, "term.html", {**context, "formats": list(MEDIA_TYPES)[:4]}, edition=number)


def examples_query(term: DescribedTerm) -> str:
    """Return the query for some things that are of a class, or of which a property is said."""
    pattern = f"?s a <{term.iri}>" if term.kind == "classes" else f"?s <{term.iri}> ?o"
    return f"SELECT DISTINCT ?s WHERE {{ {pattern} FILTER(isIRI(?s)) }} LIMIT {FEW}"
