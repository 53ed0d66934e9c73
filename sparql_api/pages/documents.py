"""The words and the rules over HTTP: the JSON-LD context, the shapes, and what the ontology's pages share with them.

Knows which packaged file stands at which address; the files are served as they are, blank nodes and all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from ontologie import (
    PREFIXES,
    RDF_TYPE,
    Iris,
    context_iri,
    context_text,
    context_versions,
    read_text,
    released_files,
    released_versions,
    vocabularies,
)
from shapes import shapes_graph
from sparql_api.description.statements import LICENCE
from sparql_api.fiches.things import local_id
from sparql_api.formats.rdf_formats import MEDIA_TYPES, write_compacted, write_triples
from sparql_api.http.delivery import deliver, requested
from sparql_api.http.openapi import OF_COMPUTING, format_parameter, operation, parameter, structure
from sparql_api.http.policies import DOCUMENT, VERSION
from sparql_api.http.routing import get
from sparql_api.pages.common.layout import render
from sparql_api.pages.common.service import Service
from sparql_api.pages.expressions import ClassExpressions, expressions
from sparql_api.words.i18n import collation
from sparql_api.words.problems import ProblemError, problem

OWL, RDFS, SKOS, SH = PREFIXES["owl"], PREFIXES["rdfs"], PREFIXES["skos"], PREFIXES["sh"]
OFFERS: Final = {
    "ttl": MEDIA_TYPES["ttl"],
    "html": "text/html",
    "jsonld": MEDIA_TYPES["jsonld"],
    "nt": MEDIA_TYPES["nt"],
    "rdf": MEDIA_TYPES["rdf"],
}
KINDS: Final = (
    ("classes", OWL + "Class"),
    ("object_properties", OWL + "ObjectProperty"),
    ("datatype_properties", OWL + "DatatypeProperty"),
    ("annotation_properties", OWL + "AnnotationProperty"),
)
DESCRIBED: Final = operation(
    {media_type: {} for media_type in OFFERS.values()},
    parameters=(format_parameter(OFFERS),),
    errors=("406", *OF_COMPUTING),
)


LICENSED: Final = {"Link": f'<{LICENCE}>; rel="license"'}
"""What the answers say that are our own words and rules, and come from no edition."""


def documents_router(service: Service) -> APIRouter:
    """Return the routes of the context and of the shapes."""
    router = APIRouter(tags=["documents"])

    @get(router, "/shapes", policy=DOCUMENT, summary="The SHACL shapes", openapi_extra=DESCRIBED)
    async def shapes(request: Request) -> Response:
        return await send(service, request, "shapes", "shapes.html")

    @get(
        router,
        "/contexte.jsonld",
        policy=DOCUMENT,
        cheap=True,
        summary="The JSON-LD context of documents",
        openapi_extra=operation({MEDIA_TYPES["jsonld"]: structure(**{"@context": {"type": "object"}})}),
    )
    async def jsonld_context(request: Request) -> Response:
        text = context_text(service.iris.base)
        named = {"Link": f'<{context_iri(service.iris.base)}>; rel="latest-version", {LICENSED["Link"]}'}
        return deliver(request, text.encode(), MEDIA_TYPES["jsonld"], headers=named)

    @get(
        router,
        "/contexte/{version}.jsonld",
        policy=VERSION,
        summary="A version of the JSON-LD context, which never changes",
        openapi_extra=operation(
            {MEDIA_TYPES["jsonld"]: structure(**{"@context": {"type": "object"}})},
            parameters=(parameter("version", "Its number, such as 1.0.0.", where="path"),),
            errors=("404",),
        ),
    )
    async def versioned_context(request: Request) -> Response:
        version = request.path_params["version"]
        if version not in context_versions():
            versions = list(context_versions())
            told = {"version": version, "versions": ", ".join(versions)}
            raise ProblemError(problem("context-not-found", extra={"versions": versions}, **told))
        text = context_text(service.iris.base, version)
        return deliver(request, text.encode(), MEDIA_TYPES["jsonld"], headers=LICENSED)

    return router


async def send(service: Service, request: Request, path: str, template: str) -> Response:
    """Return a document in the format asked."""
    media_type = requested(request, OFFERS)
    if media_type == OFFERS["html"]:
        return await service.computing.run(request, page, service, request, path, template)
    data = await service.computing.run(request, written, service.iris, path, media_type)
    return deliver(request, data, media_type, headers=LICENSED)


def page(service: Service, request: Request, path: str, template: str) -> Response:
    """Return the page of a document."""
    edition = service.engine.current_edition()
    return render(service, request, template, described(service.iris, path), edition=edition)


@cache
def sources(iris: Iris) -> dict[str, tuple[str, ...]]:
    """Return {path under the base: Turtle texts} of the ontology, its modules, every version of both, the shapes."""
    paths = [one.path for one in vocabularies(iris.base) if one.path.startswith("termes/")]
    released = [tuple(released_files(version, iris.base).values()) for version in released_versions()]
    present = tuple(read_text(*path.split("/"), base=iris.base) for path in paths)
    found: dict[str, tuple[str, ...]] = {}
    for files in (*released, present):
        for text in files:
            found |= {path: files if is_whole(path) else (text,) for path in addresses(text, iris)}
    licensed = f"<{iris.base}shapes> <{PREFIXES['dct']}license> <{LICENCE}> .\n"
    return {**found, "shapes": (shapes_graph(iris.base).serialize(format="turtle"), licensed)}


def addresses(text: str, iris: Iris) -> list[str]:
    """Return the paths that an ontology's file answers at: its own and its version's."""
    quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    own = [q.subject for q in quads if q.predicate.value == RDF_TYPE and q.object == ox.NamedNode(OWL + "Ontology")]
    versions = [q.object for q in quads if q.predicate.value == OWL + "versionIRI"]
    return [node.value.removeprefix(iris.base) for node in (*own, *versions) if isinstance(node, ox.NamedNode)]


def is_whole(path: str) -> bool:
    """Return whether a path is the whole ontology, or a version of it."""
    return path.count("/") == 0 or is_whole_version(path)


def is_version(path: str) -> bool:
    """Return whether a path is a version of the ontology or of a module: `ontologie/noyau/1.0.0`."""
    return path.rpartition("/")[2][:1].isdigit()


def is_whole_version(path: str) -> bool:
    """Return whether a path is a version of the whole ontology: `ontologie/1.0.0`."""
    return path.count("/") == 1 and is_version(path)


@cache
def written(iris: Iris, path: str, media_type: str) -> bytes:
    """Return a document in an RDF format."""
    texts = sources(iris)[path]
    if media_type == MEDIA_TYPES["ttl"]:
        return "\n".join(texts).encode()
    name = next(name for name, offered in MEDIA_TYPES.items() if offered == media_type)
    held = ox.Dataset(parsed(texts))
    # The names of blank nodes are made by chance: whoever keeps a copy would see a change where there is none.
    held.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    quads = sorted(held, key=str)
    return write_compacted(quads, iris) if name == "jsonld" else write_triples(quads, name, iris)


def parsed(texts: Sequence[str]) -> list[ox.Quad]:
    """Return the triples of several Turtle texts; a blank node of one is none of another."""
    found: list[ox.Quad] = []
    for text in texts:
        found += ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    return found


@dataclass(frozen=True)
class Described:
    """A term of the ontology or a shape, as its page lists it: texts by language, links by property."""

    iri: str
    name: str
    labels: dict[str, str]
    texts: dict[str, str]
    links: dict[str, list[str]]


@cache
def described(iris: Iris, path: str) -> dict[str, Any]:
    """Return what the page of a document lists: its terms by kind, each once, by label."""
    quads = parsed(sources(iris)[path])
    nameless = expressions(quads)
    about: dict[str, dict[str, list[Any]]] = {}
    for quad in quads:
        if isinstance(quad.subject, ox.NamedNode):
            about.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
    ours = {iri: said for iri, said in about.items() if iri.startswith(iris.base) and "#" in iri}
    kinds = KINDS if path != "shapes" else (("shapes", SH + "NodeShape"), ("properties", SH + "PropertyShape"))
    groups = []
    for key, kind in kinds:
        members = [term(iri, said, nameless) for iri, said in ours.items() if kind in values(said, RDF_TYPE)]
        members = merged(member for member in members if member.labels or member.texts)
        groups.append((key, sorted(members, key=lambda member: collation(member.name))))
    return {
        "groups": [group for group in groups if group[1]],
        "path": "/" + path,
        "formats": list(MEDIA_TYPES)[:4],
    }


def merged(members: Iterable[Described]) -> list[Described]:
    """Return the members, those that say the same in one: a constraint may stand once for each property."""
    found: dict[tuple[str, ...], Described] = {}
    for member in members:
        key = tuple(member.texts.values()) or (member.iri,)
        first = found.setdefault(key, member)
        for name, links in member.links.items():
            first.links[name] = sorted({*first.links.get(name, ()), *links})
    return list(found.values())


def term(iri: str, said: dict[str, list[Any]], nameless: ClassExpressions) -> Described:
    """Return one term with what its page shows; of a union, its members."""
    shown = ("subClassOf", "subPropertyOf", "domain", "range")
    links = {name: [one for value in said.get(RDFS + name, ()) for one in nameless.named(value)] for name in shown}
    links |= {name: values(said, SH + name) for name in ("targetClass", "path", "severity")}
    return Described(
        iri,
        local_id(iri),
        texts(said, RDFS + "label") or texts(said, SH + "name"),
        texts(said, SKOS + "definition") or texts(said, SH + "message") or texts(said, SH + "description"),
        {name: found for name, found in links.items() if found},
    )


def values(said: dict[str, list[Any]], predicate: str) -> list[str]:
    """Return the IRIs of a property."""
    return [v.value for v in said.get(predicate, ()) if isinstance(v, ox.NamedNode)]


def texts(said: dict[str, list[Any]], predicate: str) -> dict[str, str]:
    """Return the texts of a property by language."""
    return {v.language: v.value for v in said.get(predicate, ()) if isinstance(v, ox.Literal) and v.language}
