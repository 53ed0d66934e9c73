"""A client generated from `/openapi.json` asks the saved questions by name, with typed parameters.

The generator (openapi-python-client) asks for an older typer than ours, so it stands outside of our environment: it is
found on the path (`uv tool install openapi-python-client`), or the test is skipped.
"""

from __future__ import annotations

import importlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from queries import every_version

pytestmark = pytest.mark.long
PACKAGE = "observatoire_client"


@pytest.fixture(scope="module")
def made(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The module by which a generated package asks."""
    generator = shutil.which("openapi-python-client")
    if generator is None:
        pytest.skip("openapi-python-client is not on the path")
    pytest.importorskip("attrs", reason="what is generated needs attrs")
    folder = tmp_path_factory.mktemp("generated")
    command = [generator, "generate", "--url", f"{address}/openapi.json", "--meta", "none", "--output-path", str(folder / PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield lambda name: importlib.import_module(f"{PACKAGE}.api.queries.{name}"), importlib.import_module(PACKAGE).Client(base_url=address)


def test_each_version_of_each_question_is_a_function(made: Any) -> None:
    asking, _ = made
    for versions in every_version().values():
        for one in versions:
            name = one.name.replace("-", "_")
            assert callable(asking(f"{name}_v{one.version}").sync_detailed) and callable(asking(name).sync_detailed)


def test_a_question_answers_as_it_does_to_anyone(made: Any, address: str) -> None:
    asking, client = made
    found = asking("projets_d_un_niveau_v1").sync_detailed(client=client, rang=9, edition="1")
    same = httpx.get(f"{address}/queries/projets-d-un-niveau/v1?rang=9&edition=1", timeout=60).json()
    told = found.parsed.to_dict()
    assert told["rows"] == same["rows"] and told["columns"] == same["columns"] and len(told["rows"]) > 0
    # Lists of things are lists of the client.
    one = asking("projets_par_academie_v1").sync_detailed(client=client, region=["region-academique/bretagne"])
    assert {row["region"].rpartition("/")[2] for row in one.parsed.to_dict()["rows"]} == {"bretagne"}
