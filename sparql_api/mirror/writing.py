"""Writes a mirror: asks each address, leads its links, lays the answer down. Knows the order of the work alone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, Final

from ingestion import Edition, software_version
from ontologie import Language
from sparql_api.mirror.asking import ServiceWithin
from sparql_api.mirror.ledger import MirrorLedger, MirrorRefused, Placed, WantedFile
from sparql_api.mirror.links import MirrorLinks
from sparql_api.mirror.plan import LDES, MirrorPlan
from sparql_api.pages.changes.stream import leads
from sparql_api.pages.common.layout import environment
from sparql_api.words import i18n

AT_ONCE: Final = 4
"""Addresses asked at once."""
MirrorProgress = Callable[[int, int], None]
"""Told how many files are made, and how many there will be."""


@dataclass(frozen=True)
class Mirroring:
    """A mirror in the making."""

    within: ServiceWithin
    plan: MirrorPlan
    ledger: MirrorLedger
    service: str
    """The address of the service, where what the mirror does not hold is asked."""
    settings: str
    """A digest of the service's settings, which pages show some of."""

    async def write(self, progress: MirrorProgress) -> Placed:
        """Make every file, then put all in their place; raises UnansweredWithin, MirrorRefused, OSError."""
        key, before = self._key(), self.ledger.done()
        if before == key and (files := self.ledger.standing()) is not None:
            return Placed(files, 0, 0)
        self.ledger.begin(key, self.plan.files(), self._same(before, key))
        waiting, (made, total) = self.ledger.unmade(), self.ledger.counts()
        progress(made, total)

        async def make_on() -> None:
            nonlocal made
            for number, wanted in waiting:  # those who work take from one list
                await self._make(number, wanted)
                made += 1
                progress(made, total)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(make_on())
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return self.ledger.place()

    def _key(self) -> str:
        """Return what all answers of a run depend on: one that was cut goes on where it is still the same."""
        edition = self.plan.edition
        told = software_version(), self.within.address, self.service, self.settings
        return "\n".join((str(edition.number), said_of(edition), edition.manifest["sha256"], *told))

    def _same(self, before: str, key: str) -> Callable[[WantedFile], bool]:
        """Return what tells the files that are as the run of a key made them: data of documents that stayed."""
        number, *_ = was = before.split("\n")
        old = self.plan.former(int(number)) if before and was[3:] == key.split("\n")[3:] else None
        if old is None:
            return lambda _: False
        changed = self.plan.changed_since(old)
        return lambda wanted: bool(wanted.document) and wanted.document not in changed

    async def _make(self, number: int, wanted: WantedFile) -> None:
        answer = await self.within.ask(wanted.address, wanted.language)
        with answer.body as body:
            if answer.edition not in ("", said_of(self.plan.edition)):
                raise MirrorRefused("site-edition-moved")
            if answer.headers.get("content-type", "").startswith("text/html"):
                self.ledger.keep(number, wanted.file, self._page(body, wanted))
            elif wanted.file.endswith(LDES):
                self.ledger.keep(number, wanted.file, BytesIO(b"".join(self._stream(body, wanted))))
            else:
                self.ledger.keep(number, wanted.file, body)

    def _page(self, body: IO[bytes], wanted: WantedFile) -> IO[bytes]:
        """Return a page with its links, and what it says of being a copy."""
        spoken: Language = "en" if wanted.language == "en" else "fr"
        number = self.plan.edition.number
        links = MirrorLinks(self.ledger.file_of, self.within.address, self.service, number)
        note = environment().get_template("mirror_note.html")
        told = note.render(t=partial(_text, spoken), number=number, service=self.service)
        return BytesIO(links.page(body.read().decode(), wanted.file, spoken, told).encode())

    def _stream(self, body: IO[bytes], wanted: WantedFile) -> Iterator[bytes]:
        """Yield a node of the event stream, its own address and those of others those of their files.

        The first lines of a page are about its node, all of them of a node that leads to pages; members follow.
        """
        root = f"{self.within.address}/ldes".encode()
        node = re.compile(b"<" + re.escape(root) + rb"(/[0-9]+-[0-9]+)?([#>])")
        places = [int(one) for one in re.findall(r"\d+", wanted.address)]
        all_of_it = not places or leads(*places)
        for place, line in enumerate(body):
            ours = place < 2 or all_of_it
            yield node.sub(rb"<" + root + rb"\1" + LDES.encode() + rb"\2", line) if ours else line


def _text(spoken: Language, key: str, **values: object) -> str:
    return i18n.message(key, spoken, **values)


def said_of(edition: Edition) -> str:
    """Return how an answer names the edition that it is of."""
    return f"{edition.number}; redacted={edition.redaction}" if edition.redaction else str(edition.number)
