"""A service in processes of its own, and what the kernel says of them: memory, descriptors, workers."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import httpx

SERVE = "from sparql_api.cli import main; main()"
PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
METRIC = re.compile(r"^(observatoire_\w+) ([\d.e+]+)$", re.MULTILINE)


class Watched:
    """A running service."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def tree(self) -> list[int]:
        """Return the process ids of the service and of all below it."""
        parents: dict[int, list[int]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
                    parents.setdefault(int(parent), []).append(int(folder.name))
        found = [self.pid]
        for pid in found:
            found += parents.get(pid, [])
        return found

    def memory(self) -> int:
        """Return the bytes the whole tree holds, each shared page counted once (PSS)."""
        total = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                found = PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
                total += int(found[1]) << 10 if found else 0
        return total

    def own_memory(self) -> int:
        """Return the bytes of the process that answers, its workers left out (PSS)."""
        found = PSS.search(Path(f"/proc/{self.pid}/smaps_rollup").read_text())
        return int(found[1]) << 10 if found else 0

    def sockets(self) -> int:
        """Return how many sockets the process that answers has open."""
        count = 0
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                count += str(link.readlink()).startswith("socket:")
        return count

    def workers(self) -> int:
        """Return how many query workers there are."""
        count = 0
        for pid in self.tree():
            with contextlib.suppress(OSError):
                count += b"engine/worker.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return count

    def metrics(self) -> dict[str, float]:
        """Return the gauges and counters of `/metrics`."""
        return {name: float(value) for name, value in METRIC.findall(httpx.get(f"{self.url}/metrics").text)}


@contextlib.contextmanager
def serving(var: Path, settings: dict[str, str] | None = None) -> Iterator[Watched]:
    """Serve the editions of a state folder on a free port of loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    given = {f"OBSERVATOIRE_{name.upper()}": value for name, value in (settings or {}).items()}
    environment = {**os.environ, **given, "OBSERVATOIRE_VAR": str(var.absolute())}
    command = [sys.executable, "-c", SERVE, "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        watched = Watched(f"http://127.0.0.1:{port}", process.pid)
        try:
            deadline = time.monotonic() + 180
            while not answers(watched.url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("the service does not start")
                time.sleep(0.1)
            yield watched
        finally:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def answers(url: str) -> bool:
    """Tell whether a service is there."""
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/health", timeout=5).status_code == 200
    return False


class Sampler:
    """Reads the memory of a service each second, in a thread of its own, and keeps the greatest."""

    def __init__(self, watched: Watched) -> None:
        self.peak = self.own_peak = 0
        self._watched = watched
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.wait(1):
            self.peak = max(self.peak, self._watched.memory())
            self.own_peak = max(self.own_peak, self._watched.own_memory())
