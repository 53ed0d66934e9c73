"""The package of principles at the address of its version."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile

import httpx
import pytest

from sparql_api.packages.principles import package_files
from sparql_api.pages.packages import MadeOnce

ADDRESS = "/paquets/principes-ia-education/1.0.0.zip"


def test_the_package_stands_at_its_versioned_address(client: httpx.Client) -> None:
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert "principes-ia-education-1.0.0.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        found = {name.partition("/")[2] for name in archive.namelist()}
    assert found == package_files().keys()
    assert client.get(ADDRESS, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_another_version_is_not_there_and_no_parameter_is_known(client: httpx.Client) -> None:
    assert client.get(ADDRESS.replace("1.0.0", "9.9.9")).status_code == 404
    assert client.get(ADDRESS, params={"x": "1"}).status_code == 400


def test_a_package_is_made_once_for_all_who_ask_meanwhile_and_again_where_it_failed() -> None:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        time.sleep(0.2)
        if len(made) == 1:
            raise OSError("no room")
        return b"whole"

    async def ask() -> None:
        package = MadeOnce(make)
        with pytest.raises(OSError, match="no room"):
            await package.bytes()
        late = asyncio.create_task(package.bytes())
        await asyncio.sleep(0.05)
        late.cancel()  # who leaves ends nothing
        assert await asyncio.gather(*(package.bytes() for _ in range(5))) == [b"whole"] * 5

    asyncio.run(ask())
    assert len(made) == 2
