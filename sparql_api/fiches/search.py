"""Searches the fiches of one edition in the index that publication wrote.

Knows words, facets and pages of a list; not HTTP, nor how the index came to be.
"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import zstandard

from ontologie import fold_text
from sparql_api.computing.cancellation import checked, watched
from sparql_api.fiches.bits import among, bits_of, mask_of, numbers_in, union
from sparql_api.fiches.facets import FACET_NAMES, FACETS, Facet, short_ids
from sparql_api.fiches.rows import DIRECT, EXAMPLES, PROJECTS
from sparql_api.fiches.stored import fetch, numbers_of, open_index, read_order, read_sets
from sparql_api.fiches.text import EXAMPLES_TEXT_NAME, TEXT_NAME, TextIndex, TextMatches
from sparql_api.fiches.things import is_thing, local_id
from sparql_api.fiches.words import words

SORTS: Final = ("recent", "ancien", "titre")
"""The orders that a list may be asked in, beside its own."""
FEW: Final = 4
"""A set is of few where it holds less than one fiche in so many."""
TOGETHER: Final = {"principe": "preuve", "preuve": "principe"}
"""Facets that speak of one tie: asked together, they ask for that evidence for that principle."""


@dataclass(frozen=True)
class Selection:
    """What is asked of the list: words, and for each facet the values of which one must hold."""

    q: str = ""
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = ""
    """One of `SORTS`; else the best first where words are asked, the latest first where none is."""
    ids: frozenset[str] | None = None
    """Those that the list is to be of, by their local ids; all where it is None."""


@dataclass(frozen=True, eq=False)
class Value:
    """A value of a facet: what it is called, and which fiches hold it or something narrower."""

    facet: str
    iri: str
    id: str
    labels: Mapping[str, str]
    names: frozenset[str]
    groups: Mapping[str, str]
    rank: int | None
    """Its place in the order of its vocabulary, where that has one."""
    direct: bool
    """Some fiche holds the value itself; else it only stands above others, and is found when asked."""
    bits: int

    def label(self, language: str) -> str:
        """Return the label in a language, or in the other one."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.id)


@dataclass(frozen=True)
class SearchResult:
    """An answer: the fiches in order, the facets' counts, what was chosen and what nobody holds."""

    matching: int
    """The fiches found, as bits."""
    ordered: Collection[int]
    """All that may be found, in the order in which those that were are told."""
    size: int
    """A number above every number of a fiche."""
    examples: int
    """How many of them are invented examples."""
    counts: Mapping[str, tuple[tuple[Value, int], ...]]
    chosen: Mapping[str, tuple[Value, ...]]
    unknown: tuple[tuple[str, str], ...]
    text: TextMatches | None
    """What the words found, over all facets; None where no word is asked."""

    @property
    def total(self) -> int:
        """Return how many fiches were found."""
        return self.matching.bit_count()

    @cached_property
    def numbers(self) -> Sequence[int]:
        """Return all fiches found, in order."""
        return among(self.ordered, self.matching, self.size)

    def page(self, start: int, end: int) -> Sequence[int]:
        """Return the fiches found from one place to another: what comes after is not put in order."""
        if end * FEW > self.total:
            return self.numbers[start:end]
        held = mask_of(self.matching, self.size)
        return [*islice((n for n in self.ordered if held[n]), start, end)]


