"""The package `principes-ia-education`: instruments, principles, rules, dated provisions, alignments, shapes.

Knows which things of the packaged vocabularies make it, and its files; reads no edition, so that no project can be in
it. The same vocabularies give the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ontologie import BASE, PREFIXES, RDF_TYPE, Iris, Vocabulary, context_text, read_text, vocabularies
from shapes import shapes_graph
from sparql_api.description.sssom import SSSOM_NAME, alignments_table

NAME: Final = "principes-ia-education"
VERSION: Final = "1.0.0"
"""The package's own: raised where a partner must look again at what was taken; `LISEZ-MOI.md` says when."""
TITLED: Final = ("package-title", "package-description")
TEXTS: Final = ("README.md", "LISEZ-MOI.md", "LICENCE.txt")
OIA, OWL, SKOS, SH = (PREFIXES[prefix] for prefix in ("oia", "owl", "skos", "sh"))
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "instruments": ("Instrument",),
    "principes": ("Principe", "Disposition"),
    "regles": ("RegleDuCadre",),
    "applicabilite": ("Applicabilite",),
}
"""The files of data, and the classes of what stands in each."""
DPV: Final = "https://w3id.org/dpv"
LISTS: Final = (BASE + "concept/", BASE + "organisation/")
MATCHES: Final = frozenset(SKOS + f"{kind}Match" for kind in ("exact", "close", "related", "broad", "narrow"))
PREFIXED: Final = {name: PREFIXES[name] for name in ("dct", "eli", "oia", "owl", "rdfs", "sh", "skos", "sssom", "xsd")}
WITHDRAWN: Final = frozenset((OIA + "suspendue", OWL + "deprecated"))
"""Says that a rule has no source to show: its IRI answers and says why, and nobody is given it to apply."""
MOMENT: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest a ZIP can say: the archive holds no clock."""


def write_principles(place: Path) -> int:
    """Write the package as an archive, where the place ends in `.zip`, else in a folder; return how many files."""
    files = package_files()
    if place.suffix == ".zip":
        place.write_bytes(archive(files))
        return len(files)
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return len(files)


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of the files below a folder of the package's name and version.

    Members are stored, not compressed: what a compressor writes changes with its version.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as made:
        for name, data in sorted(files.items()):
            member = zipfile.ZipInfo(f"{NAME}-{VERSION}/{name}", MOMENT)
            member.external_attr = 0o644 << 16
            member.create_system = 3
            made.writestr(member, data)
    return out.getvalue()


@cache
def package_files() -> dict[str, bytes]:
    """Return the files of the package: their paths and their bytes."""
    graph = _graph()
    parts = _parts(graph)
    everything = sorted({triple for triples in parts.values() for triple in triples}, key=str)
    modules = _modules(everything)
    whole = {str(t): t for t in (*everything, *_as_written(modules))}
    return {
        **{name: read_text("paquets", NAME, name).encode() for name in TEXTS},
        "VERSION": f"{VERSION}\n".encode(),
        **{f"ontologie/{one.name}.ttl": read_text(*one.path.split("/")).encode() for one in modules},
        **{f"donnees/{name}.ttl": _turtle(triples) for name, triples in parts.items()},
        "tout.nt": _serialized((whole[line] for line in sorted(whole)), ox.RdfFormat.N_TRIPLES),
        "shapes.ttl": _shapes(),
        "contexte.jsonld": context_text().encode(),
        SSSOM_NAME: _table(everything).encode(),
    }


def _graph() -> list[ox.Triple]:
    """Return every triple of our tables: what they state, without what follows from it."""
    ours = (one for one in vocabularies() if one.path.startswith("genere/") and "/derive-" not in one.path)
    return [quad.triple for one in ours for quad in _quads(one)]


def _quads(one: Vocabulary) -> list[ox.Quad]:
    return list(ox.parse(b"".join(one.lines), format=ox.RdfFormat.N_QUADS))


def _parts(graph: Iterable[ox.Triple]) -> dict[str, list[ox.Triple]]:
    """Return the triples of each file of data: by kind, the alignments among them, and the lists that they name."""
    about: dict[str, list[ox.Triple]] = {}
    for triple in graph:
        about.setdefault(_name(triple.subject), []).append(triple)
    kinds = {OIA + kind: name for name, names in KINDS.items() for kind in names}
    left_out = {subject for subject, said in about.items() if any(t.predicate.value in WITHDRAWN for t in said)}
    homes = {
        subject: kinds[_name(t.object)]
        for subject, said in about.items()
        if subject.partition("#")[0] not in left_out
        for t in said
        if t.predicate.value == RDF_TYPE and _name(t.object) in kinds
    }
    parts: dict[str, list[ox.Triple]] = {name: [] for name in (*KINDS, "alignements", "listes")}
    for subject, home in homes.items():
        for triple in about[subject]:
            if triple.predicate.value not in MATCHES:
                parts[home].append(triple)
    for node in sorted(about):
        parts["alignements"] += _alignment(about[node], homes)
    parts["listes"] = _lists(about, [t for triples in parts.values() for t in triples])
    return {
        name: sorted((t for t in triples if _name(t.object) not in left_out), key=str)
        for name, triples in parts.items()
    }


def _alignment(said: Iterable[ox.Triple], homes: Mapping[str, str]) -> Iterator[ox.Triple]:
    """Yield a node that justifies an alignment and the link itself, where both its ends are of the package or DPV."""
    said = list(said)
    parts = {t.predicate.value: t.object for t in said if t.predicate.value.startswith(OWL + "annotated")}
    ends = [parts.get(OWL + f"annotated{end}") for end in ("Source", "Property", "Target")]
    if not all(isinstance(end, ox.NamedNode) for end in ends):
        return
    source, predicate, target = (ox.NamedNode(_name(end)) for end in ends if end is not None)
    if source.value in homes and (target.value in homes or target.value.startswith(DPV)):
        yield from said
        yield ox.Triple(source, predicate, target)


def _lists(about: Mapping[str, list[ox.Triple]], kept: Iterable[ox.Triple]) -> list[ox.Triple]:
    """Return what is said of the concepts and bodies that kept triples name, and of those that these name."""
    todo = {_name(t.object) for t in kept}
    found: dict[str, list[ox.Triple]] = {}
    while todo:
        named = {one for one in todo if one.startswith(LISTS) and one in about and one not in found}
        for one in named:
            found[one] = [t for t in about[one] if t.predicate.value not in MATCHES]
        todo = {_name(t.object) for one in named for t in found[one]}
    return [triple for triples in found.values() for triple in triples]


def _modules(used: Iterable[ox.Triple]) -> list[Vocabulary]:
    """Return the modules of the ontology that define a term which some triples use."""
    terms = {_name(term) for t in used for term in (t.predicate, t.object)}
    defined = SKOS + "definition"
    return [
        one
        for one in vocabularies()
        if one.path.startswith("termes/")
        and any(q.predicate.value == defined and _name(q.subject) in terms for q in _quads(one))
    ]


def _as_written(modules: Iterable[Vocabulary]) -> list[ox.Triple]:
    """Return the triples of the modules' files, whose restrictions are blank nodes, as OWL 2 DL wants them."""
    texts = [read_text(*one.path.split("/")) for one in modules]
    dataset = ox.Dataset(
        quad for text in texts for quad in ox.parse(text, format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return [quad.triple for quad in dataset]


def _shapes() -> bytes:
    """Return the shapes that judge what is in the package, and all that they are made of."""
    quads = list(ox.parse(shapes_graph().serialize(format="nt"), format=ox.RdfFormat.N_TRIPLES))
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    about: dict[str, list[ox.Quad]] = {}
    for quad in dataset:
        about.setdefault(str(quad.subject), []).append(quad)
    classes = {f"<{OIA}{kind}>" for kinds in KINDS.values() for kind in kinds}
    todo = {
        subject
        for subject, said in about.items()
        if any(q.predicate.value == SH + "targetClass" and str(q.object) in classes for q in said)
    }
    kept: dict[str, list[ox.Quad]] = {}
    while todo:
        kept |= {one: about[one] for one in todo}
        todo = {str(q.object) for one in todo for q in about[one]} & about.keys() - kept.keys()
    return _turtle(quad.triple for quads in kept.values() for quad in quads)


def _table(triples: Iterable[ox.Triple]) -> str:
    """Return the alignments of the package as SSSOM, the ends in DPV with their labels."""
    store = ox.Store()
    place = ox.NamedNode(Iris().vocabulary_graph(NAME))
    store.extend(ox.Quad(t.subject, t.predicate, t.object, place) for t in triples)
    for one in vocabularies():
        if one.path.startswith("tiers/dpv/"):
            store.extend(_quads(one))
    return alignments_table(store, Iris(), VERSION, f"paquets/{NAME}/{VERSION}.zip", TITLED)


def _turtle(triples: Iterable[ox.Triple]) -> bytes:
    return _serialized(sorted(triples, key=str), ox.RdfFormat.TURTLE)


def _serialized(triples: Iterable[ox.Triple], form: ox.RdfFormat) -> bytes:
    return ox.serialize(triples, format=form, prefixes=PREFIXED if form == ox.RdfFormat.TURTLE else None) or b""


def _name(term: object) -> str:
    """Return the IRI of a term, the text of another one as it is written."""
    return term.value if isinstance(term, ox.NamedNode) else str(term)
