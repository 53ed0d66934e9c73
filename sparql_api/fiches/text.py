"""The full text of an edition's fiches: an index of words, written at publication and searched while serving.

Knows words and numbers of fiches; not what else a fiche holds. An index brought up to what changed finds, orders and
suggests as one written whole: files of the one before are shared, which hold what was replaced, so that nothing is
told by what the library counts over them. A word finds its inflected forms, a word of three
letters or more those that it begins; one that no fiche holds finds those one letter away, and says so.

One field a weight holds stems (`titre`, `resume`, `reste`); `mots` holds each word as `folded/spelt`, so that a walk
of its terms gives beginnings, neighbours, and how a word is written.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Final, cast

import tantivy
from tantivy import Occur, Query

from ontologie import excerpt
from sparql_api.computing.cancellation import checkpoint
from sparql_api.fiches.stored import share
from sparql_api.fiches.words import (
    WORD,
    folded,
    one_letter_away,
    searched_words,
    spelt_words,
    stem,
    stems,
    stems_of_all,
)

TEXT_NAME: Final = "fiches.mots"
EXAMPLES_TEXT_NAME: Final = "exemples.mots"
"""The words of invented examples: no search among projects finds or counts them, or is corrected by them."""
WEIGHTS: Final = {"titre": 8.0, "resume": 3.0, "reste": 1.0}
OF_A_BEGINNING: Final = 0.125
"""What a word counts that only begins as the one looked for. Sums of all these are exact, in whatever order."""
SHORTEST_BEGINNING: Final = 3
SHORTEST_MISSPELT: Final = 4
LONGEST_MISSPELT: Final = 32
"""Letters of a word that may be taken for another; those that it may be grow with them, some sixty by letter."""
TAKEN: Final = 24
"""Words that one may be taken for, at most: those most held."""
ENDING: Final = 2
"""Last letters of a stem in which it differs from its forms: « oral » is that of « oraux »."""
BEFORE: Final = 80
AFTER: Final = 160
"""Characters of a passage before and after the word that it shows."""
MEMORY: Final = 100_000_000
"""Bytes that the writer fills before it writes a part."""
REWRITTEN: Final = ("meta.json", ".managed.json")
"""The library's files that change, all others being written once."""


def schema() -> tantivy.Schema:
    """Return the fields of the index; words come apart already, by one space."""
    builder = tantivy.SchemaBuilder()
    for name in WEIGHTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    builder.add_text_field("mots", tokenizer_name="whitespace", index_option="basic")
    builder.add_unsigned_field("n", indexed=True, fast=True)
    return builder.build()


class TextWriter:
    """Writes the words of fiches, one after the other, into an empty folder or beside those of an index before."""

    def __init__(self, folder: Path, before: Path | None = None) -> None:
        folder.mkdir()
        self._folder = folder
        self._index = tantivy.Index(schema(), path=str(folder)) if before is None else _shared(before, folder)

    @cached_property
    def _writer(self) -> tantivy.IndexWriter:
        return self._index.writer(MEMORY, 1)

    def add(self, number: int, texts: Mapping[str, str]) -> None:
        """Add the texts of a fiche, by the field in which they count."""
        document = tantivy.Document()
        document.add_unsigned("n", number)
        forms: set[str] = set()
        for name, text in texts.items():
            found = [word for word in spelt_words(text) if folded(word)]
            document.add_text(name, " ".join(map(stem, found)))
            forms.update(found)
        document.add_text("mots", " ".join(f"{folded(form)}/{form}" for form in sorted(forms)))
        self._writer.add_document(document)

    def replace(self, number: int, texts: Mapping[str, str]) -> None:
        """Add the texts of a fiche in the place of those that it had, if any."""
        # By a query: by a term, this version of the library deletes nothing where the field holds numbers.
        self._writer.delete_documents_by_query(Query.term_query(self._index.schema, "n", number))
        self.add(number, texts)

    def close(self) -> None:
        """Write what is left; the folder is as readable as its neighbours (the library keeps two files to itself)."""
        if "_writer" in self.__dict__:
            self._writer.commit()
            self._writer.wait_merging_threads()
        for file in self._folder.iterdir():
            file.chmod(0o644)


def _shared(before: Path, folder: Path) -> tantivy.Index:
    for file in before.iterdir():
        if file.name in REWRITTEN:
            shutil.copyfile(file, folder / file.name)
        elif not file.name.endswith(".lock"):
            share(file, folder / file.name)
    return tantivy.Index.open(str(folder))


