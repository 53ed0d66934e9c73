"""An error nobody foresaw: a problem document, a strike for who provokes it, and one trace in the log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response
from starlette.routing import Route

from sparql_api.app import create_app
from sparql_api.settings import Settings
from sparql_api.traces import Once, places
from tests import patient
from tests.sparql_endpoint.live import serve, wait_until

TIMES = 120


@pytest.fixture
def failing(tmp_path: Path) -> FastAPI:
    """A service, without an edition, one route of which fails."""
    app = create_app(Settings(var=tmp_path, workers=1, log_queries=False))

    async def fails(request: Request) -> Response:
        raise RuntimeError("nobody foresaw it")

    app.router.routes.insert(0, Route("/fails", fails))
    return app


def test_an_unhandled_error_is_a_strike_and_its_trace_is_written_once(
    failing: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    fair_use = failing.state.computing._fair_use
    fair_use.hold = lambda client: 0.0  # How long who fails is held is not asked here.
    # The server closes a connection after such an error.
    with serve(failing) as url, patient.Client(base_url=url, headers={"Connection": "close"}) as client:
        for _ in range(TIMES):
            answer = client.get("/fails")
            assert answer.status_code == 500
            assert answer.json()["type"].endswith("/internal")
            assert "foresaw" not in answer.text
        assert fair_use._strikes.of(fair_use.key("127.0.0.1")) > TIMES / 2
        wait_until(lambda: any("100 times" in record.getMessage() for record in caplog.records))
    about = [record for record in caplog.records if record.exc_info or "already traced" in record.getMessage()]
    assert [bool(record.exc_info) for record in about] == [True, False, False]
    assert [record.getMessage().rpartition(", ")[2] for record in about[1:]] == ["10 times so far)", "100 times so far)"]


def records(once: Once, error: Exception) -> bool:
    try:
        raise error
    except Exception as caught:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, "m", (), (type(caught), caught, caught.__traceback__))
        return once.filter(record)


def test_another_error_and_another_place_have_traces_of_their_own() -> None:
    once = Once()
    assert records(once, ValueError("a")) is True
    assert records(once, ValueError("b")) is False
    assert records(once, KeyError("a")) is True
    assert once.filter(logging.LogRecord("x", logging.ERROR, "x", 1, "no trace", (), None)) is True
    assert places(None) == []
