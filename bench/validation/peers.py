"""The engines compared, each in a process of its own: python -m bench.validation.peers NAME FOLDER

Prints one JSON line: seconds (start of the process, load and judgement), peak memory in bytes, and the fiches refused.
Every peer reads the same triples and shapes; ours reads the fiches' N-Quads and has the vocabularies' facts from its own
package. The clock starts with the process; with Java's for Jena, which owes Python nothing.
"""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from bench.validation.files import BASE, Files

JENA = "org.apache.jena:jena-fuseki-server:5.6.0"
BATCH = 5000
STARTED = float(os.environ.get("BENCH_STARTED", time.monotonic()))
"""When the process was asked for, where its parent says so."""


class Missing(Exception):
    """A peer that is not installed here; says how to install it."""


def gate(files: Files) -> tuple[float, set[str]]:
    """Our gate, in bounded batches, one on each core."""
    from shapes.gate import Gate

    refused: set[str] = set()
    for reports in Gate().validate_batches(batches(files.documents)):
        refused |= {name for name, report in reports.items() if report.refused}
    return since_start(), refused


def pyshacl(files: Files) -> tuple[float, set[str]]:
    """PySHACL over a pyoxigraph Store, spared the count of the Store at each result (shapes.judging.pyshacl_report.Data)."""
    import pyoxigraph as ox
    import rdflib
    from pyshacl import Validator

    from shapes.judging.pyshacl_report import Data
    from shapes.rules.units import typed_literals

    store = ox.Store()
    store.bulk_load(path=str(files.triples), format=ox.RdfFormat.N_TRIPLES)
    shapes = typed_literals(rdflib.Graph().parse(files.shapes))
    rdflib.NORMALIZE_LITERALS = False
    _, report, _ = Validator(Data(store), shacl_graph=shapes, options={}).run()
    return since_start(), _refused(report)


def pyshacl_turbo(files: Files) -> tuple[float, set[str]]:
    """pyshacl-turbo over its own graph."""
    try:
        import pyshacl_turbo
    except ImportError as error:
        raise Missing("pip install pyshacl-turbo") from error
    _, report, _ = pyshacl_turbo.validate(
        str(files.triples), data_graph_format="nt", shacl_graph=str(files.shapes), shacl_graph_format="turtle"
    )
    return since_start(), _refused(report)


def jena(files: Files) -> tuple[float, set[str]]:
    """Jena's command line."""
    jar = Path.home() / ".m2/repository/org/apache/jena/jena-fuseki-server/5.6.0/jena-fuseki-server-5.6.0.jar"
    if not jar.exists():
        raise Missing(f"mvn dependency:get -Dartifact={JENA}")
    start = time.perf_counter()
    command = ["java", "-Xmx8g", "-cp", str(jar), "shacl.shacl", "validate"]
    done = subprocess.run(
        [*command, "--shapes", str(files.shapes), "--data", str(files.triples)], capture_output=True, check=True
    )
    seconds = time.perf_counter() - start
    import rdflib

    # Jena logs ill-typed literals among its output.
    report = re.sub(rb"(?m)^[0-9:]{8} (WARN|INFO|ERROR) .*$", b"", done.stdout)
    return seconds, _refused(rdflib.Graph().parse(data=report, format="turtle"))


def pyrudof(files: Files) -> tuple[float, set[str]]:
    """Rudof's Python binding, its native engine."""
    try:
        import pyrudof as rudof
    except ImportError as error:
        raise Missing("pip install pyrudof") from error
    session = rudof.Rudof(rudof.RudofConfig())
    session.read_data(str(files.triples), format=rudof.RDFFormat.NTriples)
    session.read_shacl(str(files.shapes), format=rudof.ShaclFormat.Turtle)
    report = session.validate_shacl()
    seconds = since_start()
    nodes = [str(entry.focus_node) for entry in report if "violation" in str(entry.severity).lower()]
    return seconds, {_document(node.strip("<>")) for node in nodes}


PEERS: dict[str, Callable[[Files], tuple[float, set[str]]]] = {
    "gate": gate,
    "pyshacl": pyshacl,
    "pyshacl-turbo": pyshacl_turbo,
    "jena": jena,
    "pyrudof": pyrudof,
}


def since_start() -> float:
    """Return the seconds since this process was asked for."""
    return time.monotonic() - STARTED


def batches(path: Path) -> Iterator[dict[str, bytes]]:
    """Yield the documents of a file of N-Quads, each its lines, in bounded batches."""
    with path.open("rb") as lines:
        runs = groupby(lines, key=lambda line: line[line.rindex(b" <") + 2 : -4])
        documents = ((graph.decode().replace(BASE + "graphe/", BASE, 1), b"".join(run)) for graph, run in runs)
        while batch := dict(islice(documents, BATCH)):
            yield batch


def _refused(report: Any) -> set[str]:
    """Return the fiches with a violation, among the results that an rdflib report itself lists."""
    from rdflib.namespace import SH

    refusing = (node for node in report.objects(None, SH.result) if (node, SH.resultSeverity, SH.Violation) in report)
    return {_document(str(report.value(node, SH.focusNode))) for node in refusing}


def _document(focus: str) -> str:
    return focus.partition("#")[0].replace(BASE + "graphe/", BASE, 1)


def main() -> None:
    """Run one peer over the files of a folder."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    try:
        seconds, refused = PEERS[name](Files(folder))
    except Missing as missing:
        print(json.dumps({"missing": str(missing)}))
        return
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "memory": usage * 1024, "refused": sorted(refused)}))


if __name__ == "__main__":
    main()
