"""Measures the whole chain, CSV to published edition: python -m bench.chain [--sizes 1000,10000,100000] [--keep FOLDER] [--against FOLDER] [--out bench/chain]

For each size, over generated fiches: `observatoire ingest`, then what `observatoire publish` does, which also tells
when its steps end; then one changed fiche, and a hundred scattered ones, and the same two again. Each in a process of
its own: seconds, processor seconds of the command and of the processes it started, and the most memory that they held
together. The seconds of a publication's steps are the processor's. With `--against`, another checkout (an older one,
whose libraries are this one's) builds as many fiches, of its own generator, right before and right after, so that what
else runs on the machine weighs on both; nothing but the full build is measured then, and AGAINST.md is written.
"""

from __future__ import annotations

import argparse
import csv
import gc
import io
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil

from bench.fiches import make_row, usages, write
from ingestion import Registry, Settings, publish
from sparql_api.outputs import EDITION_OUTPUTS
from sparql_api.words.command_line import COLLECTED_AT

TICK = os.sysconf("SC_CLK_TCK")
CHANGED = "Une fiche changée"
CLI = ("-c", "from sparql_api.cli import main; main()")


@dataclass(frozen=True)
class Step:
    """What one command cost: seconds of clock and of processors (its own, its children's), bytes of memory."""

    name: str
    seconds: float
    own: float
    children: float
    memory: int
    steps: Mapping[str, float] = field(default_factory=dict)

    def row(self, fiches: int) -> str:
        """Return the line of the table; `fiches` are those that the step dealt with."""
        each = f"{self.seconds / fiches * 1e6:,.0f}" if fiches > 1 else ""
        rate = f"{fiches / self.seconds:,.0f}" if fiches > 1 else ""
        return (
            f"| {self.name} | {self.seconds:.1f} | {each} | {rate} | {self.own:.1f} | {self.children:.1f} "
            f"| {self.memory / 2**20:,.0f} |"
        )


HERE = Path(__file__).resolve().parents[1]
HEAD = """| step | seconds | µs a fiche | fiches/s | CPU s, command | CPU s, its processes | peak memory, MiB |
|---|---|---|---|---|---|---|"""


def main() -> None:
    """Measure each size, and write RESULTS.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.chain", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path("bench/chain"))
    parser.add_argument("--publish", type=Path, help="only publish this state, and say on the output what steps took")
    parser.add_argument("--keep", type=Path, help="leave the states that were measured under this folder, for other comparisons")
    parser.add_argument("--against", type=Path, help="another checkout, whose full build is compared with this one's")
    asked = parser.parse_args()
    if asked.publish:
        print(json.dumps(timed(asked.publish)))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    said = [introduction()]
    with tempfile.TemporaryDirectory(prefix="observatoire-") as bytecode:
        # As an installation keeps it: else each process spends a second on reading sources.
        os.environ["PYTHONPYCACHEPREFIX"] = bytecode
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        measure(asked, said)


def measure(asked: argparse.Namespace, said: list[str]) -> None:
    """Measure what is asked for, and add it to what is said."""
    if asked.against:
        said += [compared(int(size), asked.seed, asked.against.resolve()) for size in asked.sizes.split(",")]
        (asked.out / "AGAINST.md").write_text("\n".join(said), encoding="utf-8")
        print(said[-1], flush=True)
        return
    for size in map(int, asked.sizes.split(",")):
        with place(asked.keep, size) as folder:
            said.append(measured(size, asked.seed, folder))
        (asked.out / "RESULTS.md").write_text("\n".join(said), encoding="utf-8")
        print(said[-1], flush=True)


@contextmanager
def place(keep: Path | None, size: int) -> Iterator[Path]:
    """Give the folder of a size: one that stays under `keep`, else one that goes in the end."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
            yield Path(folder)
        return
    (keep / str(size)).mkdir(parents=True)
    yield keep / str(size)


def introduction() -> str:
    """Say what was measured, where and when."""
    return f"""# Whole chain, CSV to published edition

`python -m bench.chain`, {time.strftime("%Y-%m-%d")}, {os.cpu_count()} cores ({platform.machine()}), Python
{platform.python_version()}, {psutil.virtual_memory().total / 2**30:.0f} GiB. Generated fiches (`bench/fiches.py`). Processor seconds tell more than
seconds where the machine did something else as well: the load at the start of each size is given. Memory is the most
that the command and its processes held together (pages that they share are counted in each).
"""


