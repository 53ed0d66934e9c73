"""Reads the files packaged with the ontology, from a checkout or an installed wheel alike."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ontologie.namespaces import BASE, Iris


def resource(*parts: str) -> Traversable:
    """Return a packaged file or folder below `ontologie/`."""
    return files("ontologie").joinpath(*parts)


def read_text(*parts: str, base: str = BASE) -> str:
    """Return a packaged text, its IRIs moved to `base`."""
    return Iris(base).rebase(resource(*parts).read_text(encoding="utf-8"))


@cache
def read_table(*parts: str, base: str = BASE) -> tuple[dict[str, str], ...]:
    """Return the rows of a packaged CSV (UTF-8, header, comma, RFC 4180 quoting)."""
    return _rows(read_text(*parts, base=base))


@cache
def table_beside(package: str, name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV that stands beside the modules of a package, of the same form."""
    return _rows(files(package).joinpath(name).read_text(encoding="utf-8"))


def _rows(text: str) -> tuple[dict[str, str], ...]:
    return tuple(csv.DictReader(io.StringIO(text, newline="")))
