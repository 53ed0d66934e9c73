"""Measures what one changed fiche costs those who tell of it: python -m bench.changes [--sizes 1000,10000,100000]

Editions of small made-up fiches (three graphs each) are cut straight from a ledger, without registry nor derivation:
the second one has one fiche changed. Of each: processor time, the median of some turns, and the bytes that are sent.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyoxigraph as ox

from ingestion import Edition, Editions, note_changes
from ingestion.graphs.fiche import framing
from ingestion.publication.changelist import CHANGES
from ingestion.publication.files.dumps import differences, write_dumps
from ingestion.publication.files.ledger import Ledger
from ingestion.publication.manifest import Reviewed, make_manifest, write_manifest
from ontologie import BASE, PREFIXES, RDF_TYPE, Iris
from sparql_api.description.dcat import catalogue_statements
from sparql_api.fiches.changes import change_index
from sparql_api.fiches.index import write_index
from sparql_api.fiches.search import FicheIndex
from sparql_api.formats.rdf_formats import write_triples
from sparql_api.pages.changes.ldes import StreamPlace, page_lines, stream_statements
from sparql_api.pages.changes.stream import Stream, stream_of
from sparql_api.pages.common.reading import Reading
from sparql_api.pages.feeds.atom import Feed, write_feed
from sparql_api.pages.feeds.entries import MOST, entries_of
from sparql_api.pages.feeds.recent import recent

HERE = Path(__file__).parent
IRIS = Iris(BASE)
ACADEMIES = 15
"""Of which each has more fiches than a feed tells, in the smallest size too."""
OF_ACADEMIE = 7
"""That of the fiche that changes."""
DATES = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
WORDS = "Des élèves de troisième comparent deux réponses d'une IA, puis écrivent la leur. " * 20


@dataclass(frozen=True)
class CostOfChange:
    """Processor seconds, and bytes sent."""

    seconds: float
    size: int


def main() -> None:
    """Measure each size, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.changes", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--out", type=Path, default=HERE)
    asked = parser.parse_args()
    sizes = [int(size) for size in asked.sizes.split(",")]
    found: dict[int, dict[str, CostOfChange]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="observatoire-") as folder:
            found[size] = measured(Path(folder), size, asked.turns)
    text = table(found, asked.turns)
    (asked.out / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


def measured(var: Path, size: int, turns: int) -> dict[str, CostOfChange]:
    """Make two editions, the second with one fiche changed, and return what each teller costs."""
    (var / "editions").mkdir()
    store = ox.Store()
    with Ledger(var / "graphes.sqlite", BASE) as ledger:
        for number in range(size):
            put(ledger, store, number, 0)
        first = cut(var, ledger, 1, None)
        fiches = [fiche(number, 0) for number in range(size)]
        write_index(first.path, store, fiches)
        note_changes(first)
        changed = size // 2 // ACADEMIES * ACADEMIES + OF_ACADEMIE
        put(ledger, store, changed, 1)
        second = cut(var, ledger, 2, first)
        if not change_index(second.path, first.path, store, {name(changed): fiche(changed, 1)}):
            raise SystemExit("the index was not changed in place")
        noting = [timed(lambda: noted(second)) for _ in range(turns)]
    (var / "editions" / "current").symlink_to("2")
    costs = {"names of what changed": middle(noting)}
    for title, teller in tellers(var, store).items():
        teller()  # rules are read, words are learnt
        costs[title] = middle([timed(teller) for _ in range(turns)])
    return costs


def tellers(var: Path, store: ox.Store) -> dict[str, Callable[[], int]]:
    """Return what tells of a change, each with the bytes that it sends."""
    editions, place = Editions(var), StreamPlace(IRIS, "https://example.org/ldes", "")
    index = FicheIndex(editions.folder / "2")

    def stream() -> Stream:
        return stream_of(editions, 2)

    def first_node() -> int:
        return sum(len(f"{quad} .\n".encode()) for quad in stream_statements(stream(), place))

    def open_page() -> int:
        told = stream()
        *_, last = told.parts()
        return sum(map(len, page_lines(last, told.versions(last), place)))

    def catalogue() -> int:
        edition = editions.get(2)
        assert edition is not None
        return len(write_triples(catalogue_statements(edition, IRIS), "ttl", IRIS))

    def feed_of(academie: str) -> Callable[[], int]:
        return lambda: feed(editions, index, store, academie)

    return {
        "LDES: first node": first_node,
        "LDES: open page": open_page,
        "feed of all fiches": feed_of(""),
        "feed of an académie": feed_of(str(OF_ACADEMIE)),
        "catalogue": catalogue,
        "index of fiches opened, once an edition": lambda: len(FicheIndex(editions.folder / "2").ids([0])[0]),
    }


def feed(editions: Editions, index: FicheIndex, store: ox.Store, academie: str) -> int:
    """Write a feed of the latest fiches; return its bytes."""
    value = index.value("academie", IRIS.entity("academie", academie)) if academie else None
    if academie and value is None:
        raise SystemExit("no fiche is of that académie")
    found = recent(editions.all(), index, IRIS, value, 0, MOST)
    entries = asyncio.run(entries_of(cast(Reading, AskedOfService(store)), IRIS, 2, found.held))
    if not entries or entries[0].updated != DATES[1]:
        raise SystemExit("the feed does not begin with what changed")
    about = Feed("https://x/f", "t", "s", "fr", "a", DATES[1], "https://x/f", "https://x/", "https://x/l")
    return len(write_feed(about, [(one, one.iri, one.iri) for one in entries], []))


@dataclass(frozen=True)
class AskedOfService:
    """A store asked in this process, as pages ask the engine."""

    store: ox.Store

    async def rows(self, text: str, _: int | None) -> list[dict[str, Any]]:
        """Return the rows of a query."""
        found = cast(ox.QuerySolutions, self.store.query(text, use_default_graph_as_union=True))
        names = [variable.value for variable in found.variables]
        return [{one: row[one] for one in names if row[one] is not None} for row in found]


def name(number: int) -> str:
    """Return the id of a fiche."""
    return f"{number % ACADEMIES}-{number:06}"


def fiche(number: int, version: int) -> bytes:
    """Return a fiche as the dump has it, without its context."""
    said = {
        "id": f"projet/{name(number)}",
        "type": "Projet",
        "identifiant": name(number),
        "titre": {"fr": f"Écrire un conte {number}, version {version}"},
        "resume": {"fr": WORDS},
        "academie": f"academie/{number % ACADEMIES}",
        "date": "2026-01-01",
    }
    return json.dumps(said, ensure_ascii=False).encode()


def put(ledger: Ledger, store: ox.Store, number: int, version: int) -> None:
    """Put the three graphs of a fiche into the ledger and the store, in the place of those that stand."""
    identifier, dct = name(number), PREFIXES["dct"]
    thing, own = f"<{IRIS.entity('projet', identifier)}>", IRIS.graph("projet", identifier)
    moment = f"^^<{PREFIXES['xsd']}dateTime>"
    modified = [f'<{own}> <{dct}modified> "{DATES[1]}"{moment}'] if version else []
    said = {
        own: [
            f"<{own}> <{PREFIXES['foaf']}primaryTopic> {thing}",
            f"{thing} <{RDF_TYPE}> <{IRIS.term('Projet')}>",
            f'{thing} <{dct}title> "Écrire un conte {number}, version {version}"@fr',
            f'{thing} <{dct}abstract> "{WORDS}"@fr',
        ],
        IRIS.provenance_graph("projet", identifier): [f'<{own}> <{dct}issued> "{DATES[0]}"{moment}', *modified],
        IRIS.derived_graph("projet", identifier): [f"{thing} <{IRIS.term('academie')}> <{IRIS.entity('academie', '1')}>"],
    }
    for graph, statements in said.items():
        lines = sorted(f"{one} <{graph}> .\n".encode() for one in statements)
        ledger.put(ledger.packed(graph, lines))
        store.remove_graph(ox.NamedNode(graph))
        store.extend(ox.parse(b"".join(lines), format=ox.RdfFormat.N_QUADS))
    ledger.keep_fiche(framing("projet", BASE), own, fiche(number, version))


def cut(var: Path, ledger: Ledger, number: int, before: Edition | None) -> Edition:
    """Cut an edition of what the ledger holds; what is differs by from the one before is with it."""
    root = ledger.segments.root()
    made = Edition(number, var / "editions" / str(number), differences(ledger, before, BASE))
    made.path.mkdir()
    written = write_dumps(made.path, before and before.path, ledger, root, BASE)
    write_manifest(made.path, make_manifest(number, DATES[number - 1], ledger, Reviewed((0, 0), ()), written, BASE))
    ledger.commit()
    return made


def noted(edition: Edition) -> int:
    """Note what an edition changed; return the bytes written."""
    (edition.path / CHANGES).unlink(missing_ok=True)
    note_changes(edition)
    return (edition.path / CHANGES).stat().st_size


def timed(work: Callable[[], int]) -> CostOfChange:
    """Do some work; return its cost."""
    begun = time.process_time()
    size = work()
    return CostOfChange(time.process_time() - begun, size)


def middle(costs: list[CostOfChange]) -> CostOfChange:
    """Return the median cost."""
    return CostOfChange(statistics.median(one.seconds for one in costs), costs[-1].size)


def table(found: dict[int, dict[str, CostOfChange]], turns: int) -> str:
    """Return the table: a line for each teller, two columns a size, how the largest compares with the smallest."""
    return "\n".join(lines(found, turns)) + "\n"


def lines(found: dict[int, dict[str, CostOfChange]], turns: int) -> Iterator[str]:
    """Yield the lines of the table."""
    sizes = list(found)
    yield f"One changed fiche among so many: processor milliseconds, median of {turns} turns, and kilobytes."
    yield ""
    yield "| | " + " | ".join(f"{size:,} | kB" for size in sizes) + " | ratio |"
    yield "|---|" + "---:|---:|" * len(sizes) + "---:|"
    for title in found[sizes[0]]:
        costs = [found[size][title] for size in sizes]
        cells = " | ".join(f"{cost.seconds * 1000:.1f} | {cost.size / 1000:.1f}" for cost in costs)
        ratio = costs[-1].seconds / max(costs[0].seconds, 1e-4)
        yield f"| {title} | {cells} | {ratio:.1f} |"


if __name__ == "__main__":
    main()
