"""A partner's SPARQL endpoint, asked politely: one request at a time, a pause between, bounded answers, one host.

Knows what may be asked of which address: http or https, no redirect, no private address but where that is allowed, and
the address is judged when it is connected to, so that no name can change its mind. Proxies of the environment are not
used: they would choose the address. What is asked is `construct`'s, what is answered `reading`'s.
"""

from __future__ import annotations

import email.utils
import http.client
import ipaddress
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from ingestion.words.errors import IngestionError
from ingestion.words.messages import quote

_PIECE: Final = 1 << 16
_WAITED_FOR: Final = (429, 503)
_GIVEN_OUT: Final = ipaddress.ip_network("2000::/3")
_OF_EXAMPLES: Final = ipaddress.ip_network("3fff::/20")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
"""Addresses that stand for those of IPv4, in their last bits (RFC 6052)."""


class EndpointFails(IngestionError):
    """An endpoint that cannot be harvested, or not on: `code` is its row in the table of messages."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code, self.words = code, {name: str(word) for name, word in words.items()}


@dataclass(frozen=True)
class HarvestBounds:
    """How far a harvest goes: sizes in bytes, times in seconds."""

    page: int = 100
    """Subjects asked for at once."""
    answer: int = 32 << 20
    total: int = 2 << 30
    request: int = 60
    whole: float = 6 * 3600
    pause: float = 1
    wait: float = 120
    """The longest wait that an endpoint may ask for at once (Retry-After)."""
    tries: int = 4


@dataclass
class PartnerEndpoint:
    """An endpoint by its address; each answer is whole, or an error."""

    url: str
    agent: str
    private: bool = False
    bounds: HarvestBounds = field(default_factory=HarvestBounds)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _taken: int = 0
    _asked: bool = False

    def __post_init__(self) -> None:
        """Refuse an address that is no http(s), or that carries a password. Raises EndpointFails."""
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.username or parts.password:
            raise EndpointFails("harvest-address")
        self._began = self.clock()
        opener, self._wire = urllib.request.OpenerDirector(), _Wire(self.private)
        for handler in (_Http(self._wire), _Https(self._wire), _Answers()):
            opener.add_handler(handler)
        self._opener = opener

    @property
    def host(self) -> str:
        """The name of the host."""
        return urlsplit(self.url).hostname or ""

    def select(self, query: str) -> list[str]:
        """Return the values of the one variable of a query, in the order of the answer. Raises EndpointFails."""
        data, _ = self._ask(query, JSON)
        try:
            answer = json.loads(data)
            (name,) = answer["head"]["vars"]
            return [row[name]["value"] for row in answer["results"]["bindings"] if row[name]["type"] == "uri"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise EndpointFails("harvest-answer", host=self.host) from error

    def construct(self, query: str) -> tuple[bytes, str]:
        """Return the triples that a query makes, and their media type. Raises EndpointFails."""
        return self._ask(query, TURTLE)

    def _ask(self, query: str, form: str) -> tuple[bytes, str]:
        if self._asked:
            self.sleep(self.bounds.pause)
        self._asked = True
        for attempt in range(self.bounds.tries):
            if self.clock() - self._began > self.bounds.whole:
                raise EndpointFails("harvest-too-long", host=self.host)
            try:
                return self._answer(query, form)
            except AskedToWait as later:
                if attempt + 1 == self.bounds.tries:
                    break
                self.sleep(min(later.seconds if later.seconds is not None else 2.0**attempt, self.bounds.wait))
        raise EndpointFails("harvest-busy", host=self.host)

    def _answer(self, query: str, form: str) -> tuple[bytes, str]:
        asking = _Asking(self._opener, self.url, self.agent)
        asking.setQuery(query)
        asking.setMethod(POST)
        asking.setReturnFormat(form)
        asking.setTimeout(self.bounds.request)
        try:
            with self._wire.for_seconds(self.bounds.request):
                answer = asking.query()
            with answer.response as response:
                if self._wire.was_cut:  # an end of the connection is also one of the head
                    raise EndpointFails("harvest-too-slow", host=self.host)
                data = self._read(response)
                return data, str(response.headers.get_content_type())
        except (OSError, http.client.HTTPException) as error:
            code = "harvest-too-slow" if self._wire.was_cut else "harvest-unreachable"
            raise EndpointFails(code, host=self.host) from error

    def _read(self, response: Any) -> bytes:
        """Read an answer within its bounds of size and time, however slowly it drips."""
        end, pieces, size = self.clock() + self.bounds.request, list[bytes](), 0
        most = min(self.bounds.answer, self.bounds.total - self._taken)
        while piece := response.read1(_PIECE):
            size += len(piece)
            if size > most:
                raise EndpointFails("harvest-too-large", host=self.host)
            if self.clock() > end:
                raise EndpointFails("harvest-too-slow", host=self.host)
            pieces.append(piece)
        stated = response.headers.get("Content-Length")
        if stated is not None and stated.isdigit() and int(stated) != size:
            raise EndpointFails("harvest-cut", host=self.host)
        self._taken += size
        return b"".join(pieces)


class _Asking(SPARQLWrapper):
    """A request of SPARQLWrapper's, opened by an opener of our own in the place of the process's."""

    def __init__(self, opener: urllib.request.OpenerDirector, url: str, agent: str) -> None:
        super().__init__(url, agent=agent)
        self._opener = opener

    def _query(self) -> tuple[Any, str]:
        return self._opener.open(self._createRequest(), timeout=self.timeout), self.returnFormat


class AskedToWait(IngestionError):
    """The endpoint asks to be asked later; after so many seconds, where it says."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class _Answers(urllib.request.BaseHandler):
    """Lets answers of status 200 through: no redirect is followed, and the body of no error is read."""

    def http_response(self, request: urllib.request.Request, response: Any) -> Any:
        if response.status == 200:
            return response
        with response:
            if response.status in _WAITED_FOR:
                raise AskedToWait(_seconds(response.headers.get("Retry-After", "")))
            host = urlsplit(request.full_url).hostname
            if 300 <= response.status < 400:
                raise EndpointFails("harvest-redirect", host=host, where=quote(response.headers.get("Location", "")))
            code = "harvest-refused-query" if response.status == 400 else "harvest-status"
            raise EndpointFails(code, host=host, status=response.status)

    https_response = http_response


