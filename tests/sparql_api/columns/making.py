"""Small registries of random uses and analyses, over the demonstration's vocabularies: their store and their columns."""

from __future__ import annotations

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ingestion import Edition
from ontologie import BASE, PREFIXES
from queries import Question
from sparql_api.columns.making import make_columns
from sparql_api.tables.making import write_tables

OIA, RDF, DCT, PROV = (PREFIXES[name] for name in ("oia", "rdf", "dct", "prov"))
LINKS = {
    "academie": 1, "academieAssociee": 2, "regionAcademique": 1, "niveau": 3, "discipline": 2, "typeIA": 2, "finalite": 2,
    "outil": 2, "competenceCRCN": 2,
}  # fmt: skip
"""The properties of a use, and how many values of each it has at most."""
DOCUMENTS = tuple(f"{BASE}graphe/{of}{kind}/" for kind in ("projet", "analyse") for of in ("", "derive/"))


def oia(name: str) -> ox.NamedNode:
    return ox.NamedNode(OIA + name)


def node(path: str) -> ox.NamedNode:
    return ox.NamedNode(BASE + path)


@dataclass(frozen=True)
class Vocabulary:
    """What vocabularies say, in a store in memory, and the things that documents may name."""

    store: ox.Store
    named: Mapping[str, list[ox.NamedNode]]


def vocabulary_of(demo: ox.Store) -> Vocabulary:
    """Return the graphs of a store but for those of projects and analyses; what these named, and what stands above."""
    store, named = ox.Store(), defaultdict[str, set[ox.NamedNode]](set)
    store.extend(q for q in demo if not str(getattr(q.graph_name, "value", "")).startswith(DOCUMENTS))
    for name in (*LINKS, "concerne", "applique", "verdict", "premisseManquante", "evoque", "polarite", "critere", "echelon"):
        named[name] |= {q.object for q in demo.quads_for_pattern(None, oia(name), None, None) if isinstance(q.object, ox.NamedNode)}
        for predicate in ("broader",):
            above = ox.NamedNode(PREFIXES["skos"] + predicate)
            for one in list(named[name]):
                named[name] |= {q.object for q in demo.quads_for_pattern(one, above, None, None) if isinstance(q.object, ox.NamedNode)}
    for kind in ("Academie", "Instrument", "Grille"):
        named[kind] = {q.subject for q in demo.quads_for_pattern(None, ox.NamedNode(RDF + "type"), oia(kind), None)}
    scheme = ox.NamedNode(PREFIXES["skos"] + "inScheme")
    named["concerne"] = {q.subject for one in named["Instrument"] for q in demo.quads_for_pattern(None, scheme, one, None)}
    named["academie"] = named["academieAssociee"] = named["Academie"]
    return Vocabulary(store, {name: sorted(found, key=str) for name, found in named.items()})


def registry(vocabulary: Vocabulary, chance: random.Random) -> Iterator[ox.Quad]:
    """Yield the graphs of a few uses and of analyses of them."""
    uses = [f"r-{number}" for number in range(chance.randint(0, 12))]
    for use in uses:
        yield from project(vocabulary, chance, use)
    for number in range(chance.randint(0, 8) if uses else 0):
        yield from analysis(vocabulary, chance, f"n-{number}", chance.choice(uses))


