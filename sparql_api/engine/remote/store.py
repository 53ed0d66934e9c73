"""The store behind the service, over HTTP: asks a slot a query, reads seals; each failure becomes one of ours.

Knows addresses, connections and what other stores' statuses mean. Which slot to ask, and what an answer is worth,
are the engine's.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import IO, Any, Final

import httpx

from ingestion import redaction_of
from sparql_api.engine.remote import answers as remote_answers
from sparql_api.engine.remote import seals as remote_seals
from sparql_api.engine.remote import text as remote_text
from sparql_api.engine.remote.answers import Broken
from sparql_api.engine.remote.seals import Seal
from sparql_api.query import errors
from sparql_api.query.dataset import Dataset
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan, Rules
from sparql_api.query.stores import EditionStores, StoreRef
from sparql_api.settings import RemoteSettings, at
from sparql_api.words.problems import problem

RETRY_SECONDS: Final = 5
CONNECT_SECONDS: Final = 5.0
ERROR_BYTES: Final = 4096
logger = logging.getLogger("observatoire")


class StoreUnreachable(errors.EngineError):
    """The store cannot be reached, is full, or is just changing the edition's slot (503, Retry-After)."""


class StoreFailed(errors.EngineError):
    """The store answered with an error of its own, or not whole (502)."""


@dataclass(frozen=True)
class Query:
    """What a slot is asked."""

    plan: Plan
    text: str
    """The plan's text, completed."""
    limits: Limits
    seconds: int
    """The deadline told to the store."""

    def form(self, remote: RemoteSettings) -> dict[str, Any]:
        """Return the parameters of the request (SPARQL 1.1 Protocol §2.1.2)."""
        dataset = self.plan.dataset or Dataset()
        return {
            "query": self.text,
            "default-graph-uri": list(dataset.default),
            "named-graph-uri": list(dataset.named),
            **remote.deadline(self.seconds),
        }


@dataclass(frozen=True)
class PinnedRef(StoreRef):
    """An edition asked for by its number, whichever answers by default."""


@dataclass(frozen=True)
class PublishedEditions(EditionStores):
    """The editions of a folder whose stores are elsewhere: manifests are enough."""

    def get(self, number: int) -> StoreRef:
        """Return an edition; raises EditionNotFound, EditionGone, NoEdition."""
        folder = self._kept(number)
        if not (folder / "manifest.json").is_file():
            raise errors.EditionNotFound(problem("edition-not-found", edition=number))
        return PinnedRef(number, folder / "store", redaction_of(folder))


class RemoteStore:
    """The connections to a store's slots and seals."""

    def __init__(self, remote: RemoteSettings, rules: Rules, limits: Limits) -> None:
        self.reachable = False
        self._remote = remote
        self._rules = rules
        self._limits = limits
        self._client = httpx.AsyncClient(
            auth=remote.auth(),
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx.Limits(max_connections=2 * remote.connections + 2),
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
        )

    async def close(self) -> None:
        """Close the connections; queries under way end with an error."""
        await self._client.aclose()

    async def seals(self) -> dict[str, Seal]:
        """Return the seal of each slot that has one; raises EngineError."""
        names = self._remote.named_slots
        found = await asyncio.gather(*map(self.seal, names))
        return {slot: seal for slot, seal in zip(names, found, strict=True) if seal}

    async def seal(self, slot: str) -> Seal | None:
        """Return a slot's seal, None where it has none; raises EngineError."""
        asked = self._client.build_request(
            "GET", remote_seals.address(self._remote, slot), headers=remote_seals.HEADERS
        )
        async with self._sent(asked) as response:
            try:
                await response.aread()
                return remote_seals.read(response)
            except httpx.TransportError as error:
                raise self._unreachable(error) from error
            except (httpx.HTTPStatusError, ValueError) as error:
                raise failed(f"seal of slot {slot!r}: {error}") from error

    async def ask(self, query: Query, slot: str, raw: IO[bytes]) -> int:
        """Write a slot's answer into `raw`, to its end; return its size in bytes; raises EngineError."""
        bound = query.limits.answer_bytes * remote_answers.WORDIER
        asked = self._client.build_request(
            "POST",
            at(self._remote.query_url, slot),
            data=query.form(self._remote),
            headers={"Accept": remote_answers.accepted(query.plan)},
        )
        async with self._sent(asked) as response:
            try:
                if response.status_code != 200:
                    raise self._refusal(query, response.status_code, await _beginning(response))
                remote_answers.judge_headers(response, query.plan)
                size = 0
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    if size > bound:
                        raise too_large(query.limits)
                    raw.write(chunk)
                return size
            except httpx.TransportError as error:
                raise failed(f"answer cut: {error}") from error
            except Broken as error:
                raise self.broken(query, error) from error
            except OSError as error:
                raise errors.SpoolFull(errors.retry("spool", RETRY_SECONDS)) from error

    def broken(self, query: Query, error: Broken) -> errors.EngineError:
        """Return the error for an answer that is not whole."""
        return errors.deadline_exceeded(query.limits, self._limits) if error.early else failed(str(error))

    @contextlib.asynccontextmanager
    async def _sent(self, request: httpx.Request) -> AsyncIterator[httpx.Response]:
        """Send a request; one that met a connection closed meanwhile is sent again. Raises EngineError."""
        try:
            try:
                response = await self._client.send(request, stream=True)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                response = await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        self.reachable = True
        try:
            yield response
        finally:
            await response.aclose()

    def _refusal(self, query: Query, status: int, said: str) -> errors.EngineError:
        """Return the error for a status that is not 200."""
        if status in (400, 422):
            return remote_text.refused(query.plan.text, said, self._rules.prefixes)
        if status in (408, 504) or remote_answers.ended_early(said.encode()):
            return errors.deadline_exceeded(query.limits, self._limits)
        if status in (429, 503):
            return busy()
        return failed(f"status {status} to a query")

    def _unreachable(self, error: Exception) -> errors.EngineError:
        self.reachable = False
        logger.error("the store behind the service cannot be reached: %r", error)
        return StoreUnreachable(errors.retry("remote-unreachable", RETRY_SECONDS))


def busy() -> StoreUnreachable:
    """Return the error for a store that takes no query, or changes the edition's slot, just now."""
    return StoreUnreachable(errors.retry("remote-busy", RETRY_SECONDS))


def failed(reason: str) -> StoreFailed:
    """Return the error for a failure of the store's own; the reason goes to the log alone."""
    logger.error("the store behind the service failed: %s", reason)
    return StoreFailed(problem("remote-failed"))


def too_large(limits: Limits) -> errors.AnswerTooLarge:
    """Return the error for an answer over its bound."""
    limit = f"{limits.answer_bytes / (1 << 20):g}"
    return errors.AnswerTooLarge(problem("answer-size", limit=limit, extra={"bound": "answer-size"}))


async def _beginning(response: httpx.Response) -> str:
    """Return the first words of an error's body."""
    said = b""
    async for chunk in response.aiter_bytes():
        said += chunk
        if len(said) >= ERROR_BYTES:
            break
    return said[:ERROR_BYTES].decode("utf-8", "replace")
