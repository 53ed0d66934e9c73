"""Runs the steps of a page as a reader would: its blocks of shell and of Python, in order, in one folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INSTALLS = "pip install"
"""What is installed already where the tests run."""


def run_steps(text: str, folder: Path) -> list[str]:
    """Return what each step printed; fails the test where one ends otherwise than well."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    printed = []
    for kind, code in BLOCK.findall(text):
        if INSTALLS in code:
            continue
        command = [sys.executable, "-c", code] if kind == "python" else ["sh", "-ec", code]
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, code + done.stdout + done.stderr
        printed.append(done.stdout)
    return printed
