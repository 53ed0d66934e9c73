"""An académie follows `docs/academie.md`: every command runs as it is written, and says what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "academie.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
REFUSED = ("--dry-run", "--rejects")
"""Options of the two deposits where the page shows a refused row: they end with 1."""


@pytest.mark.long
def test_the_commands_of_the_guide_run_and_say_what_it_says(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "OBSERVATOIRE_VAR": str(tmp_path / "var"),
        "COLUMNS": "400",  # a sentence is on one line, however wide the terminal that runs the tests
    }
    said, steps = "", 0
    for kind, text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        if kind == "text":
            missing = [line for line in text.splitlines() if line not in said]
            assert not missing, said
            continue
        done = subprocess.run(
            ["bash", "-c", f"set -eo pipefail\n{text}"], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        said, steps = re.sub(r"\s+", " ", (done.stdout + done.stderr).replace("│", " ")), steps + 1
        assert done.returncode == any(option in text for option in REFUSED), said
    assert steps > 6