@contextmanager
def text_writer(target: Path, before: Path | None = None) -> Iterator[TextWriter]:
    """Give a writer of the index that stands at `target` once the block ends, whole or not at all.

    It begins with all that the index `before` holds, where one is given.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        writer = TextWriter(partial, before)
        yield writer
        writer.close()
        shutil.rmtree(target, ignore_errors=True)
        partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


@dataclass(frozen=True)
class Ranking(Collection[int]):
    """Fiches in classes, the best first; those of a class, as good as one another, are put in order once asked for."""

    classes: tuple[Sequence[int], ...]
    places: Sequence[int] | None
    """By number, the place in the list, which is by number where it is None."""

    def __contains__(self, number: object) -> bool:
        return any(number in one for one in self.classes)

    def __len__(self) -> int:
        return sum(map(len, self.classes))

    def __iter__(self) -> Iterator[int]:
        place = None if self.places is None else self.places.__getitem__
        for numbers in self.classes:
            yield from sorted(numbers, key=place)


@dataclass(frozen=True)
class TextMatches:
    """What words find: fiches, the best first; which word was taken for which; what is to be marked in a text."""

    ranking: Ranking
    taken_for: Mapping[str, tuple[str, ...]]
    """By a word that no fiche holds, those one letter away that were looked for in its place."""
    wanted: Wanted

    def then(self, others: TextMatches) -> TextMatches:
        """Return these matches, followed by those of the same words among other fiches."""
        wanted = Wanted(self.wanted.stems | others.wanted.stems, self.wanted.beginnings + others.wanted.beginnings)
        ranking = Ranking(self.ranking.classes + others.ranking.classes, self.ranking.places)
        return TextMatches(ranking, {**others.taken_for, **self.taken_for}, wanted)

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        """Return the fiches found, the best first, those as good in the order of the list."""
        return tuple(self.ranking)


@dataclass(frozen=True)
class Wanted:
    """Says which words of a text are those looked for."""

    stems: frozenset[str]
    beginnings: tuple[str, ...]

    def parts(self, text: str) -> list[tuple[str, bool]]:
        """Return a text in parts, in order, each with whether it is a word looked for."""
        found: list[tuple[str, bool]] = []
        end = 0
        for match in WORD.finditer(text):
            if self.holds(match[0]):
                found += [(text[end : match.start()], False), (match[0], True)]
                end = match.end()
        return [part for part in [*found, (text[end:], False)] if part[0]]

    def passage(self, texts: Iterable[str]) -> list[tuple[str, bool]]:
        """Return, in parts, what stands around the first word looked for in these texts; nothing where none is."""
        for text in texts:
            for match in WORD.finditer(text):
                if self.holds(match[0]):
                    return self.parts(excerpt(text, match.start(), match.end(), BEFORE, AFTER))
        return []

    def holds(self, word: str) -> bool:
        """Return whether a word is one of those looked for, or begins as one."""
        found = self._known.get(word)
        if found is None:
            found = self._known[word] = any(
                stem(spelt) in self.stems or folded(spelt).startswith(self.beginnings) for spelt in spelt_words(word)
            )
        return found

    @cached_property
    def _known(self) -> dict[str, bool]:
        """The words of texts that were looked at: few make most of them."""
        return {}


class TextIndex:
    """The words of one edition, read-only; threads may share it."""

    def __init__(self, folder: Path, name: str = TEXT_NAME, places: Sequence[int] | None = None) -> None:
        """Open the index of a folder; `places` say where each number stands in the list, which is by number else."""
        self._index = tantivy.Index.open(str(folder / name))
        self._schema = self._index.schema
        self._searcher = self._index.searcher()
        self._places = places

    def find(self, text: str, mistaken: Collection[str] | None = None) -> TextMatches:
        """Return what the words of a text find: the fiches that hold every one; raises Cancelled past a deadline.

        `mistaken` are the words that may be taken for others, any that no fiche holds where it is not given.
        """
        asked = searched_words(text)
        roots = {word: stems(word) for word in asked}
        queries = {word: self._query(found, folded(word)) for word, found in roots.items()}
        classes = self._ranked(queries.values())
        taken_for: dict[str, tuple[str, ...]] = {}
        # Where something holds every word, something holds each.
        doubted = [] if classes else [word for word in asked if mistaken is None or word in mistaken]
        for word in doubted:
            checkpoint()
            if not self._held(queries[word]) and (near := self.neighbours(word)):
                taken_for[word] = near
                roots[word] = stems_of_all({*near, *map(folded, near)})
                queries[word] = self._query(roots[word], "")
        if taken_for:
            classes = self._ranked(queries.values())
        beginnings = [folded(word) for word in asked if word not in taken_for]
        long = tuple(word for word in beginnings if len(word) >= SHORTEST_BEGINNING)
        wanted = Wanted(frozenset().union(*roots.values()), long)
        return TextMatches(Ranking(classes, self._places), taken_for, wanted)

    def suggestions(self, text: str, most: int) -> list[tuple[str, int]]:
        """Return (a search that completes the last word of this one, how many fiches hold that word), most held first.

        Where no word begins so, those one letter away.
        """
        typed = unicodedata.normalize("NFC", text)
        *_, end = [(0, ""), *((match.start(), folded(match[0])) for match in WORD.finditer(typed))]
        begun, last = typed[: end[0]], end[1]
        if len(last) < SHORTEST_BEGINNING:
            return []
        checkpoint()
        found = self._most_held(self._searcher.terms_with_prefix("mots", last), most)
        if not found:
            found = self._meant(last)[:most]
        return [(begun + spelt, count) for spelt, count in found]

    def neighbours(self, word: str) -> tuple[str, ...]:
        """Return the words meant by a misspelt one, as they are most often written, `TAKEN` at most.

        First the words of the edition that are one letter away, the most held first: a letter more, less, another or
        two exchanged (optimal string alignment), whatever the accents. Then, for each word one letter away that no
        fiche holds but in another form, the form most held. None for short words and numbers.
        """
        return tuple(spelt for spelt, _ in self._meant(word))

    def _meant(self, word: str) -> list[tuple[str, int]]:
        """Return (word that a misspelt one may have been, how many fiches hold it).

        Each way to write a word is looked up: the time does not grow with the words of the edition.
        """
        plain = folded(word)
        if not SHORTEST_MISSPELT <= len(plain) <= LONGEST_MISSPELT or not plain.isalpha():
            return []
        ways = one_letter_away(plain)
        terms = {held for one in ways for held in self._searcher.terms_with_prefix("mots", f"{folded(one)}/")}
        found = self._most_held([*terms], TAKEN)
        known = stems_of_all(one for spelt, _ in found for one in (spelt, folded(spelt)))
        for root in sorted(stems_of_all(ways | one_letter_away(word)) - known):
            checkpoint()
            found += self._most_held([*self._inflected(root)], 1)
        return found[:TAKEN]

    def _inflected(self, root: str) -> Iterator[tuple[str, int]]:
        """Yield the terms of `mots` that have a stem, with how many held each."""
        if any(self._searcher.doc_freq(name, root) for name in WEIGHTS):
            for term, count in self._searcher.terms_with_prefix("mots", root[:-ENDING]):
                if stem(term.partition("/")[2]) == root:
                    yield term, count

    def _most_held(self, terms: Sequence[tuple[str, int]], most: int) -> list[tuple[str, int]]:
        """Return up to `most` words that fiches hold, as each is most often written, with how many hold it so.

        Of each of these terms of `mots` the library says how many held it, of which some may have been replaced: a
        term is counted once no other may be held more.
        """
        waiting = [(-count, term, False) for term, count in terms]
        heapify(waiting)
        found: dict[str, tuple[str, int]] = {}
        while waiting and len(found) < most:
            checkpoint()
            count, term, counted = heappop(waiting)
            plain, _, spelt = term.partition("/")
            if plain in found:
                continue
            if counted:
                found[plain] = spelt, -count
            elif held := self._count(term):
                heappush(waiting, (-held, term, True))
        return [*found.values()]

    def _count(self, term: str) -> int:
        return int(self._searcher.search(Query.term_query(self._schema, "mots", term), limit=1).count)  # type: ignore[attr-defined]

    def _query(self, roots: Iterable[str], beginning: str) -> Query:
        """Return the query of one word: its stems by the weight of the field, and what it begins."""
        parts = [
            (Occur.Should, Query.const_score_query(self._one_of(name, roots), weight))
            for name, weight in WEIGHTS.items()
        ]
        if len(beginning) >= SHORTEST_BEGINNING:
            begun = Query.regex_query(self._schema, "mots", f"{re.escape(beginning)}.*")
            parts.append((Occur.Should, Query.const_score_query(begun, OF_A_BEGINNING)))
        return Query.boolean_query(parts)

    def _one_of(self, name: str, roots: Iterable[str]) -> Query:
        return Query.term_set_query(self._schema, name, sorted(roots))

    def _held(self, query: Query) -> bool:
        return bool(self._searcher.search(query, limit=1, count=False).hits)

    def _ranked(self, queries: Iterable[Query]) -> tuple[Sequence[int], ...]:
        """Return the numbers that every query finds, the best first, those as good together and in no order."""
        must = [(Occur.Must, query) for query in queries]
        checkpoint()
        if not must:
            return ()
        most = max(1, self._searcher.num_docs)
        hits = self._searcher.search(Query.boolean_query(must), limit=most, count=False).hits
        numbers = cast("list[int]", self._searcher.fast_field_values("n", [address for _, address in hits]))
        checkpoint()
        classes: list[Sequence[int]] = []
        start = 0
        while start < len(hits):  # few classes, of many fiches: the end of each is looked for
            end = bisect_right(hits, -float(hits[start][0]), lo=start, key=lambda hit: -float(hit[0]))
            classes.append(numbers[start:end])
            start = end
        return tuple(classes)
