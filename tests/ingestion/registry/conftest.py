"""A real PostgreSQL for the tests of the registry."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

POSTGRES = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL on loopback, return its URL; without one, CI fails and others skip."""
    if not (POSTGRES / "initdb").exists():
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL 15 is missing")
        pytest.skip("PostgreSQL 15 is not installed (apt-get install postgresql-15)")
    folder = Path(subprocess.check_output(["mktemp", "-d", "/tmp/observatoire-pg-XXXXXX"], text=True).strip())
    as_user: list[str] = []
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    initdb = f"initdb -D {folder}/data -U app -A trust -E UTF8 --locale=C.UTF-8 --no-sync".split()
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off"
    start = ["pg_ctl", "-D", f"{folder}/data", "-w", "-l", f"{folder}/log", "-o", options, "start"]
    for name, *arguments in (initdb, start):
        subprocess.run([*as_user, str(POSTGRES / name), *arguments], check=True, stdout=subprocess.DEVNULL)
    yield f"postgresql+psycopg://app@127.0.0.1:{port}/postgres"
    stop = [str(POSTGRES / "pg_ctl"), "-D", f"{folder}/data", "-m", "immediate", "stop"]
    subprocess.run([*as_user, *stop], check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(folder)


@pytest.fixture
def postgresql(postgresql_server: str) -> str:
    """Return the URL of an empty database."""
    engine = sa.create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
    engine.dispose()
    return postgresql_server
