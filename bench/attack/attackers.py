"""Hundreds of clients that mean harm, each of one kind, for so long: `python -m bench.attack.attackers URL SECONDS`.

A process of its own, so that it takes nothing from who measures. Nobody waits when told to come back later. What
each kind was answered is counted and printed as JSON.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from bench.attack.http import HttpConnection, Interrupted, addresses
from queries import catalogue

ADDRESSES = 50
"""Client addresses the attack comes from: fair use counts by address."""
PACE = 1024
"""Bytes a second that a slow reader takes."""
PATIENCE = 120.0
"""Seconds after which an attacker gives up on an answer: longer than any bound of the service."""

GROWTH = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
ENGINE = {
    "cross product": [
        "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT DISTINCT ?a ?f ?h { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
        "SELECT * { ?s ?p ?o . ?a ?b ?c } ORDER BY ?o ?c",
        "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?i && ?a != ?a) }",
    ],
    "path explosion": [
        "SELECT * { ?a (!<urn:x>)* ?b . ?c (!<urn:x>)* ?d }",
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:y>)+ ?b }",
        "SELECT * { ?a ((!<urn:x>)*/(!<urn:y>)*)* ?b }",
    ],
    "group_concat": [
        "SELECT (GROUP_CONCAT(?x) AS ?g) { ?a ?b ?x . ?c ?d ?e . ?f ?h ?i }",
        "SELECT ?b (GROUP_CONCAT(CONCAT(STR(?x), STR(?e)); separator='----------------') AS ?g) "
        "{ ?a ?b ?x . ?c ?d ?e } GROUP BY ?b",
    ],
    "regex bomb": [
        "SELECT * { ?s ?p ?o FILTER REGEX(CONCAT(STR(?o), STR(?o)), '^(a+)+$') } ORDER BY ?o",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c FILTER REGEX(CONCAT(STR(?o), STR(?c)), '((.*)+)+x{1,200}y$') }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c FILTER(REPLACE(STR(?o), '(.|..)+', '$0$0$0') = STR(?c)) }",
    ],
    "string growth": [f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("0123456789" AS ?x0) {GROWTH} }}'],
}
EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
TABLES = ("json", "xml", "csv", "tsv")
GRAPHS = ("ttl", "nt", "jsonld", "rdf", "trig", "nq", "n3")
CODINGS = ("identity", "gzip", "zstd", "zstd;q=0.5, gzip;q=0.9", "*", "gzip, deflate, br", "identity;q=0, zstd")
FILES = ("jsonl", "csv", "geojson")
COMMON = [
    "de", "la", "le", "les", "des", "une", "et", "en", "un", "pour", "dans", "par", "sur", "avec", "eleves", "ia",
    "usage", "intelligence", "artificielle", "texte", "travail", "classe", "int", "lan", "ele", "tex", "tra", "cla",
    "prod", "prof", "comp", "fran", "math", "exe", "outil",
]
"""Words, and beginnings of words, that nearly every fiche holds."""
FACETS = ("academie", "region", "niveau", "discipline", "type_ia", "principe", "preuve")
QUESTIONS = sorted(catalogue())
GARBAGE = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # A TLS hello on a plain port.
    b"GET /\x00 HTTP/9.9\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /sparql?query=%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\r\n" * 500,
)


class Attack:
    """What all attackers share: whom they attack, until when, and what they were answered."""

    def __init__(self, url: str, seconds: float) -> None:
        self.url = url
        self.end = time.monotonic() + seconds
        self.seen: Counter[tuple[str, str]] = Counter()
        self._addresses = addresses(2, ADDRESSES)
        self._numbers = iter(range(1 << 60))

    def open(self, *, slow: bool = False) -> Awaitable[HttpConnection]:
        """Connect from one of the attack's addresses."""
        return HttpConnection.open(self.url, next(self._addresses), slow=slow)

    def other(self, query: str) -> str:
        """Return a query nobody has asked before: no answer kept for another fits it."""
        return f"{query} # {next(self._numbers)}"

    @property
    def left(self) -> float:
        """Seconds that remain."""
        return self.end - time.monotonic()


Attacker = Callable[[Attack, HttpConnection], Awaitable[str]]
"""Does its worst once on a connection, and returns how it was answered."""


