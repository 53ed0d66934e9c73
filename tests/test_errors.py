"""What is wrong has one tree a package: each class descends from its base, which lists it; and no name means two."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from types import ModuleType

import pytest

from ingestion.words.errors import IngestionError
from ontologie.errors import OntologyError
from queries.errors import QuestionError
from shapes.errors import ShapesError
from sparql_api.words.errors import ServiceError

BASES: dict[str, type[Exception]] = {
    "ontologie": OntologyError,
    "shapes": ShapesError,
    "ingestion": IngestionError,
    "queries": QuestionError,
    "sparql_api": ServiceError,
}

ALONE = {"sparql_api.engine.workers.worker", "sparql_api.formats.sinks"}
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


SHARED = {"Lang", "Format"}
"""The choices of an option, declared beside the commands that take it."""


def test_no_public_class_is_named_as_another_thing() -> None:
    """A class may extend its namesake: the settings of the service are those of the way in, and more."""
    met: dict[str, type] = {}
    for name, found in ((name, found) for package in BASES for name, found in classes(package).items()):
        other = met.setdefault(found.__name__, found)
        if not found.__name__.startswith("_") and found.__name__ not in SHARED:
            assert other in found.__mro__ or found in other.__mro__, f"{name} and {other.__module__}"
