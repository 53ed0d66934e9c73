"""Texts made of others by chance never get past the guard as a call or an update, and never make it fail.

The oracles are the store's own: its evaluator, whose calls are counted by who connects (SILENT hides the error of a
call, not the call), and its parser of updates.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ontologie import PREFIXES
from sparql_api.engine.remote.text import complete
from sparql_api.query.errors import EngineError
from sparql_api.query.plan import Plan, Rules, plan
from sparql_api.query.stores import StoreRef
from tests.laws.lengths import examples
from tests.sparql_api.endpoint.live import Trap
from tests.sparql_api.endpoint.test_guard import INNOCENT, SPELLINGS, STORE

BASE = "http://base.example/"
DEAD = "<http://127.0.0.1:1/>"
"""Where nobody connects: the store's HTTP client refuses port 1."""
UPDATES = [
    "INSERT DATA { <urn:a> <urn:p> 1 }", "PREFIX a: <urn:a> DELETE WHERE { ?s ?p ?o }", "LOAD %s", "LOAD SILENT %s INTO GRAPH <urn:g>",
    "BASE <urn:b> CLEAR ALL", "# SELECT\nDROP DEFAULT", "CREATE GRAPH <urn:g>", "ADD DEFAULT TO <urn:g>", "MOVE <urn:g> TO DEFAULT",
    "COPY <urn:g> TO <urn:h>", "WITH <urn:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 2 } WHERE { SERVICE %s { ?s ?p ?o } }",
    "DELETE DATA { <urn:select> <urn:p> 1 } ; INSERT { ?s ?p 'ASK' } WHERE { { SELECT * { ?s ?p ?o } } }",
    "PREFIX select: <urn:> INSERT DATA { select:a select:b select:c }", "INSERT{}WHERE{}", "DELETE{}INSERT{}USING <urn:g> WHERE{}",
]  # fmt: skip
NESTED = [
    "SELECT * { { SELECT ?s { ?s ?p ?o { SELECT * { SERVICE SILENT %s { ?s ?p ?o } } } } } }",
    "PREFIX x: %s ASK { OPTIONAL { ?s ?p ?o MINUS { service silent x: { ?s ?p ?o } } } }",
    "SELECT * { VALUES ?x { %s } SERVICE SILENT ?x { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER NOT EXISTS { { SELECT * { GRAPH ?g {} } } UNION { SERVICE %s {} } } }",
    "DESCRIBE ?s WHERE { BIND(IRI(CONCAT('', STR(%s))) AS ?x) SERVICE SILENT ?x { ?s ?p ?o } }",
    "SELECT (COUNT(*) AS ?n) { LATERAL { SERVICE SILENT %s { ?s ?p ?o } } } GROUP BY ?s HAVING (COUNT(*) > 0)",
]
PIECES = [
    "SERVICE", "service", "SERVICE SILENT ", "SERVICESILENT", "SILENT", "%s", "{", "}", "(", ")", "<", ">", "<urn:x>", ":", "a:b", "?x",
    "'", '"', "'''", '"""', "#", "#\n", "\n", "\\", "\\u0053", "\\u0022", "\\u003C", "\\U00000023", "\\'", ".", ";", ",", "|", "^^", "<<", ">>",
    "{ SELECT * {", "} }", "FILTER(", "FILTER(1<2)", "VALUES ?x {", "OPTIONAL {", "UNION {", "GRAPH ?g {", "PREFIX : %s ", "PREFIX:%s", "BASE %s ",
    "PREFIX service: <urn:>", "SELECT", "ASK", "INSERT DATA", "LOAD %s", "; LOAD %s", "DELETE", "FROM %s", "@en", "true", "1", "1e0", "é", "\u2028",
    "\u00a0", "\x00", "<urn:#>", "xsd:boolean(", "?o<'>'", "VERSION '1.2'",
]  # fmt: skip


@cache
def corpus() -> tuple[str, ...]:
    """What texts are made of: calls in each spelling, innocent look-alikes, updates, our own questions."""
    ours = [path.read_text(encoding="utf-8") for path in files("queries").iterdir() if path.name.endswith(".rq")]
    return (*SPELLINGS, *NESTED, *SPELLINGS, *NESTED, *UPDATES, *INNOCENT, *sorted(ours)[:4])


def mutated(chance: random.Random) -> str:
    """Return a text of the corpus, changed in a few places."""
    text = chance.choice(corpus())
    for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 5))):
        at = chance.randrange(len(text) + 1)
        end = min(len(text), at + chance.choice((1, 1, 2, 5, 12)))
        match chance.randrange(8):
            case 0 | 1:
                text = text[:at] + chance.choice(PIECES) + text[at:]
            case 2:
                text = text[:at] + text[end:]
            case 3:
                text = text[:at] + text[at:end].swapcase() + text[end:]
            case 4 if at < len(text):
                escape = chance.choice(("\\u{:04X}", "\\u{:04x}", "\\U{:08X}")).format(ord(text[at]))
                text = text[:at] + escape + text[at + 1 :]
            case 5:
                other = chance.choice(corpus())
                start = chance.randrange(len(other))
                text = text[:at] + other[start : start + chance.randrange(60)] + text[at:]
            case 6:
                text = text.replace(
                    " ", chance.choice(("", "\n", "#'\n", "\t", " # SERVICE\n")), chance.randrange(1, 4)
                )
            case _:
                text = text.replace("{", "{ { SELECT * {", 1) + " } }"
    return text


TEXTS = st.randoms(use_true_random=False).map(mutated)


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    made = Trap()
    yield made
    made.close()