def engine(kind: str) -> Attacker:
    """Ask for what no engine can compute, in every format and coding."""

    async def attacker(attack: Attack, connection: HttpConnection) -> str:
        query = attack.other(random.choice(ENGINE[kind]))
        accept = {"Accept-Encoding": random.choice(CODINGS)}
        parameters = {"query": query, "format": random.choice(TABLES)}
        return (await connection.ask("/sparql", parameters, accept, post=random.random() < 0.5)).outcome

    return attacker


async def new_shapes(attack: Attack, connection: HttpConnection) -> str:
    """Ask for a cross product that is never written twice the same way: no experience helps against it."""
    count = random.randint(3, 30)
    patterns = [f"?v{random.randrange(60)} ?p{n} ?o{random.randrange(60)}" for n in range(count)]
    query = attack.other(f"SELECT (COUNT(*) AS ?n) {{ {' . '.join(patterns)} . ?x ?y ?z . ?i ?j ?k . ?l ?m ?n2 }}")
    return (await connection.ask("/sparql", {"query": query}, post=True)).outcome


async def slow_dump(attack: Attack, connection: HttpConnection) -> str:
    """Ask for everything, and take it at 1 kB/s."""
    return await slowly(attack, connection, EVERYTHING)


async def slow_part(attack: Attack, connection: HttpConnection) -> str:
    """Ask for a part that is read to its end at 1 kB/s."""
    return await slowly(attack, connection, f"{EVERYTHING} LIMIT {random.choice((100, 300))}")


async def slowly(attack: Attack, connection: HttpConnection, query: str) -> str:
    """Read an answer at 1 kB/s; what remains at the end of the attack is left."""
    parameters = {"query": attack.other(query), "format": random.choice(GRAPHS)}
    try:
        async with asyncio.timeout(attack.left):
            accept = {"Accept-Encoding": random.choice(CODINGS)}
            return (await connection.ask("/sparql", parameters, accept, pace=PACE)).outcome
    except TimeoutError:
        return "still reading at the end"


