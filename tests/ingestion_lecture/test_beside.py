"""Processes beside the one that works end with it, however it ends."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SCRIPT = """
import os, pathlib, sys, time
from ingestion.beside import in_order

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
        until(told.exists)
    finally:
        command.kill()
        command.wait()
    status = Path(f"/proc/{told.read_text()}/status")
    until(lambda: not status.exists() or "\nState:\tZ" in status.read_text())


def until(state: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not state():
        assert time.monotonic() < end
        time.sleep(0.05)
