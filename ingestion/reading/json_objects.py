"""Reads JSON, JSON-LD and JSON Lines: which objects there are, and where each key stands in the text.

Knows the forms a deposit may take (an object, a list, `@graph`, one object a line) and refuses what is no
JSON; what the keys mean is the documents' business. No context is ever fetched: ours is known, others are
refused (https://www.w3.org/TR/json-ld11/).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from ingestion.reading.json_text import DECODER, SPACE, JsonSource, Members, line_and_column
from ingestion.reading.records import Deposit, Record
from ingestion.reading.text import DecodedText
from ingestion.words.errors import UnreadableDeposit, unreadable
from ingestion.words.messages import Place, issue
from ontologie import BASE, context, context_iri, context_versions, named_context, translated

DEEPEST: Final = 32
"""Levels of a document; a project's has five."""

_ENVELOPE: Final = {"@context", "@graph"}

REASON_KEY: Final = "raison_du_refus"
"""The key under which refused objects are given back with why; it says nothing of a document."""



def read_json(text: DecodedText, file: str, *, kind: str, base: str = BASE) -> Deposit:
    """Read the objects of a JSON text.

    Raises UnreadableDeposit where it is no JSON, an item is no object, or a context is not ours; `line` and
    `column` say where.
    """
    reader = _Objects(text.text(), file, base)
    count = reader.check()
    if not count:
        raise unreadable("aucune-fiche", Place(file, 1))
    note = issue("lu-json", Place(file, 1), words={"encoding": text.encoding})
    return Deposit(file, kind, (), reader, count, (note,))


@dataclass(frozen=True)
class _Objects:
    """The objects of a JSON text, decoded again each time they are gone through."""

    text: str
    file: str
    base: str

    def __iter__(self) -> Iterator[Record]:
        line, opening, seen = 1, 0, 0
        for start, members, around in self._objects():
            line += self.text.count("\n", seen, start)
            opening = max(opening, self.text.rfind("\n", seen, start) + 1)
            seen = start
            source = JsonSource(self.text, start, line, opening)
            named = self._context(members, start) or around
            members.pop(REASON_KEY, None)
            yield Record(self.file, line, {}, members=members, source=source, context=named)

    def check(self) -> int:
        """Return how many objects there are. Raises UnreadableDeposit where one cannot be used."""
        count = 0
        for start, members, _ in self._objects():
            if not isinstance(members, Members):
                raise self._error("json-pas-objet", start)
            if _deeper(members, DEEPEST):
                raise self._error("json-profond", start)
            self._context(members, start)
            count += 1
        return count

    def _objects(self) -> Iterator[tuple[int, Any, str | None]]:
        """Yield (offset, object, version of the context named around it) of each fiche."""
        start = self._skip(0)
        if self.text.startswith("[", start):
            yield from ((*item, None) for item in self._items(start, ends=True))
            return
        members, end = self._decode(start)
        if isinstance(members, Members) and "@graph" in members:
            yield from self._graph(members, start, end)
            return
        while True:
            yield start, members, None
            start = self._skip(end)
            if start == len(self.text):
                return
            if "\n" not in self.text[end:start]:
                raise self._error("json-invalide", start, _detail("Extra data"))
            members, end = self._decode(start)

    def _graph(self, members: Members, start: int, end: int) -> Iterator[tuple[int, Any, str | None]]:
        around = self._context(members, start)
        source = JsonSource(self.text, start)
        for key in members:
            if key not in _ENVELOPE:
                raise self._error("cle-inconnue", source.offset((key,)), value=key)
        if members.repeated:
            twice = members.repeated[0]
            raise self._error("cle-double", source.offset((twice,), last=True), value=twice)
        if self._skip(end) != len(self.text):
            raise self._error("json-invalide", self._skip(end), _detail("Extra data"))
        opening = source.value_offset(("@graph",))
        if isinstance(members["@graph"], list):
            yield from ((*item, around) for item in self._items(opening))
        else:
            yield opening, members["@graph"], around

    def _items(self, opening: int, *, ends: bool = False) -> Iterator[tuple[int, Any]]:
        """Yield the items of the list that opens here; with `ends`, nothing may follow it."""
        position = self._skip(opening + 1)
        while not self.text.startswith("]", position):
            item, end = self._decode(position)
            yield position, item
            position = self._skip(end)
            if self.text.startswith(",", position):
                position = self._skip(position + 1)
                if self.text.startswith("]", position):
                    raise self._error("json-invalide", position, _detail("Expecting value"))
            elif not self.text.startswith("]", position):
                raise self._error("json-invalide", position, _detail("Expecting ',' delimiter"))
        if ends and self._skip(position + 1) != len(self.text):
            raise self._error("json-invalide", self._skip(position + 1), _detail("Extra data"))

    def _decode(self, start: int) -> tuple[Any, int]:
        try:
            return DECODER.raw_decode(self.text, start)
        except json.JSONDecodeError as error:
            raise self._error("json-invalide", error.pos, _detail(error.msg)) from error
        except RecursionError as error:
            raise self._error("json-profond", start) from error

    def _context(self, members: Members, start: int) -> str | None:
        """Return the version of the context that an object names, by its address or whole; None where it names none.

        Raises UnreadableDeposit where it is none of ours.
        """
        given = members.get("@context")
        if given is None or given == []:
            return None
        versions, bases = reversed(context_versions()), (self.base, BASE)
        whole = next((one for one in versions if given in [_as_read(base, one) for base in bases]), None)
        if whole is not None:
            return whole
        names = [one for one in (given if isinstance(given, list) else [given]) if one not in _based(bases)]
        named = {next(filter(None, (_version(name, base) for base in bases)), None) for name in names}
        if len(named) == 1 and (found := named.pop()) is not None:
            return found
        ours = tuple(f"{base}contexte/" for base in bases)
        address = next((name for name in names if isinstance(name, str) and name.startswith(ours)), "")
        words = {"context": context_iri(self.base), "versions": ", ".join(context_versions())}
        unknown = "contexte-complete" if len(named) > 1 and any(named) else "contexte-version-inconnue"
        code = unknown if address else "contexte-refuse"
        raise self._error(code, JsonSource(self.text, start).offset(("@context",)), words, value=address)

    def _skip(self, position: int) -> int:
        found = SPACE.match(self.text, position)
        return found.end() if found else position

    def _error(
        self, code: str, offset: int, words: dict[str, Any] | None = None, value: str = ""
    ) -> UnreadableDeposit:
        line, column = line_and_column(self.text, offset)
        return unreadable(code, Place(self.file, line, column), value=value, words=words)


def _deeper(value: Any, most: int) -> bool:
    """Tell whether a value is nested deeper than so many levels, without recursion."""
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (dict, list))
        ]
        if not level:
            return False
    return True


def _detail(message: str) -> dict[str, dict[str, str]]:
    """Return what the decoder says, in both languages."""
    return {"detail": {"fr": translated("json", message) or message, "en": message[0].lower() + message[1:]}}


def _version(name: object, base: str) -> str | None:
    return named_context(name, base) if isinstance(name, str) else None


def _based(bases: tuple[str, ...]) -> list[dict[str, str]]:
    """Return what may stand beside the name of a context: the base that it has itself."""
    return [{"@base": base} for base in bases]


@cache
def _as_read(base: str, version: str) -> Any:
    """Return a version of our context as the decoder gives it."""
    return DECODER.decode(json.dumps(context(base, version)))
