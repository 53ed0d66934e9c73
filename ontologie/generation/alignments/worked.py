"""Bridges as sets of matches that a partner could deposit: worked examples in SSSOM, one a family of vocabularies.

Knows the form of an SSSOM table (https://mapping-commons.github.io/sssom/); pairs and reasons are the bridges'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ontologie.generation.alignments.alignements import Mapping, bridges, named
from ontologie.generation.alignments.ponts import targets
from ontologie.generation.tables.turtle import iri
from ontologie.namespaces import BASE, PREFIXES

FOLDER: Final = "exemples/partenaires"
SETS: Final = {"airo": ("airo",), "vair": ("vair",), "dpv": ("dpv", "dpv-education", "eu-aiact")}
"""The name of each set, and the prefixes of its targets."""
LICENCE: Final = "https://spdx.org/licenses/etalab-2.0.html"
JUSTIFICATION: Final = "semapv:ManualMappingCuration"
COLUMNS: Final = (
    "subject_id", "predicate_id", "object_id", "mapping_justification", "confidence", "mapping_date", "comment",
    "comment_fr",
)  # fmt: skip


def generate() -> dict[str, str]:
    """Return a table a set: its path below `ontologie/` and its text."""
    every = list(bridges())
    return {f"{FOLDER}/{name}.sssom.tsv": _table(name, prefixes, every) for name, prefixes in SETS.items()}


def _table(name: str, prefixes: Sequence[str], every: Sequence[Mapping]) -> str:
    rows = [cells for mapping in every if (cells := _cells(mapping, prefixes))]
    lines = [*(f"#{line}" for line in _head(name, prefixes)), *("\t".join(cells) for cells in (COLUMNS, *rows))]
    return "".join(f"{line}\n" for line in lines)


def _head(name: str, prefixes: Sequence[str]) -> Iterator[str]:
    yield f"mapping_set_id: {BASE}linkset/{name}"
    yield f"license: {LICENCE}"
    yield f'mapping_set_title: "Lists of the observatory and {name.upper()}"'
    yield "curie_map:"
    spaces = {"oia": BASE, "rdfs": PREFIXES["rdfs"], "xsd": PREFIXES["xsd"]}
    spaces |= {prefix: targets()[prefix]["espace"] for prefix in prefixes}
    yield from (f"  {prefix}: {space}" for prefix, space in sorted(spaces.items()))
    yield from ("extension_definitions:", "  - slot_name: comment_fr", "    property: rdfs:comment")
    yield "    type_hint: xsd:string"


def _cells(mapping: Mapping, prefixes: Sequence[str]) -> tuple[str, ...]:
    """Return the cells of a match whose target is of a set; none where it is of another."""
    spaces = {targets()[prefix]["espace"]: prefix for prefix in prefixes}
    for space, prefix in spaces.items():
        if mapping.object.startswith(space):
            ends = _ours(mapping.subject), mapping.predicate, f"{prefix}:{mapping.object.removeprefix(space)}"
            french, english = named(mapping)
            return (*ends, JUSTIFICATION, mapping.confidence.rstrip("0"), mapping.day, english, french)
    return ()


def _ours(reference: str) -> str:
    return "oia:" + iri(reference).value.removeprefix(BASE)
