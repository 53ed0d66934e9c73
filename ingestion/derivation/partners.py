"""What follows from what partners deposit: the links of their alignments, and what their words entail.

A linkset holds the nodes of its alignments; the links themselves, from both ends and as `skos:mappingRelation`, are
derived, each once whoever says it (docs/decisions/iris-and-graphs.md). Knows graphs as canonical lines alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final

import pyoxigraph as ox

from ingestion.derivation.batch import moved
from ingestion.derivation.rules import load
from ingestion.derivation.templates import all_lines, conclude
from ingestion.graphs.conversion import own_starts
from ingestion.words.owned import INSTRUMENT, LINKSET
from ontologie import BASE, LANGUAGES, PREFIXES, RDF_TYPE, Iris, read_table, rule_files, vocabularies

_SKOS, _OWL = PREFIXES["skos"], PREFIXES["owl"]
_INVERSE: Final = {
    f"{_SKOS}{name}Match".encode(): f"{_SKOS}{other}Match".encode()
    for name, other in (
        ("exact", "exact"), ("close", "close"), ("related", "related"), ("broad", "narrow"), ("narrow", "broad"),
    )
}  # fmt: skip
_RELATION: Final = f"{_SKOS}mappingRelation".encode()
_PARTS: Final = {f"<{_OWL}annotated{name}>".encode(): name for name in ("Source", "Property", "Target")}
_REASON: Final = f"<{PREFIXES['rdfs']}comment>".encode()
_SHOWN: Final = {f"<{_SKOS}prefLabel>".encode(): f"<{PREFIXES['oia']}libelleAffiche>".encode(), _REASON: _REASON}
"""What is shown of a thing → the property by which questions ask for it."""
_LINKS: Final = (*(f"<{iri.decode()}>".encode() for iri in _INVERSE), b"<" + _RELATION + b">")


def alignments_graph(base: str = BASE) -> str:
    """Return the graph of the links that the alignments of all linksets say."""
    return f"{base}graphe/derive/alignements"


def looked_at_by_alignments(base: str = BASE) -> tuple[str, ...]:
    """Return how the graphs begin that `alignment_lines` looks at."""
    iris = Iris(base)
    return (
        iris.graph(INSTRUMENT, ""), iris.graph(LINKSET, ""), iris.vocabulary_graph(""),
        iris.derived_graph("vocabulaire", ""),
    )  # fmt: skip


def alignment_lines(graphs: Iterable[tuple[str, bytes]], base: str = BASE) -> list[bytes]:
    """Return the canonical lines of `alignments_graph`, from the graphs that begin as `looked_at_by_alignments` says.

    A link that a vocabulary states is left out, and so is one whose end would be ours and is described nowhere.
    """
    linksets = Iris(base).graph(LINKSET, "")
    ours, described = f"<{base}".encode(), set[bytes]()
    stated, found = set[bytes](), set[tuple[bytes, bytes, bytes]]()
    for graph, data in graphs:
        if graph.startswith(linksets):
            found.update(_alignments(data))
            continue
        end = f" <{graph}> .\n".encode()
        for line in data.splitlines(keepends=True):
            subject, predicate, _ = line.split(b" ", 2)
            if subject.startswith(ours):
                described.add(subject)
            if predicate in _LINKS:
                stated.add(line.removesuffix(end))
    links = set[bytes]()
    for subject, predicate, target in found:
        if all(not one.startswith(ours) or one in described for one in (subject, target)):
            links.update(_links(subject, predicate, target))
    end = f" <{alignments_graph(base)}> .\n".encode()
    return sorted(link + end for link in links - stated)


def _alignments(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (subject, predicate without brackets, object) of the alignments of a linkset's lines."""
    parts: dict[bytes, dict[str, bytes]] = defaultdict(dict)
    for line in data.splitlines(keepends=True):
        node, predicate, rest = line.split(b" ", 2)
        if (part := _PARTS.get(predicate)) is not None:
            parts[node][part] = rest[: rest.index(b" ")]
    for said in parts.values():
        if len(said) == len(_PARTS) and said["Property"].strip(b"<>") in _INVERSE:
            yield said["Source"], said["Property"].strip(b"<>"), said["Target"]


def _links(subject: bytes, predicate: bytes, target: bytes) -> Iterator[bytes]:
    yield b"%b <%b> %b" % (subject, predicate, target)
    yield b"%b <%b> %b" % (target, _INVERSE[predicate], subject)
    yield b"%b <%b> %b" % (subject, _RELATION, target)
    yield b"%b <%b> %b" % (target, _RELATION, subject)


