"""What an edition says of itself: numbers, hashes, what it was made with (docs/decisions/editions.md)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ingestion.derivation.rules import rules_digest
from ingestion.publication.files.editions import MANIFEST
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.partners import described_partners
from ingestion.words.examples import EXAMPLE_PREFIX, PROJECT
from ontologie import Iris, document_types, newest_context, vocabularies
from shapes import shapes_digest


@dataclass(frozen=True)
class Reviewed:
    """What the registry says of an edition in the making.

    (documents with warnings, warnings); and the documents, by (kind, identifier), that were public and are erased, or,
    a partner's, withdrawn.
    """

    warned: tuple[int, int]
    erased: Sequence[tuple[str, str]]
    withdrawn: Sequence[tuple[str, str]] = ()


def make_manifest(
    number: int, date: str, ledger: Ledger, reviewed: Reviewed, written: Mapping[str, Any], base: str
) -> dict[str, Any]:
    """Return the manifest of an edition whose graphs are those of the ledger.

    `written` is what `write_dumps` says. `context` is the version that the fiches are written with. A document with a
    violation is never published. `erased` names what stood in an edition and was erased since, `withdrawn` what of
    partners stood in one and was withdrawn, where there is any; `partners` what of them it holds.
    Invented examples are counted apart: they are no projects, nor among the documents.
    """
    count = ledger.statistics.total
    kinds = {kind: count("folder", Iris(base).graph(kind, "").removesuffix("/")) for kind in document_types()}
    examples = len(ledger.names(Iris(base).graph(PROJECT, EXAMPLE_PREFIX)))
    kinds[PROJECT] -= examples
    documents, warnings = reviewed.warned
    erased = [f"{kind}/{identifier}" for kind, identifier in reviewed.erased]
    partners = described_partners(ledger, base)
    withdrawn = [f"{kind}/{identifier}" for kind, identifier in reviewed.withdrawn]
    return {
        "number": number,
        "date": date,
        "software": software_version(),
        "base": base,
        "licence": "https://spdx.org/licenses/etalab-2.0.html",
        "counts": {
            "graphs": count("graphs"), "quads": count("quads"), "documents": sum(kinds.values()),
            **{kind: held for kind, held in kinds.items() if held},
            **({"exemple": examples} if examples else {}),
        },
        "validation": {"violations": 0, "warnings": warnings, "documents_with_warnings": documents},
        "sha256": written["sha256"],
        **made_with(base),
        "context": newest_context(),
        **({"erased": erased} if erased else {}),
        **({"withdrawn": withdrawn} if withdrawn else {}),
        **({"partners": partners} if partners else {}),
        "segments": written["segments"],
        "dumps": {name: {**about, "date": date} for name, about in written["dumps"].items()},
    }  # fmt: skip


def without_documents(
    manifest: Mapping[str, Any],
    names: Mapping[tuple[str, str], int],
    counted: Mapping[str, int],
    written: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the manifest of an edition as it is without some documents, by (kind, identifier), each with its warnings.

    `counted` are the graphs and quads left, `written` is what `rewrite` says of the dumps.
    """
    counts, validation = {**manifest["counts"], **counted}, dict(manifest["validation"])
    for (kind, identifier), warnings in names.items():
        example = kind == PROJECT and identifier.startswith(EXAMPLE_PREFIX) and "exemple" in counts
        counts["exemple" if example else kind] -= 1
        if not example:
            counts["documents"] -= 1
            validation["warnings"] -= warnings
            validation["documents_with_warnings"] -= warnings > 0
    erased = {*manifest.get("erased", ()), *(f"{kind}/{identifier}" for kind, identifier in names)}
    gone = {f"{kind}/{identifier}" for kind, identifier in names}
    partners = {name: told for name, told in manifest.get("partners", {}).items() if name not in gone}
    return {
        **{key: value for key, value in manifest.items() if key != "partners"},
        **({"partners": partners} if partners else {}),
        "counts": {name: count for name, count in counts.items() if count or name in ("graphs", "quads", "documents")},
        "validation": validation,
        "sha256": written["sha256"],
        "erased": sorted(erased),
        "segments": written["segments"],
        "dumps": {name: {**about, "date": manifest["date"]} for name, about in written["dumps"].items()},
    }


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


def same_graphs(ledger: Ledger, root: str, manifest: Mapping[str, Any]) -> bool:
    """Tell whether an edition is of the graphs of the ledger, whose segments have this root.

    Editions of older programs note SHA-256 of the sorted list of (graph IRI, SHA-256 of its canonical form).
    """
    if "segments" in manifest:
        return bool(manifest["sha256"] == root)
    listed = "".join(f"{graph} {one}\n" for graph, one in ledger.digests())
    return bool(manifest["sha256"] == hashlib.sha256(listed.encode()).hexdigest())


def software_version() -> str:
    """Return the name and version of this software."""
    try:
        return f"observatoire-ia {version('observatoire-ia')}"
    except PackageNotFoundError:
        return "observatoire-ia"
