"""The faces of the packages: lazy, typed as they load, and holding what others use and no more."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.making import write_csv

ROOT = Path(__file__).parents[1]
LAZY = ("ontologie", "shapes", "ingestion", "queries")
HEAVY = {
    "alembic", "duckdb", "fastapi", "httpx", "jinja2", "prometheus_client", "pydantic", "pyld", "pyoxigraph", "pyshacl",
    "rapidfuzz", "rdflib", "rich", "sqlalchemy", "starlette", "uvicorn", "xlsxwriter",
}  # fmt: skip


def typed(package: str) -> dict[str, str]:
    """Return what the type checker is told: {name: module}."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: node.module or ""
        for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }  # fmt: skip


def table(package: str) -> dict[str, str]:
    """Return what is loaded: {name: module}, read from the call of `lazily`."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    (call,) = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "lazily")
    return {
        name: f"{package}.{module}" for module, names in ast.literal_eval(call.args[1]).items() for name in names.split()
    }


def used(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (package, name) of each name that a file takes from a face."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module in LAZY:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in LAZY:
            yield node.value.id, node.attr


@pytest.mark.parametrize("package", LAZY)
def test_the_names_told_to_the_type_checker_are_those_that_load(package: str) -> None:
    assert typed(package) == table(package)
    face = importlib.import_module(package)
    assert all(getattr(face, name) is not None for name in table(package))
    assert set(table(package)) <= set(dir(face))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(face, "nothing")  # noqa: B009


@pytest.mark.parametrize("package", LAZY)
def test_no_name_of_a_face_is_that_of_a_module_which_would_take_its_place(package: str) -> None:
    modules = {path.stem for path in (ROOT / package).iterdir() if path.suffix == ".py" or path.is_dir()}
    assert modules & set(table(package)) == set()


def test_each_name_of_a_face_is_used_outside_its_folder() -> None:
    """Outside: by another package, the bench, or the tests of what goes through several folders."""
    unused = {(package, name) for package in LAZY for name in table(package)}
    for path in (p for top in (*LAZY, "sparql_api", "bench", "tests") for p in (ROOT / top).rglob("*.py")):
        parts = path.relative_to(ROOT).parts
        home = parts[1] if parts[0] == "tests" else parts[0]
        unused -= {(package, name) for package, name in used(path) if package != home}
    assert unused == set()


def loaded(code: str) -> set[str]:
    """Return the libraries among HEAVY that a fresh process has loaded after some code."""
    said = f"{code}\nimport sys; print(*{{m.partition('.')[0] for m in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True)
    return HEAVY & set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("package", LAZY)
def test_a_face_loads_nothing_by_itself(package: str) -> None:
    assert loaded(f"import {package}") == set()


def test_the_command_line_s_root_loads_what_its_help_shows_and_no_more() -> None:
    """Before, `--help` loaded rdflib, pyshacl, sqlalchemy, duckdb, fastapi and httpx: six times the work."""
    assert loaded("import sparql_api.cli") == set()
    assert loaded("from sparql_api.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass") == set()


def test_a_process_beside_loads_what_it_runs() -> None:
    """A query worker loads no more of ours than where its answers go; those that prepare a deposit neither judge nor register it."""
    worker = "import runpy; runpy.run_path('sparql_api/engine/workers/worker.py', run_name='worker')"
    assert loaded(worker) == {"pyoxigraph"}
    unneeded = {"alembic", "duckdb", "fastapi", "httpx", "pyshacl", "sqlalchemy"}
    assert loaded("import ingestion.examination.preparation") & unneeded == set()


def test_a_deposit_that_registers_nothing_loads_no_database(tmp_path: Path) -> None:
    (tmp_path / "un.csv").write_text("id,titre,academie,niveaux,type_ia\nA1,Un projet,Lyon,3e,\n", encoding="utf-8")
    arguments = ["ingest", "--dry-run", str(tmp_path / "un.csv")]
    deposit = f"from sparql_api.cli import main\ntry: main({arguments})\nexcept SystemExit: pass"
    found = loaded(deposit)
    assert "pyshacl" in found
    assert found & {"alembic", "duckdb", "fastapi", "rapidfuzz", "sqlalchemy", "xlsxwriter"} == set()


def test_a_deposit_of_one_fiche_loads_neither_screen_nor_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One fiche without fault is cleared without pySHACL, and leaves no cause to draw a table of."""
    monkeypatch.setenv("OBSERVATOIRE_VAR", str(tmp_path / "var"))
    write_csv(tmp_path / "un.csv", [{}])
    deposit = f"from sparql_api.cli import main\ntry: main(['ingest', {str(tmp_path / 'un.csv')!r}])\nexcept SystemExit as left: assert left.code == 0"
    found = loaded(f"{deposit}\nimport sys; assert 'shapes.screening.screen' not in sys.modules")
    assert "sqlalchemy" in found and "pyshacl" not in found
    assert found & {"duckdb", "fastapi", "rapidfuzz", "rich", "xlsxwriter"} == set()


@pytest.mark.parametrize("module", ["sparql_api.query.plan", "sparql_api.query.hints", "sparql_api.http.query_strings"])
def test_the_process_that_reads_long_texts_loads_no_service(module: str) -> None:
    """The functions that are called there: `planned`'s judgement, `explain`, `decode`."""
    assert loaded(f"import {module}") <= {"pyoxigraph", "rapidfuzz"}


@pytest.mark.long
def test_the_port_of_the_engines_loads_none_of_them() -> None:
    assert loaded("import sparql_api.engine.port") <= {"pyoxigraph", "rapidfuzz"}
