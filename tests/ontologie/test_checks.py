"""`observatoire check`: clean on what is packaged, and it names the term when something is taken away."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from typer.testing import CliRunner, Result

from ontologie import BASE, PREFIXES, Check, Examined, Finding
from ontologie.checks import alignments, dates, displayed, entities, pitfalls, skos, sources, terms
from ontologie.checks import files as file_checks
from ontologie.checks.model import OIA, Corpus, Triple, name, short
from ontologie.checks.registry import CHECKS
from ontologie.commands import build_app

SKOS, RDFS, DCT, OWL, SSSOM = (PREFIXES[p] for p in ("skos", "rdfs", "dct", "owl", "sssom"))
ON_TRIPLES = (*terms.CHECKS, *entities.CHECKS, *sources.CHECKS, *dates.CHECKS, *alignments.CHECKS, *skos.CHECKS, *displayed.CHECKS)
MUST_STAY = {
    "the label of a term": ("termes/", RDFS + "label"),
    "the definition of a term": ("termes/", SKOS + "definition"),
    "the example of a term": ("termes/", SKOS + "example"),
    "the source of a term": ("termes/", DCT + "source"),
    "the author of a term of ours": ("termes/", DCT + "creator"),
    "the status of a term": ("termes/", terms.STATUS),
    "the range of a property": ("termes/", RDFS + "range"),
    "the label of a thing": ("genere/", SKOS + "prefLabel"),
    "the displayed label of a concept": ("genere/libelles-affiches", OIA + "libelleAffiche"),
    "the definition of a concept": ("genere/", SKOS + "definition"),
    "the scheme of a concept": ("genere/", SKOS + "inScheme"),
    "the place of a concept": ("genere/", SKOS + "broader"),
    "an alignment": ("genere/alignements", SKOS + "relatedMatch"),
    "what follows from an alignment": ("genere/derive-alignements", SKOS + "mappingRelation"),
    "the object of an alignment": ("genere/alignements.ttl", OWL + "annotatedTarget"),
    "the confidence of an alignment": ("genere/alignements.ttl", SSSOM + "confidence"),
    "the reviewer of an alignment": ("genere/alignements.ttl", SSSOM + "reviewer_id"),
    "the author of an alignment": ("genere/alignements.ttl", SSSOM + "author_id"),
    "the date of an alignment": ("genere/alignements.ttl", SSSOM + "mapping_date"),
    "the reason of an alignment": ("genere/alignements", RDFS + "comment"),
    "the definition of a criterion": ("genere/grille", SKOS + "definition"),
    "the question of a criterion": ("genere/grille", OIA + "question"),
    "the principle of a rule": ("genere/regles-cadre", OIA + "decouleDe"),
    "the day a text applies": ("genere/applicabilite", OIA + "appliqueAPartirDu"),
    "the day a text enters into force": ("genere/applicabilite", OIA + "entreeEnVigueur"),
    "the day of a wording": ("genere/applicabilite", OIA + "redactionDepuis"),
    "the end of a wording": ("genere/applicabilite", OIA + "finRedaction"),
    "the case of a dated statement": ("genere/applicabilite", OIA + "casApplication"),
    "the dated statement of a text": ("genere/applicabilite", OIA + "applicabilite"),
    "the source of a principle": ("genere/principes", DCT + "source"),
    "the source of a rule": ("genere/regles-cadre", DCT + "source"),
    "the source of an instrument": ("genere/instruments", DCT + "source"),
    "the page read for a principle": ("genere/principes", OIA + "pageLue"),
    "the page read for a rule": ("genere/regles-cadre", OIA + "pageLue"),
    "the page read for a tool": ("genere/outils", OIA + "pageLue"),
    "the doubt about a rule": ("genere/regles-cadre", OIA + "aVerifier"),
    "the author of what is ours": ("genere/", DCT + "creator"),
}


def candidates(corpus: Corpus, prefix: str, predicate: str) -> list[tuple[str, Triple]]:
    """Return what may be taken away: said once of its subject, or once a language."""
    return [
        (path, triple)
        for path, triples in corpus.files.items()
        if path.startswith(prefix)
        for triple in triples
        if triple[1] == predicate and name(triple[0]).startswith(BASE) and _alone(corpus, triple)
    ]


def _alone(corpus: Corpus, triple: Triple) -> bool:
    subject, predicate, value = triple
    texts = isinstance(value, ox.Literal) and value.language
    shared = (
        predicate in (OIA + "decouleDe", SKOS + "broader") and len(corpus.ours[name(subject)][predicate]) > 1
    )
    return not shared and (not texts or value.language in ("fr", "en"))


def named_in(findings: Iterable[Finding], triple: Triple) -> bool:
    """Tell whether a finding names the subject of a triple."""
    wanted = short(name(triple[0]))
    return any(wanted == finding.term or wanted in finding.message["en"].split() for finding in findings)


def noticed(corpus: Corpus, triple: Triple, likely: list[Check]) -> bool:
    """Tell whether a check names what a triple was said of. `likely` found the last ones; whichever finds goes first."""
    for check in (*likely, *(check for check in ON_TRIPLES if check not in likely)):
        if named_in(check.run(corpus).findings, triple):
            likely[:] = [check, *(other for other in likely if other is not check)]
            return True
    return False


def findings(corpus: Corpus, checks: Iterable[Check] = ON_TRIPLES) -> list[Finding]:
    return [finding for check in checks for finding in check.run(corpus).findings]


@pytest.fixture(scope="module")
def ours(corpus: Corpus) -> Corpus:
    """Our files alone: others' are not what a deletion here touches, and reading is faster."""
    return Corpus({p: t for p, t in corpus.files.items() if not p.startswith("tiers/")}, corpus.texts)


