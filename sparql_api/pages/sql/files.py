"""DuckDB for the browser, as set-up brings it: `python -m sparql_api.pages.sql.files`. It answers in a worker, from the
edition's database of tables, which it reads by ranges; no library beside it, no extension.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from sparql_api.pages.common.brought import FOLDER, BroughtPackage

MOUNT: Final = "sql"
"""The folder below `/static/` whose scripts may compile WebAssembly, and no others."""
WORKER: Final = "duckdb-browser-eh.worker.js"
WASM: Final = "duckdb-eh.wasm.gz"
"""Kept and sent compressed: 7.6 MB of 34."""
ENGINE: Final = BroughtPackage(
    "@duckdb/duckdb-wasm@1.32.0",
    "IewXTNYEjsZCPE9weUWgtjGxUlMRo7qhX0GF6tq/KjK8bnY+RAl4cyUdYUfcdzbyb4b9ZxPC+FOsCcxgaKFWMg==",
    {WORKER: f"package/dist/{WORKER}", WASM: "package/dist/duckdb-eh.wasm"},
    f"{MOUNT}/duckdb-wasm-1.32.0",
    "The SQL page gives its files and says how to ask them elsewhere, without its engine",
)
"""MIT."""


@cache
def engine_files() -> str:
    """Return the folder of the engine's files below `/static/`; nothing where set-up brought none."""
    return ENGINE.place if ENGINE.there() else ""


@cache
def engine_size() -> int:
    """Return how many bytes a browser fetches of the engine."""
    return sum((FOLDER / ENGINE.place / name).stat().st_size for name in ENGINE.members)


if __name__ == "__main__":
    if said := ENGINE.bring():
        print(said)
