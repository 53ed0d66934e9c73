"""A query worker: a process that answers SPARQL queries from read-only stores, and may be killed any time.

Started as a script by its parent (`pool.py`), with its configuration as JSON in the first argument. It
imports nothing but the standard library and pyoxigraph, so that a fresh one answers in a few tens of
milliseconds. It knows stores, limits and serialisation; HTTP, editions and who asks are its parent's.

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
from typing import Any, Final

import pyoxigraph as ox

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
PR_SET_PDEATHSIG: Final = 1
SIOCSIFFLAGS: Final = 0x8914
IFF_UP: Final = 1
OPEN_STORES: Final = 3
STACK_BYTES: Final = 64 << 20
PIECE: Final = 64 << 10
# Control characters, U+FFFE and U+FFFF, which XML 1.0 has no way to write, and the element Oxigraph makes of a
# property whose IRI ends in no XML name (…/123), which has none in RDF/XML.
NOT_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<oxprefix: ")
Json = dict[str, Any]
Results = ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples


class PastBound(Exception):
    """The answer passed the bound while it was written."""


class UnopenedStore(Exception):
    """The store of the edition does not open."""


class Unwritable(Exception):
    """The answer holds what its format cannot say."""


class NoSpace(Exception):
    """The answer could not be spooled."""


def main() -> None:
    """Answer requests until the parent closes the socket."""
    config: dict[str, Any] = json.loads(sys.argv[1])
    channel = socket.socket(fileno=config["descriptor"])
    confine(config["memory"], config["parent"], config["nice"])
    isolation = isolate()
    header = {"status": "ready", "isolation": isolation}
    if config["gateway"]:
        with listening(isolation != "none") as listener:
            send(channel, header, file=listener.fileno())
    else:
        send(channel, header)
    stores = OpenStores()
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

    def __init__(self) -> None:
        self.open: OrderedDict[tuple[str, int], ox.Store] = OrderedDict()

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
    header["worked"] = time.process_time() - worked
    send(channel, header, body, file)
    if file is not None:
        os.close(file)


def answer(stores: OpenStores, config: Json, request: Json) -> tuple[Json, bytes, int | None]:
    """Return the header of the answer, and its body as bytes or as the descriptor of a file."""
    store = stores.get(request["store"])
    if request.get("text") is None:  # A store opened in advance.
        return {"status": "ok"}, b"", None
    results = evaluate(store, config, request, request["text"])
    if request["star"] is not None and isinstance(results, ox.QuerySolutions):
        results = evaluate(store, config, request, with_columns(request, results))
    sink = Sink(request["answer_bytes"], config["inline"], config["spool"] if request["spool"] else None)
    try:
        serialize(results, sink, request["media_type"])
    except BaseException:
        sink.close()
        raise
    header = {
        "status": "ok",
        "size": sink.size,
        "rows": sink.rows(),
        "form": "graph" if isinstance(results, ox.QueryTriples) else "solutions",
    }
    return header, bytes(sink.memory), sink.file


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


class Sink:
    """Takes the bytes of an answer: in memory, beyond `inline` bytes in an unlinked file of `folder`, if any."""

    def __init__(self, limit: int, inline: int, folder: str | None) -> None:
        self.limit, self.inline, self.folder = limit, inline, folder
        self.size = 0
        self.memory = bytearray()
        self.file: int | None = None
        self.counter: RowCounter | None = None
        self.xml = False
        self._tail = b""

    def write(self, data: bytes) -> int:
        """Take some bytes; raises PastBound past the bound, NoSpace, Unwritable."""
        taken = len(data)
        if self.xml:
            data = self._checked(data)
        self.size += len(data)
        if self.size > self.limit:
            raise PastBound
        if self.file is None and self.size <= self.inline:
            self.memory += data
            return taken
        try:
            self._spill(data)
        except OSError as error:
            raise NoSpace(str(error)) from error
        return taken

    def rows(self) -> int | None:
        """Return the rows of a complete SELECT answer, None of another."""
        if self.counter and self.file is None:
            self.counter.feed_whole(bytes(self.memory))
        return self.counter.rows() if self.counter else None

    def flush(self) -> None:
        """Nothing waits: every write reaches its place."""

    def close(self) -> None:
        """Give up the file of an answer that will not be."""
        if self.file is not None:
            os.close(self.file)

    def _checked(self, data: bytes) -> bytes:
        checked = as_xml(data, self._tail)
        self._tail = (self._tail + data)[-12:]
        return checked

    def _spill(self, data: bytes) -> None:
        if self.file is None:
            if self.folder is None:
                raise NoSpace("the spool is full")
            self.file = unlinked_file(self.folder)
            data, self.memory = bytes(self.memory) + data, bytearray()
        if self.counter:
            self.counter.feed(data)
        view = memoryview(data)
        while view:
            view = view[os.write(self.file, view) :]


def as_xml(data: bytes, before: bytes = b"") -> bytes:
    """Return XML that says what was meant; the serialiser writes some values as XML cannot hold them.

    `before` is the end of what was written before. Raises Unwritable for what no XML says.
    """
    if NOT_XML.search(before + data):
        raise Unwritable("XML cannot hold this value")
    # A parser reads a bare carriage return as a line feed (XML 1.0 §2.11).
    return data.replace(b"\r", b"&#xD;")


def unlinked_file(folder: str) -> int:
    """Return the descriptor of a new file without a name: whatever dies, nothing is left behind."""
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:  # Not every file system knows O_TMPFILE.
        path = os.path.join(folder, f"{os.getpid()}-{time.monotonic_ns()}")  # noqa: PTH118 (lean start)
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
        os.unlink(path)  # noqa: PTH108
        return file


class RowCounter:
    """Counts the rows of SELECT results from their bytes as they pass, whatever the cut of the chunks."""

    def __init__(self, extension: str) -> None:
        self.extension = extension
        self.count = 0
        self.tail = b""
        self.outside = b""
        self.in_string = False

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the serialisation."""
        if self.extension == "tsv":
            self.count += data.count(b"\n")
        elif self.extension == "csv":
            # A quote inside a quoted value is doubled, so parity tells values from separators.
            pieces = data.split(b'"')
            outside = pieces[1 if self.in_string else 0 :: 2]
            self.count += sum(piece.count(b"\n") for piece in outside)
            self.in_string ^= len(pieces) % 2 == 0
        elif self.extension == "srx":
            data = self.tail + data
            self.count += data.count(b"<result>")
            self.tail = data[-7:]
        else:
            self._feed_json(data)

    def feed_whole(self, data: bytes) -> None:
        """Take a whole serialisation: the same count, sooner where JSON has no empty row."""
        if self.extension != "srj" or b"{}" in data:
            self.feed(data)
        elif not data.endswith(b"[]}}"):
            # In a string, a quote that follows `}},{` ends it: then comes the next key, or the term's end.
            ends = data.count(b'}},{",') + data.count(b'}},{"}')
            self.count = 1 + data.count(b'}},{"') - ends

    def rows(self) -> int:
        """Return the number of rows seen; the header line of CSV and TSV is none."""
        return self.count - (self.extension in ("csv", "tsv"))

    def _feed_json(self, data: bytes) -> None:
        # Strings are taken out; what opens an object after "[" or "},", outside of them, opens a row.
        data = self.tail + data
        kept = len(data) - len(data.rstrip(b"\\"))
        data, self.tail = (data[:-kept], data[-kept:]) if kept else (data, b"")
        pieces = data.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        seen = self.outside.count(b"[{")
        outside = self.outside + b'"'.join(pieces[1 if self.in_string else 0 :: 2])
        self.in_string ^= len(pieces) % 2 == 0
        self.count += outside.count(b"[{") + outside.count(b"},{") - seen
        self.outside = outside[-2:]


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