@pytest.fixture(scope="module")
def told() -> Result:
    """What the command says of what is packaged, by every check that is not slow."""
    return CliRunner().invoke(build_app(), ["check", "--fast", "--lang", "en"])


@pytest.mark.parametrize("check", [check for check in CHECKS if not check.slow], ids=lambda check: check.name)
def test_what_is_packaged_passes(told: Result, check: Check) -> None:
    (line,) = [line.split() for line in told.stdout.splitlines() if line.split()[1] == check.name]
    assert line[0] == "ok", told.stderr
    assert int(line[2]) > 0 or check.name in ("criteria",)


@pytest.mark.long  # every day, test_profiles.py has the reasoner find the terms consistent
@pytest.mark.parametrize("check", [check for check in CHECKS if check.slow], ids=lambda check: check.name)
def test_what_is_packaged_passes_what_is_slow(corpus: Corpus, check: Check) -> None:
    examined = check.run(corpus)
    if examined.skipped:
        pytest.skip(examined.skipped["en"])
    assert [f"{f.term}: {f.message['en']}" for f in examined.findings] == []
    assert examined.count > 0


def test_our_files_alone_are_clean(ours: Corpus) -> None:
    assert ours.about and ours.ours  # indexed once, before anything is taken away
    assert findings(ours) == []


@pytest.mark.parametrize(("prefix", "predicate"), MUST_STAY.values(), ids=list(MUST_STAY))
def test_taking_away_is_noticed_and_named(ours: Corpus, prefix: str, predicate: str) -> None:
    path, triple = random.Random(prefix + predicate).choice(candidates(ours, prefix, predicate))
    assert noticed(ours.without(path, triple), triple, []), triple


def test_what_is_said_without_a_triple_is_what_the_files_say_without_it(ours: Corpus) -> None:
    for prefix, predicate in list(MUST_STAY.values())[::6]:
        path, triple = random.Random(predicate).choice(candidates(ours, prefix, predicate))
        quick = ours.without(path, triple)
        whole = Corpus(quick.files, quick.texts)
        assert (quick.ours, quick.about) == (whole.ours, whole.about)


@pytest.mark.long
def test_two_hundred_and_more_single_deletions_are_each_found(ours: Corpus) -> None:
    missed = []
    tried = 0
    for prefix, predicate in MUST_STAY.values():
        possible = candidates(ours, prefix, predicate)
        likely: list[Check] = []
        for path, triple in random.Random(predicate).sample(possible, min(14, len(possible))):
            tried += 1
            if not noticed(ours.without(path, triple), triple, likely):
                missed.append((path, str(triple)))
    assert missed == []
    assert tried >= 500


def turtle(text: str) -> list[Triple]:
    prefixes = "".join(
        f"@prefix {p}: <{iri}> ." for p, iri in PREFIXES.items() if p in ("skos", "oia", "owl", "rdfs", "dct")
    )
    quads = ox.parse(f"@base <{BASE}> . {prefixes} {text}", format=ox.RdfFormat.TURTLE)
    return [(q.subject, q.predicate.value, q.object) for q in quads]  # type: ignore[misc]


