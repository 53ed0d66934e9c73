"""The parts of the endpoint alone: counting rows, weighing headers, sharing time, keeping answers, rotating logs."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparql_api.computing.fairuse import FairUse, ShareExhausted
from sparql_api.engine.cached import CachedEngine
from sparql_api.engine.events import QueryEvent, Told
from sparql_api.engine.port import Answer
from sparql_api.engine.querylog import QueryLog
from sparql_api.formats.body import Body
from sparql_api.formats.negotiation import choose, coding, parse_accept, prefers_html, quality, ranked_languages
from sparql_api.formats.sinks import RowCounter
from sparql_api.http import responses
from sparql_api.query.errors import QuerySyntaxError, QueueFull
from sparql_api.query.limits import Limits
from sparql_api.query.plan import Plan, Rules, plan
from sparql_api.query.plan import planned as planned_in_its_process
from sparql_api.query.reader_process import WAITING
from sparql_api.query.stores import StoreRef
from sparql_api.settings import Settings
from sparql_api.words.problems import catalogue
from tests.laws.lengths import examples

VALUES = st.text(alphabet=st.sampled_from(list('a"\\\n\r\t,{}[]:<>é ')), max_size=12)
FORMATS = [
    ox.QueryResultsFormat.JSON,
    ox.QueryResultsFormat.XML,
    ox.QueryResultsFormat.CSV,
    ox.QueryResultsFormat.TSV,
]


def literal(text: str) -> str:
    return str(ox.Literal(text))


@given(
    st.lists(st.tuples(st.none() | VALUES, st.none() | VALUES), max_size=6),
    st.sampled_from(FORMATS),
    st.integers(1, 40),
)
@settings(max_examples=examples(400), deadline=None)
def test_rows_are_counted_whatever_they_hold_and_however_they_are_cut(
    rows: list[tuple[str | None, str | None]], form: ox.QueryResultsFormat, chunk: int
) -> None:
    values = " ".join(
        "(" + " ".join("UNDEF" if value is None else literal(value) for value in row) + ")" for row in rows
    )
    solutions = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    data = solutions.serialize(format=form)
    assert data is not None
    counter = RowCounter(form.file_extension)
    for start in range(0, len(data), chunk):
        counter.feed(data[start : start + chunk])
    assert counter.rows() == len(rows)
    at_once = RowCounter(form.file_extension)
    at_once.feed_whole(data)
    assert at_once.rows() == len(rows)


@given(st.text(max_size=60))
def test_any_header_is_read_without_failing(header: str) -> None:
    for accepted in parse_accept(header):
        assert 0 <= accepted.quality <= 1
    choose(header, ["text/csv", "text/turtle"])
    coding(header)
    ranked_languages(header)


def test_the_most_specific_range_gives_the_weight() -> None:
    ranges = parse_accept("text/*;q=0.3, text/csv;q=0.7, text/csv;header=absent;q=0.1, */*;q=0.5")
    assert quality(ranges, "text/csv") == 0.7
    assert quality(ranges, "text/csv; header=absent") == 0.1
    assert quality(ranges, "text/turtle") == 0.3
    assert quality(ranges, "application/json") == 0.5


def test_a_browser_is_told_from_a_program() -> None:
    assert prefers_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
    assert prefers_html("text/html")
    assert not prefers_html("*/*")
    assert not prefers_html(None)
    assert not prefers_html("application/sparql-results+json, text/html;q=0.5")


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, "fr"), ("en", "en"), ("fr-CA, en;q=0.9", "fr"), ("de, en;q=0.2", "en"), ("en;q=0.3, fr;q=0.3", "fr")],
)
def test_the_language_is_the_callers(header: str | None, expected: str) -> None:
    assert ranked_languages(header) == expected


def test_a_share_is_given_back_with_time() -> None:
    now = [0.0]
    share = FairUse(10, 100, clock=lambda: now[0])
    client = share.key("192.0.2.1")
    share.charge(client, 12)
    with pytest.raises(ShareExhausted) as refused:
        share.check(client)
    assert refused.value.problem.headers["Retry-After"] == "20"
    now[0] = 21
    share.check(client)
    assert share.used(client) == pytest.approx(9.9)
    assert "192.0.2.1" not in client
    share.check(share.key("192.0.2.2"))


def test_a_share_exactly_used_up_is_used_up() -> None:
    share = FairUse(10, 100, clock=lambda: 0.0)
    share.charge("client", 9.5)
    share.check("client")
    share.charge("client", 0.5)
    with pytest.raises(ShareExhausted):
        share.check("client")


def test_who_fails_again_and_again_is_held_and_forgiven_with_time() -> None:
    now = [0.0]
    share = FairUse(10, 100, clock=lambda: now[0])
    client = share.key("192.0.2.1")
    for _ in range(5):
        share.strike(client)
    assert share.hold(client) == 0
    for _ in range(10):
        share.strike(client)
    assert 5 <= share.hold(client) <= 15
    for _ in range(1000):
        share.strike(client)
    assert share.hold(client) == 20
    assert share.hold(share.key("192.0.2.2")) == 0
    now[0] = 2100
    assert share.hold(client) == 0


def test_what_is_left_is_said_for_a_second_unless_something_is_counted() -> None:
    now = [0.0]
    share = FairUse(10, 100, clock=lambda: now[0])
    assert share.at_once("client") == b'"engine-seconds";r=10;t=0'
    share.charge("client", 4)
    assert share.at_once("client") == b'"engine-seconds";r=6;t=40'
    now[0] = 0.9
    assert share.at_once("client") == b'"engine-seconds";r=6;t=40'
    now[0] = 10.5
    assert share.at_once("client") == share.left("client").encode() == b'"engine-seconds";r=7;t=30'
    for _ in range(6):
        share.strike("client")
    assert share.at_once("client") is None
    assert share.at_once("other") is not None
    share.charge("other", 10)
    assert share.at_once("other") is None
    assert FairUse(0, 100).at_once("client") == b""


def test_who_asks_much_weighs_more_than_who_asks_little_for_minutes() -> None:
    now = [0.0]
    share = FairUse(1800, 600, clock=lambda: now[0])
    share.charge("heavy", 30)
    for second in range(100):
        now[0] = second
        share.charge("light", 0.02)
    assert share.used("heavy") == 0
    assert share.weight("heavy") > 20
    assert share.weight("light") < 0.1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:DB8:1:2:0:0:0:1", "2001:db8:1:2::9", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("not:an:address", "not:an:address", True),
        ("", "", True),
    ],
)
def test_who_holds_a_network_is_one_client_whatever_its_address(one: str, other: str, same: bool) -> None:
    share = FairUse(1, 1)
    assert (share.key(one) == share.key(other)) == same


def test_two_processes_name_a_client_differently() -> None:
    code = "from sparql_api.computing.fairuse import FairUse; print(FairUse(1, 1).key('192.0.2.1'))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
    share = FairUse(1, 1)
    assert len(other) == len(share.key("192.0.2.1"))
    assert other != share.key("192.0.2.1") == share.key("192.0.2.1") != share.key("192.0.2.2")


RULES = Rules(prefixes={}, base="http://example.org/", query_bytes=100_000)
LONG_QUERY = "SELECT * { " + "?s ?p ?o . " * 2000 + "}"


def test_a_long_text_is_judged_alike_in_another_process() -> None:
    store = StoreRef(1, Path("/nowhere"))
    assert asyncio.run(planned_in_its_process(LONG_QUERY, RULES, store)) == plan(LONG_QUERY, RULES, store)
    broken = "x " * 10_000
    with pytest.raises(QuerySyntaxError) as here:
        plan(broken, RULES, store)
    with pytest.raises(QuerySyntaxError) as there:
        asyncio.run(planned_in_its_process(broken, RULES, store))
    assert there.value.problem == here.value.problem


def test_the_process_that_reads_ends_with_the_service_which_leaves_in_silence() -> None:
    code = (
        "import asyncio, os, signal\n"
        "from sparql_api.query.reader_process import LONG, in_reader_process, end_reading\n"
        "async def main():\n"
        "    print(await in_reader_process(LONG + 1, len, 'abc'))\n"
        "    await end_reading()\n"
        "asyncio.run(main())\n"
        "print('ended', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True, timeout=300)
    assert (done.stdout, done.stderr, done.returncode) == ("3\nended\n", "", -signal.SIGTERM)


def test_one_long_text_more_than_may_wait_is_told_to_come_back() -> None:
    async def main() -> list[object]:
        asked = [planned_in_its_process(f"{LONG_QUERY} # {i}", RULES, StoreRef(1, Path("/nowhere"))) for i in range(20)]
        return list(await asyncio.gather(*asked, return_exceptions=True))

    found = asyncio.run(main())
    assert sum(isinstance(one, QueueFull) for one in found) == 20 - WAITING
    assert sum(isinstance(one, Plan) for one in found) == WAITING


class Counting:
    """An engine that says how often it was asked."""

    def __init__(self, size: int) -> None:
        self.asked = 0
        self.size = size

    async def run(self, plan: Plan, *, limits: Limits | None = None, client: str | None = None) -> Answer:
        self.asked += 1
        await asyncio.sleep(0)
        return Answer(plan.media_type, Body(b"x" * self.size), plan.edition, 0.1, None, plan.form)


def planned(text: str, edition: int = 1) -> Plan:
    rules = Rules(prefixes={}, base="http://example.org/", query_bytes=10_000)
    return plan(text, rules, StoreRef(edition, Path("/nowhere")))


def cached(engine: Counting, size: int) -> CachedEngine:
    return CachedEngine(engine, cache_bytes=size, limits=Limits())  # type: ignore[arg-type]


def test_an_answer_is_kept_by_edition_and_query_within_the_bound() -> None:
    async def main() -> None:
        engine = Counting(1000)
        memory = cached(engine, 20_000)
        for _ in range(3):
            await memory.run(planned("ASK {}"))
        assert engine.asked == 1
        await memory.run(planned("ASK {}", edition=2))
        assert engine.asked == 2
        for i in range(50):
            await memory.run(planned(f"ASK {{}} # {i}"))
            assert memory.cached_bytes <= 20_000
        await memory.run(planned("ASK {}"))
        assert engine.asked == 53

    asyncio.run(main())


def test_those_who_ask_at_once_share_one_computation_and_one_may_leave() -> None:
    async def main() -> None:
        engine = Counting(10)
        memory = cached(engine, 0)
        tasks = [asyncio.create_task(memory.run(planned("ASK {}"))) for _ in range(5)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert engine.asked == 1
        assert sum(isinstance(answer, Answer) for answer in answers) == 4

    asyncio.run(main())


def event(number: int) -> Told:
    return 1.8e9 + number, QueryEvent(f"{number:016x}", 1, "ok", 0.1, 0.1, 3, 100, False)


def test_the_log_is_rotated_and_bounded(tmp_path: Path) -> None:
    log = QueryLog(tmp_path, file_bytes=2000, files=3)
    for number in range(100):
        log([event(number)])
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == ["queries.1.jsonl", "queries.2.jsonl", "queries.jsonl"]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    last = json.loads((tmp_path / "queries.jsonl").read_text().splitlines()[-1])
    assert last["query"] == f"{99:016x}"


def logged(folder: Path) -> list[int]:
    """Return the numbers of the events in the files of a log, the oldest first."""
    paths = sorted(folder.glob("queries*.jsonl"), key=lambda p: -int(p.name.split(".")[1]) if p.name.count(".") > 1 else 1)
    return [int(json.loads(line)["query"], 16) for path in paths for line in path.read_text().splitlines()]


def test_a_rotation_is_due_when_a_file_is_full_and_loses_no_line(tmp_path: Path) -> None:
    """Many rotations; each file but the last is full, so that a rotation is as rare as it should be."""
    log = QueryLog(tmp_path, file_bytes=2000, files=100)
    for number in range(200):
        log([event(number)])
    assert logged(tmp_path) == list(range(200))
    line = (tmp_path / "queries.jsonl").read_bytes().index(b"\n") + 1
    full = [path.stat().st_size for path in tmp_path.iterdir() if path.name != "queries.jsonl"]
    assert len(full) > 10
    assert all(2000 - line < size <= 2000 for size in full)


def test_what_happened_together_is_told_together_and_rotated_as_what_came_alone(tmp_path: Path) -> None:
    for name, pieces in (("together", [range(200)]), ("alone", [range(n, n + 1) for n in range(200)])):
        log = QueryLog(tmp_path / name, file_bytes=2000, files=100)
        for numbers in pieces:
            log([event(number) for number in numbers])
    files = {path.name: path.read_bytes() for path in (tmp_path / "alone").iterdir()}
    assert logged(tmp_path / "together") == list(range(200))
    assert {path.name: path.read_bytes() for path in (tmp_path / "together").iterdir()} == files


def test_two_processes_share_one_log(tmp_path: Path) -> None:
    """What one moved on the other does not move again: the file it holds is another by then."""
    logs = [QueryLog(tmp_path, file_bytes=2000, files=100) for _ in range(2)]
    for number in range(200):
        logs[number % 2]([event(number)])
    assert sorted(logged(tmp_path)) == list(range(200))
    sizes = [path.stat().st_size for path in tmp_path.iterdir() if path.name != "queries.jsonl"]
    assert min(sizes) > 1000


def test_a_log_that_cannot_be_written_stops_nothing_and_says_so_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    log = QueryLog(tmp_path / "file")
    for number in range(100):
        log([event(number)])
    assert len(caplog.records) == 1


def test_every_problem_is_told_in_both_languages() -> None:
    for name, known in catalogue().items():
        assert 400 <= known["status"] < 600, name
        for part in ("title", "detail"):
            assert known[part]["fr"] and known[part]["en"], name
            assert known[part]["fr"] != known[part]["en"] or known[part]["fr"] == "{reason}", name


def test_settings_come_from_the_environment_and_do_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OBSERVATOIRE_QUERY_TIMEOUT", "7")
    monkeypatch.setenv("OBSERVATOIRE_SERVICE_ALLOW", "https://a.example/sparql, https://b.example")
    found = Settings()
    assert found.limits() == Limits(7, 256 << 20)
    assert found.service_allow == ("https://a.example/sparql", "https://b.example")
    with pytest.raises(ValueError, match="frozen"):
        found.queue = 3  # type: ignore[misc]


def test_another_release_is_another_entity_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may write the same edition in another form."""
    before = responses.entity_tag("ab" * 16)
    assert before == responses.entity_tag("ab" * 16) != responses.entity_tag("cd" * 16)
    monkeypatch.setattr(responses, "_software", lambda: b"observatoire-ia 99")
    responses.entity_tag.cache_clear()  # a release is another process
    after = responses.entity_tag("ab" * 16)
    responses.entity_tag.cache_clear()
    assert after != before
