"""What the data of a thing says of itself: of which edition it is a part, under which licences.

A document's data is its graph and nothing else, and a graph's its content: there, headers alone say so.
"""

from __future__ import annotations

from typing import Final

import pyoxigraph as ox

from ingestion import Edition
from ontologie import PREFIXES, Iris
from sparql_api.description.licences import licences_of
from sparql_api.description.statements import Statements
from sparql_api.description.void import VOID
from sparql_api.http.site import site_of
from sparql_api.pages.common.layout import View
from sparql_api.pages.signs.signposts import Signs
from sparql_api.pages.things.describe import REST, Description

LICENSE: Final = PREFIXES["dct"] + "license"


def licences_said(found: Description, edition: Edition) -> tuple[str, ...]:
    """Return the licences of what an edition says of a thing: what a document says itself, else its graphs'."""
    if found.is_document:
        said = (quad.object for quad in found.main if quad.predicate.value == LICENSE)
        return tuple(one.value for one in said if isinstance(one, ox.NamedNode))[:1]
    graphs = {quad.graph_name.value for quad in found.quads if isinstance(quad.graph_name, ox.NamedNode)}
    licences = licences_of(edition)
    under = {one for graph in graphs for one in licences.of_graph(graph)}
    return tuple(one for one in licences.of() if one in under)


def stated(found: Description, edition: Edition, name: str, iris: Iris) -> list[ox.Quad]:
    """Return what the file of a thing, in a format by its short name, says of itself; nothing where it may not."""
    if REST not in found.parts or found.is_document or found.is_graph:
        return []
    said = Statements(iris.prefixes() | {"void": VOID})
    file = f"{found.iri}.{name}"
    said.type(file, "foaf:Document")
    said.say(file, "foaf:primaryTopic", found.iri)
    said.say(file, "void:inDataset", iris.entity("edition", str(edition.number)))
    said.say(file, "dct:license", *licences_said(found, edition))
    return said.quads


def signposts(view: View, found: Description, edition: Edition) -> dict[str, str]:
    """Return the headers of the page of a thing that has a page of its own."""
    service, request = view.service, view.request
    path, pinned = found.path(service.iris), service.pinned(request) is not None
    signs = Signs(service.iris, path, site_of(request), edition, licences_said(found, edition), pinned)
    return signs.headers("html", "")
