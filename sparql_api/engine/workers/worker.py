"""A query worker: a process that answers SPARQL queries from read-only stores, and may be killed any time.

Started as a script by its parent (`pool.py`), with its configuration as JSON in the first argument. It
imports nothing but the standard library, pyoxigraph and `formats.sinks`, so that a fresh one answers in a
few tens of milliseconds; DuckDB when the first twin of a question is
asked (`columns.py`). It knows stores, limits and serialisation; HTTP, editions and who asks are its parent's.

Messages on the socket, both ways: four bytes of length, a JSON object, then the `inline` bytes it announces;
an answer too large for that travels as the descriptor of an unlinked file (SCM_RIGHTS).
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import resource
import signal
import socket
import struct
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from sparql_api.formats.sinks import NoSpace, PastBound, RowCounter, Sink, Unwritable

if TYPE_CHECKING:
    from sparql_api.engine.workers.columns import OpenColumns

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
PR_SET_PDEATHSIG: Final = 1
SIOCSIFFLAGS: Final = 0x8914
IFF_UP: Final = 1
OPEN_STORES: Final = 3
STACK_BYTES: Final = 64 << 20
PIECE: Final = 64 << 10
Json = dict[str, Any]
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples
Writer = Callable[[Results, Sink, str], None]
NEEDS_QUOTES: Final = re.compile(r'[",\r\n]')
ROWS: Final = 1000
"""Rows that are written together."""


class UnopenedStore(Exception):
    """The store of the edition does not open."""


def main() -> None:
    """Answer requests until the parent closes the socket."""
    config: dict[str, Any] = json.loads(sys.argv[1])
    channel = socket.socket(fileno=config["descriptor"])
    confine(config["memory"], config["parent"], config["nice"])
    isolation = isolate()
    header = {"status": "ready", "isolation": isolation, "used": time.process_time()}
    if config["gateway"]:
        with listening(isolation != "none") as listener:
            send(channel, header, file=listener.fileno())
    else:
        send(channel, header)
    stores = OpenStores(config["memory"])
    while (request := receive(channel)) is not None:
        respond(channel, stores, config, request)


def confine(memory: int, parent: int, nice: int) -> None:
    """Bound this process: memory in bytes, no core file, gone when its parent (a process id) is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the group; the parent decides.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)
    os.nice(nice)  # The process that answers everyone goes first.
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
    if hard == resource.RLIM_INFINITY or hard >= STACK_BYTES:
        # The parser and the optimiser recurse: the stack grows up to this bound.
        resource.setrlimit(resource.RLIMIT_STACK, (STACK_BYTES, hard))


def isolate() -> str:
    """Enter an empty network namespace where the kernel allows it; return what was obtained."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) == 0:
        return "network-namespace"
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0:
        return "user-network-namespace"
    return "none"


def listening(isolated: bool) -> socket.socket:
    """Return a listening socket on the loopback of this network, for the parent to answer SERVICE on."""
    if isolated:
        with socket.socket() as any_socket:
            # struct ifreq: the name of the interface, then its flags.
            fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    return socket.create_server(("127.0.0.1", 0))


class OpenStores:
    """The few stores kept open, the least recently used closed first.

    The key holds the folder's inode: a store rebuilt in place is another one.
    """

    def __init__(self, memory: int) -> None:
        self.open: OrderedDict[tuple[str, int], ox.Store] = OrderedDict()
        self._memory = memory
        self._columns: OpenColumns | None = None

    @property
    def columns(self) -> OpenColumns:
        """What answers twins."""
        if self._columns is None:
            from sparql_api.engine.workers.columns import OpenColumns

            self._columns = OpenColumns(self._memory)
        return self._columns

    def get(self, path: str) -> ox.Store:
        """Return the store of a folder; raises UnopenedStore."""
        try:
            return self._get(path)
        except (OSError, RuntimeError) as error:
            raise UnopenedStore(str(error)) from error

    def _get(self, path: str) -> ox.Store:
        key = (path, os.stat(path).st_ino)  # noqa: PTH116 (lean start)
        if key not in self.open:
            self.open[key] = ox.Store.read_only(path)
            if len(self.open) > OPEN_STORES:
                self.open.popitem(last=False)
        self.open.move_to_end(key)
        return self.open[key]


def respond(channel: socket.socket, stores: OpenStores, config: Json, request: Json) -> None:
    """Answer one request, or say what went wrong; a panic of the store's ends the process."""
    started, worked = time.perf_counter(), time.process_time()
    try:
        header, body, file = answer(stores, config, request)
    except SyntaxError as error:
        header, body, file = {"status": "syntax", "message": str(error)}, b"", None
    except PastBound:
        header, body, file = {"status": "too-large"}, b"", None
    except NoSpace as error:
        header, body, file = {"status": "no-space", "message": str(error)}, b"", None
    except Unwritable as error:
        header, body, file = {"status": "unwritable", "message": str(error)}, b"", None
    except UnopenedStore as error:
        header, body, file = {"status": "store", "message": str(error)}, b"", None
    except (OSError, RuntimeError, ValueError) as error:
        header, body, file = {"status": "failed", "message": str(error)}, b"", None
    header["seconds"] = time.perf_counter() - started
    header["used"] = used = time.process_time()
    header["worked"] = used - worked
    send(channel, header, body, file)
    if file is not None:
        os.close(file)


