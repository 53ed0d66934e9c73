"""The engines compared, each in a process of its own: python -m bench.validation.peers NAME FOLDER

Prints one JSON line: seconds (load and judgement together, start of the process and imports left out save for Java), peak
memory in bytes, and the fiches refused. Every peer reads the same triples and shapes; ours reads the fiches' N-Quads and
has the vocabularies' facts from its own package.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import rdflib
from rdflib.namespace import SH

from bench.validation.data import Files
from ontologie import BASE

JENA = "org.apache.jena:jena-fuseki-server:5.6.0"
BATCH = 5000


class Missing(Exception):
    """A peer that is not installed here."""


def gate(files: Files) -> tuple[float, set[str]]:
    """Our gate, in bounded batches."""
    from shapes.gate import Gate

    start = time.perf_counter()
    judge = Gate()
    refused: set[str] = set()
    for reports in judge.validate_batches(_batches(files.documents)):
        refused |= {name for name, report in reports.items() if report.refused}
    return time.perf_counter() - start, refused


def pyshacl(files: Files) -> tuple[float, set[str]]:
    """PySHACL over a pyoxigraph Store, spared the count of the Store at each result (shapes.judge.Data)."""
    import pyoxigraph as ox
    from pyshacl import Validator

    from shapes.judge import Data
    from shapes.units import typed_literals

    start = time.perf_counter()
    store = ox.Store()
    store.bulk_load(path=str(files.triples), format=ox.RdfFormat.N_TRIPLES)
    shapes = typed_literals(rdflib.Graph().parse(files.shapes))
    rdflib.NORMALIZE_LITERALS = False
    _, report, _ = Validator(Data(store), shacl_graph=shapes, options={}).run()
    return time.perf_counter() - start, _refused(report)


def pyshacl_turbo(files: Files) -> tuple[float, set[str]]:
    """pyshacl-turbo over its own graph."""
    try:
        import pyshacl_turbo
    except ImportError as error:
        raise Missing("pyshacl-turbo (pip install pyshacl-turbo)") from error
    start = time.perf_counter()
    _, report, _ = pyshacl_turbo.validate(
        str(files.triples), data_graph_format="nt", shacl_graph=str(files.shapes), shacl_graph_format="turtle"
    )
    return time.perf_counter() - start, _refused(report)


def jena(files: Files) -> tuple[float, set[str]]:
    """Jena's command line, start of the virtual machine included."""
    jar = Path.home() / ".m2/repository/org/apache/jena/jena-fuseki-server/5.6.0/jena-fuseki-server-5.6.0.jar"
    if not jar.exists():
        raise Missing(f"Jena (mvn dependency:get -Dartifact={JENA})")
    start = time.perf_counter()
    command = ["java", "-Xmx8g", "-cp", str(jar), "shacl.shacl", "validate"]
    done = subprocess.run(
        [*command, "--shapes", str(files.shapes), "--data", str(files.triples)], capture_output=True, check=True
    )
    seconds = time.perf_counter() - start
    # Jena logs ill-typed literals among its output.
    report = re.sub(rb"(?m)^[0-9:]{8} (WARN|INFO|ERROR) .*$", b"", done.stdout)
    return seconds, _refused(rdflib.Graph().parse(data=report, format="turtle"))


def pyrudof(files: Files) -> tuple[float, set[str]]:
    """Rudof's Python binding, its native engine."""
    try:
        import pyrudof as rudof
    except ImportError as error:
        raise Missing("pyrudof (pip install pyrudof)") from error
    start = time.perf_counter()
    session = rudof.Rudof(rudof.RudofConfig())
    session.read_data(str(files.triples), format=rudof.RDFFormat.NTriples)
    session.read_shacl(str(files.shapes), format=rudof.ShaclFormat.Turtle)
    report = session.validate_shacl()
    seconds = time.perf_counter() - start
    nodes = [str(entry.focus_node) for entry in report if "violation" in str(entry.severity).lower()]
    return seconds, {_document(node.strip("<>")) for node in nodes}


PEERS: dict[str, Callable[[Files], tuple[float, set[str]]]] = {
    "gate": gate,
    "pyshacl": pyshacl,
    "pyshacl-turbo": pyshacl_turbo,
    "jena": jena,
    "pyrudof": pyrudof,
}


def _batches(path: Path) -> Iterator[dict[str, bytes]]:
    """Yield the documents of a file of N-Quads, each its lines, in bounded batches."""
    batch: dict[str, list[bytes]] = {}
    graph, name = b"", ""
    with path.open("rb") as lines:
        for line in lines:
            here = line[line.rindex(b" <") + 2 : -4]
            if here != graph:
                if len(batch) == BATCH:
                    yield {key: b"".join(found) for key, found in batch.items()}
                    batch = {}
                graph = here
                name = here.decode().replace(BASE + "graphe/", BASE, 1)
                batch[name] = []
            batch[name].append(line)
    if batch:
        yield {key: b"".join(found) for key, found in batch.items()}


def _refused(report: rdflib.Graph) -> set[str]:
    """Return the fiches with a violation, among the results that the report itself lists."""
    results: Iterable[rdflib.term.Node] = report.objects(None, SH.result)
    refusing = (node for node in results if (node, SH.resultSeverity, SH.Violation) in report)
    return {_document(str(report.value(node, SH.focusNode))) for node in refusing}


def _document(focus: str) -> str:
    return focus.partition("#")[0].replace(BASE + "graphe/", BASE, 1)


def main() -> None:
    """Run one peer over the files of a folder."""
    name, folder, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    try:
        seconds, refused = PEERS[name](Files(folder, count))
    except Missing as missing:
        print(json.dumps({"missing": str(missing)}))
        return
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "memory": usage * 1024, "refused": sorted(refused)}))


if __name__ == "__main__":
    main()
