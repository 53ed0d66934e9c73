"""Law 1, round trip: exporting an ingested document gives exactly the document's graph.

Generated documents of every type go in as JSON, through reading and conversion; what comes out, framed, is
converted again, read again, and read by PyLD and rdflib: always the same lines.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import rdflib
from hypothesis import HealthCheck
from hypothesis import strategies as st

from ingestion import Record, build_document, convert, export_document, read_deposit
from ingestion.reading.records import Header
from ingestion.resolution.labels import labels
from ingestion.words.columns import columns
from ingestion.words.terms import terms
from ontologie import BASE, document_types, read_text
from tests.laws.lengths import at_two_lengths

rdflib.NORMALIZE_LITERALS = False

FORBIDDEN = "".join(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=FORBIDDEN + "@0123456789"), min_size=1, max_size=40)
AWKWARD = st.sampled_from(
    [
        "\u2028",
        "a\u0085b",
        '"',
        "\\",
        "\\u0041",
        "é",
        "e\u0301",
        "😀",
        " bord ",
        "a\r\nb",
        "\t",
        "<b>&amp;",
        "^^<x>",
        "\u202e",
        "\ufeff",
        "|",
        "_:b",
        "@fr",
        "http://x",
    ]
)
WORDS = st.one_of(TEXT, AWKWARD)
IDENTIFIERS = st.from_regex(r"n-[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
IRIS = st.sampled_from(
    [
        "concept/niveau/lycee",
        "academie/18",
        "https://exemple.fr/é?x=1&y=%20#z",
        "https://schema.org/name",
        f"{BASE}outil/chatgpt",
        "principe/ai-act/AIA-4",
        "http://purl.org/dc/terms/",
    ]
)
UNHURRIED = {"suppress_health_check": [HealthCheck.too_slow]}
INSIDE = {"mention", "phase", "comporte", "preuve", "fiche", "principe"}
"""Keys whose values are nodes of the document's own; made apart."""


def values(key: str) -> st.SearchStrategy[Any]:
    """Return values that the context allows under a key, ill-typed ones included: they are not conversion's part."""
    term = terms()[key]
    if term.values == "node":
        return st.lists(IRIS, min_size=1, max_size=3)
    if term.datatype and term.datatype.endswith("boolean"):
        return st.sampled_from(["true", "false", "1", True])
    if term.datatype:
        return st.sampled_from(["7", "007", "2025-03-26", "2025-03", "2025", "-1", "douze"])
    several = st.lists(WORDS, min_size=1, max_size=3)
    return st.one_of(several, prose()) if term.by_language else several


def prose() -> st.SearchStrategy[dict[str, Any]]:
    """Return language maps; a text stands alone or in a list."""
    texts = st.one_of(WORDS, st.lists(WORDS, min_size=1, max_size=3))
    return st.dictionaries(st.sampled_from(["fr", "en", "fr-FR", "ar", "zh-Hant-TW"]), texts, min_size=1, max_size=3)


@st.composite
def by_own_name(draw: st.DrawFn) -> dict[str, Any]:
    """Return properties by their own names, where words may have no language."""
    spelt = st.builds(lambda text, tag: {"@value": text, "@language": tag}, WORDS, st.sampled_from(["en", "fr-FR"]))
    names = st.sampled_from(["dct:title", "oia:objectif", f"{BASE}ontologie#notion"])
    return draw(st.dictionaries(names, st.lists(st.one_of(WORDS, spelt), min_size=1, max_size=3), max_size=2))


KEYS = [
    key
    for key in terms()
    if key not in INSIDE | {"identifiant", "academie"} and not (columns().get(key) and columns()[key].kind == "prive")
]


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    kind, types = draw(
        st.sampled_from(
            [
                ("projet", "Projet"),
                ("analyse", ["Analyse", "AnalyseIllustrative"]),
                ("publication", "RetourExperience"),
                ("module", "ModuleFormation"),
            ]
        )
    )
    name = f"{kind}/{draw(IDENTIFIERS)}"
    chosen = draw(st.lists(st.sampled_from(KEYS), max_size=6, unique=True))
    document = {"id": name, "type": types, **{key: draw(values(key)) for key in chosen}, **draw(by_own_name())}
    if "langue" in document:
        document["langue"] = "http://publications.europa.eu/resource/authority/language/ENG"
    labels_ = draw(st.lists(WORDS, max_size=3, unique=True))
    if labels_:
        document["mention"] = [
            {"id": f"{name}#m{i}", "type": "Mention", "champ": "niveaux", "libelleDepose": text}
            for i, text in enumerate(labels_)
        ]
    if kind == "analyse":
        evidence = {"id": f"{name}#p", "type": "Preuve", "champ": "resume", "extrait": draw(WORDS)}
        document["comporte"] = [
            {"id": f"{name}#a1", "type": "Appreciation", "echelon": "echelon/partiel", "preuve": evidence},
            {"id": f"{name}#a2", "type": "Appreciation", "preuve": f"{name}#p", "commentaire": draw(WORDS)},
        ]
    if draw(st.booleans()):
        document["fiche"] = {"id": f"graphe/{name}", "type": "Fiche", "sourcePage": draw(IRIS)}
    return document


