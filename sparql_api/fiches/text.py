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
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Final, cast

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA
from tantivy import Occur, Query

from sparql_api.computing.cancellation import checkpoint
from sparql_api.fiches.stored import share
from sparql_api.fiches.words import WORD, folded, searched_words, spelt_words, stem, stems

TEXT_NAME: Final = "fiches.mots"
EXAMPLES_TEXT_NAME: Final = "exemples.mots"
"""The words of invented examples: no search among projects finds or counts them, or is corrected by them."""
WEIGHTS: Final = {"titre": 8.0, "resume": 3.0, "reste": 1.0}
OF_A_BEGINNING: Final = 0.125
"""What a word counts that only begins as the one looked for. Sums of all these are exact, in whatever order."""
SHORTEST_BEGINNING: Final = 3
SHORTEST_MISSPELT: Final = 4
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
class TextMatches:
    """What words find: fiches, the best first; which word was taken for which; what is to be marked in a text."""

    numbers: tuple[int, ...]
    taken_for: Mapping[str, tuple[str, ...]]
    """By a word that no fiche holds, those one letter away that were looked for in its place."""
    wanted: Wanted

    def then(self, others: TextMatches) -> TextMatches:
        """Return these matches, followed by those of the same words among other fiches."""
        wanted = Wanted(self.wanted.stems | others.wanted.stems, self.wanted.beginnings + others.wanted.beginnings)
        return TextMatches(self.numbers + others.numbers, {**others.taken_for, **self.taken_for}, wanted)


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
                    return self.parts(_around(text, match.start()))
        return []

    def holds(self, word: str) -> bool:
        """Return whether a word is one of those looked for, or begins as one."""
        for spelt in spelt_words(word):
            if stem(spelt) in self.stems or folded(spelt).startswith(self.beginnings):
                return True
        return False


def _around(text: str, place: int) -> str:
    """Return the whole words of a text around a place."""
    start = 0 if place <= BEFORE else text.find(" ", place - BEFORE, place) + 1 or place
    end = len(text) if place + AFTER >= len(text) else max(text.rfind(" ", place, place + AFTER), place + 1)
    return ("… " if start else "") + text[start:end].strip() + (" …" if end < len(text) else "")


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
        queries: list[tuple[Occur, Query]] = []
        taken_for: dict[str, tuple[str, ...]] = {}
        looked_for: set[str] = set()
        for word in asked:
            checkpoint()
            roots = stems(word)
            query = self._query(roots, folded(word))
            may_be = mistaken is None or word in mistaken
            if may_be and not self._held(query) and (near := self.neighbours(word)):
                taken_for[word] = near
                roots = {stem(one) for one in near}
                query = self._query(roots, "")
            looked_for |= roots
            queries.append((Occur.Must, query))
        checkpoint()
        numbers = self._ranked(Query.boolean_query(queries)) if queries else ()
        beginnings = [folded(word) for word in asked if word not in taken_for]
        long = tuple(word for word in beginnings if len(word) >= SHORTEST_BEGINNING)
        return TextMatches(numbers, taken_for, Wanted(frozenset(looked_for), long))

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
            found = self._most_held([held for one in self._near(last) for held in self._forms[one].items()], most)
        return [(begun + spelt, count) for spelt, count in found]

    def neighbours(self, word: str) -> tuple[str, ...]:
        """Return the words of the edition that are one letter away, as they are most often written, most held first.

        A letter more, less, another or two exchanged (optimal string alignment); none for short words and numbers.
        """
        held = [held for one in self._near(word) for held in self._forms[one].items()]
        return tuple(spelt for spelt, _ in self._most_held(held, len(held)))

    def _near(self, word: str) -> list[str]:
        plain = folded(word)
        if len(plain) < SHORTEST_MISSPELT or not plain.isalpha():
            return []
        matches = process.extract_iter(plain, self._forms.keys(), scorer=OSA.distance, score_cutoff=1)
        return [one for one, _, _ in matches]

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

    @cached_property
    def _forms(self) -> Mapping[str, Mapping[str, int]]:
        """The terms of `mots` by the folded word that each begins with, with how many fiches hold it, or held it."""
        found: dict[str, dict[str, int]] = {}
        for term, count in self._searcher.terms_with_prefix("mots", ""):
            found.setdefault(term.partition("/")[0], {})[term] = count
        return found

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

    def _ranked(self, query: Query) -> tuple[int, ...]:
        """Return the numbers that a query finds, the best first, those as good in the order of the list."""
        hits = self._searcher.search(query, limit=max(1, self._searcher.num_docs), count=False).hits
        numbers = cast("list[int]", self._searcher.fast_field_values("n", [address for _, address in hits]))
        # Few scores for many fiches: what is as good is sorted by place, which is quicker than all by both.
        found: dict[float, list[int]] = defaultdict(list)
        for (score, _), n in zip(hits, numbers, strict=True):
            found[float(score)].append(n)
        place = None if self._places is None else self._places.__getitem__
        return tuple(n for score in sorted(found, reverse=True) for n in sorted(found[score], key=place))
