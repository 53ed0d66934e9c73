"""The page of a fiche: its numbers are those of the graph, what is not known is said, what no vocabulary knows is marked."""

from __future__ import annotations

import html
import re
from collections import Counter

import httpx
import pyoxigraph as ox

from ontologie import BASE, PREFIXES

HTML = {"Accept": "text/html"}
ANALYSED = "09-UR066"


def page(client: httpx.Client, name: str, lang: str = "fr") -> str:
    return client.get(f"/projet/{name}.html", params={"lang": lang}, headers=HTML).text


def asked(store: ox.Store, where: str) -> list[tuple[str, ...]]:
    rows = store.query(f"SELECT ?a ?b ?c {{ {where} }}", prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(rows, ox.QuerySolutions)
    return [tuple(row[n].value if row[n] else "" for n in "abc") for row in rows]  # type: ignore[union-attr]


def test_the_squares_of_an_analysis_are_its_answers(client: httpx.Client, store: ox.Store) -> None:
    answers = asked(
        store,
        f"?x oia:evalue <{BASE}projet/{ANALYSED}> ; oia:comporte ?n . ?n oia:critere ?a ; oia:echelon ?e ."
        " ?a oia:dansDimension ?b OPTIONAL { ?e oia:valeur ?c }",
    )
    # The scale has 0, 1 and 2 points.
    names = {"2": "full", "1": "half", "0": "none", "": "unsaid"}
    expected = Counter((dimension, names[value]) for _, dimension, value in answers)
    labels = {a: b for a, b, _ in asked(store, "?a a oia:Dimension ; skos:prefLabel ?b FILTER(LANG(?b) = 'fr')")}
    drawn: Counter[tuple[str, str]] = Counter()
    for head, svg in re.findall(r'<th scope="row">([^<]+)</th>\s*<td><svg[^>]*>(.*?)</svg>', page(client, ANALYSED), re.DOTALL):
        drawn.update((html.unescape(head), mark) for mark in re.findall(r'<rect class="(\w+)"', svg))
    assert {(labels[iri], mark): n for (iri, mark), n in expected.items()} == drawn and len(answers) == 30


def test_what_cannot_be_concluded_is_folded_with_what_is_missing(client: httpx.Client, store: ox.Store) -> None:
    subject = f"<{BASE}projet/{ANALYSED}> oia:constat ?a . ?a oia:verdict <{BASE}concept/verdict/non-conclu>"
    lacking = {a for a, _, _ in asked(store, subject)}
    waits = Counter(b for _, b, _ in asked(store, f"{subject} ; oia:premisseManquante ?b"))
    text = page(client, ANALYSED)
    fold = text[text.index('<details class="fold" id="manque">') :].split("</summary>", 1)
    assert re.search(rf"<summary>{len(lacking)} constats? ", fold[0])
    told = re.findall(r"<code>(\w+)</code> · attendu par (\d+) constat", fold[1])
    assert sorted(int(count) for _, count in told) == sorted(waits.values())
    assert all(f'id="{iri.partition("#")[2]}"' in fold[1] for iri in lacking)
    assert dict(told)["manipulateur"] == str(waits[PREFIXES["oia"] + "manipulateur"])


def test_what_a_fiche_does_not_say_is_said_in_both_languages(client: httpx.Client) -> None:
    for lang, words in (("fr", "non dit"), ("en", "not stated")):
        brief = re.search(r'<dl class="brief">(.*?)</dl>', page(client, "18-s", lang), re.DOTALL)
        assert brief and brief[1].count(f'<em class="unsaid">{words}</em>') >= 2


def test_a_tool_that_no_vocabulary_knows_is_shown_and_marked(client: httpx.Client) -> None:
    brief = re.search(r'<dl class="brief">(.*?)</dl>', page(client, "18-p"), re.DOTALL)
    assert brief and re.search(r'>Outil-Maison 3000</span> <span class="meta">\(hors vocabulaire\)', brief[1])


def test_a_session_is_told_step_by_step(client: httpx.Client) -> None:
    steps = re.search(r'<ol class="phases">(.*?)</ol>', page(client, "18-p"), re.DOTALL)
    assert steps
    assert re.findall(r"<li[^>]*>([^<]+)</li>", steps[1]) == [
        "Zoomer sur la carte", "Comparer deux réponses", "Écrire la sienne",
    ]  # fmt: skip


def test_a_fiche_says_what_it_took_up_and_who_took_it_up(client: httpx.Client) -> None:
    after, before = (re.search(r'aria-labelledby="reprises">(.*?)</section>', page(client, name), re.DOTALL) for name in ("18-p", "18-s"))
    assert after and 'href="/projet/18-s?lang=fr"' in after[1] and "Reprend" in after[1]
    assert before and 'href="/projet/18-p?lang=fr"' in before[1] and "Repris par" in before[1]


def test_whom_to_ask_is_the_academie_and_its_page(client: httpx.Client) -> None:
    text = page(client, ANALYSED)
    asked_of = text[text.index('id="demander"') : text.index('id="citer"')]
    assert 'href="/academie/09?lang=fr"' in asked_of and "@" not in asked_of
    assert 'href="https://pedagogie.ac-lille.fr/prof-doc/il-etait-une-ia"' in text
