"""What every request passes before its route."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from sparql_api.http.middleware import Straight
from sparql_api.http.problem_documents import problem_response
from sparql_api.words.problems import ProblemError


def respond(request: Request, error: ProblemError) -> Response:
    return problem_response(error.problem, request)


async def asked(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(Request(scope).query_params["q"])(scope, receive, send)


def test_letters_of_a_query_string_sent_as_they_are_are_read_as_utf8() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "GET", "path": "/fiches", "raw_path": b"/fiches", "headers": [],
             "query_string": "q=élève%20+à".encode(), "client": ("192.0.2.7", 1), "server": ("a.example", 80), "scheme": "http"}  # fmt: skip
    asyncio.run(Straight(asked, {}, respond, "/static/")(scope, receive, send))
    assert sent[1]["body"] == "élève  à".encode()
