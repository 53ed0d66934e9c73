"""The version of the code that writes fiches: it writes the same of the same graph, or its version is raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.graphs import fiche as framed
from ingestion.graphs.fiche import FRAMING_VERSION, framed_fiche, framing
from ontologie import BASE, digest, document_types, newest_context

GRAPHS = Path(__file__).parents[1] / "reading" / "contextes" / "1.0.0"
OLD_FICHES = "7c889a40d499ed1d7993d211901ba051873d728890ae1e276bbd8d661e613d0e"
WRITTEN = {("1", "1.0.0"): OLD_FICHES, ("1", "1.1.0"): OLD_FICHES}  # 1.1.0 adds keys that these graphs do not use
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
