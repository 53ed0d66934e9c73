"""Documents to judge: the real usages as canonical N-Quads, and ways to spoil them or to make others.

Knows documents and hypothesis; knows nothing of how they are judged.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from hypothesis import strategies as st

from ingestion.examination.pipeline import examine
from ontologie import BASE, PREFIXES, Iris, context

USAGES = Path(__file__).parents[2] / "ingestion" / "demo" / "usages.csv"
OIA = Iris().term
XSD = PREFIXES["xsd"]
Lines = tuple[ox.Quad, ...]


@cache
def real_documents() -> tuple[Lines, ...]:
    """Return the quads of each bundled usage."""
    found = []
    for document in examine(USAGES).documents:
        assert document.converted is not None
        lines = b"".join(document.converted.lines)
        found.append(tuple(ox.parse(lines, format=ox.RdfFormat.N_QUADS)))
    return tuple(found)


def renamed(quads: Lines, number: int) -> tuple[str, bytes]:
    """Return a document under an id of its own: its IRI and its canonical N-Quads."""
    old = next(q.graph_name.value for q in quads).rpartition("/")[2]
    new = f"{old}-{number}"
    store = ox.Store()
    store.extend(quads)
    text = ox.serialize(store, format=ox.RdfFormat.N_QUADS)
    for kind in ("projet", "graphe/projet"):
        for end in (">", "#"):
            text = text.replace(f"<{BASE}{kind}/{old}{end}".encode(), f"<{BASE}{kind}/{new}{end}".encode())
    return f"{BASE}projet/{new}", text.replace(f'"{old}"'.encode(), f'"{new}"'.encode())


@cache
def predicates() -> tuple[str, ...]:
    """Return the properties of documents."""
    named = (term.get("@id", "") if isinstance(term, dict) else term for term in context().values())
    parts = sorted({name.partition(":")[::2] for name in named if isinstance(name, str)})
    expanded = [PREFIXES[prefix] + name for prefix, name in parts if prefix in PREFIXES]
    return (*expanded, "https://exemple.org/inconnu")


STRANGE = (
    "", " ", "\n", "a\n", "2025\n", "x" * 300, "x" * 301, "é" * 301, "y" * 1001, "z" * 5001, "\u202eRTL", "e\u0301", "🤦🏼‍♂️" * 70,
    "C:\\temp\\new", "\\\\u0041", 'dit "oui"', "\t\r\f\b", "\ue000", "\u2028\u0085", "<< x >>",
    "jean.dupont@ac-lyon.fr", "06 12 34 56 78", "+33 6 12 34 56 78", "120890177KB", "1 85 05 78 006 084 36",
    "élève Léa Martin", "0540089D", "0540089E", "2025", "2025-13", "2025-02-30", "2025-02-28", "2024-02-29", "2024-2025", "2024-2026",
    "12", "-1", "0", "1e3", "999999999999999999999", "true", "oui", "2A004", "http://", "https://exemple.fr/a b", "4e", "18-UR005",
)  # fmt: skip
"""Texts at the edges of the rules, and of encodings."""

UNLOADABLE = ("\x07", "\x00", "a\u0000b", "<<( x")
"""Texts that columns do not hold: their documents go to pySHACL."""

plain = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
# Three times in four a known edge, once any text, rarely one that columns do not hold.
texts = st.one_of(*[st.sampled_from(STRANGE)] * 3, plain, st.sampled_from([*STRANGE, *UNLOADABLE]))
datatypes = st.sampled_from(
    [XSD + n for n in ("string", "integer", "date", "gYear", "gYearMonth", "boolean", "decimal", "anyURI", "byte")]
)
iris = st.sampled_from([
    BASE + "concept/type-ia/generative", BASE + "concept/type-ia/inconnu", BASE + "concept/crcn/1.1", BASE + "academie/18",
    BASE + "academie/99", BASE + "outil/chatgpt", BASE + "projet/18-UR005", "https://exemple.fr/", "urn:x:y",
    "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-022-num-023",
    "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-044-num-002",
    "http://data.education.fr/voc/scolomfr/concept/scolomfr-voc-015-num-919", OIA("Projet"), OIA("Mention"),
]).map(ox.NamedNode)  # fmt: skip
values = st.one_of(
    iris,
    texts.map(lambda text: ox.Literal(text, language="fr")),
    texts.map(lambda text: ox.Literal(text, language="en-GB")),
    texts.map(ox.Literal),
    st.builds(lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(kind)), texts, datatypes),
)

Spoil = Callable[[list[ox.Quad]], list[ox.Quad]]


def _at(change: Callable[[ox.Quad], list[ox.Quad]]) -> Callable[[int], Spoil]:
    """Return a way to spoil the quad at a position, counted round."""

    def spoil_at(position: int) -> Spoil:
        def spoil(quads: list[ox.Quad]) -> list[ox.Quad]:
            where = position % len(quads) if quads else 0
            return [*quads[:where], *(change(quads[where]) if quads else ()), *quads[where + 1 :]]

        return spoil

    return spoil_at


def _with(quad: ox.Quad, *, predicate: str | None = None, value: ox.Term | None = None) -> ox.Quad:
    named = ox.NamedNode(predicate) if predicate else quad.predicate
    return ox.Quad(quad.subject, named, value or quad.object, quad.graph_name)


def _swap(first: int, second: int) -> Spoil:
    def spoil(quads: list[ox.Quad]) -> list[ox.Quad]:
        if not quads:
            return quads
        a, b = first % len(quads), second % len(quads)
        swapped = list(quads)
        swapped[a], swapped[b] = _with(quads[a], value=quads[b].object), _with(quads[b], value=quads[a].object)
        return swapped

    return spoil


def _inserted(text: str, extra: str, where: int) -> str:
    return text[: where % (len(text) + 1)] + extra + text[where % (len(text) + 1) :]


def _corrupted(quad: ox.Quad, extra: str, where: int) -> ox.Quad:
    term = quad.object
    if not isinstance(term, ox.Literal):
        return quad
    text = _inserted(term.value, extra, where)
    if term.language:
        return _with(quad, value=ox.Literal(text, language=term.language))
    return _with(quad, value=ox.Literal(text, datatype=term.datatype))


positions = st.integers(0, 200)
spoils: st.SearchStrategy[Spoil] = st.one_of(
    positions.map(_at(lambda quad: [])),
    st.builds(lambda p, v: _at(lambda quad: [quad, _with(quad, value=v)])(p), positions, values),
    st.builds(lambda p, v: _at(lambda quad: [_with(quad, value=v)])(p), positions, values),
    st.builds(lambda p, n: _at(lambda quad: [_with(quad, predicate=n)])(p), positions, st.sampled_from(predicates())),
    st.builds(lambda p, t, w: _at(lambda quad: [_corrupted(quad, t, w)])(p), positions, texts, positions),
    st.builds(_swap, positions, positions),
)
"""Drop, duplicate, retype, relabel, corrupt, swap."""


@st.composite
def spoiled(draw: st.DrawFn) -> Lines:
    """A real document, spoiled in one to four places."""
    quads = list(draw(st.sampled_from(real_documents())))
    for spoil in draw(st.lists(spoils, min_size=1, max_size=4)):
        quads = spoil(quads)
    return tuple(quads) or real_documents()[0]


@st.composite
def made(draw: st.DrawFn) -> Lines:
    """A document made of nothing real: any properties with any values, on the project, its fiche and a mention."""
    project, fiche = ox.NamedNode(BASE + "projet/n-fait"), ox.NamedNode(BASE + "graphe/projet/n-fait")
    mention = ox.NamedNode(BASE + "projet/n-fait#mention-1")
    kind = ox.NamedNode(PREFIXES["rdf"] + "type")
    quads = [
        ox.Quad(project, kind, ox.NamedNode(OIA("Projet")), fiche),
        ox.Quad(fiche, kind, ox.NamedNode(OIA("Fiche")), fiche),
        ox.Quad(mention, kind, ox.NamedNode(OIA("Mention")), fiche),
        ox.Quad(fiche, ox.NamedNode(PREFIXES["foaf"] + "primaryTopic"), project, fiche),
    ]
    properties = st.sampled_from(predicates())
    for subject, predicate, value in draw(
        st.lists(
            st.tuples(st.sampled_from([project, project, project, fiche, mention]), properties, values), max_size=25
        )
    ):
        quads.append(ox.Quad(subject, ox.NamedNode(predicate), value, fiche))
    return tuple(quads)


documents = st.one_of(spoiled(), spoiled(), made())
