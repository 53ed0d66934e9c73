"""Whole tables are read from the running server by requests for ranges: what was not asked for is not sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion import Editions
from sparql_api.app import create_app
from sparql_api.pages.common.made import made_folder
from sparql_api.settings import Settings
from sparql_api.tables.dictionary import layout
from sparql_api.tables.files import names
from sparql_api.tables.parts import FOLDER
from tests.sparql_api.endpoint.live import serve

ROWS = 200_000
BLOCK = 1 << 16
"""Bytes that the file system asks for at once, at least."""


class Counting:
    """An application that notes of each request for a file its method, its `Range`, and the bytes that were sent."""

    def __init__(self, app: ASGIApp, seen: list[dict[str, Any]]) -> None:
        self.app, self.seen = app, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        one = {"method": scope["method"], "range": dict(scope["headers"]).get(b"range", b"").decode(), "bytes": 0, "status": 0}
        self.seen.append(one)

        async def counted(message: Message) -> None:
            one["bytes"] += len(message.get("body", b""))
            one["status"] = message.get("status", one["status"])
            await send(message)

        await self.app(scope, receive, counted)


@pytest.fixture(scope="module")
def seen() -> list[dict[str, Any]]:
    return []


@pytest.fixture(scope="module")
def large(var: Path, seen: list[dict[str, Any]]) -> Iterator[tuple[str, int]]:
    """The address and the bytes of a table with many rows, which stands where the service keeps one of edition 1."""
    settings = Settings(var=var, workers=1)
    app = create_app(settings)
    edition = Editions(var).get(1)
    assert edition is not None and "ranges.parquet" not in names()
    place = made_folder(edition, var / "faces") / f"{FOLDER}-{layout()}" / "usages_outils.parquet"
    place.parent.mkdir(exist_ok=True)
    kept = place.read_bytes() if place.exists() else None
    rows = f"SELECT 'u' || md5(i::VARCHAR) AS usage, md5((i + 1)::VARCHAR) AS outil, i % 7 AS n FROM range({ROWS}) t(i)"
    duckdb.sql(f"COPY ({rows}) TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
    app.add_middleware(Counting, seen=seen)
    try:
        with serve(app) as url:
            yield f"{url}/editions/1/tables/usages_outils.parquet", place.stat().st_size
    finally:
        place.unlink()
        if kept is not None:
            place.write_bytes(kept)


def of_ranges(seen: list[dict[str, Any]], size: int) -> None:
    """Hold that all that was read was asked for by ranges, and is less than a tenth of the file."""
    read = [one for one in seen if one["method"] == "GET"]
    assert read and all(one["range"].startswith("bytes=") and one["status"] == 206 for one in read), seen
    assert sum(one["bytes"] for one in seen) < size / 10


@pytest.mark.long
def test_pandas_reads_one_column_by_ranges(large: tuple[str, int], seen: list[dict[str, Any]]) -> None:
    import fsspec
    import pandas

    address, size = large
    seen.clear()
    with fsspec.filesystem("http").open(address, block_size=BLOCK) as file:
        read = pandas.read_parquet(file, columns=["n"])
    assert read["n"].sum() == sum(i % 7 for i in range(ROWS))
    of_ranges(seen, size)


@pytest.mark.long
def test_duckdb_counts_one_column_by_ranges(large: tuple[str, int], seen: list[dict[str, Any]]) -> None:
    from fsspec.implementations.http import HTTPFileSystem

    class Ranged(HTTPFileSystem):  # type: ignore[misc]
        """Says what DuckDB asks first of a file, and reads no byte of it for that."""

        async def _exists(self, path: str, **more: Any) -> bool:
            return True

        def modified(self, path: str) -> datetime:
            return datetime(2026, 1, 1, tzinfo=UTC)

    address, size = large
    seen.clear()
    with duckdb.connect() as database:
        database.register_filesystem(Ranged(block_size=BLOCK))
        read = database.execute("SELECT count(*), sum(n) FROM read_parquet(?)", [address]).fetchone()
    assert read == (ROWS, sum(i % 7 for i in range(ROWS)))
    of_ranges(seen, size)
