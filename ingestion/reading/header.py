"""Reads the header of a table: which of our columns each of its labels names.

Knows what makes a header unusable, and which label wins where several name one column; what a label names is
`words.headers`'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ingestion.reading.locating import MAPPED, TITLE, understood
from ingestion.reading.mapping import Correspondence
from ingestion.reading.records import Agreement, Header
from ingestion.words.columns import IGNORED, columns
from ingestion.words.errors import UnreadableDeposit, unreadable
from ingestion.words.headers import NAMED, USUAL, Named, likely
from ingestion.words.messages import Issue, Place, issue, listed, quote
from ontologie import LANGUAGES, fold_label, in_both, sentence

_SUMMARY: Final = "resume"
_SHOWN: Final = 40


@dataclass(frozen=True)
class HeaderRead:
    """What a header says: our columns and where they stand, what is to be said of it, what the depositor agrees to."""

    header: Header
    notes: tuple[Issue, ...]
    agreed: Agreement | None


def read_header(labels: Sequence[str], place: Place, mapping: Correspondence) -> HeaderRead:
    """Return the columns that the labels of a header name.

    Raises UnreadableDeposit where nothing is known, where titles are missing, where one of our own names stands twice
    for a column that takes one value, or where a column is unknown and the summary is missing (it may be that one).
    """
    reading = _HeaderReading(labels, place, mapping)
    taken = {name for name, _ in reading.found if name}
    if not taken:
        raise unreadable("pas-un-tableau", place, words={"columns": ", ".join(list(columns())[:6])})
    settled = reading.agreed is not None
    doubtful = reading.unknown and not taken.issuperset((TITLE, _SUMMARY)) and not settled
    if reading.unknown and (doubtful or (mapping.strict and not settled)):
        raise reading.refusal(reading.unknown[0], taken)
    if TITLE not in taken:
        raise unreadable("colonnes-manquantes", place, words={"columns": TITLE})
    header, lost = reading.header()
    return HeaderRead(header, tuple(reading.notes(header, lost, taken)), reading.agreed)


class _HeaderReading:
    """The labels of one header as they are understood."""

    def __init__(self, labels: Sequence[str], place: Place, mapping: Correspondence) -> None:
        self._labels, self._place, self._mapping = labels, place, mapping
        filled = [(position, label) for position, label in enumerate(labels, 1) if label]
        digests = {position: _digest(fold_label(label)) for position, label in filled}
        key = _digest(" ".join(sorted(digests.values())))
        agreed = dict(mapping.agreed.get(key, {}))
        self.found: list[tuple[str, int]] = []
        self.unknown: list[tuple[int, str]] = []
        self._named: dict[str, list[tuple[int, int, str]]] = {}
        self._proposed: dict[str, str] = {}
        known = {position: understood(label, mapping) for position, label in filled}
        for position, label in filled:
            one, told = known[position], agreed.get(digests[position])
            if told is not None and (one is None or one.how != MAPPED):
                one = Named(told, MAPPED)
            self._take(position, label, one)
        self._propose()
        self.agreed = Agreement(key, agreed) if key in mapping.agreed else None
        if mapping.accept and self.agreed is None:
            self.agreed = Agreement(key, self._accepted(digests))

    def _take(self, position: int, label: str, one: Named | None) -> None:
        if one is None:
            self.unknown.append((position, label))
            return
        self.found.append((one.column, one.how))
        self._named.setdefault(one.column, []).append((one.how, position, label))

    def _propose(self) -> None:
        """Find what each unknown label may mean, among the columns that nothing names yet."""
        for _, label in self.unknown:
            free = [name for name in columns() if name not in self._named and name not in self._proposed.values()]
            if near := likely(label, free):
                self._proposed[label] = near

    def _accepted(self, digests: Mapping[int, str]) -> dict[str, str]:
        """Take what is proposed, and return what is agreed to: the proposals, and that the rest is left out."""
        agreed = {}
        for position, label in self.unknown:
            agreed[digests[position]] = self._proposed.get(label, IGNORED)
            if near := self._proposed.pop(label, ""):
                self.found.append((near, MAPPED))
                self._named.setdefault(near, []).append((MAPPED, position, label))
        self.unknown = [(position, label) for position, label in self.unknown if not agreed[digests[position]]]
        return agreed

    def refusal(self, unknown: tuple[int, str], taken: Iterable[str]) -> UnreadableDeposit:
        """Return why a header with an unknown column is refused."""
        position, label = unknown
        where = Place(self._place.file, self._place.line, position, label, in_table=True)
        near = [self._proposed[label]] if label in self._proposed else []
        return unreadable("colonne-inconnue", where, value=label, suggestions=near)

    def header(self) -> tuple[Header, list[str]]:
        """Return the columns, and the labels that lose to a surer one of the same column.

        Raises UnreadableDeposit where one of our own names stands twice and the column takes one value.
        """
        fields: dict[str, tuple[int, str]] = {}
        others: dict[str, tuple[int, ...]] = {}
        lost: list[str] = []
        for name, all_named in self._named.items():
            if name == IGNORED:
                continue
            surest = min(how for how, _, _ in all_named)
            best = [(position, label) for how, position, label in all_named if how == surest]
            lost.extend(label for how, _, label in all_named if how > surest)
            fields[name], *more = best
            column = columns()[name]
            if more and (column.is_list or name == _SUMMARY or column.kind == "prive"):
                others[name] = tuple(position for position, _ in more)
            elif more and surest <= NAMED:
                position, label = more[0]
                where = Place(self._place.file, self._place.line, position, label, in_table=True)
                raise unreadable("colonne-double", where, value=label, words={"first": str(fields[name][0])})
            else:
                lost.extend(label for _, label in more)
        return Header(dict(sorted(fields.items(), key=lambda one: one[1][0])), others), lost

    def notes(self, header: Header, lost: Sequence[str], taken: Iterable[str]) -> Iterable[Issue]:
        """Yield what is to be said: how headers were understood, which are left out, and what they may mean."""
        kept = [
            (name, how, label)
            for name, all_named in self._named.items()
            for how, _, label in all_named
            if name and label not in lost
        ]
        if any(not _plain(*one) for one in kept):
            # All that is kept, as it stands too: what this does not name would look lost.
            read = listed([_read(*one) for one in kept], _SHOWN)
            yield issue("colonnes-comprises", self._place, words={"columns": read})
        asked = [label for how, _, label in self._named.get(IGNORED, ()) if how == MAPPED]
        if asked:
            yield issue("colonnes-ignorees", self._place, words={"columns": listed(list(map(_quoted, asked)), _SHOWN)})
        known = [label for how, _, label in self._named.get(IGNORED, ()) if how == USUAL]
        unknown = [label for _, label in self.unknown]
        # Those of refused rows as they were given back are no surprise to anybody.
        ours = {sentence("rapport", code, lang) for code in ("reject-line", "reject-reason") for lang in LANGUAGES}
        told = (label for label in (*known, *lost, *unknown) if label not in ours)
        left = [_quoted(label) for label in told if label not in self._proposed]
        near = [
            in_both("contenus", "read-as-perhaps", name=quote(label), column=name)
            for label, name in self._proposed.items()
        ]
        if near:
            yield issue("colonnes-a-confirmer", self._place, words={"columns": listed([*near, *left], _SHOWN)})
        elif left:
            yield issue("colonnes-laissees", self._place, words={"columns": listed(left, _SHOWN)})


def _read(name: str, how: int, label: str) -> dict[str, str]:
    if _plain(name, how, label):
        return _quoted(label)
    return in_both("contenus", "read-as", name=quote(label), column=name)


def _plain(name: str, how: int, label: str) -> bool:
    """Tell whether a header is the column's own name or label: nothing is to be said of it."""
    return how == NAMED or fold_label(label) in map(fold_label, columns()[name].label.values())


def _quoted(label: str) -> dict[str, str]:
    return in_both("contenus", "quoted", name=quote(label))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
