"""The package of principles at the address of its version."""

from __future__ import annotations

import io
import zipfile

import httpx

from sparql_api.packages.principles import package_files

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
