"""The version of the code that writes fiches: it writes the same of the same graph, or its version is raised."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from ingestion import Edition, read_fiches
from ingestion.graphs import fiche as framed
from ingestion.graphs.fiche import FRAMING_VERSION, framed_fiche, framing
from ontologie import BASE, context, context_versions, digest, document_types, newest_context

GRAPHS = Path(__file__).parents[1] / "reading" / "contextes" / "1.0.0"
OLD_FICHES = "7c889a40d499ed1d7993d211901ba051873d728890ae1e276bbd8d661e613d0e"
NEW_FICHES = "1917718bcf518da2a07f6965a212e314008e93c8223d1e50c74797f776b121f4"
WRITTEN = {
    ("1", "1.0.0"): OLD_FICHES,
    ("1", "1.1.0"): OLD_FICHES,  # it adds keys that these graphs do not use
    ("1", "2.0.0"): NEW_FICHES,
    ("1", "2.1.0"): NEW_FICHES,  # as 1.1.0
    ("1", "2.2.0"): NEW_FICHES,  # as 1.1.0
}
"""SHA-256 of the fiches that a version of the code writes of the graphs of `GRAPHS`, by a version of the context."""


def test_the_code_writes_the_fiches_that_its_version_says() -> None:
    names = sorted(path.stem for path in GRAPHS.glob("*.nq"))
    lines = {kind: (GRAPHS / f"{kind}.nq").read_bytes().splitlines(keepends=True) for kind in names}
    found = digest(b"\n".join(framed_fiche(lines[kind], kind, BASE) for kind in names))
    assert found == WRITTEN[FRAMING_VERSION, newest_context()], (
        "fiches are written otherwise than before: raise FRAMING_VERSION where the code is the cause, and add a line"
    )


@pytest.mark.parametrize("kind", document_types())
def test_a_version_raised_has_fiches_written_again(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = framing.__wrapped__(kind, BASE)
    monkeypatch.setattr(framed, "FRAMING_VERSION", "0")
    assert framing.__wrapped__(kind, BASE) != before


def test_an_edition_framed_with_an_earlier_context_is_read_in_the_newest(tmp_path: Path) -> None:
    """Each version's golden documents stand in the dump as the program of its time wrote them, context and all."""
    (tmp_path / "manifest.json").write_text(json.dumps({"base": BASE}), encoding="utf-8")
    expected = []
    with gzip.open(tmp_path / "dump.jsonl.gz", "wt", encoding="utf-8") as dump:
        for version in context_versions()[:-1]:
            for kind in document_types():
                golden = GRAPHS.parent / version / kind
                if not golden.with_suffix(".json").exists():
                    continue  # a type that this version has no keys for
                document = json.loads(golden.with_suffix(".json").read_text(encoding="utf-8"))
                dump.write(json.dumps({"@context": context(version=version), **document}) + "\n")
                lines = golden.with_suffix(".nq").read_bytes().splitlines(keepends=True)
                expected.append(json.loads(framed_fiche(lines, kind, BASE)))
    found = [json.loads(fiche) for fiche in read_fiches(Edition(1, tmp_path))]
    assert found == expected
    assert all(isinstance(fiche["type"], list) and isinstance(fiche["titre"], dict) for fiche in found)
