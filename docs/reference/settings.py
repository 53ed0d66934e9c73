"""The page of the settings, and which rooms read each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from docs.reference.markdown import NOTE, TYPES, Row, table
from ingestion import Settings as StateSettings
from sparql_api.settings import NoticeSettings, OpenIdSettings, RemoteSettings, Settings

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("ontologie", "shapes", "ingestion", "queries", "sparql_api")
COMPUTED: Final = {"workers": "one a core, four at least"}
"""What a default that is worked out at start comes to."""
HOLDERS: Final[dict[type[BaseSettings], str]] = {
    RemoteSettings: "remote", OpenIdSettings: "openid", NoticeSettings: "notices",
}  # fmt: skip
"""How code calls the settings that stand in a group of their own."""


def settings_page() -> str:
    """Return the page of the settings, each class of them as a table."""
    own = set(StateSettings.model_fields) | set(HOLDERS.values())
    parts = (
        ("Where the state lives", StateSettings, set[str]()),
        ("The service", Settings, own),
        ("A store elsewhere that answers in place of the editions on disk", RemoteSettings, set[str]()),
        ("Signing in from a browser by a service of OpenID Connect", OpenIdSettings, set[str]()),
        ("What the deployment says of itself on its notices", NoticeSettings, set[str]()),
    )
    text = [
        "# Settings",
        NOTE,
        "Read once at start from the environment; a value that cannot be used ends the command with exit code 2. The "
        "last column names the rooms whose code reads the setting.",
    ]
    for title, kind, left in parts:
        rows = [setting(kind, name, field) for name, field in kind.model_fields.items() if name not in left]
        text += [f"## {title}", table(("variable", "type", "default", "what it does", "read in"), rows)]
    return "\n\n".join(text) + "\n"


def variable(kind: type[BaseSettings], name: str) -> str:
    """Return the environment variable of a setting."""
    return f"{kind.model_config['env_prefix']}{name}".upper()


def setting(kind: type[BaseSettings], name: str, field: FieldInfo) -> Row:
    """Return what the page says of one setting."""
    reader = HOLDERS.get(kind, "settings")
    rooms = ", ".join(f"`{room}`" for room in readers().get((reader, name), ()))
    return f"`{variable(kind, name)}`", type_name(field), default(name, field), field.description or "", rooms


def type_name(field: FieldInfo) -> str:
    """Return a setting's type in words, with the bounds it must keep."""
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    bounds = [
        f"{sign} {getattr(rule, key)}" for rule in field.metadata for key, sign in signs.items() if hasattr(rule, key)
    ]
    return ", ".join([TYPES[field.annotation], *bounds])


def default(name: str, field: FieldInfo) -> str:
    """Return a setting's default as one would write it in the environment."""
    if field.default is PydanticUndefined:
        return COMPUTED[name]
    value = field.default
    if isinstance(value, SecretStr) or value in (None, "", ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{','.join(value) if isinstance(value, tuple) else value}`"


@cache
def readers() -> dict[tuple[str, str], list[str]]:
    """Return {(holder, name): rooms whose code reads it}; the holder is `settings` or a name of `HOLDERS`."""
    found: dict[tuple[str, str], set[str]] = {}
    for path in (path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")):
        file = path.relative_to(ROOT)
        for read in read_in(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(read, set()).add(str(file if len(file.parts) == 2 else file.parent))
    return {read: sorted(rooms) for read, rooms in found.items()}


def read_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (holder, name) of what a module reads from settings, by attribute or as a bound that is told by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings"):
            kind = next((held for held_by, held in HOLDERS.items() if held_by.__name__ == node.name), "settings")
            yield from ((kind, n.attr) for n in ast.walk(node) if isinstance(n, ast.Attribute) and holder(n) == "self")
        elif isinstance(node, ast.Attribute) and holder(node) in ("settings", *HOLDERS.values()):
            yield holder(node), node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "within":
            yield from (("settings", str(n.value)) for n in node.args if isinstance(n, ast.Constant))


def holder(node: ast.Attribute) -> str:
    """Return the last name of what an attribute is read from, without the mark of what is private."""
    value = node.value
    return (value.id if isinstance(value, ast.Name) else getattr(value, "attr", "")).lstrip("_")
