"""One worker process: started, spoken to over a socket, killed. Knows nothing of SPARQL, formats or HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from sparql_api.engine.gateway import Fetch, Gateway, Reach, fetch

SCRIPT: Final = Path(__file__).with_name("worker.py")
TICKS: Final = os.sysconf("SC_CLK_TCK")
INLINE: Final = 256 << 10
"""Answers up to this many bytes come on the socket; larger ones in a file."""
ENVIRONMENT: Final = {"MALLOC_ARENA_MAX": "2"}
"""An arena a thread would take half of a small address space before the first query."""


@dataclass(frozen=True)
class WorkerConfig:
    """How a worker is started."""

    memory: int
    spool: Path
    base: str
    prefixes: dict[str, str]
    reach: Reach | None = None
    """How SERVICE may reach out; None where it may not."""
    fetch: Fetch = fetch


@dataclass(frozen=True)
class Reply:
    """What a worker answers: a header, and the body's bytes or the descriptor of its file."""

    header: dict[str, Any]
    data: bytes = b""
    file: int | None = None


class WorkerDied(Exception):
    """The process ended before its reply; `returncode` as in `subprocess`, `words` what it said last."""

    def __init__(self, returncode: int, words: str) -> None:
        super().__init__(f"worker ended with {returncode}: {words}")
        self.returncode = returncode
        self.words = words


class Worker:
    """One worker process and the socket to it."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket, words: IO[bytes]) -> None:
        self._process = process
        self._channel = channel
        self._words = words
        self.isolation = "unknown"
        self.gateway: Gateway | None = None
        self.client: str | None = None
        self.shape = ""
        self.started = 0.0
        self._before = 0.0
        self.preempted = False

    @classmethod
    async def start(cls, config: WorkerConfig) -> Worker:
        """Start a process and wait until it is ready; raises WorkerDied, OSError."""
        ours, theirs = socket.socketpair()
        words = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the worker)
        argument = {
            "descriptor": theirs.fileno(),
            "memory": config.memory,
            "parent": os.getpid(),
            "gateway": config.reach is not None,
            "spool": str(config.spool),
            "inline": INLINE,
            "base": config.base,
            "prefixes": config.prefixes,
        }
        with theirs:
            # In this thread: PR_SET_PDEATHSIG means the death of the thread that starts the process.
            process = subprocess.Popen(
                [sys.executable, "-P", str(SCRIPT), json.dumps(argument)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=words,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **ENVIRONMENT},
            )
        ours.setblocking(False)
        worker = cls(process, ours, words)
        try:
            reply = await asyncio.wait_for(worker._receive(), 30)
        except BaseException:
            worker.kill()
            raise
        worker.isolation = reply.header["isolation"]
        if reply.file is not None and config.reach is not None:
            worker.gateway = Gateway(socket.socket(fileno=reply.file), config.reach, config.fetch)
            await worker.gateway.start()
        return worker

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def begin(self, client: str | None, shape: str) -> None:
        """Note for whom and for what it begins to work."""
        self.client, self.shape = client, shape
        self.started, self.preempted = time.monotonic(), False
        self._before = self._processor_seconds()

    def worked(self) -> float:
        """Return the processor's seconds it has had since it began; on a busy machine, time alone tells little."""
        return self._processor_seconds() - self._before

    def _processor_seconds(self) -> float:
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return self._before
        return (int(fields[11]) + int(fields[12])) / TICKS

    def preempt(self) -> None:
        """End the query it works on; whoever awaits it is told by WorkerDied."""
        self.preempted = True
        self._process.kill()

    async def ask(self, request: dict[str, Any]) -> Reply:
        """Send a request and return the reply; raises WorkerDied. After anything else it must be killed."""
        data = json.dumps(request).encode()
        with contextlib.suppress(OSError):  # A dead worker is told by the reply that does not come.
            await asyncio.get_running_loop().sock_sendall(self._channel, struct.pack("!I", len(data)) + data)
        return await self._receive()

    def kill(self) -> None:
        """End the process at once, whatever it does; does nothing when it is gone."""
        with contextlib.suppress(OSError):
            self._process.kill()
        self._channel.close()
        self._words.close()
        if self.gateway:
            self.gateway.close()
        # The process is reaped when the kernel has freed its memory; nobody waits for that.
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop().run_in_executor(None, self._process.wait)

    async def _receive(self) -> Reply:
        buffer, files = bytearray(), list[int]()
        try:
            await self._fill(buffer, 4, files)
            length: int = struct.unpack_from("!I", buffer)[0]
            await self._fill(buffer, 4 + length, files)
            header: dict[str, Any] = json.loads(buffer[4 : 4 + length])
            end = 4 + length + header["inline"]
            await self._fill(buffer, end, files)
            return Reply(header, bytes(buffer[4 + length : end]), files.pop() if files else None)
        finally:
            for file in files:
                os.close(file)

    async def _fill(self, buffer: bytearray, count: int, files: list[int]) -> None:
        """Read until the buffer holds `count` bytes; descriptors received on the way go to `files`."""
        while len(buffer) < count:
            try:
                data, received, _, _ = socket.recv_fds(self._channel, 1 << 18, 1, socket.MSG_CMSG_CLOEXEC)
            except BlockingIOError:
                await self._readable()
                continue
            except OSError:
                data, received = b"", []
            files += received
            if not data:
                raise await self._death()
            buffer += data

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        descriptor = self._channel.fileno()

        def on_readable() -> None:
            if not ready.done():
                ready.set_result(None)

        loop.add_reader(descriptor, on_readable)
        try:
            await ready
        finally:
            loop.remove_reader(descriptor)

    async def _death(self) -> WorkerDied:
        loop = asyncio.get_running_loop()
        try:
            returncode = await loop.run_in_executor(None, lambda: self._process.wait(5))
        except subprocess.TimeoutExpired:
            self._process.kill()
            returncode = await loop.run_in_executor(None, self._process.wait)
        words = ""
        if not self._words.closed:
            self._words.seek(0)
            words = self._words.read()[-2000:].decode(errors="replace")
        return WorkerDied(returncode, words)