CONCEPT = '<concept/x/a> a skos:Concept ; skos:prefLabel "un"@fr , "one"@en '
BROKEN = {
    "skos-s9": "<concept/finalite> a skos:Concept .",
    "skos-s13": CONCEPT + '; skos:altLabel "un"@fr .',
    "skos-s14": CONCEPT + '; skos:prefLabel "deux"@fr .',
    "displayed": '<concept/niveau/lycee> oia:libelleAffiche "lycée (2016)"@fr .',
    "displayed-apart": '<concept/niveau/seconde> oia:libelleAffiche "lycée"@fr .',
    "skos-s27": "<concept/x/a> skos:broader <concept/x/b> . <concept/x/b> skos:broader <concept/x/c> . "
    "<concept/x/a> skos:related <concept/x/c> .",
    "skos-s46": "<concept/x/a> skos:exactMatch <concept/x/b> ; skos:broadMatch <concept/x/b> .",
    "skos-inverses": "<concept/x/a> skos:broader <concept/x/b> .",
    "skos-loops": "<concept/x/a> skos:broadMatch <concept/x/b> . <concept/x/b> skos:broader <concept/x/a> .",
    "alignments": "<principe/cadre-usage/CU-P1> skos:closeMatch <principe/ocde-0449/OCDE-1-1> .",
    "alignment-chains": "<principe/international/transparence> skos:closeMatch <concept/x/a> . "
    "<concept/x/a> skos:closeMatch <principe/international/responsabilite> .",
    "alignment-within": "<principe/cadre-usage/CU-P1> skos:relatedMatch <principe/cadre-usage/CU-P2> .",
    "sources": CONCEPT + ".",
    "sources-table": "<principe/cadre-usage/CU-P1> oia:pageLue <https://www.cafepedagogique.net/autre> .",
    "sources-official": "<principe/cadre-usage/CU-P1> dct:source <https://www.cafepedagogique.net/une> .",
    "sources-rejected": "<concept/finalite/rediger> dct:source <https://prim50.ac-normandie.fr/ia> .",
    "countries": '<instrument/ailit-2026> oia:pays "UE" .',
    "dangling": "<concept/finalite/rediger> skos:related <concept/finalite/inconnue> .",
    "orphans": CONCEPT + ".",
    "terms-declared": "<concept/x/a> oia:inconnu true .",
    "labels": '<outil/x> a oia:OutilIA ; skos:prefLabel "Un outil"@fr .',
    "oops-p34": "<outil/x> a oia:Outil .",
    "oops-p36": "<outil/x.ttl> a oia:OutilIA .",
    "fair-identifiers": "<outil/x//y> a oia:OutilIA .",
}
ILL_TERMS = {
    "oops-p02": "oia:Projet owl:equivalentClass oia:Phase .",
    "oops-p04": 'oia:Seule a owl:Class ; rdfs:label "seule"@fr .',
    "oops-p05": "oia:outil owl:inverseOf oia:niveau .",
    "oops-p06": "oia:Publication rdfs:subClassOf oia:FicheSynthetique .",
    "oops-p07": "oia:ProjetEtAnalyse a owl:Class .",
    "oops-p10": "oia:Seule a owl:Class .",
    "oops-p20": 'oia:Projet skos:definition "projet"@fr .',
    "oops-p21": "oia:AutreChose a owl:Class .",
    "oops-p22": "oia:mauvais_nom a owl:Class .",
    "oops-p24": "oia:Projet rdfs:subClassOf [ a owl:Restriction ; owl:onProperty oia:phase ; "
    "owl:someValuesFrom oia:Projet ] .",
    "oops-p28": "oia:evalue a owl:SymmetricProperty .",
    "oops-p32": 'oia:Phase rdfs:label "projet"@fr .',
    "oops-p38": "<ontologie/autre> a owl:Ontology .",
    "oops-p40": 'skos:Concept rdfs:label "concept"@fr .',
    "oops-dl": "oia:outil a owl:DatatypeProperty .",
    "term-sources": "oia:Projet dct:creator <organisation/equipe-projet> .",
    "term-domains": "oia:outil rdfs:domain oia:Phase .",
    "modules-alone": "oia:Projet rdfs:subClassOf dct:Agent .",
    "core-neutral": 'oia:Projet skos:example "Un projet de l\'académie de Lyon."@fr .',
}
NAMED = {check.name: check for check in CHECKS}


