"""Distils the targets of the bridges into `tiers/`: the terms that a bridge states, from their vocabulary's own file.

    python -m ontologie.generation.foreign.cibles --from FOLDER

FOLDER holds the files that the column `fichier` of `ontologie/ponts/cibles.csv` names, taken where `origine` says.
Needed only when a bridge states a new term: what it writes is committed. A term that its file does not define ends the
command, so that no bridge leads to what does not exist. Labels and definitions are kept; persons never pass.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from ontologie.generation.alignments.ponts import pairs, target_of, targets
from ontologie.generation.tables.common import Row
from ontologie.generation.tables.turtle import Statement, Turtle, iri, links

TIERS: Final = Path(__file__).resolve().parents[2] / "tiers"
FORMATS: Final = {".ttl": ox.RdfFormat.TURTLE, ".nq": ox.RdfFormat.N_QUADS}
LANGUAGES: Final = ("en", "fr", "")
SAID: Final[Mapping[str, tuple[str, ...]]] = {
    "skos:prefLabel": ("skos:prefLabel", "rdfs:label", "dct:title"),
    "skos:definition": ("skos:definition", "rdfs:comment", "dct:description"),
}
"""What is kept of a term, and the properties by which vocabularies say it, the first that is there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Distil; return the exit code (2 where a file is missing)."""
    parser = argparse.ArgumentParser(prog="python -m ontologie.generation.foreign.cibles", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="the folder of the vocabularies' files")
    source: Path = parser.parse_args(arguments).source
    told = [row for row in targets().values() if row["fichier"]]
    if missing := [row["fichier"] for row in told if not (source / row["fichier"]).is_file()]:
        print(f"{source}: not there: {', '.join(missing)}", file=sys.stderr)
        return 2
    for row in told:
        path = TIERS / row["dossier"] / f"{row['prefixe']}.ttl"
        path.parent.mkdir(exist_ok=True)
        path.write_text(distilled(source / row["fichier"], row, wanted(row)), encoding="utf-8", newline="\n")
    print(f"{len(told)} vocabularies distilled", file=sys.stderr)
    return 0


def wanted(target: Row) -> set[str]:
    """Return the terms of a vocabulary that the bridges state."""
    return {iri(row["object"]).value for row in pairs() if target_of(row["object"]) == target}


def distilled(path: Path, target: Row, terms: Iterable[str]) -> str:
    """Return the Turtle of some terms of a file. Raises ValueError where the file does not label one of them."""
    said: dict[str, dict[str, list[ox.Literal]]] = {}
    for quad in ox.parse(path.read_bytes(), format=FORMATS[path.suffix]):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
            said.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object)
    name = {tag: f"{target[f'nom_{tag}']} {target['version']}" for tag in ("fr", "en")}
    out = Turtle(f"{name['fr']} : extrait. Licence {target['licence']} (voir LICENCE).")
    for term in sorted(terms):
        kept = [statement for names in SAID.items() for statement in _kept(said.get(term, {}), *names)]
        if not any(predicate == "skos:prefLabel" for predicate, _ in kept):
            raise ValueError(f"{path.name}: {term} is not defined there")
        out.add(term, links("rdf:type", ["skos:Concept"]), kept, links("rdfs:isDefinedBy", [target["espace"]]))
    return out.render(generated=False)


def _kept(about: Mapping[str, Sequence[ox.Literal]], name: str, said_by: Iterable[str]) -> list[Statement]:
    """Return what a term says by the first of some properties, one text a language, in English and French alone."""
    found = next((about[iri(one).value] for one in said_by if iri(one).value in about), ())
    texts: dict[str, str] = {}
    for text in found:
        language = (text.language or "").partition("-")[0]
        if language in LANGUAGES:
            texts.setdefault(language or "en", " ".join(text.value.split()))
    return [(name, ox.Literal(text, language=language)) for language, text in sorted(texts.items())]


if __name__ == "__main__":
    raise SystemExit(main())