class _Connecting:
    """Connects to public addresses alone, where private ones are not allowed."""

    def __init__(self, private: bool) -> None:
        self._private = private

    def __call__(self, address: tuple[str, int], timeout: Any = None, source: Any = None) -> socket.socket:
        last: OSError | None = None
        for family, kind, protocol, _, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            if not self._private and not is_public(str(place[0])):
                raise EndpointFails("harvest-private", host=address[0])
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(timeout)
                made.connect(place)
            except OSError as error:
                made.close()
                last = error
            else:
                return made
        raise last or OSError("no address")


def is_public(address: str) -> bool:
    """Tell whether an address is one of the internet's own.

    >>> [is_public(one) for one in ("8.8.8.8", "127.0.0.1", "::ffff:10.1.2.3", "169.254.169.254", "fe80::1%1")]
    [True, False, False, False, False]
    >>> [is_public(one) for one in ("2606:4700::1", "64:ff9b:1::a01:203", "fec0::1", "::127.0.0.1", "3fff::1")]
    [True, False, False, False, False]
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if found in _NAT64:
        found = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    mapped = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None) or found
    # What IPv6 gives out (RFC 4291, IANA): elsewhere an address may be another's way to one of ours.
    if mapped.version == 6 and (mapped not in _GIVEN_OUT or mapped in _OF_EXAMPLES):
        return False
    return mapped.is_global and not mapped.is_multicast


class _Wire:
    """The connection of a request, which is cut where the head of its answer is not there in time: a socket's own
    bound starts again at each byte."""

    def __init__(self, private: bool) -> None:
        self._connect = _Connecting(private)
        self._connection: http.client.HTTPConnection | None = None
        self.was_cut = False

    def held(self, made: http.client.HTTPConnection) -> None:
        """Hold a connection, which is made as `_Connecting` allows."""
        made._create_connection = self._connect  # type: ignore[attr-defined]
        self._connection = made

    @contextmanager
    def for_seconds(self, seconds: float) -> Iterator[None]:
        """Cut the connection where what is done takes longer."""
        self._connection, self.was_cut = None, False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.was_cut = True
        wire = self._connection.sock if self._connection else None
        if wire is not None:
            with suppress(OSError):  # it was closed meanwhile
                socket.socket.shutdown(wire, socket.SHUT_RDWR)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, wire: _Wire) -> None:
        super().__init__()
        self._wire = wire

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._made, req)

    def _made(self, host: str, **given: Any) -> http.client.HTTPConnection:
        made = http.client.HTTPConnection(host, **given)
        self._wire.held(made)
        return made


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, wire: _Wire) -> None:
        super().__init__()
        self._wire = wire

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._made, req)

    def _made(self, host: str, **given: Any) -> http.client.HTTPSConnection:
        made = http.client.HTTPSConnection(host, **given)
        self._wire.held(made)
        return made


def _seconds(retry: str) -> float | None:
    """Return the seconds of a Retry-After: a number, or a date (RFC 9110 §10.2.3)."""
    if retry.strip().isdigit():
        return float(retry)
    try:
        at = email.utils.parsedate_to_datetime(retry)
    except ValueError:
        return None
    return max(0.0, at.timestamp() - time.time())
