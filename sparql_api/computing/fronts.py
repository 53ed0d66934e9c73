"""Several processes that answer on one socket: started together, replaced where one dies, ended together.

Knows processes and signals; not what they answer.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

PR_SET_PDEATHSIG: Final = 1
STARTED: Final = 10.0
"""Seconds in which a process that ends has not started: another would fare no better."""
LOOK: Final = 0.2
"""Seconds between two looks at whether all are there."""
STOPPING: Final = 30.0
"""Seconds in which a process ends once it is told to; then it is killed."""


def run_fronts(
    command: Sequence[str],
    count: int,
    socket: int,
    environment: Mapping[str, str],
    ended: Callable[[int], None] = lambda pid: None,
) -> int:
    """Run a command in so many processes that share a socket (its descriptor), until a signal ends them.

    Returns 0 then, else the exit code of a process that did not start. `ended` is told of each that is replaced.
    """
    stopped = False

    def stop(*_: object) -> None:
        nonlocal stopped
        stopped = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    started: dict[subprocess.Popen[bytes], float] = {}

    def start() -> None:
        # In this thread, which lives as long as this process: its death is theirs.
        process = subprocess.Popen(command, pass_fds=[socket], env={**os.environ, **environment})
        started[process] = time.monotonic()

    try:
        for _ in range(count):
            start()
        while not stopped:
            time.sleep(LOOK)
            for process in [one for one in started if one.poll() is not None and not stopped]:
                if time.monotonic() - started.pop(process) < STARTED:
                    return process.returncode if process.returncode > 0 else 1
                ended(process.pid)
                start()
        return 0
    finally:
        end(list(started))
        for number, handler in before.items():
            signal.signal(number, handler)


def end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """End processes in order; what does not end in its time is killed."""
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + STOPPING
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with(parent: int) -> None:
    """Let this process end, in order, with the one that started it (its process id)."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        raise SystemExit(0)
