"""The documentation is held to the code: what it names exists, what it shows runs, and the plan names every room."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "LISEZ-MOI.md", ROOT / "CONTRIBUTING.md"])
TEXTS = {".py", ".md", ".rq", ".ttl", ".toml", ".csv", ".yml", ".service", ".conf"}
FOLDERS = ("ontologie", "shapes", "ingestion", "queries", "sparql_api", "tests", "bench", "docs")
RUN = re.compile(r"```python\n(.*?)```", re.DOTALL)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    for name in re.findall(r"`([\w./*{}-]+)(?::\w+)?`", page.read_text(encoding="utf-8")):
        if name.split("/")[0] in FOLDERS and "/" in name and "{" not in name:
            assert list(ROOT.glob(name.rstrip("/"))), f"{page}: {name}"


def test_every_reference_to_the_design_resolves() -> None:
    """The design is inside: a text that cites it names a page that is there."""
    outside = re.compile(r"\b(?:DESIGN|DOMAINE)(?:\.md)? §")
    for path in tracked():
        if path.suffix not in TEXTS or not path.exists() or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not outside.search(text), f"{path} cites a page that is not in the project"
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", text):
            assert (ROOT / page).exists(), f"{path}: {page}"


def test_the_plan_names_every_room_and_no_other() -> None:
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([\w/]+)/` \|", plan, re.MULTILINE))
    rooms = {
        str(path.parent.relative_to(ROOT))
        for folder in FOLDERS[:5]
        for path in (ROOT / folder).rglob("__init__.py")
        if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    }
    # `ingestion` and `sparql_api` are known by their rooms; a parser's folder is its parent's business.
    assert named == rooms - {"ingestion", "sparql_api", "sparql_api/query/grammar"}


@pytest.mark.parametrize("block", RUN.findall((ROOT / "docs" / "debugging.md").read_text(encoding="utf-8")))
def test_what_the_page_on_debugging_shows_runs(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "docs/debugging.md", "exec"), {"__name__": "docs"})
