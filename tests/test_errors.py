"""What is wrong has one tree a package: each class descends from its base, which lists it; and no name means two."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from ingestion.words.errors import IngestionError
from ontologie.errors import OntologyError
from queries.errors import QuestionError
from shapes.errors import ShapesError
from sparql_api.words.errors import ServiceError

ROOT = Path(__file__).parents[1]
BASES: dict[str, type[Exception]] = {
    "ontologie": OntologyError,
    "shapes": ShapesError,
    "ingestion": IngestionError,
    "queries": QuestionError,
    "sparql_api": ServiceError,
}

ALONE = {"sparql_api.engine.workers.columns", "sparql_api.engine.workers.worker", "sparql_api.formats.sinks"}
"""What a query worker loads, which must start at once: listed, with no base."""


def modules(package: str) -> Iterator[ModuleType]:
    """Yield each module of a package, but those that are commands to run."""
    root = importlib.import_module(package)
    yield root
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            yield importlib.import_module(found.name)


def classes(package: str) -> dict[str, type]:
    """{module.name: class} of each class that a package defines."""
    return {
        f"{module.__name__}.{name}": found
        for module in modules(package)
        for name, found in inspect.getmembers(module, inspect.isclass)
        if found.__module__ == module.__name__
    }


@pytest.mark.parametrize("package", BASES)
def test_each_error_of_a_package_descends_from_its_base_which_lists_it(package: str) -> None:
    base = BASES[package]
    raised = {name: found for name, found in classes(package).items() if issubclass(found, Exception)}
    assert raised
    for name, found in raised.items():
        assert issubclass(found, base) or found.__module__ in ALONE, f"{name} is no {base.__name__}"
    listed = set(re.findall(r"\b[A-Z][A-Za-z]+[a-z]\b(?=[,.\s])", (base.__doc__ or "").partition(f"{base.__name__}\n")[2]))
    names = {found.__name__ for found in raised.values()} - {base.__name__}
    assert names <= listed, "list them in the tree"


NAMESAKES = {"Settings": "the service's are those of the state on disk, and more"}
"""Names of two classes, each with its reason."""


def test_no_two_classes_have_one_name() -> None:
    """Outside of the tests, the benches included: who searches for a name finds one thing."""
    met: dict[str, list[str]] = defaultdict(list)
    for path in (path for top in (*BASES, "bench", "docs") for path in sorted((ROOT / top).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                met[node.name].append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert len(met) > 200
    assert {name: places for name, places in met.items() if len(places) > 1 and name not in NAMESAKES} == {}
    assert {name for name in NAMESAKES if len(met[name]) < 2} == set()
