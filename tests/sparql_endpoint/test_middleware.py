"""What nobody foresaw is a problem document, counts against who asked, and fills no log."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sparql_api.fairuse import FREE_STRIKES, FairUse
from sparql_api.middleware import Straight, Unhandled
from sparql_api.problems import ProblemError, problem_response

SCOPE: Scope = {
    "type": "http", "method": "GET", "path": "/projet/Jeanne-Martin", "raw_path": b"/projet/Jeanne-Martin",
    "query_string": b"", "headers": [], "client": ("192.0.2.7", 1), "server": ("a.example", 80), "scheme": "http",
}  # fmt: skip


async def fails(scope: Scope, receive: Receive, send: Send) -> None:
    raise KeyError("never foreseen")


async def fails_midway(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise KeyError("midway")


def respond(request: Request, error: ProblemError) -> Response:
    return problem_response(error.problem, request)


def ask(app: ASGIApp, **changed: object) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    asyncio.run(app({**SCOPE, **changed}, receive, send))
    return sent


def test_an_error_nobody_foresaw_is_answered_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    fair_use = FairUse(100, 100)
    app = Unhandled(fails, respond, fair_use)
    client = fair_use.key("192.0.2.7")
    for _ in range(FREE_STRIKES + 3):
        start, body = ask(app)
        assert start["status"] == 500 and b"problems/internal" in body["body"]
    assert fair_use.hold(client) > 0
    assert [record.exc_info is not None for record in caplog.records].count(True) == 1
    assert len(caplog.records) == FREE_STRIKES + 3
    assert "Jeanne" not in "".join(record.getMessage() for record in caplog.records)


def test_letters_of_a_query_string_sent_as_they_are_are_read_as_utf8() -> None:
    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        await Response(Request(scope).query_params["q"])(scope, receive, send)

    app = Straight(asked, {}, respond, "/static/")
    assert ask(app, query_string="q=élève%20+à".encode())[1]["body"] == "élève  à".encode()


def test_an_answer_that_has_begun_is_broken_off() -> None:
    with pytest.raises(KeyError):
        ask(Unhandled(fails_midway, respond, FairUse(100, 100)))