async def too_long(attack: Attack, connection: HttpConnection) -> str:
    """Send 2 MB of query, as a form, as it is, or in pieces."""
    query = "SELECT * { " + "?s ?p 'x\\u00e9' . " * 120_000 + "}"
    if random.random() < 0.5:
        return (await connection.ask("/sparql", {"query": query[: 2 << 20]}, post=True)).outcome
    head = f"POST /sparql HTTP/1.1\r\nHost: {connection.host}\r\nContent-Type: application/sparql-query\r\n"
    await connection.send(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
    piece = query[: 64 << 10].encode()
    for _ in range(32):
        await connection.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    await connection.send(b"0\r\n\r\n")
    return (await connection.reply()).outcome


async def long_text(attack: Attack, connection: HttpConnection) -> str:
    """Send the longest query that is read, hard to judge: words, brackets, escapes, in its head a hint of SERVICE."""
    part = random.choice(("?s ?p 'service' . ", "{ { } } UNION ", "FILTER(?a<?b) ", "\\u0053 ", "'", "((((", "a:b."))
    query = attack.other("SELECT * { " + part * (240_000 // len(part)))
    return (await connection.ask("/sparql", {"query": query}, post=True)).outcome


async def silent(attack: Attack, connection: HttpConnection) -> str:
    """Open a connection and say nothing."""
    return await until_closed(attack, connection, b"", every=60)


async def slow_head(attack: Attack, connection: HttpConnection) -> str:
    """Send a request's head a few bytes at a time, without end."""
    await connection.send(f"GET /sparql?query=ASK+%7B%7D HTTP/1.1\r\nHost: {connection.host}\r\n".encode())
    return await until_closed(attack, connection, b"X-a: b\r\n", every=2)


async def long_head(attack: Attack, connection: HttpConnection) -> str:
    """Send a head of many megabytes."""
    await connection.send(f"GET / HTTP/1.1\r\nHost: {connection.host}\r\n".encode())
    line = b"X-a: " + b"b" * 8000 + b"\r\n"
    return await until_closed(attack, connection, line, every=0.05)


async def slow_body(attack: Attack, connection: HttpConnection) -> str:
    """Announce a body and send a byte of it now and then."""
    head = f"POST /sparql HTTP/1.1\r\nHost: {connection.host}\r\nContent-Type: application/sparql-query\r\n"
    await connection.send(f"{head}Content-Length: 100000\r\n\r\n".encode())
    return await until_closed(attack, connection, b"#", every=2)


async def until_closed(attack: Attack, connection: HttpConnection, data: bytes, *, every: float) -> str:
    """Send the same again and again until the service answers or closes, or the attack ends."""
    answered = asyncio.ensure_future(connection.reply())
    try:
        while attack.left > 0:
            done, _ = await asyncio.wait([answered], timeout=min(every, attack.left))
            if done:
                return answered.result().outcome
            await connection.send(data)
        return "still open at the end"
    except (Interrupted, ConnectionError):
        return "closed by the service"
    finally:
        answered.cancel()


async def garbage(attack: Attack, connection: HttpConnection) -> str:
    """Pipeline a few good requests and then what is no HTTP."""
    good = connection.request("/sparql", {"query": attack.other("ASK {}")})
    await connection.send(good * random.randint(0, 20) + random.choice(GARBAGE) + random.randbytes(2000))
    return await last(connection)


async def pipeline(attack: Attack, connection: HttpConnection) -> str:
    """Send two hundred requests at once, and read their answers only when all are sent."""
    requests = [connection.request("/sparql", {"query": attack.other(EVERYTHING)}) for _ in range(200)]
    await connection.send(b"".join(requests))
    return (await connection.reply()).outcome


async def last(connection: HttpConnection) -> str:
    """Return how the last answer before the end of the connection went."""
    outcome = "closed by the service"
    with contextlib.suppress(Interrupted, ConnectionError):
        async with asyncio.timeout(10):
            while True:
                outcome = (await connection.reply()).outcome
    return outcome


async def gone(attack: Attack, connection: HttpConnection) -> str:
    """Ask for something dear and leave at once."""
    query = attack.other(random.choice(ENGINE[random.choice(list(ENGINE))]))
    await connection.send(connection.request("/sparql", {"query": query}, post=random.random() < 0.5))
    await asyncio.sleep(random.choice((0, 0, 0.02, 0.3)))
    connection.close(reset=random.random() < 0.5)
    return "left"


async def pages(attack: Attack, connection: HttpConnection) -> str:
    """Walk the pages, those that do not exist too."""
    path, parameters = random.choice(
        (
            ("/fiches", {"q": f"x{random.random()}"}),
            ("/fiches", {"page": str(random.randrange(50))}),
            (f"/projet/{random.randrange(10**6)}.ttl", {}),
            (f"/concept/{random.randrange(10**6)}", {}),
            ("/questions", {}),
            ("/", {}),
        )
    )
    return (await connection.ask(path, parameters, {"Accept": "text/html"})).outcome


async def repeated_words(attack: Attack, connection: HttpConnection) -> str:
    """Search for a word many times over, as often as is read or more, or for as many words as may be."""
    count = random.choice((60, 79, 500, 3000))
    typed = random.choice((["élèves"] * count, random.sample(COMMON, len(COMMON)), [f"{w}{random.random()}" for w in COMMON]))
    path = random.choice(("/fiches", "/fiches", "/fiches.csv"))
    return (await connection.ask(path, {"q": " ".join(typed)}, {"Accept": random.choice(("text/html", "*/*"))})).outcome


async def searches_and_leaves(attack: Attack, connection: HttpConnection) -> str:
    """Search, leave after a moment, come back."""
    asked = {"q": " ".join(random.sample(COMMON, random.randint(1, 12))), "per_page": "500"}
    return await leaving(connection, "/fiches", asked)


async def exports_and_leaves(attack: Attack, connection: HttpConnection) -> str:
    """Ask for every fiche as a file, and leave before it is made or read."""
    return await leaving(connection, f"/fiches.{random.choice(FILES)}", {"q": random.choice(("", "ia", "élèves"))})


async def leaving(connection: HttpConnection, path: str, parameters: dict[str, str]) -> str:
    """Send a request and close the connection at once, or a little later."""
    await connection.send(connection.request(path, parameters))
    await asyncio.sleep(random.choice((0, 0.02, 0.3, 4)))
    connection.close(reset=random.random() < 0.5)
    return "left"


async def exports(attack: Attack, connection: HttpConnection) -> str:
    """Take every fiche as a file, again and again."""
    coding = {"Accept-Encoding": random.choice(CODINGS)}
    return (await connection.ask(f"/fiches.{random.choice(FILES)}", {}, coding)).outcome


async def facets(attack: Attack, connection: HttpConnection) -> str:
    """Ask for as many values of facets as are read, or more, on a page far away."""
    values = [(random.choice(FACETS), f"{random.choice(COMMON)} {n}") for n in range(random.choice((50, 99, 400)))]
    query = urlencode([*values, ("page", str(random.randrange(1, 1_000_000))), ("per_page", "500")])
    return (await connection.ask(f"/fiches?{query}", {}, {"Accept": "*/*"})).outcome


async def breaks_the_guard(attack: Attack, connection: HttpConnection) -> str:
    """Send a query whose SERVICE leads to what is no address."""
    address = random.choice(("http://[>", "http://[::1>", "http://x:99999999/>", "http://\\u005B>", "//[>", "http://%5B>"))
    return (await connection.ask("/sparql", {"query": f"SELECT*{{SERVICE<{address}{{}}}}"})).outcome


async def questions(attack: Attack, connection: HttpConnection) -> str:
    """Run saved questions, in every format, and leave some of them before their answer."""
    path = f"/queries/{random.choice(QUESTIONS)}"
    asked = {"format": random.choice(("json", "html", "csv", "srj"))}
    if random.random() < 0.3:
        return await leaving(connection, path, asked)
    return (await connection.ask(path, asked)).outcome


KINDS: dict[str, tuple[Attacker, int]] = {
    "cross product": (engine("cross product"), 60),
    "path explosion": (engine("path explosion"), 50),
    "group_concat": (engine("group_concat"), 40),
    "regex bomb": (engine("regex bomb"), 40),
    "string growth": (engine("string growth"), 20),
    "never the same shape": (new_shapes, 40),
    "CONSTRUCT of everything at 1 kB/s": (slow_dump, 40),
    "CONSTRUCT of a part at 1 kB/s": (slow_part, 20),
    "query of 2 MB": (too_long, 20),
    "query of 240 kB": (long_text, 20),
    "connection without a word": (silent, 40),
    "head without end, slowly": (slow_head, 20),
    "head without end, fast": (long_head, 5),
    "body without end": (slow_body, 20),
    "garbage, pipelined": (garbage, 15),
    "two hundred requests pipelined": (pipeline, 10),
    "leaves at once": (gone, 30),
    "pages": (pages, 10),
    "repeated words": (repeated_words, 30),
    "searches and leaves": (searches_and_leaves, 44),
    "exports": (exports, 10),
    "exports and leaves": (exports_and_leaves, 20),
    "facets": (facets, 15),
    "breaks the guard": (breaks_the_guard, 10),
    "saved questions": (questions, 10),
}
"""Each kind, and how many clients are of it."""


async def client(attack: Attack, kind: str, attacker: Attacker) -> None:
    """Attack until the end, on one connection as long as it lasts."""
    slow = attacker in (slow_dump, slow_part)
    connection: HttpConnection | None = None
    while attack.left > 0:
        try:
            if connection is None or connection.writer.is_closing() or connection.reader.at_eof():
                connection = await attack.open(slow=slow)
            async with asyncio.timeout(PATIENCE + attack.left if slow else PATIENCE):
                outcome = await attacker(attack, connection)
        except TimeoutError:
            outcome = "no answer"
        except Interrupted as cut:
            outcome = "answer broken off" if cut.begun else "closed by the service"
        except OSError as error:
            outcome = f"connection: {type(error).__name__}"
        attack.seen[kind, outcome] += 1
        if outcome[:3] not in ("200", "303", "429", "503", "504") and connection is not None:
            connection.close(reset=True)
            connection = None
    if connection is not None:
        connection.close(reset=True)


async def run(url: str, seconds: float) -> dict[str, dict[str, int]]:
    """Attack for so long; return the outcomes by kind."""
    attack = Attack(url, seconds)
    tasks = [
        asyncio.create_task(client(attack, kind, attacker))
        for kind, (attacker, count) in KINDS.items()
        for _ in range(count)
    ]
    await asyncio.wait(tasks, timeout=seconds + 5)
    for task in tasks:
        task.cancel()
    crashed = [error for error in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(error, Exception)]
    if crashed:
        raise ExceptionGroup("attackers that stopped before the end", crashed)
    found: dict[str, Any] = {kind: {} for kind in KINDS}
    for (kind, outcome), count in attack.seen.most_common():
        found[kind][outcome] = count
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(run(sys.argv[1], float(sys.argv[2])))))
