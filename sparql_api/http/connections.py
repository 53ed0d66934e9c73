"""What a connection may do before and beside its requests: how long a head takes, how many are open, who does not read.

Knows bytes and clocks of connections, and uvicorn's protocol, whose gaps these are; what is asked is the application's.
"""

from __future__ import annotations

import asyncio
import fcntl
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from sparql_api.computing.disconnection import CONNECTION
from sparql_api.http.asked import SEGMENT, Demand, read_asked
from sparql_api.http.house import House
from sparql_api.http.kept import Front

HEAD_SECONDS: Final = 15.0
"""From the opening of a connection, or the first byte after an answer, to the end of a request's head."""
GRACE_SECONDS: Final = 0.5
HEAD_BYTES: Final = 64 << 10
"""Greatest head; a longer query comes by POST."""
READ_SECONDS: Final = 60.0
READ_BYTES: Final = 16 << 10
"""Who takes less than so many bytes in so many seconds does not read: a few hundred bytes a second are enough."""
ASKERS: Final = 100
"""Clients that a connection remembers: a proxy speaks for many."""
PIPELINED: Final = 16
"""Requests that may wait behind the one being answered."""
SIOCOUTQ: Final = 0x5411
TOO_LONG: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Door(HttpToolsProtocol):
    """One connection. It holds a place, no worker and little memory; whoever holds it for nothing loses it."""

    def __init__(self, house: House, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._house = house
        self._front = house.front
        self._askers: dict[str, str] = {}
        self._trusted = False
        self._between = True  # No request is half read.
        self._awaits_next = False
        self._reading = False
        self._deferred: tuple[RequestResponseCycle, Any] | None = None
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_head = self._too_long = False
        self._active: RequestResponseCycle | None = None
        self.idle_since = time.monotonic()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way: no request, or not a whole one, and no answer that is being read."""
        done = self._active is None or self._active.response_complete
        return done and not (self.transport and self.transport.get_write_buffer_size())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a connection in."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._trusted = isinstance(self.app, ProxyHeadersMiddleware) and self._peer in self.app.trusted_hosts
        self._await_head()
        self._house.take(self, self.loop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._cancel(self._head_timer, self._read_timer)
        self._house.forget(self)
        self._end_cycles()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes in; a head is bounded in size, and in time from its first byte.

        A request that came before with the same bytes, where nothing else is under way, is answered by what is kept.
        """
        alone = len(data) <= SEGMENT and self._between and self.idle and not self.transport.is_closing()
        asked = self._front.known(data, self._trusted) if alone and self._front is not None else None
        if asked is not None and self._give(asked):
            return
        self._reading, self._awaits_next = True, False
        super().data_received(data)
        self._reading = False
        if self._deferred is not None and self._begin(*self._deferred, data if alone else None):
            return
        if self.transport.is_closing():
            return
        self._head_bytes = self._head_bytes + len(data) if self._in_head else 0
        if self._head_bytes > HEAD_BYTES:
            self._refuse_head()
        elif self._head_timer is None and self.idle:
            self._await_head()

    def on_message_begin(self) -> None:
        """A head begins."""
        self._in_head, self._between = True, False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A head is whole."""
        self._cancel(self._head_timer)
        self._head_timer, self._in_head, self._head_bytes = None, False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self._too_long = True
            raise ValueError("a head over the bound")  # The parser stops, and asks for a 400 to be sent.
        super().on_headers_complete()
        if len(self.pipeline) > PIPELINED:
            raise ValueError("too many requests at once")
        # uvicorn reads no more while one waits, and would not notice that the client has left.
        self.flow.resume_reading()

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._between = not self.parser.should_upgrade()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer has been written: the next request that waits is begun, or awaited for some seconds."""
        self.server_state.total_requests += 1
        self.idle_since = time.monotonic()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._awaits_next = True

    def look(self, now: float) -> None:
        """Close the connection where no request followed an answer in time."""
        if self._awaits_next and now - self.idle_since > self.timeout_keep_alive:
            self._awaits_next = False
            self.timeout_keep_alive_handler()

    def _should_upgrade_to_ws(self) -> bool:
        return False  # The service speaks HTTP alone: who asks for another protocol is answered as anyone.

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; where answers are under way, nothing can be said between their bytes."""
        if self._too_long and self.idle:
            self._refuse_head()
        elif self.idle:
            super().send_400_response(msg)
        else:
            self.drop()

    def pause_writing(self) -> None:
        """The client takes less than is sent: it has so long to take some of it."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """The client has taken what was waiting."""
        super().resume_writing()
        self._cancel(self._read_timer)
        self._read_timer = None

    def timeout_keep_alive_handler(self) -> None:
        """No request followed; the last bytes of an answer may still be on their way."""
        super().timeout_keep_alive_handler()
        if self.transport.get_write_buffer_size() and self._read_timer is None:
            self._watch_reader()

    def drop(self) -> None:
        """Break the connection off: what was under way on it is known to be over, and a cut answer looks cut."""
        self._end_cycles()
        self.flow.resume_writing()
        self.transport.abort()

    def _end_cycles(self) -> None:
        """Tell the request that is being answered that its client is gone; those behind it are not begun."""
        self.pipeline.clear()
        if self._active is not None and not self._active.response_complete:
            self._active.disconnected = True
            self._active.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._active = cycle
        cycle.scope["state"][CONNECTION] = cycle
        if self._front is not None and self._reading and cycle.keep_alive:
            self._deferred = cycle, app  # Until these bytes are read: what is asked may be kept.
        else:
            super()._start_asgi_task(cycle, app)

    def _begin(self, cycle: RequestResponseCycle, app: Any, segment: bytes | None) -> bool:
        """Answer a request, by what is kept where it is whole and alone; return whether that was all."""
        self._deferred = None
        front, alone = self._front, self._between and cycle is self.cycle
        asked = read_asked(cycle.scope, self.url, bytes(cycle.body), self._trusted) if alone else None
        if front is not None and asked is not None:
            if self._give(asked):
                if segment is not None:
                    front.remember(segment, asked, self._trusted)
                cycle.response_started = cycle.response_complete = True
                return True
            app = front.drafting(app, asked, segment, self._trusted)
        super()._start_asgi_task(cycle, app)
        return False

    def _give(self, asked: Demand) -> bool:
        """Write the answer that was kept, where one is, and go on as after any other."""
        assert self._front is not None
        found = self._front.answer(asked, self._client(asked.spoken_for))
        if found is None:
            return False
        if self._head_timer is not None:
            self._head_timer.cancel()
        self._head_timer, self._head_bytes = None, 0
        status, kept = found
        lines = self._house.lines(self.server_state.default_headers)
        self.transport.write(b"".join((STATUS_LINE[status], lines, *kept)))
        self.on_response_complete()
        return True

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    def _client(self, spoken_for: str) -> str:
        """Return the opaque key of who asks, as the server finds it out: a proxy that is trusted says for whom."""
        key = self._askers.get(spoken_for)
        if key is None:
            host = self._peer
            if spoken_for and isinstance(self.app, ProxyHeadersMiddleware):
                host = self.app.trusted_hosts.get_trusted_client_address(spoken_for)[0] or host
            assert self._front is not None
            key = self._front.client(host)
            if len(self._askers) < ASKERS:
                self._askers[spoken_for] = key
        return key

    def _await_head(self) -> None:
        self.idle_since = time.monotonic()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._head_late)

    def _head_late(self) -> None:
        # What came while this process had no turn is read first.
        self._head_timer = self.loop.call_later(GRACE_SECONDS, self._head_missing)

    def _head_missing(self) -> None:
        self._head_timer = None
        if self.idle:
            self.drop()

    def _refuse_head(self) -> None:
        if self.idle:
            self.transport.write(TOO_LONG)
            self.transport.close()
        else:
            self.drop()

    def _watch_reader(self) -> None:
        self._cancel(self._read_timer)
        self._read_timer = self.loop.call_later(READ_SECONDS, self._check_reader, self._unread())

    def _check_reader(self, before: int) -> None:
        self._read_timer = None
        if self.transport.get_write_buffer_size() and before - self._unread() < min(READ_BYTES, before):
            self.drop()
        elif self.transport.get_write_buffer_size():
            self._watch_reader()

    def _unread(self) -> int:
        """Return the bytes that the client has not taken: those here and those in the kernel."""
        waiting = self.transport.get_write_buffer_size()
        connection = self.transport.get_extra_info("socket")
        try:
            (queued,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), SIOCOUTQ, b"\0\0\0\0"))
        except (OSError, ValueError):
            return waiting
        return waiting + int(queued)

    @staticmethod
    def _cancel(*timers: asyncio.TimerHandle | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()


def door(most: int, front: Front | None = None) -> Callable[..., Door]:
    """Return what makes the protocol of each connection, of which `most` may be open at once.

    `front` holds the answers that are kept, where any are.
    """
    return partial(Door, House(most, front))
