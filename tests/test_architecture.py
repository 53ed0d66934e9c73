"""The layout of the project: imports point down only, and other folders are met by their face alone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "ontologie": set[str](),
    "shapes": {"ontologie"},
    "ingestion": {"ontologie", "shapes"},
    "queries": {"ontologie", "shapes"},
    "sparql_api": {"ontologie", "shapes", "ingestion", "queries"},
}
TOP_LEVEL = {
    *MAY_IMPORT, "tests", "bench", "docs", ".ci", "Makefile", "README.md", "LISEZ-MOI.md", "CITATION.cff", "CONTRIBUTING.md", "CHANGELOG.md",
    "LICENSE", "LICENCE-DONNEES.md", "pyproject.toml", "requirements.lock", "requirements-test.lock",
    "requirements-bench.lock",
    ".gitignore",
}  # fmt: skip


def modules() -> list[Path]:
    return [path for folder in MAY_IMPORT for path in sorted((ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of each absolute import in a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.lineno, node.module


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down_and_reach_only_public_faces(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    for line, name in imports(path):
        other, _, inner = name.partition(".")
        if other not in MAY_IMPORT or other == folder:
            continue
        assert other in MAY_IMPORT[folder], f"{path}:{line}: {folder} imports {other}"
        # The command line's root mounts each folder's commands; nothing else goes behind a face.
        allowed = inner == "" or (path.name == "cli.py" and inner.partition(".")[0] == "commands")
        # What commands share is a face of its own, so that libraries do not load the command line.
        allowed = allowed or (name == "ontologie.console" and "commands" in str(path.relative_to(ROOT)))
        assert allowed, f"{path}:{line}: {name} is behind the face of {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_says_what_it_knows_and_stays_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400, f"{path} is longer than 400 lines"
    assert ast.get_docstring(ast.parse(text)), f"{path} does not say what it knows"


def test_no_function_needs_scrolling() -> None:
    """Anywhere, the tests and the benches included."""
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in (path for top in (*MAY_IMPORT, "tests", "bench", "docs") for path in (ROOT / top).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        if (node.end_lineno or 0) - node.lineno >= 50
    ]
    assert long == []


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_public_face_fits_on_one_screen(folder: str) -> None:
    assert (ROOT / folder / "__init__.py").read_text(encoding="utf-8").count("\n") <= 150


def test_nothing_else_stands_at_the_top_level() -> None:
    import subprocess

    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name.split("/")[0] for name in tracked.splitlines()} <= TOP_LEVEL


def test_the_lock_files_name_no_host_and_hold_every_hash() -> None:
    for name in ("requirements.lock", "requirements-test.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_every_declared_dependency_is_locked() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").lower()
    for requirement in declared:
        name = requirement.split("[")[0].split(">")[0].split("=")[0].strip().lower()
        assert f"\n{name}==" in f"\n{lock}" or f"\n{name}[" in f"\n{lock}", name


def test_every_declared_library_is_told_with_what_it_serves() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    for requirement in (*project["dependencies"], *project["optional-dependencies"]["postgresql"]):
        name = requirement.split("[")[0].split(">")[0]
        assert re.search(rf"[| ]{re.escape(name)}[ ,]", told), name
    assert all(f"| `{extra}` |" in told for extra in project["optional-dependencies"])


WAITING = {"get", "post", "put", "delete", "head", "request", "stream", "Client", "AsyncClient"}


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_test_waits_for_http_by_a_default(path: Path) -> None:
    """httpx gives up after five seconds, which a busy machine exceeds: `tests.patient` waits longer."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    impatient = [
        f"{path}:{call.lineno}"
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in WAITING
        and isinstance(call.func.value, ast.Name) and call.func.value.id == "httpx"
        and not any(keyword.arg == "timeout" for keyword in call.keywords)
    ]  # fmt: skip
    assert impatient == []


def rooms(top: str) -> dict[str, set[str]]:
    """Return the folders of a package, and its loose files, each with those that it imports from."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / top).rglob("*.py")):
        here = room_of(path.relative_to(ROOT))
        others = {room_of(file) for name in inner_imports(path, top) if (file := file_of(name))}
        found.setdefault(here, set()).update(others - {here})
    return found


def inner_imports(path: Path, top: str) -> Iterator[str]:
    """Yield the dotted names that a module imports of its own package, those of `from room import module` as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level and node.module, f"{path}:{node.lineno}: imports are absolute"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if file_of(name) else node.module for name in inner]
        else:
            continue
        yield from (name for name in names if name.partition(".")[0] == top)


def file_of(name: str) -> Path | None:
    """Return the file of a module or a package, from the root; None where the name is another's."""
    path = Path(*name.split("."))
    found = path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")
    return found if (ROOT / found).is_file() else None


def room_of(path: Path) -> str:
    return str(path.parent) if len(path.parts) > 2 else str(path)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_the_rooms_of_a_folder_stand_on_floors(folder: str) -> None:
    """No room imports, by whatever way, from one that imports from it."""
    below = rooms(folder)
    while leaves := [room for room, others in below.items() if not others & below.keys()]:
        for room in leaves:
            del below[room]
    assert not below, f"these import from each other: {sorted(below)}"


def test_the_table_of_rooms_goes_up_from_floor_to_floor() -> None:
    """A room of the plan imports from those named before it alone; loose files stand between, and are not named."""
    plan = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## The rooms")[2].partition("## ")[0]
    order = [name.rstrip("/") for name in re.findall(r"^\| `([^`]+/)` \|", plan, re.MULTILINE)]
    assert order == list(dict.fromkeys(order))
    named = [room for room in order if "/" in room]
    assert len(named) > 30
    for folder in MAY_IMPORT:
        for room, others in rooms(folder).items():
            for other in others & set(named) if room in named else ():
                assert named.index(other) < named.index(room), f"{room} imports from {other}"


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_no_folder_holds_more_files_than_one_can_take_in(folder: str) -> None:
    for place in [ROOT / folder, *(path for path in (ROOT / folder).rglob("*") if path.is_dir())]:
        assert len(list(place.glob("*.py"))) <= 24, f"{place}: which rooms are hiding in there?"
