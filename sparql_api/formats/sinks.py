"""Takes the bytes of an answer as they are written: bounded, in memory or in a file, its rows counted, its XML checked.

Imports nothing but the standard library: query workers load it, which must start in a few tens of milliseconds.
"""

from __future__ import annotations

import os
import re
import time
from typing import Final

# Control characters, U+FFFE and U+FFFF, which XML 1.0 has no way to write, and the element Oxigraph makes of a
# property whose IRI ends in no XML name (…/123), which has none in RDF/XML.
NOT_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<oxprefix: ")


class PastBound(Exception):
    """The answer passed the bound while it was written."""


class Unwritable(Exception):
    """The answer holds what its format cannot say."""


class NoSpace(Exception):
    """The answer could not be spooled."""


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
        self.commas = 0
        """Of CSV, those outside of quotes."""
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
            self.commas += sum(piece.count(b",") for piece in outside)
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

    def fits(self, columns: int) -> bool:
        """Tell whether the lines of a complete CSV have so many cells, together; of another format, nothing is told."""
        return self.extension != "csv" or self.commas == self.count * max(columns - 1, 0)

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
