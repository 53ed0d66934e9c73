"""A partner's RDF as triples: an answer of its endpoint, or the JSON-LD that a page or a file carries.

Knows JSON-LD as far as contexts go: that of schema.org is ours, bundled, any other address is refused by the parser;
nothing is ever fetched. All of it is read in a confined process: it comes from outside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pyoxigraph as ox

from ingestion.harvest.things import ThingValue, Triple, spaces
from ontologie import confined

MOST_TRIPLES: Final = 2_000_000
"""Triples that one answer, or one page, may hold."""

_MOST_SCRIPTS: Final = 200
_SCHEMA_CONTEXT: Final = {"@vocab": "https://schema.org/", "schema": "https://schema.org/"}
"""Stands for schema.org's own context, which says the same of the properties that are read here."""
_LD: Final = "application/ld+json"
_CONTEXT_FILE: Final = re.compile(r"(/docs/jsonldcontext\.jsonl?d?)?/?(#.*)?$")
"""What may follow the namespace in the address of a context."""
_NOBODY: Final = "https://invalid.invalid/"
"""What relative addresses are resolved against: such a name is nobody's, and no identity."""

Script = tuple[int, str, tuple[Triple, ...]]
"""Where a JSON-LD text begins (its line), the code of why it cannot be read (empty where it can), and what it says."""


def read_answer(data: bytes, media_type: str) -> list[Triple]:
    """Return the triples of an answer to CONSTRUCT. Raises ValueError where it is no RDF, Refused."""

    def read() -> Iterator[list[Triple]]:
        form = ox.RdfFormat.from_media_type(media_type) or ox.RdfFormat.TURTLE
        try:
            yield _triples(data, form)
        except SyntaxError as error:
            raise ValueError(str(error)) from None

    found = confined(read, len(data), (ThingValue, ValueError), (ValueError,))
    return next(iter(found))


def read_page(data: bytes, *, whole: bool) -> list[Script]:
    """Return the JSON-LD texts of a page; with `whole`, the file is one. Raises Refused where none can be read."""

    def read() -> Iterator[list[Script]]:
        text = data.decode("utf-8-sig", errors="replace")
        scripts = [(1, text)] if whole else _scripts(text)
        yield [_read_script(line, script) for line, script in scripts[:_MOST_SCRIPTS]]

    return next(iter(confined(read, len(data), (ThingValue,))))


def _read_script(line: int, text: str) -> Script:
    try:
        known = _with_known_contexts(json.loads(text))
        data = json.dumps(known).encode()
        return line, "", tuple(_triples(data, ox.RdfFormat.JSON_LD))
    except json.JSONDecodeError as error:
        return line + error.lineno - 1, "moisson-json", ()
    except RecursionError:
        return line, "moisson-profond", ()
    except (SyntaxError, ValueError):
        return line, "moisson-contexte", ()


def _with_known_contexts(value: Any) -> Any:
    """Return JSON-LD whose names of schema.org's context are the bundled one; raises RecursionError."""
    if isinstance(value, list):
        return [_with_known_contexts(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _known(one) if key == "@context" else _with_known_contexts(one) for key, one in value.items()}


def _known(context: Any) -> Any:
    if isinstance(context, list):
        return [_known(one) for one in context]
    if isinstance(context, str) and f"{_CONTEXT_FILE.sub('', context)}/" in spaces():
        return _SCHEMA_CONTEXT
    return context


def _triples(data: bytes, form: ox.RdfFormat) -> list[Triple]:
    found: list[Triple] = []
    for quad in ox.parse(data, format=form, base_iri=_NOBODY):
        if len(found) == MOST_TRIPLES:
            raise ValueError("too many triples")
        if isinstance(quad.object, ox.Literal):
            told = ThingValue(quad.object.value, quad.object.language or "")
        elif isinstance(quad.object, ox.Triple):
            continue
        else:
            told = ThingValue(_name(quad.object), named=True)
        found.append((_name(quad.subject), quad.predicate.value, told))
    return found


def _name(term: Any) -> str:
    if isinstance(term, ox.BlankNode):
        return str(term)
    name = str(term.value)
    return f"_:{name}" if name.startswith(_NOBODY) else name


class _Scripts(HTMLParser):
    """Gathers the texts of `<script type="application/ld+json">`, with the line where each begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._within = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("type") or ""
        self._within = tag == "script" and kind.split(";")[0].strip().lower() == _LD

    def handle_endtag(self, tag: str) -> None:
        self._within = False

    def handle_data(self, data: str) -> None:
        if self._within and data.strip():
            self.found.append((self.getpos()[0], data))


def _scripts(text: str) -> list[tuple[int, str]]:
    parser = _Scripts()
    parser.feed(text)
    parser.close()
    return parser.found
