"""The alignments: never exact, never both related and broader, no loop, both directions there to query."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import ontologie
from ontologie.generation.alignments.ends import written_out
from ontologie.generation.foreign.corrections import grade, read

SKOS = ontologie.PREFIXES["skos"]
BASE = ontologie.BASE
DONNEES = Path(ontologie.__file__).parent / "donnees"
OWL = ontologie.PREFIXES["owl"]
MATCHES = ("closeMatch", "relatedMatch", "broadMatch", "narrowMatch")


def stated(data) -> set[tuple[str, str, str]]:
    """Return the direct mappings: subject, local name of the predicate, object."""
    return {
        (subject, predicate.removeprefix(SKOS), term.value)
        for path, triples in data.files.items()
        if "alignements" in path and "derive" not in path
        for subject, predicate, term in triples
        if predicate.startswith(SKOS)
    }


def closure(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    above: dict[str, set[str]] = {}
    for low, high in pairs:
        above.setdefault(low, set()).add(high)
    found: set[tuple[str, str]] = set()
    for start in above:
        seen: set[str] = set()
        todo = set(above[start])
        while todo:
            seen |= todo
            todo = {high for node in todo for high in above.get(node, ())} - seen
        found |= {(start, node) for node in seen}
    return found


def broader_pairs(data) -> set[tuple[str, str]]:
    """Return every (narrower, broader) pair: hierarchies, mappings, levels covered."""
    pairs = set()
    for subject, predicate, term in data.triples():
        if predicate in (SKOS + "broader", SKOS + "broadMatch"):
            pairs.add((subject, term.value))
        elif predicate in (SKOS + "narrower", SKOS + "narrowMatch", ontologie.PREFIXES["oia"] + "couvre"):
            pairs.add((term.value, subject))
    return pairs


def test_no_two_things_are_said_to_be_exactly_the_same(data) -> None:
    assert not any(predicate.endswith("#exactMatch") for _, predicate, _ in data.triples())


def test_only_skos_mapping_properties_align(data) -> None:
    assert {predicate for _, predicate, _ in stated(data)} == set(MATCHES)


def test_no_mapping_stays_inside_one_instrument(data) -> None:
    homes = data.objects(SKOS + "inScheme")
    for subject, predicate, target in stated(data):
        shared = set(homes.get(subject, [])) & set(homes.get(target, []))
        assert not shared, (subject, predicate, target)


def test_no_pair_is_both_related_and_broader_even_through_a_chain(data) -> None:
    chain = closure(broader_pairs(data))
    related = {
        (subject, term.value)
        for subject, predicate, term in data.triples()
        if predicate in (SKOS + "related", SKOS + "relatedMatch")
    }
    assert {pair for pair in related if pair in chain or pair[::-1] in chain} == set()


def test_nothing_is_broader_than_itself(data) -> None:
    assert {low for low, high in closure(broader_pairs(data)) if low == high} == set()


def test_each_alignment_has_a_node_that_says_why(data) -> None:
    source = data.objects(OWL + "annotatedSource")
    predicate = data.objects(OWL + "annotatedProperty")
    target = data.objects(OWL + "annotatedTarget")
    nodes = {(source[n][0], predicate[n][0].removeprefix(SKOS), target[n][0]) for n in source}
    assert nodes == stated(data)
    comments = data.objects(ontologie.PREFIXES["rdfs"] + "comment", "genere/")
    assert all(len(comments[node]) == 2 for node in source)


def test_a_confidence_is_a_step_of_the_scale_and_nothing_is_stated_below(data) -> None:
    sssom = ontologie.PREFIXES["sssom"]
    confidences = data.objects(sssom + "confidence", "genere/")
    assert {value for values in confidences.values() for value in values} == {"0.90", "0.70", "0.50"}
    weak = BASE + "alignement/CU-R02--UNG-1"
    assert weak not in confidences, "a class is no age: what was below the scale is gone"


def test_a_reviewed_value_passes_to_the_scale_by_the_written_rule(tmp_path: Path) -> None:
    """Close from 0.85 on is the same wording, else another scope; related is kinship below 0.70; 0.45 goes away."""
    (tmp_path / "own").mkdir()
    for name in ("passage_a_l_echelle", "alignements"):
        shutil.copy(DONNEES / "corrections" / f"{name}.csv", tmp_path / "own")
    cases = [
        ("close", "0.85", "0.90"),
        ("close", "0.80", "0.70"),
        ("broad", "0.55", "0.50"),
        ("narrow", "0.60", "0.70"),
        ("related", "0.65", "0.50"),
        ("related", "0.70", "0.70"),
        ("related", "0.45", None),
    ]
    rows = [f"A{n},skos:{kind}Match,B{n},{old},r,r" for n, (kind, old, _) in enumerate(cases)]
    path = tmp_path / "correspondances.csv"
    path.write_text("\n".join(["subject,predicate,object,confidence,justification_fr,justification_en", *rows]) + "\n")
    for _ in range(2):
        grade(path, tmp_path / "own")
        kept = {row["subject"]: row["confidence"] for row in read(path)}
        assert kept == {f"A{n}": new for n, (_, _, new) in enumerate(cases) if new}, "done again, it changes nothing"


def test_a_reason_names_the_article_of_a_provision_and_quotes_no_label_of_scolomfr(data) -> None:
    reasons = data.objects(ontologie.PREFIXES["rdfs"] + "comment", "genere/")
    found = reasons[BASE + "alignement/CU-R11--RGPD-5"]
    assert any("(RGPD, art. 5)" in text for text in found)
    assert any("(GDPR, Art. 5)" in text for text in found)
    (french, _) = reasons[BASE + "alignement/discipline-snt--scolomfr-voc-015-num-318"]
    assert "ScoLOMFR (scolomfr-voc-015-num-318)" in french


def test_a_reason_written_out_names_its_ends_where_it_speaks_of_them(data) -> None:
    reasons = data.objects(ontologie.PREFIXES["rdfs"] + "comment", "genere/")
    (french,) = (text for text in reasons[BASE + "alignement/CU-R29--AIA-26-2"] if "personnes" in text)
    assert french.startswith("« Décisions laissées aux personnes » (cadre d'usage, CU-R29) laisse la décision")
    assert "habilitées » (règlement sur l'IA, art. 26(2)) confie à des personnes compétentes le contrôle" in french
    assert not [text for texts in reasons.values() for text in texts if "{s}" in text or "{o}" in text]


def test_every_reason_of_a_rule_or_of_a_provision_of_law_says_on_which_words_it_rests() -> None:
    law = re.compile("(CU-R|AIA-|RGPD-|LIL-)[0-9IVX]")
    tables = ("instruments/correspondances", "correspondances_projet")
    rows = [row for name in tables for row in read(DONNEES / f"{name}.csv")]
    about = [row for row in rows if law.match(row["subject"]) or law.match(row["object"])]
    reasons = [reason for row in about for reason in (row["justification_fr"], row["justification_en"])]
    assert len(about) > 150 and [reason for reason in reasons if not written_out(reason)] == []


def test_a_reason_written_out_names_both_ends_or_is_refused() -> None:
    with pytest.raises(ValueError, match="names one end alone"):
        written_out("{s} va plus loin.")


def test_both_directions_and_their_common_property_can_be_queried(data) -> None:
    inverse = {"broadMatch": "narrowMatch", "narrowMatch": "broadMatch"}
    everything = {(s, p.removeprefix(SKOS), o.value) for s, p, o in data.triples("genere/") if p.startswith(SKOS)}
    for subject, predicate, target in stated(data):
        assert (target, inverse.get(predicate, predicate), subject) in everything
        assert (subject, "mappingRelation", target) in everything
        assert (target, "mappingRelation", subject) in everything


def test_every_principle_meets_the_hub_or_says_why_not(data) -> None:
    hub = {s for s in data.objects(SKOS + "inScheme") if s.startswith(BASE + "principe/international/")}
    meets = {s for s, _, o in stated(data) if o in hub} | {o for s, _, o in stated(data) if s in hub}
    outside = data.objects(ontologie.PREFIXES["oia"] + "horsPivot").keys()
    principles = data.typed(ontologie.PREFIXES["oia"] + "Principe") - hub
    above = data.objects(SKOS + "broader")
    covered = meets | set(outside)
    # A part is covered by its whole, however many floors above.
    while parts := {one for one in principles - covered if set(above.get(one, [])) & covered}:
        covered |= parts
    assert principles - covered == set()
    assert meets & set(outside) == set()


def test_the_cadre_reaches_unesco_and_a_rule_reaches_the_ai_act(data) -> None:
    links = {(s, o.value) for s, p, o in data.triples("genere/derive-") if p == SKOS + "mappingRelation"}
    cadre, unesco = BASE + "principe/cadre-usage/", BASE + "principe/unesco-ethique-2021/"
    assert any(s.startswith(cadre) and o.startswith(unesco) for s, o in links)
    rule, act = BASE + "regle/CU-R", BASE + "principe/ai-act/"
    assert any(s.startswith(rule) and o.startswith(act) for s, o in links)
