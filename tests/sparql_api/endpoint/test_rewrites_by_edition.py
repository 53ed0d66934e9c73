"""What is put otherwise by what an edition tells of its data has the rows of the query as asked: the engine says so."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import Edition
from ingestion.publication.files.statistics import count_lines
from ontologie import RDF_TYPE, Iris
from sparql_api.query.dataset import Dataset
from sparql_api.query.plan import Rules, explained, plan
from sparql_api.query.rewrites import rewritten
from sparql_api.query.stores import StoreRef
from sparql_api.query.told import EditionTold, implied_of, told_by
from tests.laws.lengths import examples

E = "http://e/"
PREFIXES = {"e": E}
TOLD = EditionTold({E + "d": frozenset({E + "C"}), E + "p": frozenset({E + "C", E + "D"})})
COMPUTED = ("COUNT(*)", "COUNT(?x)", "COUNT(DISTINCT ?x)", "COUNT(DISTINCT *)", "COUNT(?z)", "SUM(?w)", "AVG(?w)", "SUM(DISTINCT ?w)", "COUNT(*) + SUM(?w)", "COUNT(?l)", "MAX(?w)", "STR(?y)")  # fmt: skip


def drawn_quads(chance: random.Random) -> list[ox.Quad]:
    """Return a few graphs in which each triple stands once, with labels that behave badly."""
    nodes: list[Any] = [ox.NamedNode(E + name) for name in "abf"] + [ox.BlankNode("m"), ox.BlankNode("n")]
    labels = [*nodes, *(ox.Literal(text, language=tag) for text in ("x", "y") for tag in ("fr", "en", "fr-be"))]
    labels += [ox.Literal("x"), ox.Literal(1), ox.Literal("1.0", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))]  # fmt: skip
    graphs = [ox.NamedNode(E + name) for name in "gh"]
    homes = {node: chance.choice(graphs) for node in nodes}
    strays = chance.choice((0.0, 0.0, 0.1, 0.4))
    said: dict[tuple[Any, Any, Any], Any] = {}

    def say(subject: Any, name: str, value: Any) -> None:
        graph = chance.choice(graphs) if chance.random() < strays else homes[subject]
        said.setdefault((subject, ox.NamedNode(RDF_TYPE if name == "a" else E + name), value), graph)

    for node in nodes:
        kinds = [kind for kind in "CD" if chance.random() < 0.75]
        for kind in kinds:
            say(node, "a", ox.NamedNode(E + kind))
        for name, needs in (("d", "C"), ("p", "CD"), ("r", "D"), ("q", ""), ("l", ""), ("m", "")):
            if not set(needs) <= set(kinds) and chance.random() < 0.97:
                continue
            for _ in range(chance.choice((0, 1, 2, 3, 4))):
                say(node, name, chance.choice(labels if name in "lmr" else nodes))
    return [ox.Quad(*triple, graph) for triple, graph in said.items()]


def told_of(quads: list[ox.Quad], scratch: Path) -> EditionTold:
    """Return what the statistics that publication counts tell, each held against the quads themselves."""
    graphs = [
        (name, "".join(f"{quad} .\n" for quad in quads if quad.graph_name.value == name).encode())
        for name in sorted({quad.graph_name.value for quad in quads})
    ]
    implied = implied_of(count_lines(graphs, E, scratch))
    said = {(quad.subject, quad.predicate.value, quad.object) for quad in quads}
    for name, kinds in implied.items():
        for subject, predicate, _ in said:
            assert predicate != name or all((subject, RDF_TYPE, ox.NamedNode(kind)) in said for kind in kinds)
    return EditionTold(implied)


def drawn_statement(chance: random.Random) -> str:
    subject = "?" + chance.choice("xxxyz") if chance.random() < 0.95 else "e:a"
    verbs = ["a e:C", "a e:D", f"<{RDF_TYPE}> e:C", "a ?y", "a e:C, e:D"] * 2
    verbs += [f"e:{name} ?{chance.choice('yzwv')}" for name in "dpdprq"] + ["e:d/e:p ?z", "^e:d ?w", "e:r 1", "e:d ?y, ?z"]
    return f"{subject} {' ; '.join(chance.choice(verbs) for _ in range(chance.randint(1, 4)))}"


def drawn_group(chance: random.Random, depth: int) -> str:
    some = " ".join(drawn_part(chance, depth) for _ in range(chance.randint(0, 3)))
    return f"{{ {drawn_statement(chance)} {some} }}".replace(". .", ".")


def drawn_part(chance: random.Random, depth: int) -> str:
    holding = ("OPTIONAL", "UNION", "MINUS", "GRAPH ?g", "FILTER EXISTS", "FILTER NOT EXISTS", "SELECT", "")
    kind = chance.choice(("triples", "triples", "filter", "bind", "values", *(holding if depth else ())))
    match kind:
        case "triples":
            return f". {drawn_statement(chance)} ."
        case "filter":
            return f"FILTER(?{chance.choice('xyz')} != ?{chance.choice('zw')})"
        case "bind":
            return f"BIND(?x AS ?b{chance.randint(0, 99)})"
        case "values":
            return "VALUES ?x { e:a e:b e:c }"
        case "UNION":
            return f"{drawn_group(chance, depth - 1)} UNION {drawn_group(chance, depth - 1)}"
        case "SELECT":
            return f"{{ SELECT DISTINCT ?x ?y WHERE {drawn_group(chance, depth - 1)} }}"
        case _:
            return f"{kind} {drawn_group(chance, depth - 1)}"


def drawn_label(chance: random.Random, thing: str, label: str) -> list[str]:
    tests = ('(lang(?l) = "fr")', '(langMatches(LANG(?l), "FR"))', '(lang(?l) != "en")', "(isLiteral(?l))", "(true)")
    language = f"FILTER{chance.choice(tests)}".replace("?l", f"?{label}")
    asked = f"?{thing} e:{chance.choice('lllm')} ?{label}"
    if chance.random() < 0.1:
        asked = f"?{thing} e:q/e:l ?{label}"
    if chance.random() < 0.5:
        return [f"OPTIONAL {{ {asked} {language} }}"]
    if chance.random() < 0.15:
        return [f"GRAPH ?g {{ {asked} }}", language]
    return [f". {asked} .", language]


def drawn_count(chance: random.Random) -> str:
    """Return a query that groups by things and their labels, and what is like it."""
    things = ["y"] if chance.random() < 0.6 else ["y", chance.choice("xz")]
    some = [f". ?x e:{chance.choice('dpq')} ?y .", *(drawn_group(chance, 0)[1:-1] for _ in range(chance.randint(0, 1)))]
    some += [chance.choice(("OPTIONAL { ?y e:q ?z }", "MINUS { ?y e:p ?z }", "FILTER(?x != ?y)", "GRAPH ?g { ?z e:q ?w }", "BIND(?y AS ?b)", "{ ?y a e:C } UNION { ?y e:q ?z }", "OPTIONAL { ?x e:r ?l }", ". ?z e:d ?y .")) for _ in range(chance.randint(0, 2))]  # fmt: skip
    labels = ["l", "k"][: len(things)]
    for thing, label in zip(things, labels, strict=True):
        some += drawn_label(chance, thing, label)
    if chance.random() < 0.3:
        chance.shuffle(some)
    keys = [*things, *labels, *chance.choice(([], [], ["x"], ["z"], ["b"]))]
    made = [chance.choice(COMPUTED) for _ in range(chance.randint(1, 2))]
    shown = [f"?{key}" for key in chance.sample(keys, chance.randint(1, len(keys)))]
    shown += [f"({one} AS ?n{i})" for i, one in enumerate(made)]
    chance.shuffle(shown)
    having = chance.choice(("", "", "", " HAVING(COUNT(*) > 1)", " HAVING(COUNT(DISTINCT ?x) > 1 && ?y != e:a)", " HAVING(BOUND(?l))"))  # fmt: skip
    order = chance.choice(("", "", " ORDER BY DESC(?n0) ?l", " ORDER BY STR(?l) ?y", " ORDER BY COUNT(*)"))
    distinct = chance.choice(("", "", "DISTINCT ", "REDUCED "))
    grouped = " ".join(f"?{key}" for key in keys)
    where = f"{{ {' '.join(some)} }}".replace(". .", ".").replace("{ .", "{")
    return f"SELECT {distinct}{' '.join(shown)} WHERE {where} GROUP BY {grouped}{having}{order}"


def drawn_query(chance: random.Random) -> str:
    match chance.randint(0, 7):
        case 0:
            return f"SELECT * WHERE {drawn_group(chance, 2)}"
        case 1:
            return f"SELECT ?x ?y (COUNT(*) AS ?n) WHERE {drawn_group(chance, 2)} GROUP BY ?x ?y"
        case 2:
            return f"CONSTRUCT {{ ?x a e:C ; e:d ?y }} WHERE {drawn_group(chance, 2)}"
        case 3:
            return "CONSTRUCT WHERE { ?x a e:C ; e:d ?y ; e:p ?z }"
        case _:
            return drawn_count(chance)


def bag(store: ox.Store, text: str) -> Counter[Any]:
    found = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    if isinstance(found, ox.QuerySolutions):
        columns = [variable.value for variable in found.variables]
        return Counter((tuple(columns), tuple(str(row[name]) for name in columns)) for row in found)
    assert isinstance(found, ox.QueryTriples)
    return Counter(map(str, set(found)))


@settings(max_examples=examples(1_500), deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_is_put_otherwise_has_the_same_rows(tmp_path_factory: pytest.TempPathFactory, chance: random.Random) -> None:
    text, quads = drawn_query(chance), drawn_quads(chance)
    told = told_of(quads, tmp_path_factory.getbasetemp())
    asked, rewrites = rewritten(text, told, PREFIXES)
    if not rewrites:
        assert asked == text
        return
    store = ox.Store()
    store.extend(quads)
    try:
        expected = bag(store, text)
    except SyntaxError:  # Drawn with a fault: it is none the less one.
        with pytest.raises(SyntaxError):
            bag(store, asked)
        return
    assert bag(store, asked) == expected, asked


COUNTED = 'SELECT ?y ?l (COUNT(*) AS ?n) WHERE { ?x e:q ?y . ?y e:l ?l FILTER(lang(?l) = "fr") } GROUP BY ?y ?l'


def test_labels_stay_where_a_group_could_change() -> None:
    same = [
        COUNTED.replace("COUNT(*)", "MAX(?x)"),  # Of 1 and 1.0 it is the first that comes.
        COUNTED.replace("COUNT(*)", "COUNT(?l)"),
        COUNTED.replace("COUNT(*) AS ?n)", "COUNT(*) AS ?n) (STR(?l) AS ?s)"),
        COUNTED.replace("?y e:l ?l", "GRAPH ?g { ?y e:l ?l }"),
        COUNTED.replace("?y e:l ?l", "?y e:q/e:l ?l"),
        COUNTED.replace("?y e:l ?l", "?y ?p ?l"),
        COUNTED.replace("?x e:q ?y .", "OPTIONAL { ?x e:q ?y }"),
        COUNTED.replace("GROUP BY ?y ?l", "GROUP BY ?l"),
        COUNTED.replace('lang(?l) = "fr"', "?l != ?x"),
        COUNTED.replace('lang(?l) = "fr"', 'CONTAINS(?l, "mat")'),  # Few are meant: all would be counted.
        COUNTED + " HAVING(BOUND(?l))",
        COUNTED + " ORDER BY COUNT(*)",
        COUNTED + " LIMIT 3",
        COUNTED + " VALUES ?y { e:a }",
    ]
    assert [text for text in same if rewritten(text, TOLD, PREFIXES) != (text, ())] == []
    asked = rewritten(COUNTED + " ORDER BY DESC(?n) ?l", TOLD, PREFIXES)[0]
    assert asked == (
        "SELECT ?y ?l ?n WHERE { { SELECT ?y (COUNT(*) AS ?n) WHERE { ?x e:q ?y .  FILTER(true) } GROUP BY ?y } "
        '?y e:l ?l . FILTER(lang(?l) = "fr") } ORDER BY DESC(?n) ?l'
    )
    assert rewritten(COUNTED, None, PREFIXES) == (COUNTED, ())


def test_a_class_stays_where_nothing_beside_it_implies_it() -> None:
    same = [
        "SELECT ?x { ?x a e:D ; e:d ?y }",
        "SELECT ?x { ?x a e:C OPTIONAL { ?x e:d ?y } }",
        "SELECT ?x { ?x a e:C OPTIONAL { ?x e:q ?y } ?x e:d ?z }",
        "SELECT ?x { ?x a e:C ; ^e:d ?y }",
        "SELECT ?x { ?x a e:C ; e:d* ?y }",
        "SELECT ?x { ?x a e:C, e:D ; e:d ?y }",
        "SELECT ?x { ?y a e:C . ?x e:d ?y }",
        "SELECT ?x { GRAPH ?g { ?x a e:C ; e:d ?y } }",
        "SELECT ?x { GRAPH e:g { { ?x a e:C ; e:d ?y } } }",
        "CONSTRUCT WHERE { ?x a e:C ; e:d ?y }",
        "CONSTRUCT { ?x a e:C ; e:d ?y } WHERE { ?x e:q ?y }",
        "SELECT ?x { ?x a e:C ; e:d ?y } LIMIT 2",
        "PREFIX e: <http://other/> SELECT ?x { ?x a e:C ; e:d ?y }",
    ]
    assert [text for text in same if rewritten(text, TOLD, PREFIXES) != (text, ())] == []
    dropped = {
        "SELECT ?x { ?x a e:C ; e:d ?y }": "SELECT ?x { ?x  e:d ?y }",
        "SELECT ?x { ?x e:q ?z ; a e:C ; e:d/e:q ?y . }": "SELECT ?x { ?x e:q ?z  ; e:d/e:q ?y . }",
        "ASK { ?x a e:C . FILTER(?x != e:a) ?x e:p ?y ; a e:D }": "ASK {  FILTER(?x != e:a) ?x e:p ?y  }",
        "ASK { GRAPH ?g { ?x e:q ?y } ?x a e:C . ?x e:d ?y }": "ASK { GRAPH ?g { ?x e:q ?y }  ?x e:d ?y }",
    }
    assert {text: rewritten(text, TOLD, PREFIXES)[0] for text in dropped} == dropped


def test_an_edition_tells_what_its_queries_are_put_otherwise_by(demo_edition: Edition, tmp_path: Path) -> None:
    iris = Iris(demo_edition.manifest["base"])
    rules = Rules(iris.prefixes(), iris.base, 1 << 16)
    store = StoreRef(demo_edition.number, demo_edition.path / "store")
    told = told_by(store)
    assert told is not None and iris.term("Projet") in told.implied[iris.term("academie")]
    assert iris.term("discipline") not in told.implied  # Subjects are of examples and modules too there.
    text = (
        "SELECT ?d ?l (COUNT(?p) AS ?n) WHERE { ?p a oia:Projet ; oia:academie ?d . ?d oia:libelleAffiche ?l "
        'FILTER(lang(?l) = "fr") } GROUP BY ?d ?l'
    )
    found = plan(text, rules, store)
    said = explained(found)
    assert [one["rule"] for one in said["rewritten"]] == ["implied-class-dropped", "labels-after-counting"]
    assert all(one["reason"]["fr"] and one["reason"]["en"] for one in said["rewritten"])
    data = ox.Store.read_only(str(demo_edition.path / "store"))
    answers = [
        Counter(str(row) for row in data.query(one, prefixes=iris.prefixes(), use_default_graph_as_union=True))  # type: ignore[union-attr]
        for one in (text, found.asked)
    ]
    assert answers[0] == answers[1] and len(answers[0]) > 10
    asked_of_some = Dataset(default=(iris.base + "graphe/projet/1",))
    assert plan(text, rules, store, dataset=asked_of_some).asked == text
    assert plan(text.replace("WHERE", "FROM <http://e/g> WHERE"), rules, store).rewrites == ()
    assert told_by(StoreRef(1, tmp_path / "store")) is None  # A store of someone else's.
    assert told_by(StoreRef(store.number, store.path, redaction=7)) is None  # No longer the edition that was found.