def answer(stores: OpenStores, config: Json, request: Json) -> tuple[Json, bytes, int | None]:
    """Return the header of the answer, and its body as bytes or as the descriptor of a file."""
    if request.get("twin") is not None:
        return answer_by_columns(stores, config, request)
    store = stores.get(request["store"])
    if request.get("text") is None:  # A store opened in advance.
        return {"status": "ok"}, b"", None
    text = request["text"]
    results = evaluate(store, config, request, text)
    if request["star"] is not None and isinstance(results, ox.QuerySolutions):
        text = with_columns(request, results)
        results = evaluate(store, config, request, text)
    return put_out(config, request, results, lambda: evaluate(store, config, request, text))


def answer_by_columns(stores: OpenStores, config: Json, request: Json) -> tuple[Json, bytes, int | None]:
    """Return an answer as `answer` does, of a question's twin."""
    from sparql_api.engine.workers.columns import ColumnsFailed

    try:
        again = stores.columns.results(request["twin"], request["answer_bytes"])
    except ColumnsFailed as error:
        return {"status": "columns", "message": str(error)}, b"", None
    return put_out(config, request, again(), again)


def put_out(
    config: Json, request: Json, results: Results, again: Callable[[], Results]
) -> tuple[Json, bytes, int | None]:
    """Return the header and the body of results in the format asked for; `again` gives the same results once more."""
    sink, rows = written(config, request, results, serialize)
    if sink.counter and isinstance(results, ox.QuerySolutions) and not sink.counter.fits(len(results.variables)):
        # The serialiser quotes no IRI, though one may hold a comma: such an answer is asked and written again.
        sink.close()
        sink, rows = written(config, request, again(), serialize_csv)
    header = {
        "status": "ok",
        "size": sink.size,
        "rows": rows,
        "form": "graph" if isinstance(results, ox.QueryTriples) else "solutions",
    }
    return header, bytes(sink.memory), sink.file


def written(config: Json, request: Json, results: Results, write: Writer) -> tuple[Sink, int | None]:
    """Return the sink that holds the results, and how many rows they have; raises what writing raises."""
    sink = Sink(request["answer_bytes"], config["inline"], config["spool"] if request["spool"] else None)
    try:
        write(results, sink, request["media_type"])
    except BaseException:
        sink.close()
        raise
    return sink, sink.rows()


def evaluate(store: ox.Store, config: Json, request: Json, text: str) -> Results:
    """Return the results of a query, not yet computed: they are as they are read."""
    return store.query(
        text,
        base_iri=config["base"],
        # Each one given is read anew, so only those that the text may use.
        prefixes={name: iri for name, iri in config["prefixes"].items() if name + ":" in text},
        use_default_graph_as_union=request["union"],
        default_graph=graphs(request["default"]),
        named_graphs=graphs(request["named"]),
    )


