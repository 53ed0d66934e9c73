"""Asks an endpoint for what could bring it down, from many connections at once, and counts how it answers.

Run as a process of its own, so that it takes nothing from who measures: `python -m … URL SECONDS [CLIENTS]`.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from collections import Counter

import httpx

GROWTH = " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(40))
ATTACKS = [
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a (<http://example.org/next>|!<urn:x>)* ?b . ?c <http://example.org/next>* ?d }",
    "SELECT (GROUP_CONCAT(?x) AS ?g) { ?a ?b ?x . ?c ?d ?e . ?f ?h ?i }",
    "SELECT * { ?s ?p ?o FILTER REGEX(CONCAT(STR(?o), STR(?o)), '^(a+)+$') } ORDER BY ?o",
    f'SELECT (STRLEN(?x40) AS ?n) {{ BIND("0123456789" AS ?x0) {GROWTH} }}',
    "SELECT * { ?s ?p ?o . ?a ?b ?c } ORDER BY ?o ?c",
]


def attack(url: str, seconds: float, clients: int) -> Counter[str]:
    """Ask from `clients` connections for so long; return how often each outcome was met."""
    seen: Counter[str] = Counter()
    end = time.monotonic() + seconds

    def one(number: int) -> None:
        with httpx.Client(timeout=60) as client:
            turn = 0
            while time.monotonic() < end:
                turn += 1
                answer = client.post(url, data={"query": f"{random.choice(ATTACKS)} # {number} {turn}"})
                seen["ok" if answer.status_code == 200 else answer.json()["type"].rpartition("/")[2]] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


if __name__ == "__main__":
    found = attack(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 32)
    print(json.dumps(found))