def planned(text: str, *allowed: str) -> Plan | None:
    """Return the plan of a text, None where it is refused with its reason; anything else is a failure."""
    rules = Rules(prefixes=PREFIXES, base=BASE, query_bytes=256 << 10, service_allow=allowed)
    try:
        made = plan(text, rules, StoreRef(1, Path("/nowhere")), accept="*/*")
    except EngineError as error:
        assert error.problem.status in (400, 403, 413) and error.problem.detail("fr") != error.problem.detail("en")
        return None
    try:
        complete(text, PREFIXES, BASE)
    except EngineError as error:
        assert error.problem.status == 400
    return made


def calls_out(text: str, trap: Trap) -> bool:
    """Tell whether the store, evaluating a text, connects to the trap."""
    before = trap.visits
    try:
        results = STORE.query(text, prefixes=dict(PREFIXES), base_iri=BASE)
        if not isinstance(results, ox.QueryBoolean):
            next(iter(results), None)
    except (SyntaxError, OSError, RuntimeError, ValueError):
        pass
    return trap.visits > before


def is_update(text: str) -> bool:
    """Tell whether the store's parser takes a text for an update that does something or fails doing it."""
    try:
        ox.Store().update(text, prefixes=dict(PREFIXES), base_iri=BASE)
    except (SyntaxError, UnicodeEncodeError):
        return False
    except (OSError, RuntimeError, ValueError):
        return True
    return True


def judge(text: str, trap: Trap) -> str:
    """Hold what the guard says of a text against what the store would do; return what it would."""
    here = text.replace("%s", f"<{trap.url}>")
    called = calls_out(here, trap)
    assert not (called and planned(here)), "a call passed that nobody allowed"
    allowing = planned(here, trap.url)
    if allowing is not None:
        rewritten = here
        for call in sorted(allowing.calls, key=lambda call: call.start, reverse=True):
            rewritten = f"{rewritten[: call.start]}{DEAD}{rewritten[call.end :]}"
        assert not calls_out(rewritten, trap), "an allowed call hid another, which is not led through the gateway"
    dead = text.replace("%s", DEAD)
    update = is_update(dead)
    assert not (update and planned(dead, "http://127.0.0.1:1")), "an update passed for a query"
    return "call" if called else "update" if update else "allowed" if allowing else "refused"


@given(TEXTS)
@settings(max_examples=examples(1500), deadline=None, database=None)
def test_no_text_made_by_chance_gets_past_the_guard(trap: Trap, text: str) -> None:
    judge(text, trap)


@pytest.mark.long
def test_no_text_of_very_many_gets_past_the_guard(trap: Trap) -> None:
    chance = random.Random(20261124)
    seen = [judge(mutated(chance), trap) for _ in range(60_000)]
    assert min(seen.count(found) for found in ("call", "update", "allowed", "refused")) > 500


def test_the_corpus_holds_calls_and_updates_that_the_oracles_see(trap: Trap) -> None:
    found = [judge(text, trap) for text in (*SPELLINGS, *NESTED)]
    assert found.count("call") > 20
    assert [text for text in UPDATES if judge(text, trap) != "update"] == []
    for text in UPDATES:
        with pytest.raises(EngineError) as refused:
            plan(text.replace("%s", DEAD), Rules(PREFIXES, BASE, 1 << 16), StoreRef(1, Path("/nowhere")))
        assert refused.value.problem.name == "update-refused"


ADDRESSES = st.tuples(
    st.sampled_from(["http:", "https:", "", "mailto:", "HTTP:", "a[b:", "\\u0068ttp:"]),
    st.sampled_from(["//", "/", "", "//["]),
    st.text(st.sampled_from("[]@:/?#%.\\u0000051ae－／：＃℀\u2100 ")) | st.text(st.characters(exclude_categories=())),
).map("".join)
"""What stands between `<` and `>` after SERVICE: hosts in brackets that nothing closes, ports that are no numbers."""


@given(ADDRESSES, ADDRESSES)
@example("http://[", "")
@example("http://℀", "")
@example("", "http://[")
@example("http://a:b", "http://a:99999")
@settings(max_examples=examples(80), deadline=None, database=None)
def test_any_address_is_planned_or_refused_with_its_reason(address: str, base: str) -> None:
    for text in ("SELECT*{SERVICE<%s>{}}", f"BASE<{base}>SELECT*{{SERVICE<%s>{{}}}}", "PREFIX a:<%s>ASK{SERVICE a:{}}"):
        planned(text.replace("%s", address))
        planned(text.replace("%s", address), f"http://{base}", base)


@pytest.mark.parametrize("address", ["http://[", "https://[::1", "//[", "http://a]b", "http://\u2100/", "http://a:b/"])
def test_an_address_that_is_none_is_refused_as_one_that_is_not_listed(address: str) -> None:
    with pytest.raises(EngineError) as refused:
        plan(f"SELECT*{{SERVICE<{address}>{{}}}}", Rules(PREFIXES, BASE, 1 << 16), StoreRef(1, Path("/nowhere")))
    assert (refused.value.problem.name, refused.value.problem.status) == ("service-refused", 403)


@given(
    st.text(st.characters(exclude_categories=()))
    | st.text(st.sampled_from("SERVICE sevic<>{}()'\"#\\u0053:?.\n\x00\ud800\u2028"))
)
@settings(max_examples=examples(400), deadline=None, database=None)
def test_any_text_is_planned_or_refused_with_its_reason(text: str) -> None:
    planned(text)
    planned(f"SELECT * {{ {text} }}")
