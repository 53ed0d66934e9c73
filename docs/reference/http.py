"""The page of the addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from docs.reference.markdown import NOTE, Row, table
from sparql_api.app import create_app
from sparql_api.http.policies import POLICIES, Policy
from sparql_api.http.routing import every_route, route_policy
from sparql_api.settings import Settings

QUESTION: Final = "/queries/{name}"
VERSION: Final = "/queries/{name}/v{number}"


def http_page() -> str:
    """Return the page of the addresses: all of them as a table, then what each that is described says of itself."""
    app = create_app(Settings())
    described: dict[str, dict[str, Any]] = {}
    for path, operations in app.openapi()["paths"].items():
        described.setdefault(general(path), next(iter(operations.values())))
    text = [
        "# HTTP",
        NOTE,
        "Addresses in the order in which they are tried. `/openapi.json` describes those of the second part to "
        "programs; what is wrong is a problem document (RFC 9457), and each type of them explains itself at "
        "`/problems/{name}`.",
        table(("path", "methods", "policy"), http_rows(app)),
        "A policy says how long an answer may be kept and on what it depends. Pages are `made` whatever the policy of "
        "the data at their address, and errors are `problem`.",
        table(("policy", "Cache-Control", "Cache-Control, edition named", "Vary", "tag of"), map(policy_row, POLICIES)),
        f"Every question of the catalogue is an address of its own, `{QUESTION}`, with typed parameters: `/queries` "
        f"lists them. The one below stands for all, and `{VERSION}`, one of its versions, for all of these.",
    ]
    for path, operation in described.items():
        text += operation_text(path, operation)
    return "\n\n".join(text) + "\n"


def http_rows(app: Any) -> Iterator[Row]:
    """Yield what the table says of each address."""
    methods: dict[str, set[str]] = {}
    policies: dict[str, str] = {}
    for route in every_route(app):
        path = general(route.path)
        methods.setdefault(path, set()).update(getattr(route, "methods", None) or {"GET", "HEAD"})
        if policy := route_policy(route):
            policies.setdefault(path, policy.name)
    for path, known in methods.items():
        yield f"`{path}`", " ".join(sorted(known)), policies.get(path, "problem")


def policy_row(policy: Policy) -> Row:
    """Return what the page says of one policy."""
    return policy.name, f"`{policy.current}`", f"`{policy.pinned}`", policy.vary, policy.tag


def general(path: str) -> str:
    """Return an address as the contract names it: the questions' as one, and those of their versions."""
    parts = path.split("/")
    return {3: QUESTION, 4: VERSION}[len(parts)] if parts[1] == "queries" and len(parts) > 2 else path


def operation_text(path: str, operation: dict[str, Any]) -> list[str]:
    """Return what the page says of one described address."""
    responses = operation["responses"]
    content = {media for code, said in responses.items() if code.startswith("2") for media in said.get("content", {})}
    rows = [
        (
            f"`{p['name']}`" + (" (path)" if p["in"] == "path" else ""),
            schema_text(p.get("schema", {})),
            p.get("description", ""),
        )
        for p in operation.get("parameters", ())
    ]
    text = [f"## `{path}`", operation.get("summary", "") + "."]
    if content:
        text.append("Answers " + ", ".join(f"`{media}`" for media in sorted(content)) + ".")
    if rows and path != QUESTION:
        text.append(table(("parameter", "type", "what it does"), rows))
    text.append(
        table(("code", "when"), [(code, said.get("description", "")) for code, said in sorted(responses.items())])
    )
    return text


def schema_text(schema: dict[str, Any]) -> str:
    """Return a parameter's type in words."""
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{schema_text(schema['items'])}, may be repeated"
    return str(schema.get("type", "text")).replace("string", "text").replace("integer", "whole number")