def project(vocabulary: Vocabulary, chance: random.Random, name: str) -> Iterator[ox.Quad]:
    about, graph, derived = node(f"projet/{name}"), node(f"graphe/projet/{name}"), node(f"graphe/derive/projet/{name}")
    some = lambda kind, most: chance.sample(vocabulary.named[kind], min(chance.randint(0, most), len(vocabulary.named[kind])))  # noqa: E731
    yield ox.Quad(about, ox.NamedNode(RDF + "type"), oia("Projet"), graph)
    yield ox.Quad(about, ox.NamedNode(DCT + "title"), ox.Literal(name, language="fr"), graph)
    for link, most in LINKS.items():
        for value in some(link, most):
            yield ox.Quad(about, oia(link), value, graph)
    if chance.random() < 0.7:
        yield ox.Quad(about, oia("anneeScolaireDeduite"), ox.Literal(chance.choice(["2023-2024", "2024-2025"])), derived)
    tied = set()
    for way in ("concerneParAppreciation", "concerneParConstat"):
        for principle in some("concerne", 2):
            tied.add(principle)
            yield ox.Quad(about, oia(way), principle, derived)
    for number, principle in enumerate(some("concerne", 3)):
        one = node(f"projet/{name}#indice-{number}")
        yield ox.Quad(about, oia("indice"), one, derived)
        yield ox.Quad(one, oia("evoque"), principle, derived)
        if chance.random() < 0.5:
            tied.add(principle)
            yield ox.Quad(about, oia("concerneParIndice"), principle, derived)
    yield from (ox.Quad(about, oia("concerne"), one, derived) for one in sorted(tied, key=str))
    for number in range(chance.randint(0, 3)):
        one = node(f"projet/{name}#constat-{number}")
        yield ox.Quad(about, oia("constat"), one, derived)
        yield from (ox.Quad(one, oia("applique"), text, derived) for text in some("applique", 1))
        yield ox.Quad(one, oia("verdict"), chance.choice(vocabulary.named["verdict"]), derived)
        yield from (ox.Quad(one, oia("premisseManquante"), what, derived) for what in some("premisseManquante", 3))


def analysis(vocabulary: Vocabulary, chance: random.Random, name: str, use: str) -> Iterator[ox.Quad]:
    about, graph = node(f"analyse/{name}"), node(f"graphe/analyse/{name}")
    yield ox.Quad(about, oia("evalue"), node(f"projet/{use}"), graph)
    if chance.random() < 0.4:
        yield ox.Quad(about, ox.NamedNode(RDF + "type"), oia("AnalyseIllustrative"), graph)
    for number, criterion in enumerate(chance.sample(vocabulary.named["critere"], 20)):
        one = node(f"analyse/{name}#appreciation-{number}")
        yield ox.Quad(about, oia("comporte"), one, graph)
        yield ox.Quad(one, oia("critere"), criterion, graph)
        yield ox.Quad(one, oia("echelon"), chance.choice(vocabulary.named["echelon"]), graph)


def columns_of(folder: Path, store: ox.Store, quads: list[ox.Quad]) -> Path:
    """Return the file of columns of documents, which a store holds beside its vocabularies."""
    folder.mkdir(parents=True)
    lines = sorted((str(quad.graph_name), f"{quad} .\n") for quad in quads)
    (folder / "dump.nq.gz").write_bytes(gzip.compress("".join(line for _, line in lines).encode()))
    (folder / "manifest.json").write_text(json.dumps({"base": BASE, "number": 1}), "utf-8")
    write_tables(Edition(1, folder), store, folder)
    place = folder / "columns.duckdb"
    make_columns(folder, store, place)
    return place


def values_for(question: Question, vocabulary: Vocabulary, chance: random.Random) -> dict[str, Any]:
    """Return values for some of a question's parameters, right ones and some that name nothing."""
    facet = chance.choice(["academie", "region", "niveau", "discipline", "outil", "type_ia", "finalite", "annee_scolaire"])
    link = {"region": "regionAcademique", "type_ia": "typeIA"}.get(facet, facet)
    groups = [BASE + "2024-2025"] if link == "annee_scolaire" else [one.value for one in vocabulary.named[link]]
    iris = {
        "instrument": "Instrument", "grille": "Grille", "critere": "critere", "discipline": "discipline", "region": "regionAcademique",
    }  # fmt: skip
    found: dict[str, Any] = {"facette": facet, "seuil": str(chance.randint(0, 2))}
    found |= {name: chance.choice(groups) for name in ("premier", "second")}
    found |= {name: [chance.choice(vocabulary.named[kind]).value for _ in range(2)] for name, kind in iris.items()}
    found["mesure"] = chance.choice(["principe", "type_ia", "niveau", "discipline", "outil", "finalite", "rien"])
    found |= {"langue": chance.choice(["fr", "en"]), "illustrations": chance.choice(["oui", "non", "'; DROP TABLE usages"])}
    known = {one.name: one for one in question.parameters}
    chosen = {name: value for name, value in found.items() if name in known and chance.random() < 0.7}
    return {n: v if known[n].several or isinstance(v, str) else v[0] for n, v in chosen.items()}
