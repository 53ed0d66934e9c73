"""A parser that shares nothing with ours reads every Turtle file, and finds as many triples."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pyoxigraph as ox
import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("ontologie", "shapes") for path in (ROOT / folder).rglob("*.ttl"))


@pytest.fixture(scope="module")
def rapper() -> str:
    found = shutil.which("rapper")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("rapper is missing: apt-get install raptor2-utils")
        pytest.skip("rapper is not installed (apt-get install raptor2-utils)")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rapper_reads_a_file_as_we_do(rapper: str, path: Path) -> None:
    command = [rapper, "--input", "turtle", "--count", str(path), "https://w3id.org/observatoire-ia/"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    count = re.search(r"returned (\d+) triples", done.stderr)
    assert count is not None
    text = path.read_text(encoding="utf-8")
    ours = ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri="https://w3id.org/observatoire-ia/")
    assert int(count[1]) == sum(1 for _ in ours)
