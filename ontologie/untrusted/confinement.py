"""Reads what may be hostile in a process of its own, which has little memory, little time and no network.

A parser is asked to do what a file says, and a small file may say: ask for 500 GB, loop, recurse until the stack
ends. No exception tells of that: the process dies. So a copy of this one (fork: no import, no file, a few
milliseconds) does the reading and leaves what it read in an unlinked file; its death is a sentence. What it leaves is
unpickled with the few types that the caller names, so that it cannot make this process do anything.
"""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import resource
import select
import signal
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NoReturn

from ontologie.untrusted.files import MEGABYTE
from ontologie.untrusted.refusal import Refused

MEMORY: Final = 768 << 20
"""Bytes of address space that reading may take, over what this process has."""
SECONDS: Final = 10
"""Processor's seconds that reading may take, and one more a megabyte."""
PATIENCE: Final = 6
"""Seconds of clock for one of the processor: others use the machine too."""
IDLE: Final = 4
"""Seconds that it may sleep: it has nothing to wait for, and a busy machine leaves it runnable, not asleep."""
WRITTEN: Final = 1 << 30
"""Bytes that what was read may take, over twice those of the file."""

_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_PR_SET_PDEATHSIG: Final = 1
_OUT_OF_MEMORY: Final = 3
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class Spool:
    """What a confined process read, in order; it can be gone through several times."""

    def __init__(self, file: IO[bytes], types: Collection[type]) -> None:
        self._file = file
        self._types = {(kind.__module__, kind.__qualname__): kind for kind in types}

    def check(self) -> None:
        """Raise what the process raised: it stands alone."""
        next(iter(self), None)

    def __iter__(self) -> Iterator[Any]:
        position = 0
        while True:
            self._file.seek(position)
            error, item = self._record()
            if error is not None:
                raise error
            if item is None:
                return
            position = self._file.tell()
            yield item


    def _record(self) -> tuple[Exception | None, Any]:
        try:
            error, item = _Unpickler(self._file, self._types).load()
        except (pickle.UnpicklingError, EOFError, TypeError, ValueError) as damaged:
            raise Refused("lecture-interrompue", {"detail": type(damaged).__name__}) from damaged
        return error, item


def confined(
    read: Callable[[], Iterable[Any]],
    size: int,
    types: Collection[type],
    raises: tuple[type[Exception], ...] = (),
    keep: Collection[int] = (),
    seconds: int = SECONDS,
) -> Spool:
    """Return what `read` yields, read in a confined process; `size` in bytes is that of what it reads.

    Items are made of builtins and of `types`. What `read` raises of `raises` (which are of `types` too, or builtins)
    is raised here, before anything is returned, and so is Refused where the process failed or died. `keep` are the
    descriptors that it needs; `seconds` of the processor are its own, beside one a megabyte.
    """
    seconds += size // MEGABYTE
    file = tempfile.TemporaryFile()  # noqa: SIM115 (lives as long as the spool)
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _work(read, file, (Refused, *raises), parent, seconds, 2 * size + WRITTEN, keep)
    status = _waited(child, seconds * PATIENCE)
    if status == -signal.SIGXCPU or status is None:
        raise Refused("lecture-longue", {"seconds": str(seconds)})
    if status in (_OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGKILL):
        raise Refused("lecture-memoire", {"most": str(MEMORY >> 20)})
    if status:
        name = signal.Signals(-status).name if status < 0 else str(status)
        raise Refused("lecture-interrompue", {"detail": name})
    spool = Spool(file, (Refused, *types, *raises))
    spool.check()
    return spool


def _waited(child: int, seconds: float) -> int | None:
    """Return how a process ended (as in `subprocess`), None where its time was over; it is reaped in any case.

    One that sleeps without end is killed, as the kernel does for want of memory: it is what puts a reader to sleep.
    """
    descriptor = os.pidfd_open(child)
    try:
        in_time = _followed(child, descriptor, seconds)
        os.kill(child, signal.SIGKILL)  # Nothing to one that ended: it is not reaped yet.
    except BaseException:  # Ctrl+C while it works
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(descriptor)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return status if in_time else None


def _followed(child: int, descriptor: int, seconds: float) -> bool:
    """Wait until a process ends, or sleeps without end; tell whether that came in its time."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    before, still = "", 0
    for _ in range(int(seconds)):
        if poll.poll(1000):
            return True
        state, *rest = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        spent = ",".join(rest[10:12])
        still = still + 1 if state == "S" and spent == before else 0
        if still >= IDLE:
            return True
        before = spent
    return False


def _work(
    read: Callable[[], Iterable[Any]],
    file: IO[bytes],
    raises: tuple[type[Exception], ...],
    parent: int,
    seconds: int,
    written: int,
    keep: Collection[int],
) -> NoReturn:
    """Read, in the child; it never comes back. What belongs to the parent is not touched, not even on the way out."""
    status = 1
    try:
        _confine(parent, seconds, written, {file.fileno(), *keep})
        try:
            for item in read():
                _put(file, (None, item))
            _put(file, (None, None))
        except raises as error:
            _put_alone(file, error)
        except RecursionError:
            _put_alone(file, Refused("lecture-profonde"))
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        except BaseException as error:  # a panic of Rust is no Exception
            _put_alone(file, Refused("lecture-interrompue", {"detail": type(error).__name__}))
        file.flush()
        status = 0
    finally:
        os._exit(status)


def _put(file: IO[bytes], record: tuple[Exception | None, Any]) -> None:
    pickle.Pickler(file, pickle.HIGHEST_PROTOCOL).dump(record)


def _put_alone(file: IO[bytes], error: Exception) -> None:
    file.seek(0)
    file.truncate()
    _put(file, (error, None))


def _confine(parent: int, seconds: int, written: int, keep: Collection[int]) -> None:
    """Bound this process: memory, processor, what it writes; no core file, no network, no other file, no orphan."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C goes to the group; the parent decides.
    os.environ["RUST_BACKTRACE"] = "0"  # A panic for want of memory that asks for more to tell of it never ends.
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    gc.freeze()  # What is the parent's stays shared.
    _close_all_but(keep)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * _PAGE
    for what, most in (
        (resource.RLIMIT_AS, taken + MEMORY),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        _limit(what, most, most)
    _limit(resource.RLIMIT_CPU, seconds, seconds + 2)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _limit(what: int, soft: int, hard: int) -> None:
    """Lower a limit; one that is lower already stays."""
    present = resource.getrlimit(what)[1]
    if present != resource.RLIM_INFINITY:
        soft, hard = min(soft, present), min(hard, present)
    resource.setrlimit(what, (soft, hard))


def _close_all_but(keep: Collection[int]) -> None:
    """Close what the parent has open: the registry, sockets; what is said to the standard streams goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    first = 3
    for descriptor in sorted(keep):
        os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))


class _Unpickler(pickle.Unpickler):
    """Makes what was read again, of the types that were named and of no other."""

    def __init__(self, file: IO[bytes], types: dict[tuple[str, str], type]) -> None:
        super().__init__(file)
        self._types = types

    def find_class(self, module: str, name: str) -> type:
        try:
            return self._types[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is not expected here") from None
