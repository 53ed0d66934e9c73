"""Loads the shapes: the Turtle files of `shapes/`, and the privacy shapes made from the table of patterns.

Knows where shapes come from; judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, SH

from ontologie import BASE, Iris, digest, read_table

SOURCES = (
    *("projet.ttl", "analyse.ttl", "publication.ttl", "partenaire.ttl"),
    *("vocabulaires.ttl", "confidentialite.ttl", "referentiel.ttl", "relecture.ttl"),
    "profil-fr.ttl",
)
"""The shape files, in the order a reader should take them: those of the core, then the profile's."""

_PROFILE = "profil-"
"""Begins the name of a file of one country."""


@cache
def shapes_graph(base: str = BASE) -> rdflib.Graph:
    """Return every shape of the project under a base IRI, as standard SHACL (do not modify it)."""
    graph = _graph(SOURCES, base)
    _add_crcn_shapes(graph, base)
    return graph


@cache
def core_shapes_graph(base: str = BASE) -> rdflib.Graph:
    """Return the shapes that judge a fiche of any country: all but those of France's profile (do not modify it)."""
    return _graph((name for name in SOURCES if not name.startswith(_PROFILE)), base)


def _graph(names: Iterable[str], base: str) -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.bind("formes", shapes_namespace(base))
    for name in names:
        graph.parse(data=_source(name, base), format="turtle")
    _add_privacy_shapes(graph, base)
    return graph


@cache
def shapes_digest(base: str = BASE) -> str:
    """Return the SHA-256 of every source of the shapes, in hexadecimal: what an edition was judged by."""
    texts = [_source(name, base) for name in SOURCES]
    patterns = [row["motif"] for row in _patterns()]
    return digest("\0".join([*texts, *patterns]).encode())


def _source(name: str, base: str) -> str:
    return Iris(base).rebase(files("shapes").joinpath(name).read_text(encoding="utf-8"))


def shapes_namespace(base: str = BASE) -> rdflib.Namespace:
    """Return the namespace of the shapes: `…/shapes#`."""
    return rdflib.Namespace(base + "shapes#")


def _patterns() -> Iterator[dict[str, str]]:
    """Yield the rows of what a shape can say: it sees a text as it stands, and cannot count a key."""
    yield from (row for row in read_table("donnees", "motifs_personnels.csv") if row["motif"])


def _add_privacy_shapes(graph: rdflib.Graph, base: str) -> None:
    """Add one property shape for each property of public text and each row of `motifs_personnels.csv`."""
    formes = shapes_namespace(base)
    head = graph.value(formes.TextePublic, formes.proprietes)
    properties = [] if head is None else [str(path) for path in Collection(graph, head)]
    for row in _patterns():
        pattern = formes[f"Motif-{row['code']}"]
        graph.add((pattern, RDF.type, SH.NodeShape))
        graph.add((pattern, SH.pattern, rdflib.Literal(row["motif"])))
        for path in properties:
            rule = formes[f"{re.split('[#/]', path)[-1]}-sans-{row['code']}"]
            graph.add((rule, RDF.type, SH.PropertyShape))
            graph.add((rule, SH.targetSubjectsOf, rdflib.URIRef(path)))
            graph.add((rule, SH.path, rdflib.URIRef(path)))
            graph.add((rule, SH["not"], pattern))
            for language, text in _PERSONAL.items():
                label = row[f"label_{language}"]
                graph.add((rule, SH.message, rdflib.Literal(text.format(label), lang=language)))


_PERSONAL = {
    "fr": "Ce texte est public et semble contenir {} : retirez cette donnée, "
    "ou nommez à la place une fonction ou un service.",
    "en": "This text is public and seems to hold {}: remove it, or name a function or a service instead.",
}


_SMALL_WORDS = ("au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "un", "une")


def _add_crcn_shapes(graph: rdflib.Graph, base: str) -> None:
    """Add the pattern of a code of the CRCN that is followed by the name of another competence."""
    table = read_table("donnees", "instruments", "crcn.csv", base=base)
    names = {row["code"]: _loosely(row["label_fr"]) for row in table if row["parent"]}
    wrong = (
        f"({'|'.join(other.replace('.', '[.]') for other in names if other != code)})[ .:)–—-]+{name}"
        for code, name in names.items()
    )
    pattern = rdflib.Literal(f"(^|[^0-9.])({'|'.join(wrong)})")
    graph.add((shapes_namespace(base).CodeEtLibelleEnDesaccord, SH.pattern, pattern))


def _loosely(label: str) -> str:
    """Return the pattern of a label: its words in order, whatever small words and punctuation are between them."""
    between = f"[ ,'’/-]+(({'|'.join(_SMALL_WORDS)})[ ,'’]+)*"
    words = [word for word in re.findall(r"\w+", label) if word.lower() not in _SMALL_WORDS]
    return between.join(f"[{word[0].upper()}{word[0].lower()}]{word[1:]}" for word in words)