@pytest.mark.parametrize("check", BROKEN)
def test_a_fault_in_the_data_is_found_by_its_check(corpus: Corpus, check: str) -> None:
    broken = corpus.plus("genere/seme.ttl", turtle(BROKEN[check]))
    assert NAMED[check].run(broken).findings


@pytest.mark.parametrize("check", ILL_TERMS)
def test_a_fault_in_the_terms_is_found_by_its_check(corpus: Corpus, check: str) -> None:
    broken = corpus.plus("termes/noyau.ttl", turtle(ILL_TERMS[check]))
    assert NAMED[check].run(broken).findings


def test_every_pitfall_is_seeded() -> None:
    assert {check.name for check in pitfalls.CHECKS} <= set(BROKEN) | set(ILL_TERMS)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@prefix adms:", "@prefix zzz: <http://example.org/> .\n@prefix adms:"),
        ("oia:Phase a owl:Class", 'oia:Zebre a owl:Class ;\n    rdfs:label "z"@fr .\n\noia:Phase a owl:Class'),
        ("# Knows", "Knows"),
        (" .\n", " . \n"),
    ],
    ids=["prefixes unsorted", "terms unsorted", "nothing said at the head", "trailing blank"],
)
def test_a_file_out_of_order_is_found(corpus: Corpus, old: str, new: str) -> None:
    path = "termes/noyau.ttl"
    text = corpus.texts[path].replace(old, new, 1)
    assert text != corpus.texts[path]
    broken = Corpus(corpus.files, {**corpus.texts, path: text})
    assert {f.term for f in file_checks.order(broken).findings} == {path}


def test_english_before_french_is_out_of_order(corpus: Corpus) -> None:
    path = "termes/noyau.ttl"
    triples = list(corpus.files[path])
    at = next(i for i, t in enumerate(triples) if t[1] == RDFS + "label")
    triples[at], triples[at + 1] = triples[at + 1], triples[at]
    broken = Corpus({**corpus.files, path: tuple(triples)}, corpus.texts)
    assert len(file_checks.order(broken).findings) == 1


def test_the_command_prints_one_line_a_check_and_exits_zero_when_clean(told: Result) -> None:
    lines = told.stdout.rstrip("\n").split("\n")
    wanted = [check.name for check in CHECKS if not check.slow]
    assert [line.split()[1] for line in lines] == wanted
    assert all(line.startswith("ok") and line.split()[2].isdigit() for line in lines)
    assert told.exit_code == 0


def test_checks_of_other_folders_are_lines_too_and_their_findings_exit_one() -> None:
    def run(corpus: Corpus) -> Examined:
        return Examined(7, (Finding("formes", "oia:Projet", {"fr": "sans forme", "en": "no shape"}),))

    extra = Check("formes", {"fr": "chaque classe a sa forme", "en": "every class has its shape"}, run)
    answer = CliRunner().invoke(build_app(lambda: [extra]), ["check", "--only", "formes"])
    assert answer.stdout == "FAIL formes                 7    1  chaque classe a sa forme\n"
    assert answer.stderr == "formes: oia:Projet: sans forme\n"
    assert answer.exit_code == 1


def test_the_command_answers_in_json() -> None:
    answer = CliRunner().invoke(build_app(), ["check", "--only", "term-labels", "--format", "json"])
    (check,) = json.loads(answer.stdout)["checks"]
    assert check["name"] == "term-labels" and check["result"] == "ok" and check["examined"] > 100
    assert set(check["title"]) == {"fr", "en"} and check["findings"] == []


def test_an_unknown_check_is_unusable() -> None:
    assert CliRunner().invoke(build_app(), ["check", "--only", "inconnu"]).exit_code == 2


def test_without_a_reasoner_the_line_says_so_and_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "owlready2", None)
    answer = CliRunner().invoke(build_app(), ["check", "--only", "reasoning", "--lang", "en"])
    assert answer.stdout.startswith("skip reasoning") and "(no reasoner: owlready2)" in answer.stdout
    assert answer.exit_code == 0
