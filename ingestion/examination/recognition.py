"""Tells a row without identifier that is a fiche already: its page is that fiche's, and its title or place too.

Knows what makes two documents the same project under another title; which fiches there are, it is told.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ingestion.documents.identity import PLACE
from ingestion.examination.preparation import Prepared, Task, prepare_batch
from ingestion.reading.records import Deposit, Record
from ingestion.reading.tables import SPACES
from ingestion.words.columns import column_name, columns
from ingestion.words.messages import issue
from ontologie import fold_text

Known = Callable[[str | None], Iterable[tuple[str, Mapping[str, Any]]]]
"""Gives the fiches of an académie whose identifier was made: (identifier, document)."""

_PAGE: Final = "url_source"


@dataclasses.dataclass(frozen=True, slots=True)
class _MadeFiche:
    identifier: str
    title: str
    place: str


class Recognition:
    """Gives the rows of one deposit the identifiers that they have already; fiches are asked for at the first need."""

    def __init__(self, deposit: Deposit, task: Task, known: Known) -> None:
        self._deposit, self._task, self._known = deposit, task, known
        self._pages: Counter[int] | None = None
        self._fiches: dict[str | None, dict[str, list[_MadeFiche]]] = {}

    def recognised(self, batch: list[Prepared]) -> list[Prepared]:
        """Return a batch, each row that is a fiche already made again under its identifier."""
        return [self._recognised(one) if one.built.made else one for one in batch]

    def _recognised(self, one: Prepared) -> Prepared:
        page = _page(one.record)
        if not page or one.built.refused:
            return one
        same = self._of(one.built.academie).get(page, [])
        if len(same) != 1 or same[0].identifier == one.built.identifier or self._count(page) != 1:
            return one
        fiche, told = same[0], _fiche(one.built.identifier, one.built.document)
        if fiche.title != told.title and (not fiche.place or fiche.place != told.place):
            return one
        code = "titre-change" if fiche.title != told.title else "fiche-retrouvee"
        return again(one, fiche.identifier.partition("-")[2], self._task, code, at="titre")

    def _of(self, academie: str | None) -> Mapping[str, list[_MadeFiche]]:
        """Return the fiches of an académie by their page."""
        if academie not in self._fiches:
            found: dict[str, list[_MadeFiche]] = {}
            for identifier, document in self._known(academie):
                for page in page_of(document):
                    found.setdefault(page, []).append(_fiche(identifier, document))
            self._fiches[academie] = found
        return self._fiches[academie]

    def _count(self, page: str) -> int:
        """Return how many rows of the deposit have a page."""
        if self._pages is None:
            self._pages = Counter(hash(_page(record)) for record in self._deposit.records)
        return self._pages[hash(page)]


def again(one: Prepared, external: str, task: Task, code: str, *, at: str) -> Prepared:
    """Return a row made again under another deposited identifier, with what is said of it, `at` one of its columns."""
    named: dict[str, Any] = {"values": {**one.record.values, "id": external}}
    if one.record.members is not None:
        key = next((key for key in one.record.members if column_name(key) == "id"), "id")
        named = {"members": {**one.record.members, key: external}}
    record = dataclasses.replace(one.record, **named)
    ((built, graph),) = prepare_batch([record], task)
    said = issue(code, record.place(at), document=built.name, value=external)
    return Prepared(record, dataclasses.replace(built, issues=(*built.issues, said)), graph)


def given(record: Record, name: str) -> str:
    """Return the first text that a row gives in a column, of a table or of JSON; empty where it gives none."""
    found = record.values.get(name)
    if found is None:
        members = record.members or {}
        found = next((value for key, value in members.items() if column_name(key) == name), None)
    return next(texts(found), "").strip(SPACES)


def _page(record: Record) -> str:
    return given(record, _PAGE)


def _fiche(identifier: str, document: Mapping[str, Any]) -> _MadeFiche:
    title = "\x1e".join(map(fold_text, texts(document.get("titre"))))
    keys = (columns()[name].key for name in PLACE)
    place = "\x1e".join(fold_text(text) for key in keys for text in texts(document.get(key)))
    return _MadeFiche(identifier, title, place)


def page_of(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield the pages of a document: they are said of its fiche."""
    key, nodes = columns()[_PAGE].key, document.get("fiche") or []
    return texts(document.get(key) or [node.get(key) for node in (nodes if isinstance(nodes, list) else [nodes])])


def texts(value: Any) -> Iterator[str]:
    """Yield the texts of a value: itself, those of a list, those of a language map."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item)
    elif isinstance(value, Mapping):
        yield from texts(list(value.values()))