def read(text: str) -> list[Record]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        path.write_text(text, encoding="utf-8", newline="")
        return list(read_deposit(path).records)


BATCH = 5
"""Documents a deposit: each deposit is read in a process of its own, which costs more than all that is done to one."""


def batches(each: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Return deposits of some documents, or of some rows."""
    return st.lists(each, min_size=BATCH, max_size=BATCH)


Ingested = tuple[dict[str, Any], str, list[bytes]]


def ingest(documents: list[dict[str, Any]], *, ascii_only: bool = False) -> list[Ingested]:
    """Return of each document of a deposit the canonical one, its type and its lines."""
    records = read(json.dumps(documents, ensure_ascii=ascii_only))
    assert len(records) == len(documents)
    return [_built(record) for record in records]


def _built(record: Record) -> Ingested:
    built = build_document(record)
    assert not built.refused, [(issue.rule, issue.field, issue.value) for issue in built.issues]
    (converted,) = convert([built.document])
    return built.document, built.kind, converted.lines


@at_two_lengths(10, 30, batches(documents()), st.booleans(), **UNHURRIED)
def test_a_document_exported_is_the_same_graph(deposit: list[dict[str, Any]], ascii_only: bool) -> None:
    for _, kind, lines in ingest(deposit, ascii_only=ascii_only):
        exported = export_document(lines, kind)
        assert convert([exported])[0].lines == lines


@at_two_lengths(6, 16, batches(documents()), **UNHURRIED)
def test_a_document_exported_and_deposited_again_is_the_same_graph(deposit: list[dict[str, Any]]) -> None:
    before = ingest(deposit)
    again = ingest([export_document(lines, kind) for _, kind, lines in before])
    assert [lines for *_, lines in again] == [lines for *_, lines in before]


@at_two_lengths(6, 16, batches(documents()), **UNHURRIED)
def test_reading_twice_changes_nothing(deposit: list[dict[str, Any]]) -> None:
    once = ingest(deposit)
    twice = ingest([document for document, *_ in once])
    assert twice == once


def statements(lines: list[bytes]) -> set[tuple[Any, ...]]:
    """Return the triples of some lines as rdflib terms, languages in lower case as the store writes them."""
    graph = rdflib.Graph()
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS):
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return set(graph)


def _term(term: Any) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    plain = term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    datatype = None if plain else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


@at_two_lengths(4, 12, batches(documents()), **UNHURRIED)
def test_rdflib_reads_the_same_triples_in_the_exported_fiche(deposit: list[dict[str, Any]]) -> None:
    for _, kind, lines in ingest(deposit):
        graph = rdflib.Graph()
        graph.parse(data=json.dumps(export_document(lines, kind)), format="json-ld", base=BASE)
        assert {_plain(triple) for triple in graph} == {_plain(triple) for triple in statements(lines)}


def _plain(triple: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a triple whose plain strings have no datatype: rdflib tells "a" from "a"^^xsd:string."""
    subject, predicate, value = triple
    if isinstance(value, rdflib.Literal) and value.datatype == rdflib.XSD.string:
        value = rdflib.Literal(str(value))
    return subject, predicate, value


LABELS = {name: sorted(entry.label for entry in labels(name).entries.values()) for name in ("niveaux", "disciplines")}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, str]:
    cell = WORDS.map(lambda text: text.strip(" \t\r\n\u00a0")).filter(bool)
    listed = st.lists(cell.map(lambda text: text.replace("|", "/")), min_size=1, max_size=3).map("|".join)
    known = {
        name: st.lists(st.sampled_from(found), min_size=1, max_size=3).map("|".join) for name, found in LABELS.items()
    }
    optional = {
        "resume": cell,
        "objectifs": listed,
        "competences": listed,
        "outils_ia": listed,
        "phases": listed,
        "date": st.sampled_from(["2025", "2025-03", "2025-03-26", "2024-2025", "hier", "26/03/2025"]),
        "academie": st.sampled_from(["Lyon", "Lyon|Grenoble", "24"]),
        "url_source": st.sampled_from(["https://exemple.fr/a", "exemple"]),
        "auteur_institutionnel": cell,
        **known,
    }
    chosen = draw(st.lists(st.sampled_from(sorted(optional)), unique=True))
    fixed = {"id": "A1", "titre": draw(cell), "type_ia": "generative"}
    return {**fixed, **{name: draw(optional[name]) for name in chosen}}


@at_two_lengths(8, 20, batches(rows()), **UNHURRIED)
def test_a_row_exported_is_the_same_graph(table: list[dict[str, str]]) -> None:
    exported, before = [], []
    for cells in table:
        header = Header({name: (position, name) for position, name in enumerate(cells, 1)})
        _, kind, lines = _built(Record("depot.csv", 2, cells, header))
        before.append(lines)
        exported.append(export_document(lines, kind))
        assert convert([exported[-1]])[0].lines == lines
    assert [lines for *_, lines in ingest(exported)] == before


def test_the_examples_of_the_ontology_come_back_as_they_were() -> None:
    kinds = document_types()
    for kind, (_, found, lines) in zip(kinds, ingest([json.loads(read_text("exemples", f"{k}.json")) for k in kinds]), strict=True):
        assert found == kind
        assert convert([export_document(lines, kind)])[0].lines == lines
