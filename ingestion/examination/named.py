"""Takes a row for the document whose published identifier it gives: an address, or a name that its académie begins.

People copy what pages show. Which documents there are, and whose, it is told; what is not public is told to who may
deposit it alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ingestion.documents.row import NATIONAL
from ingestion.documents.territories import is_academie
from ingestion.examination.preparation import Prepared, Task
from ingestion.examination.recognition import again, given
from ingestion.resolution.resolve import displayed
from ingestion.rights.decision import Permit
from ingestion.words.examples import PROJECT
from ingestion.words.identifiers import IDENTIFIER, unspelt
from ingestion.words.messages import issue
from ontologie import LANGUAGES, Word, sentence

if TYPE_CHECKING:
    from ingestion.registry.projects import RecordedProject  # not above: a dry run never loads the database's library

Named = Callable[[Sequence[str]], "Iterable[RecordedProject]"]
"""Gives those of some projects that there are."""

_AT_ONCE: Final = 500
_LONGEST: Final = 80
_SCHEME: Final = re.compile(r"^https?:")
_SPELT: Final = re.compile(r"\.[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class ShownName:
    """An identifier as pages show it; `whole` where it stood in an address of ours: it can mean nothing else."""

    identifier: str
    whole: bool


def shown_name(text: str, academie: str | None, base: str) -> ShownName | None:
    """Return the published identifier that a text may be, None where it can be a depositor's own alone.

    >>> shown_name("10-A1", "10", "https://w3id.org/x/"), shown_name("A1", "10", "https://w3id.org/x/")
    (ShownName(identifier='10-A1', whole=False), None)
    """
    address, ours = (_SCHEME.sub("", one) for one in (text, base))
    whole = bool(ours) and address != text and address.startswith(ours)
    path = address.removeprefix(ours) if whole else text
    name = re.split(r"[?#]", path.removeprefix("graphe/").removeprefix(f"{PROJECT}/"))[0]
    code, dash, _ = name.partition("-")
    if len(name) > _LONGEST or not IDENTIFIER.fullmatch(name[:64]):
        return ShownName("", True) if whole else None
    if whole or (dash and (code == NATIONAL or is_academie(code, base))):
        return ShownName(name, whole)
    return ShownName(f"{academie or NATIONAL}-{name}", False) if _SPELT.search(name) else None


def told_by_name(batch: list[Prepared], task: Task, named: Named, permit: Permit | None) -> list[Prepared]:
    """Return a batch, each row that gives a published identifier as a version of that document, or refused."""
    shown = {rank: name for rank, one in enumerate(batch) if (name := _shown(one, task.base)) is not None}
    if not shown:
        return batch
    asked = dict.fromkeys(name for rank in shown for name in (shown[rank].identifier, batch[rank].built.identifier))
    known = {one.identifier: one for part in _parts(list(asked)) for one in named(part)}
    return [
        _told(one, shown[rank], known, task, permit) if rank in shown else one for rank, one in enumerate(batch)
    ]


def _parts(names: list[str]) -> Iterator[list[str]]:
    return (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))


def _shown(one: Prepared, base: str) -> ShownName | None:
    built = one.built
    if built.kind != PROJECT or built.made or not built.identifier:
        return None
    return shown_name(given(one.record, "id"), built.academie, base)


def _told(
    one: Prepared, shown: ShownName, known: Mapping[str, RecordedProject], task: Task, permit: Permit | None
) -> Prepared:
    built, meant = one.built, known.get(shown.identifier)
    if meant is not None and not _may_know(meant, permit):
        meant = None
    if meant is None:
        return _refused(one, "identifiant-sans-fiche") if shown.whole else one
    if meant.identifier == built.identifier:
        return one
    own = built.identifier in known and not shown.whole
    if meant.academie != built.academie:
        whose = {lang: _whose(meant.academie, lang) for lang in LANGUAGES}
        return one if own else _refused(one, "identifiant-d-ailleurs", whose=whose)
    if own:
        return _refused(one, "identifiant-ambigu", address=f"{task.base}{PROJECT}/{meant.identifier}")
    return again(one, unspelt(meant.identifier.partition("-")[2]), task, "identifiant-reconnu", at="id")


def _may_know(found: RecordedProject, permit: Permit | None) -> bool:
    return found.public or permit is None or permit(PROJECT, found.identifier, found.academie) is None


def _whose(academie: str | None, lang: str) -> str:
    return displayed(f"academie/{academie}") if academie else sentence("relecture", "national", lang)


def _refused(one: Prepared, code: str, **words: Word) -> Prepared:
    said = issue(code, one.record.place("id"), value=given(one.record, "id"), document=one.built.name, words=words)
    others = (found for found in one.built.issues if found.rule != "depot:identifiant-adapte")  # it is not taken
    return Prepared(one.record, replace(one.built, issues=(*others, said)), one.graph)
