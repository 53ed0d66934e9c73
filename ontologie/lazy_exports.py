"""The face of a package that loads nothing by itself: each name comes with its module when it is first asked for.

A process beside the service, or a command, so pays for what it runs alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module


def lazily(
    package: str, table: Mapping[str, str], below: str | None = None
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and the `__dir__` of a package (PEP 562).

    `table` has, by module below the package (`reading.deposits`), the names that are taken from it, apart by spaces;
    the modules of a room's face may stand `below` another package.
    No name may be that of a module of the package: importing the module would put it in the name's place.
    """
    homes = {name: f"{below or package}.{module}" for module, names in table.items() for name in names.split()}

    def get(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)  # the next who asks does not come here
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *homes})
