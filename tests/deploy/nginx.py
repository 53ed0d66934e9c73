"""nginx over the very file of `docs/deploy`: its paths, ports and servers are those of the test."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.making import missing
from tests.sparql_api.endpoint.live import wait_until

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
NAME = "observatoire.example.org"


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its addresses, and how its certificate is trusted."""

    http: str
    https: str
    context: ssl.SSLContext


def found(name: str) -> str:
    """Return a program's path, or skip the test that needs it."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    return path or missing(f"{name} is not installed")


def certificate(folder: Path) -> Path:
    """Write a key and a certificate signed by itself in a folder; return the certificate."""
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    names = ["-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([found("openssl"), *request, *names, *files], check=True, capture_output=True)
    return folder / "fullchain.pem"


def configuration(folder: Path, servers: Sequence[str], ports: tuple[int, int]) -> Path:
    """Write the whole configuration around the file of `docs/deploy`; `ports` are those of HTTP and HTTPS."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    upstream = "\n    ".join(f"server {server};" for server in servers)
    for given, here in (
        ("/var/cache/nginx/observatoire", str(folder / "cache")),
        ("/etc/ssl/observatoire", str(folder)),
        ("listen 80;", f"listen 127.0.0.1:{ports[0]};"),
        ("listen 443 ", f"listen 127.0.0.1:{ports[1]} "),
        ("server 127.0.0.1:8000;", upstream),
    ):
        assert text.count(given) >= 1, f"nginx.conf holds no {given}"
        text = text.replace(given, here)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    whole = folder / "whole.conf"
    user = "user root;\n" if os.geteuid() == 0 else ""  # The folder is this user's alone.
    whole.write_text(
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n{text}\n}}\n",
        encoding="utf-8",
    )
    return whole


@contextmanager
def running(folder: Path, servers: Sequence[str]) -> Iterator[Proxy]:
    """Run nginx before some servers (`host:port`)."""
    nginx = found("nginx")
    trusted = certificate(folder)
    http, https = free_port(), free_port()
    whole = configuration(folder, servers, (http, https))
    process = subprocess.Popen([nginx, "-c", str(whole), "-p", str(folder), "-e", str(folder / "error.log")])
    try:
        wait_until(lambda: process.poll() is not None or listens(https))
        assert process.poll() is None, (folder / "error.log").read_text()
        context = ssl.create_default_context(cafile=str(trusted))
        yield Proxy(f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", context)
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
