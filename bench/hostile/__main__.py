"""Gives each hostile file to its command and measures: python -m bench.hostile [--out bench/hostile]

Each in a process of its own, a copy of one that has loaded the commands already (their start is not counted): seconds,
processor seconds, and the most memory that the command and its processes held together beyond what is shared (PSS).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path

from bench.hostile.files import FILES, Hostile
from bench.hostile.run import attempt, due

HEAD = "| what | given to | exit | seconds | CPU s | peak, MiB | sentence | stored |\n|---|---|---|---|---|---|---|---|"


def main() -> None:
    """Measure each file, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench/hostile"))
    out: Path = parser.parse_args().out
    rows = []
    for hostile in FILES:
        rows.append(measured(hostile))
        print(rows[-1], flush=True)
        write(out, rows)


def write(out: Path, rows: list[str]) -> None:
    """Write what is measured so far."""
    text = f"""# Hostile files

`python -m bench.hostile`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}; load at the end {os.getloadavg()[0]:.1f}. {(__doc__ or "").partition(chr(10) * 2)[2].strip()}

{HEAD}
"""
    (out / "RESULTS.md").write_text(text + "\n".join(rows) + "\n", encoding="utf-8")


def measured(hostile: Hostile) -> str:
    """Return the line of one file."""
    with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
        path = Path(folder) / "depot" / hostile.name
        path.parent.mkdir()
        hostile.make(path)
        ours, theirs = multiprocessing.Pipe()
        context = multiprocessing.get_context("fork")
        process: ForkProcess = context.Process(target=_give, args=(hostile, path, Path(folder) / "var", theirs))
        begun, most = time.monotonic(), 0
        process.start()
        while not ours.poll(0.02):
            most = max(most, _held(process.pid or 0))
        seconds = time.monotonic() - begun
        exit_code, codes, stored, right, processor = ours.recv()
        process.join()
    said = ", ".join(codes) + ("" if right else " **not what is due**")
    kind = f"{hostile.kind} (`{hostile.name.encode('unicode_escape').decode()}`)"
    return (f"| {kind} | {hostile.command} | {exit_code} | {seconds:.1f} | {processor:.1f} | {most / 2**20:,.0f} "
            f"| {said} | {stored} |")  # fmt: skip


def _give(hostile: Hostile, path: Path, var: Path, channel: Connection) -> None:
    outcome = attempt(hostile.command, path, var)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(one.ru_utime + one.ru_stime for one in used)
    channel.send((outcome.exit, outcome.codes, outcome.stored, due(hostile, outcome), processor))


def _held(pid: int) -> int:
    """Return the bytes that a process and its children hold, those that they share counted once."""
    total = 0
    for one in (pid, *_children(pid)):
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))
    return total


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


if __name__ == "__main__":
    main()
