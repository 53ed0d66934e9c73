"""Turns the bytes of a deposit into text: which encoding they are in, and lines as editors count them.

Knows UTF-8, UTF-16 and UTF-32 (with or without byte order mark), and those of one byte a letter; nothing of tables.
A line ends at "\\n" (or at "\\r" where the file has no "\\n"): U+2028 and U+0085 end none.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ingestion.reading.encodings import SINGLE_BYTE, doubtful_words, likeliest, read_twice
from ingestion.words.errors import unreadable
from ingestion.words.messages import Place, quote
from ontologie import Refused, in_both

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    # Before UTF-16, whose mark begins the same way.
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
LONGEST_LINE: Final = 64_000_000
"""Characters of a line of a table; a cell beyond the bounds of its column refuses its row only."""

_SAMPLE: Final = 8192
_PIECE: Final = 1 << 20
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_SEQUENCE: Final = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{1,3}")
_TWICE: Final = re.compile(rb"\xc3[\x82\x83\x85\xa2][\xc2\xc5\xc6\xcb\xe2]")
_MOST_CONTROLS: Final = 0.05


@dataclass(frozen=True)
class DecodedText:
    """A text and the encoding it was in; the text is decoded again each time it is read through."""

    data: bytes
    codec: str
    encoding: str
    """The encoding as people name it: `UTF-8`, `Windows-1252`, `CP850`…; `UTF-8 × 2` where it was made so twice."""

    @property
    def blank(self) -> bool:
        """Whether there is nothing but spaces."""
        return not self.data.strip()

    def lines(self) -> Iterator[str]:
        """Yield the lines with their ends, which are neither translated nor guessed."""
        newline = "\n" if b"\n" in self.data else "\r"
        opened = io.TextIOWrapper(io.BytesIO(self.data), encoding=self.codec, newline=newline)
        while line := opened.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Refused("ligne-demesuree", {"most": str(LONGEST_LINE // 1_000_000)})
            yield line

    def text(self) -> str:
        """Return the whole text."""
        return self.data.decode(self.codec)

    def starts_with(self, openings: tuple[str, ...]) -> bool:
        """Tell whether the text opens with one of these, spaces apart."""
        head = self.data[:_SAMPLE].decode(self.codec, errors="ignore")
        return head.lstrip().startswith(openings)


def decode(data: bytes, file: str) -> DecodedText:
    """Return the text of a file. Raises UnreadableDeposit at the first byte that no encoding explains."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _checked(data[len(mark) :], codec, name, file)
    for size, name in ((4, "UTF-32"), (2, "UTF-16")):
        if unmarked := _unmarked(data, size):
            return _checked(data, unmarked, name, file)
    _refuse_binary(data, file)
    wrong = _first_wrong(data, "utf-8")
    if wrong is not None:
        _refuse_mixture(data, wrong, file)
        return _of_one_byte(data, file)
    return _once(data, file)


def _of_one_byte(data: bytes, file: str) -> DecodedText:
    """Return a text of one byte a letter, in the encoding that its words show."""
    codec = likeliest(data)
    if codec is None and _first_wrong(data, "cp1252") is None:
        words = {"words": ", ".join(map(quote, doubtful_words(data)))}
        raise unreadable("encodage-douteux", Place(file, 1), words=words)
    return _checked(data, *(codec or SINGLE_BYTE[0]), file)


def _once(data: bytes, file: str) -> DecodedText:
    """Return a text of UTF-8, as it was before where it was made UTF-8 twice."""
    if not _TWICE.search(data):
        return DecodedText(data, "utf-8", "UTF-8")
    text, marked = read_twice(data.decode())
    if text is None:
        raise unreadable("encodage-douteux", Place(file, 1), words={"words": ", ".join(map(quote, marked))})
    repaired = text.encode()
    return DecodedText(repaired, "utf-8", "UTF-8" if repaired == data else "UTF-8 × 2")


def _checked(data: bytes, codec: str, name: str, file: str) -> DecodedText:
    wrong = _first_wrong(data, codec)
    if wrong is not None:
        words = {"byte": f"0x{data[wrong]:02X}", "encoding": name}
        raise unreadable("encodage-inconnu", _place(data, wrong, codec, file), words=words)
    return DecodedText(data, codec, name)


def _first_wrong(data: bytes, codec: str) -> int | None:
    """Return the offset of the first byte that a codec cannot read; piece by piece, as texts may be large."""
    decoder = codecs.getincrementaldecoder(codec)()
    for start in range(0, len(data), _PIECE):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _PIECE], final=start + _PIECE >= len(data))
        except UnicodeDecodeError as error:
            return start - held + error.start
    return None


def _unmarked(data: bytes, size: int) -> str | None:
    """Return the codec of UTF-16 or UTF-32 (of `size` bytes) without mark: Latin text is one byte in so many."""
    sample = data[: _SAMPLE & ~3]
    if len(data) % size or len(sample) < 2 * size:
        return None
    count = len(sample) // size
    filled = [sample[place::size].count(0) < 0.05 * count for place in range(size)]
    zero = [sample[place::size].count(0) > 0.7 * count for place in range(size)]
    if filled[0] and all(zero[1:]):
        return f"utf-{8 * size}-le"
    if filled[-1] and all(zero[:-1]):
        return f"utf-{8 * size}-be"
    return None


def _refuse_binary(data: bytes, file: str) -> None:
    sample = data[:_SAMPLE]
    controls = len(_CONTROLS.findall(sample))
    if controls > max(4, _MOST_CONTROLS * len(sample)):
        what = in_both("contenus", "binary")
        raise unreadable("fichier-binaire", Place(file, 1), words={"what": what})


def _refuse_mixture(data: bytes, start: int, file: str) -> None:
    """Refuse a file whose accents are nearly all UTF-8: as Windows-1252 it would be read wrong in silence."""
    sequences = _SEQUENCE.findall(data)
    whole = sum(1 for sequence in sequences if _is_utf8(sequence))
    others = sum(1 for byte in _SEQUENCE.sub(b"", data) if byte >= 0x80)
    if whole > 4 * (others + len(sequences) - whole):
        words = {"byte": f"0x{data[start]:02X}"}
        raise unreadable("encodages-melanges", _place(data, start, "utf-8", file), words=words)


def _is_utf8(sequence: bytes) -> bool:
    try:
        sequence.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _place(data: bytes, offset: int, codec: str, file: str) -> Place:
    """Return the line and the column, in characters, of a byte."""
    before = data[:offset].decode(codec, errors="replace")
    return Place(file, before.count("\n") + 1, offset_column(before))


def offset_column(before: str) -> int:
    """Return the 1-based column that follows a text."""
    return len(before) - before.rfind("\n")