def with_columns(request: dict[str, Any], results: ox.QuerySolutions) -> str:
    """Return the text of a `SELECT *` with its columns named in the order the text first names them.

    The engine gives them in the order of the alphabet, which nobody who reads a table expects.
    """
    text, star = str(request["text"]), int(request["star"])
    found = {variable.value for variable in results.variables}
    columns = [name for name in request["variables"] if name in found]
    if len(columns) != len(found) or not columns:
        return text
    return text[:star] + " " + " ".join("?" + name for name in columns) + " " + text[star + 1 :]


def graphs(names: list[str] | None) -> list[Any] | None:
    """Return graph names as terms; None leaves the choice to the query."""
    return None if names is None else [ox.NamedNode(name) for name in names]


def serialize(results: Results, sink: Sink, media_type: str) -> None:
    """Write the results into the sink; raises ValueError where the form of the query has no such format."""
    if isinstance(results, ox.QueryTriples):
        graph_format = ox.RdfFormat.from_media_type(media_type)
        if graph_format is None:
            raise ValueError(f"{media_type} does not hold a graph")
        sink.xml = graph_format == ox.RdfFormat.RDF_XML
        try:
            results.serialize(sink, format=graph_format)  # type: ignore[arg-type]
        except OSError as error:
            if "does not support" in str(error):  # Triple terms in a format that has none.
                raise Unwritable(str(error)) from error
            raise
        return
    table_format = ox.QueryResultsFormat.from_media_type(media_type)
    if table_format is None:
        raise ValueError(f"{media_type} does not hold solutions")
    sink.xml = table_format == ox.QueryResultsFormat.XML
    if isinstance(results, ox.QuerySolutions):
        sink.counter = RowCounter(table_format.file_extension)
    results.serialize(sink, format=table_format)  # type: ignore[arg-type]


def serialize_csv(results: Results, sink: Sink, media_type: str) -> None:
    """Write solutions as CSV into the sink, every cell that needs quotes in quotes (SPARQL 1.1 CSV, section 3.2)."""
    assert isinstance(results, ox.QuerySolutions), media_type
    sink.counter = RowCounter("csv")
    names = [variable.value for variable in results.variables]
    sink.write(",".join(names).encode() + b"\r\n")
    while rows := list(islice(results, ROWS)):
        lines = (",".join(quoted(term_text(row[name])) for name in names) for row in rows)
        sink.write("".join(f"{line}\r\n" for line in lines).encode())


def term_text(term: Any) -> str:
    """Return what CSV says of a term: an IRI or a literal's text as they are, nothing for what is unbound."""
    if term is None:
        return ""
    return str(term.value) if isinstance(term, (ox.NamedNode, ox.Literal)) else str(term)


def quoted(cell: str) -> str:
    """Return a cell as RFC 4180 writes it."""
    return '"' + cell.replace('"', '""') + '"' if NEEDS_QUOTES.search(cell) else cell


def send(channel: socket.socket, header: dict[str, Any], body: bytes = b"", file: int | None = None) -> None:
    """Send one message; `file` is the descriptor that carries the body in place of `body`."""
    header = {**header, "inline": len(body), "file": file is not None}
    data = json.dumps(header).encode()
    frame = struct.pack("!I", len(data)) + data
    if file is None:
        channel.sendall(frame + body)
    else:
        socket.send_fds(channel, [frame], [file])


def receive(channel: socket.socket) -> dict[str, Any] | None:
    """Return the next request, or None once the parent has closed the socket."""
    data, size = bytearray(), 4
    while len(data) < size:
        piece = channel.recv(PIECE)
        if not piece:
            return None
        data += piece
        if len(data) >= 4:
            size = 4 + struct.unpack_from("!I", data)[0]
    message: dict[str, Any] = json.loads(data[4:])
    return message


if __name__ == "__main__":
    main()
