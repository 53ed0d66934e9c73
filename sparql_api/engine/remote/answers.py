"""Another store's answer, made ours: read to its end, judged whole, written in the format asked.

Other stores cut answers under status 200: at its deadline Fuseki ends a table with a comment, the Oxigraph server a
graph with a sentence, both over connections that end well. So nothing of theirs is passed on as it comes. Tables are
asked in JSON, whose end shows, and graphs in N-Triples, which no such ending fits; both are parsed to the last byte.
Virtuoso says in a header that it left rows out. Writing is the reference engine's, so every format comes out as it
does there.
"""

from __future__ import annotations

import os
import re
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

import httpx
import pyoxigraph as ox

from sparql_api.formats.sinks import RowCounter, Sink
from sparql_api.query.plan import Plan
from sparql_api.words.errors import ServiceError

IN_MEMORY: Final = 256 << 10
"""Bytes of an answer beyond which it goes to a file."""
WORDIER: Final = 8
"""How many times the bytes of the same answer, in the densest of our formats, JSON may take."""
JSON: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"
TURTLE: Final = "text/turtle"
_HEAD: Final = 64 << 10
_VARIABLES: Final = re.compile(rb'"vars"\s*:\s*\[[^\]]*\]')
_ENDED_EARLY: Final = re.compile(rb"time[d ]*out|cancel", re.IGNORECASE)


class Broken(ServiceError):
    """The answer is not whole, or nothing we can read; `early` where it says that a deadline ended it."""

    def __init__(self, reason: str, *, early: bool = False) -> None:
        super().__init__(reason)
        self.early = early


class Stopped(ServiceError):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True)
class Written:
    """An answer in the format asked: its bytes, or the descriptor of an unlinked file of `size` bytes."""

    data: bytes
    file: int | None
    size: int
    rows: int | None


def accepted(plan: Plan) -> str:
    """Return the Accept header with which another store is asked."""
    return JSON if _is_table(plan) else f"{TRIPLES}, {TURTLE};q=0.5"


def judge_headers(response: httpx.Response, plan: Plan) -> None:
    """Raise Broken where the answer is in no format we asked, or its end would not show."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ((JSON, "application/json") if _is_table(plan) else (TRIPLES, TURTLE)):
        raise Broken(f"answered in {media_type or 'no format'}")
    # Virtuoso's: a query that its time ended, and a table that its bound of rows ended.
    if "x-sql-state" in response.headers or "x-sparql-maxrows" in response.headers:
        raise Broken("the store left rows out", early="x-sql-state" in response.headers)
    framed = "content-length" in response.headers or "chunked" in response.headers.get("transfer-encoding", "")
    if not framed and not _is_table(plan):
        raise Broken("the connection's end is the answer's only end")


def spool(folder: Path) -> IO[bytes]:
    """Return where the store's own bytes wait: memory, beyond a bound a file without a name."""
    return cast(IO[bytes], tempfile.SpooledTemporaryFile(IN_MEMORY, dir=str(folder)))


def write(raw: IO[bytes], plan: Plan, limit: int, folder: Path, stop: threading.Event) -> Written:
    """Return the answer in the plan's format, at most `limit` bytes.

    Raises Broken where it is not whole, Stopped, and the errors of `formats.sinks.Sink`. It takes time: not for the
    thread that answers everyone, unless the answer is small.
    """
    sink = _Sink(limit, IN_MEMORY, str(folder), stop)
    try:
        if _is_table(plan):
            _table(raw, plan, sink)
        else:
            _graph(raw, plan, sink)
    except (SyntaxError, UnicodeDecodeError) as error:
        sink.close()
        raise Broken(str(error), early=ended_early(_tail(raw))) from error
    except BaseException:
        sink.close()
        raise
    rows = sink.rows()
    return Written(bytes(sink.memory), sink.file, sink.size, rows)


def ended_early(said: bytes) -> bool:
    """Tell whether a store says that a deadline of its own ended the query."""
    return bool(_ENDED_EARLY.search(said))


def _is_table(plan: Plan) -> bool:
    return plan.form in ("SELECT", "ASK")


class _Sink(Sink):
    """Takes bytes as long as somebody waits for them."""

    def __init__(self, limit: int, inline: int, folder: str, stop: threading.Event) -> None:
        super().__init__(limit, inline, folder)
        self._stop = stop

    def write(self, data: bytes) -> int:
        if self._stop.is_set():
            raise Stopped
        return super().write(data)


def _table(raw: IO[bytes], plan: Plan, sink: Sink) -> None:
    results = ox.parse_query_results(_rewound(raw), format=ox.QueryResultsFormat.JSON)
    if isinstance(results, ox.QuerySolutions) != (plan.form == "SELECT"):
        raise Broken(f"no answer to {plan.form}")
    if isinstance(results, ox.QuerySolutions) and plan.star is not None:
        found = [variable.value for variable in results.variables]
        columns = [name for name in plan.variables if name in found]
        if columns != found and len(columns) == len(found):
            results = ox.parse_query_results(_reordered(raw, columns), format=ox.QueryResultsFormat.JSON)
    form = ox.QueryResultsFormat.from_media_type(plan.written_as)
    assert form is not None
    sink.xml = form == ox.QueryResultsFormat.XML
    if isinstance(results, ox.QuerySolutions):
        sink.counter = RowCounter(form.file_extension)
    results.serialize(sink, format=form)  # type: ignore[arg-type]


def _graph(raw: IO[bytes], plan: Plan, sink: Sink) -> None:
    # A line that nothing ends may be half a line that looks like a whole one.
    if _tail(raw)[-1:] not in (b"\n", b""):
        raise SyntaxError("the last line has no end")
    form = ox.RdfFormat.from_media_type(plan.written_as)
    assert form is not None
    sink.xml = form == ox.RdfFormat.RDF_XML
    triples = (quad.triple for quad in ox.parse(_rewound(raw), format=ox.RdfFormat.TURTLE))
    ox.serialize(triples, sink, format=form)  # type: ignore[arg-type]


def _rewound(raw: IO[bytes]) -> IO[bytes]:
    raw.seek(0)
    return raw


def _reordered(raw: IO[bytes], columns: list[str]) -> IO[bytes]:
    """Return the JSON with its variables announced in the order of the query, which is that of the columns."""
    raw.seek(0)
    head = raw.read(_HEAD)
    names = b"".join(b'"%s",' % name.encode() for name in columns)[:-1]
    fixed, count = _VARIABLES.subn(lambda _: b'"vars":[' + names + b"]", head, count=1)
    return _Joined(fixed, raw) if count else _rewound(raw)  # type: ignore[return-value]


class _Joined:
    """A file whose beginning is another."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest

    def read(self, count: int = -1) -> bytes:
        if not self._head:
            return self._rest.read(count)
        if count < 0:
            found, self._head = self._head + self._rest.read(), b""
        else:
            found, self._head = self._head[:count], self._head[count:]
        return found


def _tail(raw: IO[bytes], count: int = 400) -> bytes:
    size = raw.seek(0, os.SEEK_END)
    raw.seek(max(0, size - count))
    return raw.read()
