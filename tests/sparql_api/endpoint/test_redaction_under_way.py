"""An edition made anew while an answer from it is under way: that answer is of neither, and is to be asked for again."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ingestion.publication.files.editions import exchange
from sparql_api.http.middleware import TICK, Redactions
from sparql_api.words.problems import ProblemError


def edition(folder: Path, redactions: int) -> Path:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"number": 7, "redactions": [{}] * redactions}))
    return folder


def asked(editions: Path, meanwhile: Callable[[], None] = lambda: None) -> httpx.Response:
    """Return what a service says, something being done after it read the edition and before it answers."""

    async def service(scope: Scope, receive: Receive, send: Send) -> None:
        meanwhile()
        await Response("what it read", headers={"Observatoire-Edition": "7"})(scope, receive, send)

    def told(request: Request, error: ProblemError) -> Response:
        return JSONResponse(error.problem.document("en"), error.problem.status, dict(error.problem.headers))

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Redactions(service, editions, told))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=300) as client:
            return await client.get("/")

    return asyncio.run(ask())


def test_what_a_redaction_overtakes_is_answered_by_a_problem(tmp_path: Path) -> None:
    editions = tmp_path / "editions"
    edition(editions / "7", 0)
    before = asked(editions)
    assert (before.status_code, before.headers["observatoire-edition"], before.text) == (200, "7", "what it read")
    fresh = edition(editions / ".7.tmp", 1)
    during = asked(editions, lambda: exchange(fresh, editions / "7"))
    assert during.status_code == 503 and during.headers["retry-after"] == "1"
    assert during.json()["type"].endswith("/problems/edition-being-made") and "what it read" not in during.text
    time.sleep(2 * TICK / 1e9)  # the file's time alone tells how long ago it was
    after = asked(editions)
    assert (after.status_code, after.headers["observatoire-edition"]) == (200, "7; redacted=1")
