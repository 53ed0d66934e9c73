"""What the endpoint counts and logs of the queries that it answers and of those that it refuses."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from sparql_api.query.stores import SingleStore
from tests.sparql_api.endpoint.asking import SELECT, get
from tests.sparql_api.endpoint.live import Live, endpoint, wait_until


def test_a_refused_query_is_counted_and_logged_too(client: httpx.Client, live: Live) -> None:
    get(client, "SELECT * { SERVICE <http://elsewhere.example/> {} }")
    assert 'outcome="service-refused"' in client.get("/metrics").text
    last = (live.settings.var / "log" / "queries.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["outcome"] == "service-refused"


def test_the_endpoint_counts_what_it_does(client: httpx.Client, live: Live) -> None:
    get(client, SELECT + " # counted")
    get(client, SELECT + " # counted")
    get(client, "SELECT")
    text = client.get("/metrics").text
    assert 'observatoire_queries_total{cached="true",outcome="ok"}' in text
    assert "observatoire_workers 2.0" in text
    lines = (live.settings.var / "log" / "queries.jsonl").read_text().splitlines()
    counted, refused = (json.loads(line) for line in lines[-2:])
    assert (counted["outcome"], counted["rows"], counted["cached"]) == ("ok", 1, True)
    assert refused["outcome"] == "syntax"
    assert not any("example.org" in line or "127.0.0.1" in line for line in lines)


COUNTED = {
    "observatoire_queries_total",
    *(f"observatoire_{what}_{part}" for what in ("query_seconds", "answer_bytes") for part in ("bucket", "count", "sum")),
    *(f"observatoire_{what}" for what in ("workers", "workers_busy", "queries_waiting")),
    *(f"observatoire_{what}" for what in ("spool_bytes", "cache_bytes", "front_bytes", "edition")),
    *(f"observatoire_{what}_total" for what in ("worker_restarts", "cache_hits", "cache_misses", "front_answers")),
}
"""What who watches the service relies on by name."""


def test_the_figures_have_the_names_that_others_rely_on(client: httpx.Client) -> None:
    get(client, SELECT + " # an answer of its own")
    lines = [line for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    assert {re.split(r"[{ ]", line)[0] for line in lines} == COUNTED
    seconds = [float(line.rpartition(" ")[2]) for line in lines if line.startswith("observatoire_query_seconds_bucket")]
    (count,) = (float(line.split()[1]) for line in lines if line.startswith("observatoire_query_seconds_count"))
    assert seconds == sorted(seconds) and len(seconds) == 14 and seconds[-1] == count >= 1


def test_a_popular_query_is_computed_once(store: Path, tmp_path: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?a skos:prefLabel ?b . ?c skos:prefLabel ?d FILTER(STR(?b) = STR(?d)) }"
    with endpoint(SingleStore(store), tmp_path, query_timeout=300) as live, ThreadPoolExecutor(8) as pool:

        def ask(_: int) -> str:
            return httpx.get(live.url, params={"query": query}, timeout=300).text

        assert len(set(pool.map(ask, range(8)))) == 1
        log = tmp_path / "log" / "queries.jsonl"
        wait_until(lambda: log.exists() and len(log.read_text().splitlines()) == 8)
        assert sum(not json.loads(line)["cached"] for line in log.read_text().splitlines()) == 1
