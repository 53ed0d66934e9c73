"""Which twins may answer in an edition: those whose bag of rows was found equal to that of their SPARQL there.

Until somebody looked there, what was found in the edition that was looked at last stands. It is kept beside the
edition's other faces, under a digest of question, twin and how columns are made; the folder's name holds the edition's.
Knows what was found, not how it is found out.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from queries import BoundText, Twin, every_version, twins
from sparql_api.columns.making import columns_file, made_by
from sparql_api.query.plan import Plan

VERDICTS: Final = "twins.json"
_READ: Final = 8
"""Editions whose verdicts are kept in memory."""


@dataclass(frozen=True)
class TwinVerdict:
    """What came of comparing a twin with its SPARQL: `same`, `differs`, `late` (no SPARQL answer in time), `failed`."""

    key: str
    outcome: str
    said: str = ""
    """What differs, or what went wrong."""
    edition: int = 0
    """The edition in which they were compared."""


class TwinsStanding:
    """The twins of the questions, and how they stand in each edition."""

    def __init__(self, folder: Callable[[int], Path | None], base: str) -> None:
        """`folder` says where what is made of an edition is kept; `base` is that of our IRIs."""
        self._folder = folder
        self._base = base
        self._folders: dict[tuple[int, int], Path] = {}
        self._read: dict[Path, tuple[int, dict[str, TwinVerdict]]] = {}

    @property
    def twins(self) -> Mapping[str, Twin]:
        """The twins by the reference of their question."""
        return twins(self._base)

    def asked(self, plan: Plan) -> dict[str, Any] | None:
        """Return what a worker is asked where a twin may answer a plan: it was compared, or is asked to be compared."""
        text = plan.text
        twin = self.twins.get(text.question) if isinstance(text, BoundText) else None
        if twin is None or not isinstance(text, BoundText) or plan.dataset is not None or not plan.union:
            return None
        folder = self._folder_of(plan.edition, plan.store.redaction)
        if folder is None or not (text.tried or self.answers(folder, twin)):
            return None
        return request_of(twin, text, columns_file(folder))

    def explained(self, plan: Plan) -> dict[str, Any]:
        """Return which engine answers a plan, and by what: the twin, what was found of it."""
        twin = self.twins.get(plan.text.question) if isinstance(plan.text, BoundText) else None
        folder = self._folder(plan.edition)
        found = self.known(folder, twin) if twin and folder else None
        asked = self.asked(plan)
        return {
            "engine": "sparql" if asked is None else "columns",
            "twin": None if twin is None else {"sql": twin.sql, "compared": asdict(found) if found else None},
            "values": dict(plan.text.values) if isinstance(plan.text, BoundText) else {},
        }

    def answers(self, folder: Path, twin: Twin) -> bool:
        """Tell whether a twin answers in the edition of a folder."""
        found = self.known(folder, twin)
        return found is not None and found.outcome == "same"

    def known(self, folder: Path, twin: Twin) -> TwinVerdict | None:
        """Return what was found of a twin in the edition of a folder or, where its columns are ready, in the last."""
        found = self.verdict(folder, twin)
        return found or (self.verdict(folder.parent, twin) if columns_file(folder).is_file() else None)

    def verdict(self, folder: Path, twin: Twin) -> TwinVerdict | None:
        """Return what was found of a twin in the edition of a folder; None where nobody looked yet."""
        found = self._verdicts(folder).get(twin.question)
        return found if found is not None and found.key == self.key(twin) else None

    def note(self, folder: Path, twin: Twin, found: TwinVerdict) -> None:
        """Keep what was found of a twin in the edition of a folder, and that it was; no word of rows outlives these."""
        self._write(folder, twin, found)
        self._write(folder.parent, twin, replace(found, said=""))

    def _write(self, folder: Path, twin: Twin, found: TwinVerdict) -> None:
        noted = {**self._verdicts(folder), twin.question: found}
        told = {question: asdict(one) for question, one in sorted(noted.items())}
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=folder, prefix=".twins-", delete=False) as file:
            json.dump(told, file, ensure_ascii=False)
        Path(file.name).replace(folder / VERDICTS)

    def standing(self, number: int) -> dict[str, TwinVerdict | None]:
        """Return what is known of each twin in an edition, there or in the last that was looked at; None: nothing."""
        folder = self._folder(number)
        return {name: self.known(folder, twin) if folder else None for name, twin in self.twins.items()}

    def waiting(self, number: int) -> list[str]:
        """Return the twins that nobody compared in an edition."""
        folder = self._folder(number)
        return [name for name, twin in self.twins.items() if folder is None or self.verdict(folder, twin) is None]

    def key(self, twin: Twin) -> str:
        """Return a digest of a question, its twin and how columns are made."""
        name, _, version = twin.question.partition("/v")
        question = next(one for one in every_version(self._base)[name] if str(one.version) == version)
        told = "\0".join((question.text, twin.sql, repr(dict(twin.columns)), made_by()))
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def _folder_of(self, number: int, redaction: int) -> Path | None:
        key = (number, redaction)
        if key not in self._folders:
            folder = self._folder(number)
            if folder is None:
                return None
            self._folders[key] = folder
        return self._folders[key]

    def _verdicts(self, folder: Path) -> dict[str, TwinVerdict]:
        path = folder / VERDICTS
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            return {}
        if self._read.get(path, (0,))[0] != stamp:
            told = json.loads(path.read_text(encoding="utf-8"))
            if len(self._read) == _READ:
                self._read.clear()
            self._read[path] = (stamp, {question: TwinVerdict(**one) for question, one in told.items()})
        return self._read[path][1]


def request_of(twin: Twin, text: BoundText, place: Path) -> dict[str, Any]:
    """Return what a worker is asked of a twin, by the values of a question's text, over the columns in a file."""
    spoken = {name: values[0] for name, values in text.values.items() if values}
    return {
        "file": str(place),
        "sql": twin.sql,
        "values": {name: list(values) or None for name, values in text.values.items()},
        "columns": {name: language(kind, spoken) for name, kind in twin.columns.items()},
        "tried": text.tried,
    }


def language(kind: str, spoken: Mapping[str, str]) -> str:
    """Return the kind of a column, the language of its texts where a parameter says which."""
    return f"@{spoken.get(kind[1:], kind[1:])}" if kind.startswith("@") else kind
