"""One worker process: started, spoken to over a socket, killed. Knows nothing of SPARQL, formats or HTTP."""

from __future__ import annotations

import array
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

from sparql_api.engine.workers.gateway import Fetch, Gateway, Reach, fetch
from sparql_api.words.errors import ServiceError

SCRIPT: Final = Path(__file__).with_name("worker.py")
TICKS: Final = os.sysconf("SC_CLK_TCK")
INLINE: Final = 256 << 10
"""Answers up to this many bytes come on the socket; larger ones in a file."""
SLOW: Final = 0.2
"""Seconds of processor from which a query takes of the processors what shorter ones leave."""
AT_WORK: Final = 5
LAST: Final = 19
"""What workers add to the niceness of the process that answers everyone; the niceness of those whose query is slow."""
STARTING: Final = 120.0
"""Seconds that a worker may take to be ready: on a machine that is busy, a start waits as all else does."""
PIECE: Final = 64 << 10
"""Bytes taken from the socket at a time."""
ENVIRONMENT: Final = {
    "MALLOC_ARENA_MAX": "2",
    "GLIBC_TUNABLES": "glibc.malloc.mxfast=0:glibc.malloc.tcache_count=2000",
}
"""An arena a thread would take half of a small address space before the first query. Oxigraph allocates each row of
each step: large caches of free blocks, and none that are merged again and again, take a third off long queries."""


def at_work() -> int:
    """Return the niceness of workers (`nice(2)`): a service may itself have been started behind others."""
    return min(LAST, os.getpriority(os.PRIO_PROCESS, 0) + AT_WORK)


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


class WorkerDied(ServiceError):
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
        self._loop = asyncio.get_running_loop()
        self._piece = memoryview(bytearray(PIECE))
        self._buffer = bytearray()
        self._header: dict[str, Any] | None = None
        self._file: int | None = None
        self._reply: asyncio.Future[Reply] | None = None
        self._ending: asyncio.Task[None] | None = None
        self.isolation = "unknown"
        self.gateway: Gateway | None = None
        self.client: str | None = None
        self.text = ""
        self.started = 0.0
        self._before = 0.0
        """The processor's seconds it had had when it last replied, as it said: to look it up costs each query more."""
        self._slow: asyncio.TimerHandle | None = None
        self._last = False
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
            "nice": AT_WORK,
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
        worker._loop.add_reader(ours.fileno(), worker._readable)
        try:
            reply = await worker._replied(STARTING)
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
        # Once its end is being looked into, `poll` may say nothing: another thread holds its lock.
        return self._ending is None and self._process.poll() is None

    def begin(self, client: str | None, text: str) -> None:
        """Note for whom and on what it begins to work."""
        self.client, self.text = client, text
        self.started, self.preempted = time.monotonic(), False
        self._slow = self._loop.call_later(SLOW, self._give_way)

    def end(self) -> bool:
        """Note that it works no more; False where it stays behind all others: not everyone may undo that."""
        if self._slow:
            self._slow.cancel()
        if self._last:
            self._last = False
            try:
                os.setpriority(os.PRIO_PROCESS, self.pid, at_work())
            except OSError:
                return False
        return True

    def _give_way(self) -> None:
        if self._process.returncode is not None:
            return
        left = SLOW - self.worked()
        if left > 0:  # On a busy machine, a short query takes long too.
            self._slow = self._loop.call_later(max(left, SLOW / 4), self._give_way)
            return
        self._last = True
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self.pid, LAST)

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

    async def ask(self, request: dict[str, Any], seconds: float | None = None) -> Reply:
        """Send a request and return the reply; raises WorkerDied, TimeoutError. After either it must be killed."""
        data = json.dumps(request).encode()
        data = struct.pack("!I", len(data)) + data
        try:
            sent = self._channel.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:  # A dead worker is told by the reply that does not come.
            sent = len(data)
        if sent < len(data):  # A long text: the rest as the worker takes it.
            async with asyncio.timeout(seconds):
                with contextlib.suppress(ConnectionError):
                    await self._loop.sock_sendall(self._channel, data[sent:])
        return await self._replied(seconds)

    def kill(self) -> None:
        """End the process at once, whatever it does; does nothing when it is gone."""
        if self._slow:
            self._slow.cancel()
        with contextlib.suppress(OSError):
            self._process.kill()
        self._deafen()
        self._channel.close()
        self._words.close()
        self._drop_file()
        if self.gateway:
            self.gateway.close()
        # The process is reaped when the kernel has freed its memory; nobody waits for that.
        with contextlib.suppress(RuntimeError):
            self._loop.run_in_executor(None, self._process.wait)

    async def _replied(self, seconds: float | None) -> Reply:
        """Wait for the reply, at most so long; raises WorkerDied, TimeoutError."""
        reply: asyncio.Future[Reply] = self._loop.create_future()
        self._reply = reply
        timer = None if seconds is None else self._loop.call_later(seconds, _late, reply)
        if self._ending:  # It died before it was asked.
            self._end()
        try:
            return await reply
        finally:
            self._reply = None
            if timer:
                timer.cancel()

    def _readable(self) -> None:
        """Take what has come; whole, it is the reply."""
        try:
            count, ancillary, _, _ = self._channel.recvmsg_into(
                [self._piece], socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            count, ancillary = 0, []
        for level, kind, data in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                self._drop_file()
                self._file = array.array("i", data)[0]
        if not count:
            self._deafen()
            self._end()
            return
        self._buffer += self._piece[:count]
        self._take()

    def _take(self) -> None:
        buffer = self._buffer
        if self._header is None:
            if len(buffer) < 4 or len(buffer) < (length := 4 + int(struct.unpack_from("!I", buffer)[0])):
                return
            self._header = json.loads(buffer[4:length])
            del buffer[:length]
        assert self._header is not None
        if len(buffer) < self._header["inline"]:
            return
        self._before = self._header["used"]
        reply = Reply(self._header, bytes(buffer), self._file)
        self._buffer, self._header, self._file = bytearray(), None, None
        if self._reply and not self._reply.done():
            self._reply.set_result(reply)
        elif reply.file is not None:  # Nobody waits any more.
            os.close(reply.file)

    def _drop_file(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _deafen(self) -> None:
        if self._channel.fileno() >= 0 and not self._loop.is_closed():
            self._loop.remove_reader(self._channel.fileno())

    def _end(self) -> None:
        self._ending = self._loop.create_task(self._tell_death(self._reply))

    async def _tell_death(self, reply: asyncio.Future[Reply] | None) -> None:
        """Wait until the process is gone, and tell who waits how it went."""
        try:
            returncode = await self._loop.run_in_executor(None, lambda: self._process.wait(5))
        except subprocess.TimeoutExpired:
            self._process.kill()
            returncode = await self._loop.run_in_executor(None, self._process.wait)
        words = ""
        if not self._words.closed:
            self._words.seek(0)
            words = self._words.read()[-2000:].decode(errors="replace")
        if reply and not reply.done():
            reply.set_exception(WorkerDied(returncode, words))


def _late(reply: asyncio.Future[Reply]) -> None:
    if not reply.done():
        reply.set_exception(TimeoutError())
