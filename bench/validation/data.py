"""The data of the comparison: generated fiches as N-Quads, faults planted in some, and what the peers read.

Good fiches come from bench/fiches.py through the project's own pipeline, its judgement switched off. Faults are planted in
the quads, seeded, and listed; each refuses its fiche. The deposit has faults of its own, planted in the rows. Runs nothing.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import rdflib
from rdflib.namespace import SH

from bench import fiches
from bench.validation.files import Files
from ingestion.examination.pipeline import Options, examine_batches
from ontologie import BASE
from shapes import Report, shapes_graph
from shapes.facts import fact_lines

OIA = BASE + "ontologie#"
BATCH = 2000


def make(folder: Path, count: int, *, seed: int = 1, faulty: float = 0.02) -> Files:
    """Write the files of one size."""
    files = Files(folder)
    fiches.write(files.deposit, count, seed, faulty, files.deposit_faults)
    planted: dict[str, str] = {}
    with files.documents.open("wb") as documents, files.triples.open("wb") as triples:
        for line in fact_lines():
            triples.write(_triple(line))
        for name, lines in _documents(folder, count, seed):
            chance = random.Random(f"{seed}-{name}")
            if chance.random() < faulty:
                fault = chance.choice(sorted(FAULTS))
                lines = FAULTS[fault](name, lines)
                planted[name] = fault
            documents.writelines(lines)
            triples.writelines(map(_triple, lines))
    files.faults.write_text(json.dumps(planted, indent=1), encoding="utf-8")
    files.shapes.write_text(deposit_shapes().serialize(format="turtle"), encoding="utf-8")
    return files


def deposit_shapes() -> rdflib.Graph:
    """Return the shapes of what is deposited: those of the vocabularies' own terms would judge the facts."""
    graph = rdflib.Graph()
    graph += shapes_graph()
    ours = ("Grille", "Dimension", "Critere", "Instrument", "Principe", "RegleDuCadre", "Terme")
    for name in ours:
        graph.remove((rdflib.URIRef(f"{BASE}shapes#{name}"), SH.targetClass, None))
    return graph


def _documents(folder: Path, count: int, seed: int) -> Iterator[tuple[str, list[bytes]]]:
    rows = folder / "fiches.csv"
    fiches.write(rows, count, seed, 0.0)
    for part in examine_batches(
        rows, Options(batch=BATCH), lambda documents: dict.fromkeys(documents, Report(True, ()))
    ):
        for document in part.documents:
            if document.converted is not None:
                yield document.converted.iri, list(document.converted.lines)


def _triple(line: bytes) -> bytes:
    return line[: line.rindex(b" <")] + b" .\n"


def _line(name: str, predicate: str, value: str) -> bytes:
    graph = name.replace(BASE, BASE + "graphe/", 1)
    return f"<{name}> <{predicate}> {value} <{graph}> .\n".encode()


def _without(lines: list[bytes], predicate: str) -> list[bytes]:
    return [line for line in lines if f" <{predicate}> ".encode() not in line]


def _adding(predicate: str, value: str) -> Callable[[str, list[bytes]], list[bytes]]:
    return lambda name, lines: sorted([*lines, _line(name, predicate, value)])


TITLE = "http://purl.org/dc/terms/title"
FAULTS: dict[str, Callable[[str, list[bytes]], list[bytes]]] = {
    "sans-titre": lambda name, lines: _without(lines, TITLE),
    "deux-titres": _adding(TITLE, '"Un second titre"@fr'),
    "sans-type": lambda name, lines: _without(lines, OIA + "typeIA"),
    "type-inconnu": _adding(OIA + "typeIA", f"<{BASE}concept/type-ia/inconnu>"),
    "objectif-trop-long": _adding(OIA + "objectif", f'"{"x" * 1200}"@fr'),
    "courriel": _adding(OIA + "pointVigilance", '"Écrire à prenom.nom@exemple.fr"@fr'),
    "telephone": _adding(OIA + "objectif", '"Appeler le 06 12 34 56 78"@fr'),
    "uai-faux": _adding(OIA + "uai", '"0540089E"'),
    "effectif-mal-type": _adding(OIA + "effectif", '"vingt"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    "propriete-inconnue": _adding("http://purl.org/dc/terms/creator", '"x"'),
    "texte-au-lieu-de-concept": _adding(OIA + "niveau", '"4e"@fr'),
}
"""Each planted fault: what it does to the lines of a fiche."""


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), seed=int(sys.argv[3]))
