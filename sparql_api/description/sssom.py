"""The alignments of an edition as an SSSOM table: tab-separated lines under their metadata, a YAML comment.

SSSOM 1.1 (https://mapping-commons.github.io/sssom/): mapping set, mapping, TSV format, extension slots. An end has one
label in SSSOM, the English one here; French labels and reasons stand in extension columns. Labels whose licence asks
more than to name the source (ScoLOMFR's, DPV's) are left out, as the table is under our licence.
Knows the nodes that justify an alignment; nothing of who states them, so that partners' stand with ours.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

from ingestion import Edition
from ontologie import PREFIXES, RDF_TYPE, Iris, in_both, read_table, vocabularies
from sparql_api.description.licences import is_free
from sparql_api.description.statements import LICENCE

SSSOM_NAME: Final = "alignements.sssom.tsv"
TITLED: Final = ("alignments-title", "alignments-description")
MEDIA_TYPE: Final = "text/tab-separated-values"
SSSOM, OWL, SKOS, RDFS, PROV, DCT = (PREFIXES[prefix] for prefix in ("sssom", "owl", "skos", "rdfs", "prov", "dct"))
ELSEWHERE: Final = {
    **{row["prefixe"]: row["espace"] for row in read_table("ponts", "cibles.csv")},
    "dpv-ai": "https://w3id.org/dpv/ai#",
    "scolomfr": "http://data.education.fr/voc/scolomfr/concept/",
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS,
    "xsd": PREFIXES["xsd"],
}
EXTENSIONS: Final = ("subject_label_fr", "object_label_fr", "comment_fr")
"""What SSSOM has no column for: the French of its columns of the same name."""
VERSION: Final = 'mapping_set_version: "{}"'
SLOTS: Final = ("mapping_justification", "author_id", "reviewer_id")
COLUMNS: Final = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label", *SLOTS, "mapping_date", "confidence",
    "subject_source", "object_source", "comment", *EXTENSIONS,
)  # fmt: skip


Value = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple


def write_alignments(edition: Edition, store: ox.Store, folder: Path) -> None:
    """Write the alignments of an edition in a folder, as `alignements.sssom.tsv`."""
    text = alignments_table(store, Iris(edition.manifest["base"]), str(edition.number))
    (folder / SSSOM_NAME).write_text(text, encoding="utf-8", newline="\n")


def repeat_alignments(edition: Edition, before: Edition) -> bool:
    """Write an edition's alignments as those of one before, which say the same; return whether that one has them."""
    if not (before.path / SSSOM_NAME).is_file():
        return False
    text = (before.path / SSSOM_NAME).read_bytes()
    old, new = (f"#{VERSION.format(one.number)}\n".encode() for one in (before, edition))
    (edition.path / SSSOM_NAME).write_bytes(text.replace(old, new, 1))
    return old in text


@dataclass(frozen=True)
class MappingSet:
    """What a table says of itself: its name, title and description, licence; which graph it is of, all where None."""

    iri: str
    title: str
    description: str
    licence: str = LICENCE
    graph: str | None = None


def alignments_table(
    store: ox.Store, iris: Iris, version: str, path: str = SSSOM_NAME, words: tuple[str, str] = TITLED
) -> str:
    """Return every alignment of a store, by subject and object, as an SSSOM table.

    `path` below the base names it; `words` are the codes of its title and description (`phrases/catalogue.csv`).
    """
    title, said = (in_both("catalogue", code) for code in words)
    whole = MappingSet(iris.base + path, title["en"], f"{said['en']} / {said['fr']}")
    return table_of_set(store, iris, version, whole)


def linksets(store: ox.Store, iris: Iris) -> list[str]:
    """Return the identifiers of the linksets of a store, in order."""
    own = iris.graph("linkset", "")
    names = (graph.value for graph in store.named_graphs())
    return sorted(unquote(name.removeprefix(own)) for name in names if name.startswith(own))


def linkset_table(store: ox.Store, iris: Iris, version: str, identifier: str) -> str:
    """Return the alignments of one linkset as an SSSOM table, under the licence that it has."""
    graph, iri = iris.graph("linkset", identifier), iris.entity("linkset", identifier)
    title, said = (_text(_values(store, ox.NamedNode(iri), DCT + name), "en") for name in ("title", "abstract"))
    licence = _cell(_values(store, ox.NamedNode(graph), DCT + "license"), {}) or LICENCE
    return table_of_set(store, iris, version, MappingSet(iri, title or identifier, said, licence, graph))


