"""The files of `docs/deploy`, checked as far as they can be without the outside."""

from __future__ import annotations

import gzip
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ontologie import BASE
from sparql_api.app import create_app
from sparql_api.query.stores import EditionStores
from sparql_api.settings import RemoteSettings, Settings
from tests import patient
from tests.deploy import nginx
from tests.deploy.nginx import DEPLOY, found, free_port, listens
from tests.making import begun, dump_of
from tests.sparql_api.endpoint.live import endpoint, serve, wait_until
from tests.sparql_api.remote.making import announce, cut_edition, numbered

UNIT = DEPLOY / "observatoire.service"
HTACCESS = DEPLOY / "w3id.htaccess"
SERVICE = "https://observatoire.example.org/"
PATHS = ["projet/18-UR005", "concept/crcn/1.1", "ontologie", "", "graphe/derive/projet/18-UR005", "edition/1", "principe/ai-act/art-4"]  # fmt: skip


def verified(unit: Path) -> str:
    done = subprocess.run([found("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True)
    return f"{done.returncode}: {done.stdout}{done.stderr}"


def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    here = tmp_path / UNIT.name
    # The program is not installed here: another stands in its place.
    here.write_text(text.replace("/opt/observatoire/bin/observatoire", "/bin/true"), encoding="utf-8")
    assert verified(here) == "0: "
    broken = tmp_path / "broken.service"
    broken.write_text(text.replace("MemoryMax", "MemoryMost"), encoding="utf-8")
    assert "MemoryMost" in verified(broken)


def test_the_unit_runs_the_command_and_settings_that_exist() -> None:
    text = UNIT.read_text(encoding="utf-8")
    settings = {f"OBSERVATOIRE_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"^Environment=(\w+)=", text, re.MULTILINE)) <= settings
    command = re.search(r"^ExecStart=\S+ (.+)$", text, re.MULTILINE)
    assert command is not None and command[1].split()[0] == "serve"


def test_nginx_finds_no_fault_in_the_proxy(tmp_path: Path) -> None:
    command = found("nginx")
    nginx.certificate(tmp_path)
    whole = nginx.configuration(tmp_path, ["127.0.0.1:8000"], (8080, 8443))
    arguments = ["-t", "-c", str(whole), "-p", str(tmp_path), "-e", str(tmp_path / "error.log")]
    done = subprocess.run([command, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr and "[emerg]" not in done.stderr


@pytest.mark.long
def test_the_proxy_passes_answers_whole_and_keeps_what_may_be_kept(tmp_path: Path) -> None:
    found("nginx")
    announce(tmp_path, cut_edition(tmp_path, 1, numbered(1, things=400)))
    question = {"query": "SELECT * { ?s ?p ?o } ORDER BY ?s", "edition": "1"}
    with endpoint(EditionStores(tmp_path / "editions"), tmp_path) as live:
        server = live.url.removeprefix("http://").removesuffix("/sparql")
        direct = patient.get(live.url, params=question)
        with nginx.running(tmp_path, [server]) as proxy, patient.Client(verify=proxy.context) as client:
            moved = client.get(f"{proxy.http}/sparql", params=question)
            assert moved.status_code == 308 and moved.headers["location"].startswith("https://127.0.0.1/sparql?")
            first = client.get(f"{proxy.https}/sparql", params=question)
            assert (first.status_code, first.content) == (200, direct.content)
            assert first.headers["observatoire-edition"] == "1"
            assert "max-age=31536000" in first.headers["strict-transport-security"]
            asked = live.engine.hits + live.engine.misses
            again = client.get(f"{proxy.https}/sparql", params=question)
            assert again.content == direct.content and live.engine.hits + live.engine.misses == asked
            # Another format is another answer; a query by POST is never kept.
            table = client.get(f"{proxy.https}/sparql", params=question, headers={"Accept": "text/csv"})
            assert table.headers["content-type"].startswith("text/csv")
            for _ in range(2):
                before = live.engine.hits + live.engine.misses
                assert client.post(f"{proxy.https}/sparql", data=question).content == direct.content
                assert live.engine.hits + live.engine.misses == before + 1
            long = client.post(f"{proxy.https}/sparql", data={"query": "#" * (2 << 20)})
            assert long.status_code == 413


def test_a_dump_goes_through_the_proxy_whole_as_a_file(tmp_path: Path) -> None:
    """Of several gzip members a client that is told of a coding keeps the first: the proxy must tell it of none."""
    found("nginx")
    state, registry = begun(tmp_path)
    registry.close()
    with serve(create_app(Settings(var=state.var, workers=1))) as url:
        server = url.removeprefix("http://")
        with nginx.running(tmp_path, [server]) as proxy, patient.Client(verify=proxy.context) as client:
            listed = client.get(f"{proxy.https}/editions/1/members.tsv").text
            assert listed.count("\nnq\t") > 1, "a dump of one member would show nothing"
            for form in ("nq", "ttl", "jsonl"):
                for coding in ("identity", "gzip, deflate, br, zstd"):
                    address = f"{proxy.https}/editions/1/dump.{form}"
                    whole = client.get(f"{address}.gz", headers={"Accept-Encoding": coding})
                    assert "content-encoding" not in whole.headers
                    assert whole.headers["content-type"] == "application/gzip"
                    assert gzip.decompress(whole.content) == dump_of(state.var / "editions" / "1", form)
                    plain = client.get(address, headers={"Accept-Encoding": coding})
                    assert plain.content == gzip.decompress(whole.content)
                part = client.get(f"{address}.gz", headers={"Range": "bytes=5-80"})
                assert (part.status_code, part.content) == (206, whole.content[5:81])


def rewritten(path: str) -> str:
    """Return where the file's one rule leads a path below the base."""
    rule = re.search(r"^RewriteRule (\S+) (\S+) \[(.+)\]$", HTACCESS.read_text(encoding="utf-8"), re.MULTILINE)
    assert rule is not None and "R=303" in rule[3].split(",")
    return re.sub(rule[1], rule[2].replace("$1", r"\1"), path, count=1)


@pytest.mark.parametrize("path", PATHS)
def test_the_base_s_redirect_keeps_each_path(path: str) -> None:
    assert BASE == "https://w3id.org/observatoire-ia/"
    assert rewritten(path) == SERVICE + path


@contextmanager
def apache(folder: Path) -> Iterator[str]:
    """Serve the redirect file as w3id.org does: an .htaccess in a folder of its name."""
    command = found("apache2")
    site = folder / "www" / "observatoire-ia"
    site.mkdir(parents=True)
    (site / ".htaccess").write_bytes(HTACCESS.read_bytes())
    modules = "/usr/lib/apache2/modules"
    names = ("mpm_event", "authz_core", "rewrite", "negotiation", "mime", "dir")
    loaded = "".join(f"LoadModule {name}_module {modules}/mod_{name}.so\n" for name in names)
    port = free_port()
    (folder / "httpd.conf").write_text(
        f"{loaded}ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\n"
        f"DefaultRuntimeDir {folder}\nErrorLog {folder}/error.log\nTypesConfig /dev/null\nDocumentRoot {folder}/www\n"
        f"<Directory {folder}/www>\nAllowOverride All\nRequire all granted\n</Directory>\n",
        encoding="utf-8",
    )
    process = subprocess.Popen([command, "-d", str(folder), "-f", str(folder / "httpd.conf"), "-DFOREGROUND"])
    try:
        wait_until(lambda: process.poll() is not None or listens(port))
        assert process.poll() is None, (folder / "error.log").read_text()
        yield f"http://127.0.0.1:{port}/observatoire-ia/"
    finally:
        process.terminate()
        process.wait(20)


def test_apache_redirects_each_thing_to_where_it_is_negotiated(tmp_path: Path) -> None:
    with apache(tmp_path) as base:
        for path in PATHS:
            answer = patient.get(base + path, headers={"Accept": "text/turtle"})
            assert (answer.status_code, answer.headers["location"]) == (303, SERVICE + path)
        asked = patient.get(f"{base}projet/18-UR005?format=ttl&lang=en")
        assert asked.headers["location"] == f"{SERVICE}projet/18-UR005?format=ttl&lang=en"
        # What is escaped stays so: no space, no line end, no second header comes of an address.
        for path in ("a%20b", "%C3%A9t%C3%A9", "x%0D%0ASet-Cookie:%20a=b"):
            answer = patient.get(base + path)
            assert "set-cookie" not in answer.headers
            led = answer.headers.get("location", "").casefold()
            assert answer.status_code in (400, 403, 404) or led == (SERVICE + path).casefold()


def test_the_pages_name_every_setting_of_a_store_behind_the_service() -> None:
    text = (DEPLOY / "cluster.md").read_text(encoding="utf-8")
    for name in RemoteSettings.model_fields:
        assert f"OBSERVATOIRE_REMOTE_{name.upper()}" in text
    named = set(re.findall(r"OBSERVATOIRE_REMOTE_(\w+)", text))
    assert {name.lower() for name in named} <= set(RemoteSettings.model_fields)
