"""Who acts over HTTP: the agent whose token a request bears (RFC 6750), or who is signed in. What it may do, the
registry decides.

Pages of other origins cannot act: a browser sends no such token by itself, an act by a session bears what only our
pages know, and no answer here is open to them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import Request

from ingestion import Agent, Forbidden, RefusedAct, RefusedTransition, Registry, standing
from sparql_api.acts.session import HEADER, SAFE, held, holder, session_of
from sparql_api.computing.fairuse import Levels
from sparql_api.pages.common.service import Service
from sparql_api.words.problems import Problem, ProblemError, problem
from sparql_api.words.texts import Text, text_of

T = TypeVar("T")
FAILURES: Final = 10
"""Wrong tokens that a client may send before it must wait."""
FAILURE_RATE: Final = 1 / 30
"""Of them so many a second are forgotten."""
LONGEST_TOKEN: Final = 200
ENDED: Final = ("agent-revoked", "agent-expired")
BEARER: Final = HTTPBearer(auto_error=False, description="The token of a declared agent (`observatoire agent token`).")


class Doors:
    """The registry as requests reach it, in threads of its own; and who sent a wrong token how often."""

    def __init__(self, service: Service, clock: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._failures = Levels(FAILURE_RATE, clock)
        self._lock = Lock()
        self._opened: Registry | None = None

    async def agent(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(BEARER)
    ) -> Agent:
        """Return the agent of a request: of its token, else of its session, whose acts bear the token of its forms.

        Raises ProblemError: 401 without one, 403 where an act comes from elsewhere, 429 after too many wrong tokens.
        """
        if credentials is not None:
            return await self.bearer(request, credentials.credentials)
        session, agent = session_of(request), await self.session(request)
        if session is None or agent is None:
            raise unauthenticated("token-missing")
        if request.method not in SAFE:
            held(request, session, request.headers.get(HEADER))
        return agent

    async def session(self, request: Request) -> Agent | None:
        """Return the agent who is signed in, as the registry knows it now; None where nobody is."""
        session = session_of(request)
        return None if session is None else await self.run(request, holder, session)

    async def bearer(self, request: Request, token: str) -> Agent:
        """Return the agent of a token; raises ProblemError as `agent`."""
        # Who has the right token is not stopped by a neighbour's wrong ones: nobody guesses 256 bits.
        found = await self.run(request, _holder, token)
        if isinstance(found, Agent):
            return found
        client = self._service.computing.client(request)
        over = self._failures.of(client) - FAILURES
        if over >= 0:
            wait = max(1, math.ceil((over + 1) / FAILURE_RATE))
            headers = {"Retry-After": str(wait)}
            raise ProblemError(Problem("too-many-failures", {"retry_after": wait}, headers=headers))
        self._failures.charge(client, 1)
        raise unauthenticated(found)

    async def run(self, request: Request, work: Callable[..., T], *arguments: Any) -> T:
        """Return what a function says of the registry, given first; raises ProblemError for what it refuses."""
        try:
            return await self._service.computing.run(request, self._carried, work, arguments, kind="act")
        except LookupError as error:
            if type(error) is not LookupError:
                raise
            # The same of what there is not and of what may not be known.
            raise ProblemError(problem("not-found", path=request.url.path)) from None

    def apart(self, work: Callable[..., T], *arguments: Any) -> T:
        """Return what a function says of the registry, whoever asked it, in this thread; raises as `run`."""
        return self._carried(work, arguments)

    def _carried(self, work: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        from sqlalchemy.exc import SQLAlchemyError

        if self._service.settings.restoring_path.is_dir():
            raise out_of_reach()  # whatever is read or written now is of the state that goes
        try:
            return work(self._registry(), *arguments)
        except RefusedAct as error:
            raise refused(error) from None
        except SQLAlchemyError:
            # Its words hold what was to be written (law 7), or the address with its password.
            raise out_of_reach() from None

    def _registry(self) -> Registry:
        with self._lock:
            if self._opened is None:
                self._opened = Registry(self._service.settings)
            return self._opened

    def close(self) -> None:
        """Give the registry's connections back."""
        if self._opened is not None:
            self._opened.close()


def refused(error: RefusedAct) -> ProblemError:
    """Return the problem of an act that is not done: out of its agent's scope, or of the document's state."""
    said = Text(**error.over_http)
    match error:
        case Forbidden():
            return ProblemError(problem("forbidden", reason=said, extra={"reason": error.why}))
        case RefusedTransition():
            return ProblemError(problem("state-forbids", reason=said, extra={"reason": error.reason}))
    return ProblemError(problem("unprocessable", reason=said))


def out_of_reach() -> ProblemError:
    """Return the problem (503) of a registry that does not answer, or that a restore is replacing."""
    return ProblemError(problem("registry", headers={"Retry-After": "5"}))


def unauthenticated(code: str) -> ProblemError:
    """Return the problem (401) of a request whose agent is not known, and why (RFC 6750 §3)."""
    error = "" if code == "token-missing" else ', error="invalid_token"'
    headers = {"WWW-Authenticate": f'Bearer realm="observatoire"{error}'}
    return ProblemError(problem("unauthenticated", reason=text_of(code), headers=headers))


def _holder(registry: Registry, token: str) -> Agent | str:
    """Return the agent of a token, else the code of what is wrong with it."""
    agent = registry.accounts.holder(token) if len(token) <= LONGEST_TOKEN else None
    if agent is None:
        return "token-unknown"
    return "token-expired" if standing(agent, "read") in ENDED else agent
