"""What an edition says of itself: numbers, hashes, what it was made with (DESIGN §8)."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ingestion.assembly import Change
from ingestion.derivation_rules import rules_digest
from ingestion.ledger import Ledger
from ingestion.registry import now
from ontologie import vocabularies
from shapes import shapes_digest


def make_manifest(
    number: int, ledger: Ledger, change: Change, dumps: dict[str, dict[str, Any]], base: str
) -> dict[str, Any]:
    """Return the manifest of an edition whose graphs are those of the ledger."""
    graphs, quads = ledger.totals()
    moment = now()
    return {
        "number": number,
        "date": moment,
        "software": software_version(),
        "base": base,
        "licence": "https://spdx.org/licenses/etalab-2.0.html",
        "counts": {"graphs": graphs, "quads": quads, "documents": change.documents, **change.kinds},
        "validation": {"violations": 0, "documents_with_warnings": change.warned},
        "sha256": graphs_digest(ledger),
        "vocabularies": {vocabulary.name: vocabulary.digest for vocabulary in vocabularies(base)},
        "rules": rules_digest(base),
        "shapes": shapes_digest(base),
        "dumps": {name: {**about, "date": moment} for name, about in dumps.items()},
    }


def graphs_digest(ledger: Ledger) -> str:
    """Return the edition's own hash: SHA-256 of the sorted list of (graph IRI, SHA-256 of its canonical form)."""
    total = hashlib.sha256()
    for graph, one in ledger.digests():
        total.update(f"{graph} {one}\n".encode())
    return total.hexdigest()


def software_version() -> str:
    """Return the version of this software."""
    try:
        return f"observatoire-ia {version('observatoire-ia')}"
    except PackageNotFoundError:
        return "observatoire-ia"
