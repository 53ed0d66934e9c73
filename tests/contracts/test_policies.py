"""Each address has one policy, told in a table: how long its answers may be kept, and who may show them in a frame."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from sparql_api.app import create_app
from sparql_api.http.policies import EMBED, POLICIES
from sparql_api.http.routing import every_route, route_policy
from sparql_api.settings import Settings

STRICT = "default-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
COMPILING = f"{STRICT}; script-src 'self' 'wasm-unsafe-eval'"
"""What the engine's own worker may do, and no page."""
TO_COME: set[str] = set()
"""Policies that no address has yet."""


@pytest.fixture(scope="module")
def agreed() -> dict[str, tuple[str, str]]:
    with Path(__file__).with_name("policies.csv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: (row["policy"], row["csp"]) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def declared() -> dict[str, tuple[str, str]]:
    """{path: (policy, content security policy)} of each address that gives anything, the questions' as one."""
    found: dict[str, set[tuple[str, str]]] = {}
    for route in every_route(create_app(Settings())):
        path, policy = route.path, route_policy(route)
        if path.startswith("/queries/") and path.endswith(tuple(f"/v{n}" for n in range(1, 10))):
            path = "/queries/{question}/v{number}"
        elif path.startswith("/queries/") and not path.startswith("/queries/{name}"):
            path = "/queries/{question}.svg" if path.endswith(".svg") else "/queries/{question}"
        if {"GET", "HEAD"} & (getattr(route, "methods", None) or {"GET"}):
            assert policy, f"{path} declares no policy"
            found.setdefault(path, set()).add((policy.name, policy.csp))
    assert all(len(policies) == 1 for policies in found.values()), "GET and HEAD differ"
    return {path: policies.pop() for path, policies in found.items()}


def test_each_address_has_the_policy_of_the_table(
    declared: dict[str, tuple[str, str]], agreed: dict[str, tuple[str, str]]
) -> None:
    assert declared == agreed


def test_nobody_else_may_show_what_is_not_made_to_be_embedded(declared: dict[str, tuple[str, str]]) -> None:
    for path, (policy, csp) in declared.items():
        assert policy == "embed" or csp == {"compiled": COMPILING}.get(policy, STRICT), path
    assert "frame-ancestors *" in EMBED.csp
    assert "unsafe" not in EMBED.csp


def test_each_policy_is_that_of_some_address(declared: dict[str, tuple[str, str]]) -> None:
    assert {policy for policy, _ in declared.values()} == {policy.name for policy in POLICIES} - TO_COME
