"""Processes beside the one that works end with it, however it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.sparql_api.endpoint.live import wait_until

SCRIPT = """
import os, pathlib, sys, time
from ingestion.processes import in_order

def work(batch):
    partial = pathlib.Path(batch[0] + ".partial")
    partial.write_text(str(os.getpid()))
    partial.rename(batch[0])
    time.sleep(600)

if __name__ == "__main__":
    list(in_order(work, [[sys.argv[1]]], 1))
"""


def test_a_killed_command_leaves_no_process_behind(tmp_path: Path) -> None:
    script, told = tmp_path / "script.py", tmp_path / "pid"
    script.write_text(SCRIPT, encoding="utf-8")
    command = subprocess.Popen([sys.executable, str(script), str(told)])
    try:
        wait_until(told.exists)
    finally:
        command.kill()
        command.wait()
    wait_until(lambda: gone(told.read_text()))


def gone(pid: str) -> bool:
    """Tell whether a process has ended, taken note of or not; it may end while it is looked at."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
