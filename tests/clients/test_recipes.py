"""The `curl` recipes and the queries of the pages people read first: taken from the files, and run as they stand.

A recipe written tomorrow is tested tomorrow: it must reach the service, and give what it asks for.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyoxigraph as ox
import pytest
from python_calamine import CalamineWorkbook

from sparql_api.formats.negotiation import FORMATS, short_format
from tests import patient
from tests.making import missing

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
ADDRESS = "http://127.0.0.1:8000"
"""Where `make serve` answers."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SUFFIXES = {
    **FORMATS,
    "json": "application/json",
    "geojson": "application/geo+json",
    "gz": "application/gzip",
    "xlsx": XLSX,
    "tsv": "text/tab-separated-values",
}
BLOCK = re.compile(r"^```\w*\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Found:
    """A command or a query, and where it stands."""

    text: str
    place: str


def blocks() -> Iterator[Found]:
    """Give the blocks of code of the pages."""
    for page in PAGES:
        content = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(content):
            line = content.count("\n", 0, block.start(1)) + 1
            yield Found(block[1], f"{page.relative_to(ROOT)}:{line}")


def recipes() -> Iterator[Found]:
    """Give the commands that start with `curl`, each with all the lines that its quotes hold."""
    for block in blocks():
        lines: list[str] = []
        page, _, first = block.place.rpartition(":")
        for number, line in enumerate(block.text.splitlines(), int(first)):
            if lines or line.startswith("curl "):
                lines.append(line)
            if lines and whole("\n".join(lines)):
                yield Found("\n".join(lines), f"{page}:{number + 1 - len(lines)}")
                lines = []
        assert not lines, f"{block.place}: a command does not end"


def whole(text: str) -> bool:
    """Tell whether a command ends here, as the shell sees it."""
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return not text.endswith("\\")


def asked_for(recipe: str) -> str:
    """Return the media type that a command asks for: by its header, by `format=`, by the suffix, else JSON."""
    words = shlex.split(recipe, comments=True)
    for word in words:
        if word.lower().startswith("accept:"):
            return word.partition(":")[2].strip()
    address = urlsplit(next(word for word in words if word.startswith(ADDRESS)))
    values = parse_qs(address.query)
    if "format" in values:
        return short_format(values["format"][0]) or values["format"][0]
    return SUFFIXES.get(address.path.rpartition(".")[2], "application/json")


def says_something(media_type: str, data: bytes) -> bool:
    """Tell whether a body is of its media type and not empty."""
    if media_type == "application/gzip":
        return len(gzip.decompress(data)) > 1000
    if media_type in ("text/csv", "text/tab-separated-values"):
        # A table of alignments says what it is in lines of its own first (SSSOM/TSV).
        lines = [line for line in io.StringIO(data.decode(), newline="") if not line.startswith("#")]
        header, *rows = csv.reader(lines, delimiter="," if media_type == "text/csv" else "\t")
        return bool(rows) and all(len(row) == len(header) for row in rows)
    if media_type.endswith("json"):
        document = json.loads(data)
        return bool(document.get("rows", document.get("items", document)))
    if media_type == XLSX:
        (sheet,) = (book := CalamineWorkbook.from_filelike(io.BytesIO(data))).sheet_names
        return len(book.get_sheet_by_name(sheet).to_python()) > 1
    syntax = ox.RdfFormat.from_media_type(media_type)
    assert syntax is not None, f"{media_type}: say here how it is read"
    return bool(list(ox.parse(data, format=syntax)))


COMMANDS = list(recipes())
QUERIES = [block for block in blocks() if re.match(r"(PREFIX|SELECT|CONSTRUCT|ASK)\b", block.text)]


@pytest.mark.parametrize("recipe", COMMANDS, ids=lambda found: found.place)
def test_a_recipe_gives_what_it_asks_for(address: str, tmp_path: Path, recipe: Found) -> None:
    if shutil.which("curl") is None:
        missing("curl is not installed")
    assert ADDRESS in recipe.text, "a recipe that asks another service cannot be tried"
    # Read by curl at its start: the command itself runs as it is written.
    settings = 'write-out = "%{stderr}%{response_code} %{content_type}\\n"\nmax-time = 60\nshow-error\n'
    (tmp_path / ".curlrc").write_text(settings)
    folder = tmp_path / "here"
    folder.mkdir()
    command = ["bash", "-euo", "pipefail", "-c", recipe.text.replace(ADDRESS, address)]
    environment = {**os.environ, "CURL_HOME": str(tmp_path), "no_proxy": "127.0.0.1"}
    done = subprocess.run(command, capture_output=True, cwd=folder, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    status, media_type = done.stderr.decode().splitlines()[-1].split(" ", 1)
    assert (status, media_type.partition(";")[0]) == ("200", asked_for(recipe.text))
    written = [path.read_bytes() for path in folder.iterdir()]
    assert says_something(media_type.partition(";")[0], *(written or [done.stdout]))


@pytest.mark.parametrize("query", QUERIES, ids=lambda found: found.place)
def test_a_query_has_an_answer(address: str, query: Found) -> None:
    answer = httpx.post(f"{address}/sparql", data={"query": query.text, "format": "json"}, timeout=300)
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"]["bindings"]


def test_the_pages_are_read(address: str) -> None:
    assert len(COMMANDS) >= 13
    assert len(QUERIES) >= 3
    answer = patient.get(f"{address}/sparql", params={"query": "SELECT ?i { ?i a oia:Instrument }", "format": "json"})
    assert len(answer.json()["results"]["bindings"]) == 30, "docs/first-query.md says thirty rows"
