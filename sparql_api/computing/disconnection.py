"""Answers a request sparingly: held where its client failed too often, ended when the client leaves, what came to
nothing remembered.

Knows connections and shares; not what is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from sparql_api.computing.fairuse import FairUse
from sparql_api.words.errors import ServiceError
from sparql_api.words.problems import ProblemError

T = TypeVar("T")
CLIENT_CLOSED_REQUEST: Final = 499
UNWATCHED: Final = 0.02
"""Seconds that a request may take before anyone looks whether its client is still there."""
FAILED: Final = (408, 413, 429, 500, 503, 504)
"""Statuses of requests that cost something and came to nothing: many of them slow a client down."""
FREE: Final = ("no-edition", "edition-being-made")
"""What no client is the cause of."""


CONNECTION: Final = "connection"
"""Under which name a request's state holds its connection."""
CLIENT: Final = "client"
"""And the key of who asks."""


class Connection(Protocol):
    """What knows whether a request's client is still there."""

    disconnected: bool


class ClientGone(ServiceError):
    """The client closed the connection before its answer."""


async def sparing(
    fair_use: FairUse, request: Request, answer: Callable[[], Awaitable[Response]], *, dear: bool = False
) -> Response:
    """Return an answer; what costs and comes to nothing is remembered of its client. Raises ProblemError.

    `dear` says that to read the request cost something already, whatever is wrong with it.
    """
    client = client_of(fair_use, request)
    try:
        return await answer()
    except ProblemError as error:
        if (error.problem.status in FAILED and error.problem.name not in FREE) or dear:
            fair_use.strike(client)
        raise
    except ClientGone:
        fair_use.strike(client)
        return Response(None, CLIENT_CLOSED_REQUEST)  # For the log: nobody reads it.


async def held(fair_use: FairUse, request: Request) -> None:
    """Wait as long as the client has to before anything is done for it; raises ClientGone."""
    if hold := fair_use.hold(client_of(fair_use, request)):
        await while_connected(request, asyncio.sleep(hold))


def client_of(fair_use: FairUse, request: Request) -> str:
    """Return the opaque key of who asks, which the request's state holds from then on."""
    state: dict[str, str] = request.scope.setdefault("state", {})
    known = state.get(CLIENT)
    if known is None:
        known = state[CLIENT] = fair_use.key(request.client.host if request.client else "")
    return known


async def gone(request: Request) -> bool:
    """Return whether a client has left; the connection says so where it can, which costs nothing."""
    connection: Connection | None = getattr(request.state, CONNECTION, None)
    return await request.is_disconnected() if connection is None else connection.disconnected


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await some work as long as the client is there; raises ClientGone, the work cancelled, where it leaves."""
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(request, task)
    try:
        return await work
    except asyncio.CancelledError:
        if watch.gone and task.uncancel() == 0:
            raise ClientGone from None
        raise
    finally:
        watch.end()


class _Watch:
    """Cancels a task when the client closes the connection; for the first moments nobody looks."""

    def __init__(self, request: Request, task: asyncio.Task[object]) -> None:
        self.gone = False
        self._request = request
        self._task = task
        self._looking: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(UNWATCHED, self._begin)

    def end(self) -> None:
        self._timer.cancel()
        if self._looking:
            self._looking.cancel()

    def _begin(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._task.cancel()
