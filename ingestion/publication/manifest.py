"""What an edition says of itself: numbers, hashes, what it was made with (docs/decisions/editions.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ingestion.derivation.rules import rules_digest
from ingestion.publication.editions import MANIFEST
from ingestion.publication.ledger import Ledger
from ingestion.words.examples import is_example
from ontologie import Iris, document_types, newest_context, vocabularies
from shapes import shapes_digest


def make_manifest(
    number: int, date: str, ledger: Ledger, warned: tuple[int, int], dumps: Mapping[str, Mapping[str, Any]], base: str
) -> dict[str, Any]:
    """Return the manifest of an edition whose graphs are those of the ledger.

    `warned` is (documents with warnings, warnings); a document with a violation is never published. `context` is the
    version that the fiches are written with. Invented examples are counted apart: they are no projects, nor among the
    documents.
    """
    graphs, quads = ledger.totals()
    kinds, examples = _documents(ledger, base)
    documents, warnings = warned
    return {
        "number": number,
        "date": date,
        "software": software_version(),
        "base": base,
        "licence": "https://spdx.org/licenses/etalab-2.0.html",
        "counts": {
            "graphs": graphs, "quads": quads, "documents": sum(kinds.values()),
            **{kind: count for kind, count in kinds.items() if count},
            **({"exemple": examples} if examples else {}),
        },
        "validation": {"violations": 0, "warnings": warnings, "documents_with_warnings": documents},
        "sha256": graphs_digest(ledger),
        **made_with(base),
        "context": newest_context(),
        "dumps": {name: {**about, "date": date} for name, about in dumps.items()},
    }  # fmt: skip


def _documents(ledger: Ledger, base: str) -> tuple[dict[str, int], int]:
    """Return how many documents there are by kind, without the invented examples, and how many of these."""
    named = {kind: ledger.names(prefix) for kind in document_types() for prefix in (Iris(base).graph(kind, ""),)}
    examples = {
        kind: sum(is_example(kind, name.rpartition("/")[2]) for name in names) for kind, names in named.items()
    }
    return {kind: len(names) - examples[kind] for kind, names in named.items()}, sum(examples.values())


def made_with(base: str) -> dict[str, Any]:
    """Return the hashes of what decides the graphs beside the documents: vocabularies, rules, shapes."""
    return {
        "vocabularies": {vocabulary.name: vocabulary.digest for vocabulary in vocabularies(base)},
        "rules": rules_digest(base),
        "shapes": shapes_digest(base),
    }


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write a manifest in an edition's folder: the same manifest, the same bytes."""
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def graphs_digest(ledger: Ledger) -> str:
    """Return the edition's own hash: SHA-256 of the sorted list of (graph IRI, SHA-256 of its canonical form)."""
    total = hashlib.sha256()
    for graph, one in ledger.digests():
        total.update(f"{graph} {one}\n".encode())
    return total.hexdigest()


def software_version() -> str:
    """Return the name and version of this software."""
    try:
        return f"observatoire-ia {version('observatoire-ia')}"
    except PackageNotFoundError:
        return "observatoire-ia"