class FicheIndex:
    """The index of one edition, read-only; each call opens its own connection, so threads may share it."""

    def __init__(self, folder: Path, *, examples: bool = False) -> None:
        self.folder = folder
        with self._connect() as database:
            self.meta = dict(database.execute("SELECT key, value FROM meta").fetchall())
            self._order, self._sets = read_order(database), read_sets(database)
        self._count = len(self._order)
        self._examples = self._sets.get(EXAMPLES, 0)
        self._seen = self._sets.get(PROJECTS, 0) | (self._examples if examples else 0)
        self._places = [place for _, place in sorted(zip(self._order, range(self._count), strict=True))]
        self.text = TextIndex(folder, TEXT_NAME, self._places)
        self._text_of_examples = TextIndex(folder, EXAMPLES_TEXT_NAME, self._places) if examples else None

    @property
    def size(self) -> int:
        """Return how many fiches are seen."""
        return self._seen.bit_count()

    def first(self, most: int) -> Sequence[int]:
        """Return the numbers of the first fiches in the order of the list."""
        return self.in_order(self._seen, most)

    def in_order(self, bits: int, most: int) -> list[int]:
        """Return the numbers of the first fiches of a set in the order of the list.

        Of a set of few its own numbers are looked at, of another the list, in which one soon comes.
        """
        if bits.bit_count() * FEW < self._count:
            return nsmallest(most, numbers_in(bits), key=self._places.__getitem__)
        held = mask_of(bits, self._count)
        return [*islice((n for n in self._order if held[n]), most)]

    def held(self, value: Value | None) -> int:
        """Return the fiches seen that hold a value, as bits; all of them where there is none."""
        return self._seen if value is None else value.bits & self._seen

    def known(self, ids: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of the fiches that the index holds among some local ids."""
        with self._connect() as database:
            return dict(numbers_of(database, list(ids)))

    def bits_of_ids(self, ids: Iterable[str]) -> int:
        """Return the fiches that the index holds among some local ids, as bits."""
        return bits_of(self.known(ids).values(), self._count)

    def holds(self, iri: str) -> bool:
        """Tell whether an IRI is a value of some facet."""
        return any(iri in values for values in self._by_iri.values())

    def iris(self) -> Iterable[str]:
        """Yield the IRIs of all values, one that several facets have as often."""
        return (iri for values in self._by_iri.values() for iri in values)

    @cached_property
    def with_examples(self) -> FicheIndex:
        """Return the same index, seen with the invented examples that come after the projects."""
        return FicheIndex(self.folder, examples=True)

    def select(self, selection: Selection) -> SearchResult:
        """Return the fiches that hold every word and, of each facet asked, one of the values."""
        chosen, unknown = self._resolve(selection)
        text = self._find(selection.q) if selection.q.strip() else None
        matching = self._seen if text is None else union(bits_of(one, self._count) for one in text.ranking.classes)
        if selection.ids is not None:
            matching &= self.bits_of_ids(selection.ids)
        wanted = {name: union(self._held(value, chosen) for value in values) for name, values in chosen.items()}
        counts = {}
        for name in checked(FACET_NAMES):
            # A facet is counted over what all the others leave, since its own values widen each other.
            others = matching
            for other, bits in wanted.items():
                if other not in (name, TOGETHER.get(name)):
                    others &= bits
            if not chosen and others == self._seen:
                counts[name] = self._whole_counts[name]
            else:
                held = [(value, self._held(value, chosen)) for value in self._by_label[name]]
                counts[name] = counted(held, others)
        for bits in wanted.values():
            matching &= bits
        ordered = self._sorted(selection.sort, self._order if text is None else text.ranking)
        examples = (matching & self._examples).bit_count()
        return SearchResult(matching, ordered, self._count, examples, counts, chosen, tuple(unknown), text)

    def ids(self, numbers: Sequence[int]) -> list[str]:
        """Return the local ids of these fiches, in the order given."""
        with self._connect() as database:
            return [identifier for (identifier,) in checked(fetch(database, "id", numbers))]

    def span(self, value: Value | None = None) -> tuple[str, str] | None:
        """Return the oldest and the latest date of the projects that hold a value, or of all, as they say them."""
        bits = self._seen & ~self._examples if value is None else value.bits & ~self._examples
        numbers = among(self._order, bits, self._count)
        with self._connect() as database:

            def date(place: int) -> str:
                return next((str(one) for (one,) in fetch(database, "date", [numbers[place]])), "")

            dated = bisect_left(range(len(numbers)), True, key=lambda place: not date(place))
            return (date(dated - 1), date(0)) if dated else None

    def items(self, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield what a list shows of each of these fiches, in the order given."""
        with self._connect() as database:
            for (text,) in checked(fetch(database, "item", numbers)):
                yield json.loads(text)

    def documents(self, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
        """Yield the whole document of each of these fiches, in the order given."""
        unpack = zstandard.ZstdDecompressor().decompress
        with self._connect() as database:
            for (packed,) in checked(fetch(database, "document", numbers)):
                yield json.loads(unpack(packed))

    def value(self, facet: str, iri: str) -> Value | None:
        """Return a facet's value by its IRI."""
        return self._by_iri[facet].get(iri)

    @cached_property
    def values(self) -> Mapping[str, tuple[Value, ...]]:
        """Return every value of every facet."""
        return MappingProxyType({facet.name: tuple(self._values(facet)) for facet in FACETS})

    @cached_property
    def _by_label(self) -> Mapping[str, Sequence[Value]]:
        """The values of every facet that some fiche holds itself, in the order of their French labels."""

        def place(value: Value) -> tuple[str, str]:
            return fold_text(value.label("fr")), value.iri

        return {name: sorted((one for one in found if one.direct), key=place) for name, found in self.values.items()}

    @cached_property
    def _whole_counts(self) -> Mapping[str, tuple[tuple[Value, int], ...]]:
        """What every facet counts where nothing is asked."""
        held = {name: [(value, value.bits) for value in found] for name, found in self._by_label.items()}
        return {name: counted(values, self._seen) for name, values in held.items()}

    def _values(self, facet: Facet) -> Iterator[Value]:
        held = sorted(iri for name, iri in self._sets if name == facet.name)
        ids = short_ids(held)
        for iri in held:
            bits = self._sets[facet.name, iri] & self._seen
            if bits:  # else examples alone hold it
                labels, names, vocabulary, rank = self._things[iri]
                folded = names | {fold_text(ids[iri]), fold_text(local_id(iri))}
                direct = self._sets.get((DIRECT + facet.name, iri), 0) & self._seen if facet.hierarchical else bits
                groups = vocabulary if facet.grouped else {}
                yield Value(facet.name, iri, ids[iri], labels, folded, groups, rank, bool(direct), bits)

    @cached_property
    def _things(self) -> Mapping[str, tuple[Mapping[str, str], frozenset[str], Mapping[str, str], int | None]]:
        """How values are called, by their IRIs: labels, folded names, labels of the vocabulary, rank."""
        asked = "SELECT * FROM main.chose UNION SELECT * FROM changes.chose"
        with self._connect() as database:
            rows = database.execute(asked).fetchall()
        return {iri: (json.loads(a), frozenset(json.loads(b)), json.loads(c), rank) for iri, a, b, c, rank in rows}

    def _sorted(self, sort: str, otherwise: Collection[int]) -> Collection[int]:
        """Return the numbers of all fiches in an order, examples last; `otherwise` where it names none of `SORTS`."""
        match sort:
            case "recent":
                return self._order
            case "ancien":
                return self._by_age
            case "titre":
                return self._by_title
        return otherwise

    @cached_property
    def _by_age(self) -> Sequence[int]:
        """All numbers, the oldest first; what has no date comes last."""
        return self._ordered_by("date, id", lambda date, name: (not date, date, name))

    @cached_property
    def _by_title(self) -> Sequence[int]:
        """All numbers by title, whatever its capitals, accents and quotation marks."""
        return self._ordered_by("item ->> 'titre', id", lambda title, name: (words(title), name))

    def _ordered_by(self, columns: str, key: Callable[[str, str], tuple[Any, ...]]) -> Sequence[int]:
        with self._connect() as database:
            rows = enumerate(checked(fetch(database, f"exemple, {columns}", range(self._count))))
            return [n for *_, n in sorted((example, *key(one, name), n) for n, (example, one, name) in rows)]

    @cached_property
    def ties(self) -> Mapping[tuple[str, str], int]:
        """Return the fiches that (principle, kind of evidence) ties, as bits; an early edition does not say them."""
        return {(principle, kind): bits for (kind, principle), bits in self._sets.items() if is_thing(kind)}

    @cached_property
    def points(self) -> Mapping[str, tuple[float, float]]:
        """Return (longitude, latitude) in degrees by académie."""
        with self._connect() as database:
            rows = database.execute("SELECT academie, longitude, latitude FROM point").fetchall()
        return {academie: (longitude, latitude) for academie, longitude, latitude in rows}

    @cached_property
    def _by_iri(self) -> Mapping[str, Mapping[str, Value]]:
        return {facet: {value.iri: value for value in values} for facet, values in self.values.items()}

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[str, str]]:
        return {facet: {value.id: value.iri for value in values} for facet, values in self.values.items()}

    def _find(self, q: str) -> TextMatches:
        """Return what words find among projects, then among examples where these are seen."""
        found = self.text.find(q)
        return found.then(self._text_of_examples.find(q, found.taken_for)) if self._text_of_examples else found

    def _held(self, value: Value, chosen: Mapping[str, Sequence[Value]]) -> int:
        """Return the fiches that hold a value; by the evidence or for the principle chosen with it, where one is."""
        others = chosen.get(TOGETHER.get(value.facet, ""))
        if others is None:
            return value.bits
        if not self.ties:
            return value.bits & union(other.bits for other in others)
        pairs = ((value, other) if value.facet == "principe" else (other, value) for other in others)
        return union(self.ties.get((principle.iri, kind.iri), 0) for principle, kind in pairs)

    def _resolve(self, selection: Selection) -> tuple[dict[str, tuple[Value, ...]], list[tuple[str, str]]]:
        """Return the values meant for each facet asked, and (facet, text) of what no fiche holds."""
        chosen: dict[str, tuple[Value, ...]] = {}
        unknown: list[tuple[str, str]] = []
        for name in FACET_NAMES:
            asked = [text for text in selection.facets.get(name, ()) if text.strip()]
            found = {text: self._meant(name, text) for text in checked(asked)}
            unknown += [(name, text) for text, values in found.items() if not values]
            if asked:
                chosen[name] = tuple(dict.fromkeys(value for values in found.values() for value in values))
        return chosen, unknown

    def _meant(self, facet: str, text: str) -> list[Value]:
        """Return the values that a text means: the one whose IRI, path or id it is, else all those it is a name of.

        A name that several have means them all; so does the last segment of IRIs that share it, which is no id.
        """
        by_iri = self._by_iri[facet]
        for iri in (text, self.meta["base"] + text.lstrip("/"), self._by_id[facet].get(text.strip(), "")):
            if iri in by_iri:
                return [by_iri[iri]]
        folded = fold_text(text)
        return [value for value in self.values[facet] if folded in value.names]

    def _connect(self) -> IndexConnection:
        return IndexConnection(self.folder)


class IndexConnection:
    """A read-only connection for the length of a `with`, ended with the computation it serves; files never change
    once they stand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> sqlite3.Connection:
        self.database = open_index(self.folder)
        return watched(self.database)

    def __exit__(self, *error: object) -> None:
        self.database.close()


def counted(values: Iterable[tuple[Value, int]], among: int) -> tuple[tuple[Value, int], ...]:
    """Return (value, number of its fiches among those given), the most held first, without zeros.

    Values held as often keep the order given.
    """
    counts = [(value, (bits & among).bit_count()) for value, bits in values]
    return tuple(sorted((c for c in counts if c[1]), key=lambda c: -c[1]))
