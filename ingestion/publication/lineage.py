"""What an edition says of itself and of those before it, a graph each: number, date, the one before, root when cut.

DCAT 3, sections 5.13 and 11 (https://www.w3.org/TR/vocab-dcat-3/); checksums as DCAT-AP has them (SPDX). Knows rows
of the registry that are never written again, so neither an erasure nor a rebuild changes what is said; an edition
cannot state its own root, which covers it: the next one does. Each publication writes two of these graphs.
"""

from __future__ import annotations

from typing import Final

from ingestion.registry.editions import CutEdition
from ontologie import PREFIXES, RDF_TYPE, Iris

EDITION: Final = "edition"
SERIES: Final = "catalogue#editions"
SPDX: Final = "http://spdx.org/rdf/terms#"
_DCAT: Final = PREFIXES["dcat"]
_XSD: Final = PREFIXES["xsd"]


def lineage_graph(number: int, base: str) -> str:
    """Return the graph that says of an edition what it is.

    >>> lineage_graph(3, "https://e.org/")
    'https://e.org/graphe/provenance/edition/3'
    """
    return Iris(base).provenance_graph(EDITION, str(number))


def lineage_lines(one: CutEdition, before: CutEdition | None, base: str) -> list[bytes]:
    """Return the canonical lines of the graph of an edition, `before` being the one before it."""
    iris = Iris(base)
    edition = iris.entity(EDITION, str(one.number))
    said = [
        (edition, RDF_TYPE, f"<{_DCAT}Dataset>"),
        (edition, _DCAT + "inSeries", f"<{base}{SERIES}>"),
        (edition, _DCAT + "version", f'"{one.number}"'),
        (edition, PREFIXES["dct"] + "issued", f'"{one.at}"^^<{_XSD}dateTime>'),
    ]
    if before is not None:
        said.append((edition, _DCAT + "prev", f"<{iris.entity(EDITION, str(before.number))}>"))
    if one.sha256 is not None:
        checksum = f"{edition}#sha256"
        said += [
            (edition, SPDX + "checksum", f"<{checksum}>"),
            (checksum, RDF_TYPE, f"<{SPDX}Checksum>"),
            (checksum, SPDX + "algorithm", f"<{SPDX}checksumAlgorithm_sha256>"),
            (checksum, SPDX + "checksumValue", f'"{one.sha256}"^^<{_XSD}hexBinary>'),
        ]
    graph = lineage_graph(one.number, base)
    return sorted(f"<{subject}> <{predicate}> {value} <{graph}> .\n".encode() for subject, predicate, value in said)
