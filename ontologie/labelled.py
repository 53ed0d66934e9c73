"""The labelled things of the packaged vocabularies: their names and schemes, from a table made at generation.

Knows the table `genere/libelles.json`, which carries the digest of the vocabularies it was made of; where they are
others it is made again, slowly, so that what is answered is never stale. Names stand there folded, since a deposit of
one line would spend more on folding them than on being read; what is looked up by them is ingestion's business.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyoxigraph as ox

from ontologie.folding import fold_label
from ontologie.namespaces import BASE, PREFIXES
from ontologie.packaged import packaged, vocabularies
from ontologie.resources import read_text, resource

TABLE: Final = "libelles.json"
"""The name of the table in `genere/`."""

_SKOS: Final = PREFIXES["skos"]
_CANOPE: Final = "https://www.reseau-canope.fr/scolomfr/ontology.owl#"
_SCOLOMFR: Final = "http://data.education.fr/voc/scolomfr/"
_STATUS: Final = "http://purl.org/iso25964/skos-thes#status"
_PREFERRED: Final = _SKOS + "prefLabel"
_DISPLAYED: Final = "ontologie#libelleAffiche"
"""Below the base, as all that is ours."""

_LABELS: Final = (
    _DISPLAYED,
    _PREFERRED,
    *(_SKOS + name for name in ("altLabel", "hiddenLabel", "notation")),
    _CANOPE + "labelEquivalentExact",
)
_ABOUT: Final = (*_LABELS, _SKOS + "inScheme", _STATUS)
_WANTED: Final = re.compile(("[</](?:" + "|".join(map(re.escape, _ABOUT)) + ")> ").encode())


@dataclass(frozen=True, slots=True)
class Concept:
    """What is known of one concept or listed thing: the schemes it belongs to, and its labels.

    `schemes` are `scolomfr-voc-022`, or for ours the path its IRI starts with: `concept/niveau`, `outil`.
    """

    iri: str
    schemes: frozenset[str]
    labels: tuple[str, ...]
    """Its names, and its IRI, which names it for certain."""

    folded: tuple[str, ...]
    """Its labels, each as `fold_label` gives it."""

    displayed: str
    """The name in French under which people see it."""

    current: bool


def name_properties(base: str = BASE) -> tuple[str, ...]:
    """Return the properties whose value names a thing to people, the one to look at first coming first.

    What people are shown of a thing is the value of the first that it has in their language.
    """
    named = (_PREFERRED, PREFIXES["rdfs"] + "label", PREFIXES["dct"] + "title", PREFIXES["foaf"] + "name")
    return (base + _DISPLAYED, *named)


@cache
def concepts(base: str = BASE) -> Mapping[str, Concept]:
    """Return every labelled thing of the packaged vocabularies, by its IRI (relative where it is ours)."""
    if resource("genere", TABLE).is_file():
        table = json.loads(read_text("genere", TABLE, base=base))
        if table["digest"] == digest_of_vocabularies():
            return {
                iri: Concept(iri, frozenset(schemes), tuple(labels), (*folded, *map(fold_label, labels[len(folded):])),
                             displayed, current)
                for iri, schemes, labels, folded, displayed, current in table["concepts"]
            }  # fmt: skip
    return concepts_of_vocabularies(base)


@cache
def digest_of_vocabularies() -> str:
    """Return the SHA-256, in hexadecimal, of the files of the vocabularies with their paths, in their order."""
    whole = hashlib.sha256()
    for path in packaged():
        data = resource(*path.split("/")).read_bytes()
        whole.update(f"{path} {len(data)}\n".encode() + data)
    return whole.hexdigest()


def made_table() -> str:
    """Return the table as the vocabularies give it: JSON, a concept a line, in the order in which they are found.

    The folded form of a label under the base is left out: labels follow the base, their folded forms could not.
    """
    rows = (
        json.dumps(
            [one.iri, sorted(one.schemes), one.labels, _without_base(one), one.displayed, one.current],
            ensure_ascii=False,
        )
        for one in concepts_of_vocabularies().values()
    )
    return f'{{"digest": "{digest_of_vocabularies()}", "concepts": [\n' + ",\n".join(rows) + "\n]}\n"


def _without_base(concept: Concept) -> tuple[str, ...]:
    last = concept.labels[-1]
    return concept.folded[:-1] if last.startswith(BASE) else concept.folded


def concepts_of_vocabularies(base: str = BASE) -> Mapping[str, Concept]:
    """Return what `concepts` does, read from the vocabularies."""
    about: dict[str, dict[str, list[ox.Literal | ox.NamedNode]]] = {}
    for quad in _statements(base):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, (ox.Literal, ox.NamedNode)):
            iri = quad.subject.value.removeprefix(base)
            about.setdefault(iri, {}).setdefault(quad.predicate.value.removeprefix(base), []).append(quad.object)
    return {iri: _concept(iri, said, base) for iri, said in about.items() if _PREFERRED in said}


def _statements(base: str) -> Iterable[ox.Quad]:
    """Return what the vocabularies say of labels, schemes and status."""
    lines = (line for one in vocabularies(base) for line in one.lines if _WANTED.search(line))
    return ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS)


def _concept(iri: str, said: Mapping[str, list[ox.Literal | ox.NamedNode]], base: str) -> Concept:
    schemes = {node.value.removeprefix(_SCOLOMFR).removeprefix(base) for node in said.get(_SKOS + "inScheme", ())}
    names = [node.value for name in _LABELS for node in said.get(name, ())]
    names.append(iri)
    if ":" not in iri:
        folder, _, local = iri.rpartition("/")
        schemes.add(folder)
        names.extend((local, base + iri))
    told = (node for name in (_DISPLAYED, _PREFERRED) for node in said.get(name, ()))
    french = [node.value for node in told if isinstance(node, ox.Literal) and node.language == "fr"]
    status = [node.value for node in said.get(_STATUS, ())]
    labels = tuple(dict.fromkeys(names))
    return Concept(
        iri=iri,
        schemes=frozenset(schemes),
        labels=labels,
        folded=tuple(map(fold_label, labels)),
        displayed=(french or names)[0],
        current=status in ([], ["Actuel"]),
    )