def measured(size: int, seed: int, folder: Path) -> str:
    """Return the results of one size."""
    var, deposit, change, scattered = (folder / name for name in ("var", "fiches.csv", "change.csv", "scattered.csv"))
    write(deposit, size, seed, 0.0)
    write_change(change, seed, [0])
    write_change(scattered, seed, range(1, size, max(1, size // 100)))
    written_once(HERE, folder, seed)
    load = os.getloadavg()[0]
    ingest, published, both = full(var, deposit)
    changed = command("one changed: ingest", var, *CLI, "ingest", str(change), "--validated-by", "bench")
    again = command("one changed: publish", var, "-m", "bench.chain", "--publish", str(var))
    counts, disk = described(var)
    hundred = command("a hundred changed: ingest", var, *CLI, "ingest", str(scattered), "--validated-by", "bench")
    after = command("a hundred changed: publish", var, "-m", "bench.chain", "--publish", str(var))
    lines = [f"## {size:,} fiches", "", f"{counts}; load {load:.1f} at the start; {disk}.", "", HEAD]
    lines += [*(step.row(size) for step in (ingest, published, both)), *(step.row(1) for step in (changed, again, hundred, after)), ""]
    lines += ["Where the time of the chain goes (processor seconds):", ""]
    lines += [*shares(ingest, published, again, after, size), ""]
    return "\n".join(lines)


def full(var: Path, deposit: Path, checkout: Path = HERE) -> tuple[Step, Step, Step]:
    """Build an edition of a deposit from nothing, by a checkout; return ingest, publication and both."""
    # A release that knows no accounts takes any name.
    command("account", var, *CLI, "agent", "add", "bench", "--role", "national", checkout=checkout, fails=True)
    ingest = command("ingest", var, *CLI, "ingest", str(deposit), "--validated-by", "bench", checkout=checkout)
    published = command("publish", var, "-m", "bench.chain", "--publish", str(var), checkout=checkout)
    both = Step(
        "**ingest + publish**", ingest.seconds + published.seconds, ingest.own + published.own,
        ingest.children + published.children, max(ingest.memory, published.memory),
    )  # fmt: skip
    return ingest, published, both


def written_once(checkout: Path, folder: Path, seed: int) -> None:
    """Have a checkout write its bytecode, by a full build of one fiche that does not count."""
    var, deposit = (folder / f"first-{revision(checkout)}{end}" for end in ("", ".csv"))
    write_rows(checkout, deposit, 1, seed)
    full(var, deposit, checkout)


def write_rows(checkout: Path, deposit: Path, size: int, seed: int) -> None:
    """Write fiches by the generator of a checkout."""
    rows = f"from pathlib import Path; from bench.fiches import write; write(Path({str(deposit)!r}), {size}, {seed}, 0.0)"
    command("rows", deposit.parent, "-c", rows, checkout=checkout)


def compared(size: int, seed: int, other: Path) -> str:
    """Return the full builds of this checkout between two of another one."""
    lines = [f"## {size:,} fiches, beside {revision(other)}; this is {revision(HERE)}", "", HEAD]
    rates: dict[Path, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory(prefix="observatoire-") as name:
        for checkout in (other, HERE):
            written_once(checkout, Path(name), seed)
        for turn, checkout in enumerate((other, HERE, other)):
            var, deposit = Path(name) / f"var{turn}", Path(name) / f"{turn}.csv"
            write_rows(checkout, deposit, size, seed)
            for step in full(var, deposit, checkout):
                lines.append(replace(step, name=f"{revision(checkout)}: {step.name}").row(size))
            rates.setdefault(checkout, []).append((step.seconds, step.own + step.children))
    clock, processor = (sum(one[rank] for one in rates[other]) / 2 / rates[HERE][0][rank] for rank in (0, 1))
    return "\n".join([*lines, "", f"Fiches a second, beside the mean of the other's two: {clock:.2f} times by the clock, "
                      f"{processor:.2f} times by processor seconds; load {os.getloadavg()[0]:.0f} at the end.", ""])  # fmt: skip


def revision(checkout: Path) -> str:
    """Return the commit of a checkout, by its first letters."""
    asked = ["git", "-C", str(checkout), "rev-parse", "--short=7", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()


def write_change(path: Path, seed: int, numbers: Iterable[int]) -> None:
    """Write a deposit of some of the generated rows, with other titles."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(usages()[0]), lineterminator="\n")
    writer.writeheader()
    for number in numbers:
        writer.writerow(make_row(number, random.Random(f"{seed}-{number}")) | {"titre": f"{CHANGED} ({number})"})
    path.write_text(out.getvalue(), encoding="utf-8")


def described(var: Path) -> tuple[str, str]:
    """Say what the edition that answers holds, and how large it is on the disk."""
    with Registry(Settings(var=var)) as registry:
        last = registry.editions.last()
    assert last is not None
    counts = last.manifest["counts"]
    before, sizes = (files_by_inode(var / "editions" / str(number)) for number in (last.number - 1, last.number))
    fresh = sum(size for inode, size in sizes.items() if inode not in before)
    said = f"{counts['quads']:,} quads in {counts['graphs']:,} graphs ({counts['quads'] / counts['projet']:.0f} a fiche)"
    whole = sum(sizes.values())
    return said, f"the edition takes {whole / 2**20:,.0f} MiB, of which the changed fiche wrote {fresh / 2**20:,.1f}"


def files_by_inode(folder: Path) -> dict[int, int]:
    """Return the length of each file under a folder by its inode: those of unchanged files are those of before."""
    return {found.st_ino: found.st_size for path in folder.rglob("*") if path.is_file() and (found := path.stat())}


def command(
    name: str, var: Path, *arguments: str, holds: Callable[[int], int] | None = None, checkout: Path = HERE,
    fails: bool = False,
) -> Step:  # fmt: skip
    """Run the command line of a checkout, and measure it.

    `holds` gives the bytes that a process and those it started hold; `fails` tells that it may fail.
    """
    environment = os.environ | {"OBSERVATOIRE_VAR": str(var)}
    begun, most = time.monotonic(), 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=said, stderr=subprocess.STDOUT, cwd=checkout
        )
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            most = max(most, (holds or held)(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        # Still there, though ended: the kernel tells what it and those it waited for have used.
        own, children = used(process.pid)
        code = process.wait()
        said.seek(0)
        text = said.read().decode(errors="replace")
    if code != 0 and not fails:
        raise SystemExit(f"{name}: exit {code}\n{text[-2000:]}")
    return Step(name, seconds, own, children, most, json.loads(text.splitlines()[-1]) if "--publish" in arguments else {})


def used(pid: int) -> tuple[float, float]:
    """Return the processor seconds of a process, and of the children it waited for (proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user, system, children_user, children_system = map(int, fields[11:15])
    return (user + system) / TICK, (children_user + children_system) / TICK


def held(pid: int, of: Callable[[psutil.Process], int] = lambda one: int(one.memory_info().rss)) -> int:
    """Return the memory of a process and of those it started, in bytes; `of` says that of one."""
    total = 0
    try:
        root = psutil.Process(pid)
        for one in (root, *root.children(recursive=True)):
            total += of(one)
    except psutil.NoSuchProcess:
        pass
    return total


def timed(var: Path) -> dict[str, float]:
    """Publish as the command does; return the processor seconds that each step took, and what was before and after."""
    gc.set_threshold(COLLECTED_AT)
    spent = {"start": time.process_time()}
    last = time.process_time()

    def step(name: str, _done: int, _total: int) -> None:
        nonlocal last
        now = time.process_time()
        spent[name] = spent.get(name, 0.0) + now - last
        last = now

    settings = Settings(var=var)
    with Registry(settings) as registry:
        publish(settings, registry, EDITION_OUTPUTS, step)
    return spent | {"end": time.process_time() - last}


def shares(ingest: Step, published: Step, again: Step, after: Step, size: int) -> list[str]:
    """Return the table of what each step takes of the whole chain, and of publications of one and a hundred changes."""
    taken = {"ingest": ingest.own} | {f"publish, {name}": seconds for name, seconds in published.steps.items()}
    later = [{f"publish, {name}": seconds for name, seconds in one.steps.items()} for one in (again, after)]
    table = ["| step | CPU s | share | µs a fiche | CPU s, one changed | CPU s, a hundred |", "|---|---|---|---|---|---|"]
    for name, seconds in taken.items():
        cells = " | ".join(f"{one[name]:.2f}" if name in one else "" for one in later)
        share = seconds / sum(taken.values())
        table.append(f"| {name} | {seconds:.2f} | {share:.0%} | {seconds / size * 1e6:,.0f} | {cells} |")
    return table


if __name__ == "__main__":
    main()