def entailed_lines(kind: str, identifier: str, lines: Sequence[bytes], base: str = BASE) -> list[bytes]:
    """Return the canonical lines of what a partner's document entails: classes above, names shown, links back.

    What its graph says itself is left out, and what would speak of a thing that is not the document's.
    """
    iris = Iris(base)
    graph, document = iris.graph(kind, identifier), iris.entity(kind, identifier)
    place = iris.derived_graph(kind, identifier)
    said = {line.removesuffix(f" <{graph}> .\n".encode()) + b" .\n" for line in lines}
    both = _from_both_ends(said, f"<{document}>".encode()) | _classes(said, base)
    work = ox.Store()
    load(work, [_terms(base), moved(b"".join(sorted(said | both)), place)])
    concluded = (all_lines(conclude(work, rule)) for rule in rule_files("inferences", base))
    found = (both | _in_our_languages(said)).union(*concluded)
    own = tuple(one for one in own_starts(document, graph, lines) if not one.startswith(f"<{graph}".encode()))
    kept = {line for line in found - said if line.startswith(own)}
    return sorted(moved(b"".join(kept), place).splitlines(keepends=True))


def _from_both_ends(said: Iterable[bytes], instrument: bytes) -> set[bytes]:
    """Return the links that SKOS names twice: of tops to their scheme, of narrower principles to a broader one."""
    principles, below, found = set[bytes](), set[bytes](), set[bytes]()
    for line in said:
        subject, predicate, rest = line.split(b" ", 2)
        value = rest[: rest.index(b" ")] if rest.startswith(b"<") else b""
        if predicate == _term("inScheme") and value == instrument:
            principles.add(subject)
        elif predicate == _term("broader"):
            below.add(subject)
            found.add(b" ".join((value, _term("narrower"), subject, b".\n")))
    part = f"<{PREFIXES['dct']}isPartOf>".encode()
    for one in principles:
        found.add(b" ".join((one, part, instrument, b".\n")))
        if one not in below:
            found.add(b" ".join((one, _term("topConceptOf"), instrument, b".\n")))
            found.add(b" ".join((instrument, _term("hasTopConcept"), one, b".\n")))
    return found


def _classes(said: Iterable[bytes], base: str) -> set[bytes]:
    """Return the class of each principle whose kind has one (`genres.csv`): a requirement is an `oia:Exigence`."""
    classes = {
        f"<{base}concept/{row['schema']}/{row['id']}>".encode(): f"<{base}ontologie#{row['classe']}>".encode()
        for row in read_table("donnees", "genres.csv")
        if row["classe"] and row["schema"] == "genre-principe"
    }
    kind = f"<{PREFIXES['dct']}type>".encode()
    told = (line.split(b" ", 2) for line in said)
    return {
        b"%b <%b> %b .\n" % (subject, RDF_TYPE.encode(), classes[one])
        for subject, predicate, rest in told
        if predicate == kind and (one := rest[: rest.index(b" ")]) in classes
    }


def _in_our_languages(said: Iterable[bytes]) -> set[bytes]:
    """Return, for each name or reason that is not given in French or in English, the one there is, its language behind.

    Questions ask for what is shown in the language of who reads (`oia:libelleAffiche`): « Juicio humano [es] » is what
    a French page shows of a principle that has a Spanish name alone.
    """
    texts: dict[tuple[bytes, bytes], dict[str, bytes]] = defaultdict(dict)
    for line in sorted(said):
        subject, predicate, rest = line.split(b" ", 2)
        if predicate in _SHOWN and (end := rest.rfind(b'"@')) > 0:
            texts[subject, predicate].setdefault(rest[end + 2 : rest.rindex(b" .")].decode(), rest[1:end])
    found = set[bytes]()
    most = Counter(tag for told in texts.values() for tag in told)
    for (subject, predicate), told in texts.items():
        tag = next((one for one in ("en", "fr") if one in told), min(told, key=lambda one: (-most[one], one)))
        for wanted in (one for one in LANGUAGES if one not in told):
            words = subject, _SHOWN[predicate], told[tag], tag.encode(), wanted.encode()
            found.add(b'%b %b "%b [%b]"@%b .\n' % words)
    return found


def _term(name: str) -> bytes:
    return f"<{_SKOS}{name}>".encode()


@cache
def _terms(base: str) -> bytes:
    """Return what the words of the ontology say, beside what individuals are: what the rules need of them."""
    lines = (line for one in vocabularies(base) if one.path.startswith("termes/") for line in one.lines)
    wanted = tuple(f" <{iri}>".encode() for iri in (RDF_TYPE, PREFIXES["rdfs"] + "subClassOf",
                   PREFIXES["rdfs"] + "subPropertyOf", _OWL + "inverseOf"))  # fmt: skip
    return b"".join(line for line in lines if any(part in line for part in wanted))
