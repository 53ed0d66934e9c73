"""The version of the code that derives: it changes what is derived, or it keeps its version.

Rules, vocabulary and deposits are the test's own, so that what the package holds may grow without a word here.
"""

from __future__ import annotations

import pathlib

import pytest

from ingestion.derivation import indices
from ingestion.derivation import rules as derivation_rules
from ingestion.derivation.batch import DepositedGraphs
from ingestion.derivation.indices import IndiceRule
from ingestion.derivation.motifs import compile_motif
from ingestion.derivation.rules import DERIVATION_VERSION, Derivation, rules_digest
from ontologie import BASE, PREFIXES, RuleFile, digest

DERIVED = {
    "1": "ca3e8b747c6a1e6222bcf220e5b448966de9647b2fcb10b1a2c26fdff649b0bf",
    "2": "442da419dc12ad56f4cb4f10852437e3c7d0f48f02cf37fd9cc07c292c562aad",
    "3": "0b78461d4d76f25eb3c02c543bf62fdd15f03e6d6f8eaabe0541b12174e44046",
    "4": "0b78461d4d76f25eb3c02c543bf62fdd15f03e6d6f8eaabe0541b12174e44046",
}
"""SHA-256 of what each version of the code derives of the deposits below. A line is added with a version."""

PROJECTS = ("18-T1", "18-T2", "18-T3")
TEXTS = {
    "18-T1": {
        "objectif": ["Développer l'esprit critique", "Cœur de l’IA : l'intelligence artificielle"],
        "pointVigilance": ["Par le biais d'un journal", "Les biais, et\\u0020encore les BIAIS !", "recul"],
    },
    "18-T2": {"competence": ["De façon très nettement critique", "de facon tout a fait nettement trop critique"]},
    "18-T3": {},
}
RULES = {
    "constats": """
CONSTRUCT { ?c a oia:Constat ; oia:premisse [ rdf:subject ?p ; rdf:predicate oia:objectif ; rdf:object ?o ] .
            ?p oia:constat ?c } WHERE { ?p a oia:Projet ; oia:objectif ?o . BIND(IRI(CONCAT(STR(?p), "#constat-1")) AS ?c) }
""",
    "clause": "CONSTRUCT { ?c oia:verdict oia:oui } WHERE { ?c a oia:Constat }",
    "concerne": "CONSTRUCT { ?p oia:concerne ?q } WHERE { { ?p oia:indice/oia:evoque ?q } UNION { ?a oia:evalue ?p . ?a oia:porte ?q } }",
    "projets": "CONSTRUCT { ?p oia:concerne ?q ; a oia:Usage } WHERE { ?p a oia:Projet . OPTIONAL { ?p oia:concerne ?q } }",
    "super-proprietes": "CONSTRUCT { ?p dct:subject ?q } WHERE { ?p oia:concerne ?q }",
}
MOTIFS = (
    ("indice-a", "objectif=visee|pointVigilance=aborde", "esprit critique|biais|recul $", "par le biais", "encore ... @"),
    ("indice-b", "competence=visee", "de facon ... critique", "", ""),
    ("indice-c", "objectif=objet-d-enseignement", "coeur ... ia|ia", "", ""),
)


def _indice(identifier: str, fields: str, words: str, exclusions: str, lacking: str) -> IndiceRule:
    principle = None if identifier == "indice-c" else f"{BASE}principe/essai/{identifier}"
    polarities = dict(one.split("=", 1) for one in fields.split("|"))
    compiled = compile_motif(words), compile_motif(exclusions), compile_motif(lacking, "biais")
    return IndiceRule(identifier, principle, polarities, *compiled)


def _deposit(name: str) -> DepositedGraphs:
    project, graph = f"{BASE}projet/{name}", f"{BASE}graphe/projet/{name}"
    lines = [f"<{project}> <{PREFIXES['rdf']}type> <{BASE}ontologie#Projet> <{graph}> .\n"]
    for field, texts in TEXTS[name].items():
        lines += [f'<{project}> <{BASE}ontologie#{field}> "{text}"@fr <{graph}> .\n' for text in texts]
        lines += [f'<{project}> <{BASE}ontologie#{field}> "{text}, in English"@en <{graph}> .\n' for text in texts]
    analysis = f"{BASE}graphe/analyse/{name}"
    about = [
        f"<{BASE}analyse/{name}> <{BASE}ontologie#evalue> <{project}> <{analysis}> .\n",
        f"<{BASE}analyse/{name}> <{BASE}ontologie#porte> <{BASE}principe/essai/1> <{analysis}> .\n",
    ]
    graphs = {graph: lines, **({analysis: about} if name == "18-T3" else {})}
    return DepositedGraphs(project, {one: sorted(line.encode() for line in said) for one, said in graphs.items()})


def _derived(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the digest of what the code derives by the rules above."""
    prefixes = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("dct", "oia", "rdf"))
    rules = {step: (RuleFile(step, prefixes + text, {}),) for step, text in RULES.items()}
    monkeypatch.setattr(derivation_rules, "rule_files", lambda step, base: rules.get(step, ()))
    monkeypatch.setattr(derivation_rules, "vocabularies", lambda base: ())
    monkeypatch.setattr(indices, "indice_rules", lambda base: tuple(_indice(*motif) for motif in MOTIFS))
    indices._rules_by_field.cache_clear()
    try:
        found = Derivation().derive([_deposit(name) for name in PROJECTS])
    finally:
        indices._rules_by_field.cache_clear()
    assert len(found) == len(PROJECTS) and all(found.values())
    return digest(b"".join(graph.encode() + b"\n" + b"".join(lines) for graph, lines in sorted(found.items())))


def test_the_code_derives_what_its_version_says(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _derived(monkeypatch) == DERIVED[DERIVATION_VERSION], (
        "the code derives otherwise than before: raise DERIVATION_VERSION, and add its line to DERIVED"
    )


def test_a_version_raised_tells_other_rules_from_these(monkeypatch: pytest.MonkeyPatch) -> None:
    before = rules_digest.__wrapped__()
    monkeypatch.setattr(derivation_rules, "DERIVATION_VERSION", "0")
    assert rules_digest.__wrapped__() != before


@pytest.mark.parametrize("module", ["ingestion.derivation.indices", "ingestion.derivation.templates", "ingestion.derivation.rules"])
def test_the_bytes_of_the_code_are_not_looked_at(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = pathlib.Path.read_bytes
    monkeypatch.setattr(
        pathlib.Path, "read_bytes", lambda path: b"" if path.name == f"{module.rpartition('.')[2]}.py" else read(path)
    )
    assert rules_digest.__wrapped__() == rules_digest()