def table_of_set(store: ox.Store, iris: Iris, version: str, described: MappingSet) -> str:
    """Return the alignments of a mapping set, by subject and object, as an SSSOM table."""
    prefixes = {**ELSEWHERE, "oia": iris.base}
    closed = {one.graph for one in vocabularies(iris.base) if not is_free(one.licence)}
    order = ("subject_id", "object_id", "predicate_id")
    rows = sorted(_rows(store, prefixes, closed, described.graph), key=lambda row: [row[name] for name in order])
    out = io.StringIO()
    written = " ".join(cell for row in rows for name, cell in row.items() if not name.startswith("comment"))
    used = {name: namespace for name, namespace in prefixes.items() if f"{name}:" in written}
    out.writelines(f"#{line}\n" for line in _metadata(described, version, used))
    table = csv.DictWriter(out, COLUMNS, delimiter="\t", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return out.getvalue()


def _metadata(described: MappingSet, version: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the metadata of the mapping set (SSSOM, MappingSet), a line each; a text of JSON is one of YAML."""
    yield f"mapping_set_id: {described.iri}"
    yield VERSION.format(version)
    yield f"mapping_set_title: {json.dumps(described.title, ensure_ascii=False)}"
    if described.description:
        yield f"mapping_set_description: {json.dumps(described.description, ensure_ascii=False)}"
    yield f"license: {described.licence}"
    yield "curie_map:"
    yield from (f"  {prefix}: {namespace}" for prefix, namespace in sorted(prefixes.items()))
    yield "extension_definitions:"
    for name in EXTENSIONS:
        yield f"  - slot_name: {name}"
        yield f"    property: {'rdfs:comment' if name == 'comment_fr' else 'skos:prefLabel'}"
        yield "    type_hint: xsd:string"


def _rows(
    store: ox.Store, prefixes: Mapping[str, str], closed: Set[str], graph: str | None
) -> Iterator[dict[str, str]]:
    @cache  # an end has many alignments
    def end(name: Value) -> tuple[str, str, str, str]:
        """Return an end's id, its scheme, its label in English and in French."""
        schemes = _values(store, name, SKOS + "inScheme")
        labels = _values(store, name, SKOS + "prefLabel", closed)
        return _cell([name], prefixes), _cell(schemes, prefixes), *_both(labels)

    for node in _nodes(store, graph):

        def said(predicate: str, node: Value = node) -> list[Value]:
            return _values(store, node, predicate)

        row = {name: _cell(said(SSSOM + name), prefixes) for name in (*SLOTS, "mapping_date", "confidence")}
        row["reviewer_id"] = row["reviewer_id"] or _cell(_validators(store, node), prefixes)
        row["predicate_id"] = _cell(said(OWL + "annotatedProperty"), prefixes)
        row["comment"], row["comment_fr"] = _both(said(RDFS + "comment"))
        for name, part in (("subject", "annotatedSource"), ("object", "annotatedTarget")):
            (one,) = said(OWL + part)
            columns = (f"{name}_id", f"{name}_source", f"{name}_label", f"{name}_label_fr")
            row.update(zip(columns, end(one), strict=True))
        yield row


def _validators(store: ox.Store, node: Value) -> list[Value]:
    """Return the académie or organisation that validated a deposited node: its graph is named as its fiche."""
    if isinstance(node, ox.Literal):
        return []
    stated = store.quads_for_pattern(node, ox.NamedNode(OWL + "annotatedSource"), None, None)
    fiches = [quad.graph_name for quad in stated if isinstance(quad.graph_name, ox.NamedNode)]
    acts = [act for fiche in fiches for act in _values(store, fiche, PROV + "wasGeneratedBy")]
    return [one for act in acts for one in _values(store, act, PROV + "wasAssociatedWith")]


def _nodes(store: ox.Store, graph: str | None) -> Iterator[Value]:
    """Yield the nodes that justify an alignment, those that a document states where its graph is given."""
    if graph is None:
        found = store.quads_for_pattern(None, ox.NamedNode(RDF_TYPE), ox.NamedNode(SSSOM + "Mapping"), None)
    else:  # that such a node is a mapping is said of all of them together, elsewhere
        found = store.quads_for_pattern(None, ox.NamedNode(OWL + "annotatedSource"), None, ox.NamedNode(graph))
    yield from (quad.subject for quad in found)


def _values(store: ox.Store, subject: Value, predicate: str, closed: Set[str] = frozenset()) -> list[Value]:
    """Return the values that all graphs but the `closed` ones give a subject, each once, always in one order."""
    if isinstance(subject, ox.Literal):
        return []
    quads = store.quads_for_pattern(subject, ox.NamedNode(predicate), None, None)
    return sorted({quad.object for quad in quads if str(quad.graph_name).strip("<>") not in closed}, key=str)


def _both(texts: Sequence[Value]) -> tuple[str, str]:
    """Return a text in English and in French."""
    return _text(texts, "en"), _text(texts, "fr")


def _text(values: Sequence[Value], language: str) -> str:
    """Return a text in a language, else in the one there is, on one line; nothing where there is none."""
    texts = [value for value in values if isinstance(value, ox.Literal)]
    fit = [text.value for text in texts if text.language == language] or [text.value for text in texts]
    return " ".join(fit[0].split()) if fit else ""


def _cell(values: Sequence[Value], prefixes: Mapping[str, str]) -> str:
    """Return the first value as SSSOM writes it: an IRI by its prefix where there is one, the text of a literal."""
    value = values[0] if values else None
    if not isinstance(value, ox.NamedNode):
        return value.value if isinstance(value, ox.Literal) else ""
    for prefix, namespace in prefixes.items():
        if value.value.startswith(namespace):
            return f"{prefix}:{value.value.removeprefix(namespace)}"
    return value.value
